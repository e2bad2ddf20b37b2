//! Rules that values keep which the spec passes on as JSON.

use serde_json::Value;

/// A rule that a value keeps.
#[derive(Debug)]
pub struct JsonRule {
    /// What it is, such as "an event pattern".
    pub noun: &'static str,
    /// Whether it is a table.
    pub is_table: bool,
    /// What breaks the rule, if anything does.
    pub check: fn(&Value) -> Result<(), String>,
    /// Begins with a verb.
    pub help: &'static str,
}
