//! Values that a plan leaves open, as far as they may let more callers in.

use portcullis_terraform_json::Resource;
use portcullis_terraform_json::plan::{Action, Plan};

use crate::review::without_spec::fact::PlanFact;
use crate::review::without_spec::guard::Guard;
use crate::review::without_spec::resources::OWNERS;
use crate::surface::{Question, Surface, Unknown};

const METHOD: &str = "aws_api_gateway_method";

/// Returns the facts about the open values of an API. `before` is none for a new API, which has no requests yet that could
/// become public.
pub(super) fn facts(plan: &Plan, before: Option<&Surface>, after: &Surface) -> Vec<PlanFact> {
    // If it was uncertain before for the same reason, nothing changes.
    let is_old = |unknown: &Unknown| {
        let mut old = before.into_iter().flat_map(|surface| &surface.unknown);
        old.any(|other| {
            (&other.address, &other.argument, &other.why)
                == (&unknown.address, &unknown.argument, &unknown.why)
        })
    };
    let unknown = after.unknown.iter();
    let unknown = unknown.filter(|unknown| unknown.fails && !is_old(unknown) && !is_owner(unknown));
    unknown
        .filter_map(|unknown| {
            let resource = plan.resources.iter().find(|one| one.address == unknown.address);
            fact(plan, before, after, resource, unknown)
        })
        .collect()
}

/// Returns whether the value only names the owner of a resource. The resource means the same for any owner.
fn is_owner(unknown: &Unknown) -> bool {
    unknown.question == Question::Setting && OWNERS.contains(&unknown.argument.as_str())
}

fn fact(
    plan: &Plan,
    before: Option<&Surface>,
    after: &Surface,
    resource: Option<&Resource>,
    unknown: &Unknown,
) -> Option<PlanFact> {
    let blocked = Some(PlanFact::Unknown(unknown.clone()));
    match unknown.question {
        // Texts that a function reads.
        Question::Variables => None,
        Question::Path | Question::WhoCalls => {
            // A part of an OpenAPI body has no resource.
            let Some(resource) = resource else { return blocked };
            if resource.kind != METHOD {
                // What is attached to a method follows it.
                return None;
            }
            match new_method(plan, resource) {
                Some(guard) if before.is_none() || !guard.is_public() => Some(PlanFact::RouteAdded {
                    route: resource.address.clone(),
                    guard,
                    handler: None,
                }),
                _ => blocked,
            }
        }
        Question::WhatAnswers => {
            let uncertain = after
                .routes
                .iter()
                .filter(|route| route.uncertain.integration.is_some());
            let mut guards = uncertain.map(Guard::of);
            let may_be_public = guards.any(|guard| guard.is_public() || guard.is_uncertain());
            blocked.filter(|_| before.is_some() && may_be_public)
        }
        Question::Routes
        | Question::ApiSetting
        | Question::Preflight
        | Question::WhoIsAdmitted
        | Question::WhoInvokes
        | Question::OnWhoseBehalf
        | Question::WhatFunction
        | Question::WhoTakesRoles
        | Question::Rights
        | Question::WhoGetsTokens
        | Question::Policy
        | Question::Setting
        | Question::PartOfTheApi => blocked,
    }
}

/// The callers of a new method whose path is unknown. A method that needs a token or a key opens nothing, wherever it is.
fn new_method(plan: &Plan, resource: &Resource) -> Option<Guard> {
    let mut changes = plan.changes.iter();
    let is_new = changes.any(|change| {
        change.address == resource.address && change.action == Action::Create && change.deposed.is_none()
    });
    let text = |key: &str| resource.values[key].as_str().map(str::to_owned);
    let open = |key: &str| {
        let mut unknown = plan.unknown.iter();
        unknown.any(|one| one.address == resource.address && one.attribute == key)
    };
    let is_known = resource.obstacle.is_none() && !open("authorization") && !open("api_key_required");
    let auth_type = text("authorization").filter(|_| is_new && is_known)?;
    Some(Guard {
        // The name of the authorizer needs its API.
        authorizer: None,
        scopes: Vec::new(),
        api_key_required: resource.values["api_key_required"] == true,
        auth_type,
    })
}
