//! Tests of reading a state: the fixture is a real one, and changes to it are what other states look like.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;

/// The API of a state, every deployment of which holds what the state does.
pub fn read(text: &str) -> Result<Api> {
    let resources = portcullis_terraform_json::resources(text)?;
    let applied = portcullis_terraform_json::rest_api(resources, None)?;
    super::read(&applied, |_| Ok(applied.resources.clone()))
}

/// Returns the deployment of stage `v1`.
fn v1(api: &Api) -> &Deployed {
    &api.stages["v1"].deployed
}
use crate::data_plane::api::{Authorization, Authorizer, Code, Integration, NotEmulated, Route, Unsupported};
use crate::data_plane::authorizer;
use portcullis_terraform_json::expression::{Expression, Parameter};

mod custom_domains;
mod expressions;
mod limits;

const SHOP: &str = include_str!("../../../tests/fixtures/shop/state.json");

fn find<'a>(module: &'a mut Value, address: &str) -> Option<&'a mut Value> {
    let (resources, children) = {
        let module = module.as_object_mut()?;
        let mut resources = None;
        let mut children = None;
        for (key, value) in module.iter_mut() {
            match key.as_str() {
                "resources" => resources = value.as_array_mut(),
                "child_modules" => children = value.as_array_mut(),
                _ => {}
            }
        }
        (resources, children)
    };
    let here = resources
        .into_iter()
        .flatten()
        .find(|resource| resource["address"] == address);
    here.or_else(|| {
        children
            .into_iter()
            .flatten()
            .find_map(|child| find(child, address))
    })
}

/// The fixture `shop` with attributes of one resource replaced.
fn with(address: &str, change: Value) -> Result<Api> {
    changed(SHOP, address, change)
}

/// A fixture with attributes of one resource replaced.
fn changed(fixture: &str, address: &str, change: Value) -> Result<Api> {
    let mut state: Value = serde_json::from_str(fixture).unwrap();
    let resource = find(&mut state["values"]["root_module"], address).expect("the fixture has it");
    resource["values"]
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    read(&state.to_string())
}

/// Returns the reason why `GET path` is not emulated after a change.
fn refusal(address: &str, change: Value, path: &str) -> String {
    let api = with(address, change).unwrap();
    let (route, _) = v1(&api).router.find(path, "GET").unwrap();
    why_refused(route).expect("it is not emulated")
}

/// Returns the reason why a route answers 501 to callers with access.
fn why_refused(route: &Route) -> Option<String> {
    let refused = [
        route.authorization.as_ref().err(),
        route.admission.as_ref().err(),
        route.models.as_ref().err(),
        route.integration.as_ref().err(),
    ];
    let NotEmulated(why) = refused.into_iter().flatten().next()?;
    Some(why.clone())
}

/// Returns the authorization of a route that has one.
fn guard(route: &Route) -> &Authorization {
    route.authorization.as_ref().unwrap().as_ref().unwrap()
}

/// Returns the authorizer of user pools that a route has.
fn of_users<'a>(deployed: &'a Deployed, route: &Route) -> &'a authorizer::Authorizer {
    match deployed.authorizer(route) {
        Some(Authorizer::UserPools(authorizer)) => authorizer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_real_state_is_read_whole() {
    let api = read(SHOP).unwrap();
    assert_eq!(
        (api.identity.name.as_str(), api.identity.region.as_str()),
        ("shop", "eu-central-1")
    );
    assert_eq!(api.identity.account, "123456789012");
    assert_eq!(
        api.stages["v1"].variables,
        BTreeMap::from([("colour".into(), "blue".into())])
    );
    assert_eq!(api.functions.len(), 8);
    let hang = &api.functions["shop-hang"];
    assert_eq!(
        (hang.timeout, hang.memory, hang.concurrency),
        (Duration::from_secs(1), 256, None)
    );
    assert_eq!(
        hang.environment,
        BTreeMap::from([("BEHAVIOUR".into(), "hang".into())])
    );
    assert_eq!(
        hang.address,
        r#"module.function["hang"].aws_lambda_function.this"#
    );
    assert_eq!(hang.code, Code::File("../artifacts/shop.zip".into()));

    let (root, _) = v1(&api).router.find("/", "GET").unwrap();
    let authorizer = of_users(v1(&api), root);
    assert_eq!(authorizer.address, "aws_api_gateway_authorizer.customers");
    assert_eq!(authorizer.header, "Authorization");
    assert!(
        authorizer.issuers[0].starts_with("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_")
    );
    let (staff, _) = v1(&api).router.find("/staff", "GET").unwrap();
    assert_eq!(of_users(v1(&api), staff).header, "X-Staff-Token");
    let (scoped, _) = v1(&api).router.find("/scoped", "GET").unwrap();
    assert_eq!(guard(scoped).scopes, ["shop/all", "shop/read"]);
    assert!(
        v1(&api)
            .router
            .find("/open", "GET")
            .unwrap()
            .0
            .authorization
            .as_ref()
            .unwrap()
            .is_none()
    );

    let (pets, _) = v1(&api).router.find("/pets", "GET").unwrap();
    assert_eq!(
        pets.required,
        [
            Parameter::Header("X-Shop".into()),
            Parameter::Query("kind".into())
        ]
    );
    assert!(matches!(
        v1(&api).router.find("/open", "OPTIONS").unwrap().0.integration,
        Ok(Integration::Mock(_))
    ));
    assert_eq!(
        v1(&api).gateway_responses.0["BAD_REQUEST_PARAMETERS"].status,
        Some(422)
    );
    assert_eq!(
        v1(&api).gateway_responses.0["DEFAULT_4XX"].headers[0].1,
        Expression::Static("*".into())
    );

    let unsupported: Vec<&str> = api
        .unsupported
        .iter()
        .map(|unsupported| unsupported.address.as_str())
        .collect();
    assert_eq!(unsupported, ["aws_api_gateway_integration.elsewhere"]);
}

#[test]
fn what_is_not_emulated_is_named_by_address() {
    let method = r#"aws_api_gateway_method.this["open"]"#;
    let source = json!({"api_key_source": "AUTHORIZER"});
    assert_eq!(
        refusal("aws_api_gateway_rest_api.shop", source, "/keyed"),
        r#"`aws_api_gateway_method.this["keyed"]`: API keys that an authorizer returns are not emulated"#
    );
    assert_eq!(
        refusal(method, json!({"authorization": "AWS_IAM"}), "/open"),
        format!("`{method}`: its authorization `AWS_IAM` is not emulated")
    );
    assert_eq!(
        refusal(
            method,
            json!({"authorization": "CUSTOM", "authorizer_id": "x"}),
            "/open"
        ),
        format!("`{method}`: its authorizer `x` is not in the state")
    );
    assert_eq!(
        refusal(
            "aws_api_gateway_authorizer.customers",
            json!({"type": "TOKEN"}),
            "/"
        ),
        "`aws_api_gateway_method.root`: its authorizer `aws_api_gateway_authorizer.customers` must name a \
         function in its `authorizer_uri`"
    );
    let integration = r#"aws_api_gateway_integration.this["open"]"#;
    assert_eq!(
        refusal(
            integration,
            json!({"credentials": "arn:aws:iam::1:role/x"}),
            "/open"
        ),
        format!("`{integration}`: the role in its `credentials` is not emulated")
    );
    let validator = json!({"validate_request_body": true});
    assert!(
        with("aws_api_gateway_request_validator.parameters", validator)
            .unwrap()
            .unsupported
            .len()
            == 1
    );
    let why = refusal("aws_api_gateway_rest_api.shop", json!({"policy": "{}"}), "/open");
    assert!(
        why.starts_with("`aws_api_gateway_rest_api.shop`: the resource policy is not emulated"),
        "{why}"
    );
}

#[test]
fn a_mock_with_vtl_is_not_emulated() {
    let template = json!({"request_templates": {"application/json": "#set($a = 1){\"statusCode\": 200}"}});
    let api = with(r#"aws_api_gateway_integration.preflight["open"]"#, template).unwrap();
    assert_eq!(api.unsupported.last().unwrap().reason, "its template uses `#set`");
}

#[test]
fn an_integration_response_sends_only_what_the_method_response_declares() {
    let undeclared =
        json!({"response_parameters": {"method.response.header.Access-Control-Allow-Origin": true}});
    let api = with(r#"aws_api_gateway_method_response.preflight["open"]"#, undeclared).unwrap();
    let Ok(Integration::Mock(mock)) = &v1(&api).router.find("/open", "OPTIONS").unwrap().0.integration else {
        panic!()
    };
    let names: Vec<&str> = mock.responses[0]
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["Access-Control-Allow-Origin"]);
}

#[test]
fn a_pool_of_another_project_is_known_by_its_arn() {
    let arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc";
    let api = with(
        "aws_api_gateway_authorizer.customers",
        json!({"provider_arns": [arn]}),
    )
    .unwrap();
    let (root, _) = v1(&api).router.find("/", "GET").unwrap();
    assert_eq!(
        of_users(v1(&api), root).issuers,
        ["https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"]
    );
}

#[test]
fn a_deployment_with_a_stage_name_is_a_stage() {
    let api = with("aws_api_gateway_deployment.this", json!({"stage_name": "old"})).unwrap();
    assert_eq!(api.stages.keys().collect::<Vec<_>>(), ["old", "v1"]);
    assert_eq!(api.stages["old"].deployment, api.stages["v1"].deployment);
}

#[test]
fn states_that_cannot_be_served_are_refused_with_the_next_step() {
    let error = |text: &str| read(text).unwrap_err().to_string();
    assert!(
        error(r#"{"format_version":"1.0"}"#)
            .contains("missing `aws_api_gateway_rest_api` in the state: apply first")
    );
    assert!(error("").contains("it is empty: write it with `terraform show -json`"));
    assert!(error(&SHOP[..SHOP.len() / 2]).contains("it is incomplete"));
    assert!(error(r#"{"format_version":"2.0"}"#).contains("format version 2.0"));
    let stageless = with("aws_api_gateway_stage.v1", json!({"stage_name": ""}))
        .unwrap_err()
        .to_string();
    assert!(stageless.contains("missing stage"), "{stageless}");
    let odd = with("aws_api_gateway_rest_api.shop", json!({"id": 7}))
        .unwrap_err()
        .to_string();
    assert_eq!(
        odd,
        "`aws_api_gateway_rest_api.shop`: `id` must be a string, not a number"
    );
}

/// Accounts with a raised quota may wait longer than 29 seconds.
#[test]
fn the_gateway_waits_as_long_as_the_state_says() {
    let integration = r#"aws_api_gateway_integration.this["open"]"#;
    for (milliseconds, expected) in [
        (json!(null), 29),
        (json!(29_000), 29),
        (json!(5_000), 5),
        (json!(120_000), 120),
    ] {
        let api = with(integration, json!({"timeout_milliseconds": milliseconds})).unwrap();
        let (route, _) = v1(&api).router.find("/open", "GET").unwrap();
        let Integration::Function(function) = route.integration.as_ref().unwrap() else {
            panic!("a function answers");
        };
        assert_eq!(function.timeout, Duration::from_secs(expected));
    }
}

#[test]
fn what_a_hostile_state_says_of_a_function_leads_nowhere_and_breaks_nothing() {
    let open = r#"module.function["open"].aws_lambda_function.this"#;
    let huge = json!({"timeout": u64::MAX, "reserved_concurrent_executions": i64::MAX});
    let api = with(open, huge).unwrap();
    let function = api
        .functions
        .values()
        .find(|function| function.address == open)
        .unwrap();
    assert_eq!(function.timeout, Duration::from_secs(900));
    for name in ["../../pwn", "/etc/pwn", "a b", ""] {
        let api = with(open, json!({"function_name": name})).unwrap();
        let refused = Code::Refused("invalid function name".to_owned());
        assert_eq!(api.functions[name].code, refused, "{name}");
    }
}

#[test]
fn a_policy_of_its_own_closes_every_route_as_one_in_the_api_does() {
    let resources = portcullis_terraform_json::resources(SHOP).unwrap();
    let mut applied = portcullis_terraform_json::rest_api(resources, None).unwrap();
    applied.resources.push(Resource {
        address: "aws_api_gateway_rest_api_policy.this".into(),
        mode: "managed".into(),
        kind: "aws_api_gateway_rest_api_policy".into(),
        values: json!({"rest_api_id": applied.resource.values["id"], "policy": "{}"}),
        obstacle: None,
    });
    let api = super::read(&applied, |_| Ok(applied.resources.clone())).unwrap();
    assert!(api.routes().all(|(_, route, _)| route.admission.is_err()));
    assert!(
        api.unsupported
            .iter()
            .any(|noted| noted.address == "aws_api_gateway_rest_api_policy.this")
    );
}

#[test]
fn what_bears_on_every_answer_and_is_not_emulated_is_noted() {
    for (change, reason) in [
        (
            json!({"disable_execute_api_endpoint": true}),
            "its own endpoint is disabled",
        ),
        (
            json!({"minimum_compression_size": "0"}),
            "compression is not emulated",
        ),
        (
            json!({"endpoint_configuration": [{"types": ["PRIVATE"]}]}),
            "it is private",
        ),
    ] {
        let api = with("aws_api_gateway_rest_api.shop", change).unwrap();
        assert!(
            api.unsupported.iter().any(|noted| noted.reason.contains(reason)),
            "{reason}"
        );
    }
    let cached = with("aws_api_gateway_stage.v1", json!({"cache_cluster_enabled": true})).unwrap();
    assert!(
        cached
            .unsupported
            .iter()
            .any(|noted| noted.reason == "caching of answers is not emulated")
    );
}

#[test]
fn keys_open_a_stage_when_they_are_enabled_and_of_a_plan_that_has_it() {
    let values = |api: Result<Api>| -> Vec<String> {
        let api = api.unwrap();
        api.stages["v1"]
            .api_keys
            .iter()
            .map(|key| key.value.clone())
            .collect()
    };
    assert_eq!(values(read(SHOP)), ["key-of-a-partner-0123456789"]);
    let former = r#"aws_api_gateway_api_key.this["former"]"#;
    assert_eq!(values(with(former, json!({"enabled": true}))).len(), 2);
    let plan = "aws_api_gateway_usage_plan.partners";
    assert!(values(with(plan, json!({"api_stages": []}))).is_empty());
    assert!(
        values(with(
            r#"aws_api_gateway_usage_plan_key.this["partner"]"#,
            json!({"usage_plan_id": "x"})
        ))
        .is_empty()
    );
}

/// Provider 6 and others leave attributes out, and an edited state may contain anything.
#[test]
fn an_attribute_of_another_type_is_named_with_its_resource_and_the_rule() {
    for (address, change, expected) in [
        (
            "aws_api_gateway_stage.v1",
            json!({"variables": {"colour": null}}),
            "`variables.colour` must be a string, not null",
        ),
        (
            "aws_api_gateway_rest_api.shop",
            json!({"root_resource_id": null}),
            "`root_resource_id` must be a string, not null",
        ),
        (
            "aws_api_gateway_rest_api.shop",
            json!({"binary_media_types": [7]}),
            "`binary_media_types[0]` must be a string, not a number",
        ),
        (
            "aws_api_gateway_authorizer.customers",
            json!({"provider_arns": "arn"}),
            "`provider_arns` must be a sequence, not a string",
        ),
        (
            r#"module.function["open"].aws_lambda_function.this"#,
            json!({"environment": [{"variables": {"A": 1}}]}),
            "`environment[0].variables.A` must be a string, not a number",
        ),
        (
            "aws_api_gateway_usage_plan.partners",
            json!({"api_stages": [{"api_id": 1, "stage": "v1"}]}),
            "`api_stages[0].api_id` must be a string, not a number",
        ),
    ] {
        let error = with(address, change).unwrap_err().to_string();
        assert_eq!(error, format!("`{address}`: {expected}"));
    }
}

#[test]
fn an_odd_attribute_closes_its_route_and_no_other() {
    let method = r#"aws_api_gateway_method.this["open"]"#;
    let integration = r#"aws_api_gateway_integration.this["open"]"#;
    let preflight = r#"aws_api_gateway_integration_response.preflight["open"]"#;
    for (address, change, method_of, why) in [
        (
            method,
            json!({"authorization": null}),
            "GET",
            "`authorization` must be a string, not null",
        ),
        (
            method,
            json!({"authorization": "MAGIC"}),
            "GET",
            "its `authorization` is `MAGIC`, which is unknown",
        ),
        (
            method,
            json!({"authorization": "COGNITO_USER_POOLS", "authorizer_id": null}),
            "GET",
            "its authorization `COGNITO_USER_POOLS` needs an `authorizer_id`",
        ),
        (
            method,
            json!({"api_key_required": "no"}),
            "GET",
            "`api_key_required` must be a boolean, not a string",
        ),
        (
            method,
            json!({"request_parameters": {"a": 1}}),
            "GET",
            "`request_parameters.a` must be a boolean, not a number",
        ),
        (
            integration,
            json!({"type": null}),
            "GET",
            "`type` must be a string, not null",
        ),
        (
            integration,
            json!({"timeout_milliseconds": "1"}),
            "GET",
            "`timeout_milliseconds` must be u64, not a string",
        ),
        (
            preflight,
            json!({"status_code": null}),
            "OPTIONS",
            "`status_code` must be a string, not null",
        ),
    ] {
        let api = with(address, change.clone()).unwrap();
        let (route, _) = v1(&api).router.find("/open", method_of).unwrap();
        let is_closed =
            route.authorization.is_err() || route.admission.is_err() || route.integration.is_err();
        assert!(is_closed, "{change}: {route:?}");
        assert!(
            api.unsupported
                .iter()
                .any(|noted| noted.address == address && noted.reason.starts_with(why)),
            "{change}: {:?}",
            api.unsupported
        );
        let (other, _) = v1(&api).router.find("/echo", "GET").unwrap();
        assert!(other.admission.is_ok() && other.integration.is_ok(), "{change}");
    }
}
