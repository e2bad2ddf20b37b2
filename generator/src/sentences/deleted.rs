//! The sentence of a resource that a plan takes away.

use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::plan::Action;

use crate::review::Lost;

/// Returns the lost data and the reason.
pub(super) fn deleted(lost: &Lost, action: &Action, address: &str) -> String {
    let (what, with) = match lost {
        Lost::Client(name) => (format!("client {}", code(name)), ", and its id is lost"),
        Lost::User(name) => (format!("user {}", code(name)), ""),
        Lost::RestApi(name) => (
            format!("REST API {}", code(name)),
            ", and its URL and API keys are lost",
        ),
        Lost::LogGroup(name) => (format!("log group {}", code(name)), ", and its logs are lost"),
    };
    let goes = match action {
        Action::Replace { .. } => format!("is replaced{with}"),
        Action::Forget => "is removed from the state but stays in AWS".to_owned(),
        Action::Other(actions) => {
            format!(
                "may be lost: Portcullis doesn't know the action {}",
                code(&actions.join(", "))
            )
        }
        Action::Delete | Action::NoOp | Action::Create | Action::Read | Action::Update => {
            format!("is deleted{with}")
        }
    };
    format!("{what} {goes} ({})", code(address))
}
