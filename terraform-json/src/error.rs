//! Errors of reading a state, or the REST API that was asked for. Each names the next step.

use std::fmt;

/// The reason why a text is not a state that can be read.
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
                "it is empty: write it with `terraform show -json` in the folder of the root module",
            ),
            Self::CutOff => formatter.write_str("it is incomplete: write it again with `terraform show -json`"),
            Self::Malformed(why) => write!(
                formatter,
                "it must be a state from `terraform show -json`: {why}"
            ),
            Self::StateFile => formatter.write_str(
                "this is Terraform's own state file, but it must be the output of `terraform show -json`: run \
                 `terraform show -json terraform.tfstate > state.json` in the folder of the root module. If the \
                 state is elsewhere, omit `terraform.tfstate`",
            ),
            Self::Plan => formatter.write_str(
                "this is a plan, but it must be a state: after the apply, run `terraform show -json > state.json` \
                 without the name of a plan",
            ),
            Self::Format(version) => write!(
                formatter,
                "unknown format version {version}: it must be version 1 of `terraform show -json`"
            ),
            Self::NoApi => formatter.write_str(
                "missing `aws_api_gateway_rest_api` in the state: apply first, then write the state with `terraform \
                 show -json`",
            ),
            Self::OtherApi(address) => write!(
                formatter,
                "missing `aws_api_gateway_rest_api` in the state, which only has `{address}`: HTTP and WebSocket \
                 APIs are not emulated, and a REST API of another project is in that project's state"
            ),
            Self::NoSuchApi(name, names) => write!(
                formatter,
                "unknown REST API `{name}`: the state has {}. Choose one with `--api NAME|ID`",
                names.join(", ")
            ),
            Self::SeveralApis(names) => write!(
                formatter,
                "the state has {} REST APIs: choose one of them with `--api NAME|ID`: {}",
                names.len(),
                names.join(", ")
            ),
            Self::Body(address, why) => {
                write!(formatter, "can't read the OpenAPI `body` of `{address}`: {why}")
            }
        }
    }
}

impl std::error::Error for StateError {}
