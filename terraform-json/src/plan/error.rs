//! Errors of reading a plan. Each names the next step.

use std::fmt;

/// The reason why a text is not a plan that can be read.
#[derive(Debug, Clone, PartialEq)]
pub enum PlanError {
    /// No text at all.
    Empty,
    /// The text ends before its JSON does.
    CutOff,
    /// Not JSON, or JSON of another shape.
    Malformed(String),
    /// A state, which tells what was applied.
    State,
    /// The state as Terraform keeps it, which is another format.
    StateFile,
    /// A `format_version` of another major than 1.
    Format(String),
    /// The plan has no `configuration`, by which references are followed.
    NoConfiguration,
    /// Terraform could not finish the plan.
    Errored,
    /// The plan leaves out a part, because of `-target` or because something had to be put off.
    Incomplete,
    /// After the plan there is no REST API; the plan deletes everything if it is `true`.
    NoApi(bool),
}

impl fmt::Display for PlanError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str(
                "it is empty: write it with `terraform plan -out FILE`, then `terraform show -json FILE`",
            ),
            Self::CutOff => {
                formatter.write_str("it is incomplete: write it again with `terraform show -json PLANFILE`")
            }
            Self::Malformed(why) => {
                write!(formatter, "it must be a plan from `terraform show -json`: {why}")
            }
            Self::State => formatter.write_str(
                "this is a state, but it must be a plan: use `--state`, or write a plan with `terraform plan -out \
                 FILE` and `terraform show -json FILE`",
            ),
            Self::StateFile => formatter.write_str(
                "this is Terraform's own state file, but it must be a plan: write one with `terraform plan -out \
                 FILE` and `terraform show -json FILE`",
            ),
            Self::Format(version) => write!(
                formatter,
                "unknown format version {version}: it must be version 1 of `terraform show -json`"
            ),
            Self::NoConfiguration => formatter.write_str(
                "missing `configuration`, which contains the references: use the whole output of `terraform show \
                 -json PLANFILE`",
            ),
            Self::Errored => formatter.write_str(
                "this plan is incomplete (`errored`): fix the errors of `terraform plan`, then plan again",
            ),
            Self::Incomplete => formatter.write_str(
                "this plan is incomplete (`complete` is false): plan again without `-target`. If Terraform deferred \
                 changes, apply the plan first",
            ),
            Self::NoApi(true) => {
                formatter.write_str("this plan deletes everything, so no API is left")
            }
            Self::NoApi(false) => formatter.write_str(
                "missing `aws_api_gateway_rest_api` in the plan: plan in the folder of an environment, \
                 `terraform/environments/NAME`",
            ),
        }
    }
}

impl std::error::Error for PlanError {}
