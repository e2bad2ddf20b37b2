//! Names of blocks in Terraform.

use std::fmt;

/// A valid Terraform identifier in snake case: ASCII letters, digits and `_`, not beginning with a digit.
///
/// <https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identifier(String);

impl Identifier {
    /// Maps any text to an identifier. Other characters become `_`. Two texts may map to the same identifier; callers
    /// that make names from a spec report this.
    pub fn new(text: &str) -> Self {
        let mut name = String::with_capacity(text.len() + 1);
        if text.is_empty() || text.starts_with(|c: char| c.is_ascii_digit()) {
            name.push('_');
        }
        let valid = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        name.extend(text.chars().map(valid));
        Self(name)
    }

    /// This identifier behind a word that is one, such as `get` in front of `open`.
    pub fn prefixed(&self, word: &str) -> Self {
        Self([word, "_", &self.0].concat())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_characters_become_underscores_in_an_identifier() {
        assert_eq!(Identifier::new("a-b.c:ä").as_str(), "a_b_c__");
        assert_eq!(Identifier::new("2024").as_str(), "_2024");
        assert_eq!(Identifier::new("").as_str(), "_");
        assert_eq!(Identifier::new("2024").prefixed("get").as_str(), "get__2024");
    }
}
