//! `modules/lambda_integration`: a method of the API that a function answers.

use crate::hcl::{Block, reference};
use crate::modules::module::{Module, Output, Variable, versions};
use crate::resources::api_gateway_integration;
use crate::resources::api_gateway_method::{self, Authorization};
use crate::routes::Method;

/// Returns the blocks of this module that a deployment snapshots.
pub fn deployed(max_timeout_seconds: Option<u32>) -> Vec<Block> {
    vec![
        api_gateway_method::resource_block(),
        api_gateway_integration::resource_block(max_timeout_seconds),
    ]
}

/// The module.
pub fn module(max_timeout_seconds: Option<u32>) -> Module {
    let variable = Variable::new;
    let method = |name: &str| reference(format!("aws_api_gateway_method.this.{name}"));
    let integration = |name: &str| reference(format!("aws_api_gateway_integration.this.{name}"));
    Module {
        folder: "modules/lambda_integration".into(),
        summary: "A route: its method, who may call it, and the function that handles it.".into(),
        files: vec![
            ("main.tf", deployed(max_timeout_seconds)),
            ("versions.tf", versions()),
        ],
        variables: Vec::from_iter(
            Authorization::variables().into_iter().chain([
                variable("http_method", "string", "Method of the route, `ANY` for all.")
                    .one_of(Method::ALL.map(Method::as_str)),
                variable("resource_id", "string", "ID of the path's resource."),
                variable("rest_api_id", "string", "ID of the REST API."),
                variable("uri", "string", "ARN for API Gateway to invoke the function."),
            ]),
        ),
        outputs: Vec::from_iter(Authorization::outputs().into_iter().chain([
            Output::new("http_method", "Method of the route.", method("http_method")),
            Output::new(
                "integration_type",
                "Type of the integration.",
                integration("type"),
            ),
            Output::new("resource_id", "ID of the path's resource.", method("resource_id")),
            Output::new(
                "uri",
                "ARN for API Gateway to invoke the function.",
                integration("uri"),
            ),
        ])),
    }
}
