//! Usage plans: API keys of clients, and how many requests each may send.

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod review;
pub(crate) mod settings;
pub(crate) mod surface;
pub(crate) mod surface_of_service;

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use crate::spec::declaration::choices;
use crate::throttling::Throttle;

choices! {
    /// The period of a quota.
    Period {
        /// A day.
        Day = "day" | "DAY";
        /// A week.
        Week = "week" | "WEEK";
        /// A month.
        Month = "month" | "MONTH";
    }
}

impl Period {
    /// AWS's word for it.
    pub(crate) fn as_aws(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Week => "WEEK",
            Self::Month => "MONTH",
        }
    }
}

/// The requests that a key may send in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Quota {
    /// The number of requests.
    pub requests: u32,
    /// The period.
    pub per: Period,
}

impl Quota {
    /// Returns whether some period may have more requests than another quota lets through.
    pub(crate) fn is_wider_than(self, other: Self) -> bool {
        // The greatest number of this quota's periods that begin or end in one of the other's. A month with 31 days has days of
        // six weeks. A longer period may send all its requests in one day.
        let periods = match (other.per, self.per) {
            (Period::Month, Period::Day) => 31,
            (Period::Month, Period::Week) => 6,
            (Period::Week, Period::Day) => 7,
            // A week may have days of two months.
            (Period::Week, Period::Month) => 2,
            (Period::Day, _) | (Period::Week, Period::Week) | (Period::Month, Period::Month) => 1,
        };
        u64::from(self.requests) * periods > other.requests.into()
    }
}

/// In words.
impl fmt::Display for Quota {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, per } = self;
        let period = match per {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
        };
        write!(formatter, "{requests} requests a {period}")
    }
}

/// A usage plan. It opens the routes that need an API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UsagePlan {
    /// Names of its API keys.
    pub api_keys: BTreeSet<String>,
    /// The quota of each key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// The limits of each key, over all routes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
}

#[cfg(test)]
mod tests {
    use super::Period::{Day, Month, Week};
    use super::*;

    #[test]
    fn a_quota_is_wider_if_some_period_may_have_more() {
        let quota = |requests, per| Quota { requests, per };
        for (before, after, is_wider) in [
            (quota(100, Month), quota(100, Month), false),
            (quota(100, Month), quota(101, Month), true),
            (quota(100, Month), quota(99, Month), false),
            (quota(310, Month), quota(10, Day), false),
            (quota(309, Month), quota(10, Day), true),
            (quota(60, Month), quota(10, Week), false),
            (quota(59, Month), quota(10, Week), true),
            (quota(70, Week), quota(10, Day), false),
            (quota(69, Week), quota(10, Day), true),
            (quota(10, Day), quota(10, Month), false),
            (quota(10, Day), quota(11, Month), true),
            (quota(10, Day), quota(11, Week), true),
            (quota(20, Week), quota(10, Month), false),
            (quota(19, Week), quota(10, Month), true),
        ] {
            assert_eq!(after.is_wider_than(before), is_wider, "{before} {after}");
        }
    }
}
