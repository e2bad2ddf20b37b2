//! The entries of a function and of what invokes it in the text of a spec. Comments, order and formatting stay.

use portcullis_foreign_text::printable::code;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Key, Table, Value};

use super::addition::{Addition, Route, Trigger};
use crate::failure::{Failure, OrFail, Outcome};

/// Times that a message of a new queue is received before it moves to the queue of failed messages.
const FAILED_AFTER: i64 = 3;

/// Returns the spec with a function and what invokes it.
pub fn added(spec: &str, addition: &Addition) -> Outcome<String> {
    let mut spec: DocumentMut = spec.parse().or_input()?;
    let mut function = Table::new();
    function.decor_mut().set_prefix("\n");
    if let Some(description) = &addition.description {
        function.insert("description", description.into());
    }
    match &addition.trigger {
        Trigger::Route(_) => {}
        Trigger::Schedule(schedule) => _ = function.insert("on", event("schedule", schedule)),
        Trigger::Queue(queue) => _ = function.insert("on", event("queue", queue)),
    }
    table(&mut spec, "functions")?.insert(&addition.name, Item::Table(function));
    match &addition.trigger {
        Trigger::Route(route) => add_route(&mut spec, &addition.name, route)?,
        Trigger::Schedule(_) => {}
        Trigger::Queue(queue) => add_queue(&mut spec, queue)?,
    }
    Ok(spec.to_string())
}

/// `[{ key = "value" }]`
fn event(key: &str, value: &str) -> Item {
    let mut event = InlineTable::new();
    event.insert(key, value.into());
    toml_edit::value(Array::from_iter([event]))
}

fn add_route(spec: &mut DocumentMut, function: &str, route: &Route) -> Outcome {
    let routes = table(spec, "routes")?;
    if routes.contains_key(&route.key) {
        return Err(Failure::input(format!("duplicate route {}", code(&route.key)))
            .help("choose another method or path"));
    }
    let mut key = Key::new(&route.key);
    let padding = padding(routes, &key);
    key.leaf_decor_mut().set_suffix(padding);
    if let Some(reason) = &route.reason {
        key.leaf_decor_mut().set_prefix(format!("# Public: {reason}\n"));
    }
    let mut value = InlineTable::new();
    value.insert("function", Value::from(function));
    if let Some(auth) = route.auth {
        value.insert("auth", auth.as_str().into());
    }
    routes.insert_formatted(&key, value.into());
    Ok(())
}

/// Adds a queue, unless it is there or is the queue of another one's failed messages.
fn add_queue(spec: &mut DocumentMut, name: &str) -> Outcome {
    let queues = table(spec, "queues")?;
    let has_failed = |name| {
        let failed_after = queues.get(name).and_then(|queue| queue.get("failed_after"));
        failed_after.is_some()
    };
    if queues.contains_key(name) || name.strip_suffix("-failed").is_some_and(has_failed) {
        return Ok(());
    }
    let mut queue = Table::new();
    queue.decor_mut().set_prefix("\n");
    queue.insert("failed_after", FAILED_AFTER.into());
    queues.insert(name, Item::Table(queue));
    Ok(())
}

/// A table of the spec that has a header, or only tables below it.
fn table<'s>(spec: &'s mut DocumentMut, name: &str) -> Outcome<&'s mut Table> {
    let table = spec.entry(name).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(name != "routes");
        Item::Table(table)
    });
    let table = table.as_table_mut().filter(|table| !table.is_dotted());
    table.ok_or_else(|| {
        Failure::input(format!(
            "can't add to `{name}`, because it is not a table with a header"
        ))
        .help(format!("write `{name}` as a table: `[{name}]`"))
    })
}

/// The spaces before the equals sign: as many as put it below those of the other routes, if theirs are in one column.
fn padding(routes: &Table, key: &Key) -> String {
    let width = |key: &Key| key.display_repr().chars().count();
    let mut columns: Vec<usize> = routes
        .iter()
        .filter_map(|(name, _)| routes.key(name))
        .map(|key| {
            let suffix = key.leaf_decor().suffix().and_then(|suffix| suffix.as_str());
            width(key) + suffix.unwrap_or(" ").chars().count()
        })
        .collect();
    columns.dedup();
    let column = if let [column] = columns[..] { column } else { 0 };
    " ".repeat(column.saturating_sub(width(key)).max(1))
}

#[cfg(test)]
mod tests {
    use super::super::addition::Auth;
    use super::*;

    const DEMO: &str = include_str!("../../portcullis.toml");

    fn on(trigger: Trigger) -> Addition {
        Addition {
            name: "orders".into(),
            trigger,
            description: None,
            bin_of: None,
        }
    }

    fn addition() -> Addition {
        on(Trigger::Route(Route {
            key: "GET /orders".into(),
            auth: None,
            reason: None,
        }))
    }

    fn public() -> Addition {
        Addition {
            description: Some("Shows \"prices\"".into()),
            ..on(Trigger::Route(Route {
                key: "GET /orders".into(),
                auth: Some(Auth::None),
                reason: Some("Prices are public".into()),
            }))
        }
    }

    /// The lines that were added, if no line was changed or removed.
    #[track_caller]
    fn lines(before: &str, addition: &Addition) -> String {
        let after = added(before, addition).unwrap();
        let diff = similar::TextDiff::from_lines(before, &after);
        let mut lines = String::new();
        for change in diff.iter_all_changes() {
            match change.tag() {
                similar::ChangeTag::Equal => {}
                similar::ChangeTag::Insert => lines += change.value(),
                similar::ChangeTag::Delete => panic!("{change} is changed in\n{after}"),
            }
        }
        lines
    }

    #[test]
    fn entries_follow_the_others_and_comments_stay() {
        let after = added(DEMO, &addition()).unwrap();
        let expected = DEMO
            .replace(
                "description = \"Answers signed-in users\"\n",
                "description = \"Answers signed-in users\"\n\n[functions.orders]\n",
            )
            .replace(
                "{ function = \"authenticated\" }\n",
                "{ function = \"authenticated\" }\n\"GET /orders\" = { function = \"orders\" }\n",
            );
        assert_eq!(after, expected);
    }

    #[test]
    fn a_public_route_has_its_reason_above() {
        assert_eq!(
            lines(DEMO, &public()),
            "[functions.orders]\ndescription = 'Shows \"prices\"'\n\n\
             # Public: Prices are public\n\"GET /orders\" = { function = \"orders\", auth = \"none\" }\n"
        );
    }

    #[test]
    fn a_route_is_in_the_column_of_the_others() {
        let spec = "[routes]\n\"GET /a/long/path\" = { function = \"a\" } # one\n\"GET /\"            = { function = \"a\" }\n# end\n";
        assert_eq!(
            lines(spec, &addition()),
            "\"GET /orders\"      = { function = \"orders\" }\n\n[functions.orders]\n"
        );
    }

    #[test]
    fn other_ways_to_write_a_spec_are_kept() {
        for spec in [
            // Tables below others, and functions behind the routes.
            "[routes]\n\"GET /\" = { function = \"a\" }\n[functions.a] # first\nmemory_mb=256\n\n  [functions.a.environment]\n  X = \"y\"\n# end\n",
            // A table for each route.
            "[functions]\n[functions.a]\n\n[routes.\"GET /\"]\nfunction = \"a\"\n",
            // Functions in lines.
            "[functions]\na = { memory_mb = 256 }   # first\n\n[routes]\n\"GET /\".function = \"a\"\n",
        ] {
            let added = lines(spec, &addition());
            assert!(added.contains("[functions.orders]\n"), "{added}");
            assert!(added.contains("{ function = \"orders\" }\n"), "{added}");
        }
    }

    #[test]
    fn a_function_gets_its_schedule() {
        assert_eq!(
            lines(DEMO, &on(Trigger::Schedule("rate(1 hour)".into()))),
            "[functions.orders]\non = [{ schedule = \"rate(1 hour)\" }]\n\n"
        );
    }

    #[test]
    fn a_queue_is_created_unless_it_is_there() {
        let queue = |name: &str| on(Trigger::Queue(name.into()));
        let function = |name: &str| format!("[functions.orders]\non = [{{ queue = \"{name}\" }}]\n\n");
        assert_eq!(
            lines(DEMO, &queue("mails")),
            function("mails") + "\n[queues.mails]\nfailed_after = 3\n"
        );
        let spec = DEMO.replace("[routes]", "[queues.mails] # ours\nfifo = true\n\n[routes]");
        assert_eq!(lines(&spec, &queue("mails")), function("mails"));
        assert_eq!(
            lines(&spec, &queue("mails-failed")),
            function("mails-failed") + "[queues.mails-failed]\nfailed_after = 3\n\n"
        );
        for fails in [
            "[queues.mails]\nfailed_after = 5\n\n[routes]",
            "[queues]\nmails = { failed_after = 5 }\n\n[routes]",
        ] {
            let spec = DEMO.replace("[routes]", fails);
            assert_eq!(lines(&spec, &queue("mails-failed")), function("mails-failed"));
        }
        assert_eq!(
            lines(&spec, &queue("bills")),
            function("bills") + "[queues.bills]\nfailed_after = 3\n\n"
        );
    }

    #[test]
    fn a_spec_without_tables_for_them_is_refused() {
        for spec in ["functions = { a = {} }\n", "functions.a.memory_mb = 256\n"] {
            let failure = added(spec, &addition()).unwrap_err();
            let message = "can't add to `functions`, because it is not a table with a header";
            assert_eq!(failure.message().unwrap().0, message);
        }
        let failure = added(&added(DEMO, &addition()).unwrap(), &addition()).unwrap_err();
        assert_eq!(failure.message().unwrap().0, "duplicate route `GET /orders`");
    }
}
