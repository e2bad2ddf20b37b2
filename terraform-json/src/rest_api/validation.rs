//! Request validators and the models of bodies.

use serde::Deserialize;

use crate::index::{given, kind, or_empty};

/// An `aws_api_gateway_request_validator`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Validator {
    /// Its id.
    pub id: String,
    /// True if required parameters must be present.
    #[serde(deserialize_with = "or_empty")]
    pub validate_request_parameters: bool,
    /// True if bodies must fit their models.
    #[serde(deserialize_with = "or_empty")]
    pub validate_request_body: bool,
}

kind!(Validator, "aws_api_gateway_request_validator", "id");

/// An `aws_api_gateway_model`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Its JSON schema.
    #[serde(deserialize_with = "given")]
    pub schema: Option<String>,
}

kind!(Model, "aws_api_gateway_model", "name");
