//! Settings of a REST API, which hold for all routes.

use serde::Deserialize;
use serde_json::Value;

use crate::index::{block, given, kind, or_empty};

/// An `aws_api_gateway_rest_api`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Id of the resource `/`.
    pub root_resource_id: String,
    /// `arn:aws:execute-api:<region>:<account>:<id>`.
    pub execution_arn: String,
    /// Its resource policy.
    #[serde(deserialize_with = "given")]
    pub policy: Option<String>,
    /// The source of API keys: `HEADER` or `AUTHORIZER`.
    #[serde(deserialize_with = "given")]
    pub api_key_source: Option<String>,
    /// Media types whose bodies are bytes, such as `image/png` or `*/*`.
    #[serde(deserialize_with = "or_empty")]
    pub binary_media_types: Vec<String>,
    /// True if only custom domains lead to the API.
    pub disable_execute_api_endpoint: Option<bool>,
    /// Its endpoints.
    #[serde(deserialize_with = "block")]
    pub endpoint_configuration: Endpoint,
    /// The provider holds the size as a text, and -1 for none.
    minimum_compression_size: Value,
}

kind!(
    Settings,
    "aws_api_gateway_rest_api",
    "id",
    "name",
    "root_resource_id",
    "execution_arn"
);

/// The endpoints of an API.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Endpoint {
    /// `EDGE`, `REGIONAL` or `PRIVATE`.
    #[serde(deserialize_with = "or_empty")]
    pub types: Vec<Option<String>>,
}

impl Settings {
    /// The type of its endpoint. Source:
    /// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_rest_api>
    pub fn endpoint(&self) -> &str {
        let first = self.endpoint_configuration.types.first();
        first.and_then(Option::as_deref).unwrap_or("EDGE")
    }

    /// Returns whether the API compresses bodies.
    pub fn compresses(&self) -> bool {
        let minimum = &self.minimum_compression_size;
        let size = minimum.as_i64().or_else(|| minimum.as_str()?.parse().ok());
        size.is_some_and(|size| size >= 0)
    }
}
