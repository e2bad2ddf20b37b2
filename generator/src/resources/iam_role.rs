//! `aws_iam_role`: what a function may do is decided by its own role.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role>

use crate::hcl::{Block, argument, call, lines, object, reference, string};
use crate::resources::resource;

/// A role that only Lambda can take on, with the function's name.
pub fn resource_block() -> Block {
    let statement = object([
        ("Sid", string("LambdaTakesTheRole")),
        ("Effect", string("Allow")),
        ("Action", string("sts:AssumeRole")),
        ("Principal", object([("Service", string("lambda.amazonaws.com"))])),
    ]);
    let policy = object([
        ("Version", string("2012-10-17")),
        ("Statement", lines([statement])),
    ]);
    resource("aws_iam_role", "this")
        .attribute(argument("name", reference("var.name")))
        .attribute(argument("assume_role_policy", call("jsonencode", [policy])))
        .build()
}
