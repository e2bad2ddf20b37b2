//! Expressions and the few words to build them with.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

use portcullis_foreign_text::printable;

use crate::hcl::aligned::{Line, write_comment, write_indented, write_lines};

/// An expression as its text, which `terraform fmt` leaves alone at the start of a line.
#[derive(Debug, Clone)]
pub struct Expression {
    pub(super) text: String,
    /// A comment for the entry of an object that has this value, or of a list.
    pub(super) comment: String,
}

impl Expression {
    fn of(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            comment: String::new(),
        }
    }

    /// `null`.
    pub fn null() -> Self {
        Self::of("null")
    }

    /// Returns whether this is `null`.
    pub fn is_null(&self) -> bool {
        self.text == "null"
    }
}

/// Comments make no difference. Those in an object are lines of its text.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        fn tokens(text: &str) -> impl Iterator<Item = &str> {
            text.lines().filter(|line| !line.trim_start().starts_with('#'))
        }
        tokens(&self.text).eq(tokens(&other.text))
    }
}

impl Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

macro_rules! from {
    ($($constant:ty),*) => {$(
        impl From<$constant> for Expression {
            fn from(constant: $constant) -> Self {
                Self::of(constant.to_string())
            }
        }
    )*};
}
from!(bool, i32, i64, u32, u64);

/// An expression as it is written here: for what no spec decides.
pub fn expression(text: &str) -> Expression {
    Expression::of(text)
}

/// A literal string of any text. Terraform composes its characters when it reads it (NFC), and changes nothing else.
pub fn string(text: impl AsRef<str>) -> Expression {
    Expression::of(quoted(text.as_ref()))
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    push_literal(&mut quoted, text);
    quoted.push('"');
    quoted
}

/// Adds a text to a string's inside. `$${` stands for `${`, and every `$` before that for itself.
fn push_literal(inside: &mut String, text: &str) {
    if all_bytes(text, |byte| {
        matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'$' | b'%')
    }) {
        inside.push_str(text);
        return;
    }
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\t' => inside.push_str("\\t"),
            '\n' => inside.push_str("\\n"),
            '\r' => inside.push_str("\\r"),
            '"' => inside.push_str("\\\""),
            '\\' => inside.push_str("\\\\"),
            '$' | '%' if characters.peek() == Some(&'{') => inside.extend([c, c]),
            c if c.is_ascii_control() => {
                write!(inside, "\\u{:04x}", u32::from(c)).expect("a string takes any text");
            }
            c => inside.push(c),
        }
    }
}

/// A reference, such as `module.rest_api.id`: identifiers joined by dots. `[0]` behind one is the only block of a
/// resource's that may stand once, and `[*]` is each block of a set.
pub fn reference(path: impl Into<String>) -> Expression {
    let path = path.into();
    check_identifiers(&path);
    Expression::of(path)
}

/// No text of a spec becomes an identifier without [`crate::identifier`].
pub(super) fn check_identifiers(path: &str) {
    let is_one =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']' | b'*');
    assert!(all_bytes(path, is_one), "`{path}` must be an identifier");
}

/// Without a branch for each byte, the compiler takes many at once.
fn all_bytes(text: &str, are: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & are(byte))
}

/// A part of a [`template`].
pub enum Part {
    /// Text as it is.
    Literal(String),
    /// The value of an expression.
    Value(Expression),
}

/// Text as a part of a [`template`].
pub fn literal(text: impl Into<String>) -> Part {
    Part::Literal(text.into())
}

/// A reference as a part of a [`template`].
pub fn value(path: &str) -> Part {
    Part::Value(reference(path))
}

/// A string with values in it, such as `"${var.service}-open"`.
pub fn template(parts: impl IntoIterator<Item = Part>) -> Expression {
    let mut text = String::from('"');
    let push_value = |text: &mut String, value: &str| {
        text.push_str("${");
        text.push_str(value);
        text.push('}');
    };
    let mut parts = parts.into_iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            // A `$` at the end would double the one that begins what follows; as a value it can't.
            Part::Literal(literal) if parts.peek().is_some() => {
                let kept = literal.trim_end_matches(['$', '%']);
                push_literal(&mut text, kept);
                if kept.len() < literal.len() {
                    push_value(&mut text, &quoted(&literal[kept.len()..]));
                }
            }
            Part::Literal(literal) => push_literal(&mut text, &literal),
            Part::Value(value) => push_value(&mut text, &value.text),
        }
    }
    text.push('"');
    Expression::of(text)
}

/// A list on one line: for what does not grow.
pub fn list(items: impl IntoIterator<Item = Expression>) -> Expression {
    Expression::of(["[", &joined(items), "]"].concat())
}

fn joined(items: impl IntoIterator<Item = Expression>) -> String {
    let texts: Vec<String> = items.into_iter().map(|item| item.text).collect();
    texts.join(", ")
}

/// A list with an element a line, below its comment, from the first element on: one more element is one more line in a diff.
pub fn lines(items: impl IntoIterator<Item = Expression>) -> Expression {
    let mut text = String::from("[");
    for item in items {
        text.push('\n');
        write_comment(&mut text, &item.comment, "  ");
        text.push_str("  ");
        write_indented(&mut text, &item.text, "  ");
        text.push(',');
    }
    if text.len() > 1 {
        text.push('\n');
    }
    text.push(']');
    Expression::of(text)
}

/// An object with an entry a line. A comment of a value stands above its entry, whose `=` is then aligned with none
/// before it: such entries come and go without a change of the lines around them.
pub fn object<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, Expression)>) -> Expression {
    let entries = entries.into_iter();
    let entries: Vec<(K, Expression)> = entries.collect();
    if entries.is_empty() {
        return Expression::of("{}");
    }
    let names: Vec<Cow<str>> = entries.iter().map(|(key, _)| object_key(key.as_ref())).collect();
    let lines = names.iter().zip(&entries).map(|(name, (_, value))| Line {
        name,
        value: &value.text,
        comment: &value.comment,
    });
    let lines: Vec<Line> = lines.collect();
    let mut text = String::from("{\n");
    for chain in lines.chunk_by(Line::is_aligned_with) {
        write_lines(&mut text, chain.iter().copied(), "  ");
    }
    text.push('}');
    Expression::of(text)
}

/// Writes a bare key if HCL allows one that no scope could capture, and a quoted one otherwise.
fn object_key(key: &str) -> Cow<'_, str> {
    let is_bare = !matches!(key, "for" | "true" | "false" | "null")
        && key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    if is_bare {
        key.into()
    } else {
        // Its width is that of what a reviewer sees.
        printable::lines(quoted(key)).into()
    }
}

/// A set, an element a line.
pub fn to_set(items: impl IntoIterator<Item = Expression>) -> Expression {
    call("toset", [lines(items)])
}

/// `jsonencode(…)` of a value: what AWS takes as JSON.
pub fn json(value: &serde_json::Value) -> Expression {
    call("jsonencode", [of_json(value)])
}

fn of_json(value: &serde_json::Value) -> Expression {
    use serde_json::Value;
    match value {
        Value::Null => Expression::null(),
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => Expression::of(number.to_string()),
        Value::String(text) => string(text),
        Value::Array(items) if items.iter().any(|item| item.is_array() || item.is_object()) => {
            lines(items.iter().map(of_json))
        }
        Value::Array(items) => list(items.iter().map(of_json)),
        Value::Object(entries) => object(entries.iter().map(|(name, value)| (name, of_json(value)))),
    }
}

/// A call of a function of Terraform's.
pub fn call(name: &str, arguments: impl IntoIterator<Item = Expression>) -> Expression {
    check_identifiers(name);
    Expression::of([name, "(", &joined(arguments), ")"].concat())
}

/// `condition ? yes : no`.
pub fn conditional(condition: Expression, yes: Expression, no: Expression) -> Expression {
    Expression::of(format!("{condition} ? {yes} : {no}"))
}

/// `contains([…], variable)`: whether a variable has one of these values.
pub fn is_one_of(variable: &str, values: &[&str]) -> Expression {
    let values = list(values.iter().map(string));
    call("contains", [values, reference(format!("var.{variable}"))])
}

/// `left == right`. Terraform finds values of two types unequal. Values other than strings, numbers and truth values
/// are made a map or a set first.
pub fn equal(left: Expression, right: impl Into<Expression>) -> Expression {
    Expression::of([left.text, right.into().text].join(" == "))
}
