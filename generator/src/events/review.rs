//! Events that are new, gone or other ones.

use serde_json::Value;

use crate::events::Event;
use crate::review::comparison::Comparison;
use crate::review::settings::{self, Setting};
use crate::review::{ChangedKey, EventChange, Fact};

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let functions = &comparison.functions;
    let kept = functions.kept.iter().map(|(before, name)| (Some(before), name));
    let new = functions.new.iter().map(|name| (None, name));
    let mut facts = Vec::new();
    for (before, name) in kept.chain(new) {
        let before = before.map_or(&[][..], |before| &comparison.base.functions[before].on);
        let after = &comparison.head.functions[name].on;
        let fact = |event: &Event, change| Fact::Event {
            function: name.clone(),
            event: event.key(),
            phrase: event.phrase(),
            change,
        };
        for event in before {
            match after.iter().find(|other| other.key() == event.key()) {
                None => facts.push(fact(event, EventChange::Removed(then(event)))),
                Some(now) => facts.extend(changes(event, now).into_iter().map(|change| fact(now, change))),
            }
        }
        let is_new = |event: &&Event| !before.iter().any(|other| other.key() == event.key());
        facts.extend(
            after
                .iter()
                .filter(is_new)
                .map(|event| fact(event, EventChange::Added)),
        );
    }
    facts
}

/// Says what happens to the events of a source that was removed.
fn then(event: &Event) -> &'static str {
    match event {
        Event::Schedule(_) => "it no longer runs at these times",
        Event::Rule(_) => "these events are no longer handled",
        Event::Topic(_) => "these messages are no longer handled",
        Event::Objects(_) => "these objects are no longer handled",
        Event::Queue(_) => "its messages wait until they expire",
        Event::Stream(_) => "changes are no longer handled, and those that wait are lost after 24 hours",
    }
}

/// Returns the changes of an event: first those that widen it, then those that lose events, then other values.
fn changes(before: &Event, after: &Event) -> Vec<EventChange> {
    let value = |event: &Event| serde_json::to_value(event).expect("the keys of every map are strings");
    let (mut wider, mut lossier, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for setting in settings::compare(&value(before), &value(after)) {
        let weight = weight(before, after, &setting.path[0]);
        let Setting { path, before, after } = setting;
        let key = ChangedKey {
            key: path.join("."),
            before,
            after,
        };
        match weight {
            Weight::Wider => wider.push(key),
            Weight::Lossier(so) => lossier.push((key, so)),
            Weight::Both(so) => {
                wider.push(key.clone());
                lossier.push((key, so));
            }
            Weight::Other => others.push(key),
        }
    }
    let mut changes = Vec::new();
    if !wider.is_empty() {
        changes.push(EventChange::Widened(wider));
    }
    if !lossier.is_empty() {
        changes.push(EventChange::Lossier(lossier));
    }
    // The grave ones are read first, and each tells of the same entry.
    if !others.is_empty() && changes.is_empty() {
        changes.push(EventChange::Other(others));
    }
    changes
}

/// The meaning of another value of a key.
enum Weight {
    Wider,
    Lossier(&'static str),
    /// Other events than before.
    Both(&'static str),
    Other,
}

fn weight(before: &Event, after: &Event, key: &str) -> Weight {
    match (before, after) {
        (Event::Rule(before), Event::Rule(after)) => {
            let is_wider = before.bus != after.bus || !is_within(&after.event, &before.event);
            if is_wider { Weight::Wider } else { Weight::Other }
        }
        (Event::Stream(before), Event::Stream(after)) => {
            let is_less = |after: Option<u32>, before: Option<u32>| {
                after.is_some_and(|after| before.is_none_or(|before| after < before))
            };
            match key {
                "filters" if !are_within(&after.filters, &before.filters) => Weight::Wider,
                "on_failure" if after.on_failure.is_none() => {
                    Weight::Lossier("Lambda drops failed batches instead of keeping them")
                }
                "retries" | "max_age_seconds" if after.on_failure.is_some() => Weight::Other,
                "retries" if is_less(after.retries, before.retries) => {
                    Weight::Lossier("Lambda drops a failed batch after fewer tries")
                }
                "max_age_seconds" if is_less(after.max_age_seconds, before.max_age_seconds) => {
                    Weight::Lossier("Lambda drops older records")
                }
                "starting_position" if after.starting_position > before.starting_position => {
                    Weight::Lossier("the mapping is replaced and skips what is not handled yet")
                }
                "partial_failures" if before.partial_failures => {
                    Weight::Lossier("Lambda takes records as handled that the function reports as failed")
                }
                _ => Weight::Other,
            }
        }
        (Event::Topic(before), Event::Topic(after)) => match key {
            "on_failure" if after.on_failure.is_none() => {
                Weight::Lossier("SNS drops messages that it can't deliver")
            }
            "filter" | "filter_on" => {
                let is_within = match (&after.filter, &before.filter) {
                    (_, None) => true,
                    (None, Some(_)) => false,
                    (Some(after), Some(before)) => is_within(after, before),
                };
                let is_same = after.filter_on == before.filter_on || before.filter.is_none();
                if is_within && is_same {
                    Weight::Other
                } else {
                    Weight::Wider
                }
            }
            _ => Weight::Other,
        },
        (Event::Objects(before), Event::Objects(after)) => {
            let is_wider = match key {
                "events" => after.events.iter().any(|event| !before.events.contains(event)),
                "prefix" => !after.prefix.starts_with(&before.prefix),
                "suffix" => !after.suffix.ends_with(&before.suffix),
                _ => true,
            };
            if is_wider { Weight::Wider } else { Weight::Other }
        }
        (Event::Queue(before), Event::Queue(after)) => match key {
            "filters" => {
                let is_wider = !are_within(&after.filters, &before.filters);
                let is_narrower = !are_within(&before.filters, &after.filters);
                let deletes = "Lambda deletes the other messages of the queue";
                match (is_wider, is_narrower) {
                    (true, true) => Weight::Both(deletes),
                    (true, false) => Weight::Wider,
                    (false, true) => Weight::Lossier(deletes),
                    (false, false) => Weight::Other,
                }
            }
            "partial_failures" if before.partial_failures => {
                Weight::Lossier("Lambda deletes messages that the function reports as failed")
            }
            _ => Weight::Other,
        },
        _ => Weight::Other,
    }
}

/// Returns `true` if every record that fits one of these patterns certainly fits one of the others. Without a pattern,
/// every record fits.
fn are_within(patterns: &[Value], others: &[Value]) -> bool {
    others.is_empty()
        || !patterns.is_empty()
            && patterns
                .iter()
                .all(|pattern| others.iter().any(|other| is_within(pattern, other)))
}

/// Returns `true` if every event that fits a pattern certainly fits another one: it has the other's fields or more,
/// each with the other's values or fewer.
fn is_within(pattern: &Value, other: &Value) -> bool {
    match (pattern, other) {
        (Value::Object(fields), Value::Object(others)) => others.iter().all(|(name, other)| {
            let field = fields.get(name);
            field.is_some_and(|field| is_within(field, other))
        }),
        (Value::Array(values), Value::Array(others)) => values.iter().all(|value| others.contains(value)),
        _ => pattern == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pattern_is_within_one_that_asks_for_less() {
        for (narrow, wide) in [
            (json!({"a": [1], "b": [2]}), json!({"a": [1]})),
            (json!({"a": [1]}), json!({"a": [1, 2]})),
            (json!({"a": {"b": ["x"], "c": ["y"]}}), json!({"a": {"b": ["x"]}})),
        ] {
            assert!(is_within(&narrow, &wide), "{narrow} {wide}");
            assert!(!is_within(&wide, &narrow), "{wide} {narrow}");
        }
        // One of several objects has to fit. That these are fewer says nothing of what is in them.
        assert!(!is_within(
            &json!({"$or": [{"a": [1]}]}),
            &json!({"$or": [{"a": [1, 2]}]})
        ));
        assert!(are_within(&[json!({"a": [1]})], &[]));
        assert!(!are_within(&[], &[json!({"a": [1]})]));
    }
}
