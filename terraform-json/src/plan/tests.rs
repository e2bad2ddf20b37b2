//! Joins: references across modules, instances and lists, in plans that are written by hand, and in one that Terraform wrote.

use serde_json::json;

use super::*;

/// An expression that refers to something, as Terraform lists it: the whole, and what it is a part of.
fn refers(references: &[&str]) -> Value {
    json!({ "references": references })
}

/// A plan of resources that are all new. Each is its address, what is known of it, and what is unknown.
fn plan(resources: &[(&str, Value, &[&str])], root: Value) -> Plan {
    let mut planned = Vec::new();
    let mut changes = Vec::new();
    for (address, values, unknown) in resources {
        let parsed = Address::of(address).unwrap();
        let kind = parsed.resource.split('.').next().unwrap();
        let unknown: serde_json::Map<_, _> = unknown
            .iter()
            .map(|name| ((*name).to_owned(), json!(true)))
            .collect();
        planned.push(json!({"address": address, "mode": "managed", "type": kind, "values": values}));
        changes.push(json!({"address": address, "mode": "managed", "type": kind,
            "change": {"actions": ["create"], "before": null, "after": values, "after_unknown": unknown}}));
    }
    // Terraform nests them by module. The tests here don't need that.
    let text = json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {"root_module": root},
    });
    Plan::parse(&text.to_string()).unwrap()
}

fn block(address: &str, expressions: Value) -> Value {
    json!({"address": address, "mode": "managed", "expressions": expressions})
}

fn value<'a>(plan: &'a Plan, address: &str, attribute: &str) -> &'a Value {
    let mut resources = plan.resources.iter();
    &resources.find(|one| one.address == address).unwrap().values[attribute]
}

const API: &str = "${module.a.module.b.aws_api_gateway_rest_api.this.id}";

/// `module.a` has the API two modules deep, and hands its id to `module.c`, one deeper again.
fn across_modules() -> Plan {
    let api = json!({
        "resources": [block("aws_api_gateway_rest_api.this", json!({"name": {"constant_value": "x"}}))],
        "outputs": {"id": {"expression": refers(&["aws_api_gateway_rest_api.this.id", "aws_api_gateway_rest_api.this"])}},
    });
    let a = json!({
        "module_calls": {"b": {"expressions": {}, "module": api}},
        "outputs": {"api": {"expression": refers(&["module.b.id", "module.b"])}},
    });
    let d = json!({"resources": [block("aws_api_gateway_stage.this", json!({"rest_api_id": refers(&["var.of"])}))]});
    let c = json!({
        "module_calls": {"d": {"expressions": {"of": refers(&["var.rest_api_id"])}, "module": d}},
    });
    plan(
        &[
            (
                "module.a.module.b.aws_api_gateway_rest_api.this",
                json!({"name": "x"}),
                &["id"],
            ),
            (
                "module.c.module.d.aws_api_gateway_stage.this",
                json!({}),
                &["id", "rest_api_id"],
            ),
        ],
        json!({"module_calls": {
            "a": {"expressions": {}, "module": a},
            "c": {"expressions": {"rest_api_id": refers(&["module.a.api", "module.a"])}, "module": c},
        }}),
    )
}

#[test]
fn a_reference_is_followed_through_inputs_and_outputs_of_two_levels() {
    let plan = across_modules();
    assert_eq!(
        value(
            &plan,
            "module.c.module.d.aws_api_gateway_stage.this",
            "rest_api_id"
        ),
        API
    );
    assert_eq!(
        value(&plan, "module.a.module.b.aws_api_gateway_rest_api.this", "id"),
        API
    );
    assert_eq!(plan.unknown, []);
}

/// Two resources, one that refers to the other by these references, and how the other is called.
fn stage_of(instances: &[&str], own: &str, references: &[&str], more: Value) -> Plan {
    let mut resources: Vec<(&str, Value, &[&str])> = vec![(own, json!({}), &["rest_api_id"])];
    resources.extend(instances.iter().map(|address| (*address, json!({}), &["id"][..])));
    let mut stage = block(
        "aws_api_gateway_stage.this",
        json!({"rest_api_id": refers(references)}),
    );
    stage
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    plan(
        &resources,
        json!({"resources": [stage, block("aws_api_gateway_rest_api.of", json!({}))]}),
    )
}

#[test]
fn a_written_key_of_any_characters_names_its_instance() {
    for key in [r#"["a.b[0]"]"#, r#"["with \" quote"]"#, "[1]"] {
        let instances = [
            format!("aws_api_gateway_rest_api.of{key}"),
            "aws_api_gateway_rest_api.of[7]".into(),
        ];
        let instances = instances.each_ref().map(String::as_str);
        let reference = format!("{}.id", instances[0]);
        let references = [reference.as_str(), instances[0], "aws_api_gateway_rest_api.of"];
        let plan = stage_of(&instances, "aws_api_gateway_stage.this", &references, json!({}));
        let symbol = format!("${{{reference}}}");
        assert_eq!(
            value(&plan, "aws_api_gateway_stage.this", "rest_api_id"),
            &json!(symbol)
        );
        assert_eq!(plan.unknown, [], "{key}");
    }
}

/// `aws_x.of[each.key].id` has lost its end, and may be `aws_x.of[each.key == "a" ? "b" : "a"].id` as well.
#[test]
fn what_each_key_picks_is_read_and_is_not_certain() {
    let of = [
        "aws_api_gateway_rest_api.of[\"a\"]",
        "aws_api_gateway_rest_api.of[\"b\"]",
    ];
    let own = "aws_api_gateway_stage.this[\"b\"]";
    for (references, more) in [
        (&["aws_api_gateway_rest_api.of", "each.key"][..], json!({})),
        (
            &["each.value.id", "each.value"],
            json!({"for_each_expression": refers(&["aws_api_gateway_rest_api.of"])}),
        ),
    ] {
        let plan = stage_of(&of, own, references, more);
        assert_eq!(
            value(&plan, own, "rest_api_id"),
            &json!(format!("${{{}.id}}", of[1]))
        );
        let [unknown] = &plan.unknown[..] else {
            panic!("{:?}", plan.unknown)
        };
        assert!(unknown.is_read);
        assert_eq!(
            (unknown.attribute.as_str(), unknown.references.len()),
            ("rest_api_id", 1)
        );
    }
}

#[test]
fn inexact_references_join_nothing() {
    let one = ["aws_api_gateway_rest_api.of"];
    let many = [
        "aws_api_gateway_rest_api.of[\"a\"]",
        "aws_api_gateway_rest_api.of[\"b\"]",
    ];
    let own = "aws_api_gateway_stage.this";
    let all: [(&[&str], &[&str]); 5] = [
        // One of two.
        (
            &[
                "aws_api_gateway_rest_api.of.id",
                "aws_api_gateway_rest_api.of",
                "aws_api_gateway_stage.this.id",
                "aws_api_gateway_stage.this",
            ],
            &one,
        ),
        // One of many, without a key.
        (&["aws_api_gateway_rest_api.of"], &many),
        (&["aws_api_gateway_rest_api.of", "each.key"], &many),
        // A local.
        (&["local.api.id", "local.api"], &one),
        // Another attribute than an id.
        (
            &[
                "aws_api_gateway_rest_api.of.execution_arn",
                "aws_api_gateway_rest_api.of",
            ],
            &one,
        ),
    ];
    for (references, instances) in all {
        let plan = stage_of(instances, own, references, json!({}));
        assert_eq!(value(&plan, own, "rest_api_id"), &Value::Null, "{references:?}");
        let [unknown] = &plan.unknown[..] else {
            panic!("{references:?}: {:?}", plan.unknown)
        };
        assert!(!unknown.is_read && !unknown.references.is_empty(), "{unknown:?}");
    }
}

/// A text that contains an ARN is not that ARN.
#[test]
fn a_text_around_a_reference_is_unknown_and_names_it() {
    let api = "aws_api_gateway_rest_api.of";
    let arn = refers(&["aws_api_gateway_rest_api.of.execution_arn", api]);
    let plan = plan(
        &[
            (api, json!({}), &["id", "execution_arn"]),
            ("aws_lambda_permission.this", json!({}), &["source_arn"]),
            ("aws_iam_role_policy.this", json!({}), &["policy"]),
        ],
        json!({"resources": [
            block(api, json!({})),
            block("aws_lambda_permission.this", json!({"source_arn": arn})),
            block("aws_iam_role_policy.this", json!({"policy": arn})),
        ]}),
    );
    let found: Vec<_> = plan
        .unknown
        .iter()
        .map(|one| (one.attribute.as_str(), one.references.join(",")))
        .collect();
    let of = format!("{api}.execution_arn");
    assert_eq!(found, [("policy", of.clone()), ("source_arn", of)]);
    assert_eq!(
        value(&plan, "aws_lambda_permission.this", "source_arn"),
        &Value::Null
    );
}

#[test]
fn a_list_of_one_reference_may_hold_more() {
    let pool = "aws_cognito_user_pool.of";
    let plan = plan(
        &[
            (pool, json!({}), &["arn"]),
            ("aws_api_gateway_authorizer.this", json!({}), &["provider_arns"]),
        ],
        json!({"resources": [
            block(pool, json!({})),
            block("aws_api_gateway_authorizer.this", json!({"provider_arns": refers(&["aws_cognito_user_pool.of.arn", pool])})),
        ]}),
    );
    let symbol = "${aws_cognito_user_pool.of.arn}";
    assert_eq!(
        value(&plan, "aws_api_gateway_authorizer.this", "provider_arns"),
        &json!([symbol])
    );
    assert!(plan.unknown[0].is_read && plan.unknown[0].why.contains("beside it"));
}

/// The configuration doesn't contain the blocks that a `dynamic` block makes, nor values that the provider computes.
#[test]
fn hidden_dynamic_blocks_are_distinguished_from_computed_values() {
    let mut plan = json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [
            {"address": "aws_iam_role.this", "mode": "managed", "type": "aws_iam_role", "values": {"inline_policy": [{"name": "x"}]}},
        ]}},
        "resource_changes": [{"address": "aws_iam_role.this", "mode": "managed", "type": "aws_iam_role", "change": {
            "actions": ["create"], "after_unknown": {"inline_policy": [{"policy": true}], "arn": true, "unique_id": true},
        }}],
        "configuration": {"root_module": {"resources": [block("aws_iam_role.this", json!({}))]}},
    });
    let unknown = |plan: &Value| Plan::parse(&plan.to_string()).unwrap().unknown;
    let [found] = &unknown(&plan)[..] else { panic!() };
    assert_eq!(
        (found.attribute.as_str(), found.is_read),
        ("inline_policy.policy", false)
    );
    // Of two blocks, one that is written and one that is not, neither is known to be which.
    plan["configuration"]["root_module"]["resources"][0]["expressions"]["inline_policy"] =
        json!([{"policy": {"references": ["var.x"]}}]);
    plan["resource_changes"][0]["change"]["after_unknown"]["inline_policy"] =
        json!([{"policy": true}, {"policy": true}]);
    assert_eq!(unknown(&plan)[0].attribute, "inline_policy.policy");
    plan["resource_changes"][0]["change"]["after_unknown"]["inline_policy"] = json!(true);
    plan["configuration"]["root_module"]["resources"][0]["expressions"] = json!({});
    assert_eq!(unknown(&plan), []);
}

/// An object that an unfinished replacement left behind has the address of its replacement.
#[test]
fn a_deposed_object_says_nothing_of_the_instance() {
    let mut text = json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [
            {"address": "aws_api_gateway_stage.this", "mode": "managed", "type": "aws_api_gateway_stage", "values": {"rest_api_id": "known"}},
        ]}},
        "resource_changes": [
            {"address": "aws_api_gateway_stage.this", "mode": "managed", "type": "aws_api_gateway_stage",
             "change": {"actions": ["no-op"], "after_unknown": {}}},
            {"address": "aws_api_gateway_stage.this", "mode": "managed", "type": "aws_api_gateway_stage", "deposed": "12ab",
             "change": {"actions": ["delete"], "after_unknown": {"rest_api_id": true}}},
        ],
        "configuration": {"root_module": {"resources": [
            block("aws_api_gateway_stage.this", json!({"rest_api_id": refers(&["var.x"])})),
        ]}},
    });
    let plan = Plan::parse(&text.to_string()).unwrap();
    assert_eq!(
        (
            value(&plan, "aws_api_gateway_stage.this", "rest_api_id"),
            plan.unknown.len()
        ),
        (&json!("known"), 0)
    );
    assert_eq!(plan.changes[1].deposed.as_deref(), Some("12ab"));
    text["resource_changes"][1]
        .as_object_mut()
        .unwrap()
        .remove("deposed");
    assert_eq!(Plan::parse(&text.to_string()).unwrap().unknown.len(), 1);
}

/// Terraform refuses circles, but an edited text may contain them.
#[test]
fn a_circle_of_references_ends() {
    let call = |of: &str| {
        // Three times, so that following them all would take 3⁶⁴ steps.
        let (whole, part) = (format!("module.{of}.out"), format!("module.{of}"));
        let references = [&*whole, &*part, &*whole, &*part, &*whole, &*part];
        json!({
            "expressions": {"in": refers(&references)},
            "module": {
                "outputs": {"out": {"expression": refers(&["var.in"])}},
                "resources": [block("aws_api_gateway_stage.this", json!({"rest_api_id": refers(&["var.in"])}))],
            },
        })
    };
    let plan = plan(
        &[
            ("module.a.aws_api_gateway_stage.this", json!({}), &["rest_api_id"]),
            ("module.b.aws_api_gateway_stage.this", json!({}), &["rest_api_id"]),
        ],
        json!({"module_calls": {"a": call("b"), "b": call("a")}}),
    );
    assert_eq!(plan.unknown.len(), 2);
}

const FIRST: &str = include_str!("../../../generator/tests/plans/demo_first.json");

#[test]
fn every_reference_of_a_first_plan_is_the_same_symbol_as_the_id() {
    let plan = Plan::parse(FIRST).unwrap();
    let api = "module.service.module.rest_api.aws_api_gateway_rest_api.this";
    let id = value(&plan, api, "id");
    assert_eq!(id, &json!(format!("${{{api}.id}}")));
    let of_api: Vec<&Resource> = plan
        .resources
        .iter()
        .filter(|one| one.values.get("rest_api_id").is_some())
        .collect();
    assert!(
        of_api.len() > 15 && of_api.iter().all(|one| one.values["rest_api_id"] == *id),
        "{}",
        of_api.len()
    );
    let paths = crate::paths(
        &plan.resources,
        value(&plan, api, "root_resource_id").as_str().unwrap(),
    );
    let paths: Vec<&str> = paths.values().map(String::as_str).collect();
    assert_eq!(paths, ["/open", "/"]);
    assert_eq!(plan.root.environment.as_deref(), Some("dev"));
    assert_eq!(plan.root.service.as_deref(), Some("hello"));
    assert_eq!(plan.root.region.as_deref(), Some("us-east-1"));
}

#[test]
fn a_resource_that_cannot_be_read_is_not_left_out() {
    for (resource, expected) in [
        (
            json!({"address": "a.b", "mode": "managed", "type": null}),
            "of a resource, `type` must be a string, not null",
        ),
        (
            json!({"mode": "managed", "type": "a"}),
            "of a resource, `address` is missing",
        ),
    ] {
        let module = json!({"resources": [resource]});
        let plan = json!({
            "format_version": "1.2", "planned_values": {"root_module": {"child_modules": [module]}},
            "configuration": {"root_module": {}},
        });
        let error = Plan::parse(&plan.to_string()).unwrap_err();
        assert_eq!(error, PlanError::Malformed(expected.into()));
    }
}

/// A stage serves the API even if its name is still unknown.
#[test]
fn a_stage_without_its_name_is_one() {
    let resource = json!({"address": "aws_api_gateway_stage.this", "mode": "managed", "type": "aws_api_gateway_stage", "values": {}});
    let plan = json!({
        "format_version": "1.2", "planned_values": {"root_module": {"resources": [resource]}},
        "resource_changes": [{"address": "aws_api_gateway_stage.this", "mode": "managed", "type": "aws_api_gateway_stage",
            "change": {"actions": ["create"], "after_unknown": {"id": true, "stage_name": true}}}],
        "configuration": {"root_module": {"resources": [{"address": "aws_api_gateway_stage.this",
            "expressions": {"stage_name": {"references": ["random_pet.this.id", "random_pet.this"]}}}]}},
    });
    let plan = Plan::parse(&plan.to_string()).unwrap();
    let index = crate::index::Index::of(&plan.resources);
    let stages = crate::stages(&index);
    assert_eq!(stages.iter().map(|stage| stage.name).collect::<Vec<_>>(), ["?"]);
}
