//! Tags: which keys and values AWS takes.
//!
//! <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>

use crate::text_rule::TextRule;

/// The key of a tag.
pub static TAG_KEY: TextRule = TextRule {
    must_be: "1 to 128 letters, digits, spaces and `_ . : / = + - @`, and must not begin with `aws:`",
    help: "rename it, as in `CostCenter`",
    check: |key| {
        !key.is_empty()
            && key.chars().count() <= 128
            && !key.to_ascii_lowercase().starts_with("aws:")
            && key.chars().all(is_tag_character)
    },
    pattern: r"^(?![aA][wW][sS]:)[\p{L}\p{N}_.:/=+\-@ ]{1,128}$",
};

/// The value of a tag.
pub static TAG_VALUE: TextRule = TextRule {
    must_be: "at most 256 letters, digits, spaces and `_ . : / = + - @`",
    help: "shorten it, or leave out the other characters",
    check: |value| value.chars().count() <= 256 && value.chars().all(is_tag_character),
    pattern: r"^[\p{L}\p{N}_.:/=+\-@ ]{0,256}$",
};

fn is_tag_character(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, ' ' | '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
}
