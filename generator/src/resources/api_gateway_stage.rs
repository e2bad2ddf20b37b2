//! `aws_api_gateway_stage`: the name under which a deployment is reachable.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_stage>

use crate::hcl::{Block, Expression, argument, commented, lines, reference, string};
use crate::resources::resource;

/// Whether API Gateway takes a name: letters, digits, `-` and `_`, at most 128.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-stages.html>
pub fn check_name(name: &str) -> Result<(), &'static str> {
    let valid = !name.is_empty()
        && name.len() <= 128
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if valid {
        Ok(())
    } else {
        Err("letters, digits, `-` and `_`, at most 128")
    }
}

/// The stage. It waits for the permissions: what it makes reachable must be allowed to be invoked.
pub fn resource_block(name: &str, permissions: impl IntoIterator<Item = Expression>) -> Block {
    resource("aws_api_gateway_stage", "this")
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument(
            "deployment_id",
            reference("aws_api_gateway_deployment.this.id"),
        ))
        .attribute(argument("stage_name", string(name)))
        .attribute(commented(
            argument("depends_on", lines(permissions)),
            "A route is reachable only after its function may be invoked.",
        ))
        .build()
}
