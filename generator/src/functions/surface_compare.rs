//! Functions: who may invoke each, and what it may do.

use std::collections::BTreeSet;

use crate::surface::compare::{Comparison, Subject, Words, code, codes, pairs, without};
use crate::surface::types::{Function, Invoker, Statement, Surface, UNKNOWN};

impl Comparison {
    pub(crate) fn functions(&mut self, expected: &Surface, found: &Surface) {
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

    pub(crate) fn environment(
        &mut self,
        subject: &Subject,
        what: &str,
        expected: &Function,
        found: &Function,
    ) {
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

    pub(crate) fn invokers(
        &mut self,
        subject: &Subject,
        what: &str,
        expected: &[Invoker],
        found: &[Invoker],
    ) {
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
