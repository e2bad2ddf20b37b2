//! The statements of a function's role that its events need.

use crate::events::Event;
use crate::functions::statement::Statement;
use crate::references::{Reference, Template};
use crate::resources::lambda_event_source_mapping::STREAM_ACTIONS;
use crate::uses::{self, Attribute, Datum, Kind};

/// The statements that an event needs. `key` encrypts what it comes from.
pub(crate) fn statements(event: &Event, key: Option<&str>) -> Vec<Statement> {
    let Event::Stream(stream) = event else {
        return Vec::new();
    };
    let table = Datum::new(Kind::Tables, &stream.table);
    let arn = Reference::Datum(table.clone(), Attribute::Arn);
    let actions = STREAM_ACTIONS.map(str::to_owned);
    let stream_arn = Template::of_reference(arn, "/stream/*");
    let comment = format!("Lambda reads the stream of the table `{}`.", stream.table);
    let mut statements = vec![Statement::new(actions, [stream_arn], comment)];
    // Lambda decrypts with the rights of the function:
    // <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html>
    statements.extend(key.map(|key| uses::with_key(&table, key, ["kms:Decrypt"])));
    statements
}

/// The same in words, behind "may".
pub(crate) fn phrases(events: &[Event]) -> impl Iterator<Item = String> {
    events.iter().filter_map(|event| match event {
        Event::Stream(stream) => Some(format!("read the stream of the table `{}`", stream.table)),
        Event::Schedule(_) | Event::Rule(_) => None,
    })
}
