//! `modules/authorizer`: admits signed-in users to the protected routes.

use crate::authorizer::Authorizer;
use crate::hcl::{Block, reference};
use crate::modules::module::{Module, Output, Variable, versions};
use crate::resources::api_gateway_authorizer;

/// Returns the blocks of this module that a deployment snapshots.
pub fn deployed(authorizer: Authorizer<'_>) -> Vec<Block> {
    let Authorizer {
        ttl_seconds,
        pool: _, // a variable
    } = authorizer;
    vec![api_gateway_authorizer::resource_block(ttl_seconds)]
}

/// The module.
pub fn module(authorizer: Authorizer<'_>) -> Module {
    let attribute = |name: &str| reference(format!("aws_api_gateway_authorizer.this.{name}"));
    Module {
        folder: "modules/authorizer".into(),
        summary: "The authorizer, which admits signed-in users of the user pool.".into(),
        files: vec![("main.tf", deployed(authorizer)), ("versions.tf", versions())],
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
