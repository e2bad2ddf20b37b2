//! What a plan leaves open, as far as it decides who may do what.

use super::arguments::{self, Meaning};
use super::functions;
use super::others;
use super::resources::text;
use super::types::Unknown;
use crate::state::{self, Resource, plan};

/// What is unknown of the resources that a surface accounts for, or would. `pool` is the surface's user pool.
pub(super) fn of_plan(
    unknown: &[plan::Unknown],
    all: &[Resource],
    rest_api: &Resource,
    pool: Option<&Resource>,
) -> Vec<Unknown> {
    let paths = state::paths(all, text(rest_api, "root_resource_id"));
    let own_source = format!("{}.execution_arn", rest_api.address);
    let own_pool = pool.map(|pool| format!("{}.arn", pool.address));
    let mut found = Vec::new();
    for one in unknown {
        let Some(resource) = all.iter().find(|resource| resource.address == one.address) else {
            continue;
        };
        let known = arguments::is_known(&resource.kind);
        let is_policy = one.attribute.rsplit('.').next() == Some("policy");
        let counts = if known {
            arguments::meaning(&resource.kind, &one.attribute) != Some(Meaning::Harmless)
                && arguments::meaning(&resource.kind, root(&one.attribute)) != Some(Meaning::Harmless)
        } else {
            // What counts by its type is among the others already.
            is_policy && others::why(resource).is_none()
        };
        if !counts {
            continue;
        }
        let only = |reference: &str| one.references == [reference];
        let is_certain = match (resource.kind.as_str(), one.attribute.as_str()) {
            ("aws_lambda_permission", "source_arn") => only(&own_source),
            ("aws_api_gateway_authorizer", "provider_arns") => {
                one.is_read && own_pool.as_deref().is_some_and(only)
            }
            _ => false,
        };
        found.push(Unknown {
            address: one.address.clone(),
            argument: one.attribute.clone(),
            what: what(
                resource,
                &one.attribute,
                all,
                paths.get(text(resource, "resource_id")),
            ),
            references: one.references.clone(),
            why: one.why.clone(),
            fails: !is_certain,
        });
    }
    found
}

/// Parts of an OpenAPI body that are not understood.
pub(super) fn of_body(resources: &[Resource]) -> Vec<Unknown> {
    let parts = resources.iter().filter_map(|resource| {
        let why = resource.obstacle.clone()?;
        Some(Unknown {
            address: resource.address.clone(),
            argument: String::new(),
            what: "what a part of the API does".to_owned(),
            references: Vec::new(),
            why,
            fails: true,
        })
    });
    parts.collect()
}

fn root(attribute: &str) -> &str {
    attribute.split('.').next().unwrap_or(attribute)
}

/// What is not known therefore, in a reader's words.
fn what(resource: &Resource, attribute: &str, all: &[Resource], path: Option<&String>) -> String {
    let kind = resource.kind.as_str();
    let method = match (text(resource, "http_method"), path) {
        ("", _) => "a route".to_owned(),
        (method, None) => format!("a `{method}` route"),
        (method, Some(path)) => format!("`{method} {path}`"),
    };
    match (kind, root(attribute)) {
        ("aws_api_gateway_rest_api", "body") => "which routes there are, and who may call them".into(),
        ("aws_api_gateway_rest_api", _) => "a setting of the API".into(),
        (_, "resource_id" | "parent_id" | "path_part") => format!("the path of {method}"),
        ("aws_api_gateway_method", _) => format!("who may call {method}"),
        ("aws_api_gateway_integration", _) => format!("what answers {method}"),
        ("aws_api_gateway_integration_response", _) => "what a preflight answers".into(),
        ("aws_api_gateway_authorizer", _) => {
            format!("whom the authorizer `{}` admits", text(resource, "name"))
        }
        ("aws_lambda_permission", "source_arn") => {
            format!("on whose behalf `{}` may be invoked", function_of(resource, all))
        }
        ("aws_lambda_permission", _) => format!("who may invoke `{}`", function_of(resource, all)),
        ("aws_lambda_function", _) => {
            format!("what the function `{}` is and may do", functions::name(resource))
        }
        ("aws_iam_role", "assume_role_policy") => "who may take on a function's role".into(),
        ("aws_iam_role" | "aws_iam_policy", _) => "what a function may do".into(),
        ("aws_iam_role_policy" | "aws_iam_role_policy_attachment", _) => {
            match functions_of_role(resource, all).as_slice() {
                [] => "what a role may do".into(),
                names => format!("what `{}` may do", names.join("`, `")),
            }
        }
        ("aws_cognito_user_pool" | "aws_cognito_user_pool_client" | "aws_cognito_user", _) => {
            "who can get a token".into()
        }
        _ if attribute.ends_with("policy") => "whom a policy lets do what".into(),
        _ => "a setting".into(),
    }
}

/// The function that a permission is of.
fn function_of(permission: &Resource, all: &[Resource]) -> String {
    let named = text(permission, "function_name");
    let function = all.iter().find(|other| {
        other.kind == "aws_lambda_function" && !named.is_empty() && text(other, "function_name") == named
    });
    function.map_or_else(|| named.to_owned(), functions::name)
}

/// The functions whose role a policy is of.
fn functions_of_role(policy: &Resource, all: &[Resource]) -> Vec<String> {
    let of = text(policy, "role");
    let mut roles = all.iter().filter(|other| {
        other.kind == "aws_iam_role"
            && !of.is_empty()
            && ["name", "id", "arn"].iter().any(|key| text(other, key) == of)
    });
    let Some(role) = roles.next() else {
        return Vec::new();
    };
    let arn = text(role, "arn");
    all.iter()
        .filter(|other| other.kind == "aws_lambda_function" && !arn.is_empty() && text(other, "role") == arn)
        .map(functions::name)
        .collect()
}
