//! Settings of a body for the API as a whole: gateway responses, validators and other extensions.

use serde_json::{Value, json};

use super::{Expansion, entries, text, texts};
use crate::Resource;

impl Expansion<'_> {
    /// Applies the body's settings of its REST API. If the resource has the argument, the argument wins:
    /// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_rest_api>
    pub(super) fn settings(&mut self, rest_api: &mut Resource) {
        let document = self.document;
        let is_set = |values: &Value, key: &str| match &values[key] {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => true,
        };
        for (key, value) in entries(&document.value) {
            let Some(extension) = key.strip_prefix("x-amazon-apigateway-") else {
                continue;
            };
            let place = document.place(&[key]);
            let values = &mut rest_api.values;
            match extension {
                "binary-media-types" if value.is_array() && !is_set(values, "binary_media_types") => {
                    values["binary_media_types"] = value.clone();
                }
                // If there is no argument, the provider stores AWS's default.
                "api-key-source" if values["api_key_source"] != "AUTHORIZER" => {
                    values["api_key_source"] = text(value).unwrap_or_default().to_uppercase().into();
                }
                "minimum-compression-size" if !is_set(values, "minimum_compression_size") => {
                    values["minimum_compression_size"] = text(value).unwrap_or_default().into();
                }
                "policy" if !is_set(values, "policy") => values["policy"] = value.to_string().into(),
                "gateway-responses" => self.gateway_responses(value),
                "binary-media-types" | "api-key-source" | "minimum-compression-size" | "policy" => {}
                // Read elsewhere, or without a bearing on answers.
                "request-validator" | "request-validators" | "documentation" | "importexport-version" => {}
                "cors" => self.note(place, "this is only for HTTP APIs: a REST API ignores it"),
                _ => self.note(place, "this extension is not emulated"),
            }
        }
    }

    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.html>
    fn gateway_responses(&mut self, responses: &Value) {
        for (kind, response) in entries(responses) {
            let place = self
                .document
                .place(&["x-amazon-apigateway-gateway-responses", kind]);
            let maps = (
                texts(&response["responseParameters"]),
                texts(&response["responseTemplates"]),
            );
            let (parameters, templates) = match maps {
                (Ok(parameters), Ok(templates)) => (parameters, templates),
                (Err(why), _) | (_, Err(why)) => {
                    self.note(place, format!("{why}, so it is left out"));
                    continue;
                }
            };
            let values = json!({
                "id": self.id("gateway response", kind),
                "response_type": kind,
                "status_code": text(&response["statusCode"]).unwrap_or_default(),
                "response_parameters": parameters,
                "response_templates": templates,
            });
            self.add(place, "aws_api_gateway_gateway_response", values, None);
        }
    }

    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-request-validators.html>
    pub(super) fn validators(&mut self) {
        let key = "x-amazon-apigateway-request-validators";
        for (name, validator) in entries(&self.document.value[key]) {
            let values = json!({
                "id": self.id("request validator", name),
                "name": name,
                "validate_request_body": validator["validateRequestBody"] == true,
                "validate_request_parameters": validator["validateRequestParameters"] == true,
            });
            let place = self.document.place(&[key, name]);
            self.add(place, "aws_api_gateway_request_validator", values, None);
        }
    }

    /// Returns the id of an operation's validator: its own, or else the document's.
    pub(super) fn validator(&self, operation: &Value) -> Result<Option<String>, String> {
        let key = "x-amazon-apigateway-request-validator";
        let name = operation.get(key).or_else(|| self.document.value.get(key));
        let Some(name) = name.and_then(text).filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        let validators = &self.document.value["x-amazon-apigateway-request-validators"];
        match validators.get(&name) {
            Some(_) => Ok(Some(self.id("request validator", &name))),
            None => Err(format!("its request validator `{name}` is not in the body")),
        }
    }
}
