//! Two surfaces, and every difference in a sentence.

use std::collections::BTreeMap;

use serde::Serialize;

use super::types::Surface;
pub(crate) use portcullis_foreign_text::words::code;

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

pub(crate) struct Comparison {
    pub(crate) words: Words,
    differences: Vec<Difference>,
}

impl Comparison {
    pub(crate) fn push(&mut self, subject: Subject, sentence: String) {
        self.differences.push(Difference { subject, sentence });
    }

    /// `what` is one thing here and another there.
    pub(crate) fn changed<T: PartialEq>(
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
    pub(crate) fn only_found(&mut self, subject: Subject, what: &str) {
        let Words { found, expected } = self.words;
        self.push(subject, format!("{what} {found}, and not {expected}"));
    }

    /// Something that is only there.
    pub(crate) fn only_expected(&mut self, subject: Subject, what: &str) {
        let Words { found, expected } = self.words;
        self.push(subject, format!("{what} {expected}, and not {found}"));
    }

    /// What two lists do not share, a sentence each.
    pub(crate) fn lists<T: PartialEq>(
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

    pub(crate) fn api(&mut self, expected: &Surface, found: &Surface) {
        let (expected, found) = (&expected.api, &found.api);
        let is = |text: &String| format!("is {}", code(text));
        self.changed(
            &Subject::Api,
            "the name of the API",
            (&expected.name, &found.name),
            is,
        );
        self.changed(&Subject::Api, "the stage", (&expected.stage, &found.stage), is);
        self.lists(
            &Subject::Api,
            &expected.other_stages,
            &found.other_stages,
            |stage| format!("another stage, {}, is", code(stage)),
        );
        self.changed(
            &Subject::Api,
            "the endpoint",
            (&expected.endpoint, &found.endpoint),
            is,
        );
    }

    pub(crate) fn gateway_responses(&mut self, expected: &Surface, found: &Surface) {
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

    pub(crate) fn rest(&mut self, expected: &Surface, found: &Surface) {
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

    pub(crate) fn one_sided(&mut self, subject: Subject, is_expected: bool, what: &str) {
        if is_expected {
            self.only_expected(subject, what);
        } else {
            self.only_found(subject, what);
        }
    }
}

/// What is in one list and not in another, each as often as it is there more often.
pub(crate) fn without<'a, T: PartialEq>(list: &'a [T], other: &[T]) -> Vec<&'a T> {
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
pub(crate) fn pairs<'a, T>(
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

pub(crate) fn codes(list: &[String]) -> String {
    match list {
        [] => "nothing".to_owned(),
        list => list.iter().map(|text| code(text)).collect::<Vec<_>>().join(", "),
    }
}

pub(crate) fn shown(text: &Option<String>) -> String {
    text.as_ref()
        .map_or("is none".to_owned(), |text| format!("is {}", code(text)))
}

pub(crate) fn entries(map: &BTreeMap<String, String>, none: &str) -> String {
    if map.is_empty() {
        return none.to_owned();
    }
    let entries = map.iter().map(|(key, value)| code(&format!("{key}: {value}")));
    entries.collect::<Vec<_>>().join(", ")
}
