//! Unknown values of an instance. An id or ARN of another resource becomes a symbol, and the rest is listed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::configuration::all_references;
use super::joins;
use super::resolve::{Found, Instance, Origin, Resolver};

/// An argument whose value is unknown before the apply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// Address of the resource instance.
    pub address: String,
    /// The argument, with the blocks around it: `policy`, `lambda_config.pre_sign_up`.
    pub attribute: String,
    /// Its dependencies, followed through modules as far as a plan shows them, sorted:
    /// `module.service.module.rest_api.aws_api_gateway_rest_api.this.execution_arn`.
    pub references: Vec<String>,
    /// The reason why it could not be read.
    pub why: String,
    /// True if its likely value was read all the same. [`why`](Self::why) names that value.
    pub is_read: bool,
}

/// The symbols, origins and unknown values of an instance.
#[derive(Default)]
pub(super) struct Filled {
    /// Symbols, by attribute: `rest_api_id`, or `api_stages/0/api_id` in a block.
    pub(super) symbols: Vec<(String, Value)>,
    /// Attributes of others, or of itself, that symbols stand for.
    pub(super) origins: BTreeSet<Origin>,
    /// The values that stay unknown.
    pub(super) unknown: Vec<Unknown>,
}

/// Follows every argument of an instance that is unknown.
pub(super) fn fill(resolver: &Resolver<'_>, address: &str, instance: &Instance<'_>) -> Filled {
    let mut filled = Filled::default();
    let expressions = instance.block.map(|block| &block["expressions"]);
    for (attribute, unknown) in instance.unknown.as_object().into_iter().flatten() {
        if !is_any(unknown) {
            continue;
        }
        let expression = expressions.and_then(|expressions| expressions.get(attribute));
        let mut walk = Walk {
            resolver,
            address,
            instance,
            filled: &mut filled,
        };
        match expression {
            // The provider decides. Everything that exists has an id.
            None if *unknown == Value::Bool(true) => {
                if attribute == "id" {
                    filled.origins.insert(Origin {
                        address: address.to_owned(),
                        attribute: attribute.clone(),
                    });
                }
            }
            None => walk.nested(attribute, unknown, None),
            Some(expression) if is_blocks(expression) => walk.nested(attribute, unknown, Some(expression)),
            Some(expression) => walk.argument(attribute, unknown, expression),
        }
    }
    filled
}

struct Walk<'w, 'a> {
    resolver: &'w Resolver<'a>,
    address: &'w str,
    instance: &'w Instance<'a>,
    filled: &'w mut Filled,
}

impl<'a> Walk<'_, 'a> {
    /// An argument of the resource itself.
    fn argument(&mut self, attribute: &str, unknown: &Value, expression: &'a Value) {
        let found = self.resolver.of(self.instance, attribute, expression);
        let Some(origin) = found.origin.clone().filter(|_| *unknown == Value::Bool(true)) else {
            self.note(attribute, expression, found);
            return;
        };
        let symbol = Value::String(origin.symbol());
        let is_list = joins::LISTS.contains(&attribute);
        let value = if is_list {
            Value::Array(vec![symbol])
        } else {
            symbol
        };
        self.filled.symbols.push((attribute.to_owned(), value));
        self.filled.origins.insert(origin);
        let doubt = found
            .doubt
            .or_else(|| is_list.then(|| "a plan does not tell whether others stand beside it".to_owned()));
        if let Some(why) = doubt {
            self.push(attribute, found.references, why, true);
        }
    }

    /// Blocks in a resource. Without an expression they come from a `dynamic` block, of which a plan tells nothing.
    fn nested(&mut self, path: &str, unknown: &Value, expressions: Option<&'a Value>) {
        let (Value::Array(unknowns), Some(Value::Array(blocks))) = (unknown, expressions) else {
            let found = Found {
                references: expressions
                    .into_iter()
                    .flat_map(all_references)
                    .map(String::from)
                    .collect(),
                ..Found::default()
            };
            let why = "a `dynamic` block generates it, and a plan does not show this";
            self.push(&deepest(path, unknown), found.references, why.to_owned(), false);
            return;
        };
        if unknowns.len() != blocks.len() {
            self.nested(path, unknown, None);
            return;
        }
        for (unknown, block) in unknowns.iter().zip(blocks) {
            for (attribute, unknown) in unknown.as_object().into_iter().flatten() {
                let path = format!("{path}.{attribute}");
                match block.get(attribute) {
                    _ if !is_any(unknown) => (),
                    None if *unknown == Value::Bool(true) => (),
                    None => self.nested(&path, unknown, None),
                    Some(inner) if is_blocks(inner) => self.nested(&path, unknown, Some(inner)),
                    Some(inner) => {
                        let found = self.resolver.of(self.instance, attribute, inner);
                        // Blocks of a set are in another order than those of the configuration.
                        let is_alone = blocks.len() == 1 && path.split('.').count() == 2;
                        let origin = found.origin.clone().filter(|_| is_alone && found.doubt.is_none());
                        match origin.filter(|_| *unknown == Value::Bool(true)) {
                            Some(origin) => {
                                let symbol = Value::String(origin.symbol());
                                let place = path.replace('.', "/0/");
                                self.filled.symbols.push((place, symbol));
                                self.filled.origins.insert(origin);
                            }
                            None => self.note(&path, inner, found),
                        }
                    }
                }
            }
        }
    }

    /// Writes down an argument that cannot be read.
    fn note(&mut self, path: &str, expression: &Value, found: Found) {
        let local = |reference: &String| reference.contains("local.");
        let why = if found.references.is_empty() {
            "all that it is made of is known, and the provider decides what follows"
        } else if found.references.iter().any(local) {
            "what a local holds, a plan does not tell"
        } else {
            "a plan only shows the expressions that it depends on"
        };
        let references = if found.references.is_empty() {
            all_references(expression).into_iter().map(String::from).collect()
        } else {
            found.references
        };
        self.push(path, references, why.to_owned(), false);
    }

    fn push(&mut self, path: &str, references: BTreeSet<String>, why: String, is_read: bool) {
        self.filled.unknown.push(Unknown {
            address: self.address.to_owned(),
            attribute: path.to_owned(),
            references: references.into_iter().collect(),
            why,
            is_read,
        });
    }
}

/// Returns whether anything in a value's shape is unknown.
fn is_any(unknown: &Value) -> bool {
    match unknown {
        Value::Bool(unknown) => *unknown,
        Value::Array(items) => items.iter().any(is_any),
        Value::Object(map) => map.values().any(is_any),
        _ => false,
    }
}

/// Returns whether the configuration has blocks here. An expression is an object.
fn is_blocks(expression: &Value) -> bool {
    expression.is_array()
}

/// The path to the first unknown in a value's shape.
fn deepest(path: &str, unknown: &Value) -> String {
    match unknown {
        Value::Array(items) => items
            .iter()
            .find(|item| is_any(item))
            .map_or_else(|| path.to_owned(), |item| deepest(path, item)),
        Value::Object(map) => map.iter().find(|(_, value)| is_any(value)).map_or_else(
            || path.to_owned(),
            |(key, value)| deepest(&format!("{path}.{key}"), value),
        ),
        _ => path.to_owned(),
    }
}
