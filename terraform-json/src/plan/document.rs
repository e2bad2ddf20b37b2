//! The text of `terraform show -json PLANFILE` → its JSON, or why it is none.

use serde_json::Value;
use serde_json::error::Category;

use super::PlanError;

/// The JSON of a plan of a known format, whole or not.
pub(super) fn read(text: &str) -> Result<Value, PlanError> {
    if text.trim().is_empty() {
        return Err(PlanError::Empty);
    }
    let value: Value = serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Eof => PlanError::CutOff,
        _ => PlanError::Malformed(error.to_string()),
    })?;
    // Only a state file has a lineage.
    if value.get("lineage").is_some() {
        return Err(PlanError::StateFile);
    }
    match value["format_version"].as_str() {
        None => return Err(PlanError::Malformed("`format_version` is missing".into())),
        Some(version) if version.split('.').next() != Some("1") => {
            return Err(PlanError::Format(version.to_owned()));
        }
        Some(_) => (),
    }
    if value.get("planned_values").is_none() && value.get("resource_changes").is_none() {
        return Err(PlanError::State);
    }
    Ok(value)
}

/// Fails unless a plan tells all of what is planned, and how it is written.
pub(super) fn check_whole(value: &Value) -> Result<(), PlanError> {
    if value["errored"] == Value::Bool(true) {
        return Err(PlanError::Errored);
    }
    if value["complete"] == Value::Bool(false) {
        return Err(PlanError::Incomplete);
    }
    if !value["configuration"]["root_module"].is_object() {
        return Err(PlanError::NoConfiguration);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_whole(text: &str) -> Result<(), PlanError> {
        check_whole(&read(text)?)
    }

    #[test]
    fn other_json_than_a_plan_is_recognized() {
        let error = |text: &str| read_whole(text).unwrap_err();
        assert_eq!(error(" \n"), PlanError::Empty);
        assert_eq!(
            error(r#"{"format_version":"1.2","planned_values":{"#),
            PlanError::CutOff
        );
        assert_eq!(error(r#"{"format_version":"1.0"}"#), PlanError::State);
        assert_eq!(error(r#"{"format_version":"1.0","values":{}}"#), PlanError::State);
        assert_eq!(
            error(r#"{"version":4,"serial":1,"lineage":"x","resources":[]}"#),
            PlanError::StateFile
        );
        assert_eq!(
            error(r#"{"format_version":"2.0","planned_values":{}}"#),
            PlanError::Format("2.0".into())
        );
        for text in ["{}", "[1]", "resource {}"] {
            assert!(matches!(error(text), PlanError::Malformed(_)), "{text}");
        }
    }

    #[test]
    fn a_partial_plan_is_refused() {
        let error = |more: &str| {
            read_whole(&format!(
                r#"{{"format_version":"1.2","planned_values":{{}}{more}}}"#
            ))
            .unwrap_err()
        };
        let configuration = r#","configuration":{"root_module":{}}"#;
        assert_eq!(error(""), PlanError::NoConfiguration);
        assert_eq!(
            error(&format!(r#"{configuration},"errored":true"#)),
            PlanError::Errored
        );
        assert_eq!(
            error(&format!(r#"{configuration},"complete":false"#)),
            PlanError::Incomplete
        );
    }
}
