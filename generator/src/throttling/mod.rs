//! Throttling: how many requests API Gateway lets through to a route.

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod of_service;
pub(crate) mod review;
pub(crate) mod surface;

use std::fmt;

use serde::Serialize;

/// The limits of requests to a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Throttle {
    /// Requests a second, on average.
    pub rate: u32,
    /// Requests at once.
    pub burst: u32,
}

/// The limits of a public route that has no others.
///
/// Without limits, one caller of a public route can use up the 10,000 requests a second of the account, which all its APIs
/// in the region share, and the 1,000 function environments at a time that all its functions share:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
pub const OF_PUBLIC_ROUTES: Throttle = Throttle { rate: 50, burst: 100 };

impl Throttle {
    /// Returns whether it lets through what another one refuses.
    pub(crate) fn is_wider_than(self, other: Self) -> bool {
        self.rate > other.rate || self.burst > other.burst
    }
}

/// In words.
impl fmt::Display for Throttle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} requests a second, {} at once",
            self.rate, self.burst
        )
    }
}
