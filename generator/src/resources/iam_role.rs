//! `aws_iam_role`: what a function may do is decided by its own role.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role>

use crate::hcl::{Block, Expression, argument, call, lines, object, reference, string};
use crate::resources::Meaning::{Default, Harmless, Said};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_iam_role",
    in_snapshot: false,
    arguments: &[
        ("assume_role_policy", Said),
        ("create_date", Harmless),
        ("force_detach_policies", Harmless),
        ("inline_policy", Said),
        ("managed_policy_arns", Said),
        ("max_session_duration", Default("3600")),
        ("name", Harmless),
        ("name_prefix", Harmless),
        ("path", Default("\"/\"")),
        ("unique_id", Harmless),
    ],
};

/// The service that may take on a role.
pub const PRINCIPAL: &str = "lambda.amazonaws.com";

/// A role that only Lambda can take on, with the function's name.
pub fn resource_block() -> Block {
    TYPE.block("this")
        .attribute(argument("name", reference("var.name")))
        .attribute(argument("assume_role_policy", assume_role_policy()))
        .build()
}

/// Who may take on the role: Lambda, and nobody else.
pub fn assume_role_policy() -> Expression {
    let statement = object([
        ("Sid", string("LambdaTakesTheRole")),
        ("Effect", string("Allow")),
        ("Action", string("sts:AssumeRole")),
        ("Principal", object([("Service", string(PRINCIPAL))])),
    ]);
    let policy = object([
        ("Version", string("2012-10-17")),
        ("Statement", lines([statement])),
    ]);
    call("jsonencode", [policy])
}
