//! Sentences about uncertain parts: one each, or one for all of a kind.

use std::collections::BTreeMap;

use portcullis_foreign_text::printable::code;

use crate::modules::OWN_MODULE;
use crate::surface::{Question, Unknown};

/// Maximum number of names in a sentence.
const NAMES: usize = 3;

impl Question {
    /// Returns the uncertain property of things with these names.
    pub(crate) fn what(self, of: &[String]) -> String {
        let mut of: Vec<String> = of.iter().map(|name| code(name)).collect();
        let left_out = of.len().saturating_sub(NAMES);
        if left_out > 0 {
            of.truncate(NAMES);
            of.push(format!("{left_out} more"));
        }
        let names = match &of[..] {
            [] => match self {
                Self::Rights => "a function".to_owned(),
                _ => "something".to_owned(),
            },
            [one] => one.clone(),
            [names @ .., last] => format!("{} and {last}", names.join(", ")),
        };
        match self {
            Self::Routes => format!("which routes {names} has and who may call them"),
            Self::ApiSetting => "a setting of the API".to_owned(),
            Self::Path => format!("the path of {names}"),
            Self::WhoCalls => format!("who may call {names}"),
            Self::WhatAnswers => format!("what handles {names}"),
            Self::Preflight => "what a preflight allows".to_owned(),
            Self::WhoIsAdmitted => format!("which users the authorizer {names} accepts"),
            Self::WhoInvokes => format!("who may invoke {names}"),
            Self::OnWhoseBehalf => format!("for which source {names} may be invoked"),
            Self::WhatFunction => format!("what function {names} is and may do"),
            Self::Variables => format!("which environment variables {names} has"),
            Self::WhoTakesRoles => "who may assume a function's role".to_owned(),
            Self::Rights => format!("what {names} may do"),
            Self::WhoGetsTokens => "who can get a token".to_owned(),
            Self::Policy => "what a policy allows".to_owned(),
            Self::Setting => "a setting".to_owned(),
            Self::PartOfTheApi => "what a part of the API does".to_owned(),
        }
    }
}

/// Advice about an unknown output of the own module.
const OWN_ADVICE: &str = "; make the text of the output in `terraform/modules/own` from known values, such as names and `var.service`";

impl Unknown {
    /// The assumption that a check makes about what doesn't fail.
    pub fn assumption(&self) -> String {
        let deciding = if self.depends_on_own_module() {
            "only this API, its user pool and `terraform/modules/own` decide"
        } else {
            "this API or its user pool alone decides"
        };
        format!("Portcullis assumes that {deciding} {}", self.what)
    }

    fn depends_on_own_module(&self) -> bool {
        let mut references = self.references.iter();
        references.any(|reference| reference.starts_with(OWN_MODULE))
    }

    /// Returns the uncertain property, its place, its dependencies and the reason.
    pub fn sentence(&self) -> String {
        let Self {
            address,
            argument,
            question: _,
            of,
            what,
            references,
            why,
            fails: _,
        } = self;
        let is_named = of == std::slice::from_ref(address);
        let address = code(address);
        if argument.is_empty() {
            let place = if is_named {
                String::new()
            } else {
                format!("{address}: ")
            };
            return format!("can't tell {what}: {place}{why}");
        }
        let argument = code(argument);
        let place = if is_named {
            format!("its {argument}")
        } else {
            format!("{argument} of {address}")
        };
        let references: Vec<String> = references.iter().map(|reference| code(reference)).collect();
        let depends = if references.is_empty() {
            "is unknown".to_owned()
        } else {
            format!("depends on {}", references.join(", "))
        };
        let advice = if self.depends_on_own_module() {
            OWN_ADVICE
        } else {
            ""
        };
        format!("can't tell {what} before the apply: {place} {depends} ({why}){advice}")
    }
}

/// Returns a sentence for each kind of failing unknown. With one unknown of a kind, it contains everything. With
/// several, it contains their number and the first names. If a part is not understood, each reason is a kind of its
/// own.
pub fn summaries(unknown: &[Unknown]) -> Vec<String> {
    let mut kinds: BTreeMap<(Question, &str), Vec<&Unknown>> = BTreeMap::new();
    for one in unknown.iter().filter(|one| one.fails) {
        let reason = if one.argument.is_empty() {
            one.why.as_str()
        } else {
            ""
        };
        kinds.entry((one.question, reason)).or_default().push(one);
    }
    kinds.into_values().map(|kind| summary(&kind)).collect()
}

fn summary(kind: &[&Unknown]) -> String {
    let [first, rest @ ..] = kind else {
        return String::new();
    };
    if rest.is_empty() {
        return first.sentence();
    }
    let mut names: Vec<String> = Vec::new();
    for name in kind.iter().flat_map(|one| &one.of) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let mut reasons: Vec<&str> = kind.iter().map(|one| one.why.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let others = match reasons.len() - 1 {
        0 => String::new(),
        1 => " (and another reason)".to_owned(),
        count => format!(" (and {count} other reasons)"),
    };
    let when = if first.argument.is_empty() {
        ""
    } else {
        " before the apply"
    };
    format!(
        "can't tell {}{when} ({} times): {}{others}",
        first.question.what(&names),
        kind.len(),
        reasons[0]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(question: Question, of: &str, argument: &str, why: &str) -> Unknown {
        let of = vec![of.to_owned()];
        Unknown {
            address: "a.b".into(),
            argument: argument.into(),
            what: question.what(&of),
            question,
            of,
            references: vec!["local.x".into()],
            why: why.into(),
            fails: true,
        }
    }

    #[test]
    fn a_kind_is_one_sentence_with_a_count_and_the_first_names() {
        let invoke = |name: &str, why: &str| unknown(Question::WhoInvokes, name, "function_name", why);
        let mut all: Vec<Unknown> = ["a", "b", "c", "d", "e", "a"]
            .map(|name| invoke(name, "because"))
            .into();
        assert_eq!(
            summaries(&all),
            ["can't tell who may invoke `a`, `b`, `c` and 2 more before the apply (6 times): because"]
        );
        all.truncate(2);
        all.push(unknown(Question::Path, "GET", "resource_id", "because"));
        all[1].why = "an odd thing".into();
        assert_eq!(
            summaries(&all),
            [
                "can't tell the path of `GET` before the apply: `resource_id` of `a.b` depends on `local.x` (because)",
                "can't tell who may invoke `a` and `b` before the apply (2 times): an odd thing (and another reason)",
            ]
        );
        all.iter_mut().for_each(|one| one.fails = false);
        assert_eq!(summaries(&all), [""; 0]);
    }

    #[test]
    fn what_is_not_understood_keeps_its_reason() {
        let odd = |route: &str, why: &str| unknown(Question::WhoCalls, route, "", why);
        let all = [
            odd("GET /a", "this"),
            odd("GET /b", "that"),
            odd("GET /c", "this"),
        ];
        assert_eq!(
            summaries(&all),
            [
                "can't tell who may call `GET /b`: `a.b`: that",
                "can't tell who may call `GET /a` and `GET /c` (2 times): this",
            ]
        );
    }
}
