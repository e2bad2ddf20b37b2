//! Reads what `terraform show -json` prints of a state or a plan as a flat list of resources, and finds a REST API in it.
//!
//! Format: <https://developer.hashicorp.com/terraform/internals/json-format> (`format_version` 1.x).
//!
//! A REST API is written in two layouts: of `aws_api_gateway_resource`, `_method` and `_integration`, or as an OpenAPI
//! `body`. [`rest_api()`] turns the second into the first, so other code reads one layout. Other code names a body only if
//! it is still unknown.

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub mod aws;
pub mod cognito;
mod document;
pub mod dynamodb;
mod error;
pub mod events;
pub mod expression;
pub mod iam;
pub mod index;
pub mod lambda;
mod openapi;
pub mod plan;
pub mod policy;
mod resource_paths;
pub mod rest_api;
pub mod router;
pub mod s3;
pub mod sns;
pub mod sqs;
pub mod template;
mod typed;

pub use document::{output, resources};
pub use error::StateError;
pub use resource_paths::paths;
pub use rest_api::{RestApi, Stage, rest_api, stages};

/// A managed resource or data source of a state or plan, wherever in the module tree it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Absolute address, such as `module.service.aws_api_gateway_stage.this`. Of what an OpenAPI body says, the place
    /// in it: `aws_api_gateway_rest_api.this.body.paths["/open"].get`.
    pub address: String,
    /// `managed` or `data`.
    pub mode: String,
    /// Type, such as `aws_api_gateway_stage`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its attributes as the provider stored them; `Null` if the state has none.
    #[serde(default)]
    pub values: Value,
    /// The reason why `values` doesn't tell what is applied. Something in them or in an OpenAPI body is unknown or
    /// occurs twice, or it stands beside a body that may have overwritten it. A state itself has no obstacles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<String>,
}
