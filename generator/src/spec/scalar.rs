//! The types of one value: text, number, flag, date and word.

use toml::de::DeValue;
use toml::value::Date;

use crate::diagnostic::{Diagnostic, Diagnostics, Span, shown};
use crate::spec::declaration::{Choice, Form, Key, Kind, Literal};
use crate::spec::expected::{Expected, nearest};
use crate::spec::reader::Value;
use crate::text_rule::TextRule;

/// A type of one value.
pub trait Scalar: Sized {
    /// The kind that it takes.
    const FORM: Form;

    /// The value as this type; the report of a wrong one has been made.
    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self>;

    /// A default as this type.
    fn literal(literal: Literal) -> Option<Self>;
}

impl Scalar for String {
    const FORM: Form = Form::Text;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Kind::Text(rule) = &key.kind else { return None };
        let text = value.text().or_else(|| {
            diagnostics.push(match rule.help {
                "" => value.wrong_type(key, Expected::Text),
                help => value
                    .wrong_with(&format!("`{}`", key.name), Expected::Text, help)
                    .meant(value.path.as_str()),
            });
            None
        })?;
        keep(rule, &format!("`{}`", key.name), text, value.span(), diagnostics).then(|| text.into())
    }

    fn literal(literal: Literal) -> Option<Self> {
        match literal {
            Literal::Text(text) => Some(text.into()),
            Literal::Number(_) | Literal::Flag(_) | Literal::Texts(_) => None,
        }
    }
}

/// Reports a text that breaks a rule; whether it keeps it. `subject` begins the sentence.
pub(crate) fn keep(
    rule: &TextRule,
    subject: &str,
    text: &str,
    span: Span,
    diagnostics: &mut Diagnostics,
) -> bool {
    let keeps = (rule.check)(text);
    if !keeps {
        let summary = format!("{subject} must be {}, not `{}`", rule.must_be, shown(text));
        diagnostics.push(Diagnostic::new(span, summary).helps(rule.help));
    }
    keeps
}

impl Scalar for u32 {
    const FORM: Form = Form::Number;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        if !matches!(value.value(), DeValue::Integer(_)) {
            diagnostics.push(value.wrong_type(key, Expected::Number));
            return None;
        }
        let found = value.integer().and_then(|number| u32::try_from(number).ok());
        let (holds, rule) = match &key.kind {
            Kind::Number { limits, unit } => (
                found.is_some_and(|number| limits.contains(&number)),
                format!("between {} and {} {unit}", limits.start(), limits.end()),
            ),
            Kind::OneOfNumbers { values, unit } => (
                found.is_some_and(|number| values.contains(&number)),
                format!("one of {} {unit}", list(values)),
            ),
            _ => return None,
        };
        if !holds {
            let summary = format!("`{}` must be {rule}, not {}", key.name, value.described());
            let near = nearest(&key.kind, value.integer().unwrap_or(i64::MAX));
            let help = near.map(|near| format!("write `{} = {near}`", key.name));
            diagnostics.push(Diagnostic::new(value.span(), summary).helps(&help.unwrap_or_default()));
            return None;
        }
        found
    }

    fn literal(literal: Literal) -> Option<Self> {
        match literal {
            Literal::Number(number) => Some(number),
            Literal::Flag(_) | Literal::Text(_) | Literal::Texts(_) => None,
        }
    }
}

fn list(numbers: &[u32]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    match numbers.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => numbers.concat(),
    }
}

impl Scalar for bool {
    const FORM: Form = Form::Flag;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        value.value().as_bool().or_else(|| {
            diagnostics.push(value.wrong_type(key, Expected::Flag));
            None
        })
    }

    fn literal(literal: Literal) -> Option<Self> {
        match literal {
            Literal::Flag(flag) => Some(flag),
            Literal::Number(_) | Literal::Text(_) | Literal::Texts(_) => None,
        }
    }
}

impl Scalar for Date {
    const FORM: Form = Form::Date;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        let date = value.value().as_datetime().and_then(|found| {
            let is_day = found.time.is_none() && found.offset.is_none();
            found.date.filter(|_| is_day)
        });
        date.or_else(|| {
            diagnostics.push(value.wrong_type(key, Expected::Date));
            None
        })
    }

    fn literal(_: Literal) -> Option<Self> {
        None
    }
}

/// An enum whose variants are words of the spec.
pub trait Word: Copy + 'static {
    /// The variants.
    const ALL: &'static [Self];
    /// Their words, in the same order.
    const CHOICES: &'static [Choice];

    /// AWS's own names for a variant, which the spec does not take.
    fn others(self) -> &'static [&'static str];

    /// Reads a word.
    fn parse(text: &str) -> Option<Self> {
        let place = Self::CHOICES.iter().position(|choice| choice.name == text)?;
        Some(Self::ALL[place])
    }

    /// The variant that a word of AWS's own means.
    fn meant_by(text: &str) -> Option<&'static str> {
        let variants = Self::ALL.iter().zip(Self::CHOICES);
        let is_meant = |other: &&str| other.eq_ignore_ascii_case(text);
        let mut found = variants.filter(|(variant, _)| variant.others().iter().any(&is_meant));
        found.next().map(|(_, choice)| choice.name)
    }
}

impl<T: Word> Scalar for T {
    const FORM: Form = Form::Choice;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Some(text) = value.text() else {
            diagnostics.push(value.wrong_type(key, Expected::Text));
            return None;
        };
        word(key, text, value.span(), diagnostics)
    }

    fn literal(literal: Literal) -> Option<Self> {
        match literal {
            Literal::Text(text) => T::parse(text),
            Literal::Number(_) | Literal::Flag(_) | Literal::Texts(_) => None,
        }
    }
}

/// A word of the spec, or a report of the unknown one.
pub(super) fn word<T: Word>(key: &Key, text: &str, span: Span, diagnostics: &mut Diagnostics) -> Option<T> {
    T::parse(text).or_else(|| {
        let known = T::CHOICES.iter().map(|choice| choice.name);
        let unknown = Diagnostic::new(span, format!("unknown `{}` `{}`", key.name, shown(text)));
        diagnostics.push(match T::meant_by(text) {
            Some(own) => unknown.help(format!("write `{own}`")),
            None => unknown.similar(text, "a value", known.clone()).known(known),
        });
        None
    })
}
