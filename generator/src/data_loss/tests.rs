//! Real plans (`generator/tests/identity_data`), and what the data-loss guard says to them.

mod buckets;
mod data;

use serde_json::{Value, json};

use super::*;
use crate::review::{ChangeId, ChangeKind};
use portcullis_terraform_json::plan::ParsedPlan;

const STAFF: &str = "aws_cognito_user_pool.staff";
const TODAY: Date = Date {
    year: 2026,
    month: 12,
    day: 1,
};

macro_rules! plan {
    ($name:literal) => {
        include_str!(concat!("../../tests/identity_data/", $name, ".json"))
    };
}

/// Returns a service with an environment `dev` and entries of `[review]`, each `CHANGE of SUBJECT` with an `until` if
/// given.
fn service(lines: &[(&str, &str, Option<&str>)]) -> Service {
    let accept: String = lines
        .iter()
        .map(|(change, of, until)| {
            let until = until
                .map(|until| format!(", until = {until}"))
                .unwrap_or_default();
            format!("{{ change = \"{change}\", of = \"{of}\", reason = \"Because\"{until} }},\n")
        })
        .collect();
    let spec = format!(
        "[service]\nname = \"keep\"\nregion = \"us-east-1\"\n\n[user_pool.clients.cli]\nauth_flows = [\"user_srp\"]\n\n\
         [functions.one]\n\n[routes]\n\"GET /\" = {{ function = \"one\" }}\n\n[environments.dev]\naccount = \
         \"123456789012\"\nfirst_user = \"a@example.com\"\n\n[environments.paris]\nregion = \"eu-west-3\"\n\n[review]\n\
         accept = [\n{accept}]\n"
    );
    crate::service(&spec, None).unwrap_or_else(|errors| panic!("{}", errors.render("spec", &spec, false)))
}

fn shown(plan: &str) -> ParsedPlan {
    ParsedPlan::parse(plan).unwrap()
}

fn judged(plan: &str, lines: &[(&str, &str, Option<&str>)]) -> Option<Refusal> {
    let service = service(lines);
    let losses = losses(&shown(plan), &service, "dev");
    judge(&losses, &service, "dev", TODAY)
}

#[track_caller]
fn refused(plan: &str) -> Refusal {
    judged(plan, &[]).expect("it is refused")
}

/// The kind and subject to answer with, of each loss.
fn answers(plan: &str, environment: &str) -> Vec<ChangeId> {
    let losses = losses(&shown(plan), &service(&[]), environment);
    losses.into_iter().map(|loss| loss.ids[0].clone()).collect()
}

/// A plan in which every object that has an attribute with this value has another one in its place.
fn with(plan: &str, attribute: &str, from: &str, to: Value) -> String {
    fn walk(value: &mut Value, attribute: &str, from: &str, to: &Value) {
        match value {
            Value::Object(map) => {
                if map.get(attribute).and_then(Value::as_str) == Some(from) {
                    map[attribute] = to.clone();
                }
                map.values_mut()
                    .for_each(|value| walk(value, attribute, from, to));
            }
            Value::Array(items) => items
                .iter_mut()
                .for_each(|value| walk(value, attribute, from, to)),
            _ => (),
        }
    }
    let mut value: Value = serde_json::from_str(plan).unwrap();
    walk(&mut value, attribute, from, &to);
    value.to_string()
}

/// A plan in which something else happens to an address.
fn doing(plan: &str, address: &str, actions: &Value, more: &[(&str, Value)]) -> String {
    let mut value: Value = serde_json::from_str(plan).unwrap();
    let changes = value["resource_changes"].as_array_mut().unwrap();
    let change = changes
        .iter_mut()
        .find(|change| change["address"] == address)
        .unwrap();
    change["change"]["actions"] = actions.clone();
    for (key, value) in more {
        change[*key] = value.clone();
    }
    value.to_string()
}

#[test]
fn a_renamed_pool_is_refused_with_the_key_that_keeps_it_and_the_line_that_lets_it_go() {
    let Refusal { message, help } = refused(plan!("pool_renamed"));
    assert_eq!(
        message,
        "this plan loses data of `dev`:\n  \
         `module.service.module.user_pool.aws_cognito_user_pool.this` is replaced because `user_pool.name` changes \
         from `TestingUsers` to `OtherUsers`: every user is lost"
    );
    assert_eq!(
        help,
        "set `name = \"TestingUsers\"` under `[user_pool]` to keep the pool and its users. To let it go, accept it in \
         portcullis.toml:\n\n[review]\naccept = [\n  { change = \"pool_replaced\", of = \"user_pool\", reason = \"…\" },\n]"
    );
}

#[test]
fn an_entry_accepts_its_own_change_of_its_own_subject_until_its_last_day() {
    let plan = plan!("pool_renamed");
    let line = |change, of, until| judged(plan, &[(change, of, until)]);
    assert_eq!(line("pool_replaced", "user_pool", None), None);
    assert_eq!(line("pool_replaced", "user_pool", Some("2026-12-01")), None);
    let Refusal { message, help } = line("pool_replaced", "user_pool", Some("2026-11-30")).unwrap();
    assert!(
        message.ends_with(
            "expired `accept` entry: `pool_replaced` of `user_pool` was accepted until 2026-11-30"
        ),
        "{message}"
    );
    assert!(
        help.ends_with("To let it go, give the `accept` entry a later `until`"),
        "{help}"
    );
    for (change, of) in [
        ("pool_replaced", STAFF),
        ("pool_replaced", "dev"),
        ("region_changed", "dev"),
        ("account_changed", "dev"),
        ("service_renamed", "service.name"),
        ("client_deleted", "user_pool"),
    ] {
        let refusal = line(change, of, None).unwrap();
        // The list is there: it need not be made.
        assert!(
            refusal.help.contains("add to `accept` under `[review]`"),
            "{}",
            refusal.help
        );
    }
    let lines = [
        ("pool_replaced", "user_pool", Some("2026-11-30")),
        ("pool_schema_changed", "user_pool", None),
    ];
    assert!(judged(plan, &lines).is_some());
}

#[test]
fn an_accepted_pool_that_aws_protects_is_refused_before_it_is_half_done() {
    let plan = with(
        plan!("pool_renamed"),
        "deletion_protection",
        "INACTIVE",
        json!("ACTIVE"),
    );
    let accepted = [("pool_replaced", "user_pool", None)];
    let refusal = judged(&plan, &accepted).unwrap();
    assert!(
        refusal.message.contains("`deletion_protection` is still on for "),
        "{}",
        refusal.message
    );
    assert!(
        refusal
            .help
            .contains("`deletion_protection = false` under `[environments.dev]`"),
        "{}",
        refusal.help
    );
    // The missing entry must be reported first.
    assert!(refused(&plan).message.starts_with("this plan loses"));
}

#[test]
fn losses_in_hand_written_hcl_are_named_by_address() {
    let plan = plan!("pool_and_domain_deleted");
    let Refusal { message, help } = refused(plan);
    assert_eq!(message.lines().count(), 3, "{message}");
    assert!(
        message.contains("`aws_cognito_user_pool.staff` is deleted: every user is lost"),
        "{message}"
    );
    assert!(
        message.contains("users can no longer sign in at `staff-of-keep`"),
        "{message}"
    );
    assert!(help.starts_with("leave it as it was. "), "{help}");
    let domain = ("domain_deleted", "aws_cognito_user_pool_domain.staff", None);
    let pool = ("pool_replaced", STAFF, None);
    assert_eq!(judged(plan, &[pool, domain]), None);
    let rest = judged(plan, &[pool]).unwrap();
    assert!(!rest.message.contains("every user is lost"), "{}", rest.message);
    assert!(
        rest.help.contains(r#"of = "aws_cognito_user_pool_domain.staff""#),
        "{}",
        rest.help
    );
    // In a module too, and with a key.
    let address = r#"module.staff["a"].aws_cognito_user_pool.this"#;
    let elsewhere = with(plan, "address", STAFF, json!(address));
    assert!(
        refused(&elsewhere)
            .help
            .contains(r#"of = 'module.staff["a"].aws_cognito_user_pool.this'"#)
    );
}

#[test]
fn what_terraform_forgets_is_lost_too() {
    let Refusal { message, .. } = refused(plan!("pool_and_domain_forgotten"));
    assert!(
        message.contains("`aws_cognito_user_pool.staff` is removed from the state"),
        "{message}"
    );
    assert!(
        message.contains("`aws_cognito_user_pool_domain.staff` is removed from the state"),
        "{message}"
    );
}

#[test]
fn a_pool_that_left_the_state_is_found_through_its_dependents() {
    let plan = plan!("pool_removed_from_the_state");
    let Refusal { message, help } = refused(plan);
    assert!(
        message.contains("which has the users and is no longer in the state"),
        "{message}"
    );
    assert!(
        help.starts_with(
            "import the pool again: `terraform import \
             module.service.module.user_pool.aws_cognito_user_pool.this us-east-1_"
        ),
        "{help}"
    );
    assert_eq!(judged(plan, &[("pool_replaced", "user_pool", None)]), None);
}

#[test]
fn a_pool_that_is_imported_in_place_of_one_is_not_the_one_that_has_the_users() {
    let mut plan: Value = serde_json::from_str(plan!("pool_removed_from_the_state")).unwrap();
    for resource in plan["resource_changes"].as_array_mut().unwrap() {
        if resource["address"] == crate::modules::USER_POOL {
            let change = &mut resource["change"];
            change["actions"] = json!(["no-op"]);
            change["importing"] = json!({"id": "us-east-1_another"});
            change["before"] = json!({"id": "us-east-1_another"});
        }
    }
    let plan = plan.to_string();
    let message = refused(&plan).message;
    assert!(message.contains("becomes another pool: "), "{message}");
    assert_eq!(judged(&plan, &[("pool_replaced", "user_pool", None)]), None);
}

#[test]
fn a_pool_that_makes_room_for_an_empty_one_is_lost_to_what_refers_to_it() {
    let pool = crate::modules::USER_POOL;
    let mut plan: Value = serde_json::from_str(plan!("pool_moved")).unwrap();
    for resource in plan["resource_changes"].as_array_mut().unwrap() {
        if resource["address"] == pool {
            let mut made = resource.clone();
            made["change"]["actions"] = json!(["create"]);
            made["change"]["before"] = Value::Null;
            resource["address"] = json!("aws_cognito_user_pool.aside");
            resource["previous_address"] = json!(pool);
            plan["resource_changes"].as_array_mut().unwrap().push(made);
            break;
        }
    }
    let plan = plan.to_string();
    let message = refused(&plan).message;
    assert!(
        message.contains(
            "`module.service.module.user_pool.aws_cognito_user_pool.this` becomes a new, empty pool"
        ),
        "{message}"
    );
    assert!(
        message.contains("moves to `aws_cognito_user_pool.aside`"),
        "{message}"
    );
    assert_eq!(judged(&plan, &[("pool_replaced", "user_pool", None)]), None);
}

#[test]
fn a_pool_that_is_not_found_in_another_region_is_lost_and_accepted_as_the_move_of_the_environment() {
    // The plan is one of eu-west-1.
    let plan = plan!("region_changed");
    let refusal = {
        let service = service(&[]);
        let losses = losses(&shown(plan), &service, "paris");
        judge(&losses, &service, "paris", TODAY).unwrap()
    };
    assert!(
        refusal
            .message
            .contains("Terraform looks in `eu-west-3` and doesn't find pool `us-east-1_"),
        "{}",
        refusal.message
    );
    assert!(
        refusal
            .help
            .contains(r#"{ change = "region_changed", of = "paris""#),
        "{}",
        refusal.help
    );
    // In the same region, the cause is another account or a deletion outside of Terraform.
    assert_eq!(
        answers(plan, "dev"),
        [ChangeId::new(ChangeKind::PoolReplaced, "user_pool")]
    );
    let elsewhere = plan.replace(":123456789012:", ":999999999999:");
    assert_eq!(
        answers(&elsewhere, "dev"),
        [ChangeId::new(ChangeKind::AccountChanged, "dev")]
    );
    assert_eq!(judged(&elsewhere, &[("account_changed", "dev", None)]), None);
    assert!(judged(&elsewhere, &[("account_changed", "paris", None)]).is_some());
}

#[test]
fn a_pool_that_the_region_replaces_is_accepted_as_the_move_of_the_environment() {
    // AWS provider 6 knows the region of each resource.
    let mut plan: Value = serde_json::from_str(plan!("pool_renamed")).unwrap();
    for change in plan["resource_changes"].as_array_mut().unwrap() {
        if change["type"] == "aws_cognito_user_pool" {
            change["change"]["replace_paths"] = json!([["region"]]);
            change["change"]["before"]["region"] = json!("us-east-1");
            change["change"]["after"]["region"] = json!("eu-west-1");
        }
    }
    let plan = plan.to_string();
    let Refusal { message, .. } = refused(&plan);
    assert!(
        message.contains("`environments.dev.region` changes from `us-east-1` to `eu-west-1`"),
        "{message}"
    );
    assert_eq!(judged(&plan, &[("region_changed", "dev", None)]), None);
}

#[test]
fn an_attribute_that_goes_or_changes_is_a_loss_and_one_that_comes_is_not() {
    let Refusal { message, help } = refused(plan!("attribute_removed"));
    assert!(
        message.contains("`aws_cognito_user_pool.staff` removes the attribute `number`"),
        "{message}"
    );
    assert!(!message.contains("department"), "{message}");
    assert!(
        help.contains(r#"{ change = "pool_schema_changed", of = "aws_cognito_user_pool.staff""#),
        "{help}"
    );
    let grown = plan!("attribute_added");
    assert_eq!(judged(grown, &[]), None);
    let after = |change: fn(&mut Value)| {
        let mut plan: Value = serde_json::from_str(grown).unwrap();
        let changes = plan["resource_changes"].as_array_mut().unwrap();
        let pool = changes
            .iter_mut()
            .find(|change| change["address"] == STAFF)
            .unwrap();
        change(&mut pool["change"]);
        refused(&plan.to_string()).message
    };
    let changed = after(|change| {
        let schema = change["after"]["schema"].as_array_mut().unwrap();
        let department = schema.iter_mut().find(|one| one["name"] == "department").unwrap();
        department["string_attribute_constraints"][0]["max_length"] = json!("41");
    });
    assert!(
        changed.contains("changes the attribute `department`"),
        "{changed}"
    );
    let unknown = after(|change| change["after_unknown"]["schema"] = json!([{"name": true}]));
    assert!(
        unknown.contains("may change attributes that are unknown"),
        "{unknown}"
    );
}

#[test]
fn a_domain_that_gets_another_name_is_lost_and_one_that_follows_its_pool_is_not() {
    let plan = plan!("domain_renamed");
    let Refusal { message, .. } = refused(plan);
    assert_eq!(
        message.lines().nth(1).unwrap().trim(),
        "`aws_cognito_user_pool_domain.staff` is replaced because `domain` changes from `staff-of-keep` to \
         `staff-at-keep`: users can no longer sign in at `staff-of-keep`"
    );
    let plan = doing(plan, STAFF, &json!(["delete", "create"]), &[]);
    let plan = plan.replace(r#"[["domain"]]"#, r#"[["user_pool_id"]]"#);
    assert_eq!(
        answers(&plan, "dev"),
        [ChangeId::new(ChangeKind::PoolReplaced, STAFF)]
    );
}

#[test]
fn what_moves_is_kept_and_what_is_not_known_is_not() {
    assert_eq!(judged(plan!("pool_moved"), &[]), None);
    let people = "aws_cognito_user_pool.people";
    let newer = doing(plan!("pool_moved"), people, &json!(["create", "forget"]), &[]);
    assert!(
        refused(&newer)
            .message
            .contains("doesn't know the action `create, forget`")
    );
    let deposed = doing(
        plan!("pool_moved"),
        people,
        &json!(["delete"]),
        &[("deposed", json!("a1b2c3d4"))],
    );
    assert!(
        refused(&deposed)
            .message
            .contains("the pool that a replacement of")
    );
}

#[test]
fn a_first_pool_loses_nothing() {
    let mut plan: Value = serde_json::from_str(plan!("region_changed")).unwrap();
    plan.as_object_mut().unwrap().remove("resource_drift");
    assert_eq!(judged(&plan.to_string(), &[]), None);
}

#[test]
fn a_line_of_a_kind_that_can_only_be_mended_lets_nothing_go() {
    let mut service = service(&[]);
    for kind in ChangeKind::ALL.iter().copied() {
        let mut losses = losses(&shown(plan!("pool_renamed")), &service, "dev");
        for loss in &mut losses {
            loss.protected = false;
            loss.ids = vec![ChangeId::new(kind, STAFF)];
        }
        // No spec has such a line; a `Service` that is made by other means may.
        service.accepted_changes = vec![crate::review::AcceptedChange {
            change: kind,
            of: STAFF.to_owned(),
            reason: "Because".to_owned(),
            until: None,
        }];
        let is_let_go = judge(&losses, &service, "dev", TODAY).is_none();
        assert_eq!(is_let_go, kind.can_be_accepted(), "{}", kind.as_str());
    }
}
