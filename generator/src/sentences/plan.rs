//! The sentences of changes that only a plan shows.

use portcullis_foreign_text::printable::{code, line};
use portcullis_terraform_json::plan::Action;

use crate::review::Lost;

/// Adds the environment to a sentence about a plan. The sentence may contain foreign text from the plan.
pub(super) fn in_plan(environment: &str, sentence: &str) -> String {
    format!("{}: {}", code(environment), line(sentence))
}

/// Returns the lost data and the reason.
pub(super) fn deletes(lost: &Lost, action: &Action, address: &str) -> String {
    let (what, with) = match lost {
        Lost::Client(name) => (format!("client {}", code(name)), ", and its id is lost"),
        Lost::Group(name) => (
            format!("group {}", code(name)),
            ", and its users are no longer in it",
        ),
        Lost::User(name) => (format!("user {}", code(name)), ""),
        Lost::RestApi(name) => (
            format!("REST API {}", code(name)),
            ", and its URL and API keys are lost",
        ),
        Lost::LogGroup(name) => (format!("log group {}", code(name)), ", and its logs are lost"),
        Lost::Queue(name) => (format!("queue {}", code(name)), ", and its messages are lost"),
        Lost::Topic(name) => (
            format!("topic {}", code(name)),
            ", and its subscriptions are lost",
        ),
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

pub(super) fn shortens_logs(log_group: &str, before: Option<u64>, after: u64) -> String {
    let days = |days: u64| format!("{days} {}", if days == 1 { "day" } else { "days" });
    format!(
        "log group {} keeps logs for {} instead of {}: older logs are deleted",
        code(log_group),
        days(after),
        before.map_or("forever".to_owned(), days)
    )
}
