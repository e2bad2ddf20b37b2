//! Plans that lose tables, and what the data-loss guard says to them.

use serde_json::{Value, json};

use super::{Refusal, TODAY, shown};
use crate::data_loss::{judge, losses};
use crate::review::{ChangeId, ChangeKind};
use crate::service::Service;

const ORDERS: &str = "module.service.aws_dynamodb_table.orders";
const THEIRS: &str = "aws_dynamodb_table.theirs";

pub(super) fn service(table: &str, lines: &[(&str, &str)]) -> Service {
    let accept: String = lines
        .iter()
        .map(|(change, of)| format!("{{ change = \"{change}\", of = \"{of}\", reason = \"Because\" }},\n"))
        .collect();
    let spec = format!(
        "[service]\nname = \"keep\"\nregion = \"us-east-1\"\n\n[user_pool.clients.cli]\nauth_flows = [\"user_srp\"]\n\n\
         {table}\n[functions.one]\n\n[routes]\n\"GET /\" = {{ function = \"one\" }}\n\n[environments.dev]\naccount = \
         \"123456789012\"\nfirst_user = \"a@example.com\"\n\n[review]\naccept = [\n{accept}]\n"
    );
    crate::service(&spec, None).unwrap_or_else(|errors| panic!("{}", errors.render("spec", &spec, false)))
}

const WITH_ORDERS: &str = "[tables.orders]\npartition_key = \"customer\"\n";

fn values(name: &str, protected: bool) -> Value {
    json!({
        "name": name, "hash_key": "customer", "deletion_protection_enabled": protected,
        "arn": format!("arn:aws:dynamodb:us-east-1:123456789012:table/{name}"),
    })
}

/// A plan that does this to a table, with more of its change, and of itself.
fn plan(address: &str, actions: &Value, protected: bool, more: Value, drift: Value) -> String {
    let mut change = json!({
        "actions": actions, "before": values("keep-dev-orders", protected), "after": Value::Null, "after_unknown": {},
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        change[key] = value.clone();
    }
    json!({
        "format_version": "1.2",
        "resource_changes": [{
            "address": address, "mode": "managed", "type": "aws_dynamodb_table", "name": "orders",
            "provider_name": "registry.terraform.io/hashicorp/aws", "change": change,
        }],
        "resource_drift": drift,
    })
    .to_string()
}

fn replaced(path: &str) -> Value {
    json!({"replace_paths": [[path]], "after": {"name": "keep-dev-orders", "hash_key": "buyer"}})
}

fn judged(plan: &str, service: &Service) -> Option<Refusal> {
    judge(&losses(&shown(plan), service, "dev"), service, "dev", TODAY)
}

#[track_caller]
fn assert_refused(plan: &str, says: &str, change: &str, of: &str) {
    let refusal = judged(plan, &service(WITH_ORDERS, &[])).expect("it is refused");
    assert!(refusal.message.contains(says), "{}", refusal.message);
    let entry = format!("{{ change = \"{change}\", of = \"{of}\"");
    assert!(refusal.help.contains(&entry), "{}", refusal.help);
    assert_eq!(judged(plan, &service(WITH_ORDERS, &[(change, of)])), None);
    let other = if change == "table_deleted" {
        "table_replaced"
    } else {
        "table_deleted"
    };
    for (change, of) in [
        (other, of),
        (change, "tables.stock"),
        ("pool_replaced", "user_pool"),
    ] {
        let refused = judged(plan, &service(WITH_ORDERS, &[(change, of)]));
        assert!(refused.is_some(), "{change} of {of} lets it go");
    }
}

#[test]
fn a_table_that_ends_is_refused_in_the_words_of_the_spec() {
    let of = |actions: Value, more: Value| plan(ORDERS, &actions, false, more, json!([]));
    assert_refused(
        &of(json!(["delete"]), json!({})),
        "`module.service.aws_dynamodb_table.orders` is deleted: every item is lost",
        "table_deleted",
        "tables.orders",
    );
    for order in [json!(["delete", "create"]), json!(["create", "delete"])] {
        assert_refused(
            &of(order, replaced("hash_key")),
            "is replaced because `tables.orders.partition_key` changes from `customer` to `buyer`: every item is lost",
            "table_replaced",
            "tables.orders",
        );
    }
    assert_refused(
        &of(json!(["forget"]), json!({})),
        "is removed from the state: the table stays in AWS",
        "table_deleted",
        "tables.orders",
    );
    assert_refused(
        &of(json!(["create", "forget"]), json!({})),
        "doesn't know the action `create, forget`",
        "table_deleted",
        "tables.orders",
    );
}

#[test]
fn a_table_that_the_spec_has_no_more_is_called_by_its_name_in_aws() {
    let plan = plan(ORDERS, &json!(["delete"]), false, json!({}), json!([]));
    let accepted = service("", &[("table_deleted", "tables.orders")]);
    assert_eq!(judged(&plan, &accepted), None);
}

#[test]
fn a_table_of_other_hcl_is_called_by_its_address() {
    let plan = plan(THEIRS, &json!(["delete"]), false, json!({}), json!([]));
    assert_refused(
        &plan,
        "`aws_dynamodb_table.theirs` is deleted",
        "table_deleted",
        THEIRS,
    );
}

#[test]
fn a_table_that_a_replacement_left_behind_is_lost() {
    let mut plan: Value =
        serde_json::from_str(&plan(ORDERS, &json!(["delete"]), false, json!({}), json!([]))).unwrap();
    plan["resource_changes"][0]["deposed"] = json!("a1b2c3d4");
    assert_refused(
        &plan.to_string(),
        "the table that a replacement of `module.service.aws_dynamodb_table.orders` left behind is deleted",
        "table_deleted",
        "tables.orders",
    );
}

#[test]
fn a_table_that_terraform_does_not_find_is_lost() {
    let drift = |arn: &str| {
        let mut before = values("keep-dev-orders", true);
        before["arn"] = json!(arn);
        json!([{
            "address": ORDERS, "mode": "managed", "type": "aws_dynamodb_table", "name": "orders",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": ["delete"], "before": before, "after": null, "after_unknown": {}},
        }])
    };
    let created = json!({"before": null, "after": values("keep-dev-orders", true)});
    let of = |arn: &str| plan(ORDERS, &json!(["create"]), true, created.clone(), drift(arn));
    let here = of("arn:aws:dynamodb:us-east-1:123456789012:table/keep-dev-orders");
    assert_refused(
        &here,
        "becomes a new table without any item: Terraform looks in `us-east-1` and doesn't find `keep-dev-orders`",
        "table_replaced",
        "tables.orders",
    );
    let names = |plan: &str| {
        losses(&shown(plan), &service(WITH_ORDERS, &[]), "dev")[0]
            .ids
            .clone()
    };
    let elsewhere = of("arn:aws:dynamodb:eu-west-1:123456789012:table/keep-dev-orders");
    assert_eq!(
        names(&elsewhere)[0],
        ChangeId::new(ChangeKind::RegionChanged, "dev")
    );
    let another = of("arn:aws:dynamodb:us-east-1:999999999999:table/keep-dev-orders");
    assert_eq!(
        names(&another)[0],
        ChangeId::new(ChangeKind::AccountChanged, "dev")
    );
}

#[test]
fn a_table_that_aws_protects_is_unprotected_first() {
    let of = |address| plan(address, &json!(["delete"]), true, json!({}), json!([]));
    let refusal = |address, of_: &str| {
        judged(&of(address), &service(WITH_ORDERS, &[("table_deleted", of_)])).expect("it is refused")
    };
    let own = refusal(ORDERS, "tables.orders");
    assert!(
        own.message.contains("`deletion_protection` is still on for"),
        "{}",
        own.message
    );
    assert!(
        own.help
            .contains("`deletion_protection = false` under `[environments.dev]`"),
        "{}",
        own.help
    );
    let theirs = refusal(THEIRS, THEIRS);
    assert!(
        theirs.help.contains("`deletion_protection_enabled = false`"),
        "{}",
        theirs.help
    );
}

#[test]
fn a_table_that_stays_or_is_the_first_loses_nothing() {
    for (actions, more) in [
        (
            json!(["no-op"]),
            json!({"after": values("keep-dev-orders", true)}),
        ),
        (
            json!(["update"]),
            json!({"after": values("keep-dev-orders", false)}),
        ),
        (
            json!(["create"]),
            json!({"before": null, "after": values("keep-dev-orders", true)}),
        ),
    ] {
        let plan = plan(ORDERS, &actions, true, more, json!([]));
        assert_eq!(judged(&plan, &service(WITH_ORDERS, &[])), None, "{actions}");
    }
}
