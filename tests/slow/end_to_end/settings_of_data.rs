//! Settings of data in one environment reach AWS and go again. Each time, a second plan has nothing to change.

use serde_json::json;

use crate::support::{Aws, Project};

const SPEC: &str = r#"
[service]
name   = "stages"
region = "us-east-1"

[tables.stock]
partition_key = "article"
indexes       = { by_shelf = { partition_key = "shelf" } }

[buckets.drafts]

[queues.mails]

[topics.news]

[functions.one]

[routes]
"GET /" = { function = "one", auth = "none" }

[environments.dev]
account = "123456789012"
"#;

const OWN: &str = r#"
[environments.dev.tables.stock]
capacity = { read = 3, write = 2 }

[environments.dev.buckets.drafts]
versioning = false

[environments.dev.queues.mails]
visibility_timeout_seconds = 90

[environments.dev.topics.news]
display_name = "News (dev)"

[review]
accept = [{ change = "versioning_suspended", of = "environments.dev.buckets.drafts.versioning", reason = "Drafts of tests" }]
"#;

#[test]
fn settings_of_data_come_and_go_with_an_environment() {
    let (project, aws) = (Project::of("stages", SPEC), Aws::start());
    for own in ["", OWN, ""] {
        project.write("portcullis.toml", &format!("{SPEC}{own}"));
        project.portcullis(&["generate"]).succeeded();
        aws.portcullis(&project, &["apply", "--env", "dev", "--yes"])
            .succeeded();
        aws.portcullis(&project, &["plan", "--env", "dev", "--detailed-exitcode"])
            .succeeded();

        let is_own = !own.is_empty();
        let table = aws.ask(&["dynamodb", "describe-table", "--table-name", "stages-dev-stock"]);
        let units = if is_own { [3, 2] } else { [0, 0] };
        for throughput in [
            &table["Table"]["ProvisionedThroughput"],
            &table["Table"]["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"],
        ] {
            assert_eq!(throughput["ReadCapacityUnits"], json!(units[0]), "{table}");
            assert_eq!(throughput["WriteCapacityUnits"], json!(units[1]), "{table}");
        }
        let bucket = "stages-dev-drafts-123456789012";
        let versioning = aws.ask(&["s3api", "get-bucket-versioning", "--bucket", bucket]);
        let status = if is_own { "Suspended" } else { "Enabled" };
        assert_eq!(versioning["Status"], status, "{versioning}");
        let url = "https://sqs.us-east-1.amazonaws.com/123456789012/stages-dev-mails";
        let queue = aws.ask(&[
            "sqs",
            "get-queue-attributes",
            "--queue-url",
            url,
            "--attribute-names",
            "All",
        ]);
        let seconds = if is_own { "90" } else { "30" };
        assert_eq!(queue["Attributes"]["VisibilityTimeout"], seconds, "{queue}");
        let topic = "arn:aws:sns:us-east-1:123456789012:stages-dev-news";
        let shown =
            &aws.ask(&["sns", "get-topic-attributes", "--topic-arn", topic])["Attributes"]["DisplayName"];
        assert_eq!(shown, if is_own { "News (dev)" } else { "" });
    }
}
