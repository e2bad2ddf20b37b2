//! Open values of a plan that may decide about access.

use std::collections::{BTreeMap, HashMap};

use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::cognito::UserPool;
use portcullis_terraform_json::iam::Role;
use portcullis_terraform_json::index::Part;
use portcullis_terraform_json::rest_api::{Method, Snapshot};
use portcullis_terraform_json::{Resource, plan};

use super::arguments;
use super::names::Names;
use super::other_resources;
use super::resources::{Resources, text};
use super::types::{Question, Unknown};
use crate::functions::surface::Called;
use crate::modules::OWN_MODULE;
use crate::tables::in_service::ADDRESS as TABLES;
use crate::usage_plans::surface as usage_plans;

/// The open values of a plan, by the address of the resource.
pub(crate) struct Open<'a>(HashMap<&'a str, Vec<&'a plan::Unknown>>);

impl<'a> Open<'a> {
    pub(crate) fn of(unknown: &'a [plan::Unknown]) -> Self {
        let mut open: HashMap<&str, Vec<&plan::Unknown>> = HashMap::new();
        for one in unknown {
            open.entry(&one.address).or_default().push(one);
        }
        Self(open)
    }

    /// Returns an open value among these attributes.
    pub(crate) fn find(&self, resource: &Resource, attributes: &[&str]) -> Option<&'a plan::Unknown> {
        let of_resource = self.0.get(resource.address.as_str())?;
        of_resource
            .iter()
            .find(|one| attributes.contains(&one.attribute.as_str()))
            .copied()
    }

    fn has(&self, resource: &Resource) -> bool {
        self.0.contains_key(resource.address.as_str())
    }
}

/// Returns the unknown values of the resources that a surface accounts for, or would. `pool` is the surface's user
/// pool.
pub(crate) fn of_plan(
    unknown: &[plan::Unknown],
    readers: &Readers<'_>,
    rest_api: &Resource,
    pool: Option<&Part<'_, UserPool>>,
    names: &Names,
) -> Vec<Unknown> {
    let all: HashMap<&str, &Resource> = readers
        .all
        .iter()
        .map(|resource| (resource.address.as_str(), resource))
        .collect();
    let own_source = format!("{}.execution_arn", rest_api.address);
    let own_pool = pool.map(|pool| format!("{}.arn", pool.resource.address));
    let own = OwnIds::of(readers, rest_api, pool);
    let mut found = Vec::new();
    for one in unknown {
        let resource = all.get(one.address.as_str()).copied();
        let Some(resource) = resource.filter(|resource| counts(resource, &one.attribute)) else {
            continue;
        };
        let (question, of) = readers.question(resource, &one.attribute);
        let only = |reference: &str| one.references == [reference];
        let is_certain = match (resource.kind.as_str(), one.attribute.as_str()) {
            ("aws_lambda_permission", "source_arn") => only(&own_source),
            ("aws_api_gateway_authorizer", "provider_arns") => {
                one.is_read && own_pool.as_deref().is_some_and(only)
            }
            // Texts that a function reads. Its own API's and pool's ids tell it nothing that callers don't know. Outputs
            // of the own module may tell it anything, so they count only for functions that the output `own` names.
            ("aws_lambda_function", "environment.variables") => {
                let has_outputs = of.iter().any(|function| names.has_own_outputs(function));
                own.are_all(&one.references, has_outputs)
            }
            _ => false,
        };
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

/// The ids and names that only AWS decides and that any caller may know.
struct OwnIds(Vec<String>);

impl OwnIds {
    fn of(readers: &Readers<'_>, rest_api: &Resource, pool: Option<&Part<'_, UserPool>>) -> Self {
        let attribute = |address: &str, name: &str| format!("{address}.{name}");
        let mut own = vec![attribute(&rest_api.address, "id")];
        if let Some(pool) = pool {
            own.extend(["id", "arn"].map(|name| attribute(&pool.resource.address, name)));
            let clients = readers.all.iter();
            let clients = clients.filter(|one| one.kind == "aws_cognito_user_pool_client");
            own.extend(clients.map(|client| attribute(&client.address, "id")));
        }
        // A function may know which table's changes it reads. Its role decides whether it reads them.
        let tables = readers.all.iter().filter(|one| one.address.starts_with(TABLES));
        own.extend(tables.map(|table| attribute(&table.address, "stream_arn")));
        let names = readers.all.iter().filter(|resource| resource.mode == "data");
        let names = names.filter(|data| matches!(data.kind.as_str(), "aws_caller_identity" | "aws_service"));
        own.extend(names.flat_map(|data| {
            let attributes = ["account_id", "dns_name", "partition", "region"];
            attributes.map(|name| attribute(&data.address, name))
        }));
        Self(own)
    }

    /// Returns `true` if something depends only on these, on variables of the root, and perhaps on the own module.
    fn are_all(&self, references: &[String], or_own_module: bool) -> bool {
        let is_own = |reference: &String| {
            let is_of_module = or_own_module && reference.starts_with(OWN_MODULE);
            is_of_module || reference.starts_with("var.") || self.0.contains(reference)
        };
        !references.is_empty() && references.iter().all(is_own)
    }
}

/// Returns whether an argument matters.
fn counts(resource: &Resource, attribute: &str) -> bool {
    if usage_plans::is_another(resource) {
        return false;
    }
    if arguments::is_known(&resource.kind) {
        let is_harmless = |name| arguments::is_harmless(&resource.kind, name);
        return !is_harmless(attribute) && !is_harmless(root(attribute));
    }
    // Types that count as such are among the others already.
    attribute.rsplit('.').next() == Some("policy") && other_resources::why(resource).is_none()
}

/// Returns the parts of a state or a plan that are not understood, and methods without a path.
pub(crate) fn of_state(readers: &Readers<'_>, snapshot: &Snapshot<'_>) -> Vec<Unknown> {
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
    let obstacles = readers.all.iter().filter_map(|resource| {
        let why = resource.obstacle.clone()?;
        let question = match resource.kind.as_str() {
            "aws_api_gateway_method" | "aws_api_gateway_integration" => readers.question(resource, ""),
            _ => (Question::PartOfTheApi, Vec::new()),
        };
        Some(of(resource, question, why))
    });
    let methods = || snapshot.routes.iter().map(|route| &route.method);
    let pathless = methods().filter_map(|method| {
        let why = missing_path(method, &snapshot.paths)?;
        Some(of(
            method.resource,
            readers.question(method.resource, "resource_id"),
            why,
        ))
    });
    let guardless =
        methods().filter(|method| method.resource.obstacle.is_none() && !readers.open.has(method.resource));
    let guardless = guardless.filter_map(|method| {
        let why = missing_guard(method)?;
        Some(of(
            method.resource,
            readers.question(method.resource, "authorization"),
            why,
        ))
    });
    obstacles.chain(pathless).chain(guardless).collect()
}

/// Returns the reason why a method's callers are unknown, if it does not set its authorization.
pub(crate) fn missing_guard(method: &Method) -> Option<String> {
    let is_missing = method.authorization.is_empty();
    is_missing.then(|| "its `authorization` is missing".to_owned())
}

/// Returns the reason why a method has no path, if it names a resource that is known to a plan.
pub(crate) fn missing_path(method: &Method, paths: &BTreeMap<String, String>) -> Option<String> {
    let id = &method.resource_id;
    let is_missing = !id.is_empty() && !paths.contains_key(id);
    is_missing.then(|| format!("its resource {} is not here, or has no path", code(id)))
}

fn root(attribute: &str) -> &str {
    attribute.split('.').next().unwrap_or(attribute)
}

/// The names of resources for a reader.
pub(crate) struct Readers<'a> {
    all: &'a [Resource],
    open: &'a Open<'a>,
    paths: &'a BTreeMap<String, String>,
    called: &'a Called<'a>,
    roles: Vec<Part<'a, Role>>,
}

impl<'a> Readers<'a> {
    pub(crate) fn of(
        resources: &Resources<'a>,
        snapshot: &'a Snapshot<'a>,
        called: &'a Called<'a>,
        open: &'a Open<'a>,
    ) -> Self {
        Self {
            all: resources.all(),
            open,
            paths: &snapshot.paths,
            called,
            roles: resources.index.parts(),
        }
    }

    /// Returns the question that an unknown attribute raises, and its subjects.
    fn question(&self, resource: &Resource, attribute: &str) -> (Question, Vec<String>) {
        let of = |name: String| vec![name];
        match (resource.kind.as_str(), root(attribute)) {
            ("aws_api_gateway_rest_api", "body") => (Question::Routes, of(resource.address.clone())),
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
            ("aws_lambda_function", attribute) => {
                let name = self.called.at(&resource.address).map_or("", |(_, name)| name);
                let question = match attribute {
                    "environment" => Question::Variables,
                    _ => Question::WhatFunction,
                };
                (question, of(self.named(resource, name)))
            }
            ("aws_iam_role", "assume_role_policy") => (Question::WhoTakesRoles, Vec::new()),
            ("aws_iam_role" | "aws_iam_policy", _) => (Question::Rights, Vec::new()),
            ("aws_iam_role_policy" | "aws_iam_role_policy_attachment", _) => {
                let names = self.of_role(text(resource, "role"));
                (Question::Rights, names)
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
            ("", _) | (_, None) => resource.address.clone(),
            (method, Some(path)) => format!("{method} {path}"),
        }
    }

    /// A name, or the address of what has none before the apply.
    fn named(&self, resource: &Resource, name: &str) -> String {
        if name.is_empty() { &resource.address } else { name }.to_owned()
    }

    /// The function that a permission is of. If its name is unknown, what the name depends on says which.
    fn invoked(&self, permission: &Resource) -> String {
        let named = text(permission, "function_name");
        if !named.is_empty() {
            return self.called.named(named).unwrap_or(named).to_owned();
        }
        let unknown = self.open.find(permission, &["function_name"]);
        let Some([reference]) = unknown.map(|one| one.references.as_slice()) else {
            return permission.address.clone();
        };
        match self.called.at(reference) {
            Some((function, name)) => self.named(function, name),
            None => reference.clone(),
        }
    }

    /// The functions that have a role.
    fn of_role(&self, named: &str) -> Vec<String> {
        let role = self.roles.iter().find(|role| role.is_named(named));
        let functions = role.map(|role| self.called.with_role(&role.arn));
        functions.unwrap_or_default()
    }
}
