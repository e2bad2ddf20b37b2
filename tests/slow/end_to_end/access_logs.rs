//! Access logs: written in `local` with the fields that the generated files name, and refused in an account without the role.

use serde_json::Value;

use crate::support::terraform::{Provider, run};
use crate::support::{Aws, Project, curl};

const LEDGER: &str = r#"
[service]
name   = "ledger"
region = "us-east-1"

[user_pool.clients.web]
auth_flows = ["user_password"]

[api]
access_logs = { retention_days = 30 }

[functions.entries]

[routes]
"GET /entries/{id}" = { function = "entries" }
"GET /status"       = { function = "entries", auth = "none" }

[environments.dev]
account                   = "123456789012"
access_log_retention_days = 90
"#;

#[test]
fn each_request_has_a_line_without_a_token() {
    let project = Project::of("ledger", LEDGER);
    project.portcullis(&["logs", "--access"]).failed(2, "no logs yet");
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    project.assert_nothing_to_change();
    let token = project.sign_in_first();
    let authorization = format!("Authorization: {token}");
    let call =
        |path: &str, headers: &[&str]| curl("GET", &format!("{}{path}", project.api_url()), headers).status;
    assert_eq!(call("/status?secret=1", &[]), 200);
    assert_eq!(call("/entries/7", &[&authorization]), 200);
    assert_eq!(call("/entries/7", &[]), 401);
    assert_eq!(call("/nowhere", &[&authorization]), 403);
    let logs = project.portcullis(&["logs", "--access"]).succeeded().stdout;
    let lines: Vec<Value> = logs
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let field = |name: &str| -> Vec<&str> { lines.iter().map(|line| line[name].as_str().unwrap()).collect() };
    assert_eq!(field("status"), ["200", "200", "401", "403"]);
    assert_eq!(
        field("resourcePath")[..3],
        ["/status", "/entries/{id}", "/entries/{id}"]
    );
    assert_eq!(field("sub")[0], "-");
    assert_eq!(field("sub")[1].len(), 36);
    assert_eq!(lines[0].as_object().unwrap().len(), 14);
    for secret in [&token[..40], "secret=1", "/entries/7"] {
        assert!(!logs.contains(secret), "{logs}");
    }

    // Without the key, the log group goes.
    project.change(
        &LEDGER
            .replace("access_logs = { retention_days = 30 }", "")
            .replace("access_log_retention_days = 90", ""),
    );
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    project.assert_nothing_to_change();
    let groups = project.aws(&["logs", "describe-log-groups"]);
    assert!(!groups.to_string().contains("/aws/apigateway/"), "{groups}");
    project
        .portcullis(&["logs", "--access"])
        .failed(2, "`--access` needs `access_logs`");
    project.portcullis(&["destroy"]).succeeded();
}

#[test]
fn an_account_without_the_role_is_refused_until_its_own_root_is_applied() {
    let project = Project::of("ledger", LEDGER);
    let aws = Aws::with_managed_policies();
    project.portcullis(&["generate"]).succeeded();
    aws.portcullis(&project, &["apply", "--env", "dev", "--yes"])
        .failed(1, "API Gateway has no role to write access logs in us-east-1")
        .failed(1, "terraform -chdir=terraform/account/dev apply");
    let root = project.path("terraform/account/dev");
    let provider = Provider::find();
    provider.init(&root);
    let terraform = |arguments: &[&str]| {
        let mut command = provider.terraform(&root);
        run(command.args(arguments).envs(aws.variables()))
    };
    let (applied, text) = terraform(&["apply", "-auto-approve", "-input=false"]);
    assert!(applied, "{text}");
    let account = aws.ask(&["apigateway", "get-account"]);
    assert_eq!(
        account["cloudwatchRoleArn"],
        "arn:aws:iam::123456789012:role/api-gateway-logs-us-east-1"
    );
    let (is_same, text) = terraform(&["plan", "-detailed-exitcode", "-input=false"]);
    assert!(is_same, "{text}");
    let (destroyed, text) = terraform(&["destroy", "-auto-approve", "-input=false"]);
    assert!(!destroyed && text.contains("prevent_destroy"), "{text}");
    aws.portcullis(&project, &["apply", "--env", "dev", "--yes"])
        .succeeded();
    let groups = aws.ask(&[
        "logs",
        "describe-log-groups",
        "--log-group-name-prefix",
        "/aws/apigateway/",
    ]);
    assert_eq!(
        groups["logGroups"][0]["logGroupName"],
        "/aws/apigateway/ledger-dev"
    );
    assert_eq!(groups["logGroups"][0]["retentionInDays"], 90);
}
