//! The keys of `[usage_plans.NAME]`.

use crate::resources::api_gateway_usage_plan::QUOTA;
use crate::review::Meaning::Elsewhere;
use crate::spec::ThrottleTable;
use crate::spec::declaration::Absent::{Nothing, Required};
use crate::spec::declaration::Kind::{self, Choice, Texts};
use crate::spec::declaration::{EVERYWHERE, PER_ENVIRONMENT, keys, number};
use crate::spec::field::{Given, Placed, Word};
use crate::text_rule::NAME_64;
use crate::usage_plans::Period;

keys! {
    /// A usage plan: API keys of clients, and how many requests each may send to routes with `api_key = true`. See
    /// [API keys](../api-keys.md). It is called `<service>-<environment>-<name>` in AWS.
    UsagePlanTable {
        /// Names of the plan's API keys. A key is called `<service>-<environment>-<name>` in AWS, which generates its value.
        api_keys: Given<Vec<Placed<String>>> = Texts(&NAME_64), Required("`api_keys = [\"acme\"]`"), EVERYWHERE, Elsewhere;
        /// Requests of each key in a period. API Gateway answers 429 to the others.
        quota: Option<QuotaTable> = Kind::Table(&QuotaTable::TABLE), Nothing, PER_ENVIRONMENT, Elsewhere;
        /// Limits of each key, for all routes together. See [Limits](../limits.md).
        throttle: Option<ThrottleTable> = Kind::Table(&ThrottleTable::TABLE), Nothing, PER_ENVIRONMENT, Elsewhere;
    }
}

keys! {
    /// The requests of an API key in a period.
    QuotaTable {
        /// Number of requests.
        requests: Given<u32> = number(QUOTA, "requests"), Required("`requests = 10000`"), EVERYWHERE, Elsewhere;
        /// The period of the quota.
        per: Given<Period> = Choice(Period::CHOICES), Required("`per = \"month\"`"), EVERYWHERE, Elsewhere;
    }
}
