//! Throttling of methods: the limits that the settings of a stage give each.

use std::collections::BTreeMap;
use std::fmt;

use super::usage_plans::MethodSettings;

/// Limits of a bucket of tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Throttle {
    /// `rateLimit`: tokens a second.
    pub rate: f64,
    /// `burstLimit`: the size of the bucket in tokens. If 0, no request passes.
    pub burst: f64,
}

/// The limits of an account, which AWS uses if only one is set: 10,000 requests a second in bursts of 5,000.
/// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>.
const ACCOUNT: Throttle = Throttle {
    rate: 10_000.0,
    burst: 5_000.0,
};

impl fmt::Display for Throttle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "rate {}/s, burst {}", self.rate, self.burst)
    }
}

impl Throttle {
    /// Returns the limits of two settings. None if neither is set, so that only the account's hold. The provider writes -1
    /// for an unset limit.
    pub fn of(rate: Option<f64>, burst: Option<f64>) -> Option<Self> {
        let set = |limit: Option<f64>| limit.filter(|limit| *limit >= 0.0);
        match (set(rate), set(burst)) {
            (None, None) => None,
            (rate, burst) => Some(Self {
                rate: rate.unwrap_or(ACCOUNT.rate),
                burst: burst.unwrap_or(ACCOUNT.burst),
            }),
        }
    }
}

/// Returns the path of a resource and the method that a method path names. Usage plans write `/pets/{id}/GET`, method
/// settings `~1pets~1{id}/GET` with `~1` for a slash. Source: <https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html>.
pub fn named_method(method_path: &str) -> (String, String) {
    let (path, method) = method_path.rsplit_once('/').unwrap_or(("", method_path));
    let path = format!("/{}", path.replace("~1", "/").trim_matches('/'));
    (path, method.to_owned())
}

/// The path of all methods of a stage.
pub const ALL_METHODS: &str = "*/*";

/// The limits of the methods of stages.
///
/// A method's own settings hold, or else those of `*/*`, which hold for each method by itself.
/// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html>.
/// If several resources set the same, Terraform does not determine their order. Then the wider limits count.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Throttles {
    of_all: BTreeMap<String, Option<Throttle>>,
    of_methods: BTreeMap<(String, String, String), Option<Throttle>>,
}

impl Throttles {
    /// The limits that these resources set.
    pub fn of<'a>(all: impl IntoIterator<Item = &'a MethodSettings>) -> Self {
        let mut throttles = Self::default();
        for settings in all {
            let stage = settings.stage_name.clone();
            let Some(values) = settings.settings.first() else {
                continue;
            };
            let limits = Throttle::of(values.throttling_rate_limit, values.throttling_burst_limit);
            let set = if settings.method_path == ALL_METHODS {
                throttles.of_all.entry(stage).or_insert(limits)
            } else {
                let (path, method) = named_method(&settings.method_path);
                throttles
                    .of_methods
                    .entry((stage, path, method))
                    .or_insert(limits)
            };
            *set = wider(*set, limits);
        }
        throttles
    }

    /// The limits of a method of a stage. None if only those of the account hold.
    pub fn of_method(&self, stage: &str, path: &str, method: &str) -> Option<Throttle> {
        let own = [stage, path, method].map(str::to_owned);
        match self.of_methods.get(&own.into()) {
            Some(own) => *own,
            None => self.of_all.get(stage).copied().flatten(),
        }
    }
}

/// The wider limits of two. No limits are wider than any.
fn wider(one: Option<Throttle>, other: Option<Throttle>) -> Option<Throttle> {
    let (one, other) = (one?, other?);
    Some(Throttle {
        rate: one.rate.max(other.rate),
        burst: one.burst.max(other.burst),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest_api::MethodSetting;

    fn settings(method_path: &str, rate: f64, burst: f64) -> MethodSettings {
        MethodSettings {
            stage_name: "v1".into(),
            method_path: method_path.into(),
            settings: vec![MethodSetting {
                throttling_rate_limit: Some(rate),
                throttling_burst_limit: Some(burst),
                caching_enabled: false,
            }],
        }
    }

    fn throttle(rate: f64, burst: f64) -> Option<Throttle> {
        Some(Throttle { rate, burst })
    }

    #[test]
    fn a_method_has_its_own_limits_or_those_of_all() {
        let all = [
            settings("*/*", 9.0, 8.0),
            settings("~1/GET", 1.0, 2.0),
            settings("~1pets~1{id}/GET", 3.0, 4.0),
            settings("pets/GET", -1.0, 5.0),
            settings("pets/PUT", -1.0, -1.0),
        ];
        let throttles = Throttles::of(&all);
        let of = |path, method| throttles.of_method("v1", path, method);
        assert_eq!(of("/", "GET"), throttle(1.0, 2.0));
        assert_eq!(of("/pets/{id}", "GET"), throttle(3.0, 4.0));
        assert_eq!(of("/pets/{id}", "PUT"), throttle(9.0, 8.0));
        assert_eq!(of("/pets", "GET"), throttle(10_000.0, 5.0));
        assert_eq!(of("/pets", "PUT"), None, "its own settings set none");
        assert_eq!(throttles.of_method("v2", "/", "GET"), None);
    }

    #[test]
    fn the_wider_of_two_settings_counts() {
        for all in [
            [settings("pets/GET", 1.0, 20.0), settings("~1pets/GET", 10.0, 2.0)],
            [settings("~1pets/GET", 10.0, 2.0), settings("pets/GET", 1.0, 20.0)],
        ] {
            let throttles = Throttles::of(&all);
            assert_eq!(throttles.of_method("v1", "/pets", "GET"), throttle(10.0, 20.0));
        }
        let all = [settings("*/*", 1.0, 20.0), settings("*/*", -1.0, -1.0)];
        assert_eq!(Throttles::of(&all).of_method("v1", "/pets", "GET"), None);
    }
}
