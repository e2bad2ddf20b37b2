//! `aws_api_gateway_stage`: the name under which a deployment is reachable.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_stage>

use crate::hcl::{Block, Expression, argument, block, call, commented, lines, object, reference, string};
use crate::resources::Meaning::{Harmless, Secret, Shown};
use crate::resources::ResourceType;
use crate::resources::skipped_check::{
    ACCESS_LOGS, CLIENT_CERTIFICATE, EXECUTION_LOGS, STAGE_CACHE, TRACING_OF_STAGE,
};
use crate::text_rule::TextRule;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_stage",
    in_snapshot: false,
    arguments: &[
        // A log gives no access. The generated test compares both.
        ("access_log_settings.destination_arn", Harmless),
        ("access_log_settings.format", Harmless),
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
    help: "write it as in `v1`",
    check: |name| {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        (1..=128).contains(&name.len()) && name.chars().all(is_of_name)
    },
    pattern: "^[A-Za-z0-9_-]{1,128}$",
};

/// The fields of a line of the access log, and the variables behind them. None contains a token, a key, a query or a body:
/// `$context.path` has ids, and `$context.error.message` may quote a header.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html>
pub const ACCESS_LOG: [(&str, &str); 14] = [
    ("requestId", "$context.requestId"),
    ("extendedRequestId", "$context.extendedRequestId"),
    ("requestTime", "$context.requestTime"),
    ("ip", "$context.identity.sourceIp"),
    ("httpMethod", "$context.httpMethod"),
    ("resourcePath", "$context.resourcePath"),
    ("status", "$context.status"),
    ("errorType", "$context.error.responseType"),
    ("responseLength", "$context.responseLength"),
    ("responseLatency", "$context.responseLatency"),
    ("integrationLatency", "$context.integrationLatency"),
    ("integrationError", "$context.integrationErrorMessage"),
    ("authorizerError", "$context.authorizer.error"),
    ("sub", "$context.authorizer.claims.sub"),
];

/// The format of the access log.
pub fn access_log_format() -> Expression {
    let fields = ACCESS_LOG.map(|(name, variable)| (name, string(variable)));
    call("jsonencode", [object(fields)])
}

/// The access log of a stage.
pub fn access_log_settings(destination: Expression) -> Block {
    block("access_log_settings", [])
        .attribute(argument("destination_arn", destination))
        .attribute(argument("format", access_log_format()))
        .build()
}

/// The stage. It waits for the permissions: what it makes reachable must be allowed to be invoked.
pub fn resource_block(
    name: &str,
    tracing: bool,
    access_log: Option<Block>,
    permissions: impl IntoIterator<Item = Expression>,
) -> Block {
    let skips_tracing = (!tracing).then_some(&TRACING_OF_STAGE);
    let skips_logs = access_log.is_none().then_some(&ACCESS_LOGS);
    let tracing = tracing.then(|| argument("xray_tracing_enabled", true));
    TYPE.block("this")
        .skips([&EXECUTION_LOGS, &CLIENT_CERTIFICATE, &STAGE_CACHE])
        .skips(skips_tracing)
        .skips(skips_logs)
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
        .blocks(access_log)
        .build()
}
