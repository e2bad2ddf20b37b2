//! Models → validators of bodies.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{State, Texts};
use crate::data_plane::validation::{Model, Schemas};

#[derive(Deserialize)]
struct ModelValues {
    name: String,
    schema: Option<String>,
}

/// The models of an API.
pub(super) struct Models<'a> {
    api: &'a str,
    schemas: Schemas,
}

impl<'a> Models<'a> {
    /// The models of a state, and the two that every API is made with (recorded).
    pub fn read(state: &State<'a>) -> Result<Self> {
        let message = json!({"message": {"type": "string"}});
        let mut schemas = Schemas::from([
            (
                "Empty".to_owned(),
                json!({"title": "Empty Schema", "type": "object"}),
            ),
            (
                "Error".to_owned(),
                json!({"title": "Error Schema", "type": "object", "properties": message}),
            ),
        ]);
        for (_, values) in state.all::<ModelValues>("aws_api_gateway_model")? {
            // What is no JSON becomes what is no schema, and the methods that need it are refused for it.
            let schema = values
                .schema
                .and_then(|schema| serde_json::from_str(&schema).ok());
            schemas.insert(values.name, schema.unwrap_or(Value::Null));
        }
        Ok(Self {
            api: state.api,
            schemas,
        })
    }

    /// The models of a method by content type, compiled, or why they cannot be.
    pub fn of(&self, request_models: &Texts) -> Result<BTreeMap<String, Arc<Model>>, String> {
        let model = |(content_type, name): (&String, &String)| {
            let model = Model::compile(name, &self.schemas, self.api)?;
            Ok((content_type.clone(), Arc::new(model)))
        };
        request_models.iter().map(model).collect()
    }
}
