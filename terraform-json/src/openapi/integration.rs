//! `x-amazon-apigateway-integration` → an integration with its responses.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html>

use serde_json::{Value, json};

use super::{Expansion, entries, text, texts};
use crate::rest_api::DEFAULT_TIMEOUT_MILLISECONDS;

/// The keys of an integration of a REST API. Other keys are for HTTP APIs, or newer than this list.
const KNOWN: [&str; 17] = [
    "type",
    "httpMethod",
    "uri",
    "credentials",
    "requestParameters",
    "requestTemplates",
    "passthroughBehavior",
    "timeoutInMillis",
    "contentHandling",
    "connectionType",
    "connectionId",
    "tlsConfig",
    "cacheKeyParameters",
    "cacheNamespace",
    "responses",
    "responseTransferMode",
    // Only an HTTP API tells versions apart, and the console writes it into every body.
    "payloadFormatVersion",
];

impl Expansion<'_> {
    /// Adds the integration of the method `key`, which stands at `operation`.
    pub(super) fn integration(&mut self, operation: &str, key: &Value, integration: &Value) {
        let place = format!("{operation}.x-amazon-apigateway-integration");
        let upper = |name: &str, default: &str| {
            let word = text(&integration[name]).unwrap_or_else(|| default.to_owned());
            word.to_uppercase()
        };
        let field = |name: &str| text(&integration[name]).unwrap_or_default();
        let mut values = key.clone();
        values["id"] = self.id("integration", &key.to_string()).into();
        values["type"] = upper("type", "").into();
        values["integration_http_method"] = field("httpMethod").into();
        values["uri"] = field("uri").into();
        values["credentials"] = field("credentials").into();
        values["passthrough_behavior"] = upper("passthroughBehavior", "WHEN_NO_MATCH").into();
        values["content_handling"] = upper("contentHandling", "").into();
        values["connection_type"] = upper("connectionType", "INTERNET").into();
        values["connection_id"] = field("connectionId").into();
        values["timeout_milliseconds"] = integration["timeoutInMillis"]
            .as_u64()
            .unwrap_or(DEFAULT_TIMEOUT_MILLISECONDS)
            .into();
        let mut obstacle = obstacle(integration);
        for (name, attribute) in [
            ("requestTemplates", "request_templates"),
            ("requestParameters", "request_parameters"),
        ] {
            match texts(&integration[name]) {
                Ok(map) => values[attribute] = map,
                Err(why) => obstacle = Some(format!("of `{name}`, {why}")),
            }
        }
        for (pattern, response) in entries(&integration["responses"]) {
            if let Err(why) = self.integration_response(&place, key, pattern, response) {
                obstacle = Some(format!("of its response `{pattern}`, {why}"));
            }
        }
        self.add(place, "aws_api_gateway_integration", values, obstacle);
    }

    fn integration_response(
        &mut self,
        integration: &str,
        key: &Value,
        pattern: &str,
        response: &Value,
    ) -> Result<(), String> {
        let mut values = key.clone();
        values["id"] = self
            .id("integration response", &format!("{key} {pattern}"))
            .into();
        values["status_code"] = text(&response["statusCode"])
            .ok_or("`statusCode` is missing")?
            .into();
        values["selection_pattern"] = if pattern == "default" { "" } else { pattern }.into();
        values["response_parameters"] = texts(&response["responseParameters"])?;
        values["response_templates"] = texts(&response["responseTemplates"])?;
        values["content_handling"] = text(&response["contentHandling"]).map_or(json!(""), Value::from);
        let place = format!("{integration}.responses[\"{pattern}\"]");
        self.add(place, "aws_api_gateway_integration_response", values, None);
        Ok(())
    }
}

/// Returns the reason why an integration as a whole is not understood.
fn obstacle(integration: &Value) -> Option<String> {
    if !integration.is_object() {
        return Some("it must be an integration".to_owned());
    }
    if integration.get("$ref").is_some() {
        return Some("integrations by `$ref` are only for HTTP APIs".to_owned());
    }
    if text(&integration["responseTransferMode"]).is_some_and(|mode| !mode.eq_ignore_ascii_case("buffered")) {
        return Some("streaming of answers is not emulated".to_owned());
    }
    let mut keys = entries(integration).map(|(key, _)| key);
    let unknown = keys.find(|key| !(KNOWN.contains(&key.as_str()) || key.starts_with("x-")));
    unknown.map(|key| format!("its `{key}` is not emulated"))
}
