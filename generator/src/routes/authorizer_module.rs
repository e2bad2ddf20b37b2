//! `modules/authorizer`: the gate of the guarded routes.

use crate::hcl::{Block, argument, reference};
use crate::modules::module::{Module, Output, Variable, module_call, versions};
use crate::resources::api_gateway_authorizer;
use crate::user_pool::UserPool;
use crate::user_pool::in_service::arn;

/// What a deployment snapshots of this module.
pub fn deployed(ttl_seconds: u32) -> Vec<Block> {
    vec![api_gateway_authorizer::resource_block(ttl_seconds)]
}

/// The module.
pub fn module(ttl_seconds: u32) -> Module {
    let attribute = |name: &str| reference(&format!("aws_api_gateway_authorizer.this.{name}"));
    Module {
        folder: "modules/authorizer".into(),
        summary: "The authorizer, which admits signed-in users of the user pool.".into(),
        files: vec![("main.tf", deployed(ttl_seconds)), ("versions.tf", versions())],
        variables: vec![
            Variable::new("rest_api_id", "string", "ID of the REST API."),
            Variable::new("user_pool_arn", "string", "ARN of the user pool."),
        ],
        outputs: vec![
            Output::new("id", "ID of the authorizer.", attribute("id")),
            Output::new(
                "identity_source",
                "Header that holds the token.",
                attribute("identity_source"),
            ),
            Output::new(
                "provider_arns",
                "ARNs of the user pools whose users are admitted.",
                attribute("provider_arns"),
            ),
            Output::new(
                "authorizer_result_ttl_in_seconds",
                "Seconds for which API Gateway remembers a verified token.",
                attribute("authorizer_result_ttl_in_seconds"),
            ),
            Output::new("type", "Type of the authorizer.", attribute("type")),
        ],
    }
}

/// The call for it.
pub(crate) fn call(pool: &UserPool) -> Block {
    module_call("authorizer", "authorizer")
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument("user_pool_arn", arn(pool)))
        .build()
}
