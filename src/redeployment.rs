//! The second deployment after a part of an API was deleted.
//!
//! Terraform deletes a part only after it has taken the new snapshot, because the old deployment depended on that part.
//! So the snapshot still contains it, and only another deployment leaves it out. If an apply ends in between, the next
//! plan would not know, so a file records that a deployment is owed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use portcullis_generator::modules::DEPLOYMENT;
use portcullis_generator::resources;
use portcullis_terraform_json::plan::{Action, ParsedPlan};

use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::terraform_program::Terraform;

/// The record of whether an environment owes a deployment.
pub struct Redeployment {
    marker: PathBuf,
}

impl Redeployment {
    /// The file's name in the environment's working folder.
    pub const MARKER: &str = "redeployment_owed";

    /// Opens the record of an environment.
    pub fn of(project: &Project, environment: &str) -> Self {
        Self {
            marker: project.work().join(environment).join(Self::MARKER),
        }
    }

    /// Returns whether one is owed.
    pub fn is_owed(&self) -> bool {
        self.marker.exists()
    }

    /// Writes down that one is owed.
    pub fn owe(&self) -> Outcome {
        fs::write(&self.marker, "")
            .map_err(|error| Failure::tool(format!("can't write `{}`: {error}", self.marker.display())))
    }

    /// Deploys: plans into `file`, shows that plan to `accept`, and applies it.
    pub fn make(
        &self,
        terraform: &Terraform,
        file: &Path,
        accept: impl FnOnce(&ParsedPlan) -> Outcome,
    ) -> Outcome {
        terraform.plan_to_file(file, Some(DEPLOYMENT))?;
        accept(&terraform.show_plan(file)?)?;
        terraform.apply_file(file)?;
        self.made()
    }

    /// Writes down that it was made.
    pub fn made(&self) -> Outcome {
        match fs::remove_file(&self.marker) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::tool(format!(
                "can't delete `{}`: {error}",
                self.marker.display()
            ))),
            _ => Ok(()),
        }
    }
}

/// Returns whether a resource type is part of what a deployment snapshots.
pub fn is_snapshot(kind: &str) -> bool {
    resources::of(kind).is_some_and(|of| of.in_snapshot)
}

/// Returns whether a plan deletes something that a deployment snapshots.
pub fn deletes_from_snapshot(plan: &ParsedPlan) -> bool {
    let mut changes = plan.changes.iter();
    changes.any(|change| change.action == Action::Delete && is_snapshot(&change.kind))
}

/// Returns whether a plan replaces the deployment, moves the stage to it, and does nothing else.
pub fn only_redeploys(plan: &ParsedPlan) -> bool {
    plan.changes.iter().all(|change| match change.action {
        Action::NoOp | Action::Read => true,
        Action::Update => change.kind == "aws_api_gateway_stage",
        _ => change.address == DEPLOYMENT,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(changes: &[(&str, &str, &str)]) -> ParsedPlan {
        let changes: Vec<_> = changes
            .iter()
            .map(|(address, kind, actions)| {
                let actions: Vec<_> = actions.split(' ').collect();
                serde_json::json!({"address": address, "type": kind, "change": {"actions": actions}})
            })
            .collect();
        let plan = serde_json::json!({ "format_version": "1.2", "resource_changes": changes });
        ParsedPlan::parse(&plan.to_string()).unwrap()
    }

    #[test]
    fn a_deleted_method_asks_for_a_second_deployment_and_a_replaced_one_does_not() {
        let deletes = |actions, kind| deletes_from_snapshot(&plan(&[("a", kind, actions)]));
        assert!(deletes("delete", "aws_api_gateway_method"));
        assert!(!deletes("create", "aws_api_gateway_method"));
        assert!(!deletes("create delete", "aws_api_gateway_method"));
        assert!(!deletes("delete", "aws_lambda_function"));
    }

    #[test]
    fn a_second_plan_that_does_more_than_redeploy_is_known() {
        let deployment = (DEPLOYMENT, "aws_api_gateway_deployment", "create delete");
        let stage = (
            "module.service.aws_api_gateway_stage.this",
            "aws_api_gateway_stage",
            "update",
        );
        let other = (
            "module.service.module.user_pool.aws_cognito_user_pool.this",
            "aws_cognito_user_pool",
            "update",
        );
        assert!(only_redeploys(&plan(&[deployment, stage])));
        assert!(!only_redeploys(&plan(&[deployment, stage, other])));
    }
}
