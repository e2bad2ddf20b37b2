//! A file of Terraform's as blocks, whether it is HCL or JSON.

use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Body, Structure};

use super::file::Syntax;
use super::json::Json;

/// A block, or an argument whose value is an object: in JSON they are written alike.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    /// Such as `resource`.
    pub kind: String,
    /// Such as `aws_iam_role` and `this`.
    pub labels: Vec<String>,
    /// Its content.
    pub content: Content,
}

/// The content of a block or a file, in the order of the text.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Content {
    /// Arguments; an argument whose value is an object is also among the blocks.
    pub arguments: Vec<(String, Argument)>,
    /// Blocks.
    pub blocks: Vec<Block>,
}

/// The value of an argument.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Argument {
    /// A constant string.
    Text(String),
    /// Anything else, as it is written.
    Other(String),
}

impl Content {
    /// Reads a file; none if it can't be parsed.
    pub fn parse(text: &str, syntax: Syntax) -> Option<Self> {
        match syntax {
            Syntax::Native => Some(of_body(&text.parse().ok()?)),
            Syntax::Json => match serde_json::from_str(text).ok()? {
                Json::Object(entries) => Some(of_object(&entries)),
                Json::Array(_) | Json::Text(_) | Json::Other(_) => None,
            },
        }
    }

    /// The blocks of a kind.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }

    /// The values of an argument.
    pub fn arguments<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Argument> {
        let of_name = self.arguments.iter().filter(move |(key, _)| key == name);
        of_name.map(|(_, value)| value)
    }
}

fn of_body(body: &Body) -> Content {
    let mut content = Content::default();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => content.push(attribute.key.as_str(), &attribute.value),
            Structure::Block(block) => content.blocks.push(Block {
                kind: block.ident.as_str().into(),
                labels: block.labels.iter().map(|label| label.as_str().into()).collect(),
                content: of_body(&block.body),
            }),
        }
    }
    content
}

impl Content {
    fn push(&mut self, name: &str, value: &Expression) {
        let argument = match value.as_str() {
            Some(text) => Argument::Text(text.into()),
            None => Argument::Other(value.to_string().trim().into()),
        };
        self.arguments.push((name.into(), argument));
        let Some(object) = value.as_object() else { return };
        let mut content = Self::default();
        for (key, value) in object {
            let key = match key {
                ObjectKey::Ident(ident) => Some(ident.as_str()),
                ObjectKey::Expression(expression) => expression.as_str(),
            };
            // A key that is computed has no name.
            content.push(key.unwrap_or_default(), value.expr());
        }
        self.blocks.push(Block {
            kind: name.into(),
            labels: Vec::new(),
            content,
        });
    }
}

/// Returns the number of labels of a kind of block, for kinds whose content counts.
fn labels(kind: &str) -> usize {
    match kind {
        "resource" | "data" | "ephemeral" | "action" => 2,
        "provider" | "module" | "variable" | "output" | "check" | "backend" | "provisioner" | "run"
        | "mock_provider" => 1,
        _ => 0,
    }
}

fn of_object(entries: &[(String, Json)]) -> Content {
    let mut content = Content::default();
    // `//` is a comment.
    for (key, value) in entries.iter().filter(|(key, _)| key != "//") {
        let argument = match value {
            Json::Text(text) if !text.contains("${") && !text.contains("%{") => Argument::Text(text.clone()),
            other => Argument::Other(format!("{other:?}")),
        };
        content.arguments.push((key.clone(), argument));
        expand(key, Vec::new(), value, &mut content.blocks);
    }
    content
}

/// The blocks that a value stands for: a list is one block an element, and labels are keys.
fn expand(kind: &str, found: Vec<String>, value: &Json, into: &mut Vec<Block>) {
    match value {
        Json::Array(items) => items
            .iter()
            .for_each(|item| expand(kind, found.clone(), item, into)),
        Json::Object(entries) if found.len() < labels(kind) => {
            for (label, value) in entries.iter().filter(|(label, _)| label != "//") {
                let labels = [found.as_slice(), std::slice::from_ref(label)].concat();
                expand(kind, labels, value, into);
            }
        }
        Json::Object(entries) => into.push(Block {
            kind: kind.into(),
            labels: found,
            content: of_object(entries),
        }),
        Json::Text(_) | Json::Other(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_as_the_blocks_that_it_stands_for() {
        let native = r#"
            resource "aws_sqs_queue" "a" {
              name = "a"
            }
            module "b" {
              source = "./b"
            }
        "#;
        let json = r#"{
            "//": "A comment",
            "resource": [{ "aws_sqs_queue": { "a": { "name": "a" } } }],
            "module": { "b": { "source": "./b" } }
        }"#;
        let native = Content::parse(native, Syntax::Native).unwrap();
        let json = Content::parse(json, Syntax::Json).unwrap();
        assert_eq!(json.blocks, native.blocks);
    }

    #[test]
    fn a_key_that_stands_twice_in_json_is_read_twice() {
        let text = r#"{ "provider": { "aws": { "profile": "x" } }, "provider": { "aws": {} } }"#;
        let content = Content::parse(text, Syntax::Json).unwrap();
        assert_eq!(content.blocks("provider").count(), 2);
        assert_eq!(content.arguments("provider").count(), 2);
    }

    #[test]
    fn what_cannot_be_parsed_is_nothing() {
        assert_eq!(Content::parse("provider \"aws\" {", Syntax::Native), None);
        assert_eq!(Content::parse("[]", Syntax::Json), None);
        assert_eq!(Content::parse("{} {}", Syntax::Json), None);
    }
}
