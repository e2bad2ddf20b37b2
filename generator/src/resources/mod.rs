//! One file per resource type of the AWS provider, with all that is known about it: its arguments, AWS's limits,
//! the link to its documentation, and what was learned by applying it. [`crate::modules`] only composes these.
//!
//! A rule for every file here: an argument that forces a new resource never changes under one address while the
//! key that AWS knows the resource by stays. The deployment is created before its predecessor is destroyed, and
//! Terraform spreads that to everything the deployment depends on: a replaced method or integration would be
//! created, and then deleted under the same key.

pub mod api_gateway_authorizer;
pub mod api_gateway_deployment;
pub mod api_gateway_gateway_response;
pub mod api_gateway_integration;
pub mod api_gateway_integration_response;
pub mod api_gateway_method;
pub mod api_gateway_method_response;
pub mod api_gateway_resource;
pub mod api_gateway_rest_api;
pub mod api_gateway_stage;
pub mod cloudwatch_log_group;
pub mod cognito_user;
pub mod cognito_user_pool;
pub mod cognito_user_pool_client;
pub mod iam_role;
pub mod iam_role_policy;
pub mod lambda_function;
pub mod lambda_permission;

use hcl_edit::structure::BlockBuilder;

use crate::hcl::block;

/// Begins a resource. Where a module has one of a type, its name is `this`.
pub(crate) fn resource(kind: &str, name: &str) -> BlockBuilder {
    block("resource", [kind, name])
}
