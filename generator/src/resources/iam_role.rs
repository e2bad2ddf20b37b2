//! `aws_iam_role`: what a function may do is decided by its own role.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role>

use crate::hcl::{Block, Expression, argument, call, lines, object, reference, string};
use crate::resources::Meaning::{Default, Harmless, Shown};
use crate::resources::ResourceType;
use crate::text_rule::TextRule;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_iam_role",
    in_snapshot: false,
    arguments: &[
        ("assume_role_policy", Shown),
        ("create_date", Harmless),
        ("force_detach_policies", Harmless),
        ("inline_policy", Shown),
        ("managed_policy_arns", Shown),
        ("max_session_duration", Default("3600")),
        ("name", Harmless),
        ("name_prefix", Harmless),
        ("path", Default("\"/\"")),
        ("permissions_boundary", Shown),
        ("unique_id", Harmless),
    ],
};

/// The service that may take on a role.
pub const PRINCIPAL: &str = "lambda.amazonaws.com";

/// A policy that limits what a role's other policies allow, in the role's account or AWS's own:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>. Names and paths:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>
pub static PERMISSIONS_BOUNDARY: TextRule = TextRule {
    must_be: "the ARN of a managed policy",
    help: "write it as in `arn:aws:iam::123456789012:policy/NAME`",
    check: |arn| {
        let Some((partition, account, policy)) = policy_of(arn) else {
            return false;
        };
        let (path, name) = policy.rsplit_once('/').unwrap_or(("", policy));
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b);
        partition
            .strip_prefix("aws")
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
            && (account == AWS || (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())))
            && (1..=128).contains(&name.len())
            && name.bytes().all(is_name)
            && path.len() <= 510
            && path.bytes().all(|b| b.is_ascii_graphic())
    },
    pattern: r"^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/([!-~]{0,510}/)?[A-Za-z0-9_+=,.@-]{1,128}$",
};

/// A role of Lambda: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>. Names and paths:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>
pub static ROLE: TextRule = TextRule {
    must_be: "the ARN of a role",
    help: "write it as in `arn:aws:iam::123456789012:role/NAME`, with the path before the name if the role has one",
    check: |arn| {
        let Some((partition, account, role)) = role_of(arn) else {
            return false;
        };
        let (path, name) = role.rsplit_once('/').unwrap_or(("", role));
        let is_of_name = |b: u8| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b);
        partition
            .strip_prefix("aws")
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
            && account.len() == 12
            && account.bytes().all(|b| b.is_ascii_digit())
            && (1..=NAME_LENGTH).contains(&name.len())
            && name.bytes().all(is_of_name)
            && path.len() <= 510
            && path.bytes().all(|b| is_of_name(b) || b == b'/')
    },
    pattern: r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/([A-Za-z0-9_+=,.@/-]{0,510}/)?[A-Za-z0-9_+=,.@-]{1,64}$",
};

/// The partition, the account, and the path and name of a role.
pub fn role_of(arn: &str) -> Option<(&str, &str, &str)> {
    let (partition, rest) = arn.strip_prefix("arn:")?.split_once(":iam::")?;
    let (account, role) = rest.split_once(":role/")?;
    Some((partition, account, role))
}

/// Stands for the account in ARNs of AWS's own policies.
const AWS: &str = "aws";

/// The account of a policy, unless it is one of AWS's own.
pub fn account_of_policy(arn: &str) -> Option<&str> {
    let (_, account, _) = policy_of(arn)?;
    (account != AWS).then_some(account)
}

/// The partition, the account and the name of a policy.
fn policy_of(arn: &str) -> Option<(&str, &str, &str)> {
    let (partition, rest) = arn.strip_prefix("arn:")?.split_once(":iam::")?;
    let (account, policy) = rest.split_once(":policy/")?;
    Some((partition, account, policy))
}

/// Characters of a name: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub const NAME_LENGTH: usize = 64;

/// A role that only Lambda can take on, with the function's name.
pub fn resource_block(has_boundary: bool) -> Block {
    resource_block_of("this", reference("var.name"), assume_role_policy(), has_boundary)
}

/// A role of another service, with a trust policy that says for whom that service may take it on.
pub fn resource_block_of(
    label: &str,
    name: Expression,
    assume_role_policy: Expression,
    has_boundary: bool,
) -> Block {
    let boundary = || argument("permissions_boundary", reference("var.permissions_boundary"));
    TYPE.block(label)
        .attribute(argument("name", name))
        .attribute(argument("assume_role_policy", assume_role_policy))
        .attributes(has_boundary.then(boundary))
        .build()
}

/// Returns a trust policy with which only Lambda may assume the role.
pub fn assume_role_policy() -> Expression {
    let sid = ("Sid", string("LambdaTakesTheRole"));
    trust([sid].into_iter().chain(assumed_by(PRINCIPAL)))
}

/// The trust policy that admits only a service.
pub fn assume_role_policy_of(principal: &str) -> Expression {
    trust(assumed_by(principal))
}

/// The trust policy that admits only a service, on behalf of the sources of an account with these ARNs.
pub fn assume_role_policy_for(principal: &str, account: Expression, sources: Expression) -> Expression {
    let condition = object([
        ("ArnLike", object([("aws:SourceArn", sources)])),
        ("StringEquals", object([("aws:SourceAccount", account)])),
    ]);
    trust(
        assumed_by(principal)
            .into_iter()
            .chain([("Condition", condition)]),
    )
}

/// The arguments of a statement that admits a service.
fn assumed_by(principal: &str) -> [(&'static str, Expression); 3] {
    [
        ("Effect", string("Allow")),
        ("Action", string("sts:AssumeRole")),
        ("Principal", object([("Service", string(principal))])),
    ]
}

fn trust(statement: impl IntoIterator<Item = (&'static str, Expression)>) -> Expression {
    let policy = object([
        ("Version", string("2012-10-17")),
        ("Statement", lines([object(statement)])),
    ]);
    call("jsonencode", [policy])
}
