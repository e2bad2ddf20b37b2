//! Tests of reading usage plans, method settings and models.

use super::*;
use crate::data_plane::limits::usage_plan::{Quota, UsagePlan};
use portcullis_terraform_json::rest_api::Period;

const LIMITS: &str = include_str!("../../../../tests/fixtures/limits/state.json");

fn limits_with(address: &str, change: Value) -> Api {
    changed(LIMITS, address, change).unwrap()
}

/// Returns the unsupported parts as `address: reason`.
fn noted(api: &Api) -> Vec<String> {
    let sentence = |unsupported: &Unsupported| format!("{}: {}", unsupported.address, unsupported.reason);
    api.unsupported.iter().map(sentence).collect()
}

fn plan<'a>(api: &'a Api, name: &str) -> &'a UsagePlan {
    let address = format!("aws_api_gateway_usage_plan.{name}");
    api.usage_plans
        .values()
        .find(|plan| plan.address == address)
        .unwrap()
}

fn method(resource_path: &str, method: &str) -> StageMethod {
    StageMethod {
        stage: "v1".into(),
        resource_path: resource_path.into(),
        method: method.into(),
    }
}

#[test]
fn usage_plans_and_method_settings_are_read_whole() {
    let api = read(LIMITS).unwrap();
    assert_eq!(noted(&api), Vec::<String>::new());
    assert_eq!(api.usage_plans.len(), 2, "the third has no stage");
    let throttle = |burst| Throttle { rate: 0.001, burst };
    let partners = plan(&api, "partners");
    assert_eq!(partners.throttle, Some(throttle(3.0)));
    assert_eq!(
        partners.methods,
        BTreeMap::from([(method("/keyed", "POST"), throttle(1.0))])
    );
    let quota = |limit, offset, period| Quota {
        limit,
        offset,
        period,
    };
    assert_eq!(partners.quota, Some(quota(1000, 0, Period::Month)));
    assert_eq!(plan(&api, "trial").throttle, None);
    assert_eq!(plan(&api, "trial").quota, Some(quota(3, 1, Period::Week)));
    let stage = &api.stages["v1"];
    let mut keys: Vec<&str> = stage.api_keys.iter().map(|key| key.value.as_str()).collect();
    keys.sort();
    assert_eq!(
        keys,
        ["key-of-the-partner-0123456789", "key-of-the-trial-0123456789"]
    );
    assert_eq!(stage.throttles[&method("/pets/{id}", "GET")], throttle(2.0));
    assert_eq!(
        stage.throttles[&method("/open", "GET")],
        throttle(6.0),
        "of `*/*`"
    );
    assert_eq!(stage.throttles.len(), 9);
}

#[test]
fn settings_of_a_method_are_in_place_of_those_of_all_methods() {
    let settings = "aws_api_gateway_method_settings.pet";
    let burst = |change: Value| {
        let api = limits_with(settings, change);
        let throttle = api.stages["v1"]
            .throttles
            .get(&method("/pets/{id}", "GET"))
            .copied();
        throttle.map(|throttle| throttle.burst)
    };
    for path in ["pets/{id}/GET", "/pets/{id}/GET", "~1pets~1{id}/GET"] {
        assert_eq!(burst(json!({"method_path": path})), Some(2.0), "{path}");
    }
    let off = json!({"settings": [{"throttling_rate_limit": -1, "throttling_burst_limit": -1}]});
    assert_eq!(burst(off), None);
    let rate_only = json!({"settings": [{"throttling_rate_limit": 5, "throttling_burst_limit": -1}]});
    assert_eq!(burst(rate_only), Some(5_000.0));
    assert_eq!(burst(json!({"stage_name": "v2"})), Some(6.0));
}

#[test]
fn limits_that_name_no_method_and_caching_are_noted() {
    let settings = "aws_api_gateway_method_settings.pet";
    assert_eq!(
        noted(&limits_with(settings, json!({"method_path": "pets/POST"}))),
        [format!(
            "{settings}: its throttling is for `pets/POST`, but the API has no such method"
        )]
    );
    let caching = json!({"settings": [{"caching_enabled": true}]});
    assert_eq!(
        noted(&limits_with(settings, caching)),
        [format!("{settings}: caching is not emulated")]
    );
    let partners = "aws_api_gateway_usage_plan.partners";
    let mut stages = plan_stages();
    stages[0]["throttle"][0]["path"] = "/keyed/PUT".into();
    assert_eq!(
        noted(&limits_with(partners, json!({"api_stages": stages}))),
        [format!(
            "{partners}: its throttle is for `/keyed/PUT`, but the API has no such method"
        )]
    );
}

fn plan_stages() -> Value {
    let mut state: Value = serde_json::from_str(LIMITS).unwrap();
    let module = &mut state["values"]["root_module"];
    find(module, "aws_api_gateway_usage_plan.partners").unwrap()["values"]["api_stages"].clone()
}

#[test]
fn a_key_opens_a_stage_by_one_plan() {
    let member = r#"aws_api_gateway_usage_plan_key.this["trial"]"#;
    let api = read(LIMITS).unwrap();
    let partner = api.stages["v1"]
        .api_keys
        .iter()
        .find(|key| key.value.contains("partner"));
    let api = limits_with(member, json!({"key_id": partner.unwrap().id}));
    assert_eq!(api.stages["v1"].api_keys.len(), 1);
    assert_eq!(
        noted(&api),
        [format!(
            "{member}: duplicate key: it is already in another usage plan with stage `v1`"
        )]
    );
}

#[test]
fn a_model_that_cannot_be_compiled_is_named() {
    let why = |change: Value| {
        let api = limits_with("aws_api_gateway_model.order", change);
        assert_eq!(api.unsupported.len(), 3, "three methods need it");
        why_refused(v1(&api).router.find("/orders", "POST").unwrap().0).unwrap()
    };
    let method = r#"`aws_api_gateway_method.this["POST orders"]`"#;
    assert_eq!(
        why(json!({"name": "Another"})),
        format!("{method}: its model `Order` is not in the state")
    );
    let start = format!("{method}: its model `Order` must be a JSON schema of draft 4: ");
    for schema in [r#"{"minimum": "1"}"#, "{", ""] {
        let why = why(json!({"schema": schema}));
        assert!(why.starts_with(&start), "{why}");
    }
    let api = read(LIMITS).unwrap();
    let models = |path, method| {
        let (route, _) = v1(&api).router.find(path, method).unwrap();
        route.models.as_ref().unwrap().len()
    };
    assert_eq!((models("/orders", "POST"), models("/search", "GET")), (1, 0));
}

#[test]
fn every_api_has_the_models_empty_and_error() {
    for name in ["Empty", "Error"] {
        let models = json!({"request_models": {"application/json": name}});
        let api = limits_with(r#"aws_api_gateway_method.this["POST orders"]"#, models);
        assert_eq!(noted(&api), Vec::<String>::new(), "{name}");
    }
}
