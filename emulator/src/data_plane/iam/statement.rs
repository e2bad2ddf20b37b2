//! Decides whether a statement applies to a call.

use portcullis_terraform_json::aws::arn_like;
use portcullis_terraform_json::policy::{Selection, Statement};

use super::condition::is_met;
use super::context::Context;
use super::fit::Fit;
use super::need::Need;

/// Returns whether a statement applies to an action on a resource.
pub fn fits(
    statement: &Statement,
    has_variables: bool,
    need: &Need,
    resource: &str,
    context: &Context,
) -> Fit {
    let action = need.action.to_ascii_lowercase();
    // Actions hold no variables, and their case does not matter.
    let is_action = |pattern: &str| Fit::of(arn_like(&pattern.to_ascii_lowercase(), &action));
    let is_resource = |pattern: &str| match context.expanded(pattern, has_variables, need) {
        Ok(Some(pattern)) => Fit::of(arn_like(&pattern, resource)),
        Ok(None) => Fit::No,
        Err(why) => Fit::Unknown(why),
    };
    selects(&statement.actions, is_action)
        .and(|| selects(&statement.resources, is_resource))
        .and(|| {
            let conditions = statement.conditions.iter();
            conditions.fold(Fit::Yes, |fit, condition| {
                fit.and(|| is_met(condition, has_variables, need, context))
            })
        })
}

fn selects(selection: &Selection, fits: impl Fn(&str) -> Fit) -> Fit {
    let any = |patterns: &[String]| Fit::any(patterns.iter().map(|pattern| fits(pattern)));
    match selection {
        Selection::Of(patterns) => any(patterns),
        Selection::AllBut(patterns) => any(patterns).not(),
    }
}
