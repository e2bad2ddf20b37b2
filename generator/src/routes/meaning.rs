//! Routes: which exist, which clash, who answers.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_foreign_text::printable::code;

use crate::diagnostic::{Diagnostic, Span};
use crate::resources::api_gateway_method::SIGN_IN_SCOPE;
use crate::routes::route_key::{KeyError, RouteKey};
use crate::routes::{Auth, Method, Route, RoutePath, Routes};
use crate::service::meaning::Resolver;
use crate::spec::{Placed, RouteTable, Spec};
use crate::user_pool::OWN_POOL;

impl Resolver<'_> {
    pub(crate) fn routes(&mut self, spec: &Spec, tables: &[(Placed<String>, RouteTable)]) -> Routes {
        let mut routes = Routes::default();
        let mut places: BTreeMap<(RoutePath, Method), Span> = BTreeMap::new();
        let mut variables = BTreeMap::new();
        let known = spec.function_names();
        let mut unknown: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
        let mut without_auth = Vec::new();
        let mut for_users = Vec::new();
        for (key, table) in tables {
            if let Some((name, span)) = table.function.placed()
                && !known.contains(name.as_str())
            {
                unknown.entry(name).or_default().push(span);
            }
            match &table.auth.span {
                None => without_auth.push(key.span.clone()),
                Some(span) => match &table.auth.value {
                    Some(Auth::UserPool) => for_users.push(span.clone()),
                    Some(Auth::Authorizer(name)) => self.authorizer_of_route(spec, name, span),
                    Some(Auth::None) | None => {}
                },
            }
            self.scopes(spec, table);
            let Some(RouteKey { method, path }) = self.route_key(key) else {
                continue;
            };
            self.variable_siblings(&mut variables, &path, key);
            let id = (path, method);
            if let Some(span) = places.get(&id) {
                self.report(
                    Diagnostic::new(key.span.clone(), format!("duplicate route `{}`", key.value))
                        .related(span.clone(), "first here")
                        .help("delete one of them"),
                );
                continue;
            }
            let (path, method) = id.clone();
            places.insert(id, key.span.clone());
            routes.insert(path, method, Route::of(table));
        }
        for (name, places) in unknown {
            self.unknown_function(name, places, &known);
        }
        if spec.user_pool.is_none() {
            self.no_user_pool(without_auth, for_users);
        }
        routes
    }

    /// Reports scopes that no request needs, or that no client can get a token for.
    fn scopes(&mut self, spec: &Spec, table: &RouteTable) {
        let Some((scopes, place)) = table.scopes.placed() else {
            return;
        };
        if let (Some(auth @ (Auth::None | Auth::Authorizer(_))), Some(written)) =
            (&table.auth.value, &table.auth.span)
        {
            let summary = format!("`scopes` must not be set with `auth = \"{auth}\"`");
            self.report(
                Diagnostic::new(place, summary)
                    .related(
                        written.clone(),
                        "tokens of the user pool have scopes, and this takes none",
                    )
                    .help("delete `scopes`, or delete `auth` so that callers need a token"),
            );
            return;
        }
        if scopes.is_empty() {
            let help = "name a scope, or delete `scopes` for a route that takes id tokens";
            self.report(Diagnostic::new(place, "`scopes` must not be empty").help(help));
        }
        let summary = |scope: &str| format!("duplicate scope {}", code(scope));
        self.duplicates(scopes, |scope| scope, summary, "delete one of them");
        let has_own_pool = spec
            .user_pool
            .as_ref()
            .is_some_and(|pool| !pool.existing.is_written());
        for scope in scopes
            .iter()
            .filter(|scope| has_own_pool && scope.value != SIGN_IN_SCOPE)
        {
            let summary = format!(
                "unknown scope {}: no client can get a token with it",
                code(&scope.value)
            );
            self.report(Diagnostic::new(scope.span.clone(), summary).help(format!(
                "write `{SIGN_IN_SCOPE}`, the scope of users who sign in with a password"
            )));
        }
    }

    /// Reports routes of a service without a user pool that don't say who may call them, and those for signed-in users. A
    /// route is never public because a table is missing.
    fn no_user_pool(&mut self, without_auth: Vec<Span>, for_users: Vec<Span>) {
        let mut report = |places: Vec<Span>, summary: &str, help: String| {
            let mut places = places.into_iter();
            let Some(first) = places.next() else { return };
            let diagnostic = Diagnostic::new(first, summary).help(help).missing("user_pool");
            self.report(places.fold(diagnostic, |diagnostic, other| {
                diagnostic.related(other, "and here")
            }));
        };
        report(
            without_auth,
            "missing `auth`: without `[user_pool]`, every route must say who may call it",
            format!("write `auth = \"none\"` for a public route, or add {OWN_POOL}"),
        );
        report(
            for_users,
            "`auth` must not be `user_pool` without `[user_pool]`",
            format!("add {OWN_POOL}, or write `auth = \"none\"` for a public route"),
        );
    }

    /// Reports an authorizer that is not there.
    fn authorizer_of_route(&mut self, spec: &Spec, name: &str, place: &Span) {
        let mut known = spec.authorizers.iter().map(|(known, _)| known.value.as_str());
        if known.clone().any(|known| known == name) {
            return;
        }
        let unknown = Diagnostic::new(place.clone(), format!("unknown authorizer `{name}`"));
        let unknown = unknown.similar(name, "an authorizer", known.by_ref());
        self.report(
            unknown
                .help(format!("add `[authorizers.{name}]`, or name another authorizer"))
                .missing(format!("authorizers.{name}")),
        );
    }

    /// Reports a name that no function has, once, wherever it is written.
    pub(crate) fn unknown_function(&mut self, name: &str, places: Vec<Span>, known: &BTreeSet<&str>) {
        let mut places = places.into_iter();
        let Some(first) = places.next() else { return };
        let mut diagnostic = Diagnostic::new(first, format!("unknown function `{name}`")).similar(
            name,
            "a function",
            known.iter().copied(),
        );
        for other in places {
            diagnostic = diagnostic.related(other, "and here");
        }
        self.report(
            diagnostic
                .help(format!("add `[functions.{name}]`, or name another function"))
                .missing(format!("functions.{name}")),
        );
    }

    /// Reads a key, or reports what is wrong with its parts.
    fn route_key(&mut self, key: &Placed<String>) -> Option<RouteKey> {
        let wrong = match RouteKey::parse(&key.value) {
            Ok(parsed) => return Some(parsed),
            Err(wrong) => wrong,
        };
        for KeyError { part, summary, help } in wrong {
            let diagnostic = Diagnostic::new(key.part(part), summary);
            self.report(match help {
                Some(help) => diagnostic.help(help),
                None => diagnostic.known(Method::ALL.into_iter().map(Method::as_str)),
            });
        }
        None
    }

    /// A resource may have one variable child, `{id}` or `{proxy+}`: API Gateway answers a second one with "A
    /// sibling of this resource already has a variable path part -- only one is allowed".
    pub(crate) fn variable_siblings(
        &mut self,
        seen: &mut BTreeMap<String, (String, Span)>,
        path: &RoutePath,
        key: &Placed<String>,
    ) {
        for resource in path.resources() {
            let (Some(segment), Some(parent)) = (resource.segments().last(), resource.parent()) else {
                continue;
            };
            if resource.shape().last() != Some(&None) {
                continue;
            }
            let text = segment.to_string();
            // Parents whose parameters have other names are one resource all the same.
            let (other_text, span) = seen
                .entry(parent.arn_pattern())
                .or_insert_with(|| (text.clone(), key.span.clone()));
            if *other_text != text {
                self.report(
                    Diagnostic::new(
                        key.span.clone(),
                        format!("duplicate parameter under `{parent}`: `{text}` beside `{other_text}`"),
                    )
                    .related(span.clone(), "the other one")
                    .help(format!(
                        "write `{other_text}` here too, or change the path: API Gateway allows one"
                    )),
                );
                return;
            }
        }
    }
}
