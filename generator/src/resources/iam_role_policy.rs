//! `aws_iam_role_policy`: what a role allows.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role_policy>

use crate::hcl::{Block, Expression, argument, call, expression, lines, object, reference, string};
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_iam_role_policy",
    in_snapshot: false,
    arguments: &[
        ("name", Harmless),
        ("name_prefix", Harmless),
        ("policy", Shown),
        ("role", Shown),
    ],
};

/// The characters of all inline policies of a role, without white space:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub const INLINE_CHARACTERS: usize = 10_240;

/// A statement that allows something.
pub struct Statement<'a> {
    /// Names it in its policy.
    pub sid: &'a str,
    /// Actions, sorted.
    pub actions: &'a [&'a str],
    /// The ARN that they are allowed on.
    pub resource: Expression,
    /// True for a `Deny` to the code of a function that has the role.
    pub denies_own_code: bool,
}

/// A policy of the module's role, named `name` in AWS.
pub fn resource_block(label: &str, name: &str, policy: Expression) -> Block {
    resource_block_of(label, name, reference("aws_iam_role.this.id"), policy)
}

/// A policy of a role.
pub fn resource_block_of(label: &str, name: &str, role: Expression, policy: Expression) -> Block {
    TYPE.block(label)
        .attribute(argument("name", string(name)))
        .attribute(argument("role", role))
        .attribute(argument("policy", policy))
        .build()
}

/// A policy of these statements.
pub fn policy<'a>(statements: impl IntoIterator<Item = Statement<'a>>) -> Expression {
    document_of(list(statements))
}

/// A policy of a list of statements.
pub fn document_of(statements: Expression) -> Expression {
    let policy = object([("Version", string("2012-10-17")), ("Statement", statements)]);
    call("jsonencode", [policy])
}

/// Returns these statements if a condition holds, else none. Statements of several shapes have different types, and `?`
/// can only choose between values of one type.
pub fn list_if<'a>(statements: impl IntoIterator<Item = Statement<'a>>, condition: &str) -> Expression {
    expression(&format!(
        "[for statement in {} : statement if {condition}]",
        list(statements)
    ))
}

/// These statements.
pub fn list<'a>(statements: impl IntoIterator<Item = Statement<'a>>) -> Expression {
    lines(statements.into_iter().map(|statement| {
        let Statement {
            sid,
            actions,
            resource,
            denies_own_code,
        } = statement;
        let own_code = || object([("lambda:SourceFunctionArn", string("false"))]);
        let condition = denies_own_code.then(|| ("Condition", object([("Null", own_code())])));
        let effect = if denies_own_code { "Deny" } else { "Allow" };
        let entries = [
            ("Sid", string(sid)),
            ("Effect", string(effect)),
            ("Action", lines(actions.iter().map(|action| string(*action)))),
            ("Resource", resource),
        ];
        object(entries.into_iter().chain(condition))
    }))
}

/// A statement that allows actions on resources, each on a line of its own.
pub fn allow(
    actions: impl IntoIterator<Item = Expression>,
    resources: impl IntoIterator<Item = Expression>,
) -> Expression {
    object([
        ("Effect", string("Allow")),
        ("Action", lines(actions)),
        ("Resource", lines(resources)),
    ])
}

/// A policy document.
pub fn document(statements: impl IntoIterator<Item = Expression>) -> Expression {
    document_of(lines(statements))
}
