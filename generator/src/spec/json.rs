//! Values that the spec passes on as JSON: patterns, filters and inputs.

use serde_json::{Number, Value as Json};
use toml::de::DeValue;

use crate::diagnostic::{Diagnostic, Diagnostics, Span, shown};
use crate::json_rule::JsonRule;
use crate::spec::declaration::{Form, Key, Kind, Literal};
use crate::spec::expected::Expected;
use crate::spec::field::{Field, Given};
use crate::spec::reader::{Placed, Value};
use crate::spec::scalar::Scalar;

impl Scalar for Json {
    const FORM: Form = Form::Json;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Kind::Json(rule) = &key.kind else { return None };
        read(rule, &format!("`{}`", key.name), value, diagnostics)
    }

    fn literal(_: Literal) -> Option<Self> {
        None
    }
}

/// Values, each with its place.
impl Field for Given<Vec<Placed<Json>>> {
    const FORM: Form = Form::Jsons;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let elements = value.elements(key, Expected::ListOfTables, diagnostics);
        let subject = format!("each of `{}`", key.name);
        let read = |element: &Value<'_>| {
            let Kind::Jsons(rule) = &key.kind else { return None };
            let value = read(rule, &subject, element, diagnostics)?;
            let span = element.span();
            Some(Placed { span, value })
        };
        Self {
            span: Some(value.span()),
            value: elements.map(|elements| elements.iter().filter_map(read).collect()),
        }
    }

    fn absent(_: &'static Key) -> Self {
        Self::default()
    }

    fn place(&self) -> Option<Span> {
        self.span.clone()
    }
}

/// A value that keeps a rule, or a report of it.
fn read(rule: &JsonRule, subject: &str, value: &Value<'_>, diagnostics: &mut Diagnostics) -> Option<Json> {
    if rule.is_table && value.value().as_table().is_none() {
        diagnostics.push(value.wrong_with(subject, Expected::Table, rule.help));
        return None;
    }
    let mut wrong = Vec::new();
    let mut not_in_json = |text: &str, span: Span| {
        let summary = format!(
            "{subject} must contain only values of JSON, not `{}`",
            shown(text)
        );
        wrong.push(Diagnostic::new(span, summary).help("write it in quotes"));
        Json::Null
    };
    let json = json(value.value(), value.span(), &mut not_in_json);
    if wrong.is_empty() {
        let Err(why) = (rule.check)(&json) else {
            return Some(json);
        };
        let summary = format!("{subject} must be {}: {why}", rule.noun);
        wrong.push(Diagnostic::new(value.span(), summary).helps(rule.help));
    }
    wrong.into_iter().for_each(|wrong| diagnostics.push(wrong));
    None
}

/// A value as JSON. `not_in_json` stands for what JSON does not have.
fn json(value: &DeValue<'_>, span: Span, not_in_json: &mut dyn FnMut(&str, Span) -> Json) -> Json {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Integer(integer) => {
            let number = i64::from_str_radix(integer.as_str(), integer.radix());
            number.map_or_else(|_| not_in_json(integer.as_str(), span), Json::from)
        }
        DeValue::Float(float) => {
            let number = float.as_str().parse().ok().and_then(Number::from_f64);
            number.map_or_else(|| not_in_json(float.as_str(), span), Json::from)
        }
        DeValue::Datetime(date) => not_in_json(&date.to_string(), span),
        DeValue::Array(items) => {
            let items = items.iter();
            items
                .map(|item| json(item.get_ref(), item.span(), not_in_json))
                .collect()
        }
        DeValue::Table(table) => {
            let entries = table.iter();
            entries
                .map(|(name, value)| {
                    let value = json(value.get_ref(), value.span(), not_in_json);
                    (name.get_ref().to_string(), value)
                })
                .collect()
        }
    }
}
