//! The statements of a function's role that its events need.

use crate::events::Event;
use crate::functions::statement::Statement;
use crate::references::Template;
use crate::resources::lambda_event_source_mapping::{QUEUE_ACTIONS, STREAM_ACTIONS};
use crate::uses::{self, Datum, Kind};

/// The statements that an event needs. `key_of` returns the key that encrypts data.
pub(crate) fn statements<'a>(event: &Event, key_of: impl Fn(&Datum) -> Option<&'a str>) -> Vec<Statement> {
    let on = |resource: Template, actions: &[&str], comment: String| {
        let actions = actions.iter().map(ToString::to_string);
        Statement::new(actions, [resource], comment)
    };
    // Lambda decrypts and encrypts with the rights of the function:
    // <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html>
    // <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html>
    let with_key = |datum: &Datum, actions: &[&'static str]| {
        key_of(datum).map(|_| uses::with_key(datum, actions.iter().copied()))
    };
    let mut statements = Vec::new();
    match event {
        Event::Schedule(_) | Event::Rule(_) | Event::Objects(_) | Event::Topic(_) => {}
        Event::Stream(stream) => {
            let table = Datum::new(Kind::Tables, &stream.table);
            let comment = format!("Lambda reads the stream of the table `{}`.", table.name);
            statements.push(on(Template::streams_of(&table), &STREAM_ACTIONS, comment));
            statements.extend(with_key(&table, &["kms:Decrypt"]));
            if let Some(datum) = &stream.on_failure {
                let comment = format!("Lambda sends failed changes to the queue `{}`.", datum.name);
                statements.push(on(Template::arn_of(datum), &["sqs:SendMessage"], comment));
                statements.extend(with_key(datum, &["kms:Decrypt", "kms:GenerateDataKey"]));
            }
        }
        Event::Queue(queue) => {
            let comment = format!("Lambda polls the queue `{}`.", queue.queue.name);
            statements.push(on(Template::arn_of(&queue.queue), &QUEUE_ACTIONS, comment));
            statements.extend(with_key(&queue.queue, &["kms:Decrypt"]));
        }
    }
    statements
}

/// The same in words, behind "may".
pub(crate) fn phrases(events: &[Event]) -> impl Iterator<Item = String> {
    events.iter().flat_map(|event| match event {
        Event::Schedule(_) | Event::Rule(_) | Event::Objects(_) | Event::Topic(_) => Vec::new(),
        Event::Stream(stream) => {
            let failures = stream.on_failure.iter();
            let failures = failures.map(|datum| format!("send failed changes to the queue `{}`", datum.name));
            let read = format!("read the stream of the table `{}`", stream.table);
            [read].into_iter().chain(failures).collect()
        }
        Event::Queue(queue) => vec![format!(
            "receive and delete messages of the queue `{}`",
            queue.queue.name
        )],
    })
}
