//! Consecutive lines `name = value`, whose `=` is aligned.

use memchr::{memchr, memchr_iter};
use unicode_segmentation::UnicodeSegmentation;

/// An argument of a block, or an entry of an object.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub name: &'a str,
    /// The text of the value.
    pub value: &'a str,
    /// The comment above it; empty for none.
    pub comment: &'a str,
}

impl Line<'_> {
    /// Returns whether the `=` of this and of the next one behind it are aligned.
    pub fn is_aligned_with(&self, next: &Self) -> bool {
        next.comment.is_empty() && self.is_one_line() && next.is_one_line()
    }

    fn is_one_line(&self) -> bool {
        memchr(b'\n', self.value.as_bytes()).is_none()
    }

    fn width(&self) -> usize {
        if self.name.is_ascii() {
            self.name.len()
        } else {
            self.name.graphemes(true).count()
        }
    }
}

/// Writes consecutive lines, whose `=` is aligned.
pub(super) fn write_lines<'a>(
    text: &mut String,
    lines: impl Iterator<Item = Line<'a>> + Clone,
    indent: &str,
) {
    let widest = lines.clone().map(|line| line.width()).max().unwrap_or(0);
    for line in lines {
        write_comment(text, line.comment, indent);
        text.push_str(indent);
        text.push_str(line.name);
        text.extend(std::iter::repeat_n(' ', widest - line.width()));
        text.push_str(" = ");
        write_indented(text, line.value, indent);
        text.push('\n');
    }
}

/// Writes an expression behind what stands on its line, which is indented like this.
pub(super) fn write_indented(text: &mut String, expression: &str, indent: &str) {
    let mut start = 0;
    for end in memchr_iter(b'\n', expression.as_bytes()) {
        text.push_str(&expression[start..=end]);
        text.push_str(indent);
        start = end + 1;
    }
    text.push_str(&expression[start..]);
}

/// Writes a comment of any number of lines.
pub(super) fn write_comment(text: &mut String, comment: &str, indent: &str) {
    if comment.is_empty() {
        return;
    }
    for line in comment.lines() {
        text.push_str(indent);
        text.push('#');
        let line = line.trim_end();
        if !line.is_empty() {
            text.push(' ');
            text.push_str(line);
        }
        text.push('\n');
    }
}
