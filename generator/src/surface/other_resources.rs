//! Resources that may let more people in or a function do more, even if this is not their purpose.

use serde_json::Value;

use super::policy;
use portcullis_terraform_json::Resource;

/// Types by the beginning of their names, each with the reason why it counts. Resources that a surface accounts for are
/// taken out before.
const FAMILIES: [(&str, &str); 41] = [
    ("aws_api_gateway_", "opens, guards or names routes"),
    ("aws_apigatewayv2_", "is another way to the functions"),
    ("aws_cloudcontrolapi_", "makes resources of any type"),
    ("aws_cloudformation_", "makes resources of any type"),
    ("aws_cloudwatch_event_permission", "lets others send events"),
    ("aws_cloudwatch_event_target", "hands on events"),
    ("aws_cloudwatch_log_", "hands on what functions write"),
    ("aws_cognito_", "decides who gets a token"),
    ("aws_dynamodb_kinesis_", "hands on what tables contain"),
    ("aws_dynamodb_resource_policy", "grants rights to data"),
    ("aws_dynamodb_table_export", "hands on what tables contain"),
    ("aws_iam_", "grants rights"),
    ("aws_identitystore_", "decides who people are in the account"),
    ("aws_kms_grant", "grants the use of a key"),
    ("aws_lakeformation_", "grants rights to data"),
    ("aws_lambda_", "invokes or changes functions"),
    ("aws_pipes_", "hands on events"),
    ("aws_ram_", "shares resources with other accounts"),
    ("aws_rolesanywhere_", "lets certificates take on roles"),
    ("aws_s3_access_point", "is another way to objects"),
    ("aws_s3_account_public_access_block", "opens or closes buckets"),
    ("aws_s3_bucket_acl", "grants rights to objects"),
    ("aws_s3_bucket_cors_configuration", "lets web pages read objects"),
    ("aws_s3_bucket_inventory", "hands on what buckets contain"),
    ("aws_s3_bucket_logging", "hands on who reads objects"),
    ("aws_s3_bucket_ownership_controls", "decides who owns objects"),
    ("aws_s3_bucket_policy", "grants rights to objects"),
    ("aws_s3_bucket_public_access_block", "opens or closes a bucket"),
    ("aws_s3_bucket_notification", "hands on events"),
    (
        "aws_s3_bucket_replication_configuration",
        "hands on what buckets contain",
    ),
    ("aws_s3_bucket_website_configuration", "is another way to objects"),
    ("aws_s3control_", "grants rights to objects"),
    ("aws_scheduler_schedule", "invokes functions at times"),
    (
        "aws_serverlessapplicationrepository_",
        "makes resources of any type",
    ),
    ("aws_sns_topic_policy", "grants rights to messages"),
    ("aws_sns_topic_subscription", "hands on messages"),
    ("aws_sqs_queue_policy", "grants rights to messages"),
    ("aws_sqs_queue_redrive_policy", "hands on messages"),
    ("aws_ssoadmin_", "grants rights in the account"),
    ("aws_verifiedpermissions_", "decides who may do what"),
    ("awscc_", "makes resources of any type"),
];

/// Types of these families that only refuse, describe or tune.
const NARROW: [&str; 11] = [
    "aws_api_gateway_client_certificate",
    "aws_api_gateway_documentation_part",
    "aws_api_gateway_documentation_version",
    "aws_api_gateway_model",
    "aws_api_gateway_request_validator",
    "aws_cloudwatch_log_group",
    "aws_cloudwatch_log_metric_filter",
    "aws_cloudwatch_log_stream",
    "aws_cognito_user_pool_ui_customization",
    "aws_lambda_code_signing_config",
    "aws_lambda_provisioned_concurrency_config",
];

/// Data sources that do something when they are read.
const ACTING: [(&str, &str); 2] = [
    ("aws_lambda_invocation", "invokes a function during the plan"),
    ("external", "runs a program during the plan"),
];

/// Returns the reason why a resource may let more people in or a function do more; none if it can't. This includes
/// resources of any type with a policy of their own: within one account, such a policy grants as much as a role's.
pub fn why(resource: &Resource) -> Option<&'static str> {
    let kind = resource.kind.as_str();
    if resource.mode != "managed" {
        return ACTING.iter().find(|(name, _)| *name == kind).map(|(_, why)| *why);
    }
    if NARROW.contains(&kind) {
        return None;
    }
    let family = FAMILIES.iter().find(|(prefix, _)| kind.starts_with(prefix));
    let holds_policy = || {
        let values = resource.values.as_object().into_iter().flatten();
        let mut texts = values.filter_map(|(_, value)| value.as_str());
        texts
            .any(policy::is_policy)
            .then_some("holds a policy of its own")
    };
    family.map(|(_, why)| *why).or_else(holds_policy)
}

/// Addresses of what counts among all resources of a state or plan and is not accounted for. Of another REST API here
/// only the API itself is named: what is below it is its own.
pub(crate) fn others(
    all: &[Resource],
    own_api: &Resource,
    is_accounted: impl Fn(&Resource) -> bool,
) -> Vec<String> {
    let other_apis: Vec<&Value> = all
        .iter()
        .filter(|resource| resource.mode == "managed" && resource.kind == own_api.kind)
        .filter(|resource| resource.address != own_api.address)
        .map(|resource| &resource.values["id"])
        .collect();
    let is_below = |resource: &Resource| {
        resource
            .values
            .get("rest_api_id")
            .is_some_and(|id| other_apis.contains(&id))
    };
    let found = all
        .iter()
        .filter(|resource| !is_accounted(resource) && !is_below(resource) && why(resource).is_some());
    let mut addresses: Vec<String> = found.map(|resource| resource.address.clone()).collect();
    addresses.sort();
    addresses
}
