//! Routes, who is let through to them, and what a preflight answers.

use crate::surface::compare::{Comparison, Subject, code, codes, entries, pairs, shown};
use crate::surface::types::{Authorizer, Preflight, Route, Surface};

impl Comparison {
    pub(crate) fn authorizers(&mut self, expected: &Surface, found: &Surface) {
        let key = |one: &Authorizer| one.name.clone();
        for (name, expected, found) in pairs(&expected.authorizers, &found.authorizers, key) {
            let subject = Subject::Authorizer(name.clone());
            let what = format!("the authorizer {}", code(&name));
            let (Some(expected), Some(found)) = (expected, found) else {
                self.one_sided(subject, expected.is_some(), &format!("{what} is"));
                continue;
            };
            let is = |text: &String| format!("is {}", code(text));
            self.changed(
                &subject,
                &format!("the type of {what}"),
                (&expected.kind, &found.kind),
                is,
            );
            self.changed(
                &subject,
                &format!("the header of {what}"),
                (&expected.header, &found.header),
                is,
            );
            self.changed(
                &subject,
                &format!("how long {what} remembers a token"),
                (&expected.ttl_seconds, &found.ttl_seconds),
                |seconds| format!("is {seconds} seconds"),
            );
            self.lists(&subject, &expected.pools, &found.pools, |pool| {
                match pool.as_str() {
                    "${user_pool}" => format!("{what} admits the users of the pool"),
                    other => format!("{what} admits the users of another pool, {},", code(other)),
                }
            });
            self.changed(
                &subject,
                &format!("the expression that a token has to match for {what}"),
                (&expected.validation, &found.validation),
                shown,
            );
            self.changed(
                &subject,
                &format!("the function that decides for {what}"),
                (&expected.function, &found.function),
                shown,
            );
        }
    }

    pub(crate) fn routes(&mut self, expected: &Surface, found: &Surface) {
        let key = |route: &Route| format!("{} {}", route.method, route.path);
        for (name, expected, found) in pairs(&expected.routes, &found.routes, key) {
            let subject = Subject::Route(name.clone());
            let what = code(&name);
            let (expected, found) = match (expected, found) {
                (Some(expected), Some(found)) => (expected, found),
                (None, Some(found)) => {
                    let what = format!("{what}, {}, answered by {}, is", who(found), answers(found));
                    self.only_found(subject, &what);
                    continue;
                }
                _ => {
                    self.only_expected(subject, &format!("{what} is"));
                    continue;
                }
            };
            self.changed(&subject, &what, (&who(expected), &who(found)), |who| {
                format!("is {who}")
            });
            // Of a route of which nothing is certain, one difference is enough.
            if found.uncertain.auth_type.is_none() || found.uncertain.integration.is_none() {
                self.changed(
                    &subject,
                    &what,
                    (&answers(expected), &answers(found)),
                    |answers| format!("is answered by {answers}"),
                );
            }
            self.preflight(&subject, &found.path, expected.cors.as_ref(), found.cors.as_ref());
        }
    }

    pub(crate) fn preflight(
        &mut self,
        subject: &Subject,
        path: &str,
        expected: Option<&Preflight>,
        found: Option<&Preflight>,
    ) {
        let what = format!("the preflight of {}", code(path));
        let (expected, found) = match (expected, found) {
            (None, None) => return,
            (Some(expected), Some(found)) => (expected, found),
            (None, Some(found)) => {
                let what = format!("{what} admits the origin {}", code(&found.allow_origin));
                return self.only_found(subject.clone(), &what);
            }
            (Some(_), None) => {
                return self.only_expected(subject.clone(), &format!("{what} answers with CORS headers"));
            }
        };
        let admits = |kind: &'static str| {
            move |list: &Vec<String>| match list.as_slice() {
                [] => format!("admits no {kind}"),
                list => format!("admits the {kind} {}", codes(list)),
            }
        };
        self.changed(
            subject,
            &what,
            (&expected.allow_origin, &found.allow_origin),
            |origin| format!("admits the origin {}", code(origin)),
        );
        self.changed(
            subject,
            &what,
            (&expected.allow_methods, &found.allow_methods),
            admits("methods"),
        );
        self.changed(
            subject,
            &what,
            (&expected.allow_headers, &found.allow_headers),
            admits("headers"),
        );
        self.changed(
            subject,
            &what,
            (&expected.allow_credentials, &found.allow_credentials),
            |admits| {
                (if *admits {
                    "admits cookies"
                } else {
                    "admits no cookies"
                })
                .to_owned()
            },
        );
        self.changed(
            subject,
            &what,
            (&expected.max_age_seconds, &found.max_age_seconds),
            |seconds| {
                seconds.map_or("may not be remembered".into(), |seconds| {
                    format!("may be remembered for {seconds} seconds")
                })
            },
        );
        self.changed(
            subject,
            &what,
            (&expected.other_headers, &found.other_headers),
            |headers| format!("has {}", entries(headers, "no other headers")),
        );
    }
}

/// Who may call a route.
fn who(route: &Route) -> String {
    let mut who = match (route.auth_type.as_str(), &route.authorizer) {
        ("NONE", _) => "open to anyone".to_owned(),
        ("?", _) => "guarded by something that is not known".to_owned(),
        (_, Some(authorizer)) => format!("guarded by {}", code(authorizer)),
        (kind, None) => format!("guarded by {}", code(kind)),
    };
    if !route.scopes.is_empty() {
        who.push_str(&format!(", which asks for a scope of {}", codes(&route.scopes)));
    }
    if route.api_key_required {
        who.push_str(", with an API key");
    }
    who
}

/// What answers a route.
fn answers(route: &Route) -> String {
    let version = route
        .qualifier
        .as_ref()
        .map(|qualifier| format!(" in its version {}", code(qualifier)))
        .unwrap_or_default();
    match (&route.function, &route.uri, route.integration.as_str()) {
        (.., "?") => "something that is not known".to_owned(),
        (Some(function), _, "AWS_PROXY") => format!("{}{version}", code(function)),
        (Some(function), _, kind) => format!("{}{version} through {}", code(function), code(kind)),
        (None, Some(uri), kind) => format!("{} through {}", code(uri), code(kind)),
        (None, None, "MOCK") => "a mock".to_owned(),
        (None, None, "") => "nothing".to_owned(),
        (None, None, _) => "something that is not known".to_owned(),
    }
}
