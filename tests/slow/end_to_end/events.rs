//! Events of an applied spec reach their functions, and a second plan has nothing to change.

use crate::support::{Project, text, wait_until};

const SPEC: &str = r#"
[service]
name   = "night"
region = "us-east-1"

[tables.orders]
partition_key = "id"
stream        = "new_image"

[queues.mails]
visibility_timeout_seconds = 13
failed_after               = 1

[queues.unreported]

[buckets.receipts]

[topics.news]

[functions.hello]

[functions.reports]
on_failure = "queues.unreported"
retries    = 0
on = [
  { schedule = "rate(1 day)", timezone = "Europe/Berlin", input = { kind = "daily" } },
  { event = { source = ["shop.payments"], detail = { amount = [{ numeric = [">", 10] }] } } },
  { table = "orders", filters = [{ eventName = ["INSERT"] }], retries = 2, max_age_seconds = 3600, on_failure = "queues.unreported" },
]

[functions.mailer]
timeout_seconds = 2
on = [{ queue = "mails", window_seconds = 1, max_concurrency = 2 }]

[functions.reader]
on = [
  { bucket = "receipts", prefix = "in/", suffix = ".pdf" },
  { bucket = "receipts", name = "gone", events = ["removed"] },
]

[functions.teller]
on = [{ topic = "news", filter = { kind = ["order"] }, on_failure = "queues.unreported" }]

[functions.rescue]
timeout_seconds = 2
on = [{ queue = "mails-failed" }]

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

    let failing =
        r#"[{"Source":"shop.payments","DetailType":"Paid","Detail":"{\"amount\":11,\"fail\":true}"}]"#;
    project.aws(&["events", "put-events", "--entries", failing]);
    wait_until("the failed event is kept", || {
        log().contains("sent a record to `arn:aws:sqs:us-east-1:123456789012:night-local-unreported`")
    });

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

    let queue = "https://sqs.us-east-1.amazonaws.com/123456789012/night-local-mails";
    let entries = r#"[{"Id":"1","MessageBody":"one"},{"Id":"2","MessageBody":"fail"},{"Id":"3","MessageBody":"three"}]"#;
    project.aws(&[
        "sqs",
        "send-message-batch",
        "--queue-url",
        queue,
        "--entries",
        entries,
    ]);
    // One of them failed. It comes again when its visibility timeout is over, and that is once too often.
    wait_until("two of the messages are handled", || {
        log().contains("mailer` handled 2 of 3 messages of")
    });
    wait_until("the failed message is where failed messages go", || {
        log().contains("rescue` handled 0 of 1 messages of")
    });
    assert_eq!(log().matches("mailer` handled").count(), 1, "{}", log());

    let bucket = "night-local-receipts-123456789012";
    for key in ["in/one.pdf", "in/two.txt", "out/three.pdf"] {
        project.aws(&["s3api", "put-object", "--bucket", bucket, "--key", key]);
    }
    project.aws(&[
        "s3api",
        "delete-object",
        "--bucket",
        bucket,
        "--key",
        "in/two.txt",
    ]);
    wait_until("the new object and the removed one are handled", || {
        log().matches("reader` handled an event of").count() >= 2
    });
    assert_eq!(
        log().matches("reader` handled an event of").count(),
        2,
        "{}",
        log()
    );

    let topic = "arn:aws:sns:us-east-1:123456789012:night-local-news";
    for kind in ["order", "return"] {
        let attributes = format!(r#"{{"kind":{{"DataType":"String","StringValue":"{kind}"}}}}"#);
        project.aws(&[
            "sns",
            "publish",
            "--topic-arn",
            topic,
            "--message",
            "hello",
            "--message-attributes",
            &attributes,
        ]);
    }
    wait_until("the message that fits is handled", || {
        log().contains("teller` handled an event of")
    });
    assert_eq!(
        log().matches("teller` handled an event of").count(),
        1,
        "{}",
        log()
    );

    // A bucket that contains objects is deleted in `local` only.
    project.portcullis(&["destroy", "--yes"]).succeeded();
}
