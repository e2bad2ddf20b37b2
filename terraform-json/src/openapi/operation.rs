//! An operation → a method, its responses and its integration.

use serde_json::{Map, Value, json};

use super::security::Schemes;
use super::{Expansion, entries, text};

impl Expansion<'_> {
    /// Adds the method of an operation at `place`; `shared` are the parameters of its path, and `doubt` says why it is not
    /// certain which operation stands there.
    #[expect(clippy::too_many_arguments, reason = "what an operation is made of")]
    pub(super) fn operation(
        &mut self,
        place: &str,
        resource_id: &str,
        method: &str,
        operation: &Value,
        shared: &Value,
        schemes: &Schemes,
        doubt: Option<String>,
    ) {
        let key = json!({"resource_id": resource_id, "http_method": method});
        let mut values = key.clone();
        values["id"] = self.id("method", &format!("{method} {resource_id}")).into();
        // If the authorization is unknown, it is missing, and the obstacle names the reason.
        values["authorization"] = "".into();
        let obstacle = doubt.or_else(|| self.method(&mut values, place, operation, shared, schemes).err());
        self.add(place.to_owned(), "aws_api_gateway_method", values, obstacle);
        self.method_responses(place, &key, operation);
        let integration = &operation["x-amazon-apigateway-integration"];
        if !integration.is_null() {
            self.integration(place, &key, integration);
        }
    }

    /// Fills in what a method says of its requests; an error is what is not understood of it.
    fn method(
        &mut self,
        values: &mut Value,
        place: &str,
        operation: &Value,
        shared: &Value,
        schemes: &Schemes,
    ) -> Result<(), String> {
        if !operation.is_object() {
            return Err("this must be an operation".to_owned());
        }
        let required = self.authorization(operation, schemes)?;
        values["authorization"] = required.authorization.into();
        values["authorizer_id"] = required.authorizer_id.into();
        values["authorization_scopes"] = required.scopes.into();
        values["api_key_required"] = required.api_key_required.into();
        values["operation_name"] = operation["operationId"].clone();
        values["request_validator_id"] = self.validator(operation)?.into();
        let mut parameters = Map::new();
        let mut models = Map::new();
        for parameter in [shared, &operation["parameters"]]
            .into_iter()
            .filter_map(Value::as_array)
            .flatten()
        {
            self.parameter(place, parameter, operation, &mut parameters, &mut models)?;
        }
        let body = self.document.resolve(&operation["requestBody"])?;
        for (media_type, content) in entries(&body["content"]) {
            if let Some(schema) = content.get("schema") {
                let name =
                    self.model_of(&format!("{place}.requestBody.content[\"{media_type}\"]"), schema)?;
                models.insert(media_type.clone(), name.into());
            }
        }
        values["request_parameters"] = parameters.into();
        values["request_models"] = models.into();
        let known = ["integration", "auth", "request-validator"];
        let unknown = entries(operation).find(|(key, _)| {
            key.strip_prefix("x-amazon-apigateway-")
                .is_some_and(|name| !known.contains(&name))
        });
        match unknown {
            Some((key, _)) => Err(format!("`{key}` is not emulated")),
            None => Ok(()),
        }
    }

    /// Takes a parameter into those of the method, or its schema into the models.
    fn parameter(
        &mut self,
        place: &str,
        parameter: &Value,
        operation: &Value,
        parameters: &mut Map<String, Value>,
        models: &mut Map<String, Value>,
    ) -> Result<(), String> {
        let parameter = self.document.resolve(parameter)?;
        let name = text(&parameter["name"]).unwrap_or_default();
        let required = parameter["required"] == true;
        let location = match text(&parameter["in"]).unwrap_or_default().as_str() {
            "query" => "querystring",
            "header" => "header",
            "path" => "path",
            // Swagger 2.0 has the body among the parameters.
            "body" => {
                let consumes = operation.get("consumes").or(self.document.value.get("consumes"));
                let mut media_types: Vec<String> = consumes
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(text)
                    .collect();
                if media_types.is_empty() {
                    media_types.push("application/json".to_owned());
                }
                let model =
                    self.model_of(&format!("{place}.parameters[\"{name}\"]"), &parameter["schema"])?;
                models.extend(
                    media_types
                        .into_iter()
                        .map(|media_type| (media_type, Value::from(model.as_str()))),
                );
                return Ok(());
            }
            // API Gateway has no parameters of cookies and forms.
            "cookie" | "formData" => return Ok(()),
            other => {
                return Err(format!(
                    "the place `{other}` of its parameter `{name}` is not emulated"
                ));
            }
        };
        parameters.insert(format!("method.request.{location}.{name}"), required.into());
        Ok(())
    }

    /// The statuses that a method answers with, and the headers that an integration may set.
    fn method_responses(&mut self, place: &str, key: &Value, operation: &Value) {
        for (status, response) in entries(&operation["responses"]) {
            let place = format!("{place}.responses[\"{status}\"]");
            // `default` and `2XX` are not statuses.
            if status.parse::<u16>().is_err() {
                continue;
            }
            let response = match self.document.resolve(response) {
                Ok(response) => response,
                Err(why) => {
                    self.note(place, format!("{why}, so it declares no headers"));
                    continue;
                }
            };
            let headers = entries(&response["headers"])
                .map(|(name, _)| (format!("method.response.header.{name}"), Value::Bool(false)));
            let mut values = key.clone();
            values["id"] = self
                .id("method response", &format!("{} {status}", values["resource_id"]))
                .into();
            values["status_code"] = status.as_str().into();
            values["response_parameters"] = Value::Object(headers.collect());
            self.add(place, "aws_api_gateway_method_response", values, None);
        }
    }
}
