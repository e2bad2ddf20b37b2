//! `aws_lambda_permission`: who may invoke a function.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_permission>
//!
//! Every argument forces a new resource. A route that another function answers needs the new permission before
//! the stage serves it and the old one until then, so the new is created first; a prefix makes its statement id
//! unique, because a fixed one would collide with the statement that is still there, and the provider retries
//! that for five minutes.

use crate::hcl::{Block, argument, block, literal, reference, string, template, value};
use crate::identifier::Identifier;
use crate::resources::resource;
use crate::service::{Method, RoutePath};

/// Who invokes functions.
pub const PRINCIPAL: &str = "apigateway.amazonaws.com";
/// What they are allowed.
pub const ACTION: &str = "lambda:InvokeFunction";

/// On whose behalf a function is invoked, behind the API's execution ARN: one route of one stage.
pub fn source(stage: &str, method: Method, path: &RoutePath) -> String {
    let method_pattern = if method == Method::Any {
        "*"
    } else {
        method.as_str()
    };
    format!("/{stage}/{method_pattern}/{}", path.arn_pattern())
}

/// Leave for one route of one stage to invoke one function: the narrowest source that AWS can evaluate.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html>
pub fn resource_block(
    route: &Identifier,
    function: &Identifier,
    stage: &str,
    method: Method,
    path: &RoutePath,
) -> Block {
    let source = source(stage, method, path);
    // A statement id holds 100 characters, of which Terraform's own suffix takes 26.
    let prefix: String = format!("{route}").replace('_', "-").chars().take(73).collect();
    resource("aws_lambda_permission", route.as_str())
        .attribute(argument("statement_id_prefix", string(format!("{prefix}-"))))
        .attribute(argument("action", string(ACTION)))
        .attribute(argument(
            "function_name",
            reference(&format!("module.{function}.name")),
        ))
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
