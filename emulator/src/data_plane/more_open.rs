//! The routes of a remembered deployment that admit more callers than the state.
//!
//! A stage serves what its deployment froze, on AWS too: a guard that was added later is not there. So it is served,
//! and said by route.

use std::collections::BTreeSet;

use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::router::ANY;
use serde::Serialize;

use super::api::{self, Deployed};
use super::authorizer::Authorizer;
use super::lambda_authorizer::LambdaAuthorizer;

/// A deployment that lets in more than the state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MoreOpen {
    /// The file that remembers it.
    pub remembered_in: String,
    /// Every such route.
    pub routes: Vec<WidenedRoute>,
}

/// A route that lets in more than the state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WidenedRoute {
    /// `METHOD /path`.
    pub route: String,
    /// The difference to the state.
    pub reason: String,
}

/// The callers that a request needs.
#[derive(Clone, Copy)]
enum Access<'a> {
    /// No caller: there is no route.
    NoRoute,
    /// No caller: its authorizer is not emulated.
    NotEmulated,
    /// Anyone.
    Public,
    /// Users with a token of the authorizer's pools, with one of the scopes if there are any.
    Users(&'a Authorizer, &'a [String]),
    /// Callers that a function admits.
    Decided(&'a LambdaAuthorizer),
}

/// The routes by which `then` lets in more than `now`.
///
/// Paths and methods are looked up as a request is, because a public route may be hidden behind another one, such as
/// `/{proxy+}` behind `/admin`.
pub fn more_open(then: &Deployed, now: &Deployed) -> Vec<WidenedRoute> {
    let templates = || {
        let routes = then.router.routes().into_iter().chain(now.router.routes());
        routes.map(|(method, route)| (route.resource_path.as_str(), method))
    };
    let deepest = templates().map(|(path, _)| path.matches('/').count()).max();
    let requests: BTreeSet<(&str, &str)> = templates()
        .flat_map(|(path, method)| {
            let methods = match method {
                "ANY" => ANY.to_vec(),
                method => vec![method],
            };
            methods.into_iter().map(move |method| (path, method))
        })
        .collect();
    let beyond = |(path, method): (&str, &str)| {
        let request = request(path, deepest.unwrap_or_default());
        let reason = beyond(access(then, &request, method), access(now, &request, method))?;
        Some(WidenedRoute {
            route: format!("{method} {path}"),
            reason,
        })
    };
    requests.into_iter().filter_map(beyond).collect()
}

/// A path that a template matches, and no other one that it does not have to. Its parameters stand for themselves.
fn request(template: &str, deepest: usize) -> String {
    match template.rsplit_once('/') {
        // Deeper than everything else, so that only greedy ones take it.
        Some((parent, last)) if last.ends_with("+}") => format!("{parent}{}", "/-".repeat(deepest + 1)),
        _ => template.to_owned(),
    }
}

/// Returns the callers with access, and whether an API key is needed.
fn access<'a>(deployed: &'a Deployed, path: &str, method: &str) -> (Access<'a>, bool) {
    let Some((route, _)) = deployed.router.find(path, method) else {
        return (Access::NoRoute, false);
    };
    let access = match (&route.authorization, &route.admission) {
        (Err(_), _) | (_, Err(_)) => Access::NotEmulated,
        (Ok(None), Ok(())) => Access::Public,
        (Ok(Some(guard)), Ok(())) => match deployed.authorizers.get(&guard.authorizer) {
            Some(api::Authorizer::UserPools(authorizer)) => Access::Users(authorizer, &guard.scopes),
            Some(api::Authorizer::Function(authorizer)) => Access::Decided(authorizer),
            None => Access::NotEmulated,
        },
    };
    (access, route.api_key_required)
}

/// Returns the access of `then` that `now` does not give.
fn beyond((then, key_then): (Access, bool), (now, key_now): (Access, bool)) -> Option<String> {
    let no_key = (key_now && !key_then).then(|| "it needs no API key, but the state requires one".to_owned());
    match (then, now) {
        (Access::NoRoute | Access::NotEmulated, _) => None,
        (Access::Public | Access::Users(..) | Access::Decided(_), Access::NoRoute) => {
            Some("the state has no such route".to_owned())
        }
        (Access::Public | Access::Users(..) | Access::Decided(_), Access::NotEmulated) => {
            Some("the state protects it with an authorizer that is not emulated".to_owned())
        }
        (Access::Public | Access::Users(..) | Access::Decided(_), Access::Public) => no_key,
        (Access::Public, Access::Users(Authorizer { address, .. }, _))
        | (Access::Public, Access::Decided(LambdaAuthorizer { address, .. })) => Some(format!(
            "it is public, but the state protects it with {}",
            code(address)
        )),
        (
            Access::Users(Authorizer { address: then, .. }, _),
            Access::Decided(LambdaAuthorizer { address: now, .. }),
        )
        | (
            Access::Decided(LambdaAuthorizer { address: then, .. }),
            Access::Users(Authorizer { address: now, .. }, _),
        ) => Some(format!(
            "it is protected by {}, but in the state by {}",
            code(then),
            code(now)
        )),
        (Access::Decided(then), Access::Decided(now)) => then.differs_from(now).or(no_key),
        (Access::Users(then, scopes_then), Access::Users(now, scopes_now)) => {
            tokens_beyond((then, scopes_then), (now, scopes_now)).or(no_key)
        }
    }
}

/// Returns the tokens that `then` accepts and `now` does not.
fn tokens_beyond(
    (then, scopes_then): (&Authorizer, &[String]),
    (now, scopes_now): (&Authorizer, &[String]),
) -> Option<String> {
    if let Some(issuer) = then.issuers.iter().find(|issuer| !now.issuers.contains(issuer)) {
        return Some(format!(
            "it takes tokens of {}, but the state does not",
            code(issuer)
        ));
    }
    let pattern = |authorizer: &Authorizer| authorizer.audience.as_ref().map(|audience| audience.to_string());
    if now.audience.is_some() && pattern(then) != pattern(now) {
        return Some("it takes tokens of another audience than the state".to_owned());
    }
    match (scopes_then, scopes_now) {
        ([], []) => None,
        ([], [_, ..]) => Some("it takes id tokens, but the state requires scopes".to_owned()),
        (scopes_then, scopes_now) => {
            let other = scopes_then.iter().find(|scope| !scopes_now.contains(scope))?;
            Some(format!(
                "it takes the scope {}, but the state does not",
                code(other)
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::api::{Authorization, NotEmulated, Route};
    use crate::data_plane::authorizer::Cache;
    use crate::data_plane::lambda_authorizer::{Decisions, Identification, InvokedBy};
    use portcullis_terraform_json::lambda::FunctionReference;
    use regex::Regex;

    #[derive(Clone)]
    struct Guard {
        authorization: Result<Option<Authorization>, NotEmulated>,
        admission: Result<(), NotEmulated>,
        key: bool,
    }

    const PUBLIC: fn() -> Guard = || Guard {
        authorization: Ok(None),
        admission: Ok(()),
        key: false,
    };

    fn users(authorizer: &str, scopes: &[&str]) -> Guard {
        let authorization = Authorization {
            authorizer: authorizer.into(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        Guard {
            authorization: Ok(Some(authorization)),
            ..PUBLIC()
        }
    }

    fn not_emulated() -> Guard {
        Guard {
            authorization: Err(NotEmulated("it".into())),
            ..PUBLIC()
        }
    }

    fn with_key(guard: Guard) -> Guard {
        Guard { key: true, ..guard }
    }

    /// Routes with their guards, and the authorizers `one` and `both` by their pools; `clients` has an audience.
    fn deployed(routes: &[(&str, Guard)]) -> Deployed {
        let mut deployed = Deployed::default();
        for (key, guard) in routes {
            let (method, path) = key.split_once(' ').unwrap();
            let route = Route {
                resource_id: path.into(),
                resource_path: path.into(),
                http_method: method.into(),
                authorization: guard.authorization.clone(),
                admission: guard.admission.clone(),
                api_key_required: guard.key,
                required: vec![],
                models: Ok(Default::default()),
                integration: Err(NotEmulated("nothing".into())),
            };
            deployed.router.add(path, method, route);
        }
        for (name, issuers, audience) in [
            ("one", &["https://a"][..], None),
            ("both", &["https://a", "https://b"], None),
            ("clients", &["https://a"], Some("^(?:c)$")),
        ] {
            let authorizer = Authorizer {
                address: format!("authorizer.{name}"),
                header: "Authorization".into(),
                audience: audience.map(|audience| Regex::new(audience).unwrap()),
                issuers: issuers.iter().map(|issuer| (*issuer).to_owned()).collect(),
                cache: Cache::new(0),
            };
            let authorizer = api::Authorizer::UserPools(authorizer);
            deployed.authorizers.insert(name.into(), authorizer);
        }
        for (name, function, header, ttl) in [
            ("asks", "gate", "X-Key", 0),
            ("asks_seldom", "gate", "X-Key", 60),
            ("asks_another", "other", "X-Key", 0),
            ("asks_by_another", "gate", "X-Other", 0),
        ] {
            let authorizer = LambdaAuthorizer {
                address: format!("authorizer.{name}"),
                id: name.into(),
                function: FunctionReference::parse(function),
                identification: Identification::Token {
                    header: header.into(),
                    validation: None,
                },
                invoked_by: InvokedBy::Permission,
                decisions: Decisions::new(ttl),
            };
            let authorizer = api::Authorizer::Function(authorizer);
            deployed.authorizers.insert(name.into(), authorizer);
        }
        deployed
    }

    #[test]
    fn functions_that_decide_differ_by_what_they_are_asked() {
        let by = |name: &str| users(name, &[]);
        for (then, now, reason) in [
            (
                PUBLIC(),
                by("asks"),
                "it is public, but the state protects it with `authorizer.asks`",
            ),
            (
                by("one"),
                by("asks"),
                "it is protected by `authorizer.one`, but in the state by `authorizer.asks`",
            ),
            (
                by("asks"),
                by("one"),
                "it is protected by `authorizer.asks`, but in the state by `authorizer.one`",
            ),
            (
                by("asks_another"),
                by("asks"),
                "the function `other` decides, but in the state it is `gate`",
            ),
            (
                by("asks_by_another"),
                by("asks"),
                "`gate` decides by a token in `X-Other`, but in the state by a token in `X-Key`",
            ),
            (
                by("asks_seldom"),
                by("asks"),
                "answers of `gate` count for 60 s, but in the state for 0 s",
            ),
            (
                by("asks"),
                with_key(by("asks")),
                "it needs no API key, but the state requires one",
            ),
        ] {
            let expected = [format!("GET /: {reason}")];
            assert_eq!(compared(&[("GET /", then)], &[("GET /", now)]), expected);
        }
        for (then, now) in [
            (by("asks"), by("asks")),
            (by("asks"), by("asks_seldom")),
            (by("asks"), PUBLIC()),
            (not_emulated(), by("asks")),
        ] {
            assert_eq!(compared(&[("GET /", then)], &[("GET /", now)]), [""; 0]);
        }
    }

    fn compared(then: &[(&str, Guard)], now: &[(&str, Guard)]) -> Vec<String> {
        let found = more_open(&deployed(then), &deployed(now)).into_iter();
        found
            .map(|open| format!("{}: {}", open.route, open.reason))
            .collect()
    }

    #[test]
    fn each_way_to_be_more_open_is_reported_and_its_opposite_is_not() {
        for (more, less, reason) in [
            (
                PUBLIC(),
                users("one", &[]),
                "it is public, but the state protects it with `authorizer.one`",
            ),
            (
                PUBLIC(),
                not_emulated(),
                "the state protects it with an authorizer that is not emulated",
            ),
            (
                users("one", &[]),
                not_emulated(),
                "the state protects it with an authorizer that is not emulated",
            ),
            (
                PUBLIC(),
                with_key(PUBLIC()),
                "it needs no API key, but the state requires one",
            ),
            (
                users("one", &[]),
                with_key(users("one", &[])),
                "it needs no API key, but the state requires one",
            ),
            (
                users("both", &[]),
                users("one", &[]),
                "it takes tokens of `https://b`, but the state does not",
            ),
            (
                users("one", &[]),
                users("clients", &[]),
                "it takes tokens of another audience than the state",
            ),
            (
                users("one", &["r", "w"]),
                users("one", &["r"]),
                "it takes the scope `w`, but the state does not",
            ),
        ] {
            let (more, less) = ([("GET /", more)], [("GET /", less)]);
            assert_eq!(compared(&more, &less), [format!("GET /: {reason}")]);
            assert_eq!(compared(&less, &more), [""; 0], "{reason}");
            assert_eq!(compared(&more, &more), [""; 0], "{reason}");
        }
        // Neither is more open than the other, and each takes tokens that the other does not.
        let (id, access) = ([("GET /", users("one", &[]))], [("GET /", users("one", &["r"]))]);
        assert_eq!(
            compared(&id, &access),
            ["GET /: it takes id tokens, but the state requires scopes"]
        );
        assert_eq!(
            compared(&access, &id),
            ["GET /: it takes the scope `r`, but the state does not"]
        );
    }

    #[test]
    fn a_removed_route_is_reported_and_a_new_one_is_not() {
        let (both, one) = (
            [("GET /", PUBLIC()), ("GET /old", PUBLIC())],
            [("GET /", PUBLIC())],
        );
        assert_eq!(compared(&both, &one), ["GET /old: the state has no such route"]);
        assert_eq!(compared(&one, &both), [""; 0]);
    }

    #[test]
    fn routes_are_compared_by_what_answers_a_request() {
        let guarded = || users("one", &[]);
        // The new route has an authorizer, and an open greedy route served its path before.
        let then = [("ANY /{proxy+}", PUBLIC())];
        let now = [("ANY /{proxy+}", PUBLIC()), ("GET /admin", guarded())];
        assert_eq!(
            compared(&then, &now),
            ["GET /admin: it is public, but the state protects it with `authorizer.one`"]
        );
        // The greedy one is seen beside parameters of every depth.
        let others = [("GET /{id}", PUBLIC()), ("GET /{id}/{part}", PUBLIC())];
        let then = [&others[..], &[("GET /{proxy+}", PUBLIC())]].concat();
        let now = [&others[..], &[("GET /{proxy+}", guarded())]].concat();
        assert_eq!(
            compared(&then, &now),
            ["GET /{proxy+}: it is public, but the state protects it with `authorizer.one`"]
        );
        // `ANY` is the methods that it stands for.
        let (then, now) = (
            [("ANY /", PUBLIC())],
            [("ANY /", PUBLIC()), ("DELETE /", guarded())],
        );
        assert_eq!(
            compared(&then, &now),
            ["DELETE /: it is public, but the state protects it with `authorizer.one`"]
        );
        assert_eq!(compared(&[("GET /", PUBLIC())], &[("ANY /", PUBLIC())]), [""; 0]);
    }
}
