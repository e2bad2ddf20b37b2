//! Queues and topics in AWS from their first apply to their end.

use serde_json::Value;

use crate::support::{Aws, Project, run, text};

const SPEC: &str = r#"
[service]
name   = "post"
region = "us-east-1"

[queues.mails]
failed_after = 1

[queues.bills]
fifo                        = true
content_based_deduplication = true
failed_after                = 5

[topics.news]
display_name = "Post news"

[topics.changes]
fifo = true

[functions.one]
uses = { "queues.mails" = ["send"], "queues.bills-failed" = ["receive"], "topics.news" = ["publish"] }

[routes]
"GET /" = { function = "one", auth = "none" }

[environments.dev]
account             = "123456789012"
deletion_protection = false
"#;

#[test]
fn queues_and_topics_are_what_the_spec_says() {
    let (project, aws) = (Project::of("messages", SPEC), Aws::start());
    let in_dev = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.splice(1..1, ["--env", "dev"]);
        aws.portcullis(&project, &all)
    };
    let check_plan = || {
        in_dev(&["plan", "--out", "dev.tfplan"]).succeeded();
        let root = project.path("terraform/environments/dev");
        let mut show = project.command("terraform");
        show.args(["show", "-json", "../../../dev.tfplan"])
            .current_dir(root);
        project.write("plan.json", &run(&mut show).succeeded().stdout);
        in_dev(&["check", "--plan", "plan.json"]).succeeded();
    };
    project.portcullis(&["generate"]).succeeded();
    check_plan();
    in_dev(&["apply", "--yes"]).succeeded();
    check_plan();
    let second = in_dev(&["plan", "--detailed-exitcode"]);
    assert_eq!(second.status, 0, "{}{}", second.stdout, second.stderr);

    // The function knows the URL at which one caller sends and another one receives.
    let function = aws.ask(&[
        "lambda",
        "get-function-configuration",
        "--function-name",
        "post-dev-one",
    ]);
    let variable = |name: &str| text(&function["Environment"]["Variables"], name);
    let url = variable("QUEUE_MAILS_URL");
    assert_eq!(
        url,
        "https://sqs.us-east-1.amazonaws.com/123456789012/post-dev-mails"
    );
    assert!(variable("QUEUE_BILLS_FAILED_URL").ends_with("/post-dev-bills-failed.fifo"));
    aws.ask(&[
        "sqs",
        "send-message",
        "--queue-url",
        &url,
        "--message-body",
        "hello",
    ]);
    let receive = |url: &str| {
        let now = ["--visibility-timeout", "0", "--wait-time-seconds", "0"];
        let call = [
            "sqs",
            "receive-message",
            "--query",
            "Messages",
            "--queue-url",
            url,
        ];
        aws.ask(&[&call[..], &now[..]].concat())
    };
    assert_eq!(receive(&url)[0]["Body"], "hello");
    // It failed once, so it moves.
    assert_eq!(receive(&url), Value::Null);
    assert_eq!(receive(&format!("{url}-failed"))[0]["Body"], "hello");

    let of_queue = aws.ask(&[
        "sqs",
        "get-queue-attributes",
        "--queue-url",
        &url,
        "--attribute-names",
        "All",
    ]);
    let attributes = &of_queue["Attributes"];
    assert_eq!(attributes["ReceiveMessageWaitTimeSeconds"], "20");
    assert!(text(attributes, "Policy").contains("aws:SecureTransport"));
    let topic = variable("TOPIC_NEWS_ARN");
    let attributes = aws.ask(&["sns", "get-topic-attributes", "--topic-arn", &topic])["Attributes"].clone();
    assert_eq!(attributes["DisplayName"], "Post news");
    assert!(text(&attributes, "Policy").contains("aws:SecureTransport"));

    in_dev(&["destroy", "--yes"]).succeeded();
    assert_eq!(
        aws.ask(&["sqs", "list-queues", "--query", "QueueUrls"]),
        Value::Null
    );
    assert_eq!(aws.ask(&["sns", "list-topics"])["Topics"], serde_json::json!([]));
}
