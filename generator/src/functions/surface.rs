//! Functions: who may invoke each, and what its role may do.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::surface::names::Names;
use crate::surface::policy;
use crate::surface::resources::{Resources, digest, map, optional, text, texts};
use crate::surface::types::{Function, Invoker, Statement, UNKNOWN};
use portcullis_terraform_json::Resource;
use portcullis_terraform_json::plan::Change;

/// What an integration calls.
pub(crate) struct CalledFunction {
    pub(crate) name: String,
    pub(crate) qualifier: Option<String>,
}

/// Names of functions by what integrations call them by.
pub(crate) struct Called(BTreeMap<String, String>);

impl Called {
    pub(crate) fn of(resources: &Resources<'_>, names: &Names) -> Self {
        let mut called = BTreeMap::new();
        for function in resources.of("aws_lambda_function") {
            for key in ["arn", "invoke_arn", "qualified_invoke_arn"] {
                called.insert(text(function, key).to_owned(), name(function, names.prefix()));
            }
        }
        called.remove("");
        Self(called)
    }

    /// The function of an integration: its `uri` holds the ARN between `/functions/` and `/invocations`, with seven
    /// parts up to the name, behind which a version or an alias may stand:
    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html>
    pub(crate) fn by_uri(&self, uri: &str) -> Option<CalledFunction> {
        // A plan has a symbol there.
        let arn = uri
            .split_once("/functions/")
            .and_then(|(_, rest)| rest.strip_suffix("/invocations"));
        let Some(arn) = arn else {
            let name = self.0.get(uri)?.clone();
            return Some(CalledFunction {
                name,
                qualifier: None,
            });
        };
        let parts: Vec<_> = arn.splitn(8, ':').collect();
        let function = parts.iter().take(7).copied().collect::<Vec<_>>().join(":");
        let known = self.0.get(&function).cloned();
        let name = known.or_else(|| parts.iter().take(7).next_back().map(|name| (*name).to_owned()))?;
        let qualifier = parts.get(7).filter(|qualifier| **qualifier != "$LATEST");
        Some(CalledFunction {
            name,
            qualifier: qualifier.map(|qualifier| (*qualifier).to_owned()),
        })
    }
}

/// A function's name in its spec, where the tags say which service and environment it is of; else its name in AWS.
/// `prefix` is what the names of the service begin with, where a plan's root says it: with an empty tag among them, tags
/// are known only after the apply.
pub(crate) fn name(function: &Resource, prefix: Option<&str>) -> String {
    let name = text(function, "function_name");
    let tag = |key: &str| function.values["tags_all"][key].as_str();
    let tagged = match (tag("Service"), tag("Environment")) {
        (Some(service), Some(environment)) => Some(format!("{service}-{environment}-")),
        _ => None,
    };
    let prefix = tagged.as_deref().or(prefix);
    let own = prefix.and_then(|prefix| name.strip_prefix(prefix));
    own.unwrap_or(name).to_owned()
}

/// Every function with all that is attached to it. `changes` are a plan's, where it is one: what it changes of a role's
/// policies is among the role's own attributes as it was before, because these are read again only after the apply.
pub(crate) fn functions(
    resources: &mut Resources<'_>,
    names: &Names,
    changes: Option<&[Change]>,
) -> Vec<Function> {
    let found: Vec<&Resource> = resources.of("aws_lambda_function").collect();
    let mut functions = Vec::new();
    for function in found {
        resources.account(function);
        let role_arn = text(function, "role");
        let role = resources
            .of("aws_iam_role")
            .find(|role| !role_arn.is_empty() && text(role, "arn") == role_arn);
        let rights = role
            .map(|role| rights(resources, role, names, changes))
            .unwrap_or_default();
        functions.push(Function {
            name: name(function, names.prefix()),
            code: code(function),
            handler: text(function, "handler").into(),
            runtime: text(function, "runtime").into(),
            environment: map(&function.values["environment"][0]["variables"], "")
                .into_iter()
                .map(|(name, value)| (name, digest(&value)))
                .collect(),
            assumed_by: rights.assumed_by,
            role: optional(function, "role")
                .filter(|_| role.is_none())
                .map(|arn| names.without(&arn)),
            statements: rights.statements,
            managed_policies: rights.managed_policies,
            invokers: invokers(resources, function, names),
            url_auth: url_auth(resources, function),
        });
    }
    functions
}

/// Where the code is. The folder of the zips is of the processor that they were built for.
fn code(function: &Resource) -> String {
    if let Some(image) = optional(function, "image_uri") {
        return image;
    }
    let [bucket, key, version] = ["s3_bucket", "s3_key", "s3_object_version"].map(|key| text(function, key));
    if !(bucket.is_empty() && key.is_empty() && version.is_empty()) {
        let version = Some(version).filter(|version| !version.is_empty());
        let version = version.map(|version| format!("?versionId={version}"));
        return format!("s3://{bucket}/{key}{}", version.unwrap_or_default());
    }
    let architecture = function.values["architectures"][0].as_str().unwrap_or_default();
    let folders = text(function, "filename").split('/');
    let folders = folders.map(|folder| match folder {
        folder if !folder.is_empty() && folder == architecture => "${architecture}",
        other => other,
    });
    folders.collect::<Vec<_>>().join("/")
}

#[derive(Default)]
struct Rights {
    assumed_by: Vec<String>,
    statements: Vec<Statement>,
    managed_policies: Vec<String>,
}

fn rights<'a>(
    resources: &mut Resources<'a>,
    role: &'a Resource,
    names: &Names,
    changes: Option<&[Change]>,
) -> Rights {
    let is_of = |values: &Value| {
        let of = values["role"].as_str().unwrap_or_default();
        !of.is_empty() && ["name", "id", "arn"].iter().any(|key| text(role, key) == of)
    };
    let of = |kind: &'static str| resources.of(kind).filter(|other| is_of(&other.values));
    let own_policies: Vec<&Resource> = of("aws_iam_role_policy").collect();
    let attachments: Vec<&Resource> = of("aws_iam_role_policy_attachment").collect();
    let before = |kind: &'static str| {
        let changes = changes.unwrap_or_default().iter();
        changes.filter(move |change| change.kind == kind && is_of(&change.before))
    };

    // What a role says of its policies is read back from AWS, older than the policies themselves. In a state the newer
    // ones count; in a plan only what is theirs, or was, is theirs.
    let mut documents: Vec<&str> = own_policies.iter().map(|policy| text(policy, "policy")).collect();
    for inline in role.values["inline_policy"].as_array().into_iter().flatten() {
        let (name, document) = (&inline["name"], inline["policy"].as_str().unwrap_or_default());
        let is_same = |other: &Value| {
            let statements = |text: &str| policy::statements(text, names);
            other
                .as_str()
                .is_some_and(|other| statements(other) == statements(document))
        };
        let is_read_back = own_policies
            .iter()
            .any(|own| own.values["name"] == *name && (changes.is_none() || is_same(&own.values["policy"])))
            || before("aws_iam_role_policy")
                .any(|change| change.before["name"] == *name && is_same(&change.before["policy"]));
        if !is_read_back {
            documents.push(document);
        }
    }
    let mut arns: Vec<String> = attachments
        .iter()
        .map(|one| text(one, "policy_arn").to_owned())
        .collect();
    let read_back = texts(&role.values["managed_policy_arns"]).into_iter();
    arns.extend(read_back.filter(|arn| {
        let mut before = before("aws_iam_role_policy_attachment");
        !before.any(|change| change.before["policy_arn"] == **arn)
    }));
    arns.sort();
    arns.dedup();

    let mut managed_policies = Vec::new();
    let mut known: Vec<&Resource> = Vec::new();
    for arn in arns {
        match resources
            .of("aws_iam_policy")
            .find(|policy| text(policy, "arn") == arn)
        {
            Some(policy) => {
                documents.push(text(policy, "policy"));
                known.push(policy);
            }
            None => managed_policies.push(names.without(&arn)),
        }
    }
    let statements = documents
        .iter()
        .filter_map(|document| policy::statements(document, names));
    let mut statements: Vec<Statement> = statements.flatten().collect();
    sort(&mut statements);
    for resource in [role]
        .into_iter()
        .chain(own_policies)
        .chain(attachments)
        .chain(known)
    {
        resources.account(resource);
    }
    Rights {
        assumed_by: policy::trusted(text(role, "assume_role_policy"), names),
        statements,
        managed_policies,
    }
}

/// In one order, each once.
pub(crate) fn sort(statements: &mut Vec<Statement>) {
    statements.sort_by_cached_key(|statement| {
        let condition = statement.condition.as_ref().map(Value::to_string);
        let of = |list: &Vec<String>| list.clone();
        (
            statement.effect.clone(),
            of(&statement.actions),
            of(&statement.not_actions),
            of(&statement.resources),
            of(&statement.not_resources),
            condition,
        )
    });
    statements.dedup();
}

/// Whether what names a function names this one: its name, its ARN, or a part of it, with a qualifier or without.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>
fn is_named(function: &Resource, named: &str) -> bool {
    let (name, arn) = (text(function, "function_name"), text(function, "arn"));
    if named.is_empty() {
        return false;
    }
    let last = match named.split(':').collect::<Vec<_>>()[..] {
        ["arn", _, "lambda", _, _, "function", name] | ["arn", _, "lambda", _, _, "function", name, _] => {
            name
        }
        [_, "function", name] | [_, "function", name, _] => name,
        [name] | [name, _] => name,
        _ => named,
    };
    named == arn || named == text(function, "id") || last == name
}

fn invokers(resources: &mut Resources<'_>, function: &Resource, names: &Names) -> Vec<Invoker> {
    let permissions = resources.of("aws_lambda_permission");
    let permissions: Vec<&Resource> = permissions
        .filter(|permission| is_named(function, text(permission, "function_name")))
        .collect();
    let mut invokers = Vec::new();
    for permission in permissions {
        resources.account(permission);
        let own = |key: &str| optional(permission, key).map(|text| names.without(&text));
        // What a plan leaves open is not there at all; without a source there is a null.
        let is_open = permission.values.get("source_arn").is_none();
        let source = own("source_arn").or_else(|| is_open.then(|| UNKNOWN.to_owned()));
        let qualifier = own("qualifier").or_else(|| {
            let named = text(permission, "function_name").split(':').collect::<Vec<_>>();
            let at = named
                .iter()
                .position(|part| *part == "function")
                .map_or(1, |place| place + 2);
            named.get(at).map(|qualifier| (*qualifier).to_owned())
        });
        invokers.push(Invoker {
            principal: own("principal").unwrap_or_else(|| UNKNOWN.to_owned()),
            action: text(permission, "action").into(),
            source,
            source_account: own("source_account"),
            principal_org_id: own("principal_org_id"),
            function_url_auth_type: own("function_url_auth_type"),
            qualifier,
        });
    }
    invokers.sort();
    invokers
}

/// The function's own address. A second one, of an alias, is not accounted for.
fn url_auth(resources: &mut Resources<'_>, function: &Resource) -> Option<String> {
    let mut urls = resources.of("aws_lambda_function_url");
    let url = urls.find(|url| is_named(function, text(url, "function_name")))?;
    resources.account(url);
    Some(optional(url, "authorization_type").unwrap_or_else(|| UNKNOWN.to_owned()))
}
