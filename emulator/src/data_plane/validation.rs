//! Request validators: required parameters, and bodies that fit a model.
//!
//! Parameters are looked at first, and a body only if none is missing (recorded).
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html>.

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_terraform_json::expression::Parameter;

use super::call::Call;
use super::content;
use super::gateway_error::GatewayError;
use super::model::Model;

/// Refuses a call that lacks a parameter that its route requires, or has it blank.
pub fn parameters(call: &Call, required: &[Parameter]) -> Result<(), GatewayError> {
    if required.is_empty() {
        return Ok(());
    }
    let query = call.query();
    let filled = |value: &str| !value.trim().is_empty();
    let missing = required.iter().filter_map(|parameter| {
        let (name, there) = match parameter {
            // Recorded: the case of a header's name counts here.
            Parameter::Header(name) => {
                let mut headers = call.request.headers.iter();
                (name, headers.any(|(other, value)| other == name && filled(value)))
            }
            Parameter::Query(name) => {
                let mut query = query.iter();
                (name, query.any(|(other, value)| other == name && filled(value)))
            }
            Parameter::Path(name) => (name, call.parameters.contains_key(name)),
        };
        (!there).then_some(name.as_str())
    });
    let missing: Vec<&str> = missing.collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(GatewayError::missing_parameters(&missing))
    }
}

/// Refuses a call if its body does not match the model of its content type. Recorded: without a `Content-Type` that is
/// `application/json`. Documented: a type without a model is not validated, and `$default` is the model of any. From
/// memory: parameters of the type, such as its charset, and its case do not count.
pub fn body(call: &Call, models: &BTreeMap<String, Arc<Model>>) -> Result<(), GatewayError> {
    let media_type = content::type_of_body(&call.request.headers);
    let named = models
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(media_type));
    match named.map(|(_, model)| model).or_else(|| models.get("$default")) {
        Some(model) => model
            .validate(&call.request.body)
            .map_err(|why| GatewayError::invalid_body(&why)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::call::tests::{request, with_call, with_request};
    use serde_json::{Value, json};

    const API: &str = "abc123";

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("https://apigateway.amazonaws.com/restapis/{API}/models/{name}")})
    }

    fn compile(schemas: &[(&str, Value)]) -> Result<Model, String> {
        let all = schemas
            .iter()
            .map(|(name, schema)| ((*name).to_owned(), schema.clone()));
        Model::compile(schemas[0].0, &all.collect(), API)
    }

    fn model(schema: Value) -> Model {
        compile(&[("Model", schema)]).unwrap()
    }

    fn pair() -> Value {
        json!({
            "$schema": "http://json-schema.org/draft-04/schema#", "title": "Pair", "type": "object",
            "properties": {"a": {"type": "number"}, "b": {"type": "number"}}, "required": ["a", "b"],
        })
    }

    #[test]
    fn a_body_fits_or_the_error_lists_the_mismatches() {
        let model = model(pair());
        assert_eq!(model.validate(br#"{"a": 1, "b": 2}"#), Ok(()));
        let why = |body: &str| model.validate(body.as_bytes()).unwrap_err();
        assert_eq!(why("{}"), r#"object has missing required properties (["a","b"])"#);
        assert_eq!(
            why(r#"{"a": "x", "b": 2}"#),
            r#"instance type (string) does not match any allowed primitive type (allowed: ["number"])"#
        );
        assert_eq!(why(""), "the body is empty");
        assert_eq!(why("{"), "the body is not JSON");
    }

    #[test]
    fn models_refer_to_each_other_and_to_themselves() {
        let list = json!({"type": "array", "items": reference("Pair")});
        let list = compile(&[("List", list), ("Pair", pair())]).unwrap();
        assert_eq!(list.validate(br#"[{"a": 1, "b": 2}]"#), Ok(()));
        assert!(list.validate(br#"[{"a": 1}]"#).is_err());
        let or_null = json!({"properties": {"status": {"oneOf": [{"type": "null"}, reference("Pair")]}}});
        let or_null = compile(&[("OrNull", or_null), ("Pair", pair())]).unwrap();
        assert_eq!(or_null.validate(br#"{"status": null}"#), Ok(()));
        assert!(or_null.validate(br#"{"status": {"a": 1}}"#).is_err());
        let tree = json!({"properties": {"children": {"type": "array", "items": reference("Tree")}}});
        let tree = compile(&[("Tree", tree)]).unwrap();
        assert_eq!(tree.validate(br#"{"children": [{"children": []}]}"#), Ok(()));
        assert!(tree.validate(br#"{"children": [{"children": 1}]}"#).is_err());
        let local = json!({"definitions": {"n": {"type": "number"}}, "items": {"$ref": "#/definitions/n"}});
        assert!(model(local).validate(br#"["x"]"#).is_err());
    }

    #[test]
    fn draft_4_holds_and_later_keywords_mean_nothing() {
        let exclusive = model(json!({"minimum": 1, "exclusiveMinimum": true}));
        assert!(exclusive.validate(b"1").is_err());
        assert_eq!(exclusive.validate(b"2"), Ok(()));
        assert_eq!(model(json!({"const": 1})).validate(b"2"), Ok(()));
        assert!(model(json!({"minItems": 2})).validate(b"[1]").is_err());
    }

    #[test]
    fn what_cannot_be_compiled_is_refused_with_the_name_of_the_model() {
        let why = |schemas: &[(&str, Value)]| compile(schemas).unwrap_err();
        let wrong = why(&[("Wrong", json!({"type": 5}))]);
        assert!(
            wrong.starts_with("model `Wrong` must be a JSON schema of draft 4: "),
            "{wrong}"
        );
        let behind = why(&[
            ("List", json!({"items": reference("Wrong")})),
            ("Wrong", json!({"minimum": "x"})),
        ]);
        assert!(
            behind.starts_with("model `Wrong` must be a JSON schema"),
            "{behind}"
        );
        let absent = why(&[("List", json!({"items": reference("Absent")}))]);
        assert_eq!(absent, "model `Absent` is not in the state");
        for address in [
            "https://example.com/schema",
            "file:///etc/hostname",
            "http://127.0.0.1:1/x",
        ] {
            let elsewhere = why(&[("Elsewhere", json!({"items": {"$ref": address}}))]);
            assert!(
                elsewhere.starts_with("can't compile model `Elsewhere`: "),
                "{elsewhere}"
            );
        }
        let pattern = why(&[("Pattern", json!({"pattern": "("}))]);
        assert!(pattern.contains("model `Pattern`"), "{pattern}");
        let sound = compile(&[("Pair", pair()), ("Wrong", json!({"type": 5}))]);
        assert!(sound.is_ok(), "a model is not to blame for another");
    }

    #[test]
    fn a_body_cannot_hold_up_the_validator() {
        let backtracking = model(json!({"pattern": "^(?=a)(a|a)+\\1$"}));
        assert!(
            backtracking
                .validate(format!("\"{}b\"", "a".repeat(5_000)).as_bytes())
                .is_err()
        );
        let deep = compile(&[(
            "Tree",
            json!({"additionalProperties": reference("Tree"), "type": "object"}),
        )])
        .unwrap();
        let nested = |depth: usize| format!("{}{}", "{\"a\":".repeat(depth) + "{}", "}".repeat(depth));
        assert_eq!(deep.validate(nested(100).as_bytes()), Ok(()));
        assert_eq!(
            deep.validate(nested(1_000_000).as_bytes()),
            Err("the body is not JSON".into())
        );
        let unique = model(json!({"uniqueItems": true, "items": {"type": "string"}}));
        let items: Vec<usize> = (0..500_000).collect();
        let why = unique.validate(json!(items).to_string().as_bytes());
        assert_eq!(why, Err("the body does not match its model".into()));
    }

    #[test]
    fn errors_contain_no_values_of_the_body() {
        let model =
            model(json!({"properties": {"secret": {"type": "string", "maxLength": 3, "enum": ["a"]}}}));
        let why = model.validate(br#"{"secret": "hunter2"}"#).unwrap_err();
        assert!(!why.is_empty() && !why.contains("hunter2"), "{why}");
        let closed = self::model(json!({"properties": {"x": {}}, "additionalProperties": false}));
        let why = closed.validate(br#"{"a\nb": 1}"#).unwrap_err();
        assert!(why.contains("'ab'"), "{why}");
    }

    #[test]
    fn the_model_is_chosen_by_the_content_type() {
        let models = |types: &[&str]| -> BTreeMap<String, Arc<Model>> {
            types
                .iter()
                .map(|name| ((*name).to_owned(), Arc::new(model(pair()))))
                .collect()
        };
        let status = |types: &[&str], headers: &[(&str, &str)]| {
            let request = request("POST", "/v1/pets/7", headers, b"{}");
            with_request(&request, |call| {
                body(call, &models(types)).map_or_else(|error| error.status, |()| 200)
            })
        };
        let json = ["application/json"];
        assert_eq!(status(&json, &[]), 400);
        assert_eq!(
            status(&json, &[("content-type", "application/json; charset=utf-8")]),
            400
        );
        assert_eq!(status(&json, &[("Content-Type", "Application/JSON")]), 400);
        assert_eq!(status(&json, &[("Content-Type", "text/plain")]), 200);
        assert_eq!(status(&["$default"], &[("Content-Type", "text/plain")]), 400);
        assert_eq!(status(&[], &[]), 200);
    }

    #[test]
    fn parameters_are_there_and_not_blank() {
        let required = [
            Parameter::Header("x-header-param".into()),
            Parameter::Path("issuer".into()),
            Parameter::Query("qs1".into()),
        ];
        let missing = |target: &str, headers: &[(&str, &str)]| {
            with_call("GET", target, headers, |call| {
                parameters(call, &required).unwrap_err().message.unwrap()
            })
        };
        let all = "Missing required request parameters: [x-header-param, issuer, qs1]";
        assert_eq!(missing("/v1/pets/7", &[]), all);
        assert_eq!(missing("/v1/pets/7?qs1=&qs1=+", &[("x-header-param", " ")]), all);
        let issuer = "Missing required request parameters: [issuer]";
        assert_eq!(missing("/v1/pets/7?qs1=1", &[("x-header-param", "1")]), issuer);
        let header = "Missing required request parameters: [x-header-param, issuer]";
        assert_eq!(missing("/v1/pets/7?qs1=1", &[("X-Header-Param", "1")]), header);
    }
}
