//! Layout: from blocks to the text that `terraform fmt` would leave alone.
//!
//! Indentation is two spaces a level, `=` is aligned over consecutive one-line arguments, nested blocks stand behind a
//! blank line. `terraform fmt` itself is the judge: the golden trees and random ones must come through it unchanged.

use unicode_segmentation::UnicodeSegmentation;

use portcullis_foreign_text::words;

use crate::hcl::{Attribute, Block, Structure};

/// Arguments that Terraform's style guide sets apart: <https://developer.hashicorp.com/terraform/language/style>.
const LEADING: [&str; 3] = ["source", "count", "for_each"];
const TRAILING: [&str; 1] = ["depends_on"];

/// The text of a file. Blocks stand one blank line apart. Nothing in it is hidden from who reviews it: HCL and we write a
/// character by its number alike, and only strings and comments can hold such a one.
pub fn layout<T: Into<Structure>>(structures: impl IntoIterator<Item = T>) -> String {
    let body: Vec<Structure> = structures.into_iter().map(Into::into).collect();
    let mut text = String::new();
    write_body(&mut text, &body, "");
    words::lines(&text)
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
            Structure::Block(block) => write_block(text, block, indent),
            Structure::Attribute(_) => {
                write_attributes(text, chain.iter().filter_map(Structure::as_attribute), indent);
            }
        }
    }
}

fn write_block(text: &mut String, block: &Block, indent: &str) {
    write_comment(text, &block.comment, indent);
    text.push_str(indent);
    text.push_str(&block.header);
    if block.body.is_empty() {
        text.push_str(" {}\n");
        return;
    }
    text.push_str(" {\n");
    write_body(text, &block.body, &format!("{indent}  "));
    text.push_str(indent);
    text.push_str("}\n");
}

/// Writes consecutive arguments, whose `=` is aligned.
pub(super) fn write_attributes<'a>(
    text: &mut String,
    attributes: impl Iterator<Item = &'a Attribute> + Clone,
    indent: &str,
) {
    let widest = attributes.clone().map(Attribute::width).max().unwrap_or(0);
    for attribute in attributes {
        write_comment(text, &attribute.comment, indent);
        text.push_str(indent);
        text.push_str(&attribute.name);
        text.extend(std::iter::repeat_n(' ', widest - attribute.width()));
        text.push_str(" = ");
        write_indented(text, &attribute.value.text, indent);
        text.push('\n');
    }
}

/// Writes an expression behind what stands on its line, which is indented like this.
pub(super) fn write_indented(text: &mut String, expression: &str, indent: &str) {
    for (index, line) in expression.split('\n').enumerate() {
        if index > 0 {
            text.push('\n');
            text.push_str(indent);
        }
        text.push_str(line);
    }
}

fn write_comment(text: &mut String, comment: &str, indent: &str) {
    for line in comment.lines() {
        text.push_str(indent);
        text.push_str(format!("# {line}").trim_end());
        text.push('\n');
    }
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
                LEADING.contains(&this.name.as_str()) || TRAILING.contains(&next.name.as_str())
            }
            (Self::Block(_), _) | (_, Self::Block(_)) => true,
        }
    }

    fn is_aligned_with(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Attribute(this), Self::Attribute(other)) => {
                this.is_aligned_with(other) && !self.is_apart_from(next)
            }
            (Self::Block(_), _) | (_, Self::Block(_)) => false,
        }
    }
}

impl Attribute {
    /// Returns whether the `=` of this and of the next one behind it are aligned.
    pub(super) fn is_aligned_with(&self, next: &Self) -> bool {
        next.comment.is_empty() && [self, next].iter().all(|one| !one.value.text.contains('\n'))
    }

    fn width(&self) -> usize {
        if self.name.is_ascii() {
            self.name.len()
        } else {
            self.name.graphemes(true).count()
        }
    }
}
