//! Methods and integrations that do not say what API Gateway needs to know of them.

use serde_json::Value;

use super::Resource;
use super::typed::type_of;

const METHODS: [&str; 8] = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
const INTEGRATIONS: [&str; 5] = ["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"];

/// Why a method or an integration can't be read. An attribute that a plan leaves open is missing, which is not a fault.
///
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html>,
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html>
pub(super) fn fault(resource: &Resource) -> Option<String> {
    let found = match resource.kind.as_str() {
        "aws_api_gateway_method" => method(&resource.values),
        "aws_api_gateway_integration" => integration(&resource.values),
        _ => Ok(()),
    };
    found.err()
}

fn method(values: &Value) -> Result<(), String> {
    string(values, "resource_id")?;
    http_method(values)?;
    let authorizer = values.get("authorizer_id").unwrap_or(&Value::Null);
    match string(values, "authorization")? {
        None | Some("NONE" | "AWS_IAM") => (),
        Some(kind @ ("COGNITO_USER_POOLS" | "CUSTOM")) => match authorizer {
            Value::String(id) if !id.is_empty() => (),
            _ if values.get("authorizer_id").is_none() => (),
            Value::Null | Value::String(_) => {
                return Err(format!("its authorization `{kind}` needs an `authorizer_id`"));
            }
            other => return Err(must_be("authorizer_id", "a string", other)),
        },
        Some(other) => return Err(format!("its `authorization` is `{other}`, which is unknown")),
    }
    match values.get("authorization_scopes") {
        None | Some(Value::Null) => (),
        Some(Value::Array(scopes)) if scopes.iter().all(Value::is_string) => (),
        Some(other) => return Err(must_be("authorization_scopes", "a list of strings", other)),
    }
    match values.get("api_key_required") {
        None | Some(Value::Null | Value::Bool(_)) => Ok(()),
        Some(other) => Err(must_be("api_key_required", "true or false", other)),
    }
}

fn integration(values: &Value) -> Result<(), String> {
    string(values, "resource_id")?;
    http_method(values)?;
    match string(values, "type")? {
        Some(kind) if !INTEGRATIONS.contains(&kind) => {
            Err(format!("its `type` is `{kind}`, which is unknown"))
        }
        _ => Ok(()),
    }
}

fn http_method(values: &Value) -> Result<(), String> {
    match string(values, "http_method")? {
        Some(method) if !METHODS.contains(&method) => Err(format!("API Gateway has no method `{method}`")),
        _ => Ok(()),
    }
}

/// A string that is needed; none if a plan leaves it open.
fn string<'a>(values: &'a Value, key: &str) -> Result<Option<&'a str>, String> {
    match values.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(must_be(key, "a string", other)),
    }
}

fn must_be(key: &str, rule: &str, value: &Value) -> String {
    format!("`{key}` must be {rule}, not {}", type_of(value))
}
