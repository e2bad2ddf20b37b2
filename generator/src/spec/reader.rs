//! Reads one table of the spec, key by key, and collects every mistake on the way.
//!
//! serde would stop at the first wrong value. The spanned tree of the `toml` crate does not: each key is asked
//! for once, with the type it must have, and what nobody asked for is an unknown key.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Date;

use crate::diagnostic::{Diagnostic, Diagnostics, Span, nearest};

/// A value as it was written, with its place.
pub type Written<T> = Spanned<T>;

/// One table of the spec that is being read.
pub struct Reader<'a> {
    table: &'a DeTable<'a>,
    /// Where the table stands: for what is missing in it.
    span: Span,
    /// What the table is called in messages, such as `functions.open`.
    name: String,
    asked: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    /// Begins to read a table that stands at `span` and is called `name` (empty for the document itself).
    pub fn new(table: &'a DeTable<'a>, span: Span, name: impl Into<String>) -> Self {
        Self {
            table,
            span,
            name: name.into(),
            asked: Vec::new(),
        }
    }

    /// Where the table stands.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.table.get(key)
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        diagnostics: &mut Diagnostics,
        convert: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<Written<T>> {
        let value = self.value(key)?;
        let converted = convert(value.get_ref());
        if converted.is_none() {
            let diagnostic = wrong_type(value, &format!("`{key}`"), expected);
            diagnostics.push(diagnostic.meant(self.qualified(key)));
        }
        converted.map(|converted| Spanned::new(value.span(), converted))
    }

    /// A string.
    pub fn string(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Written<String>> {
        self.typed(key, "a string", diagnostics, as_string)
    }

    /// The place of a list under a key that takes no list: for messages better than «not a string».
    pub fn span_of_list(&mut self, key: &'static str) -> Option<Span> {
        self.value(key)
            .filter(|value| value.get_ref().is_array())
            .map(Spanned::span)
    }

    /// A whole number.
    pub fn integer(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Written<i64>> {
        self.typed(key, "a whole number", diagnostics, as_integer)
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Written<bool>> {
        self.typed(key, "`true` or `false`", diagnostics, DeValue::as_bool)
    }

    /// A list of strings, each with its place. Elements of another type are reported one by one.
    pub fn strings(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Written<Vec<Written<String>>>> {
        let array = self.typed(key, "a list of strings", diagnostics, DeValue::as_array)?;
        let span = array.span();
        let strings = array
            .into_inner()
            .iter()
            .filter_map(|element| {
                convert_or_report(
                    element,
                    &format!("an element of `{key}`"),
                    "a string",
                    diagnostics,
                    as_string,
                )
            })
            .collect();
        Some(Spanned::new(span, strings))
    }

    /// A table of strings under free names, such as tags.
    pub fn string_map(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> BTreeMap<String, (Span, Written<String>)> {
        let Some(table) = self.typed(key, "a table of strings", diagnostics, DeValue::as_table) else {
            return BTreeMap::new();
        };
        let mut strings = BTreeMap::new();
        for (name, value) in table.into_inner() {
            if let Some(value) = convert_or_report(
                value,
                &format!("`{}`", name.get_ref()),
                "a string",
                diagnostics,
                as_string,
            ) {
                strings.insert(name.get_ref().to_string(), (name.span(), value));
            }
        }
        strings
    }

    /// A day: a date of TOML, without a time.
    pub fn date(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Written<Date>> {
        self.typed(
            key,
            "a date such as 2027-01-31, without quotes",
            diagnostics,
            as_date,
        )
    }

    /// A list of tables with known keys, each a reader of its own. What is no table is reported one by one.
    pub fn list_of_tables(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Vec<Reader<'a>> {
        let Some(array) = self.typed(key, "a list of tables", diagnostics, DeValue::as_array) else {
            return Vec::new();
        };
        let what = format!("an element of `{key}`");
        let tables = array.into_inner().iter().filter_map(|element| {
            let table = convert_or_report(element, &what, "a table", diagnostics, DeValue::as_table)?;
            let span = table.span();
            Some(Reader::new(table.into_inner(), span, self.qualified(key)))
        });
        tables.collect()
    }

    /// A table with known keys, as a reader of its own.
    pub fn table(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Reader<'a>> {
        let table = self.typed(key, "a table", diagnostics, DeValue::as_table)?;
        let name = self.qualified(key);
        let span = self.key_span(key);
        Some(Reader::new(table.into_inner(), span, name))
    }

    /// A table of tables under free names, such as `[functions]`: each with the place of its name, and none where
    /// it is no table. The name is known then all the same.
    pub fn tables(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Vec<(Written<String>, Option<Reader<'a>>)> {
        let Some(table) = self.typed(key, "a table", diagnostics, DeValue::as_table) else {
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (name, value) in table.into_inner() {
            let qualified = format!("{}.{}", self.qualified(key), as_key(name.get_ref()));
            let what = format!("`{qualified}`");
            let inner = convert_or_report(value, &what, "a table", diagnostics, DeValue::as_table);
            let reader = inner.map(|inner| Reader::new(inner.into_inner(), name.span(), qualified));
            tables.push((Spanned::new(name.span(), name.get_ref().to_string()), reader));
        }
        // The order of the text: `toml` keeps tables in the order of their names.
        tables.sort_by_key(|(name, _)| name.span().start);
        tables
    }

    /// Reports a required key that is absent. `example` shows what to write.
    pub fn require<T>(
        &self,
        value: Option<Written<T>>,
        key: &'static str,
        example: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Written<T>> {
        self.require_with(value, key, &format!("add `{key} = {example}`"), diagnostics)
    }

    /// Reports a required key that is absent, with a hint in own words.
    pub fn require_with<T>(
        &self,
        value: Option<Written<T>>,
        key: &'static str,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Written<T>> {
        // A key that is there and was refused has been reported already.
        if value.is_none() && !self.table.contains_key(key) {
            let table = if self.name.is_empty() {
                "the spec".into()
            } else {
                format!("`[{}]`", self.name)
            };
            diagnostics.push(
                Diagnostic::new(self.span.clone(), format!("{table} has no `{key}`"))
                    .hint(hint)
                    .missing(self.qualified(key)),
            );
        }
        value
    }

    /// Reports every key that nobody asked for, with the nearest known one.
    pub fn finish(self, diagnostics: &mut Diagnostics) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let place = if self.name.is_empty() {
                String::new()
            } else {
                format!(" in `[{}]`", self.name)
            };
            let mut diagnostic = Diagnostic::new(key.span(), format!("unknown key `{name}`{place}"));
            diagnostic = match nearest(name, self.asked.iter().copied()) {
                Some(known) => diagnostic
                    .label(format!("did you mean `{known}`?"))
                    .meant(self.qualified(known)),
                None => diagnostic,
            };
            let mut known = self.asked.clone();
            known.sort_unstable();
            known.dedup();
            diagnostics.push(diagnostic.hint(format!("known here: {}", known.join(", "))));
        }
    }

    fn qualified(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.into()
        } else {
            format!("{}.{key}", self.name)
        }
    }

    fn key_span(&self, key: &str) -> Span {
        self.table
            .get_key_value(key)
            .map_or(self.span.clone(), |(key, _)| key.span())
    }
}

/// A name as TOML would have it in a header.
fn as_key(name: &str) -> String {
    let is_bare = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if is_bare { name.into() } else { format!("{name:?}") }
}

fn as_string(value: &DeValue<'_>) -> Option<String> {
    value.as_str().map(str::to_string)
}

fn as_integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn as_date(value: &DeValue<'_>) -> Option<Date> {
    let datetime = value.as_datetime()?;
    datetime
        .date
        .filter(|_| datetime.time.is_none() && datetime.offset.is_none())
}

fn convert_or_report<'a, T>(
    value: &'a Spanned<DeValue<'a>>,
    what: &str,
    expected: &str,
    diagnostics: &mut Diagnostics,
    convert: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
) -> Option<Written<T>> {
    let converted = convert(value.get_ref());
    if converted.is_none() {
        diagnostics.push(wrong_type(value, what, expected));
    }
    converted.map(|converted| Spanned::new(value.span(), converted))
}

fn wrong_type(value: &Spanned<DeValue<'_>>, what: &str, expected: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(value.span(), format!("{what} is not {expected}")).label(format!(
        "expected {expected}, found {}",
        describe(value.get_ref())
    ));
    let is_unquoted = expected == "a string"
        && !matches!(
            value.get_ref(),
            DeValue::String(_) | DeValue::Array(_) | DeValue::Table(_)
        );
    if is_unquoted {
        diagnostic.hint("write it in quotes")
    } else {
        diagnostic
    }
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) if as_integer(value).is_none() => "one beyond 64 bits",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(datetime) if datetime.time.is_some() => "a date with a time",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
