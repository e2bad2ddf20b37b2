//! Functions: who may invoke each, and what its role may do.

use std::collections::HashMap;

use serde_json::Value;

use crate::functions::{ARTIFACTS, LOCAL_ARTIFACTS};
use crate::service::LOCAL;
use crate::surface::names::{Names, arn};
use crate::surface::policy;
use crate::surface::resources::{Resources, digest};
use crate::surface::types::{Function, Invoker, Statement, UNKNOWN};
use portcullis_terraform_json::Resource;
use portcullis_terraform_json::iam::{Policy, Role, RolePolicy, RolePolicyAttachment};
use portcullis_terraform_json::index::{Kind, Part};
use portcullis_terraform_json::lambda::{self, Alias, FunctionUrl, Functions, Permission};
use portcullis_terraform_json::plan::Change;

/// The function that an integration calls.
pub(crate) struct CalledFunction {
    pub(crate) name: String,
    pub(crate) qualifier: Option<String>,
}

/// The functions here with their names.
pub(crate) struct Called<'a> {
    functions: Functions<'a>,
    names: Vec<String>,
}

impl<'a> Called<'a> {
    pub(crate) fn of(resources: &Resources<'a>, names: &Names) -> Self {
        let functions = Functions::of(&resources.index);
        let names = functions
            .all
            .iter()
            .map(|function| names.own(&function.function_name, &function.tags_all).to_owned());
        Self {
            names: names.collect(),
            functions,
        }
    }

    /// The function of an integration, perhaps with a version or an alias behind it:
    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html>
    pub(crate) fn by_uri(&self, uri: &str) -> Option<CalledFunction> {
        let called = self.functions.called(uri)?;
        let known = called.function.map(|place| self.names[place].clone());
        let (stranger, qualifier) = called.reference.map_or((None, None), |reference| {
            (Some(reference.name), reference.qualifier)
        });
        Some(CalledFunction {
            name: known.or(stranger)?,
            qualifier: qualifier.filter(|qualifier| qualifier != "$LATEST"),
        })
    }

    /// The functions by what names them.
    pub(crate) fn functions(&self) -> &Functions<'a> {
        &self.functions
    }

    /// The name of the function that is named so in a permission.
    pub(crate) fn named(&self, named: &str) -> Option<&str> {
        let place = *self.functions.named(named).first()?;
        Some(&self.names[place])
    }

    /// The function at an address, or at one of its attributes, and its name.
    pub(crate) fn at(&self, address: &str) -> Option<(&'a Resource, &str)> {
        let mut all = self.functions.all.iter().zip(&self.names);
        let is_at = |function: &Part<lambda::Function>| {
            let rest = address.strip_prefix(function.resource.address.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let (function, name) = all.find(|(function, _)| is_at(function))?;
        Some((function.resource, name))
    }

    /// The names of the functions with a role.
    pub(crate) fn with_role(&self, arn: &str) -> Vec<String> {
        let all = self.functions.all.iter().zip(&self.names);
        let with_role = all.filter(|(function, _)| !arn.is_empty() && function.role.as_deref() == Some(arn));
        with_role.map(|(_, name)| name.clone()).collect()
    }
}

/// Returns every function with everything attached to it. For a plan, `changes` are its changes. A role's own
/// attributes still contain the policies from before the changes, because they are read again only after the apply.
pub(crate) fn functions<'a>(
    resources: &mut Resources<'a>,
    names: &Names,
    called: &Called<'a>,
    changes: Option<&[Change]>,
) -> Vec<Function> {
    let attached = Attached::of(resources, &called.functions, changes);
    // By itself an alias gives no access: routes and permissions name it.
    for alias in resources.index.parts::<Alias>() {
        if !called.functions.named(&alias.function_name).is_empty() {
            resources.account(alias.resource);
        }
    }
    let mut functions = Vec::new();
    for (place, function) in called.functions.all.iter().enumerate() {
        resources.account(function.resource);
        let role = function.role.as_deref().and_then(|arn| attached.roles.get(arn));
        let rights = role
            .map(|role| rights(resources, role, &attached, names))
            .unwrap_or_default();
        let variables = function.environment.variables.iter();
        functions.push(Function {
            name: called.names[place].clone(),
            arn: arn("lambda", &format!("function:{}", function.function_name)),
            code: code(function, names.is_of(LOCAL, &function.tags_all)),
            handler: function.handler.clone().unwrap_or_default(),
            runtime: function.runtime.clone().unwrap_or_default(),
            environment: variables
                .map(|(name, value)| {
                    let value = names.in_variable(&called.names[place], name, value);
                    (name.clone(), digest(&value))
                })
                .collect(),
            assumed_by: rights.assumed_by,
            role: function
                .role
                .as_ref()
                .filter(|_| role.is_none())
                .map(|arn| names.without(arn)),
            permissions_boundary: role.and_then(|role| role.permissions_boundary.clone()),
            statements: rights.statements,
            subnets: sorted(&function.vpc_config.subnet_ids),
            security_groups: sorted(&function.vpc_config.security_group_ids),
            layers: function.layers.clone(),
            managed_policies: rights.managed_policies,
            invokers: invokers(resources, of(&attached.permissions, place), names),
            failure_destinations: Vec::new(), // `asynchronous::surface::add_failure_destinations`
            events: Vec::new(),               // `events::surface::add_events`
            url_auth: url_auth(resources, of(&attached.urls, place)),
        });
    }
    functions
}

fn sorted(ids: &[String]) -> Vec<String> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids
}

/// Resources that are attached to functions and roles.
pub(crate) struct Attached<'a, 'c> {
    /// By ARN.
    roles: HashMap<String, Part<'a, Role>>,
    /// By what they name a role by.
    own_policies: HashMap<String, Vec<Part<'a, RolePolicy>>>,
    attachments: HashMap<String, Vec<Part<'a, RolePolicyAttachment>>>,
    /// By ARN.
    policies: HashMap<String, Part<'a, Policy>>,
    /// By the place of the function.
    permissions: HashMap<usize, Vec<Part<'a, Permission>>>,
    urls: HashMap<usize, Vec<Part<'a, FunctionUrl>>>,
    /// The changes of a plan, by type and by the role's former name; none for a state.
    changes: Option<HashMap<(&'c str, &'c str), Vec<&'c Change>>>,
}

impl<'a, 'c> Attached<'a, 'c> {
    pub(crate) fn of(
        resources: &Resources<'a>,
        functions: &Functions<'a>,
        changes: Option<&'c [Change]>,
    ) -> Self {
        let index = &resources.index;
        let mut roles = HashMap::new();
        // Of two with an ARN, the first counts.
        for role in index
            .parts::<Role>()
            .into_iter()
            .filter(|role| !role.arn.is_empty())
        {
            roles.entry(role.arn.clone()).or_insert(role);
        }
        let mut policies = HashMap::new();
        for policy in index.parts::<Policy>() {
            policies.entry(policy.arn.clone()).or_insert(policy);
        }
        let of_role = |change: &'c Change| {
            (
                change.kind.as_str(),
                change.before["role"].as_str().unwrap_or_default(),
            )
        };
        Self {
            roles,
            own_policies: grouped(index.parts(), |policy: &RolePolicy| vec![policy.role.clone()]),
            attachments: grouped(index.parts(), |one: &RolePolicyAttachment| vec![one.role.clone()]),
            policies,
            permissions: grouped(index.parts(), |permission: &Permission| {
                functions.named(&permission.function_name)
            }),
            urls: grouped(index.parts(), |url: &FunctionUrl| {
                functions.named(&url.function_name)
            }),
            changes: changes.map(|changes| {
                let mut by_role: HashMap<_, Vec<_>> = HashMap::new();
                for change in changes {
                    by_role.entry(of_role(change)).or_default().push(change);
                }
                by_role
            }),
        }
    }

    /// Returns the resources that name a role, in one of its three ways.
    fn of_role<'m, T>(map: &'m HashMap<String, Vec<T>>, role: &'m Role) -> impl Iterator<Item = &'m T> {
        names_of(role).filter_map(|name| map.get(name)).flatten()
    }

    /// Returns the changes of resources of a type that name a role.
    fn changes<'m>(&'m self, kind: &'static str, role: &'m Role) -> impl Iterator<Item = &'c Change> {
        let changes = self.changes.as_ref();
        let of = move |name| changes?.get(&(kind, name));
        names_of(role).filter_map(of).flatten().copied()
    }
}

/// The names of a role, each once.
fn names_of(role: &Role) -> impl Iterator<Item = &str> {
    let Role { name, id, arn, .. } = role;
    let all = [Some(name), Some(id).filter(|id| *id != name), Some(arn)];
    let all = all.into_iter().flatten().map(String::as_str);
    all.filter(|name| !name.is_empty())
}

fn grouped<'a, Key: std::hash::Hash + Eq, Values: Kind + Clone>(
    parts: Vec<Part<'a, Values>>,
    keys: impl Fn(&Values) -> Vec<Key>,
) -> HashMap<Key, Vec<Part<'a, Values>>> {
    let mut groups: HashMap<Key, Vec<Part<Values>>> = HashMap::new();
    for part in parts {
        for key in keys(&part) {
            groups.entry(key).or_default().push(part.clone());
        }
    }
    groups
}

fn of<T>(groups: &HashMap<usize, Vec<T>>, place: usize) -> &[T] {
    groups.get(&place).map_or(&[], Vec::as_slice)
}

/// Returns the source of the code. The folder of the zips depends on the processor that they were built for. `local` has
/// zips of the same code in a folder of its own, which no other environment may use.
fn code(function: &lambda::Function, is_of_local: bool) -> String {
    if let Some(image) = &function.image_uri {
        return image.clone();
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (bucket, key) = (text(&function.s3_bucket), text(&function.s3_key));
    let version = function.s3_object_version.as_ref();
    if !(bucket.is_empty() && key.is_empty() && version.is_none()) {
        let version = version.map(|version| format!("?versionId={version}"));
        return format!("s3://{bucket}/{key}{}", version.unwrap_or_default());
    }
    let architecture = function.architectures.first().map_or("", String::as_str);
    // A root names its files by `${path.root}`, which is `.`.
    let file = text(&function.filename);
    let file = file.strip_prefix("./").unwrap_or(&file);
    let of_local = file
        .strip_prefix(&format!("../../{LOCAL_ARTIFACTS}/"))
        .filter(|_| is_of_local);
    let file = of_local.map_or(file.to_owned(), |zip| format!("../../{ARTIFACTS}/{zip}"));
    let folders = file.split('/').map(|folder| match folder {
        folder if !folder.is_empty() && folder == architecture => "${architecture}",
        other => other,
    });
    folders.collect::<Vec<_>>().join("/")
}

/// The statements and the trust policy of a role.
#[derive(Default)]
pub(crate) struct Rights {
    pub(crate) assumed_by: Vec<String>,
    pub(crate) statements: Vec<Statement>,
    pub(crate) managed_policies: Vec<String>,
}

/// The rights of a role, for which the surface then accounts.
pub(crate) fn rights<'a>(
    resources: &mut Resources<'a>,
    role: &Part<'a, Role>,
    attached: &Attached<'a, '_>,
    names: &Names,
) -> Rights {
    let own_policies: Vec<_> = Attached::of_role(&attached.own_policies, role).collect();
    let attachments: Vec<_> = Attached::of_role(&attached.attachments, role).collect();

    // A role's own view of its policies is read back from AWS, and is older than the policies themselves. In a state
    // the newer ones count. In a plan only present or former policies of the role count.
    let mut documents: Vec<&str> = own_policies.iter().map(|policy| policy.policy.as_str()).collect();
    for inline in &role.inline_policy {
        let document = inline.policy.as_str();
        let is_same = |other: &str| policy::statements(other, names) == policy::statements(document, names);
        let is_old = |change: &Change| {
            let before = &change.before;
            before["name"].as_str() == inline.name.as_deref()
                && before["policy"].as_str().is_some_and(is_same)
        };
        let is_read_back = own_policies
            .iter()
            .any(|own| own.name == inline.name && (attached.changes.is_none() || is_same(&own.policy)))
            || attached.changes(RolePolicy::KIND, role).any(is_old);
        if !is_read_back {
            documents.push(document);
        }
    }
    let mut arns: Vec<&str> = attachments.iter().map(|one| one.policy_arn.as_str()).collect();
    let read_back = role.managed_policy_arns.iter();
    arns.extend(read_back.map(String::as_str).filter(|arn| {
        let mut before = attached.changes(RolePolicyAttachment::KIND, role);
        !before.any(|change| change.before["policy_arn"] == **arn)
    }));
    arns.sort_unstable();
    arns.dedup();

    let mut managed_policies = Vec::new();
    let mut known = Vec::new();
    for arn in arns {
        match attached.policies.get(arn) {
            Some(policy) => {
                documents.push(&policy.policy);
                known.push(policy.resource);
            }
            None => managed_policies.push(names.without(arn)),
        }
    }
    let statements = documents
        .iter()
        .filter_map(|document| policy::statements(document, names));
    let mut statements: Vec<Statement> = statements.flatten().collect();
    sort(&mut statements);
    let own_policies = own_policies.iter().map(|policy| policy.resource);
    let attachments = attachments.iter().map(|attachment| attachment.resource);
    for resource in [role.resource]
        .into_iter()
        .chain(own_policies)
        .chain(attachments)
        .chain(known)
    {
        resources.account(resource);
    }
    Rights {
        assumed_by: policy::trusted(&role.assume_role_policy, names),
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

fn invokers<'a>(
    resources: &mut Resources<'a>,
    permissions: &[Part<'a, Permission>],
    names: &Names,
) -> Vec<Invoker> {
    let mut invokers = Vec::new();
    for permission in permissions {
        resources.account(permission.resource);
        let own = |text: &Option<String>| text.as_ref().map(|text| names.without(text));
        // An open source is missing from a plan, and an absent source is null.
        let is_open = permission.resource.values.get("source_arn").is_none();
        let source = own(&permission.source_arn).or_else(|| is_open.then(|| UNKNOWN.to_owned()));
        let principal = Some(&permission.principal).filter(|principal| !principal.is_empty());
        invokers.push(Invoker {
            principal: principal.map_or_else(|| UNKNOWN.to_owned(), |principal| names.without(principal)),
            action: permission.action.clone(),
            source,
            source_account: own(&permission.source_account),
            principal_org_id: own(&permission.principal_org_id),
            function_url_auth_type: own(&permission.function_url_auth_type),
            qualifier: own(&permission.function().qualifier),
        });
    }
    invokers.sort();
    invokers
}

/// The function's own address. A second one, of an alias, is not accounted for.
fn url_auth<'a>(resources: &mut Resources<'a>, urls: &[Part<'a, FunctionUrl>]) -> Option<String> {
    let url = urls.first()?;
    resources.account(url.resource);
    let kind = url.authorization_type.clone();
    Some(kind.unwrap_or_else(|| UNKNOWN.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_functions_of_local_have_the_zips_of_local() {
        let shown = |environment: &str, filename: &str| {
            let value = json!({
                "filename": filename, "architectures": ["arm64"],
                "tags_all": {"Service": "hello", "Environment": environment},
            });
            let function: lambda::Function = serde_json::from_value(value).unwrap();
            code(&function, Names::default().is_of(LOCAL, &function.tags_all))
        };
        let of_spec = "../../artifacts/${architecture}/open.zip";
        let of_local = "./../../artifacts/local/arm64/open.zip";
        assert_eq!(shown("local", of_local), of_spec);
        assert_eq!(shown("prod", "./../../artifacts/arm64/open.zip"), of_spec);
        assert_ne!(shown("prod", of_local), of_spec);
        assert_ne!(shown("my-local", of_local), of_spec);
    }
}
