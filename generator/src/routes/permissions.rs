//! Permissions of the API to invoke a function: its resource policy, within Lambda's size limit.
//!
//! A route has a permission of its own, the narrowest that AWS can evaluate. A policy holds some sixty. A function with
//! more routes gets the fewest patterns that still name its own paths, and that cover no route of another function:
//! `/v1/*/orders/*`. If these are too many as well, one pattern covers the stage. With any pattern, only API Gateway
//! may use it, and only for a method of this API and stage whose integration names the function.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use crate::events::permissions as events;
use crate::identifier::Identifier;
use crate::resources::lambda_permission::{
    ACTION, POLICY, POLICY_BYTES, PRINCIPAL, STATEMENT, statement_id_prefix,
};
use crate::resources::partition::Partition;
use crate::service::{Environment, Method, RoutePath, Service};
use portcullis_terraform_json::aws::arn_like;

/// Leave for API Gateway to invoke a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Permission {
    /// Name of the function.
    pub function: String,
    /// The calls for which it may be invoked.
    pub calls: Calls,
}

/// Calls of the API.
#[derive(Debug, Clone, PartialEq)]
pub enum Calls {
    /// Those of one route.
    Route(RoutePath, Method),
    /// Those of a path, with any method.
    At(RoutePath),
    /// Those of every path below this one, with this method; `ANY` stands for every method.
    Below(RoutePath, Method),
    /// Those of the whole stage.
    Stage,
    /// Those of the API's authorizers that name the function.
    Authorizers,
}

impl Permission {
    /// Its name in Terraform. Routes' names begin with their method, so that these words are free for the others.
    pub fn name(&self) -> Identifier {
        match &self.calls {
            Calls::Route(path, method) => path.identifier_of(*method),
            Calls::At(path) => path.identifier().prefixed("at"),
            Calls::Below(path, method) => path.identifier_of(*method).prefixed("below"),
            Calls::Stage => Identifier::new(&self.function).prefixed("stage"),
            Calls::Authorizers => Identifier::new(&self.function).prefixed("authorizers"),
        }
    }

    /// The pattern of the calls' ARNs, behind the API's execution ARN.
    ///
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html>
    pub fn source(&self, stage: &str) -> String {
        let of = |method: Method| match method {
            Method::Any => "*",
            one => one.as_str(),
        };
        match &self.calls {
            Calls::Route(path, method) => ["/", stage, "/", of(*method), "/", &path.arn_pattern()].concat(),
            Calls::At(path) => ["/", stage, "/*/", &path.arn_pattern()].concat(),
            Calls::Below(path, method) => {
                ["/", stage, "/", of(*method), "/", &path.arn_pattern(), "/*"].concat()
            }
            Calls::Stage => ["/", stage, "/*/*"].concat(),
            // Ids of authorizers are unknown before the first apply. API Gateway calls for authorizers that name the function.
            Calls::Authorizers => "/authorizers/*".to_owned(),
        }
    }

    /// Returns a title that names the permitted calls and the function.
    pub fn title(&self) -> String {
        let function = &self.function;
        match &self.calls {
            Calls::Route(path, method) => format!("{} may invoke {function}", path.key(*method)),
            Calls::At(path) => format!("Every method of {path} may invoke {function}"),
            Calls::Below(path, Method::Any) => format!("Every path below {path} may invoke {function}"),
            Calls::Below(path, method) => format!(
                "{} of every path below {path} may invoke {function}",
                method.as_str()
            ),
            Calls::Stage => format!("Every call of the stage may invoke {function}"),
            Calls::Authorizers => format!("Authorizers may invoke {function}"),
        }
    }

    /// Returns whether it is a permission of one route.
    pub fn is_of_a_route(&self) -> bool {
        matches!(self.calls, Calls::Route(..))
    }

    /// Returns whether it is a pattern in place of permissions of single routes.
    pub fn is_pattern(&self) -> bool {
        match self.calls {
            Calls::At(_) | Calls::Below(..) | Calls::Stage => true,
            Calls::Route(..) | Calls::Authorizers => false,
        }
    }
}

/// The permissions of every function, by its name.
pub fn of_service(service: &Service) -> BTreeMap<&str, Vec<Permission>> {
    let names = service.functions.keys().map(String::as_str);
    let mut routes: BTreeMap<&str, Vec<(&RoutePath, Method)>> =
        names.map(|name| (name, Vec::new())).collect();
    for (path, method, route) in service.routes.iter() {
        routes.entry(&route.function).or_default().push((path, method));
    }
    let of = |(name, own)| (name, narrowest(Grouping::new(service, name, own)));
    routes.into_iter().map(of).collect()
}

/// The permissions of single routes, by route.
pub fn by_route(permissions: &[Permission]) -> BTreeMap<(&RoutePath, Method), &Permission> {
    let mut routes = BTreeMap::new();
    for permission in permissions {
        if let Calls::Route(path, method) = &permission.calls {
            routes.insert((path, *method), permission);
        }
    }
    routes
}

/// The permissions of a function: the narrowest that fit.
pub fn of_function(service: &Service, function: &str) -> Vec<Permission> {
    let own = service.routes.of_function(function);
    let own = own.map(|(path, method, _)| (path, method)).collect();
    narrowest(Grouping::new(service, function, own))
}

/// A permission is created before the one that it replaces is deleted. So there is room for the next wider ones beside
/// those that are chosen, or one more route could not be applied.
fn narrowest(grouping: Grouping) -> Vec<Permission> {
    let Grouping {
        service, function, ..
    } = grouping;
    let narrow: Vec<_> = grouping
        .own
        .iter()
        .map(|(path, method)| Calls::Route((*path).clone(), *method))
        .collect();
    let fits = |calls: &[Calls], wider: &[Calls]| {
        let more = wider.iter().filter(|wider| !calls.contains(wider));
        let together = calls.iter().chain(more).cloned();
        bytes(service, function, &grouping.permissions(together)) <= POLICY_BYTES
    };
    let everything = vec![Calls::Stage];
    let grouped = grouping.grouped();
    let is_grouped = grouped != narrow;
    grouping.permissions(
        if (!is_grouped || fits(&narrow, &grouped)) && fits(&narrow, &everything) {
            narrow
        } else if fits(&grouped, &everything) {
            grouped
        } else {
            everything
        },
    )
}

/// The beginning of a source's ARN, without partition and region. The id of an API has the length that it always has.
const SOURCE: &str = "arn::execute-api::123456789012:abcdefghij";

/// Returns the bytes of a function's policy, in the environment with the longest one.
pub fn bytes(service: &Service, function: &str, permissions: &[Permission]) -> usize {
    let own = permissions.iter().map(|permission| {
        let id = statement_id_prefix(&permission.name());
        id.len() + permission.source(&service.api.stage).len()
    });
    let own: usize = own.sum();
    let of = |(name, environment): (&String, &Environment)| {
        let events = events::bytes(service, environment, function);
        let count = permissions.len() + events.len();
        let region = &environment.region;
        let at = Partition::of(region).name.len() + region.len();
        let each = PRINCIPAL.len() + ACTION.len() + SOURCE.len() + at;
        let shared = STATEMENT.len() + service.function_name(name, function).len() + at;
        let own = own + permissions.len() * each + events.iter().sum::<usize>();
        POLICY.len() + count * shared + own + count.saturating_sub(1)
    };
    service.environments.iter().map(of).max().unwrap_or_default()
}

/// The possible groups of a function's routes.
struct Grouping<'a> {
    service: &'a Service,
    function: &'a str,
    own: Vec<(&'a RoutePath, Method)>,
    /// The ARNs of the calls of all other functions' routes, behind the API's execution ARN. Most functions have few
    /// routes and need them for nothing.
    others: LazyCell<Vec<String>, Box<dyn FnOnce() -> Vec<String> + 'a>>,
}

impl<'a> Grouping<'a> {
    fn new(service: &'a Service, function: &'a str, own: Vec<(&'a RoutePath, Method)>) -> Self {
        let others = move || {
            let stage = &service.api.stage;
            let others = service
                .routes
                .iter()
                .filter(|(.., route)| route.function != function);
            let calls = others.flat_map(|(path, method, _)| {
                let methods = method.answers().into_iter();
                methods.map(move |method| format!("/{stage}/{method}{path}"))
            });
            calls.collect()
        };
        Self {
            service,
            function,
            own,
            others: LazyCell::new(Box::new(others)),
        }
    }

    fn permissions(&self, calls: impl IntoIterator<Item = Calls>) -> Vec<Permission> {
        let of = |calls| Permission {
            function: self.function.to_owned(),
            calls,
        };
        let decides = self.service.decides(self.function);
        let calls = calls.into_iter().chain(decides.then_some(Calls::Authorizers));
        calls.map(of).collect()
    }

    /// The fewest patterns that name the function's own paths, each by its first segment at least.
    fn grouped(&self) -> Vec<Calls> {
        let mut calls = Vec::new();
        self.group(&self.own, 0, &mut calls);
        calls
    }

    /// Groups routes that share their first `depth` segments.
    fn group(&self, routes: &[(&RoutePath, Method)], depth: usize, calls: &mut Vec<Calls>) {
        let (at, below): (Vec<_>, Vec<_>) = routes
            .iter()
            .copied()
            .partition(|(path, _)| path.segments().len() == depth);
        match at.as_slice() {
            [(path, _), _, ..] if self.is_own(&Calls::At((*path).clone())) => {
                calls.push(Calls::At((*path).clone()));
            }
            each => calls.extend(
                each.iter()
                    .map(|(path, method)| Calls::Route((*path).clone(), *method)),
            ),
        }
        let mut groups: BTreeMap<Option<&str>, Vec<(&RoutePath, Method)>> = BTreeMap::new();
        for (path, method) in &below {
            groups
                .entry(path.shape()[depth])
                .or_default()
                .push((path, *method));
        }
        let Some((first, method)) = below.first() else {
            return;
        };
        let shared = first.resources().nth(depth.saturating_sub(1));
        if let Some(shared) = shared.filter(|_| depth > 0 && below.len() > 1) {
            let same = below.iter().all(|(_, other)| other == method);
            let pattern = Calls::Below(shared, if same { *method } else { Method::Any });
            if self.is_own(&pattern) {
                calls.push(pattern);
                return;
            }
        }
        for group in groups.values() {
            match group.as_slice() {
                [(path, method)] => calls.push(Calls::Route((*path).clone(), *method)),
                several => self.group(several, depth + 1, calls),
            }
        }
    }

    /// Returns whether a pattern covers no route of another function. `*` spans `/`, so that `/v1/*/a` covers `GET
    /// /b/a`.
    fn is_own(&self, calls: &Calls) -> bool {
        let permission = Permission {
            function: self.function.to_owned(),
            calls: calls.clone(),
        };
        let pattern = permission.source(&self.service.api.stage);
        !self.others.iter().any(|other| arn_like(&pattern, other))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Write;

    use proptest::prelude::*;

    use super::*;

    /// A service of the routes, each with its function.
    fn service<'a>(routes: impl IntoIterator<Item = (String, &'a str)>) -> Service {
        let mut spec = String::from(
            "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n[user_pool.clients.cli]\n\
             auth_flows = [\"user_srp\"]\n[functions.open]\n[functions.other]\n[routes]\n",
        );
        for (route, function) in routes {
            _ = writeln!(spec, "{route:?} = {{ function = {function:?} }}");
        }
        spec.push_str("[environments.dev]\n");
        crate::service(&spec, None).unwrap_or_else(|wrong| panic!("{}", wrong.render("spec", &spec, false)))
    }

    fn sources(service: &Service, function: &str) -> Vec<String> {
        let permissions = of_function(service, function);
        permissions
            .iter()
            .map(|permission| permission.source(&service.api.stage))
            .collect()
    }

    /// So many routes of `open` at `GET /orders/1` and on.
    fn orders(count: usize) -> Vec<(String, &'static str)> {
        (1..=count)
            .map(|number| (format!("GET /orders/{number:03}"), "open"))
            .collect()
    }

    /// A policy as `aws lambda get-policy` shows it, written by hand:
    /// <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>
    fn by_hand(names_and_sources: &[(&str, &str)]) -> String {
        let mut text = String::from(r#"{"Version":"2012-10-17","Id":"default","Statement":["#);
        for (place, (name, source)) in names_and_sources.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            text.push_str(r#"{"Sid":""#);
            text.push_str(name);
            text.push_str("-20261127115230123400000001");
            text.push_str(r#"","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"#);
            text.push_str(r#""Action":"lambda:InvokeFunction","Resource":""#);
            text.push_str("arn:aws:lambda:us-east-1:123456789012:function:hello-local-open");
            text.push_str(r#"","Condition":{"ArnLike":{"AWS:SourceArn":""#);
            text.push_str("arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5");
            text.push_str(source);
            text.push_str(r#""}}}"#);
        }
        text.push_str("]}");
        text
    }

    #[test]
    fn the_size_of_a_policy_is_that_of_the_document() {
        let two = service([
            ("GET /orders".to_owned(), "open"),
            ("ANY /orders/{id}/{rest+}".to_owned(), "open"),
        ]);
        let expected = by_hand(&[
            ("get-orders", "/v1/GET/orders"),
            ("any-orders-parameter-parameter", "/v1/*/orders/*/*"),
        ]);
        assert_eq!(bytes(&two, "open", &of_function(&two, "open")), expected.len());
    }

    #[test]
    fn a_function_of_few_routes_has_a_permission_for_each() {
        let few = service(orders(3));
        let expected = ["/v1/GET/orders/001", "/v1/GET/orders/002", "/v1/GET/orders/003"];
        assert_eq!(sources(&few, "open"), expected);
        assert_eq!(sources(&few, "other"), [] as [&str; 0]);
    }

    /// Counts the routes that fit by a handwritten document. The last has room for the pattern that comes after it.
    #[test]
    fn a_route_too_many_makes_patterns() {
        let names: Vec<_> = (1..=200)
            .map(|number| {
                (
                    format!("get-orders-{number:03}"),
                    format!("/v1/GET/orders/{number:03}"),
                )
            })
            .collect();
        let document = |count: usize, more: &[(&str, &str)]| {
            let own = names[..count]
                .iter()
                .map(|(name, source)| (name.as_str(), source.as_str()));
            by_hand(&own.chain(more.iter().copied()).collect::<Vec<_>>()).len()
        };
        let pattern = ("below-get-orders", "/v1/GET/orders/*");
        let fits = (1..200)
            .rev()
            .find(|count| document(*count, &[pattern]) <= 20_480)
            .unwrap();
        assert!((50..62).contains(&fits), "{fits}");
        // Lambda would refuse this in any case.
        assert!(document(63, &[]) > 20_480);
        let last = service(orders(fits));
        assert_eq!(sources(&last, "open").len(), fits);
        for count in [fits + 1, 61, 62, 200, 1000] {
            let service = service(orders(count));
            assert_eq!(sources(&service, "open"), [pattern.1], "{count}");
        }
    }

    #[test]
    fn patterns_name_the_functions_own_paths_and_cover_no_others() {
        let mut routes = orders(100);
        routes.extend([
            ("POST /orders/001".to_owned(), "open"),
            ("GET /orders".to_owned(), "open"),
            ("POST /orders".to_owned(), "open"),
            ("GET /".to_owned(), "open"),
            ("GET /single".to_owned(), "open"),
            ("GET /shared/a/1".to_owned(), "open"),
            ("GET /shared/a/2".to_owned(), "open"),
            ("GET /shared/b".to_owned(), "open"),
            ("GET /shared/c/1".to_owned(), "other"),
            ("GET /split/1".to_owned(), "open"),
            ("GET /split/2".to_owned(), "open"),
            ("POST /split/1".to_owned(), "other"),
            // `*` spans `/`: `/v1/*/orders` would cover it.
            ("GET /elsewhere/orders".to_owned(), "other"),
        ]);
        let found: BTreeSet<String> = sources(&service(routes), "open").into_iter().collect();
        let expected = [
            "/v1/GET/",
            "/v1/*/orders/*",
            "/v1/GET/orders",
            "/v1/POST/orders",
            // All calls below `/shared/a` are `GET`, which is narrower.
            "/v1/GET/shared/a/*",
            "/v1/GET/shared/b",
            "/v1/GET/single",
            "/v1/GET/split/*",
        ];
        assert_eq!(found, BTreeSet::from(expected.map(String::from)));
    }

    #[test]
    fn too_many_patterns_become_one_for_the_stage() {
        let routes = (1..=100).map(|number| (format!("GET /orders{number}"), "open"));
        assert_eq!(sources(&service(routes), "open"), ["/v1/*/*"]);
    }

    fn route() -> impl Strategy<Value = (String, &'static str)> {
        let segment = prop::sample::select(vec!["a", "b", "c", "d", "e", "orders", "{id}"]);
        let method = prop::sample::select(vec!["GET", "POST", "ANY"]);
        let function = prop::sample::select(vec!["open", "open", "open", "other"]);
        let path = prop::collection::vec(segment, 0..5);
        (method, path, function).prop_map(|(method, path, function)| {
            let segments = path.iter().enumerate();
            let path: String = segments
                .map(|(depth, segment)| format!("/{}", segment.replace("id", &format!("id{depth}"))))
                .collect();
            let path = if path.is_empty() { "/" } else { &path };
            (format!("{method} {path}"), function)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        /// Every route is covered, and every policy fits.
        #[test]
        fn every_route_may_run_its_function_and_every_policy_fits(
            routes in prop::collection::btree_map(route(), Just(()), 1..200),
        ) {
            let routes: BTreeMap<String, &str> = routes.into_keys().collect();
            let service = service(routes);
            let mut names = BTreeSet::new();
            for function in ["open", "other"] {
                let permissions = of_function(&service, function);
                for permission in &permissions {
                    prop_assert!(names.insert(permission.name()), "{}", permission.name());
                }
                prop_assert!(bytes(&service, function, &permissions) <= POLICY_BYTES);
                let covers = |own: bool, permission: &Permission| {
                    let pattern = permission.source("v1");
                    service.routes.iter().any(|(path, method, route)| {
                        (route.function == function) == own
                            && method.answers().iter().any(|method| arn_like(&pattern, &format!("/v1/{method}{path}")))
                    })
                };
                for permission in &permissions {
                    prop_assert!(covers(true, permission), "{:?}", permission);
                    // A route's own permission may cover other routes, through IAM's `*`.
                    let is_free = permission.is_of_a_route() || permission.calls == Calls::Stage;
                    prop_assert!(is_free || !covers(false, permission), "{:?}", permission);
                }
                for (path, method, _) in service.routes.iter().filter(|(.., route)| route.function == function) {
                    for method in method.answers() {
                        let call = format!("/v1/{method}{path}");
                        let is_covered = permissions.iter().any(|own| arn_like(&own.source("v1"), &call));
                        prop_assert!(is_covered, "{}", call);
                    }
                }
            }
        }
    }
}
