//! `modules/lambda_integration`: a method of the API that a function answers.

use crate::hcl::{Block, Expression, reference};
use crate::modules::module::{Module, Output, Variable, versions};
use crate::resources::{api_gateway_integration, api_gateway_method};

/// What a deployment snapshots of this module.
pub fn deployed(max_timeout_seconds: Option<u32>) -> Vec<Block> {
    vec![
        api_gateway_method::resource_block(),
        api_gateway_integration::resource_block(max_timeout_seconds),
    ]
}

/// The module.
pub fn module(max_timeout_seconds: Option<u32>) -> Module {
    let variable = Variable::new;
    let method = |name: &str| reference(&format!("aws_api_gateway_method.this.{name}"));
    let integration = |name: &str| reference(&format!("aws_api_gateway_integration.this.{name}"));
    Module {
        folder: "modules/lambda_integration".into(),
        summary: "A method of the API, who may call it, and the function that answers.".into(),
        files: vec![
            ("main.tf", deployed(max_timeout_seconds)),
            ("versions.tf", versions(None)),
        ],
        variables: vec![
            variable(
                "authorization",
                "string",
                "Who may call: `NONE` for anyone, or `COGNITO_USER_POOLS`.",
            ),
            variable(
                "authorizer_id",
                "string",
                "Id of the authorizer; null where anyone may call.",
            )
            .default(Expression::null()),
            variable("http_method", "string", "Method, such as `GET`, or `ANY`."),
            variable(
                "invoke_arn",
                "string",
                "ARN by which API Gateway invokes the function.",
            ),
            variable("resource_id", "string", "Id of the path's resource."),
            variable("rest_api_id", "string", "Id of the REST API."),
        ],
        outputs: vec![
            Output::new("authorization", "Who may call.", method("authorization")),
            Output::new(
                "authorizer_id",
                "Id of the authorizer; null where anyone may call.",
                method("authorizer_id"),
            ),
            Output::new("http_method", "Method, or `ANY`.", method("http_method")),
            Output::new("integration_type", "What answers.", integration("type")),
            Output::new("resource_id", "Id of the path's resource.", method("resource_id")),
            Output::new("uri", "ARN by which the function is invoked.", integration("uri")),
        ],
    }
}
