//! `aws_lambda_permission`: who may invoke a function.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_permission>
//!
//! Every argument forces a new resource. A route that another function answers needs the new permission before
//! the stage serves it and the old one until then, so the new is created first; a prefix makes its statement id
//! unique, because a fixed one would collide with the statement that is still there, and the provider retries
//! that for five minutes.

use crate::hcl::{Block, Expression, argument, block, literal, reference, string, template, value};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Said, Secret};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_lambda_permission",
    in_snapshot: false,
    arguments: &[
        ("action", Said),
        ("event_source_token", Secret),
        ("function_name", Said),
        ("function_url_auth_type", Said),
        ("principal", Said),
        ("principal_org_id", Said),
        ("qualifier", Said),
        ("source_account", Said),
        ("source_arn", Said),
        ("statement_id", Harmless),
        ("statement_id_prefix", Harmless),
    ],
};

/// Who invokes functions.
pub const PRINCIPAL: &str = "apigateway.amazonaws.com";
/// What they are allowed.
pub const ACTION: &str = "lambda:InvokeFunction";

/// Bytes of a function's policy, which holds all its permissions. Lambda refuses more: "The final policy size (…) is
/// bigger than the limit (20480)".
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub const POLICY_BYTES: usize = 20_480;

/// What the id of a permission's statement begins with. An id holds 100 characters, of which Terraform's own suffix takes
/// 26.
pub fn statement_id_prefix(name: &Identifier) -> String {
    let name = name.as_str();
    let mut prefix = name[..name.len().min(73)].replace('_', "-");
    prefix.push('-');
    prefix
}

/// Lets API Gateway invoke the function of a module, or an alias of it alone, for calls whose ARN is like `source`, behind
/// the API's own.
pub fn resource_block(
    name: &Identifier,
    function: &Identifier,
    alias: Option<Expression>,
    source: String,
) -> Block {
    TYPE.block(name.as_str())
        .attribute(argument("statement_id_prefix", string(statement_id_prefix(name))))
        .attribute(argument("action", string(ACTION)))
        .attribute(argument(
            "function_name",
            reference(["module.", function.as_str(), ".name"].concat()),
        ))
        .attributes(alias.map(|alias| argument("qualifier", alias)))
        .attribute(argument("principal", string(PRINCIPAL)))
        .attribute(argument(
            "source_arn",
            template([value("module.rest_api.execution_arn"), literal(source)]),
        ))
        .block(
            block("lifecycle", [])
                .attribute(argument("create_before_destroy", true))
                .build(),
        )
        .build()
}
