//! An OpenAPI `body` → the resources that API Gateway makes of it, as the AWS provider would have written them.
//!
//! Each has the place in the body for an address, and an id made of its meaning, so that a path keeps its id. A part
//! that is not understood becomes the obstacle of the method, of the integration, or of a resource of the kind
//! `openapi`, which only stands for a place. Nothing is skipped silently.
//!
//! Extensions: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html>.

use std::collections::BTreeMap;

use portcullis_foreign_text::hex;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Resource;
use document::Document;

mod document;
mod integration;
mod models;
mod operation;
mod security;
mod settings;
#[cfg(test)]
mod tests;
mod text;

/// Returns the resources that the body of a REST API creates, and writes its settings into `rest_api`. Returns `None`
/// if the API has no body. An error is about a body that can't be read as a whole.
pub(super) fn expand(rest_api: &mut Resource) -> Result<Option<Vec<Resource>>, String> {
    let Some(document) = Document::of(rest_api)? else {
        return Ok(None);
    };
    let mut expansion = Expansion {
        document: &document,
        resources: Vec::new(),
        resource_ids: BTreeMap::from([("/".to_owned(), document.root_resource_id.clone())]),
    };
    expansion.settings(rest_api);
    expansion.models();
    expansion.validators();
    let schemes = expansion.security_schemes();
    expansion.paths(&schemes);
    expansion.keys_elsewhere();
    Ok(Some(expansion.resources))
}

/// The resources so far.
struct Expansion<'a> {
    document: &'a Document,
    resources: Vec<Resource>,
    /// Ids of resources by path.
    resource_ids: BTreeMap<String, String>,
}

impl Expansion<'_> {
    /// Adds a resource of the REST API. `place` is its place in the body.
    fn add(&mut self, place: String, kind: &str, mut values: Value, obstacle: Option<String>) {
        values["rest_api_id"] = self.document.api_id.clone().into();
        self.resources.push(Resource {
            address: place,
            mode: "managed".to_owned(),
            kind: kind.to_owned(),
            values,
            obstacle,
        });
    }

    /// Says that something is not understood which is of no single method.
    fn note(&mut self, place: String, why: impl Into<String>) {
        self.add(place, "openapi", json!({}), Some(why.into()));
    }

    /// An id of ten letters, as AWS's are, that stands for a name of a kind.
    fn id(&self, kind: &str, name: &str) -> String {
        let digest = Sha256::digest(format!("{}\n{kind}\n{name}", self.document.api_id));
        hex(&digest[..5])
    }

    fn paths(&mut self, schemes: &security::Schemes) {
        for (path, item) in entries(&self.document.value["paths"]) {
            let place = self.document.place(&["paths", path]);
            if path.starts_with("x-") {
                continue;
            }
            if !path.starts_with('/') || !item.is_object() {
                self.note(place, "this must be a path with methods");
                continue;
            }
            let resource_id = self.resource(path, &place);
            if item.get("$ref").is_some() {
                let why = "its `$ref` to methods is not emulated";
                self.add(
                    place,
                    "aws_api_gateway_method",
                    json!({"resource_id": resource_id, "http_method": "ANY", "authorization": ""}),
                    Some(why.to_owned()),
                );
                continue;
            }
            for (key, operation) in entries(item) {
                let place = self.document.place(&["paths", path, key]);
                let method = match (method(key), key.as_str()) {
                    (Some(method), _) => method,
                    (None, "parameters" | "summary" | "description" | "servers") => continue,
                    // A REST API has no method for it.
                    (None, "trace") => {
                        self.note(place, "API Gateway has no method `TRACE`");
                        continue;
                    }
                    (None, other)
                        if other.starts_with("x-") && !other.starts_with("x-amazon-apigateway-") =>
                    {
                        continue;
                    }
                    (None, _) => {
                        self.note(place, "this is not supported");
                        continue;
                    }
                };
                let doubt = self.document.doubt(&["paths", path, key]);
                self.operation(
                    &place,
                    &resource_id,
                    &method,
                    operation,
                    &item["parameters"],
                    schemes,
                    doubt,
                );
            }
        }
    }

    /// Says which keys stand twice outside of methods, schemes and paths, which say so themselves.
    fn keys_elsewhere(&mut self) {
        let document = self.document;
        let schemes = document.security_schemes();
        for key in &document.twice {
            let steps: Vec<&str> = key.iter().map(String::as_str).collect();
            let is_said = match steps[..] {
                ["paths", _] => true,
                ["paths", _, key, ..] => method(key).is_some(),
                _ => steps.iter().zip(schemes).all(|(step, of)| step == of),
            };
            if !is_said {
                self.note(document.place(&steps), "it is a duplicate in the body");
            }
        }
    }

    /// The id of a path's resource, which is made with those above it.
    fn resource(&mut self, path: &str, place: &str) -> String {
        let full = format!("{}{path}", self.document.base_path);
        let mut above = "/".to_owned();
        for part in full.split('/').filter(|part| !part.is_empty()) {
            let own = format!("{}/{part}", above.trim_end_matches('/'));
            if !self.resource_ids.contains_key(&own) {
                let id = self.id("resource", &own);
                let values = json!({
                    "id": id, "parent_id": self.resource_ids[&above], "path_part": part, "path": own,
                });
                self.add(place.to_owned(), "aws_api_gateway_resource", values, None);
                self.resource_ids.insert(own.clone(), id);
            }
            above = own;
        }
        self.resource_ids[&above].clone()
    }
}

/// The method of a key below a path; none if it names no method that API Gateway has.
fn method(key: &str) -> Option<String> {
    match key {
        "get" | "put" | "post" | "delete" | "options" | "head" | "patch" => Some(key.to_uppercase()),
        "x-amazon-apigateway-any-method" => Some("ANY".to_owned()),
        _ => None,
    }
}

/// Returns the entries of an object; none for other values.
fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A text, or a number or truth value that YAML made of one.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A map of texts as the provider stores it; the name of the entry that is none.
fn texts(value: &Value) -> Result<Value, String> {
    let mut map = Map::new();
    for (key, value) in entries(value) {
        let text = text(value).ok_or_else(|| format!("`{key}` must be text"))?;
        map.insert(key.clone(), text.into());
    }
    Ok(Value::Object(map))
}
