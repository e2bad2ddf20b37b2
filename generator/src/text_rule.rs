//! Rules for texts, such as names and addresses: AWS's restrictions and ours.

use semver::VersionReq;

/// A rule that a text keeps.
#[derive(Debug)]
pub struct TextRule {
    /// Completes "must be": "an AWS region".
    pub must_be: &'static str,
    /// Begins with a verb: "write it as in `us-east-1`". May be empty.
    pub help: &'static str,
    /// Returns whether a text keeps the rule.
    pub check: fn(&str) -> bool,
    /// The same as a regular expression of ECMA-262, for editors. Empty if every text keeps the rule.
    pub pattern: &'static str,
}

/// Any text.
pub static ANY_TEXT: TextRule = TextRule {
    must_be: "a string",
    help: "",
    check: |_| true,
    pattern: "",
};

/// A name that becomes part of names in AWS, of addresses in Terraform and of folders.
pub const fn name_rule(check: fn(&str) -> bool, must_be: &'static str, pattern: &'static str) -> TextRule {
    TextRule {
        must_be,
        help: "shorten it or use other characters: it becomes part of names in AWS",
        check,
        pattern,
    }
}

/// Returns whether a text is a letter and at most so many letters, digits, `-` and `_`.
pub fn is_name(text: &str, longest: usize) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && text.len() <= longest
}

/// A name of at most 32 characters: of services and environments.
pub static NAME_32: TextRule = name_rule(
    |text| is_name(text, 32),
    "a letter, then at most 31 letters, digits, `-` and `_`",
    "^[A-Za-z][A-Za-z0-9_-]{0,31}$",
);

/// A name of at most 64 characters: of functions and clients.
pub static NAME_64: TextRule = name_rule(
    |text| is_name(text, 64),
    "a letter, then at most 63 letters, digits, `-` and `_`",
    "^[A-Za-z][A-Za-z0-9_-]{0,63}$",
);

/// A requirement of versions, as Cargo reads it: <https://docs.rs/semver/1/semver/struct.VersionReq.html>.
pub static VERSION_REQUIREMENT: TextRule = TextRule {
    must_be: "a version requirement",
    help: "write it as in `>= 0.1, < 0.2`",
    // Whole versions only, as short as the pattern admits.
    check: |text| {
        let is_plain = |c: char| c.is_ascii_digit() || "=<>~^., ".contains(c);
        let has_short_numbers = text
            .split(|c: char| !c.is_ascii_digit())
            .all(|number| number.len() <= 9);
        let is_short = has_short_numbers && text.split(',').count() <= 4;
        is_short && text.chars().all(is_plain) && VersionReq::parse(text).is_ok()
    },
    pattern: r"^ *(=|>|>=|<|<=|~|\^)? *(0|[1-9][0-9]{0,8})(\.(0|[1-9][0-9]{0,8})){0,2}( *, *(=|>|>=|<|<=|~|\^)? *(0|[1-9][0-9]{0,8})(\.(0|[1-9][0-9]{0,8})){0,2}){0,3} *$",
};

/// The shape of a region's name; which exist changes too often to list.
pub static REGION: TextRule = TextRule {
    must_be: "an AWS region",
    help: "write it as in `us-east-1` or `eu-central-1`",
    check: |text| {
        let parts: Vec<&str> = text.split('-').collect();
        let Some((number, words)) = parts.split_last() else {
            return false;
        };
        let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
        words.len() >= 2
            && words.iter().all(is_word)
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    },
    pattern: "^[a-z]+(-[a-z]+)+-[0-9]+$",
};
