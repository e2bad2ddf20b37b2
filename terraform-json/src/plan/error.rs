//! Why a plan cannot be read: each with the next step.

use std::fmt;

/// Why a text is not a plan that can be read.
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
                "it is empty: write it with `terraform plan -out FILE`, and then `terraform show -json FILE`",
            ),
            Self::CutOff => {
                formatter.write_str("it is cut off: write it anew with `terraform show -json` of the plan's file")
            }
            Self::Malformed(why) => {
                write!(formatter, "not what `terraform show -json` prints of a plan: {why}")
            }
            Self::State => formatter.write_str(
                "this is a state, and no plan: give it with `--state`, or write a plan with `terraform plan -out FILE` \
                 and `terraform show -json FILE`",
            ),
            Self::StateFile => formatter.write_str(
                "this is the state as Terraform keeps it, and no plan: write one with `terraform plan -out FILE` and \
                 `terraform show -json FILE`",
            ),
            Self::Format(version) => write!(
                formatter,
                "format version {version}: only version 1 of `terraform show -json` is known"
            ),
            Self::NoConfiguration => formatter.write_str(
                "it has no `configuration`, by which references are followed: give all that `terraform show -json` \
                 prints of the plan's file",
            ),
            Self::Errored => formatter.write_str(
                "Terraform could not finish this plan (`errored`), so it tells only a part: mend what `terraform plan` \
                 complains of, and plan anew",
            ),
            Self::Incomplete => formatter.write_str(
                "this plan tells only a part (`complete` is false): plan anew without `-target`, or apply it and plan \
                 again where Terraform had to put something off",
            ),
            Self::NoApi(true) => {
                formatter.write_str("this plan deletes everything: nothing is reachable after it")
            }
            Self::NoApi(false) => formatter.write_str(
                "the plan has no `aws_api_gateway_rest_api`: plan in the folder of an environment, \
                 `terraform/environments/NAME`",
            ),
        }
    }
}

impl std::error::Error for PlanError {}
