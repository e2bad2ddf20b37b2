//! From topics in entries of `on` to the resolved types.

use portcullis_foreign_text::printable::code;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::events::FilterOn;
use crate::resources::sns_topic_subscription::{MOST_FILTER_COMBINATIONS, MOST_FILTER_KEYS};
use crate::service::meaning::Resolver;
use crate::spec::{Given, Spec};
use crate::uses::{Datum, Kind};

impl Resolver<'_> {
    /// The topic that an entry names. Reports an unknown one, and one that can't invoke functions.
    pub(crate) fn topic_of(&mut self, spec: &Spec, topic: &Given<String>) -> Option<Datum> {
        let (name, span) = topic.placed()?;
        let found = self.source(spec, Kind::Topics, topic)?;
        // <https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html>
        if !found.suffix.is_empty() {
            let summary = format!("`topic` must be a topic without `fifo`, not `{name}`");
            let help = "name another topic: SNS hands messages of FIFO topics to queues only";
            self.report(Diagnostic::new(span, summary).help(help));
            return None;
        }
        Some(found)
    }

    /// Reports a filter that SNS refuses: too many attributes or combinations, and a filter of attributes that asks for something in
    /// an attribute. Their values are texts, numbers and lists:
    /// <https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering-scope.html>
    pub(crate) fn filter_of_topic(&mut self, filter: &Given<Value>, of: FilterOn) {
        let Some((Value::Object(fields), span)) = filter.placed() else {
            return;
        };
        let keys = fields.len();
        if keys > MOST_FILTER_KEYS {
            let what = match of {
                FilterOn::Attributes => "attributes",
                FilterOn::Body => "fields",
            };
            let summary = format!("`filter` must have at most {MOST_FILTER_KEYS} {what}, not {keys}");
            let help = "keep those that exclude most messages, and let the function drop the others";
            self.report(Diagnostic::new(span.clone(), summary).help(help));
        }
        let combinations = fields.values().map(combinations).fold(1, usize::saturating_mul);
        if combinations > MOST_FILTER_COMBINATIONS {
            let summary = format!(
                "`filter` must have at most {MOST_FILTER_COMBINATIONS} combinations of values, not {combinations}"
            );
            let help = "list fewer values: SNS multiplies the numbers of values of all attributes";
            self.report(Diagnostic::new(span.clone(), summary).help(help));
        }
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

/// The combinations of values in a part of a filter. For values below others SNS counts more, which is not checked.
fn combinations(value: &Value) -> usize {
    match value {
        Value::Array(values) => values.len().max(1),
        Value::Object(fields) => fields.values().map(combinations).fold(1, usize::saturating_mul),
        _ => 1,
    }
}
