//! The policies of each function's role, as a state has them.

use std::collections::BTreeMap;

use portcullis_terraform_json::Resource;
use portcullis_terraform_json::iam::{Policy, PolicyAttachment, Role, RolePolicy, RolePolicyAttachment};
use portcullis_terraform_json::index::{Index, Kind, Part};
use portcullis_terraform_json::lambda::Function;
use portcullis_terraform_json::policy::Document;

use super::managed;
use super::verdict::Rights;

/// The rights of each function in a state, by its name.
pub fn of_functions(resources: &[Resource]) -> BTreeMap<String, Rights> {
    let policies = Policies::of(resources);
    let functions = policies.index.parts::<Function>();
    let rights = functions.iter().map(|function| {
        let role = function.role.as_deref().unwrap_or_default();
        (function.function_name.clone(), policies.rights(function, role))
    });
    rights.collect()
}

/// The rights of each role in a state, by its ARN.
pub fn of_roles(resources: &[Resource]) -> BTreeMap<String, Rights> {
    let policies = Policies::of(resources);
    let nobody = Function::default();
    let roles = policies.roles.iter();
    let rights = roles.map(|role| (role.arn.clone(), policies.rights(&nobody, &role.arn)));
    rights.collect()
}

/// Everything in a state that gives roles their policies.
struct Policies<'a> {
    index: Index<'a>,
    roles: Vec<Part<'a, Role>>,
    own: Vec<Part<'a, RolePolicy>>,
    attachments: Vec<Part<'a, RolePolicyAttachment>>,
    shared_attachments: Vec<Part<'a, PolicyAttachment>>,
    /// Documents of managed policies by ARN; data sources among them.
    managed: BTreeMap<String, String>,
}

impl<'a> Policies<'a> {
    fn of(resources: &'a [Resource]) -> Self {
        let index = Index::of(resources);
        let is_policy = |resource: &&Resource| resource.kind == Policy::KIND;
        let managed = resources.iter().filter(is_policy).map(|resource| {
            let Policy { arn, policy } = Part::<Policy>::of(resource).values;
            (arn, policy)
        });
        Self {
            roles: index.parts(),
            own: index.parts(),
            attachments: index.parts(),
            shared_attachments: index.parts(),
            managed: managed.collect(),
            index,
        }
    }

    fn rights(&self, function: &Function, role_arn: &str) -> Rights {
        let mut rights = Rights {
            function_arn: function.arn.clone(),
            role_arn: role_arn.to_owned(),
            tags: BTreeMap::new(),
            policies: Vec::new(),
            boundary: None,
            unknown: Vec::new(),
        };
        let Some(role) = self.roles.iter().find(|role| role.is_named(role_arn)) else {
            let reason = format!("the policies of role `{role_arn}`, which is not in the state");
            rights.unknown.push(reason);
            return rights;
        };
        rights.tags.clone_from(&role.tags_all);
        for (name, document) in self.inline(role) {
            rights.add(&name, document);
        }
        for arn in self.attached(role) {
            match self.document(&arn) {
                Some(document) => rights.add(&arn, document),
                None => rights.unknown.push(not_in_the_state(&arn)),
            }
        }
        if let Some(arn) = &role.permissions_boundary {
            match self.document(arn).map(Document::parse) {
                Some(Ok(document)) => rights.boundary = Some(document),
                Some(Err(error)) => rights.unknown.push(format!("`{arn}`: {error}")),
                None => rights.unknown.push(not_in_the_state(arn)),
            }
        }
        rights
    }

    /// The inline policies of a role, by name. The role's own list was read back before they changed, and counts only
    /// if the state has no such resource:
    /// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role> forbids both.
    fn inline<'r>(&'r self, role: &'r Role) -> Vec<(String, &'r str)> {
        let of_role = self.own.iter().filter(|policy| role.is_named(&policy.role));
        let own: Vec<_> = of_role
            .map(|policy| (policy.name.clone().unwrap_or_default(), policy.policy.as_str()))
            .collect();
        if !own.is_empty() {
            return own;
        }
        let read_back = role
            .inline_policy
            .iter()
            .filter(|policy| !policy.policy.is_empty());
        read_back
            .map(|policy| (policy.name.clone().unwrap_or_default(), policy.policy.as_str()))
            .collect()
    }

    /// The ARNs of the managed policies of a role; the same holds for them.
    fn attached(&self, role: &Role) -> Vec<String> {
        let single = self.attachments.iter().filter(|one| role.is_named(&one.role));
        let shared = self.shared_attachments.iter();
        let shared = shared.filter(|one| one.roles.iter().any(|named| role.is_named(named)));
        let mut arns: Vec<String> = single
            .map(|one| one.policy_arn.clone())
            .chain(shared.map(|one| one.policy_arn.clone()))
            .collect();
        if arns.is_empty() {
            arns.clone_from(&role.managed_policy_arns);
        }
        arns.sort_unstable();
        arns.dedup();
        arns
    }

    fn document(&self, arn: &str) -> Option<&str> {
        let applied = self.managed.get(arn).filter(|document| !document.is_empty());
        applied.map(String::as_str).or_else(|| managed::document(arn))
    }
}

impl Rights {
    fn add(&mut self, name: &str, document: &str) {
        match Document::parse(document) {
            Ok(document) => self.policies.push(document),
            Err(error) => self.unknown.push(format!("policy `{name}`: {error}")),
        }
    }
}

fn not_in_the_state(arn: &str) -> String {
    format!("policy `{arn}`, whose statements are not in the state")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn resource(kind: &str, values: Value) -> Resource {
        let mode = if kind.starts_with("data.") {
            "data"
        } else {
            "managed"
        };
        Resource {
            address: format!("{kind}.this"),
            mode: mode.to_owned(),
            kind: kind.trim_start_matches("data.").to_owned(),
            values,
            obstacle: None,
        }
    }

    fn allow(action: &str) -> String {
        json!({"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}).to_string()
    }

    fn function() -> Resource {
        resource(
            "aws_lambda_function",
            json!({"function_name": "f", "arn": "arn:aws:lambda:us-east-1:1:function:f", "role": "arn:r"}),
        )
    }

    /// The first action of each policy, and what is unknown.
    fn of(resources: &[Resource]) -> (Vec<String>, Vec<String>) {
        let rights = of_functions(resources).remove("f").unwrap();
        let action = |document: &Document| format!("{:?}", document.statements[0].actions);
        (rights.policies.iter().map(action).collect(), rights.unknown)
    }

    #[test]
    fn every_way_to_give_a_role_a_policy_counts() {
        let resources = [
            function(),
            resource(
                "aws_iam_role",
                json!({"arn": "arn:r", "name": "r", "id": "r",
                "inline_policy": [{"name": "old", "policy": allow("a:old")}], "managed_policy_arns": ["arn:old"]}),
            ),
            resource(
                "aws_iam_role_policy",
                json!({"role": "r", "name": "own", "policy": allow("a:own")}),
            ),
            resource(
                "aws_iam_role_policy",
                json!({"role": "other", "policy": allow("a:other")}),
            ),
            resource(
                "aws_iam_role_policy_attachment",
                json!({"role": "r", "policy_arn": "arn:one"}),
            ),
            resource(
                "aws_iam_policy_attachment",
                json!({"roles": ["x", "r"], "policy_arn": "arn:two"}),
            ),
            resource(
                "aws_iam_policy",
                json!({"arn": "arn:one", "policy": allow("a:one")}),
            ),
            resource(
                "data.aws_iam_policy",
                json!({"arn": "arn:two", "policy": allow("a:two")}),
            ),
        ];
        let (actions, unknown) = of(&resources);
        assert_eq!(
            actions,
            [r#"Of(["a:own"])"#, r#"Of(["a:one"])"#, r#"Of(["a:two"])"#]
        );
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn without_resources_the_role_tells_of_its_policies() {
        let resources = [
            function(),
            resource(
                "aws_iam_role",
                json!({"arn": "arn:r", "name": "r",
                "inline_policy": [{"name": "in", "policy": allow("a:in")}, {}],
                "managed_policy_arns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]}),
            ),
        ];
        let (actions, _) = of(&resources);
        assert_eq!(actions.len(), 2, "{actions:?}");
    }

    #[test]
    fn what_the_state_does_not_hold_is_unknown() {
        assert_eq!(
            of(&[function()]).1,
            ["the policies of role `arn:r`, which is not in the state"]
        );
        let resources = [
            function(),
            resource(
                "aws_iam_role",
                json!({"arn": "arn:r", "name": "r", "managed_policy_arns": ["arn:x"],
                "permissions_boundary": "arn:b", "inline_policy": [{"name": "in", "policy": "{}"}]}),
            ),
        ];
        assert_eq!(
            of(&resources).1,
            [
                "policy `in`: `Statement` must be a statement or a list of statements",
                "policy `arn:x`, whose statements are not in the state",
                "policy `arn:b`, whose statements are not in the state",
            ]
        );
    }
}
