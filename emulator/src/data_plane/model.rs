//! Models of bodies, compiled.
//!
//! Models are JSON schemas of draft 4. AWS's list of what models lack (`oneOf`, `minItems`, `exclusiveMinimum` and
//! others) is about importing OpenAPI. Of a model itself `oneOf` is recorded to work, and AWS refuses keywords that
//! draft 4 does not have when the model is made. So draft 4 holds here as a whole, and keywords of later drafts mean
//! nothing. Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html>.
//!
//! Time and memory grow with the body alone, except for one kind of model. A model that refers to itself more than once
//! in the same `anyOf`, `allOf` or `oneOf` may cost twice as much for each level of the body.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, PatternOptions, Registry, ValidationError, Validator};
use serde_json::Value;

/// Steps back that a `pattern` may cost before it counts as not matched: a body must not hold up a thread.
const BACKTRACK_LIMIT: usize = 100_000;

/// The largest body in bytes for which the error lists the mismatches. A longer one may have a million of them.
const TELLING_LIMIT: usize = 64 << 10;

/// A model, compiled.
#[derive(Debug)]
pub struct Model(Validator);

/// Schemas by the name of their model.
pub type Schemas = BTreeMap<String, Value>;

impl Model {
    /// Compiles a model of an API. Its schema and those of other models that it refers to are in `schemas`; nothing
    /// else is read, and no address is asked. The error says what cannot be.
    pub fn compile(name: &str, schemas: &Schemas, api_id: &str) -> Result<Self, String> {
        let prefix = format!("https://apigateway.amazonaws.com/restapis/{api_id}/models/");
        let mut needed = BTreeSet::new();
        need(name, schemas, &prefix, &mut needed)?;
        let mut registry = Registry::new().draft(Draft::Draft4);
        for name in needed {
            let schema = &schemas[name];
            let problem = |why: &dyn std::fmt::Display| {
                format!("model `{name}` must be a JSON schema of draft 4: {why}")
            };
            jsonschema::draft4::meta::validate(schema).map_err(|error| problem(&error))?;
            registry = registry
                .add(format!("{prefix}{name}"), schema)
                .map_err(|error| problem(&error))?;
        }
        let problem = |why: &dyn std::fmt::Display| format!("can't compile model `{name}`: {why}");
        let registry = registry.prepare().map_err(|error| problem(&error))?;
        let validator = jsonschema::options()
            .with_draft(Draft::Draft4)
            .with_registry(&registry)
            .with_base_uri(format!("{prefix}{name}"))
            .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(BACKTRACK_LIMIT))
            .build(&schemas[name]);
        Ok(Self(validator.map_err(|error| problem(&error))?))
    }

    /// Checks that a body fits. The error lists the mismatches, in the words of AWS's validator if these are known.
    /// They contain names and limits, but no values of the body.
    pub fn validate(&self, body: &[u8]) -> Result<(), String> {
        if body.is_empty() {
            return Err("the body is empty".to_owned());
        }
        // Nesting is limited to 128 by serde_json; what AWS does with deeper bodies is not known.
        let value: Value = serde_json::from_slice(body).map_err(|_| "the body is not JSON".to_owned())?;
        if self.0.is_valid(&value) {
            return Ok(());
        }
        if body.len() > TELLING_LIMIT {
            return Err("the body does not match its model".to_owned());
        }
        Err(sentences(self.0.iter_errors(&value).take(10)))
    }
}

/// Collects a model and those that it refers to, directly or by others.
fn need<'a>(
    name: &str,
    schemas: &'a Schemas,
    prefix: &str,
    into: &mut BTreeSet<&'a str>,
) -> Result<(), String> {
    let Some((name, schema)) = schemas.get_key_value(name) else {
        return Err(format!("model `{name}` is not in the state"));
    };
    if !into.insert(name) {
        return Ok(());
    }
    let mut values = vec![schema];
    while let Some(value) = values.pop() {
        match value {
            Value::Array(items) => values.extend(items),
            Value::Object(fields) => {
                values.extend(fields.values());
                let target = fields.get("$ref").and_then(Value::as_str);
                if let Some(target) = target.and_then(|target| target.strip_prefix(prefix)) {
                    need(
                        target.split('#').next().unwrap_or_default(),
                        schemas,
                        prefix,
                        into,
                    )?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Sentences as AWS's validator writes them: <https://github.com/java-json-tools/json-schema-validator>.
fn sentences<'a>(errors: impl Iterator<Item = ValidationError<'a>>) -> String {
    let mut missing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut sentences = Vec::new();
    for error in errors {
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                let place = error.instance_path().to_string();
                missing.entry(place).or_default().insert(property.to_string());
            }
            ValidationErrorKind::Type { kind } => {
                let allowed: Vec<String> = match kind {
                    TypeKind::Single(kind) => vec![format!("{:?}", kind.to_string())],
                    TypeKind::Multiple(kinds) => kinds
                        .iter()
                        .map(|kind| format!("{:?}", kind.to_string()))
                        .collect(),
                };
                sentences.push(format!(
                    "instance type ({}) does not match any allowed primitive type (allowed: [{}])",
                    type_of(error.instance()),
                    allowed.join(",")
                ));
            }
            _ => {
                // It may name properties of the body: what could end a line of the log does not go there.
                let sentence = error.masked().to_string();
                let printable = sentence.chars().filter(|character| !character.is_control());
                sentences.push(printable.take(200).collect());
            }
        }
    }
    let missing = missing.into_values().map(|names| {
        let names: Vec<String> = names.into_iter().collect();
        format!("object has missing required properties ([{}])", names.join(","))
    });
    missing.chain(sentences).collect::<Vec<_>>().join(", ")
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
