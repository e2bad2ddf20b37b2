//! Why a state, or the REST API that is asked for, cannot be read: each with the next step.

use std::fmt;

/// Why a text is not a state that can be read.
#[derive(Debug, Clone, PartialEq)]
pub enum StateError {
    /// No text at all.
    Empty,
    /// The text ends before its JSON does.
    CutOff,
    /// Not JSON, or JSON of another shape.
    Malformed(String),
    /// The state as Terraform keeps it, which is another format.
    StateFile,
    /// A plan, which tells what may come.
    Plan,
    /// A `format_version` of another major than 1.
    Format(String),
    /// The state holds no REST API.
    NoApi,
    /// The state holds no REST API of its own, only the API at this address.
    OtherApi(String),
    /// None of its REST APIs (these names) is called so.
    NoSuchApi(String, Vec<String>),
    /// It holds several REST APIs (these names), and none or no single one was chosen.
    SeveralApis(Vec<String>),
    /// The OpenAPI `body` at an address cannot be read as a whole.
    Body(String, String),
}

impl fmt::Display for StateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str(
                "it is empty: write it with `terraform show -json`, in the folder where Terraform was applied",
            ),
            Self::CutOff => formatter.write_str("it is cut off: write it anew with `terraform show -json`"),
            Self::Malformed(why) => write!(
                formatter,
                "not what `terraform show -json` prints of a state: {why}"
            ),
            Self::StateFile => formatter.write_str(
                "this is the state as Terraform keeps it, and what `terraform show -json` prints of it is needed: \
                 run `terraform show -json terraform.tfstate > state.json` in the folder where Terraform was applied, \
                 without the file's name where the state is elsewhere",
            ),
            Self::Plan => formatter.write_str(
                "this is a plan, and not what was applied: run `terraform show -json > state.json`, without a plan's \
                 name, after the apply",
            ),
            Self::Format(version) => write!(
                formatter,
                "format version {version}: only version 1 of `terraform show -json` is known"
            ),
            Self::NoApi => formatter.write_str(
                "the state has no `aws_api_gateway_rest_api`: apply first, and write the state with \
                 `terraform show -json`",
            ),
            Self::OtherApi(address) => write!(
                formatter,
                "the state has no `aws_api_gateway_rest_api`, only `{address}`: HTTP and WebSocket APIs are not served, \
                 and a REST API of another project is in that project's state"
            ),
            Self::NoSuchApi(name, names) => write!(
                formatter,
                "the state has no REST API `{name}`, but {}: choose with `--api NAME|ID`",
                names.join(", ")
            ),
            Self::SeveralApis(names) => write!(
                formatter,
                "the state has {} REST APIs: choose one with `--api NAME|ID`, of {}",
                names.len(),
                names.join(", ")
            ),
            Self::Body(address, why) => {
                write!(formatter, "the OpenAPI `body` of `{address}` cannot be read: {why}")
            }
        }
    }
}

impl std::error::Error for StateError {}
