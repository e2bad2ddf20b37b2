//! Events of an applied spec reach their functions, and a second plan has nothing to change.

use crate::support::{Project, text, wait_until};

const SPEC: &str = r#"
[service]
name   = "night"
region = "us-east-1"

[tables.orders]
partition_key = "id"
stream        = "new_image"

[functions.hello]

[functions.reports]
on = [
  { schedule = "rate(1 day)", timezone = "Europe/Berlin", input = { kind = "daily" } },
  { event = { source = ["shop.payments"], detail = { amount = [{ numeric = [">", 10] }] } } },
  { table = "orders", filters = [{ eventName = ["INSERT"] }], retries = 2, max_age_seconds = 3600 },
]

[routes]
"GET /" = { function = "hello", auth = "none" }
"#;

#[test]
fn what_a_spec_says_of_events_is_delivered() {
    let project = Project::of("night", SPEC);
    project.portcullis(&["apply"]).succeeded();
    project.assert_nothing_to_change();
    let log = || project.read(".portcullis/local/data-plane/log");
    let undelivered = log();
    assert!(!undelivered.contains("delivers nothing"), "{undelivered}");

    let answer = project
        .portcullis(&["invoke", "reports", "--schedule"])
        .succeeded()
        .json();
    assert_eq!(text(&answer, "body"), "reports\n{\"kind\":\"daily\"}");

    let entry = |amount: u32| {
        format!(r#"[{{"Source":"shop.payments","DetailType":"Paid","Detail":"{{\"amount\":{amount}}}"}}]"#)
    };
    for amount in [5, 50] {
        project.aws(&["events", "put-events", "--entries", &entry(amount)]);
    }
    wait_until("the event is handled", || {
        log().contains("reports` handled an event of")
    });
    assert_eq!(
        log().matches("reports` handled an event of").count(),
        1,
        "{}",
        log()
    );

    let item = r#"{"id":{"S":"first"}}"#;
    project.aws(&[
        "dynamodb",
        "put-item",
        "--table-name",
        "night-local-orders",
        "--item",
        item,
    ]);
    wait_until("the new item is handled", || {
        log().contains("reports` handled 1 of 1 records of")
    });

    project.portcullis(&["destroy", "--yes"]).succeeded();
}
