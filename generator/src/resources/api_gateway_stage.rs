//! `aws_api_gateway_stage`: the name under which a deployment is reachable.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_stage>

use crate::hcl::{Block, Expression, argument, commented, lines, reference, string};
use crate::resources::Meaning::{Harmless, Secret, Shown};
use crate::resources::ResourceType;
use crate::text_rule::TextRule;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_stage",
    in_snapshot: false,
    arguments: &[
        ("cache_cluster_size", Harmless),
        ("client_certificate_id", Harmless),
        ("deployment_id", Shown),
        ("documentation_version", Harmless),
        ("execution_arn", Harmless),
        ("invoke_url", Harmless),
        ("stage_name", Shown),
        ("variables", Secret),
        // A web ACL only narrows access.
        ("web_acl_arn", Harmless),
        ("xray_tracing_enabled", Harmless),
    ],
};

/// The name of a stage: <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-stages.html>
pub static NAME: TextRule = TextRule {
    must_be: "1 to 128 letters, digits, `-` and `_`",
    help: "",
    check: |name| {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        (1..=128).contains(&name.len()) && name.chars().all(is_of_name)
    },
    pattern: "^[A-Za-z0-9_-]{1,128}$",
};

/// The stage. It waits for the permissions: what it makes reachable must be allowed to be invoked.
pub fn resource_block(name: &str, tracing: bool, permissions: impl IntoIterator<Item = Expression>) -> Block {
    let tracing = tracing.then(|| argument("xray_tracing_enabled", true));
    TYPE.block("this")
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument(
            "deployment_id",
            reference("aws_api_gateway_deployment.this.id"),
        ))
        .attribute(argument("stage_name", string(name)))
        .attributes(tracing)
        .attribute(commented(
            argument("depends_on", lines(permissions)),
            "A route is reachable only after API Gateway may invoke its function.",
        ))
        .build()
}
