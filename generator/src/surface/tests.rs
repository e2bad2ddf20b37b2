//! Surfaces of the demo and of hand-written HCL, from a spec, a plan and a state.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use portcullis_terraform_json::Resource;
use portcullis_terraform_json::StateError;
use portcullis_terraform_json::plan::Plan;

const SPEC: &str = include_str!("../../../portcullis.toml");
const STATE: &str = include_str!("../../tests/demo.state.json");
const FIRST: &str = include_str!("../../tests/plans/demo_first.json");

fn demo() -> Surface {
    let service = crate::service(SPEC, None).unwrap();
    of_service(&service, &service.environments[crate::service::LOCAL])
}

#[test]
fn the_demos_surface_is_the_one_of_the_contract() {
    let json = serde_json::to_value(demo()).unwrap();
    assert_eq!(
        json["routes"][2],
        serde_json::json!({
            "path": "/open", "method": "GET", "auth_type": "NONE", "authorizer": null, "scopes": [],
            "api_key_required": false, "throttle": { "rate": 50, "burst": 100 }, "integration": "AWS_PROXY",
            "function": "open", "cors": null
        })
    );
    assert_eq!(
        json["routes"][3]["cors"],
        serde_json::json!({
            "allow_origin": "*", "allow_methods": ["GET", "OPTIONS"], "allow_headers": ["*", "Authorization"]
        })
    );
    assert_eq!(json["authorizers"][0]["header"], "Authorization");
}

#[test]
fn the_applied_surface_equals_the_specs() {
    assert_eq!(of_state(STATE, None).unwrap(), demo());
}

#[test]
fn a_state_without_an_api_has_no_surface() {
    assert_eq!(
        of_state(r#"{"format_version":"1.0"}"#, None),
        Err(SurfaceError::State(StateError::NoApi))
    );
}
/// The demo's state with changes to each managed resource.
fn changed(change: impl Fn(&str, &mut serde_json::Value)) -> String {
    fn each<'a>(
        module: &'a mut serde_json::Value,
        key: &str,
    ) -> impl Iterator<Item = &'a mut serde_json::Value> {
        let list = module.get_mut(key).and_then(|list| list.as_array_mut());
        list.into_iter().flatten()
    }
    fn walk(module: &mut serde_json::Value, change: &impl Fn(&str, &mut serde_json::Value)) {
        for resource in each(module, "resources") {
            let kind = resource["type"].as_str().unwrap().to_string();
            change(&kind, &mut resource["values"]);
        }
        for child in each(module, "child_modules") {
            walk(child, change);
        }
    }
    let mut state: serde_json::Value = serde_json::from_str(STATE).unwrap();
    walk(&mut state["values"]["root_module"], &change);
    state.to_string()
}

#[test]
fn an_alias_is_not_the_functions_name() {
    let with_alias = |known: bool| {
        changed(|kind, values| match kind {
            "aws_api_gateway_integration" => {
                if let Some(uri) = values["uri"].as_str().filter(|uri| uri.contains("/functions/")) {
                    values["uri"] = uri.replace("/invocations", ":live/invocations").into();
                }
            }
            "aws_lambda_function" if !known => values["arn"] = "another".into(),
            _ => (),
        })
    };
    let mut expected = demo();
    for route in expected
        .routes
        .iter_mut()
        .filter(|route| route.function.is_some())
    {
        route.qualifier = Some("live".into());
    }
    assert_eq!(of_state(&with_alias(true), None).unwrap(), expected);
    let unknown = of_state(&with_alias(false), None).unwrap();
    assert_eq!(unknown.routes[2].function.as_deref(), Some("hello-local-open"));
}

const BOOKSHOP: &str = include_str!("../../../emulator/tests/fixtures/bookshop/state.json");

#[test]
fn an_api_has_the_same_surface_in_both_layouts() {
    let surface = |api| {
        let mut surface = of_state(BOOKSHOP, Some(api)).unwrap();
        assert_eq!(std::mem::take(&mut surface.api.name), api);
        // Each names the other one.
        let is_api = |address: &String| address.ends_with(".aws_api_gateway_rest_api.this");
        assert_eq!(surface.others.iter().filter(|address| is_api(address)).count(), 1);
        surface.others.retain(|address| !is_api(address));
        surface
    };
    let resources = surface("bookshop-resources");
    assert_eq!((resources.routes.len(), resources.authorizers.len()), (9, 2));
    assert_eq!(surface("bookshop-openapi"), resources);
}

#[test]
fn a_guard_that_is_uncertain_silences_no_other_route() {
    let state = BOOKSHOP.replace("- staff: []", "- staff: []\\n        - readers: []");
    let surface = of_state(&state, Some("bookshop-openapi")).unwrap();
    let mut expected = of_state(BOOKSHOP, Some("bookshop-openapi")).unwrap();
    let orders = expected.routes.iter_mut().find(|route| route.path == "/orders");
    let orders = orders.unwrap();
    let why = "its `security` names both `staff` and `readers`, and a method has one authorizer";
    (orders.auth_type, orders.authorizer) = ("?".into(), None);
    orders.uncertain.auth_type = Some(why.into());
    assert_eq!(surface.routes, expected.routes);
    assert_eq!(
        crate::sentences::summaries(&surface.unknown),
        [format!(
            "can't tell who may call `GET /orders`: \
             `module.openapi.aws_api_gateway_rest_api.this.body.paths[\"/orders\"].get`: {why}"
        )]
    );
}

/// A stage that a deployment makes beside the generated one is not in the spec.
#[test]
fn a_stage_that_nothing_accounts_for_is_shown() {
    let with = |change: &dyn Fn(&str, &mut serde_json::Value)| of_state(&changed(change), None).unwrap();
    let deployment = with(&|kind, values| {
        if kind == "aws_api_gateway_deployment" {
            values["stage_name"] = "another".into();
        }
    });
    let differences = compare(&demo(), &deployment);
    assert_eq!(differences.len(), 1);
    assert_eq!(
        differences[0].sentence(),
        "`stage_name` of `module.service.aws_api_gateway_deployment.this` is set to `another` in the plan, but not in the \
         spec"
    );
    // Under another address the first by name is the surface's.
    let state = changed(|_, _| ()).replace("aws_api_gateway_stage.this", "aws_api_gateway_stage.moved");
    let mut state: serde_json::Value = serde_json::from_str(&state).unwrap();
    let moved = &mut state["values"]["root_module"]["resources"];
    let id = of_api(STATE);
    let second = serde_json::json!({"address": "aws_api_gateway_stage.zzz", "mode": "managed", "type": "aws_api_gateway_stage",
        "values": {"rest_api_id": id, "stage_name": "zzz", "deployment_id": ""}});
    match moved.as_array_mut() {
        Some(resources) => resources.push(second),
        None => *moved = serde_json::json!([second]),
    }
    let surface = of_state(&state.to_string(), None).unwrap();
    let differences = compare(&demo(), &surface);
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert_eq!(
        differences[0].sentence(),
        "stage `zzz` is in the plan, but not in the spec"
    );
}

/// The id of the REST API of a state.
fn of_api(state: &str) -> String {
    let resources = portcullis_terraform_json::resources(state).unwrap();
    let api = resources
        .iter()
        .find(|resource| resource.kind == "aws_api_gateway_rest_api");
    api.unwrap().values["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_belongs_to_another_api_is_left_out() {
    let state = changed(|kind, values| {
        let of_open = values["http_method"] == "GET" && values["authorization"] == "NONE";
        if kind == "aws_api_gateway_method" && of_open {
            values["rest_api_id"] = "another".into();
        }
    });
    let mut expected = demo();
    expected.routes.remove(2);
    let stray = ["integration", "method"]
        .map(|kind| format!("module.service.module.get_open.aws_api_gateway_{kind}.this"));
    expected.others = stray.into();
    assert_eq!(of_state(&state, None).unwrap(), expected);
}

const PLAN: &str = include_str!("../../tests/plans/demo_first.json");
const BOOKSHOP_PLAN: &str = include_str!("../../tests/plans/bookshop_first.json");

/// A body before its pool, and routes by locals and `for_each`: nothing is guessed, and everything is said.
#[test]
fn what_a_first_plan_of_hand_written_hcl_leaves_open_is_said_and_joins_nothing() {
    let plan = Plan::parse(BOOKSHOP_PLAN).unwrap();
    let openapi = of_plan(&plan, Some("bookshop-openapi")).unwrap();
    assert_eq!((openapi.routes.len(), openapi.authorizers.len()), (0, 0));
    let [body] = &openapi.unknown[..] else {
        panic!("{:?}", openapi.unknown)
    };
    assert_eq!((body.argument.as_str(), body.fails), ("body", true));
    assert_eq!(body.address, "module.openapi.aws_api_gateway_rest_api.this");
    let locals = ["local.api.functions", "local.api.pools", "local.api.scopes"];
    assert_eq!(body.references, locals);

    let resources = of_plan(&plan, Some("bookshop-resources")).unwrap();
    let (known, open): (Vec<_>, Vec<_>) = resources.routes.iter().partition(|route| route.path != "?");
    assert_eq!((known.len(), open.len()), (2, 7));
    assert!(
        open.iter()
            .all(|route| route.function.is_none() && route.authorizer.is_none())
    );
    assert!(
        resources
            .authorizers
            .iter()
            .all(|authorizer| authorizer.pools.is_empty())
    );
    assert!(resources.unknown.iter().all(|unknown| unknown.fails));
    // Each of the seven depends on a local for its path and on one for its function.
    let count = |argument: &str| {
        resources
            .unknown
            .iter()
            .filter(|unknown| unknown.argument == argument)
            .count()
    };
    assert_eq!(
        (count("resource_id"), count("uri"), count("provider_arns")),
        (14, 7, 2)
    );
    assert!(
        resources.unknown.iter().any(|unknown| unknown.what
            == "who may call `module.resources.aws_api_gateway_method.this[\"POST /books\"]`"),
        "{:?}",
        resources.unknown
    );
}

#[test]
fn a_surface_differs_from_itself_in_nothing_and_from_another_both_ways() {
    assert_eq!(compare(&demo(), &demo()), []);
    let bookshop = of_state(BOOKSHOP, Some("bookshop-openapi")).unwrap();
    let forth = compare(&demo(), &bookshop);
    let back = compare(&bookshop, &demo());
    let subjects = |differences: &[Difference]| {
        let mut subjects: Vec<Subject> = differences.iter().map(|one| one.subject.clone()).collect();
        subjects.sort();
        subjects
    };
    assert!(forth.len() > 20);
    assert_eq!(subjects(&forth), subjects(&back));
}

/// A role's own view of its policies was read before they changed.
#[test]
fn a_changed_policy_of_a_role_is_told_once() {
    let mut plan = Plan::parse(PLAN).unwrap();
    let policy = |actions: &str| {
        format!(r#"{{"Statement":[{{"Effect":"Allow","Action":"{actions}","Resource":"*"}}]}}"#)
    };
    let address = "module.service.module.function_open.aws_iam_role";
    for resource in &mut plan.resources {
        if resource.address == format!("{address}.this") {
            let inline = serde_json::json!([
                {"name": "write-logs", "policy": policy("old:*")},
                {"name": "gone", "policy": policy("gone:*")},
            ]);
            resource.values["inline_policy"] = inline;
        }
        if resource.address == format!("{address}_policy.write_logs") {
            resource.values["policy"] = policy("new:*").into();
            resource.values["role"] = "hello-dev-open".into();
        }
    }
    for (name, document) in [("write-logs", "old:*"), ("gone", "gone:*")] {
        let mut change = plan.changes[0].clone();
        change.kind = "aws_iam_role_policy".into();
        let before = serde_json::json!({"role": "hello-dev-open", "name": name, "policy": policy(document)});
        change.before = before;
        plan.changes.push(change);
    }
    let may = |plan: &Plan| -> Vec<String> {
        let surface = of_plan(plan, None).unwrap();
        let statements = &surface.functions[1].statements;
        statements
            .iter()
            .flat_map(|statement| statement.actions.clone())
            .collect()
    };
    assert_eq!(may(&plan), ["new:*"]);
    // Written into the role under the same name it may be what is applied last.
    plan.changes.truncate(plan.changes.len() - 2);
    assert_eq!(may(&plan), ["gone:*", "new:*", "old:*"]);
}

#[test]
fn what_may_let_people_in_counts_whatever_its_type() {
    let resource = |mode: &str, kind: &str, values: serde_json::Value| Resource {
        address: "a".into(),
        mode: mode.into(),
        kind: kind.into(),
        values,
        obstacle: None,
    };
    let why = |mode: &str, kind: &str, values| why_it_counts(&resource(mode, kind, values));
    let none = || serde_json::json!({});
    for kind in [
        "aws_apigatewayv2_api",
        "aws_cloudformation_stack",
        "aws_cloudwatch_log_subscription_filter",
        "aws_cognito_identity_provider",
        "aws_iam_user",
        "aws_lambda_alias",
        "awscc_lambda_permission",
    ] {
        assert!(why("managed", kind, none()).is_some(), "{kind}");
    }
    assert!(why("data", "external", none()).is_some());
    let policy = serde_json::json!({"access_policy": "{\"Statement\":[]}"});
    assert_eq!(
        why("managed", "aws_x_domain", policy),
        Some("holds a policy of its own")
    );
    for (mode, kind) in [
        ("managed", "aws_dynamodb_table"),
        ("managed", "aws_api_gateway_model"),
        ("managed", "aws_cloudwatch_log_group"),
        ("data", "aws_iam_policy_document"),
    ] {
        assert_eq!(why(mode, kind, none()), None, "{kind}");
    }
}

#[test]
fn a_pool_is_protected_where_its_environment_says_so() {
    let spec = include_str!("../../../portcullis.toml");
    let let_go = spec.replace(
        "[environments.dev]",
        "[environments.prod]\n\n[environments.dev]\ndeletion_protection = false",
    );
    let service = crate::service(&let_go, None).unwrap();
    let protected = |name: &str| {
        let surface = of_service(&service, &service.environments[name]);
        surface.user_pool.unwrap().deletion_protection
    };
    assert_eq!(
        [protected("prod"), protected("dev"), protected("local")],
        [true, false, false]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A plan with a missing part or another value is either read or refused.
    #[test]
    fn a_plan_that_somebody_spoilt_is_read_or_refused(places in proptest::collection::vec(any::<prop::sample::Index>(), 1..4), with in 0..6usize) {
        let mut plan: Value = serde_json::from_str(FIRST).unwrap();
        for place in places {
            spoil(&mut plan, place, with);
        }
        if let Ok(plan) = Plan::parse(&plan.to_string()) {
            _ = crate::surface::of_plan(&plan, None);
        }
    }
}

/// Replaces the value at a random place.
fn spoil(value: &mut Value, place: prop::sample::Index, with: usize) {
    let replacements = [
        json!(null),
        json!(true),
        json!("x"),
        json!([]),
        json!({}),
        json!([{"references": ["var.x", "each.key"]}]),
    ];
    let count = match value {
        Value::Object(map) => map.len(),
        Value::Array(items) => items.len(),
        _ => 0,
    };
    // One step down in most cases.
    let chosen = place.index(count + 1);
    let child = match value {
        Value::Object(map) => map.values_mut().nth(chosen),
        Value::Array(items) => items.get_mut(chosen),
        _ => None,
    };
    match child {
        Some(child) => spoil(child, place, with),
        None => *value = replacements[with].clone(),
    }
}
