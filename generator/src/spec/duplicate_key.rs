//! Errors about duplicate keys. The `toml` crate reports the place of the second key, but neither its name nor the
//! first place.

use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Span};

/// Returns the error at the place of a syntax error, if the key there repeats another one of its table.
///
/// The second key gets a name that nothing else has. The table that then holds this name is the one that holds the first.
pub(crate) fn of(text: &str, second: Span) -> Option<Diagnostic> {
    let (before, key, after) = (
        text.get(..second.start)?,
        text.get(second.clone())?,
        text.get(second.end..)?,
    );
    let mut unique = "second".to_owned();
    while text.contains(&unique) {
        unique.push('_');
    }
    let name = name(key)?;
    let renamed = format!("{before}{unique}{after}");
    let (document, _) = DeTable::parse_recoverable(&renamed);
    let (first, _) = table_with(document.get_ref(), &unique)?.get_key_value(name.as_str())?;
    let first = Some(first.span()).filter(|first| first.end <= second.start)?;
    Some(
        Diagnostic::new(second, format!("duplicate key `{name}`"))
            .label("again here")
            .related(first, "first here")
            .help("delete one of them, or merge the second into the first"),
    )
}

/// Returns a key without its quotes.
fn name(key: &str) -> Option<String> {
    let line = format!("{key} = 0");
    let table = DeTable::parse(&line).ok()?;
    let mut names = table.get_ref().keys();
    names.next().map(|name| name.get_ref().to_string())
}

/// The table that has a key, wherever it is.
fn table_with<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<&'a DeTable<'i>> {
    fn within<'a, 'i>(value: &'a DeValue<'i>, key: &str) -> Option<&'a DeTable<'i>> {
        match value {
            DeValue::Table(table) => table_with(table, key),
            DeValue::Array(array) => array.iter().find_map(|value| within(value.get_ref(), key)),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => None,
        }
    }
    if table.contains_key(key) {
        return Some(table);
    }
    table.values().find_map(|value| within(value.get_ref(), key))
}
