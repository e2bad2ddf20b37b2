//! Every difference of two surfaces, by its path.
//!
//! The surfaces are compared as they are serialized, so a new field of one is compared without a line here. `LISTS` says
//! by what the items of a list are known, `GROUPS` which fields say one thing together, and `LEFT_OUT` what is compared
//! in another way.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::difference::{Difference, DifferentValue, Differing, Subject};
use super::types::{Invoker, Question, Surface, UNKNOWN};

/// A list of a surface, whose items have names.
struct List {
    pattern: &'static str,
    name: fn(&Value) -> String,
    subject: fn(String) -> Subject,
    /// True if an item is compared as a whole.
    is_whole: bool,
}

const LISTS: [List; 13] = [
    List {
        pattern: "authorizers",
        name: |item| text(item, "name"),
        subject: Subject::Authorizer,
        is_whole: false,
    },
    List {
        pattern: "routes",
        name: |item| format!("{} {}", text(item, "method"), text(item, "path")),
        subject: Subject::Route,
        is_whole: false,
    },
    List {
        pattern: "functions",
        name: |item| text(item, "name"),
        subject: Subject::Function,
        is_whole: false,
    },
    List {
        pattern: "functions.*.events",
        name: |item| text(item, "source"),
        subject: Subject::Event,
        is_whole: false,
    },
    List {
        pattern: "user_pool.clients",
        name: |item| text(item, "name"),
        subject: Subject::Client,
        is_whole: false,
    },
    List {
        pattern: "tables",
        name: |item| text(item, "name"),
        subject: Subject::Table,
        is_whole: false,
    },
    List {
        pattern: "buckets",
        name: |item| text(item, "name"),
        subject: Subject::Bucket,
        is_whole: false,
    },
    List {
        pattern: "queues",
        name: |item| text(item, "name"),
        subject: Subject::Queue,
        is_whole: false,
    },
    List {
        pattern: "topics",
        name: |item| text(item, "name"),
        subject: Subject::Topic,
        is_whole: false,
    },
    List {
        pattern: "usage_plans",
        name: |item| text(item, "name"),
        subject: Subject::UsagePlan,
        is_whole: false,
    },
    List {
        pattern: "gateway_responses",
        name: |item| text(item, "type"),
        subject: Subject::GatewayResponse,
        is_whole: false,
    },
    List {
        pattern: "other_arguments",
        name: |item| format!("{}.{}", text(item, "address"), text(item, "argument")),
        subject: Subject::Argument,
        is_whole: true,
    },
    List {
        pattern: "others",
        name: |item| item.as_str().unwrap_or_default().to_owned(),
        subject: Subject::Other,
        is_whole: true,
    },
];

/// Fields that say one thing together: the object that has them, a name for it, and the fields.
pub(crate) const GROUPS: [(&str, &str, &[&str]); 2] = [
    (
        "routes.*",
        "callers",
        &["auth_type", "authorizer", "scopes", "api_key_required"],
    ),
    (
        "routes.*",
        "handler",
        &["integration", "function", "qualifier", "uri"],
    ),
];

/// Fields that are not compared: an unknown value is a difference of its own, and the reasons of uncertain values
/// follow from it. Who reaches data follows from everything else.
const LEFT_OUT: [&str; 4] = ["format", "unknown", "routes.*.uncertain", "reach"];

/// Returns every difference of `found` from `expected`. An open value of a plan is a difference if it must fail.
pub fn compare(expected: &Surface, found: &Surface) -> Vec<Difference> {
    let [expected, settled] = [expected, &settled(expected, found)].map(|surface| {
        serde_json::to_value(surface).expect("the keys of every map of a surface are strings")
    });
    let mut differences = of_values(&expected, &settled);
    differences.retain(|difference| !may_be_unknown(difference, found));
    let unknown = found.unknown.iter().filter(|unknown| unknown.fails);
    differences.extend(unknown.map(|unknown| Difference {
        subject: Subject::Unknown(format!("{}.{}", unknown.address, unknown.argument)),
        differing: Differing::Unknown(unknown.clone()),
    }));
    differences
}

/// Every difference of two surfaces as they are serialized.
fn of_values(expected: &Value, found: &Value) -> Vec<Difference> {
    let mut comparison = Comparison {
        path: Vec::new(),
        pattern: Vec::new(),
        differences: Vec::new(),
    };
    comparison.value(&Subject::Api, expected, found);
    comparison.differences
}

/// Returns the found surface, with the expected variables and sources of permissions if the plan leaves them open. The
/// list of unknowns contains those that may then be wrong. The provider knows all variables of a function or none. A
/// permission stands for any of the function's that is the same but for the source, because that depends on this API
/// alone or is unknown by itself.
fn settled(expected: &Surface, found: &Surface) -> Surface {
    let mut settled = found.clone();
    for function in &mut settled.functions {
        let Some(expected) = expected
            .functions
            .iter()
            .find(|other| other.name == function.name)
        else {
            continue;
        };
        if is_unknown(found, Question::Variables, &function.name) {
            function.environment.clone_from(&expected.environment);
        }
        let mut missing: Vec<&Invoker> = without(&expected.invokers, &function.invokers);
        for invoker in &mut function.invokers {
            let is_meant = |other: &&Invoker| {
                let source = invoker.source.clone();
                Invoker {
                    source,
                    ..(*other).clone()
                } == *invoker
            };
            if invoker.source.as_deref() == Some(UNKNOWN)
                && let Some(place) = missing.iter().position(is_meant)
            {
                *invoker = missing.remove(place).clone();
            }
        }
    }
    settled
}

/// Returns whether a statement that seems to be missing may be one that the plan leaves open.
fn may_be_unknown(difference: &Difference, found: &Surface) -> bool {
    let (Subject::Function(name), Differing::Value(value)) = (&difference.subject, &difference.differing)
    else {
        return false;
    };
    value.pattern == "functions.*.statements"
        && value.found.is_null()
        && is_unknown(found, Question::Rights, name)
}

/// Returns whether a plan leaves this open of something.
fn is_unknown(found: &Surface, question: Question, of: &String) -> bool {
    let mut unknown = found.unknown.iter();
    unknown.any(|one| one.question == question && one.of.contains(of))
}

struct Comparison {
    path: Vec<String>,
    pattern: Vec<String>,
    differences: Vec<Difference>,
}

impl Comparison {
    fn value(&mut self, subject: &Subject, expected: &Value, found: &Value) {
        if expected == found || LEFT_OUT.contains(&self.pattern.join(".").as_str()) {
            return;
        }
        match (expected, found) {
            (Value::Object(expected), Value::Object(found)) => self.object(subject, expected, found),
            (Value::Array(expected), Value::Array(found)) => self.list(subject, expected, found),
            // A list that is left out is empty.
            (Value::Null, Value::Array(found)) => self.list(subject, &[], found),
            (Value::Array(expected), Value::Null) => self.list(subject, expected, &[]),
            _ => self.push(subject, expected, found, false),
        }
    }

    fn object(&mut self, subject: &Subject, expected: &Map<String, Value>, found: &Map<String, Value>) {
        let pattern = self.pattern.join(".");
        let groups = GROUPS.iter().filter(|(of, ..)| *of == pattern);
        let mut grouped: Vec<&str> = Vec::new();
        let mut has_other_callers = false;
        for (_, name, fields) in groups {
            let [expected, only_found] = [expected, found].map(|object| {
                let fields = fields.iter().map(|field| {
                    let value = object.get(*field).cloned().unwrap_or_default();
                    ((*field).to_owned(), value)
                });
                Value::Object(fields.collect())
            });
            // A route of which nothing is certain has one difference.
            let is_certain = |field| found.get("uncertain").is_none_or(|of| of[field].is_null());
            let is_reported = !grouped.is_empty() && !is_certain("auth_type") && !is_certain("integration");
            grouped.extend(*fields);
            has_other_callers |= *name == "callers" && expected != only_found;
            if expected != only_found && !is_reported {
                self.step(name, name, |this| {
                    this.push(subject, &expected, &only_found, false)
                });
            }
        }
        let names: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
        // The limits of a route without its own follow from its callers.
        let follows = |name: &str| has_other_callers && name == "throttle";
        let names = names
            .into_iter()
            .filter(|name| !grouped.contains(&name.as_str()) && !follows(name));
        for name in names {
            let subject = match (pattern.as_str(), name.as_str()) {
                ("", "user_pool") => &Subject::UserPool,
                _ => subject,
            };
            let value = |object: &Map<String, Value>| object.get(name).cloned().unwrap_or_default();
            self.step(name, name, |this| {
                this.value(subject, &value(expected), &value(found))
            });
        }
    }

    fn list(&mut self, subject: &Subject, expected: &[Value], found: &[Value]) {
        let pattern = self.pattern.join(".");
        let Some(list) = LISTS.iter().find(|list| list.pattern == pattern) else {
            for item in without(found, expected) {
                self.push(subject, &Value::Null, item, true);
            }
            for item in without(expected, found) {
                self.push(subject, item, &Value::Null, true);
            }
            return;
        };
        for (name, expected, found) in pairs(expected, found, list.name) {
            let subject = (list.subject)(name.clone());
            let (expected, found) = (expected.unwrap_or(&Value::Null), found.unwrap_or(&Value::Null));
            self.step(&name, "*", |this| {
                if list.is_whole && expected != found {
                    this.push(&subject, expected, found, false);
                } else {
                    this.value(&subject, expected, found);
                }
            });
        }
    }

    fn step(&mut self, name: &str, pattern: &str, inside: impl FnOnce(&mut Self)) {
        self.path.push(name.to_owned());
        self.pattern.push(pattern.to_owned());
        inside(self);
        self.path.pop();
        self.pattern.pop();
    }

    fn push(&mut self, subject: &Subject, expected: &Value, found: &Value, is_item: bool) {
        self.differences.push(Difference {
            subject: subject.clone(),
            differing: Differing::Value(DifferentValue {
                path: self.path.clone(),
                pattern: self.pattern.join("."),
                expected: expected.clone(),
                found: found.clone(),
                is_item,
            }),
        });
    }
}

fn text(item: &Value, field: &str) -> String {
    item[field].as_str().unwrap_or_default().to_owned()
}

/// Returns the items of one list that another lacks, as often as they are there more often.
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

/// The items of two lists by name, side by side. A name that stands several times is paired in order.
fn pairs<'a>(
    expected: &'a [Value],
    found: &'a [Value],
    name: fn(&Value) -> String,
) -> Vec<(String, Option<&'a Value>, Option<&'a Value>)> {
    let mut sides: BTreeMap<String, (Vec<&Value>, Vec<&Value>)> = BTreeMap::new();
    for item in expected {
        sides.entry(name(item)).or_default().0.push(item);
    }
    for item in found {
        sides.entry(name(item)).or_default().1.push(item);
    }
    let mut pairs = Vec::new();
    for (name, (expected, found)) in sides {
        for place in 0..expected.len().max(found.len()) {
            let at = |side: &[&'a Value]| side.get(place).copied();
            pairs.push((name.clone(), at(&expected), at(&found)));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::surface::{Unknown, of_service};

    const SPEC: &str = include_str!("../../../portcullis.toml");

    fn demo() -> Surface {
        let service = crate::service(SPEC, None).unwrap();
        of_service(&service, &service.environments[crate::service::LOCAL])
    }

    /// Like a new field in a struct, without any other change.
    #[test]
    fn a_field_that_no_line_is_of_is_compared_and_said() {
        let before = serde_json::to_value(demo()).unwrap();
        let mut after = before.clone();
        after["throttling"] = json!({"rate": 10});
        after["functions"][0]["tracing"] = json!(true);
        after["user_pool"]["clients"][0]["origins"] = json!(["https://a", "https://b"]);
        after["user_pool"]["risk"]["level"] = json!("LOW");
        after["routes"][0]["cache"]["seconds"] = json!(60);
        let sentences = |from: &Value, to: &Value| -> Vec<String> {
            of_values(from, to).iter().map(Difference::sentence).collect()
        };
        assert_eq!(
            sentences(&before, &after),
            [
                "`tracing` of function `authenticated` is `true` in the plan, but not set in the spec",
                "`cache` of `GET /` is `{\"seconds\":60}` in the plan, but not set in the spec",
                "`throttling` of the API is `{\"rate\":10}` in the plan, but not set in the spec",
                "`origins` of client `cli` includes `https://a` in the plan, but not in the spec",
                "`origins` of client `cli` includes `https://b` in the plan, but not in the spec",
                "`risk` of the user pool is `{\"level\":\"LOW\"}` in the plan, but not set in the spec",
            ]
        );
        assert_eq!(sentences(&after, &before).len(), 6);
        // No entry accepts what the generated files have from the spec.
        for difference in of_values(&before, &after) {
            assert_eq!(difference.kind(), crate::review::ChangeKind::PlanDiffers);
        }
    }

    /// A policy that the plan leaves open may be any that is missed, of each function that has its role.
    #[test]
    fn functions_that_share_a_role_of_unknown_rights_miss_none() {
        let expected = demo();
        let mut found = demo();
        for function in &mut found.functions {
            function.statements.clear();
        }
        let subjects = |found: &Surface| -> Vec<Subject> {
            let differences = compare(&expected, found).into_iter();
            differences.map(|difference| difference.subject).collect()
        };
        let functions = ["authenticated", "open"].map(|name| Subject::Function(name.into()));
        assert_eq!(subjects(&found), functions);
        let of = vec!["authenticated".to_owned(), "open".to_owned()];
        found.unknown.push(Unknown {
            address: "aws_iam_role_policy.shared".into(),
            argument: "policy".into(),
            question: Question::Rights,
            what: Question::Rights.what(&of),
            of,
            references: Vec::new(),
            why: "it is made of another resource".into(),
            fails: true,
        });
        let unknown = Subject::Unknown("aws_iam_role_policy.shared.policy".into());
        assert_eq!(subjects(&found), [unknown]);
    }
}
