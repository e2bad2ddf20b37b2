//! One file per resource type of the AWS provider, with all that is known about it: its arguments and their meaning for
//! access, AWS's limits, whether a deployment snapshots it, the link to its documentation, and what was learned by applying
//! it. These files know AWS alone; the folder of each concern uses them.
//!
//! A rule for every file here: an argument that forces a new resource never changes under one address while the
//! key that AWS knows the resource by stays. The deployment is created before its predecessor is destroyed, and
//! Terraform spreads that to everything the deployment depends on: a replaced method or integration would be
//! created, and then deleted under the same key.

pub mod api_gateway_account;
pub mod api_gateway_api_key;
pub mod api_gateway_authorizer;
pub mod api_gateway_deployment;
pub mod api_gateway_gateway_response;
pub mod api_gateway_integration;
pub mod api_gateway_integration_response;
pub mod api_gateway_method;
pub mod api_gateway_method_response;
pub mod api_gateway_method_settings;
pub mod api_gateway_resource;
pub mod api_gateway_rest_api;
pub mod api_gateway_stage;
pub mod api_gateway_usage_plan;
pub mod api_gateway_usage_plan_key;
pub mod cloudwatch_event_rule;
pub mod cloudwatch_event_target;
pub mod cloudwatch_log_group;
pub mod cognito_user;
pub mod cognito_user_group;
pub mod cognito_user_pool;
pub mod cognito_user_pool_client;
pub mod dynamodb_table;
pub mod iam_actions;
pub mod iam_policy;
pub mod iam_role;
pub mod iam_role_policy;
pub mod iam_role_policy_attachment;
pub mod kms_key;
pub mod lambda_alias;
pub mod lambda_event_source_mapping;
pub mod lambda_function;
pub mod lambda_function_event_invoke_config;
pub mod lambda_function_url;
pub mod lambda_permission;
pub mod lambda_provisioned_concurrency_config;
pub mod partition;
mod resource_type;
pub mod s3_bucket;
pub mod s3_bucket_cors_configuration;
pub mod s3_bucket_lifecycle_configuration;
pub mod s3_bucket_notification;
pub mod s3_bucket_ownership_controls;
pub mod s3_bucket_policy;
pub mod s3_bucket_public_access_block;
pub mod s3_bucket_server_side_encryption_configuration;
pub mod s3_bucket_versioning;
pub mod scheduler_schedule;
pub mod skipped_check;
pub mod sns_topic;
pub mod sns_topic_subscription;
pub mod sqs_queue;
pub mod tls_only;

pub use resource_type::{EVERYWHERE, Meaning, ResourceType};

/// The types that Portcullis makes, or that a surface accounts for.
pub const TYPES: [&ResourceType; 47] = [
    &api_gateway_account::TYPE,
    &api_gateway_api_key::TYPE,
    &api_gateway_authorizer::TYPE,
    &api_gateway_deployment::TYPE,
    &api_gateway_gateway_response::TYPE,
    &api_gateway_integration::TYPE,
    &api_gateway_integration_response::TYPE,
    &api_gateway_method::TYPE,
    &api_gateway_method_response::TYPE,
    &api_gateway_method_settings::TYPE,
    &api_gateway_resource::TYPE,
    &api_gateway_rest_api::TYPE,
    &api_gateway_stage::TYPE,
    &api_gateway_usage_plan::TYPE,
    &api_gateway_usage_plan_key::TYPE,
    &cloudwatch_event_rule::TYPE,
    &cloudwatch_event_target::TYPE,
    &cloudwatch_log_group::TYPE,
    &cognito_user::TYPE,
    &cognito_user_group::TYPE,
    &cognito_user_pool::TYPE,
    &cognito_user_pool_client::TYPE,
    &dynamodb_table::TYPE,
    &iam_policy::TYPE,
    &iam_role::TYPE,
    &iam_role_policy::TYPE,
    &iam_role_policy_attachment::TYPE,
    &lambda_alias::TYPE,
    &lambda_event_source_mapping::TYPE,
    &lambda_function::TYPE,
    &lambda_function_event_invoke_config::TYPE,
    &lambda_function_url::TYPE,
    &lambda_permission::TYPE,
    &lambda_provisioned_concurrency_config::TYPE,
    &s3_bucket::TYPE,
    &s3_bucket_cors_configuration::TYPE,
    &s3_bucket_lifecycle_configuration::TYPE,
    &s3_bucket_notification::TYPE,
    &s3_bucket_ownership_controls::TYPE,
    &s3_bucket_policy::TYPE,
    &s3_bucket_public_access_block::TYPE,
    &s3_bucket_server_side_encryption_configuration::TYPE,
    &s3_bucket_versioning::TYPE,
    &scheduler_schedule::TYPE,
    &sns_topic::TYPE,
    &sns_topic_subscription::TYPE,
    &sqs_queue::TYPE,
];

/// Returns a type by its name.
pub fn of(name: &str) -> Option<&'static ResourceType> {
    TYPES.into_iter().find(|of| of.name == name)
}
