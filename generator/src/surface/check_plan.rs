//! A plan of the generated files, compared with their spec.

use std::fmt;

use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::plan::Plan;

use super::compare::compare;
use super::difference::{Difference, Differing, Subject};
use super::names::Names;
use super::of_resources::{SurfaceError, of_plan};
use super::of_service::of_service;
use super::policy;
use super::providers_and_modules;
use super::types::{Statement, Unknown};
use super::user_pool::{FIRST_USER, is_first_user};
use crate::modules::OWN_MODULE;
use crate::service::{Environment, Service};

/// A plan compared with its spec.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedPlan {
    /// The environment that the plan is of.
    pub environment: String,
    /// Certain and possible differences from the spec. Without any, the plan may be applied.
    pub differences: Vec<Difference>,
    /// Harmless values that are unknown before the apply.
    pub assumptions: Vec<Unknown>,
}

/// The reason why a plan can't be compared with a spec.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckError {
    /// The plan's root does not call a module `service` with an environment's name.
    NotGenerated,
    /// The plan is of the service of this name; the spec is of the other.
    OtherService(String, String),
    /// The plan is of the environment of this name; the other was asked for.
    OtherEnvironment(String, String),
    /// The spec has no environment of this name, only these.
    NoEnvironment(String, Vec<String>),
    /// The plan has no surface.
    Surface(SurfaceError),
}

impl fmt::Display for CheckError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotGenerated => formatter.write_str(
                "Portcullis did not generate this plan's root: no module `service` has the name of an `environment`. Plan in \
                 `terraform/environments/NAME`",
            ),
            Self::OtherService(found, expected) => write!(
                formatter,
                "this is a plan of the service {}, but the spec is for `{expected}`: name the other folder with `--project \
                 DIR`, or plan again",
                code(found)
            ),
            Self::OtherEnvironment(found, expected) => write!(
                formatter,
                "this is a plan of the environment {}, not of `{expected}`: plan in \
                 `terraform/environments/{expected}`, or leave out `--env`",
                code(found)
            ),
            Self::NoEnvironment(found, known) => write!(
                formatter,
                "unknown environment {} in this plan: the spec has {}",
                code(found),
                known.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ")
            ),
            Self::Surface(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for CheckError {}

/// Compares a plan with the spec: who may call, what functions may do, who can get a token. `environment` is the one that
/// the user asked for, if any.
pub fn check_plan(
    service: &Service,
    plan: &Plan,
    environment: Option<&str>,
) -> Result<CheckedPlan, CheckError> {
    let root = &plan.root;
    let found = root.environment.clone().ok_or(CheckError::NotGenerated)?;
    if let Some(of) = root.service.as_ref().filter(|of| **of != service.name) {
        return Err(CheckError::OtherService(of.clone(), service.name.clone()));
    }
    if let Some(asked) = environment.filter(|asked| *asked != found) {
        return Err(CheckError::OtherEnvironment(found, asked.to_owned()));
    }
    let Some(environment) = service.environments.get(&found) else {
        let known = service.environments.keys().cloned().collect();
        return Err(CheckError::NoEnvironment(found, known));
    };
    let setup = providers_and_modules::differences(plan, environment);
    let surface = match of_plan(plan, None) {
        Ok(surface) => surface,
        // A plan that can be read, and nothing of it is served.
        Err(error @ SurfaceError::NoStage) => {
            let no_stage = Difference {
                subject: Subject::Api,
                differing: Differing::NoSurface(error),
            };
            return Ok(CheckedPlan {
                environment: found,
                differences: std::iter::once(no_stage).chain(setup).collect(),
                assumptions: Vec::new(),
            });
        }
        Err(error) => return Err(CheckError::Surface(error)),
    };
    let mut differences = compare(&of_service(service, environment), &surface);
    let own_policies = OwnPolicies::of(plan);
    for difference in &mut differences {
        own_policies.explain(difference);
    }
    differences.extend(root_differences(plan, environment));
    differences.extend(setup);
    Ok(CheckedPlan {
        environment: found,
        differences,
        assumptions: surface
            .unknown
            .into_iter()
            .filter(|unknown| !unknown.fails)
            .collect(),
    })
}

/// Statements that policies in the own module give to roles.
struct OwnPolicies(Vec<Statement>);

impl OwnPolicies {
    fn of(plan: &Plan) -> Self {
        let policies = plan.resources.iter().filter(|resource| {
            let is_policy = matches!(resource.kind.as_str(), "aws_iam_role_policy" | "aws_iam_policy");
            is_policy && resource.address.starts_with(OWN_MODULE)
        });
        let documents = policies.filter_map(|policy| policy.values["policy"].as_str());
        let statements = documents.filter_map(|text| policy::statements(text, &Names::default()));
        Self(statements.flatten().collect())
    }

    /// Says so of a statement that such a policy adds to a function's role, if `may` can say the same.
    fn explain(&self, difference: &mut Difference) {
        let Differing::Value(value) = &difference.differing else {
            return;
        };
        if value.pattern != "functions.*.statements" || !value.expected.is_null() {
            return;
        }
        let Ok(found) = serde_json::from_value::<Statement>(value.found.clone()) else {
            return;
        };
        // Names of the environment are left out of the resources that were found.
        let is_of_own = self.0.iter().any(|statement| statement.actions == found.actions);
        let is_plain = found.effect == "Allow"
            && found.condition.is_none()
            && found.not_actions.is_empty()
            && found.not_resources.is_empty();
        if is_of_own && is_plain {
            difference.differing = Differing::OwnPolicy(found);
        }
    }
}

/// Compares the parts that only the root decides: the region, and the first user.
fn root_differences(plan: &Plan, environment: &Environment) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut push = |subject, differing| differences.push(Difference { subject, differing });
    if let Some(found) = &plan.root.region
        && *found != environment.region
    {
        let differing = Differing::Region {
            expected: environment.region.clone(),
            found: found.clone(),
        };
        push(Subject::Api, differing);
    }
    let user = plan
        .resources
        .iter()
        .find(|resource| is_first_user(&resource.address));
    let found = user.and_then(|user| user.values["username"].as_str());
    let (expected, has_default) = match (&environment.first_user, &plan.root.first_user_email) {
        (Some(email), _) => (Some(email.as_str()), false),
        (None, Some((email, has_default))) => (Some(email.as_str()), *has_default && !environment.is_local()),
        (None, None) => (None, false),
    };
    if found != expected {
        let differing = Differing::FirstUser {
            expected: expected.map(Into::into),
            found: found.map(Into::into),
        };
        push(Subject::Other(FIRST_USER.to_owned()), differing);
    }
    if has_default {
        push(Subject::Other(FIRST_USER.to_owned()), Differing::FirstUserDefault);
    }
    differences
}
