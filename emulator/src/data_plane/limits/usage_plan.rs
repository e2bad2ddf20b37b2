//! Usage plans: what a client with an API key may do, and how often.
//!
//! Throttling and quota count each key by itself, over all stages of the plan.
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html>.

use std::collections::BTreeMap;

use portcullis_terraform_json::rest_api::Period;
use time::{Date, OffsetDateTime};

use super::throttle::Throttle;

/// A usage plan.
#[derive(Debug, Clone, PartialEq)]
pub struct UsagePlan {
    /// Its id.
    pub id: String,
    /// Its address in the state.
    pub address: String,
    /// `throttle_settings`, for each key.
    pub throttle: Option<Throttle>,
    /// `throttle` of `api_stages`, for each key: on these methods in place of [`Self::throttle`].
    pub methods: BTreeMap<StageMethod, Throttle>,
    /// `quota_settings`, for each key.
    pub quota: Option<Quota>,
}

/// A method of a stage, as it was applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StageMethod {
    /// Name of the stage.
    pub stage: String,
    /// Path of the resource, such as `/pets/{id}`.
    pub resource_path: String,
    /// Its method, or `ANY`.
    pub method: String,
}

/// Number of requests that pass in a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quota {
    /// Requests in a period.
    pub limit: u64,
    /// Requests by which the limit is less in the first period.
    pub offset: u64,
    /// The period.
    pub period: Period,
}

/// Returns the first day of the period of `now`. AWS does not document when periods begin. Users report that all do at
/// midnight UTC. That weeks begin on Sunday is from memory.
fn start_of(period: Period, now: OffsetDateTime) -> Date {
    let today = now.to_offset(time::UtcOffset::UTC).date();
    let days = match period {
        Period::Day => 0,
        Period::Week => today.weekday().number_days_from_sunday(),
        Period::Month => today.day() - 1,
    };
    today.saturating_sub(time::Duration::days(days.into()))
}

/// The use of a quota by one key in one period.
#[derive(Debug, Default)]
pub struct Usage {
    period: Option<(Period, Date)>,
    requests: u64,
}

impl Usage {
    /// Returns whether the quota allows one more request at `now`. The plan exists since `since`.
    pub fn allows(&mut self, quota: Quota, since: OffsetDateTime, now: OffsetDateTime) -> bool {
        // A request that began before midnight may be counted behind it: periods only go on.
        let begun = self.period.filter(|(period, _)| *period == quota.period);
        let start = start_of(quota.period, now).max(begun.map_or(time::Date::MIN, |(_, start)| start));
        if begun.is_none_or(|(_, begun)| begun < start) {
            *self = Self {
                period: Some((quota.period, start)),
                requests: 0,
            };
        }
        let first = start_of(quota.period, since) == start;
        let offset = if first { quota.offset } else { 0 };
        self.requests < quota.limit.saturating_sub(offset)
    }

    /// Counts a request.
    pub fn count(&mut self) {
        self.requests += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;
    use time::macros::{date, datetime};

    // A Monday.
    const START: OffsetDateTime = datetime!(2024-06-17 15:00 UTC);

    #[test]
    fn a_request_of_yesterday_that_comes_late_gives_no_quota_back() {
        let quota = Quota {
            limit: 1,
            offset: 0,
            period: Period::Day,
        };
        let mut usage = Usage::default();
        let tomorrow = START + Duration::days(1);
        assert!(usage.allows(quota, START, tomorrow));
        usage.count();
        assert!(!usage.allows(quota, START, START));
        assert!(!usage.allows(quota, START, tomorrow));
        assert!(usage.allows(quota, START, tomorrow + Duration::days(1)));
    }

    #[test]
    fn periods_begin_at_midnight_utc_on_sundays_and_on_firsts() {
        assert_eq!(start_of(Period::Day, START), date!(2024 - 06 - 17));
        assert_eq!(start_of(Period::Week, START), date!(2024 - 06 - 16));
        assert_eq!(start_of(Period::Month, START), date!(2024 - 06 - 01));
        assert_eq!(
            start_of(Period::Day, datetime!(2024-06-18 01:00 +2)),
            date!(2024 - 06 - 17)
        );
        let sunday = datetime!(2024-06-16 00:00 UTC);
        assert_eq!(start_of(Period::Week, sunday), sunday.date());
    }

    /// Returns how many of `requests` at `now` a plan from [`START`] allows.
    fn allowed(usage: &mut Usage, quota: Quota, now: OffsetDateTime, requests: usize) -> usize {
        let allows = |_: &usize| {
            let allows = usage.allows(quota, START, now);
            if allows {
                usage.count();
            }
            allows
        };
        (0..requests).filter(allows).count()
    }

    #[test]
    fn a_quota_counts_a_period_and_the_offset_is_of_the_first() {
        let quota = Quota {
            limit: 5,
            offset: 2,
            period: Period::Day,
        };
        let mut usage = Usage::default();
        assert_eq!(allowed(&mut usage, quota, START, 9), 3);
        assert_eq!(allowed(&mut usage, quota, START + Duration::hours(8), 9), 0);
        assert_eq!(allowed(&mut usage, quota, START + Duration::hours(9), 9), 5);
    }

    #[test]
    fn what_was_used_stays_when_the_limit_changes_but_not_when_the_period_does() {
        let quota = |limit, period| Quota {
            limit,
            offset: 0,
            period,
        };
        let mut usage = Usage::default();
        assert_eq!(allowed(&mut usage, quota(2, Period::Day), START, 9), 2);
        assert_eq!(allowed(&mut usage, quota(5, Period::Day), START, 9), 3);
        assert_eq!(allowed(&mut usage, quota(1, Period::Day), START, 9), 0);
        assert_eq!(allowed(&mut usage, quota(4, Period::Month), START, 9), 4);
    }

    #[test]
    fn an_offset_over_the_limit_leaves_nothing() {
        let quota = Quota {
            limit: 1,
            offset: 2,
            period: Period::Week,
        };
        assert_eq!(allowed(&mut Usage::default(), quota, START, 1), 0);
    }
}
