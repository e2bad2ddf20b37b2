//! The own module's outputs in a state or plan: their values become `${own.NAME}` again.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The content of the root's output `own`.
#[derive(Debug, Default)]
pub(crate) struct OwnOutputs {
    /// Values by name, as far as they are texts and known.
    values: BTreeMap<String, String>,
    /// The output that a variable contains, by function and name.
    variables: BTreeMap<String, BTreeMap<String, String>>,
}

impl OwnOutputs {
    /// Reads the output. Without one there are none.
    pub(crate) fn of(output: &Value) -> Self {
        let texts = output["outputs"].as_object().into_iter().flatten();
        let texts = texts.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
        Self {
            values: texts.collect(),
            variables: Deserialize::deserialize(&output["variables"]).unwrap_or_default(),
        }
    }

    /// Returns the output that a variable of a function contains, if its value is the expected one.
    pub(crate) fn in_variable(&self, function: &str, variable: &str, value: &str) -> Option<String> {
        let output = self.variables.get(function)?.get(variable)?;
        (self.values.get(output)? == value).then(|| format!("${{own.{output}}}"))
    }

    /// Returns `true` if variables of the function contain outputs.
    pub(crate) fn are_in_variables_of(&self, function: &str) -> bool {
        self.variables.contains_key(function)
    }

    /// An ARN that is an output or begins with one. A pattern stays as it is: what it covers must be seen.
    pub(crate) fn in_resource(&self, arn: &str) -> Option<String> {
        let is_plain = |value: &&String| value.starts_with("arn:") && !value.contains(['*', '?']);
        let mut values = self.values.iter().filter(|(_, value)| is_plain(value));
        values.find_map(|(name, value)| {
            let rest = arn.strip_prefix(value.as_str())?;
            let is_whole = rest.is_empty() || rest.starts_with(['/', ':']);
            is_whole.then(|| format!("${{own.{name}}}{rest}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_an_output_contains_is_named_by_it() {
        let table = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders";
        let own = OwnOutputs::of(&json!({
            "outputs": {"every": "*", "number": 5, "pattern": "arn:aws:sqs:*:*:*", "table": table, "unknown": null},
            "variables": {"orders": {"TABLE": "table", "OTHER": "missing"}},
        }));
        let variable = |name: &str, value: &str| own.in_variable("orders", name, value);
        assert_eq!(variable("TABLE", table).as_deref(), Some("${own.table}"));
        assert_eq!(variable("TABLE", "another"), None);
        assert_eq!(variable("PLAIN", table), None);
        assert_eq!(variable("OTHER", table), None);
        assert!(own.are_in_variables_of("orders"));
        assert!(!own.are_in_variables_of("stock"));
        for (arn, expected) in [
            (table.to_owned(), Some("${own.table}")),
            (format!("{table}/index/*"), Some("${own.table}/index/*")),
            (format!("{table}-of-others"), None),
            ("*".to_owned(), None),
            ("arn:aws:sqs:*:*:*".to_owned(), None),
        ] {
            assert_eq!(own.in_resource(&arn).as_deref(), expected, "{arn}");
        }
        assert_eq!(OwnOutputs::of(&Value::Null).in_resource(table), None);
    }
}
