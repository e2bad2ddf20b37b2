//! Types of resources that lose nothing if they end.

/// Beginnings of types that contain nothing but what their arguments say, and whose names and ids no one outside of the
/// project uses.
const EMPTY: [&str; 41] = [
    "aws_acm_certificate_validation",
    "aws_api_gateway_account",
    "aws_api_gateway_authorizer",
    "aws_api_gateway_base_path_mapping",
    "aws_api_gateway_client_certificate",
    "aws_api_gateway_deployment",
    "aws_api_gateway_documentation_",
    "aws_api_gateway_gateway_response",
    "aws_api_gateway_integration",
    "aws_api_gateway_method",
    "aws_api_gateway_model",
    "aws_api_gateway_request_validator",
    "aws_api_gateway_resource",
    "aws_api_gateway_rest_api_policy",
    "aws_api_gateway_stage",
    "aws_api_gateway_usage_plan",
    "aws_api_gateway_vpc_link",
    "aws_appautoscaling_",
    "aws_cloudwatch_composite_alarm",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_event_",
    "aws_cloudwatch_log_metric_filter",
    "aws_cloudwatch_log_resource_policy",
    "aws_cloudwatch_log_subscription_filter",
    "aws_cloudwatch_metric_alarm",
    "aws_cognito_",
    "aws_iam_",
    "aws_kms_alias",
    "aws_lambda_",
    "aws_s3_bucket_",
    "aws_scheduler_schedule",
    "aws_security_group",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_sqs_queue_",
    "aws_vpc_security_group_",
    "aws_wafregional_",
    "aws_wafv2_",
    "null_resource",
    "terraform_data",
    "time_",
];

/// Types of files on the machine that runs Terraform.
const LOCAL: [&str; 2] = ["archive_file", "local_"];

/// Beginnings of these types that contain something all the same.
const CONTAINING: [&str; 3] = [
    "aws_cognito_identity_pool",
    "aws_cognito_user_pool",
    "aws_s3_bucket_object",
];

/// Returns whether a resource of a type contains nothing.
pub(super) fn is_empty(kind: &str) -> bool {
    let mut all = EMPTY.iter().chain(&LOCAL);
    all.any(|prefix| kind.starts_with(prefix)) && !CONTAINING.contains(&kind)
}
