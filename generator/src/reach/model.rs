//! The parts of a service in one environment that decide which functions can make which others run.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use crate::reach::right::Right;
use crate::reach::way::{Step, Through};
use crate::resources::lambda_permission::ACTION as INVOKE;
use crate::uses::{Datum, Kind};

/// The action that puts events on a bus:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html>
const PUT_EVENTS: &str = "events:PutEvents";

/// Sources of events that only AWS's services have begin with this:
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html>
const OF_AWS: &str = "aws.";

/// Functions and data. ARNs are as in a surface.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Functions by name.
    pub(crate) functions: BTreeMap<String, Function>,
    /// Tables, buckets, queues and topics.
    pub(crate) data: Vec<Data>,
}

/// A function.
#[derive(Debug, Default)]
pub(crate) struct Function {
    pub(crate) arn: String,
    pub(crate) rights: Vec<Right>,
    pub(crate) sources: Vec<Source>,
    /// ARNs of queues and topics to which events go that it could not handle.
    pub(crate) failures: Vec<String>,
}

/// Something whose events invoke a function.
#[derive(Debug)]
pub(crate) enum Source {
    /// Changes or messages of data.
    Data {
        datum: Datum,
        /// The ARN of the queue to which SNS sends messages that it can't deliver.
        undelivered: Option<String>,
    },
    /// A rule of EventBridge.
    Rule {
        /// The name of its bus.
        bus: String,
        /// The ARN of its bus.
        arn: String,
        /// Patterns of which an event fits one.
        patterns: Vec<Value>,
    },
}

/// A table, a bucket, a queue or a topic.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) datum: Datum,
    pub(crate) arn: String,
    /// The ARN of the queue to which its failed messages move.
    pub(crate) failed_messages: Option<String>,
}

impl Function {
    /// Returns `true` if the function may call an action on an ARN, or on a part of it behind the separator.
    pub(crate) fn may(&self, action: &str, arn: &str, separator: char) -> bool {
        let mut rights = self.rights.iter().filter(|right| right.has(action));
        rights.any(|right| right.is_on(arn, separator))
    }

    /// Returns `true` if the function may change data so that events follow.
    fn changes(&self, data: &Data) -> bool {
        let verbs = data.datum.kind.declaration().verbs.iter();
        let verbs = verbs.filter(|verb| verb.causes_events);
        let mut actions = verbs.flat_map(|verb| verb.actions);
        actions.any(|action| self.may(action, &data.arn, '/'))
    }

    /// Returns `true` if the function may put events on a bus that fit one of the patterns.
    fn puts(&self, bus: &str, patterns: &[Value]) -> bool {
        let mut rights = self.rights.iter().filter(|right| right.has(PUT_EVENTS));
        rights.any(|right| right.is_on_itself(bus)) && patterns.iter().any(may_fit)
    }
}

/// Returns `true` if an event of a function may fit a pattern. Only the beginning of its source is certain.
fn may_fit(pattern: &Value) -> bool {
    let of_aws = |source: &Value| source.as_str().is_some_and(|source| source.starts_with(OF_AWS));
    let sources = pattern["source"].as_array();
    !sources.is_some_and(|sources| sources.iter().all(of_aws))
}

impl Model {
    /// The data whose changes become events of other data: itself, a queue whose failed messages it keeps, and topics whose
    /// messages it keeps if SNS can't deliver them.
    fn origins(&self, datum: &Datum) -> Vec<&Data> {
        let own = self.data.iter().find(|data| data.datum == *datum);
        let arn = own.map_or("", |data| data.arn.as_str());
        let sources = self.functions.values().flat_map(|function| &function.sources);
        let topics: BTreeSet<&Datum> = sources
            .filter_map(|source| match source {
                Source::Data { datum, undelivered } => (undelivered.as_deref() == Some(arn)).then_some(datum),
                Source::Rule { .. } => None,
            })
            .collect();
        let is_origin = |data: &&Data| {
            data.datum == *datum
                || data.failed_messages.as_deref() == Some(arn)
                || data.datum.kind == Kind::Topics && topics.contains(&data.datum)
        };
        self.data.iter().filter(is_origin).collect()
    }

    /// Calls `add` with each function, one that may make it run, and that by which it does so.
    fn each_invoker(&self, mut add: impl FnMut(&str, &str, Option<Through>)) {
        for (name, function) in &self.functions {
            let may_invoke = function.rights.iter().filter(|right| right.has(INVOKE));
            for right in may_invoke {
                for (invoked, other) in &self.functions {
                    if right.is_on(&other.arn, ':') {
                        add(invoked, name, None);
                    }
                }
            }
        }
        for (invoked, function) in &self.functions {
            for source in &function.sources {
                let through = match source {
                    Source::Data { datum, .. } => Through::Data(datum.clone()),
                    Source::Rule { bus, .. } => Through::Bus(bus.clone()),
                };
                for name in self.causes(source) {
                    add(invoked, name, Some(through.clone()));
                }
            }
        }
    }

    /// The functions that may cause events of a source.
    pub(crate) fn causes(&self, source: &Source) -> Vec<&str> {
        let functions = self.functions.iter();
        let names: Vec<&str> = match source {
            Source::Data { datum, .. } => {
                let origins = self.origins(datum);
                let own = origins.iter().find(|data| data.datum == *datum);
                let causes = |function: &Function| {
                    origins.iter().any(|data| function.changes(data))
                        || own.is_some_and(|own| function.failures.contains(&own.arn))
                };
                let functions = functions.filter(|(_, function)| causes(function));
                functions.map(|(name, _)| name.as_str()).collect()
            }
            Source::Rule { arn, patterns, .. } => {
                let functions = functions.filter(|(_, function)| function.puts(arn, patterns));
                functions.map(|(name, _)| name.as_str()).collect()
            }
        };
        names
    }
}

/// The functions that may make each function run.
#[derive(Debug, Default)]
pub(crate) struct Invokers(BTreeMap<String, BTreeSet<(String, Option<Through>)>>);

impl Invokers {
    /// Of a service in each of its environments.
    pub(crate) fn of<'m>(models: impl IntoIterator<Item = &'m Model>) -> Self {
        let mut invokers = Self::default();
        for model in models {
            model.each_invoker(|invoked, function, through| {
                if function != invoked {
                    let all = invokers.0.entry(invoked.to_owned()).or_default();
                    all.insert((function.to_owned(), through));
                }
            });
        }
        invokers
    }

    /// The ways to a function from itself and from each other one that leads to it, over as few functions as possible. The
    /// first step of each is where the way begins.
    pub(crate) fn ways_to(&self, function: &str) -> Vec<Vec<Step>> {
        // From the end to the beginning: each function stands before the one that it invokes.
        let mut open = VecDeque::from([vec![Step::first(function)]]);
        let mut seen = BTreeSet::from([function]);
        let mut ways = Vec::new();
        while let Some(steps) = open.pop_front() {
            for (invoker, through) in self.0.get(&steps[0].function).into_iter().flatten() {
                if seen.insert(invoker) {
                    let mut steps = steps.clone();
                    steps[0].through.clone_from(through);
                    steps.insert(0, Step::first(invoker));
                    open.push_back(steps);
                }
            }
            ways.push(steps);
        }
        ways
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_aws_has_sources_of_its_own() {
        for (pattern, fits) in [
            (json!({"source": ["shop"]}), true),
            (json!({"source": ["aws.s3", "shop"]}), true),
            (json!({"source": [{"prefix": "aws."}]}), true),
            (json!({"detail-type": ["Paid"]}), true),
            (
                json!({"$or": [{"source": ["aws.s3"]}, {"source": ["shop"]}]}),
                true,
            ),
            (json!({"source": ["aws.s3"]}), false),
            (json!({"source": ["aws.s3", "aws.ec2"], "detail": {}}), false),
        ] {
            assert_eq!(may_fit(&pattern), fits, "{pattern}");
        }
    }
}
