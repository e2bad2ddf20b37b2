//! Schemas → models.

use serde_json::{Value, json};

use super::{Expansion, entries};

impl Expansion<'_> {
    /// The document's own models.
    pub(super) fn models(&mut self) {
        let section = self.document.schemas();
        for (name, schema) in entries(self.document.at(section)) {
            let place = self.document.place(&[section, &[name.as_str()]].concat());
            self.model(place, name, schema);
        }
    }

    fn model(&mut self, place: String, name: &str, schema: &Value) {
        let values = json!({
            "id": self.id("model", name),
            "name": name,
            "content_type": "application/json",
            "schema": self.with_models(schema).to_string(),
        });
        self.add(place, "aws_api_gateway_model", values, None);
    }

    /// A schema in which references to the document's schemas are those to models, as a model has them:
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html>
    fn with_models(&self, schema: &Value) -> Value {
        match schema {
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| {
                    let model = (key == "$ref").then(|| self.model_name(value)).flatten();
                    let value = match model {
                        Some(name) => format!(
                            "https://apigateway.amazonaws.com/restapis/{}/models/{name}",
                            self.document.api_id
                        )
                        .into(),
                        None => self.with_models(value),
                    };
                    (key.clone(), value)
                })
                .collect(),
            Value::Array(items) => items.iter().map(|item| self.with_models(item)).collect(),
            other => other.clone(),
        }
    }

    /// The name of the model that a reference leads to.
    fn model_name<'a>(&self, reference: &'a Value) -> Option<&'a str> {
        let section = self.document.schemas();
        let prefix = format!("#/{}/", section.join("/"));
        let name = reference.as_str()?.strip_prefix(&prefix)?;
        self.document.at(section).get(name).map(|_| name)
    }

    /// The name of the model for the schema of a body. One that is written in place becomes a model of its own, as at
    /// an import.
    pub(super) fn model_of(&mut self, place: &str, schema: &Value) -> Result<String, String> {
        if let Some(reference) = schema.get("$ref") {
            let name = self.model_name(reference).map(String::from);
            return name.ok_or_else(|| format!("unknown model in `$ref` `{reference}`"));
        }
        let name = format!("MODEL{}", self.id("model in place", place));
        self.model(place.to_owned(), &name, schema);
        Ok(name)
    }
}
