//! `modules/authorizer`: the gate of the guarded routes.

use crate::hcl::{Block, reference};
use crate::modules::{Module, Output, Variable, versions};
use crate::resources::api_gateway_authorizer;
use crate::service::Api;

/// What a deployment snapshots of this module.
pub fn deployed(api: &Api) -> Vec<Block> {
    vec![api_gateway_authorizer::resource_block(api.authorizer_ttl_seconds)]
}

/// The module.
pub fn module(api: &Api) -> Module {
    let attribute = |name: &str| reference(&format!("aws_api_gateway_authorizer.this.{name}"));
    Module {
        folder: "modules/authorizer".into(),
        summary: "The authorizer: lets in who signed in to the user pool.".into(),
        files: vec![("main.tf", deployed(api)), ("versions.tf", versions(None))],
        variables: vec![
            Variable::new("rest_api_id", "string", "Id of the REST API."),
            Variable::new("user_pool_arn", "string", "ARN of the user pool."),
        ],
        outputs: vec![
            Output::new("id", "Id of the authorizer.", attribute("id")),
            Output::new(
                "identity_source",
                "Where the token stands in a request.",
                attribute("identity_source"),
            ),
            Output::new(
                "provider_arns",
                "ARNs of the user pools whose tokens let in.",
                attribute("provider_arns"),
            ),
            Output::new(
                "result_ttl_seconds",
                "Seconds for which a verified token is remembered.",
                attribute("authorizer_result_ttl_in_seconds"),
            ),
            Output::new("type", "How it decides.", attribute("type")),
        ],
    }
}
