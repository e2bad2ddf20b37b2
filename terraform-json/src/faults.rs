//! Methods, and what is attached to them, that do not say what API Gateway needs to know of them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Resource;
use super::typed::read;
use portcullis_foreign_text::words::code;

const METHODS: [&str; 8] = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
const INTEGRATIONS: [&str; 5] = ["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"];

/// An attribute that a plan leaves open is missing, which is not a fault: so what has to be there has a default.
///
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html>
#[derive(Deserialize)]
#[expect(dead_code, reason = "its types are what counts")]
struct Method {
    #[serde(default)]
    resource_id: String,
    #[serde(default)]
    http_method: String,
    #[serde(default)]
    authorization: String,
    authorizer_id: Option<String>,
    authorization_scopes: Option<Vec<String>>,
    api_key_required: Option<bool>,
    request_validator_id: Option<String>,
    request_parameters: Option<BTreeMap<String, bool>>,
    request_models: Option<BTreeMap<String, String>>,
}

/// <https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html>
#[derive(Deserialize)]
#[expect(dead_code, reason = "its types are what counts")]
struct Integration {
    #[serde(default)]
    resource_id: String,
    #[serde(default)]
    http_method: String,
    #[serde(default, rename = "type")]
    kind: String,
    uri: Option<String>,
    integration_http_method: Option<String>,
    credentials: Option<String>,
    content_handling: Option<String>,
    timeout_milliseconds: Option<u64>,
    request_templates: Option<BTreeMap<String, String>>,
    passthrough_behavior: Option<String>,
}

/// Of a method or of its integration.
#[derive(Deserialize)]
#[expect(dead_code, reason = "its types are what counts")]
struct Response<Parameter> {
    #[serde(default)]
    resource_id: String,
    #[serde(default)]
    http_method: String,
    #[serde(default)]
    status_code: String,
    selection_pattern: Option<String>,
    response_parameters: Option<BTreeMap<String, Parameter>>,
    response_templates: Option<BTreeMap<String, String>>,
}

/// Makes a fault of a resource its obstacle, and leaves of it only where it stands.
pub(super) fn find(resource: &mut Resource) {
    let values = &resource.values;
    let (found, decides) = match resource.kind.as_str() {
        "aws_api_gateway_method" => (method(values), "authorization"),
        "aws_api_gateway_integration" => (integration(values), "type"),
        "aws_api_gateway_integration_response" => (response::<String>(values), "status_code"),
        "aws_api_gateway_method_response" => (response::<bool>(values), "status_code"),
        _ => return,
    };
    let Err(why) = found else { return };
    let mut left = json!({});
    for key in ["id", "rest_api_id", "resource_id", "http_method"] {
        left[key] = values[key].clone();
    }
    left[decides] = "".into();
    resource.values = left;
    resource.obstacle = Some(why);
}

fn method(values: &Value) -> Result<(), String> {
    let method: Method = read(values).map_err(|mistake| mistake.to_string())?;
    http_method(&method.http_method)?;
    match method.authorization.as_str() {
        "" | "NONE" | "AWS_IAM" => Ok(()),
        kind @ ("COGNITO_USER_POOLS" | "CUSTOM") => {
            let names_nobody = method.authorizer_id.is_none_or(|id| id.is_empty());
            match values.get("authorizer_id") {
                Some(_) if names_nobody => {
                    Err(format!("its authorization `{kind}` needs an `authorizer_id`"))
                }
                _ => Ok(()),
            }
        }
        other => Err(format!(
            "its `authorization` is {}, which is unknown",
            code(other)
        )),
    }
}

fn integration(values: &Value) -> Result<(), String> {
    let integration: Integration = read(values).map_err(|mistake| mistake.to_string())?;
    http_method(&integration.http_method)?;
    match (integration.kind.as_str(), values.get("type")) {
        (_, None) => Ok(()),
        (kind, _) if INTEGRATIONS.contains(&kind) => Ok(()),
        (kind, _) => Err(format!("its `type` is {}, which is unknown", code(kind))),
    }
}

fn response<'de, Parameter: Deserialize<'de>>(values: &'de Value) -> Result<(), String> {
    let response: Response<Parameter> = read(values).map_err(|mistake| mistake.to_string())?;
    http_method(&response.http_method)
}

fn http_method(method: &str) -> Result<(), String> {
    if method.is_empty() || METHODS.contains(&method) {
        Ok(())
    } else {
        Err(format!("API Gateway has no method {}", code(method)))
    }
}
