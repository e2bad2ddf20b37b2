//! What a plan leaves open, as far as it decides who may do what.

use std::collections::BTreeMap;

use super::arguments;
use super::functions;
use super::names::Names;
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
    names: &Names,
) -> Vec<Unknown> {
    let readers = Readers {
        all,
        names,
        paths: state::paths(all, text(rest_api, "root_resource_id")),
    };
    let own_source = format!("{}.execution_arn", rest_api.address);
    let own_pool = pool.map(|pool| format!("{}.arn", pool.address));
    let mut found = Vec::new();
    for one in unknown {
        let resource = all.iter().find(|resource| resource.address == one.address);
        let Some(resource) = resource.filter(|resource| counts(resource, &one.attribute)) else {
            continue;
        };
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
            what: readers.what(resource, &one.attribute),
            references: one.references.clone(),
            why: one.why.clone(),
            fails: !is_certain,
        });
    }
    found
}

/// Whether it matters what an argument is.
fn counts(resource: &Resource, attribute: &str) -> bool {
    if arguments::is_known(&resource.kind) {
        let is_harmless = |name| arguments::is_harmless(&resource.kind, name);
        return !is_harmless(attribute) && !is_harmless(root(attribute));
    }
    // What counts by its type is among the others already.
    attribute.rsplit('.').next() == Some("policy") && others::why(resource).is_none()
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

/// What a reader calls things.
struct Readers<'a> {
    all: &'a [Resource],
    names: &'a Names,
    /// Paths by the ids of their resources.
    paths: BTreeMap<String, String>,
}

impl Readers<'_> {
    /// What is not known therefore.
    fn what(&self, resource: &Resource, attribute: &str) -> String {
        let path = self.paths.get(text(resource, "resource_id"));
        let method = match (text(resource, "http_method"), path) {
            ("", _) => "a route".to_owned(),
            (method, None) => format!("a `{method}` route"),
            (method, Some(path)) => format!("`{method} {path}`"),
        };
        match (resource.kind.as_str(), root(attribute)) {
            ("aws_api_gateway_rest_api", "body") => "which routes there are, and who may call them,".into(),
            ("aws_api_gateway_rest_api", _) => "a setting of the API".into(),
            (_, "resource_id" | "parent_id" | "path_part") => format!("the path of {method}"),
            ("aws_api_gateway_method", _) => format!("who may call {method}"),
            ("aws_api_gateway_integration", _) => format!("what answers {method}"),
            ("aws_api_gateway_integration_response", _) => "what a preflight answers".into(),
            ("aws_api_gateway_authorizer", _) => {
                format!("whom the authorizer `{}` admits", text(resource, "name"))
            }
            ("aws_lambda_permission", "source_arn") => {
                format!("on whose behalf `{}` may be invoked", self.invoked(resource))
            }
            ("aws_lambda_permission", _) => format!("who may invoke `{}`", self.invoked(resource)),
            ("aws_lambda_function", _) => {
                format!("what the function `{}` is and may do", self.name(resource))
            }
            ("aws_iam_role", "assume_role_policy") => "who may take on a function's role".into(),
            ("aws_iam_role" | "aws_iam_policy", _) => "what a function may do".into(),
            ("aws_iam_role_policy" | "aws_iam_role_policy_attachment", _) => {
                match self.of_role(text(resource, "role")).as_slice() {
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

    fn name(&self, function: &Resource) -> String {
        functions::name(function, self.names.prefix())
    }

    /// The function that a permission is of.
    fn invoked(&self, permission: &Resource) -> String {
        let named = text(permission, "function_name");
        let mut functions = self.of_kind("aws_lambda_function");
        let function = functions.find(|other| !named.is_empty() && text(other, "function_name") == named);
        function.map_or_else(|| named.to_owned(), |function| self.name(function))
    }

    /// The functions that have a role.
    fn of_role(&self, role: &str) -> Vec<String> {
        let mut roles = self.of_kind("aws_iam_role");
        let is_named = |other: &&Resource| ["name", "id", "arn"].iter().any(|key| text(other, key) == role);
        let Some(role) = roles.find(|other| !role.is_empty() && is_named(other)) else {
            return Vec::new();
        };
        let arn = text(role, "arn");
        let functions = self.of_kind("aws_lambda_function");
        functions
            .filter(|function| !arn.is_empty() && text(function, "role") == arn)
            .map(|function| self.name(function))
            .collect()
    }

    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &Resource> {
        self.all.iter().filter(move |resource| resource.kind == kind)
    }
}
