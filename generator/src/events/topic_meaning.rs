//! From topics in entries of `on` to the resolved types.

use portcullis_foreign_text::printable::code;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::events::FilterOn;
use crate::service::meaning::Resolver;
use crate::spec::{Given, Spec};
use crate::uses::declared::{self, Declared};
use crate::uses::{Datum, Kind};

/// The topics of a spec.
fn topics(spec: &Spec) -> impl Iterator<Item = Declared<'_>> {
    let all = declared::all(spec).into_iter();
    all.filter(|declared| declared.datum.kind == Kind::Topics)
}

impl Resolver<'_> {
    /// The topic that an entry names. Reports an unknown one, and one that can't invoke functions.
    pub(crate) fn topic_of(&mut self, spec: &Spec, topic: &Given<String>) -> Option<Datum> {
        let (name, span) = topic.placed()?;
        let Some(found) = topics(spec).find(|declared| declared.datum.name == *name) else {
            let known: Vec<String> = topics(spec).map(|declared| declared.datum.name).collect();
            let known = || known.iter().map(String::as_str);
            let report = Diagnostic::new(span, format!("unknown topic {} in `on`", code(name)));
            self.report(if known().next().is_none() {
                report.help("declare the topic, as in `[topics.news]`")
            } else {
                report.similar(name, "a topic", known()).known(known())
            });
            return None;
        };
        // <https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html>
        if !found.datum.suffix.is_empty() {
            let summary = format!("`topic` must be a topic without `fifo`, not `{name}`");
            let help = "name another topic: SNS hands messages of FIFO topics to queues only";
            self.report(Diagnostic::new(span, summary).help(help));
            return None;
        }
        Some(found.datum)
    }

    /// Reports a filter of attributes that asks for something in an attribute: their values are texts, numbers and lists.
    /// <https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering-scope.html>
    pub(crate) fn filter_of_topic(&mut self, filter: &Given<Value>, of: FilterOn) {
        let Some((Value::Object(fields), span)) = filter.placed() else {
            return;
        };
        let nested = fields.iter().find(|(_, values)| values.is_object());
        if let (FilterOn::Attributes, Some((name, _))) = (of, nested) {
            let summary = format!(
                "`filter` must have a list of values for the attribute {}, not a table",
                code(name)
            );
            let help = "add `filter_on = \"body\"` if it is about the text of messages";
            self.report(Diagnostic::new(span, summary).help(help));
        }
    }
}
