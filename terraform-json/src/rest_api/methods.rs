//! Methods of resources.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::expression::Parameter;
use crate::index::{given, kind, or_empty, sorted};

/// An `aws_api_gateway_method`.
///
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html>
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Method {
    /// Id of the resource whose method it is.
    pub resource_id: String,
    /// Such as `GET` or `ANY`.
    pub http_method: String,
    /// `NONE`, `COGNITO_USER_POOLS`, `CUSTOM` or `AWS_IAM`; empty if it is not known.
    pub authorization: String,
    /// Id of the authorizer.
    #[serde(deserialize_with = "given")]
    pub authorizer_id: Option<String>,
    /// Scopes of which a token needs one, sorted. Without any, the token must be an id token.
    #[serde(deserialize_with = "sorted")]
    pub authorization_scopes: Vec<String>,
    /// True if the method needs an API key.
    #[serde(deserialize_with = "or_empty")]
    pub api_key_required: bool,
    /// Id of the validator of its requests.
    #[serde(deserialize_with = "given")]
    pub request_validator_id: Option<String>,
    /// Its parameters, and whether a validator requires each.
    #[serde(deserialize_with = "or_empty")]
    pub request_parameters: BTreeMap<String, bool>,
    /// Names of models by content type.
    #[serde(deserialize_with = "or_empty")]
    pub request_models: BTreeMap<String, String>,
}

kind!(Method, "aws_api_gateway_method");

impl Method {
    /// The parameters that a validator requires. The error names one that is not understood.
    pub fn required_parameters(&self) -> Result<Vec<Parameter>, String> {
        let required = self.request_parameters.iter().filter(|(_, required)| **required);
        required.map(|(name, _)| Parameter::parse(name)).collect()
    }
}

/// An `aws_api_gateway_method_response`: a status that a method answers with.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MethodResponse {
    /// Id of the resource of its method.
    pub resource_id: String,
    /// The method.
    pub http_method: String,
    /// The status that it declares.
    pub status_code: String,
    /// The headers that an integration response may set, and whether they are required.
    #[serde(deserialize_with = "or_empty")]
    pub response_parameters: BTreeMap<String, bool>,
}

kind!(MethodResponse, "aws_api_gateway_method_response");
