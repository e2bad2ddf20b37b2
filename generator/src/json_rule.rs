//! Rules that values keep which the spec passes on as JSON.

use serde_json::Value;

/// A rule that a value keeps.
#[derive(Debug)]
pub struct JsonRule {
    /// The noun for it, such as "an event pattern".
    pub noun: &'static str,
    /// It must be a table.
    pub is_table: bool,
    /// Returns an error if a value breaks the rule.
    pub check: fn(&Value) -> Result<(), String>,
    /// Begins with a verb.
    pub help: &'static str,
}
