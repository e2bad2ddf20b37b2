//! Token buckets: how often a method may be called.
//!
//! A bucket holds as many tokens as the burst limit, a request takes one, and the rate limit fills it again.
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html>, which
//! calls the limits targets: AWS may let more through than these buckets do.

pub use portcullis_terraform_json::rest_api::Throttle;
use time::OffsetDateTime;

/// A bucket, full at first.
#[derive(Debug)]
pub struct Bucket {
    throttle: Throttle,
    tokens: f64,
    filled: OffsetDateTime,
}

impl Bucket {
    /// A full bucket.
    pub fn new(throttle: Throttle, now: OffsetDateTime) -> Self {
        Self {
            throttle,
            tokens: throttle.burst,
            filled: now,
        }
    }

    /// Returns whether there is a token at `now`. New limits refill the bucket.
    pub fn has_token(&mut self, throttle: Throttle, now: OffsetDateTime) -> bool {
        if self.throttle != throttle {
            *self = Self::new(throttle, now);
        }
        // A request whose body came slowly, or a clock that was set back, is earlier than what is filled already.
        let now = now.max(self.filled);
        let elapsed = (now - self.filled).as_seconds_f64();
        self.tokens = (self.tokens + elapsed * throttle.rate).min(throttle.burst);
        self.filled = now;
        self.tokens >= 1.0
    }

    /// Takes a token.
    pub fn take(&mut self) {
        self.tokens -= 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;
    use time::macros::datetime;

    const START: OffsetDateTime = datetime!(2024-06-17 15:00 UTC);

    #[test]
    fn a_request_that_comes_late_pays_for_no_second_twice() {
        let throttle = Throttle {
            rate: 1.0,
            burst: 5.0,
        };
        let mut bucket = Bucket::new(throttle, START);
        let later = START + Duration::seconds(8);
        assert_eq!(passed(&mut bucket, throttle, later, 9), 5);
        assert_eq!(passed(&mut bucket, throttle, START, 9), 0);
        assert_eq!(passed(&mut bucket, throttle, later, 9), 0);
        assert_eq!(passed(&mut bucket, throttle, later + Duration::seconds(2), 9), 2);
    }

    /// Returns how many of `requests` at `now` pass.
    fn passed(bucket: &mut Bucket, throttle: Throttle, now: OffsetDateTime, requests: usize) -> usize {
        let pass = |_: &usize| {
            let passes = bucket.has_token(throttle, now);
            if passes {
                bucket.take();
            }
            passes
        };
        (0..requests).filter(pass).count()
    }

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let throttle = Throttle {
            rate: 2.0,
            burst: 5.0,
        };
        let mut bucket = Bucket::new(throttle, START);
        assert_eq!(passed(&mut bucket, throttle, START, 9), 5);
        assert_eq!(
            passed(&mut bucket, throttle, START + Duration::milliseconds(499), 9),
            0
        );
        assert_eq!(
            passed(&mut bucket, throttle, START + Duration::milliseconds(500), 9),
            1
        );
        assert_eq!(
            passed(&mut bucket, throttle, START + Duration::seconds(3600), 99),
            5
        );
    }

    #[test]
    fn a_rate_below_one_is_a_request_in_several_seconds() {
        let throttle = Throttle {
            rate: 0.5,
            burst: 1.0,
        };
        let mut bucket = Bucket::new(throttle, START);
        assert_eq!(passed(&mut bucket, throttle, START, 2), 1);
        assert_eq!(passed(&mut bucket, throttle, START + Duration::seconds(1), 2), 0);
        assert_eq!(passed(&mut bucket, throttle, START + Duration::seconds(2), 2), 1);
    }

    #[test]
    fn a_burst_of_zero_lets_nothing_pass() {
        let throttle = Throttle {
            rate: 9.0,
            burst: 0.0,
        };
        let mut bucket = Bucket::new(throttle, START);
        assert_eq!(passed(&mut bucket, throttle, START + Duration::seconds(9), 3), 0);
    }

    #[test]
    fn other_limits_make_it_full_again_and_a_clock_set_back_does_not() {
        let throttle = Throttle {
            rate: 1.0,
            burst: 2.0,
        };
        let mut bucket = Bucket::new(throttle, START);
        assert_eq!(passed(&mut bucket, throttle, START, 3), 2);
        assert_eq!(passed(&mut bucket, throttle, START - Duration::days(1), 3), 0);
        let wider = Throttle {
            burst: 3.0,
            ..throttle
        };
        assert_eq!(passed(&mut bucket, wider, START, 9), 3);
    }
}
