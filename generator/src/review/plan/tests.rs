//! Real plans (`tests/plans`), as they are and with more in them.

use serde_json::{Value, json};

use super::*;
use crate::review::compare;

const LATER: &str = include_str!("../../../tests/plans/demo_later.json");
const LATER_SPEC: &str = include_str!("../../../tests/plans/demo_later.toml");
const FIRST: &str = include_str!("../../../tests/plans/demo_first.json");
const FIRST_SPEC: &str = include_str!("../../../tests/plans/demo_first.toml");
const DEMO: &str = include_str!("../../../../portcullis.toml");

fn service(spec: &str) -> Service {
    crate::service(spec, None).unwrap_or_else(|errors| panic!("{}", errors.render("spec", spec, false)))
}

/// The kinds and subjects of what a plan adds, each with the end of its sentence.
fn added(spec: &str, text: &str, reported: &[Fact]) -> Vec<(ChangeKind, String)> {
    let facts = planned(&service(spec), text, reported).unwrap().facts;
    assert!(facts.iter().all(Fact::is_blocked));
    facts.into_iter().map(|fact| (fact.kind(), fact.of())).collect()
}

/// The first plan of `dev`, with more changes.
fn with(changes: &[Value]) -> String {
    let mut plan: Value = serde_json::from_str(FIRST).unwrap();
    plan["resource_changes"]
        .as_array_mut()
        .unwrap()
        .extend(changes.iter().cloned());
    plan.to_string()
}

fn gone(kind: &str, actions: &[&str], before: Value) -> Value {
    json!({
        "address": format!("{kind}.this"), "mode": "managed", "type": kind,
        "change": {"actions": actions, "before": before, "after": null, "after_unknown": {}}
    })
}

#[test]
fn changes_of_the_spec_are_not_reported_again() {
    let planned = planned(&service(LATER_SPEC), LATER, &[]).unwrap();
    assert_eq!(planned.facts, []);
    assert_eq!(planned.plan.environment, "local");
    assert!(planned.plan.deployment);
    assert!(planned.plan.add > 0 && planned.plan.change > 0 && planned.plan.destroy > 0);
    let replaced = (
        "module.service.aws_api_gateway_deployment.this".to_string(),
        "replace",
    );
    assert!(planned.plan.actions.contains(&replaced));
}

#[test]
fn a_plan_that_does_more_than_the_spec_says_is_blocked_route_by_route() {
    let facts = planned(&service(DEMO), LATER, &[]).unwrap().facts;
    assert!(!facts.is_empty());
    assert!(
        facts
            .iter()
            .all(|fact| fact.is_blocked() && fact.kind() == ChangeKind::PlanDiffers)
    );
    // The generated files follow from the spec. Hand edits must be undone, and no entry accepts them.
    assert!(!ChangeKind::PlanDiffers.can_be_accepted());
    assert!(
        facts.iter().all(|fact| fact.sentence().starts_with("`local`: ")),
        "{facts:?}"
    );
    let opened = facts
        .iter()
        .find(|fact| fact.sentence().contains(", public and handled by"));
    assert!(
        opened.is_some_and(|fact| fact.of().starts_with("local: ") && fact.of().contains(" /")),
        "{facts:?}"
    );
}

#[test]
fn a_first_plan_lists_its_unknown_values_and_is_not_blocked_for_them() {
    let planned = planned(&service(FIRST_SPEC), FIRST, &[]).unwrap();
    assert_eq!(planned.facts, []);
    assert!(!planned.plan.notes.is_empty());
    assert_eq!((planned.plan.change, planned.plan.destroy), (0, 0));
}

#[test]
fn losses_are_reported_by_their_subjects() {
    let plan = with(&[
        gone(
            "aws_cognito_user_pool_client",
            &["delete", "create"],
            json!({"name": "cli"}),
        ),
        gone(
            "aws_cognito_user",
            &["delete"],
            json!({"username": "someone@example.com"}),
        ),
        gone(
            "aws_api_gateway_rest_api",
            &["forget"],
            json!({"name": "ServiceApi"}),
        ),
        gone(
            "aws_cloudwatch_log_group",
            &["delete"],
            json!({"name": "/aws/lambda/hello-dev-open"}),
        ),
        gone(
            "aws_cloudwatch_log_group",
            &["create", "forget"],
            json!({"name": "/other"}),
        ),
        gone(
            "aws_cognito_user_pool_client",
            &["update"],
            json!({"name": "web"}),
        ),
        gone(
            "aws_lambda_function",
            &["delete"],
            json!({"function_name": "hello-dev-open"}),
        ),
    ]);
    assert_eq!(
        added(FIRST_SPEC, &plan, &[]),
        [
            (
                ChangeKind::ClientDeleted,
                "aws_cognito_user_pool_client.this".to_string()
            ),
            (ChangeKind::UserReplaced, "dev".to_string()),
            (
                ChangeKind::ApiDeleted,
                "aws_api_gateway_rest_api.this".to_string()
            ),
            (ChangeKind::LogsDeleted, "open".to_string()),
            (
                ChangeKind::LogsDeleted,
                "aws_cloudwatch_log_group.this".to_string()
            ),
        ]
    );
}

#[test]
fn facts_of_the_specs_are_not_reported_twice() {
    let pool = gone(
        "aws_cognito_user_pool",
        &["delete", "create"],
        json!({"name": "TestingUsers"}),
    );
    let client = gone(
        "aws_cognito_user_pool_client",
        &["delete", "create"],
        json!({"name": "cli"}),
    );
    let plan = with(&[pool, client]);
    // The pool takes its clients along.
    let by_address = (ChangeKind::PoolReplaced, "aws_cognito_user_pool.this".to_string());
    assert_eq!(added(FIRST_SPEC, &plan, &[]), [by_address]);

    let logs = with(&[gone(
        "aws_cloudwatch_log_group",
        &["delete"],
        json!({"name": "/aws/lambda/hello-dev-gone"}),
    )]);
    let with_more = FIRST_SPEC.replace("[functions.open]", "[functions.gone]\n\n[functions.open]");
    let reported = compare(Some(&service(&with_more)), Some(&service(FIRST_SPEC)));
    assert!(
        reported
            .iter()
            .any(|fact| fact.kind() == ChangeKind::LogsDeleted && fact.of() == "gone")
    );
    assert_eq!(added(FIRST_SPEC, &logs, &reported), []);
    assert_eq!(
        added(FIRST_SPEC, &logs, &[]),
        [(ChangeKind::LogsDeleted, "gone".to_string())]
    );
}

#[test]
fn only_its_own_pool_takes_a_client_along() {
    let mut client = gone(
        "aws_cognito_user_pool_client",
        &["delete"],
        json!({"name": "web", "user_pool_id": "ours"}),
    );
    client["address"] = json!("module.service.module.client_web.aws_cognito_user_pool_client.this");
    let web = (ChangeKind::ClientDeleted, "web".to_string());
    for (kind, before) in [
        (
            "aws_cognito_user_pool_domain",
            json!({"domain": "sign-in", "user_pool_id": "ours"}),
        ),
        ("aws_cognito_user_pool", json!({"name": "Other", "id": "other"})),
    ] {
        let plan = with(&[client.clone(), gone(kind, &["delete"], before)]);
        let added = added(FIRST_SPEC, &plan, &[]);
        assert!(added.len() == 2 && added.contains(&web), "{added:?}");
    }
    // The specs name another pool, but this plan keeps the pool.
    let renamed = FIRST_SPEC.replace("\"TestingUsers\"", "\"Users\"");
    let reported = compare(Some(&service(&renamed)), Some(&service(FIRST_SPEC)));
    assert!(
        reported
            .iter()
            .any(|fact| fact.kind() == ChangeKind::PoolReplaced)
    );
    assert_eq!(added(FIRST_SPEC, &with(&[client]), &reported), [web]);
}

#[test]
fn what_an_unfinished_replacement_left_behind_is_lost_too() {
    let mut api = gone(
        "aws_api_gateway_rest_api",
        &["delete"],
        json!({"name": "ServiceApi"}),
    );
    api["deposed"] = json!("a1b2c3d4");
    let lost = (
        ChangeKind::ApiDeleted,
        "aws_api_gateway_rest_api.this".to_string(),
    );
    assert_eq!(added(FIRST_SPEC, &with(&[api]), &[]), [lost]);
}

/// An entry that accepts the deletion of the spec's client does not accept the deletion of another client, even one of
/// the same name.
#[test]
fn a_client_of_hand_written_hcl_is_reported_by_its_address() {
    let clients = "[user_pool.clients.cli]";
    let with_more = FIRST_SPEC.replace(
        clients,
        &format!("[user_pool.clients.web]\nauth_flows = [\"user_srp\"]\n\n{clients}"),
    );
    let reported = compare(Some(&service(&with_more)), Some(&service(FIRST_SPEC)));
    assert!(
        reported
            .iter()
            .any(|fact| fact.kind() == ChangeKind::ClientDeleted && fact.of() == "web"),
        "{reported:?}"
    );
    let plan = with(&[gone(
        "aws_cognito_user_pool_client",
        &["delete"],
        json!({"name": "web", "user_pool_id": "other"}),
    )]);
    let address = "aws_cognito_user_pool_client.this".to_string();
    assert_eq!(
        added(FIRST_SPEC, &plan, &reported),
        [(ChangeKind::ClientDeleted, address)]
    );
}

#[test]
fn an_environment_that_moves_takes_everything_along() {
    let plan = with(&[gone(
        "aws_api_gateway_rest_api",
        &["delete"],
        json!({"name": "ServiceApi"}),
    )]);
    let elsewhere = FIRST_SPEC.replace("region = \"us-east-1\"", "region = \"eu-west-1\"");
    let reported = compare(Some(&service(&elsewhere)), Some(&service(FIRST_SPEC)));
    assert!(
        reported
            .iter()
            .any(|fact| fact.kind() == ChangeKind::RegionChanged)
    );
    assert_eq!(added(FIRST_SPEC, &plan, &reported), []);
}

#[test]
fn a_plan_of_another_spec_is_an_error_with_the_next_step() {
    let error = |spec: &str, text: &str| planned(&service(spec), text, &[]).unwrap_err().to_string();
    let other = DEMO.replace("\"hello\"", "\"other\"");
    assert!(error(&other, FIRST).contains("a plan of the service `hello`"));
    assert!(error(DEMO, r#"{"format_version":"1.0","values":{}}"#).contains("this is a state"));
    let newer = FIRST.replacen("\"format_version\":\"1.2\"", "\"format_version\":\"2.0\"", 1);
    assert!(error(DEMO, &newer).contains("2.0"), "{}", error(DEMO, &newer));
}

#[test]
fn shorter_log_retention_is_reported() {
    let update = |name: &str, before: Value, after: Value| {
        let mut change = gone(
            "aws_cloudwatch_log_group",
            &["update"],
            json!({"name": name, "retention_in_days": before}),
        );
        change["change"]["after"] = json!({"name": name, "retention_in_days": after});
        change
    };
    let plan = with(&[
        update("/aws/lambda/hello-dev-open", json!(14), json!(1)),
        update("/other", json!(0), json!(3653)),
        update("/longer", json!(14), json!(30)),
        update("/for_ever", json!(14), json!(0)),
    ]);
    assert_eq!(
        added(FIRST_SPEC, &plan, &[]),
        [
            (
                ChangeKind::LogRetentionShorter,
                "functions.open.log_retention_days".to_string()
            ),
            (
                ChangeKind::LogRetentionShorter,
                "aws_cloudwatch_log_group.this".to_string()
            ),
        ]
    );
}
