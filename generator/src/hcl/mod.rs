//! HCL as the modules make it: blocks and expressions of `hcl-edit`, and the few words to build them with.
//!
//! Everything that comes from a spec enters through [`string`], a part of a [`template`] or an object's key, and
//! is escaped there by construction. [`layout()`] then turns a body into text that `terraform fmt` leaves alone.

mod layout;

pub use hcl_edit::expr::Expression;
pub use hcl_edit::structure::{Attribute, Block, Body, Structure};
pub use layout::layout;

use hcl_edit::expr::{
    Array, BinaryOp, BinaryOperator, Conditional, FuncArgs, FuncCall, Object, ObjectKey, Traversal,
    TraversalOperator,
};
use hcl_edit::structure::BlockBuilder;
use hcl_edit::template::{Element, Interpolation, StringTemplate};
use hcl_edit::{Decorate, Decorated, Ident};

/// Begins a block, such as `resource "aws_iam_role" "this"`.
pub fn block<'a>(kind: &str, labels: impl IntoIterator<Item = &'a str>) -> BlockBuilder {
    Block::builder(Ident::new(kind)).labels(labels)
}

/// An argument of a block.
pub fn argument(name: &str, value: impl Into<Expression>) -> Attribute {
    Attribute::new(Ident::new(name), value)
}

/// Puts a comment above a block or an argument. Lines are wrapped by whoever writes them.
pub fn commented<T: Decorate>(mut item: T, comment: &str) -> T {
    let lines: Vec<String> = comment.lines().map(|line| format!("# {line}\n")).collect();
    item.decor_mut().set_prefix(lines.concat());
    item
}

/// A literal string, whatever it holds. Terraform composes its characters when it reads it (NFC), and nothing else.
pub fn string(text: impl Into<String>) -> Expression {
    let text = text.into();
    if text.contains("${") || text.contains("%{") {
        return template([Part::Literal(text)]);
    }
    Expression::from(text)
}

/// A reference, such as `module.rest_api.id`: identifiers joined by dots. `[0]` behind one is the only block of a
/// resource's that may stand once.
pub fn reference(path: &str) -> Expression {
    let mut parts = path.split('.');
    let first = Ident::new(parts.next().expect("`split` yields at least one part"));
    let mut operators = Vec::new();
    for part in parts {
        let (name, is_block) = match part.strip_suffix("[0]") {
            Some(name) => (name, true),
            None => (part, false),
        };
        operators.push(TraversalOperator::GetAttr(Decorated::new(Ident::new(name))));
        if is_block {
            operators.push(TraversalOperator::Index(Expression::from(0)));
        }
    }
    let operators: Vec<_> = operators.into_iter().map(Decorated::new).collect();
    if operators.is_empty() {
        return Expression::from(first);
    }
    Expression::from(Traversal::new(first, operators))
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
///
/// `$${` stands for `${`, and every `$` before that for itself. hcl-edit doubles the sign of a first `${` or `%{`
/// alone reliably (behind one, `%${` stays as it is, and would be evaluated), so a literal is cut behind each `{`.
pub fn template(parts: impl IntoIterator<Item = Part>) -> Expression {
    let mut elements: Vec<Element> = Vec::new();
    let mut parts = parts.into_iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            Part::Literal(text) => {
                // A `$` at the end would double the one that begins what follows; as a value it can't.
                let is_last = parts.peek().is_none();
                let kept = if is_last {
                    text.as_str()
                } else {
                    text.trim_end_matches(['$', '%'])
                };
                elements.extend(kept.split_inclusive('{').map(Element::from));
                if kept.len() < text.len() {
                    elements.push(interpolation(Expression::from(&text[kept.len()..])));
                }
            }
            Part::Value(expression) => elements.push(interpolation(expression)),
        }
    }
    Expression::from(StringTemplate::from(elements))
}

fn interpolation(mut expression: Expression) -> Element {
    // Without this the printer sets spaces inside the braces.
    expression.decorate(("", ""));
    Element::from(Interpolation::new(expression))
}

/// A list on one line: for what does not grow.
pub fn list(items: impl IntoIterator<Item = Expression>) -> Expression {
    Expression::from(items.into_iter().collect::<Array>())
}

/// A list with an element a line, from the first element on: one more element is one more line in a diff.
pub fn lines(items: impl IntoIterator<Item = Expression>) -> Expression {
    let mut array: Array = items.into_iter().collect();
    array.set_trailing_comma(true);
    Expression::from(array)
}

/// An object with an entry a line. A comment of a value stands above its entry, whose `=` is then aligned with no
/// other: such entries come and go without a change of the lines around them.
pub fn object<K: Into<String>>(entries: impl IntoIterator<Item = (K, Expression)>) -> Expression {
    Expression::from(
        entries
            .into_iter()
            .map(|(key, mut value)| {
                let mut key = object_key(&key.into());
                std::mem::swap(key.decor_mut(), value.decor_mut());
                (key, value)
            })
            .collect::<Object>(),
    )
}

/// A bare key where HCL allows one that no scope could capture, a quoted one elsewhere.
fn object_key(key: &str) -> ObjectKey {
    let is_bare = !matches!(key, "for" | "true" | "false" | "null")
        && key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_bare {
        ObjectKey::from(Ident::new(key))
    } else {
        ObjectKey::from(string(key))
    }
}

/// A call of a function of Terraform's.
pub fn call(name: &str, arguments: impl IntoIterator<Item = Expression>) -> Expression {
    let mut args = FuncArgs::new();
    for argument in arguments {
        args.push(argument);
    }
    Expression::from(FuncCall::new(Ident::new(name), args))
}

/// `condition ? yes : no`.
pub fn conditional(condition: Expression, yes: Expression, no: Expression) -> Expression {
    Expression::from(Conditional::new(condition, yes, no))
}

/// An expression as it is written here: for what no spec decides.
pub fn expression(text: &str) -> Expression {
    text.parse()
        .expect("the text is a constant that the golden trees hold")
}

/// `contains([…], variable)`: whether a variable has one of these values.
pub fn is_one_of(variable: &str, values: &[&str]) -> Expression {
    let values = list(values.iter().map(|value| string(*value)));
    call("contains", [values, reference(&format!("var.{variable}"))])
}

/// A check of something when Terraform plans, and its error.
pub fn precondition(condition: Expression, error_message: Expression) -> Block {
    block("lifecycle", [])
        .block(
            block("precondition", [])
                .attribute(argument("condition", condition))
                .attribute(argument("error_message", error_message))
                .build(),
        )
        .build()
}

/// `left == right`. Terraform finds values of two types unequal: what is no string, number or truth value is made a
/// map or a set first.
pub fn equal(left: Expression, right: impl Into<Expression>) -> Expression {
    Expression::from(BinaryOp::new(left, BinaryOperator::Eq, right))
}
