//! The review of a plan of Terraform that no spec is of.
//!
//! A plan contains what there is before it and after it. Routes, authorizers and functions are compared as surfaces, with
//! API Gateway's precedence. All other changes are judged by their arguments. What is in no table and may let more callers in
//! or lose something is blocked as unclassified.

mod arguments;
mod authorizers;
mod contents;
mod fact;
mod functions;
mod guard;
mod requests;
mod resources;
mod rights;
mod sides;
mod unknown;

use std::collections::BTreeSet;
use std::fmt;

pub use fact::{AuthorizerChange, PlanFact, What};
pub use guard::{Guard, Handler, Relation};
pub use rights::Gained;

use crate::data_loss::losses_without_spec;
use crate::review::plan::summary;
use crate::review::report::{Accepting, Report};
use crate::review::without_spec::requests::Named;
use crate::review::without_spec::sides::Side;
use crate::review::{AcceptedChange, Fact, Unseen, judge};
use crate::spec::Date;
use crate::surface::Question;
use portcullis_terraform_json::plan::{Action, ParsedPlan, Plan, PlanError};

/// The reason why a plan can't be reviewed without a spec.
#[derive(Debug, Clone, PartialEq)]
pub enum WithoutSpecError {
    /// The text is not a plan that can be read.
    Plan(PlanError),
    /// It has no REST API, before or after.
    NoApi,
}

impl fmt::Display for WithoutSpecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(error) => error.fmt(formatter),
            Self::NoApi => formatter.write_str(
                "missing `aws_api_gateway_rest_api`: the plan has no REST API, before or after it",
            ),
        }
    }
}

impl std::error::Error for WithoutSpecError {}

/// Reviews a plan. `text` is the output of `terraform show -json PLANFILE`, `accept_file` the name of the file with the
/// accepted changes, and `today` the day of the review.
pub fn review_plan(
    text: &str,
    accepted_changes: &[AcceptedChange],
    accept_file: &str,
    today: Date,
) -> Result<Report, WithoutSpecError> {
    let parsed = ParsedPlan::parse(text).map_err(WithoutSpecError::Plan)?;
    let plan = parsed.whole().map_err(WithoutSpecError::Plan)?;
    let [before, after] = Side::both(&parsed, &plan).map_err(WithoutSpecError::Plan)?;
    if before.apis.is_empty() && after.apis.is_empty() {
        return Err(WithoutSpecError::NoApi);
    }
    let mut facts = facts(&parsed, &plan, &before, &after);
    facts.sort_by_cached_key(Fact::order);
    facts.dedup();
    Ok(Report {
        facts: judge(facts, accepted_changes, today, Unseen::default()),
        infrastructure: true,
        plans: vec![summary("", &plan.changes, Vec::new())],
        accepting: Accepting::File(accept_file.to_owned()),
        ..Report::default()
    })
}

fn facts(parsed: &ParsedPlan, plan: &Plan, before: &Side, after: &Side) -> Vec<Fact> {
    let addresses: BTreeSet<&String> = before.apis.keys().chain(after.apis.keys()).collect();
    // The name of an API that is in both is the new one, so that a route keeps its name.
    let name_of = |address: &str| {
        let api = after.apis.get(address).or_else(|| before.apis.get(address));
        api.filter(|_| addresses.len() > 1).map(|api| api.name.as_str())
    };
    let route_of = |address: &str, route: &str| Named(name_of(address)).route(route);
    let mut facts = Vec::new();
    for address in &addresses {
        let named = Named(name_of(address));
        let (old, new) = (before.apis.get(*address), after.apis.get(*address));
        for api in [old, new].into_iter().flatten() {
            if let Err(why) = &api.surface {
                facts.push(PlanFact::ApiUnreadable {
                    address: (*address).clone(),
                    why: why.clone(),
                });
            }
        }
        // Everything of an API that is gone goes with it, and that is a loss.
        let Some(new) = new else { continue };
        // Without one of both, nothing can be compared, and a fact says so.
        let Ok(new_surface) = &new.surface else { continue };
        let old_surface = match old.map(|old| &old.surface) {
            None => None,
            Some(Ok(surface)) => Some(surface),
            Some(Err(_)) => continue,
        };
        match old {
            None => facts.push(PlanFact::ApiAdded {
                address: (*address).clone(),
                name: new.name.clone(),
            }),
            Some(old) => facts.extend(authorizers::facts(old, new, &named)),
        }
        let open = unknown::facts(plan, old_surface, new_surface);
        // If the routes are unknown, none of them is gone or new.
        let are_routes_open = new_surface
            .unknown
            .iter()
            .any(|one| one.question == Question::Routes);
        let of_requests = match are_routes_open {
            true => Vec::new(),
            false => requests::facts(old_surface, new_surface, &named),
        };
        facts.extend(open);
        if old.is_some() && !of_requests.is_empty() && !is_deployed(plan, &new.id) {
            facts.push(PlanFact::NotDeployed {
                address: (*address).clone(),
            });
        }
        facts.extend(of_requests);
    }
    facts.extend(functions::facts(before, after, &route_of));
    let losses = losses_without_spec(parsed);
    facts.extend(resources::facts(plan, before, after, &losses));
    facts.into_iter().map(Fact::WithoutSpec).collect()
}

/// Returns whether a plan makes a deployment of the API with an id.
fn is_deployed(plan: &Plan, id: &str) -> bool {
    let is_made = |address: &str| {
        plan.changes.iter().any(|change| {
            let is_new = matches!(change.action, Action::Create | Action::Replace { .. });
            is_new && change.address == address && change.deposed.is_none()
        })
    };
    plan.resources.iter().any(|resource| {
        resource.kind == "aws_api_gateway_deployment"
            && resource.values["rest_api_id"] == id
            && is_made(&resource.address)
    })
}
