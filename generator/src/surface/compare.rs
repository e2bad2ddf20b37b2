//! Two surfaces, and every difference in a sentence.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::types::{
    Authorizer, Client, Function, Invoker, Preflight, Route, Statement, Surface, UNKNOWN, Unknown, UserPool,
};

/// What a difference is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub enum Subject {
    /// The API itself.
    Api,
    /// An authorizer, by name.
    Authorizer(String),
    /// A route: `METHOD /path`.
    Route(String),
    /// A function, by name.
    Function(String),
    /// The user pool.
    UserPool,
    /// A client, by name.
    Client(String),
    /// What the gateway itself answers, by type.
    GatewayResponse(String),
    /// An argument that nobody classified: `ADDRESS.ARGUMENT`.
    Argument(String),
    /// A resource that nothing else accounts for, by address.
    Other(String),
    /// Something that a plan leaves open: `ADDRESS.ARGUMENT`.
    Unknown(String),
}

/// One difference of two surfaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is of.
    pub subject: Subject,
    /// What a reader is told.
    pub sentence: String,
}

/// How sentences call the two surfaces, such as `in the plan` and `in the spec`.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// The one that is looked at.
    pub found: &'static str,
    /// The one that it is held against.
    pub expected: &'static str,
}

impl Words {
    /// A plan against its spec.
    pub const PLAN: Self = Self {
        found: "in the plan",
        expected: "in the spec",
    };
}

/// Every difference of `found` from `expected`, in the order of a surface. What a plan leaves open is a difference, unless
/// it does not fail: an invoke permission whose source hangs on this API alone stands for any of its routes.
pub fn compare(expected: &Surface, found: &Surface, words: Words) -> Vec<Difference> {
    let mut comparison = Comparison {
        words,
        differences: Vec::new(),
    };
    comparison.api(expected, found);
    comparison.authorizers(expected, found);
    comparison.routes(expected, found);
    comparison.functions(expected, found);
    comparison.user_pool(expected.user_pool.as_ref(), found.user_pool.as_ref());
    comparison.gateway_responses(expected, found);
    comparison.rest(expected, found);
    comparison.differences
}

struct Comparison {
    words: Words,
    differences: Vec<Difference>,
}

impl Comparison {
    fn push(&mut self, subject: Subject, sentence: String) {
        self.differences.push(Difference { subject, sentence });
    }

    /// `what` is one thing here and another there.
    fn changed<T: PartialEq>(
        &mut self,
        subject: &Subject,
        what: &str,
        (expected, found): (&T, &T),
        show: impl Fn(&T) -> String,
    ) {
        if expected != found {
            let Words {
                found: here,
                expected: there,
            } = self.words;
            let (is, was) = (show(found), show(expected));
            self.push(subject.clone(), format!("{what} {is} {here}, and {was} {there}"));
        }
    }

    /// Something that is only here.
    fn only_found(&mut self, subject: Subject, what: &str) {
        let Words { found, expected } = self.words;
        self.push(subject, format!("{what} {found}, and not {expected}"));
    }

    /// Something that is only there.
    fn only_expected(&mut self, subject: Subject, what: &str) {
        let Words { found, expected } = self.words;
        self.push(subject, format!("{what} {expected}, and not {found}"));
    }

    /// What two lists do not share, a sentence each.
    fn lists<T: PartialEq>(
        &mut self,
        subject: &Subject,
        expected: &[T],
        found: &[T],
        show: impl Fn(&T) -> String,
    ) {
        for item in without(found, expected) {
            self.only_found(subject.clone(), &show(item));
        }
        for item in without(expected, found) {
            self.only_expected(subject.clone(), &show(item));
        }
    }

    fn api(&mut self, expected: &Surface, found: &Surface) {
        let (expected, found) = (&expected.api, &found.api);
        let is = |text: &String| format!("is {}", code(text));
        self.changed(
            &Subject::Api,
            "the name of the API",
            (&expected.name, &found.name),
            is,
        );
        self.changed(&Subject::Api, "the stage", (&expected.stage, &found.stage), is);
        self.changed(
            &Subject::Api,
            "the endpoint",
            (&expected.endpoint, &found.endpoint),
            is,
        );
    }

    fn authorizers(&mut self, expected: &Surface, found: &Surface) {
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

    fn routes(&mut self, expected: &Surface, found: &Surface) {
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
            self.changed(
                &subject,
                &what,
                (&answers(expected), &answers(found)),
                |answers| format!("is answered by {answers}"),
            );
            self.preflight(&subject, &found.path, expected.cors.as_ref(), found.cors.as_ref());
        }
    }

    fn preflight(
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

    fn functions(&mut self, expected: &Surface, found: &Surface) {
        let unknown = &found.unknown;
        let key = |function: &Function| function.name.clone();
        for (name, expected, found) in pairs(&expected.functions, &found.functions, key) {
            let subject = Subject::Function(name.clone());
            let what = format!("the function {}", code(&name));
            let (Some(expected), Some(found)) = (expected, found) else {
                self.one_sided(subject, expected.is_some(), &format!("{what} is"));
                continue;
            };
            let is = |text: &String| format!("is {}", code(text));
            self.changed(
                &subject,
                &format!("the code of {what}"),
                (&expected.code, &found.code),
                is,
            );
            self.changed(
                &subject,
                &format!("the handler of {what}"),
                (&expected.handler, &found.handler),
                is,
            );
            self.changed(
                &subject,
                &format!("the runtime of {what}"),
                (&expected.runtime, &found.runtime),
                is,
            );
            self.environment(&subject, &what, expected, found);
            self.lists(&subject, &expected.assumed_by, &found.assumed_by, |who| {
                format!("the role of {what} may be taken on by {}", code(who))
            });
            self.changed(
                &subject,
                &format!("the role of {what}"),
                (&expected.role, &found.role),
                |role| {
                    role.as_ref().map_or("is its own".into(), |role| {
                        format!("is {}, managed elsewhere,", code(role))
                    })
                },
            );
            let is_open = unknown
                .iter()
                .any(|one| one.what == format!("what {} may do", code(&name)));
            let may = |statement: &Statement| format!("{what} {}", may(statement));
            for statement in without(&found.statements, &expected.statements) {
                self.only_found(subject.clone(), &may(statement));
            }
            // What is not known yet may be what is missed.
            for statement in without(&expected.statements, &found.statements)
                .into_iter()
                .filter(|_| !is_open)
            {
                self.only_expected(subject.clone(), &may(statement));
            }
            self.lists(
                &subject,
                &expected.managed_policies,
                &found.managed_policies,
                |policy| format!("{what} may do what the policy {} says", code(policy)),
            );
            self.invokers(&subject, &what, &expected.invokers, &found.invokers);
            self.changed(
                &subject,
                &what,
                (&expected.url_auth, &found.url_auth),
                |auth| match auth.as_deref() {
                    None => "has no address of its own".into(),
                    Some("NONE") => "may be called by anyone at an address of its own".into(),
                    Some(auth) => format!(
                        "may be called at an address of its own by whom {} lets,",
                        code(auth)
                    ),
                },
            );
        }
    }

    fn environment(&mut self, subject: &Subject, what: &str, expected: &Function, found: &Function) {
        let names: BTreeSet<&String> = expected
            .environment
            .keys()
            .chain(found.environment.keys())
            .collect();
        for name in names {
            let variable = format!("the variable {} of {what}", code(name));
            match (expected.environment.get(name), found.environment.get(name)) {
                (None, _) => self.only_found(subject.clone(), &format!("{variable} is")),
                (_, None) => self.only_expected(subject.clone(), &format!("{variable} is")),
                (expected, found) if expected != found => {
                    let Words { found, expected } = self.words;
                    self.push(
                        subject.clone(),
                        format!("{variable} has another value {found} than {expected}"),
                    );
                }
                _ => (),
            }
        }
    }

    fn invokers(&mut self, subject: &Subject, what: &str, expected: &[Invoker], found: &[Invoker]) {
        let mut missing: Vec<&Invoker> = without(expected, found);
        let show = |invoker: &Invoker| {
            let mut text = format!("{what} may be invoked by {}", code(&invoker.principal));
            match &invoker.source {
                None => text.push_str(" on anyone's behalf"),
                Some(source) => text.push_str(&format!(" on behalf of {}", code(source))),
            }
            let more = [
                (
                    "as",
                    Some(&invoker.action).filter(|action| *action != "lambda:InvokeFunction"),
                ),
                ("of the account", invoker.source_account.as_ref()),
                ("of the organization", invoker.principal_org_id.as_ref()),
                ("by its address of type", invoker.function_url_auth_type.as_ref()),
                ("in its version", invoker.qualifier.as_ref()),
            ];
            for (word, value) in more {
                if let Some(value) = value {
                    text.push_str(&format!(" {word} {}", code(value)));
                }
            }
            text
        };
        for invoker in without(found, expected) {
            let is_open = invoker.source.as_deref() == Some(UNKNOWN);
            let meant = missing.iter().position(|other| {
                let source = invoker.source.clone();
                is_open
                    && Invoker {
                        source,
                        ..(*other).clone()
                    } == *invoker
            });
            match meant {
                Some(place) => {
                    missing.remove(place);
                }
                None => self.only_found(subject.clone(), &show(invoker)),
            }
        }
        for invoker in missing {
            self.only_expected(subject.clone(), &show(invoker));
        }
    }

    fn user_pool(&mut self, expected: Option<&UserPool>, found: Option<&UserPool>) {
        let subject = Subject::UserPool;
        let (Some(expected), Some(found)) = (expected, found) else {
            if expected.is_some() != found.is_some() {
                self.one_sided(subject, expected.is_some(), "a user pool is");
            }
            return;
        };
        let is = |text: &String| format!("is {}", code(text));
        let lists = |list: &Vec<String>| format!("is {}", codes(list));
        self.changed(
            &subject,
            "the name of the pool",
            (&expected.name, &found.name),
            is,
        );
        self.changed(
            &subject,
            "what users sign in with",
            (&expected.sign_in_with, &found.sign_in_with),
            lists,
        );
        self.changed(
            &subject,
            "what Cognito verifies of a user",
            (&expected.verified, &found.verified),
            lists,
        );
        self.changed(
            &subject,
            "a user name in another case",
            (&expected.case_sensitive, &found.case_sensitive),
            |sensitive| {
                (if *sensitive {
                    "is another user"
                } else {
                    "is the same user"
                })
                .to_owned()
            },
        );
        self.changed(
            &subject,
            "a stranger",
            (&expected.self_sign_up, &found.self_sign_up),
            |may| (if *may { "may register" } else { "may not register" }).to_owned(),
        );
        let (was, now) = (&expected.password, &found.password);
        self.changed(
            &subject,
            "a password",
            (&was.minimum_length, &now.minimum_length),
            |length| format!("has at least {length} characters"),
        );
        for (what, was, now) in [
            ("a lower-case letter", was.lowercase, now.lowercase),
            ("an upper-case letter", was.uppercase, now.uppercase),
            ("a number", was.numbers, now.numbers),
            ("a symbol", was.symbols, now.symbols),
        ] {
            self.changed(&subject, "a password", (&was, &now), |needs| {
                format!("{} {what}", if *needs { "needs" } else { "does not need" })
            });
        }
        let days = (
            &was.temporary_password_validity_days,
            &now.temporary_password_validity_days,
        );
        self.changed(&subject, "an invitation's password", days, |days| {
            format!("is good for {days} days")
        });
        self.changed(&subject, "MFA", (&expected.mfa, &found.mfa), is);
        self.changed(
            &subject,
            "AWS",
            (&expected.deletion_protection, &found.deletion_protection),
            |protects| {
                (if *protects {
                    "refuses to delete the pool"
                } else {
                    "lets the pool be deleted"
                })
                .to_owned()
            },
        );
        self.clients(&expected.clients, &found.clients);
    }

    fn clients(&mut self, expected: &[Client], found: &[Client]) {
        for (name, expected, found) in pairs(expected, found, |client| client.name.clone()) {
            let subject = Subject::Client(name.clone());
            let what = format!("the client {}", code(&name));
            let (Some(expected), Some(found)) = (expected, found) else {
                self.one_sided(subject, expected.is_some(), &format!("{what} is"));
                continue;
            };
            for (verb, expected, found) in [
                ("may sign users in by", &expected.auth_flows, &found.auth_flows),
                (
                    "may use the OAuth flow",
                    &expected.oauth_flows,
                    &found.oauth_flows,
                ),
                (
                    "may ask for the scope",
                    &expected.oauth_scopes,
                    &found.oauth_scopes,
                ),
                ("sends tokens to", &expected.callback_urls, &found.callback_urls),
                ("trusts", &expected.identity_providers, &found.identity_providers),
            ] {
                self.lists(&subject, expected, found, |item| {
                    format!("{what} {verb} {}", code(item))
                });
            }
            self.changed(
                &subject,
                &what,
                (&expected.generate_secret, &found.generate_secret),
                |has| (if *has { "has a secret" } else { "has no secret" }).to_owned(),
            );
            self.changed(
                &subject,
                &what,
                (&expected.hides_users, &found.hides_users),
                |hides| {
                    (if *hides { "does not tell" } else { "tells" }).to_owned() + " which users there are"
                },
            );
        }
    }

    fn gateway_responses(&mut self, expected: &Surface, found: &Surface) {
        let (expected, found) = (&expected.gateway_responses, &found.gateway_responses);
        for (name, expected, found) in pairs(expected, found, |response| response.kind.clone()) {
            let subject = Subject::GatewayResponse(name.clone());
            let what = format!("the gateway response {}", code(&name));
            let (Some(expected), Some(found)) = (expected, found) else {
                self.one_sided(subject, expected.is_some(), &format!("{what} is"));
                continue;
            };
            self.changed(
                &subject,
                &format!("the status of {what}"),
                (&expected.status, &found.status),
                |status| {
                    status
                        .as_ref()
                        .map_or("is its own".into(), |status| format!("is {}", code(status)))
                },
            );
            self.changed(&subject, &what, (&expected.headers, &found.headers), |headers| {
                format!("has {}", entries(headers, "no headers"))
            });
            self.changed(
                &subject,
                &what,
                (&expected.templates, &found.templates),
                |templates| format!("has {}", entries(templates, "the gateway's own body")),
            );
        }
    }

    fn rest(&mut self, expected: &Surface, found: &Surface) {
        let (others, arguments) = (&expected.others, &expected.other_arguments);
        for argument in without(&found.other_arguments, arguments) {
            let subject = Subject::Argument(format!("{}.{}", argument.address, argument.argument));
            let (address, name) = (code(&argument.address), code(&argument.argument));
            self.only_found(
                subject,
                &format!(
                    "{name} of {address} is set to {}",
                    code(&argument.value.to_string())
                ),
            );
        }
        for argument in without(arguments, &found.other_arguments) {
            let subject = Subject::Argument(format!("{}.{}", argument.address, argument.argument));
            let (address, name) = (code(&argument.address), code(&argument.argument));
            self.only_expected(
                subject,
                &format!(
                    "{name} of {address} is set to {}",
                    code(&argument.value.to_string())
                ),
            );
        }
        for address in without(&found.others, others) {
            self.only_found(Subject::Other(address.clone()), &format!("{} is", code(address)));
        }
        for address in without(others, &found.others) {
            self.only_expected(Subject::Other(address.clone()), &format!("{} is", code(address)));
        }
        for unknown in found.unknown.iter().filter(|unknown| unknown.fails) {
            let subject = Subject::Unknown(format!("{}.{}", unknown.address, unknown.argument));
            self.push(subject, unknown.sentence());
        }
    }

    fn one_sided(&mut self, subject: Subject, is_expected: bool, what: &str) {
        if is_expected {
            self.only_expected(subject, what);
        } else {
            self.only_found(subject, what);
        }
    }
}

impl Unknown {
    /// What is not known, where, and on what it hangs.
    pub fn sentence(&self) -> String {
        let place = match self.argument.as_str() {
            "" => code(&self.address),
            argument => format!("{} of {}", code(argument), code(&self.address)),
        };
        let hangs = match self.references.as_slice() {
            [] => String::new(),
            references => format!(" hangs on {}", codes(references)),
        };
        format!(
            "{} is not certain before the apply: {place}{hangs}: {}",
            self.what, self.why
        )
    }
}

/// What is in one list and not in another, each as often as it is there more often.
fn without<'a, T: PartialEq>(list: &'a [T], other: &[T]) -> Vec<&'a T> {
    let mut rest: Vec<&T> = other.iter().collect();
    list.iter()
        .filter(|item| match rest.iter().position(|other| other == item) {
            Some(place) => {
                rest.remove(place);
                false
            }
            None => true,
        })
        .collect()
}

/// The items of two lists by a name, side by side. A name that stands several times is paired in order.
fn pairs<'a, T>(
    expected: &'a [T],
    found: &'a [T],
    name: impl Fn(&T) -> String,
) -> Vec<(String, Option<&'a T>, Option<&'a T>)> {
    let mut sides: BTreeMap<String, (Vec<&T>, Vec<&T>)> = BTreeMap::new();
    for item in expected {
        sides.entry(name(item)).or_default().0.push(item);
    }
    for item in found {
        sides.entry(name(item)).or_default().1.push(item);
    }
    let mut pairs = Vec::new();
    for (name, (expected, found)) in sides {
        for place in 0..expected.len().max(found.len()) {
            pairs.push((
                name.clone(),
                expected.get(place).copied(),
                found.get(place).copied(),
            ));
        }
    }
    pairs
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
        (Some(function), _, "AWS_PROXY") => format!("{}{version}", code(function)),
        (Some(function), _, kind) => format!("{}{version} through {}", code(function), code(kind)),
        (None, Some(uri), kind) => format!("{} through {}", code(uri), code(kind)),
        (None, None, "MOCK") => "a mock".to_owned(),
        (None, None, "") => "nothing".to_owned(),
        (None, None, _) => "something that is not known".to_owned(),
    }
}

/// What a statement lets a function do.
fn may(statement: &Statement) -> String {
    let verb = match statement.effect.as_str() {
        "Allow" => "may",
        _ => "may not",
    };
    let list = |these: &[String], not_these: &[String]| match (these, not_these) {
        (these, []) => codes(these),
        (_, not_these) => format!("everything but {}", codes(not_these)),
    };
    let mut text = format!(
        "{verb} {} on {}",
        list(&statement.actions, &statement.not_actions),
        list(&statement.resources, &statement.not_resources)
    );
    if let Some(condition) = &statement.condition {
        text.push_str(&format!(" if {}", code(&condition.to_string())));
    }
    text
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn codes(list: &[String]) -> String {
    match list {
        [] => "nothing".to_owned(),
        list => list.iter().map(|text| code(text)).collect::<Vec<_>>().join(", "),
    }
}

fn shown(text: &Option<String>) -> String {
    text.as_ref()
        .map_or("is none".to_owned(), |text| format!("is {}", code(text)))
}

fn entries(map: &BTreeMap<String, String>, none: &str) -> String {
    if map.is_empty() {
        return none.to_owned();
    }
    let entries = map.iter().map(|(key, value)| code(&format!("{key}: {value}")));
    entries.collect::<Vec<_>>().join(", ")
}
