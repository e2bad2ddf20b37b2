//! Models → validators of bodies.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Error, Result};
use portcullis_terraform_json::rest_api::Snapshot;
use serde_json::{Value, json};

use crate::data_plane::model::{Model, Schemas};

/// The models of an API, each compiled once.
pub(super) struct Models<'a> {
    api: &'a str,
    schemas: Schemas,
    compiled: BTreeMap<String, Result<Arc<Model>, String>>,
}

impl<'a> Models<'a> {
    /// The models of a snapshot, and the two that every API is made with (recorded).
    pub fn of_snapshot(snapshot: &'a Snapshot) -> Result<Self> {
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
        for part in &snapshot.models {
            part.check().map_err(Error::msg)?;
            // Invalid JSON becomes an invalid schema, so the methods that need it are refused.
            let schema = part.schema.as_ref();
            let schema = schema.and_then(|schema| serde_json::from_str(schema).ok());
            schemas.insert(part.name.clone(), schema.unwrap_or(Value::Null));
        }
        Ok(Self {
            api: &snapshot.settings.id,
            schemas,
            compiled: BTreeMap::new(),
        })
    }

    /// The models of a method by content type, compiled, or why they cannot be.
    pub fn of(
        &mut self,
        request_models: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, Arc<Model>>, String> {
        let model = |(content_type, name): (&String, &String)| {
            let compile = || Model::compile(name, &self.schemas, self.api).map(Arc::new);
            let model = self.compiled.entry(name.clone()).or_insert_with(compile);
            Ok((content_type.clone(), model.clone()?))
        };
        request_models.iter().map(model).collect()
    }
}
