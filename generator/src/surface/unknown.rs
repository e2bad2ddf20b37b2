//! What a plan leaves open, as far as it decides who may do what.

use std::collections::BTreeMap;

use super::arguments;
use super::functions;
use super::names::Names;
use super::others;
use super::resources::text;
use super::types::{Question, Unknown};
use portcullis_foreign_text::words::code;
use portcullis_terraform_json::{self, Resource, plan};

/// What is unknown of the resources that a surface accounts for, or would. `pool` is the surface's user pool.
pub(crate) fn of_plan(
    unknown: &[plan::Unknown],
    all: &[Resource],
    rest_api: &Resource,
    pool: Option<&Resource>,
    names: &Names,
) -> Vec<Unknown> {
    let readers = Readers {
        all,
        names,
        unknown,
        paths: portcullis_terraform_json::paths(all, text(rest_api, "root_resource_id")),
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
        let (question, of) = readers.question(resource, &one.attribute);
        found.push(Unknown {
            address: one.address.clone(),
            argument: one.attribute.clone(),
            what: question.what(&of),
            question,
            of,
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

/// What is not understood of a state or a plan, and the paths that are not in it.
/// `unknown` is what a plan says itself.
pub(crate) fn of_state(
    all: &[Resource],
    rest_api: &Resource,
    names: &Names,
    unknown: &[plan::Unknown],
) -> Vec<Unknown> {
    let readers = Readers {
        all,
        names,
        unknown: &[],
        paths: portcullis_terraform_json::paths(all, text(rest_api, "root_resource_id")),
    };
    let of = |resource: &Resource, (question, of): (Question, Vec<String>), why: String| Unknown {
        address: resource.address.clone(),
        argument: String::new(),
        what: question.what(&of),
        question,
        of,
        references: Vec::new(),
        why,
        fails: true,
    };
    let obstacles = all.iter().filter_map(|resource| {
        let why = resource.obstacle.clone()?;
        let question = match resource.kind.as_str() {
            "aws_api_gateway_method" | "aws_api_gateway_integration" => readers.question(resource, ""),
            _ => (Question::PartOfTheApi, Vec::new()),
        };
        Some(of(resource, question, why))
    });
    let methods = || {
        let managed = all.iter().filter(|resource| resource.mode == "managed");
        managed.filter(|resource| resource.kind == "aws_api_gateway_method")
    };
    let pathless = methods().filter_map(|method| {
        let why = missing_path(method, &readers.paths)?;
        Some(of(method, readers.question(method, "resource_id"), why))
    });
    let is_said = |method: &Resource| unknown.iter().any(|one| one.address == method.address);
    let guardless = methods().filter(|method| method.obstacle.is_none() && !is_said(method));
    let guardless = guardless.filter_map(|method| {
        let why = missing_guard(method)?;
        Some(of(method, readers.question(method, "authorization"), why))
    });
    obstacles.chain(pathless).chain(guardless).collect()
}

/// Why nobody knows who may call a method, if it does not say it.
pub(crate) fn missing_guard(method: &Resource) -> Option<String> {
    let is_missing = text(method, "authorization").is_empty();
    is_missing.then(|| "its `authorization` is missing".to_owned())
}

/// Why a method has no path, if it names a resource that is known to a plan.
pub(crate) fn missing_path(method: &Resource, paths: &BTreeMap<String, String>) -> Option<String> {
    let id = text(method, "resource_id");
    let is_missing = !id.is_empty() && !paths.contains_key(id);
    is_missing.then(|| format!("its resource {} is not here, or has no path", code(id)))
}

fn root(attribute: &str) -> &str {
    attribute.split('.').next().unwrap_or(attribute)
}

/// What a reader calls things.
struct Readers<'a> {
    all: &'a [Resource],
    names: &'a Names,
    /// What the plan leaves open.
    unknown: &'a [plan::Unknown],
    /// Paths by the ids of their resources.
    paths: BTreeMap<String, String>,
}

impl Readers<'_> {
    /// What is not known therefore, and of what.
    fn question(&self, resource: &Resource, attribute: &str) -> (Question, Vec<String>) {
        let of = |name: String| vec![name];
        match (resource.kind.as_str(), root(attribute)) {
            ("aws_api_gateway_rest_api", "body") => (Question::Routes, of(code(&resource.address))),
            ("aws_api_gateway_rest_api", _) => (Question::ApiSetting, Vec::new()),
            (_, "resource_id" | "parent_id" | "path_part") => (Question::Path, of(self.route(resource))),
            ("aws_api_gateway_method", _) => (Question::WhoCalls, of(self.route(resource))),
            ("aws_api_gateway_integration", _) => (Question::WhatAnswers, of(self.route(resource))),
            ("aws_api_gateway_integration_response", _) => (Question::Preflight, Vec::new()),
            ("aws_api_gateway_authorizer", _) => (
                Question::WhoIsAdmitted,
                of(self.named(resource, text(resource, "name"))),
            ),
            ("aws_lambda_permission", "source_arn") => (Question::OnWhoseBehalf, of(self.invoked(resource))),
            ("aws_lambda_permission", _) => (Question::WhoInvokes, of(self.invoked(resource))),
            ("aws_lambda_function", _) => (
                Question::WhatFunction,
                of(self.named(resource, &self.name(resource))),
            ),
            ("aws_iam_role", "assume_role_policy") => (Question::WhoTakesRoles, Vec::new()),
            ("aws_iam_role" | "aws_iam_policy", _) => (Question::Rights, Vec::new()),
            ("aws_iam_role_policy" | "aws_iam_role_policy_attachment", _) => {
                let names = self.of_role(text(resource, "role"));
                (Question::Rights, names.iter().map(|name| code(name)).collect())
            }
            ("aws_cognito_user_pool" | "aws_cognito_user_pool_client" | "aws_cognito_user", _) => {
                (Question::WhoGetsTokens, Vec::new())
            }
            _ if attribute.ends_with("policy") => (Question::Policy, Vec::new()),
            _ => (Question::Setting, Vec::new()),
        }
    }

    /// The route of a method or of what is attached to one; the address if a part of it is unknown.
    fn route(&self, resource: &Resource) -> String {
        let path = self.paths.get(text(resource, "resource_id"));
        match (text(resource, "http_method"), path) {
            ("", _) | (_, None) => code(&resource.address),
            (method, Some(path)) => code(&format!("{method} {path}")),
        }
    }

    /// A name, or the address of what has none before the apply.
    fn named(&self, resource: &Resource, name: &str) -> String {
        code(if name.is_empty() { &resource.address } else { name })
    }

    fn name(&self, function: &Resource) -> String {
        functions::name(function, self.names.prefix())
    }

    /// The function that a permission is of. If its name is unknown, what the name depends on says which.
    fn invoked(&self, permission: &Resource) -> String {
        let named = text(permission, "function_name");
        let mut functions = self.of_kind("aws_lambda_function");
        if !named.is_empty() {
            let function = functions.find(|other| text(other, "function_name") == named);
            return code(&function.map_or_else(|| named.to_owned(), |function| self.name(function)));
        }
        let mut unknown = self.unknown.iter();
        let unknown =
            unknown.find(|one| one.address == permission.address && one.attribute == "function_name");
        let Some([reference]) = unknown.map(|one| one.references.as_slice()) else {
            return code(&permission.address);
        };
        let function = functions.find(|function| {
            let attribute = reference.strip_prefix(&function.address);
            attribute.is_some_and(|attribute| attribute.starts_with('.'))
        });
        match function {
            Some(function) => self.named(function, &self.name(function)),
            None => code(reference),
        }
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
