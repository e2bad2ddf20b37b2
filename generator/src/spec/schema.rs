//! The JSON schema of the spec, for editors: `portcullis schema`.
//!
//! It describes the values of each key. Rules about several keys are beyond it; `portcullis check` reports those.

use serde_json::{Map, Value, json};

use crate::json_rule::JsonRule;
use crate::spec::Spec;
use crate::spec::declaration::{Absent, Choice, Key, Kind, Literal, Scope, Table};
use crate::spec::field::Keys;
use crate::text_rule::TextRule;

/// The schema, of draft 2020-12. Its order is that of the declarations.
pub fn schema() -> Value {
    let mut schema = Map::from_iter([
        (
            "$schema".to_owned(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        ),
        ("title".to_owned(), json!("portcullis.toml")),
    ]);
    schema.extend(of_table(Spec::table()));
    schema.into()
}

/// Returns the schema of an environment's overrides of a table. Defaults are those of the table.
fn of_overrides(table: &Table) -> Value {
    let own = table
        .keys
        .iter()
        .filter(|key| matches!(key.scope, Scope::PerEnvironment));
    let properties: Map<String, Value> = own
        .map(|key| {
            let mut schema = of_kind(&key.kind, &Absent::Nothing);
            schema.insert("description".into(), text(key.doc).into());
            (key.name.to_owned(), schema.into())
        })
        .collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn of_table(table: &Table) -> Map<String, Value> {
    let properties: Map<String, Value> = table
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), of_key(key)))
        .collect();
    let is_required = |key: &&Key| matches!(key.absent, Absent::Required(_));
    let required: Vec<&str> = table
        .keys
        .iter()
        .filter(is_required)
        .map(|key| key.name)
        .collect();
    let mut schema = Map::from_iter([
        ("description".to_owned(), text(table.doc).into()),
        ("type".to_owned(), json!("object")),
        ("properties".to_owned(), properties.into()),
        ("additionalProperties".to_owned(), json!(false)),
    ]);
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
    schema
}

fn of_key(key: &Key) -> Value {
    let mut schema = of_kind(&key.kind, &key.absent);
    schema.insert("description".into(), text(key.doc).into());
    if let Absent::Default(literal) = key.absent {
        let default = match literal {
            Literal::Number(number) => json!(number),
            Literal::Flag(flag) => json!(flag),
            Literal::Text(text) => json!(text),
            Literal::Texts(texts) => json!(texts),
        };
        schema.insert("default".into(), default);
    }
    schema.into()
}

fn of_kind(kind: &Kind, absent: &Absent) -> Map<String, Value> {
    let schema = match kind {
        Kind::Text(rule) => of_text(rule),
        Kind::Texts(rule) => json!({"type": "array", "items": of_text(rule)}),
        Kind::TextOrTexts(rule) => {
            json!({"anyOf": [of_text(rule), {"type": "array", "items": of_text(rule)}]})
        }
        Kind::Strings { names, values, .. } => json!({
            "type": "object", "propertyNames": of_text(names), "additionalProperties": of_text(values),
        }),
        Kind::Number { limits, .. } => json!({
            "type": "integer", "minimum": limits.start(), "maximum": limits.end(),
        }),
        Kind::OneOfNumbers { values, .. } => json!({"type": "integer", "enum": values}),
        Kind::Flag => json!({"type": "boolean"}),
        // A TOML date becomes a string in JSON.
        Kind::Date => json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
        Kind::Choice(choices) => of_choices(choices),
        Kind::ChoiceOrText(choices, rule) => json!({"anyOf": [of_choices(choices), of_text(rule)]}),
        Kind::Choices(choices) => json!({"type": "array", "items": of_choices(choices), "minItems": 1}),
        Kind::Table(table) => of_table(table).into(),
        Kind::Tables { names, table, .. } => {
            let least = usize::from(matches!(absent, Absent::Required(_)));
            json!({
                "type": "object", "propertyNames": of_text(names), "additionalProperties": of_table(table),
                "minProperties": least,
            })
        }
        Kind::List(table) => json!({"type": "array", "items": of_table(table)}),
        Kind::Overrides { names, table, .. } => json!({
            "type": "object", "propertyNames": of_text(names), "additionalProperties": of_overrides(table),
        }),
        Kind::Lists { .. } => json!({
            "type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        }),
        Kind::TextOrTable(rule, table) => json!({"anyOf": [of_text(rule), of_table(table)]}),
        Kind::Json(rule) => of_json(rule),
        Kind::Jsons(rule) => json!({"type": "array", "items": of_json(rule)}),
    };
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}

fn of_json(rule: &JsonRule) -> Value {
    match rule.is_table {
        true => json!({"type": "object"}),
        false => json!({}),
    }
}

fn of_text(rule: &TextRule) -> Value {
    match rule.pattern {
        "" => json!({"type": "string"}),
        pattern => json!({"type": "string", "pattern": pattern}),
    }
}

/// Each word with its meaning, which editors show.
fn of_choices(choices: &[Choice]) -> Value {
    let each = choices
        .iter()
        .map(|choice| json!({"const": choice.name, "description": text(choice.doc)}));
    json!({"type": "string", "oneOf": each.collect::<Vec<_>>()})
}

/// Documentation without the line breaks of the source.
pub(crate) fn text(doc: &str) -> String {
    let paragraphs = doc.trim().split("\n\n");
    let lines = |paragraph: &str| paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    paragraphs.map(lines).collect::<Vec<_>>().join("\n\n")
}
