//! A plan, parsed once: its changes, and the rest for those who need the whole.

use serde_json::Value;

use super::changes::{of_list, of_outputs};
use super::{Change, OutputChange, Plan, PlanError, Root, collect, document, root};
use crate::Resource;

/// A plan as `terraform show -json PLANFILE` printed it.
///
/// A failed plan and one of `-target` have changes too. [`ParsedPlan::whole`] refuses both.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedPlan {
    /// The changes of resource instances, in the order of the text.
    pub changes: Vec<Change>,
    /// Changes outside of Terraform since the last apply: `resource_drift`. A missing object is deleted here and created
    /// in [`changes`](Self::changes).
    pub drift: Vec<Change>,
    /// The changes of root outputs, by name.
    pub outputs: Vec<OutputChange>,
    /// The root's environment, service and region.
    pub root: Root,
    document: Value,
}

impl ParsedPlan {
    /// Parses the text. An error says what the text is instead of a plan.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let document = document::read(text)?;
        Ok(Self {
            changes: of_list(&document["resource_changes"]),
            drift: of_list(&document["resource_drift"]),
            outputs: of_outputs(&document["output_changes"]),
            root: root(&document),
            document,
        })
    }

    /// Reads the resources that there will be. Fails if the plan does not tell all of them.
    pub fn whole(&self) -> Result<Plan, PlanError> {
        document::check_whole(&self.document)?;
        Plan::of(&self.document, self.changes.clone())
    }

    /// Returns the resources that there are before the plan, with the addresses that `moved` blocks give them. There are
    /// none if nothing was applied yet.
    pub fn prior(&self) -> Result<Vec<Resource>, PlanError> {
        let mut resources = Vec::new();
        collect(
            &self.document["prior_state"]["values"]["root_module"],
            &mut resources,
        )?;
        Ok(resources)
    }

    /// Returns whether Terraform failed to finish the plan.
    pub fn is_errored(&self) -> bool {
        self.document["errored"] == true
    }

    /// Returns whether both plans were made of the same configuration.
    pub fn has_the_configuration_of(&self, other: &Self) -> bool {
        self.document["configuration"] == other.document["configuration"]
    }

    /// Returns whether both plans were made with the same values of the variables.
    pub fn has_the_variables_of(&self, other: &Self) -> bool {
        self.document["variables"] == other.document["variables"]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Action;
    use super::*;

    fn shown(more: Value) -> ParsedPlan {
        let mut plan = json!({"format_version": "1.2", "resource_changes": []});
        plan.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        ParsedPlan::parse(&plan.to_string()).unwrap()
    }

    #[test]
    fn a_failed_plan_has_changes_and_is_not_whole() {
        let failed = shown(json!({"errored": true}));
        assert!(failed.is_errored());
        assert_eq!(failed.whole(), Err(PlanError::Errored));
    }

    #[test]
    fn another_text_than_a_plan_is_an_error() {
        assert_eq!(
            ParsedPlan::parse(r#"{"format_version":"1.0"}"#),
            Err(PlanError::State)
        );
        assert_eq!(ParsedPlan::parse("{"), Err(PlanError::CutOff));
    }

    #[test]
    fn outputs_are_changes_by_name() {
        let outputs = json!({"url": {"actions": ["create"], "before": null, "after_unknown": true}});
        let outputs = shown(json!({"output_changes": outputs})).outputs;
        let [url] = &outputs[..] else {
            panic!("{outputs:?}")
        };
        assert_eq!((url.name.as_str(), &url.action), ("url", &Action::Create));
        assert_eq!((&url.after, &url.after_unknown), (&Value::Null, &json!(true)));
    }

    #[test]
    fn plans_are_compared_by_configuration_and_by_variables() {
        let [one, other] = ["a", "b"]
            .map(|value| shown(json!({"configuration": {"x": 1}, "variables": {"v": {"value": value}}})));
        assert!(one.has_the_configuration_of(&other) && !one.has_the_variables_of(&other));
    }
}
