//! The counters behind throttling and quotas, and whether a request is within them.
//!
//! The limits of the usage plan are held first, then those of the stage's method; a request that is refused counts
//! nowhere. The limits that AWS holds after these, of the account (10,000 a second) and of the region, are not
//! emulated. Source of the order:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html#apigateway-how-throttling-limits-are-applied>;
//! that a refused request costs nothing, and that the quota is held behind the plan's throttle, is from memory.
//!
//! Counters are found by AWS's ids, and do not belong to a gateway: a reload takes them over, and drops those of
//! removed plans, keys and methods. So there are never more buckets than the state has keys and methods. The used part
//! of a key's quota stays as long as the plan does, so disabling and enabling a key does not reset it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use time::OffsetDateTime;

use super::api::{Api, ApiKey};
use throttle::{Bucket, Throttle};
use usage_plan::{StageMethod, Usage, UsagePlan};

pub(super) mod throttle;
pub(super) mod usage_plan;

/// Counters, shared by the gateways before and after a reload.
#[derive(Debug, Default)]
pub struct Limits(Mutex<Counters>);

#[derive(Debug, Default)]
struct Counters {
    buckets: BTreeMap<Counted, Bucket>,
    usages: BTreeMap<Client, Usage>,
    /// The time since which each plan is known.
    since: BTreeMap<String, OffsetDateTime>,
}

/// A key of a usage plan, by their ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Client {
    plan: String,
    key: String,
}

/// The subject of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Counted {
    /// All requests of a client but those to methods with a limit of their own.
    Client(Client),
    /// Requests of a client to such a method.
    ClientMethod(Client, StageMethod),
    /// Requests of all clients to a method.
    Method(StageMethod),
}

/// A limit that is exceeded, and its sentence for the log.
#[derive(Debug, PartialEq)]
pub enum Exceeded {
    /// Too many requests in short.
    Throttle(String),
    /// Too many requests in the period.
    Quota(String),
}

impl Limits {
    /// Drops the counters of what the API does not have any more, and begins the first period of new plans.
    pub fn keep(&self, api: &Api, now: OffsetDateTime) {
        let plans = &api.usage_plans;
        let mut clients = BTreeSet::new();
        let mut methods = BTreeSet::new();
        for stage in api.stages.values() {
            clients.extend(stage.api_keys.iter().map(client));
            methods.extend(stage.throttles.keys());
        }
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counters.since.retain(|plan, _| plans.contains_key(plan));
        for plan in plans.keys() {
            counters.since.entry(plan.clone()).or_insert(now);
        }
        counters
            .usages
            .retain(|client, _| plans.contains_key(&client.plan));
        counters.buckets.retain(|counted, _| match counted {
            Counted::Client(client) => clients.contains(client),
            Counted::ClientMethod(client, method) => {
                let plan = plans.get(&client.plan).filter(|_| clients.contains(client));
                plan.is_some_and(|plan| plan.methods.contains_key(method))
            }
            Counted::Method(method) => methods.contains(method),
        });
    }

    /// Counts a request to a method at `now`, with the key and its plan if the method requires one. An error names the
    /// exceeded limit.
    pub fn admit(
        &self,
        method: &StageMethod,
        client: Option<(&ApiKey, &UsagePlan)>,
        throttle: Option<Throttle>,
        now: OffsetDateTime,
    ) -> Result<(), Exceeded> {
        let by_plan = client.and_then(|(key, plan)| match plan.methods.get(method) {
            Some(throttle) => Some((
                Counted::ClientMethod(self::client(key), method.clone()),
                *throttle,
            )),
            None => Some((Counted::Client(self::client(key)), plan.throttle?)),
        });
        let by_stage = throttle.map(|throttle| (Counted::Method(method.clone()), throttle));
        let quota = client.and_then(|(key, plan)| Some((self::client(key), plan.quota?)));
        let address = client.map_or("", |(_, plan)| &plan.address);

        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // All limits are looked at before any is used up: what is refused costs nothing.
        if let Some((counted, throttle)) = &by_plan
            && !counters.bucket(counted, *throttle, now).has_token(*throttle, now)
        {
            return Err(Exceeded::Throttle(format!(
                "throttled by `{address}`: {throttle}"
            )));
        }
        if let Some((client, quota)) = &quota {
            let since = counters.since.get(&client.plan).copied().unwrap_or(now);
            if !counters
                .usages
                .entry(client.clone())
                .or_default()
                .allows(*quota, since, now)
            {
                let reason = format!(
                    "the quota of `{address}` is used up: {} per {:?}",
                    quota.limit, quota.period
                );
                return Err(Exceeded::Quota(reason));
            }
        }
        if let Some((counted, throttle)) = &by_stage
            && !counters.bucket(counted, *throttle, now).has_token(*throttle, now)
        {
            let reason = format!("throttled by the settings of the method: {throttle}");
            return Err(Exceeded::Throttle(reason));
        }
        for (counted, throttle) in by_plan.iter().chain(&by_stage) {
            counters.bucket(counted, *throttle, now).take();
        }
        if let Some((client, _)) = quota {
            counters.usages.entry(client).or_default().count();
        }
        Ok(())
    }
}

impl Counters {
    fn bucket(&mut self, counted: &Counted, throttle: Throttle, now: OffsetDateTime) -> &mut Bucket {
        let bucket = self.buckets.entry(counted.clone());
        bucket.or_insert_with(|| Bucket::new(throttle, now))
    }
}

fn client(key: &ApiKey) -> Client {
    Client {
        plan: key.usage_plan.clone(),
        key: key.id.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::limits::usage_plan::Quota;
    use crate::data_plane::state;
    use portcullis_terraform_json::rest_api::Period;
    use time::Duration;
    use time::macros::datetime;

    const START: OffsetDateTime = datetime!(2024-06-17 15:00 UTC);

    fn method(method: &str) -> StageMethod {
        StageMethod {
            stage: "v1".into(),
            resource_path: "/pets".into(),
            method: method.into(),
        }
    }

    fn key(id: &str) -> ApiKey {
        ApiKey {
            id: id.into(),
            value: format!("value of {id}"),
            usage_plan: "plan".into(),
        }
    }

    fn plan() -> UsagePlan {
        UsagePlan {
            id: "plan".into(),
            address: "aws_api_gateway_usage_plan.this".into(),
            throttle: Some(Throttle {
                rate: 1.0,
                burst: 3.0,
            }),
            methods: BTreeMap::from([(
                method("POST"),
                Throttle {
                    rate: 1.0,
                    burst: 1.0,
                },
            )]),
            quota: Some(Quota {
                limit: 4,
                offset: 0,
                period: Period::Day,
            }),
        }
    }

    /// Returns which of `requests` to a method at one time pass.
    fn passed(
        limits: &Limits,
        name: &str,
        client: Option<(&ApiKey, &UsagePlan)>,
        throttle: Option<Throttle>,
        requests: usize,
    ) -> usize {
        let admit = |_: &usize| limits.admit(&method(name), client, throttle, START).is_ok();
        (0..requests).filter(admit).count()
    }

    #[test]
    fn each_key_has_a_bucket_of_its_own_and_so_have_methods_with_limits_of_their_own() {
        let (limits, plan) = (Limits::default(), plan());
        let (one, two) = (key("one"), key("two"));
        assert_eq!(passed(&limits, "POST", Some((&one, &plan)), None, 9), 1);
        assert_eq!(passed(&limits, "GET", Some((&one, &plan)), None, 9), 3);
        assert_eq!(passed(&limits, "GET", Some((&two, &plan)), None, 9), 3);
        assert_eq!(
            passed(&limits, "PUT", Some((&two, &plan)), None, 9),
            0,
            "one bucket for all others"
        );
    }

    #[test]
    fn a_method_of_the_stage_counts_all_clients_and_those_without_a_key() {
        let (limits, plan) = (Limits::default(), plan());
        let throttle = Some(Throttle {
            rate: 1.0,
            burst: 2.0,
        });
        assert_eq!(passed(&limits, "GET", Some((&key("one"), &plan)), throttle, 1), 1);
        assert_eq!(passed(&limits, "GET", None, throttle, 9), 1);
        assert_eq!(passed(&limits, "GET", Some((&key("two"), &plan)), throttle, 9), 0);
        assert_eq!(passed(&limits, "PUT", None, throttle, 9), 2);
        assert_eq!(passed(&limits, "PUT", None, None, 9), 9);
    }

    #[test]
    fn what_is_refused_costs_nothing_and_the_throttle_speaks_before_the_quota() {
        let (limits, plan) = (Limits::default(), plan());
        let one = key("one");
        let at = |seconds| {
            limits.admit(
                &method("GET"),
                Some((&one, &plan)),
                None,
                START + Duration::seconds(seconds),
            )
        };
        for _ in 0..3 {
            assert_eq!(at(0), Ok(()));
        }
        for _ in 0..9 {
            assert!(matches!(at(0), Err(Exceeded::Throttle(_))));
        }
        assert_eq!(at(1), Ok(()), "nine refusals are not in the quota");
        let reason = "the quota of `aws_api_gateway_usage_plan.this` is used up: 4 per Day";
        assert_eq!(at(60), Err(Exceeded::Quota(reason.into())));
    }

    #[test]
    fn a_reload_keeps_the_counters_of_what_is_still_there_and_drops_the_others() {
        let api = state::tests::read(include_str!("../../tests/fixtures/limits/state.json")).unwrap();
        let limits = Limits::default();
        limits.keep(&api, START);
        let stage = &api.stages["v1"];
        let (method, throttle) = stage.throttles.first_key_value().unwrap();
        for key in &stage.api_keys {
            let client = Some((key, &api.usage_plans[&key.usage_plan]));
            limits.admit(method, client, Some(*throttle), START).unwrap();
        }
        let counted = |limits: &Limits| {
            let counters = limits.0.lock().unwrap();
            (
                counters.buckets.len(),
                counters.usages.len(),
                counters.since.len(),
            )
        };
        let before = counted(&limits);
        assert!(before.0 > 0 && before.1 > 0 && before.2 == 2, "{before:?}");
        limits.keep(&api, START + Duration::days(1));
        assert_eq!(counted(&limits), before);
        assert!(
            limits
                .0
                .lock()
                .unwrap()
                .since
                .values()
                .all(|since| *since == START)
        );
        let mut disabled =
            state::tests::read(include_str!("../../tests/fixtures/limits/state.json")).unwrap();
        for stage in disabled.stages.values_mut() {
            stage.api_keys.clear();
        }
        limits.keep(&disabled, START);
        let after = counted(&limits);
        assert!(after.0 < before.0 && after.1 == before.1, "{after:?}");
        let empty = state::tests::read(include_str!("../../tests/fixtures/shop/state.json")).unwrap();
        limits.keep(&empty, START);
        assert_eq!(counted(&limits), (0, 0, 1));
    }
}
