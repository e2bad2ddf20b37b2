//! Layout: from blocks to the text that `terraform fmt` would leave alone.
//!
//! Indentation is two spaces a level, `=` is aligned over consecutive one-line arguments, nested blocks stand behind a
//! blank line. `terraform fmt` itself is the judge: the golden trees and random ones must come through it unchanged.

use portcullis_foreign_text::printable;

use crate::hcl::aligned::{Line, write_comment, write_lines};
use crate::hcl::{Attribute, Block, Structure};

/// Arguments that Terraform's style guide sets apart: <https://developer.hashicorp.com/terraform/language/style>.
const LEADING: [&str; 3] = ["source", "count", "for_each"];
const TRAILING: [&str; 1] = ["depends_on"];

/// The text of a file. Blocks stand one blank line apart. Nothing in it is hidden from who reviews it: HCL and we write a
/// character by its number alike, and only strings and comments can hold such a one.
pub fn layout<T: Into<Structure>>(structures: impl IntoIterator<Item = T>) -> String {
    layout_below(String::new(), structures)
}

/// The same below the first lines of a file.
pub fn layout_below<T: Into<Structure>>(mut text: String, structures: impl IntoIterator<Item = T>) -> String {
    let body: Vec<Structure> = structures.into_iter().map(Into::into).collect();
    write_body(&mut text, &body, "");
    printable::lines(text)
}

/// The text of blocks without the comments above them and their content, and without the blocks in them that are of one kind.
pub fn layout_without<'a>(kind: &str, blocks: impl IntoIterator<Item = &'a Block>) -> String {
    let mut text = String::new();
    for block in blocks {
        if !text.is_empty() {
            text.push('\n');
        }
        let is_left_out = |part: &Structure| part.is_block(kind);
        if block.body.iter().any(is_left_out) {
            let others = block.body.iter().filter(|part| !is_left_out(part));
            let body: Vec<Structure> = others.cloned().collect();
            write_block(&mut text, &block.header, "", &body, "");
        } else {
            write_block(&mut text, &block.header, "", &block.body, "");
        }
    }
    printable::lines(text)
}

fn write_body(text: &mut String, body: &[Structure], indent: &str) {
    let mut before: Option<&Structure> = None;
    for chain in body.chunk_by(Structure::is_aligned_with) {
        let is_apart = |before: &Structure| before.is_apart_from(&chain[0]);
        if before.is_some_and(is_apart) {
            text.push('\n');
        }
        before = chain.last();
        match &chain[0] {
            Structure::Block(block) => {
                write_comment(text, &block.comment, indent);
                write_block(text, &block.header, &block.inner_comment, &block.body, indent);
            }
            Structure::Attribute(_) => {
                let attributes = chain.iter().filter_map(Structure::as_attribute);
                write_lines(text, attributes.map(Attribute::line), indent);
            }
        }
    }
}

fn write_block(text: &mut String, header: &str, comment: &str, body: &[Structure], indent: &str) {
    text.push_str(indent);
    text.push_str(header);
    if body.is_empty() {
        text.push_str(" {}\n");
        return;
    }
    text.push_str(" {\n");
    let inner = [indent, "  "].concat();
    write_comment(text, comment, &inner);
    write_body(text, body, &inner);
    text.push_str(indent);
    text.push_str("}\n");
}

impl Structure {
    fn as_attribute(&self) -> Option<&Attribute> {
        match self {
            Self::Attribute(attribute) => Some(attribute),
            Self::Block(_) => None,
        }
    }

    /// Returns whether a blank line stands between this and the next.
    fn is_apart_from(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Attribute(this), Self::Attribute(next)) => {
                LEADING.contains(&&*this.name) || TRAILING.contains(&&*next.name)
            }
            (Self::Block(_), _) | (_, Self::Block(_)) => true,
        }
    }

    fn is_aligned_with(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Attribute(this), Self::Attribute(other)) => {
                this.line().is_aligned_with(&other.line()) && !self.is_apart_from(next)
            }
            (Self::Block(_), _) | (_, Self::Block(_)) => false,
        }
    }
}

impl Attribute {
    fn line(&self) -> Line<'_> {
        Line {
            name: &self.name,
            value: &self.value.text,
            comment: &self.comment,
        }
    }
}
