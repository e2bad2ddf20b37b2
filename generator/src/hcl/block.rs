//! Blocks and their arguments.

use std::borrow::Cow;

use crate::hcl::Expression;
use crate::hcl::expression::{check_identifiers, quoted};

/// A block, such as `resource "aws_iam_role" "this" { … }`.
#[derive(Debug, Clone)]
pub struct Block {
    pub(super) comment: String,
    /// Comments above its content.
    pub(super) inner_comment: String,
    /// The text before its brace, such as `resource "aws_iam_role" "this"`.
    pub header: String,
    /// Its content.
    pub body: Vec<Structure>,
}

/// An argument of a block, such as `name = var.name`, or an entry of an object.
#[derive(Debug, Clone)]
pub struct Attribute {
    pub(super) comment: String,
    pub(super) name: Cow<'static, str>,
    pub(super) value: Expression,
}

/// A part of a block's content.
#[derive(Debug, Clone, PartialEq)]
pub enum Structure {
    /// An argument.
    Attribute(Attribute),
    /// A block.
    Block(Block),
}

impl Structure {
    /// Returns whether this is a block without labels of this kind.
    pub(crate) fn is_block(&self, kind: &str) -> bool {
        matches!(self, Self::Block(block) if block.header == kind)
    }
}

/// Comments make no difference.
impl PartialEq for Block {
    fn eq(&self, other: &Self) -> bool {
        (&self.header, &self.body) == (&other.header, &other.body)
    }
}

/// Comments make no difference.
impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.value) == (&other.name, &other.value)
    }
}

/// Begins a block, such as `resource "aws_iam_role" "this"`.
pub fn block<'a>(kind: &str, labels: impl IntoIterator<Item = &'a str>) -> BlockBuilder {
    check_identifiers(kind);
    let mut header = kind.to_string();
    for label in labels {
        header.push(' ');
        header.push_str(&quoted(label));
    }
    BlockBuilder(Block {
        comment: String::new(),
        inner_comment: String::new(),
        header,
        body: Vec::new(),
    })
}

/// An argument of a block.
pub fn argument(name: impl Into<Cow<'static, str>>, value: impl Into<Expression>) -> Attribute {
    let name = name.into();
    check_identifiers(&name);
    Attribute {
        comment: String::new(),
        name,
        value: value.into(),
    }
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

/// A block that is not complete.
#[derive(Debug)]
pub struct BlockBuilder(Block);

impl BlockBuilder {
    /// Adds an argument.
    pub fn attribute(self, attribute: Attribute) -> Self {
        self.structures([attribute])
    }

    /// Adds arguments.
    pub fn attributes(self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.structures(attributes)
    }

    /// Adds a block.
    pub fn block(self, block: Block) -> Self {
        self.structures([block])
    }

    /// Adds blocks.
    pub fn blocks(self, blocks: impl IntoIterator<Item = Block>) -> Self {
        self.structures(blocks)
    }

    /// Adds lines of comment above its content.
    pub fn comments(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        for line in lines {
            self.0.inner_comment.push_str(&line);
            self.0.inner_comment.push('\n');
        }
        self
    }

    /// Adds arguments or blocks.
    pub fn structures<T: Into<Structure>>(mut self, structures: impl IntoIterator<Item = T>) -> Self {
        self.0.body.extend(structures.into_iter().map(Into::into));
        self
    }

    /// Completes the block.
    pub fn build(self) -> Block {
        self.0
    }
}

impl From<Attribute> for Structure {
    fn from(attribute: Attribute) -> Self {
        Self::Attribute(attribute)
    }
}

impl From<Block> for Structure {
    fn from(block: Block) -> Self {
        Self::Block(block)
    }
}

/// Something that a comment can stand above.
pub trait Comment {
    /// The comment; none if it is empty.
    fn comment(&mut self) -> &mut String;
}

impl Comment for Block {
    fn comment(&mut self) -> &mut String {
        &mut self.comment
    }
}

impl Comment for Attribute {
    fn comment(&mut self) -> &mut String {
        &mut self.comment
    }
}

impl Comment for Expression {
    fn comment(&mut self) -> &mut String {
        &mut self.comment
    }
}

/// Puts a comment above a block, an argument or an object's value. The caller wraps its lines.
pub fn commented<T: Comment>(mut item: T, comment: &str) -> T {
    *item.comment() = comment.into();
    item
}
