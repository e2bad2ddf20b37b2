//! `modules/lambda_integration`: a method of the API that a function answers.

use crate::hcl::{Block, Expression};
use crate::modules::{Module, Variable, versions};
use crate::resources::{api_gateway_integration, api_gateway_method};

/// What a deployment snapshots of this module.
pub fn deployed() -> Vec<Block> {
    vec![
        api_gateway_method::resource_block(),
        api_gateway_integration::resource_block(),
    ]
}

/// The module.
pub fn module() -> Module {
    let variable = Variable::new;
    Module {
        folder: "modules/lambda_integration".into(),
        summary: "A method of the API, who may call it, and the function that answers.".into(),
        files: vec![("main.tf", deployed()), ("versions.tf", versions(None))],
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
        outputs: vec![],
    }
}
