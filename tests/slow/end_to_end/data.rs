//! Tables and buckets in AWS from their first apply to their end: AWS itself keeps what they contain, and only what the spec
//! lets go goes.

use std::fs;

use serde_json::Value;

use crate::support::{Aws, Project, run, text};

const SPEC: &str = r#"
[service]
name   = "depot"
region = "us-east-1"

[api.cors]
allow_origin = "https://depot.example.com"

[tables.orders]
partition_key = "customer"
sort_key      = { name = "placed_at", type = "number" }
indexes       = { by_status = { partition_key = "status" } }
expires_at    = "expires"
stream        = "new_image"

[tables.stock]
partition_key = "article"
capacity      = { read = 2, write = 1 }

[buckets.scans]
expire_days              = 365
expire_old_versions_days = 30
cors                     = ["PUT", "GET"]

[buckets.drafts]
versioning = false

[functions.one]

[routes]
"GET /" = { function = "one", auth = "none" }

[environments.dev]
account = "123456789012"
"#;

const SCANS: &str = "depot-dev-scans-123456789012";
const UNPROTECTED: &str = "account = \"123456789012\"\ndeletion_protection = false\n";

#[test]
fn tables_and_buckets_are_lost_only_where_the_spec_says_so() {
    let (project, aws) = (Project::of("data", SPEC), Aws::start());
    let in_dev = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.splice(1..1, ["--env", "dev"]);
        aws.portcullis(&project, &all)
    };
    let generate = |spec: &str| {
        project.write("portcullis.toml", spec);
        project.portcullis(&["generate"]).succeeded();
    };
    let unprotected = SPEC.replace("account = \"123456789012\"\n", UNPROTECTED);
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let tables = || {
        let listed = aws.ask(&["dynamodb", "list-tables"]);
        let names = listed["TableNames"].as_array().unwrap().iter();
        sorted(names.map(|name| name.as_str().unwrap().to_owned()).collect())
    };
    let buckets = || {
        let listed = aws.ask(&["s3api", "list-buckets"]);
        sorted(
            listed["Buckets"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| text(one, "Name"))
                .collect(),
        )
    };
    let all_buckets = ["depot-dev-drafts-123456789012", SCANS];
    let of_scans = |command: &str| aws.ask(&["s3api", command, "--bucket", SCANS]);

    // What AWS has is what the spec says, and a second plan is empty.
    let check_plan = || {
        in_dev(&["plan", "--out", "dev.tfplan"]).succeeded();
        let root = project.path("terraform/environments/dev");
        let mut show = project.command("terraform");
        show.args(["show", "-json", "../../../dev.tfplan"])
            .current_dir(root);
        project.write("plan.json", &run(&mut show).succeeded().stdout);
        in_dev(&["check", "--plan", "plan.json"]).succeeded();
    };
    generate(SPEC);
    check_plan();
    in_dev(&["apply", "--yes"]).succeeded();
    check_plan();
    let second = in_dev(&["plan", "--detailed-exitcode"]);
    assert_eq!(second.status, 0, "{}{}", second.stdout, second.stderr);
    assert_eq!(tables(), ["depot-dev-orders", "depot-dev-stock"]);
    assert_eq!(buckets(), all_buckets);
    let orders =
        aws.ask(&["dynamodb", "describe-table", "--table-name", "depot-dev-orders"])["Table"].clone();
    assert_eq!(orders["DeletionProtectionEnabled"], true);
    assert_eq!(orders["StreamSpecification"]["StreamViewType"], "NEW_IMAGE");
    assert_eq!(of_scans("get-bucket-versioning")["Status"], "Enabled");
    let open: Vec<Value> = of_scans("get-public-access-block")["PublicAccessBlockConfiguration"]
        .as_object()
        .unwrap()
        .values()
        .cloned()
        .collect();
    assert_eq!(open, vec![Value::Bool(true); 4]);
    let policy: Value = serde_json::from_str(&text(&of_scans("get-bucket-policy"), "Policy")).unwrap();
    assert_eq!(policy["Statement"][0]["Effect"], "Deny");

    // Something is in each now.
    aws.ask(&[
        "dynamodb",
        "put-item",
        "--table-name",
        "depot-dev-stock",
        "--item",
        r#"{"article": {"S": "lamp"}}"#,
        "--return-consumed-capacity",
        "TOTAL",
    ]);
    let file = project.path("scan.pdf");
    fs::write(&file, "a scan").unwrap();
    aws.ask(&[
        "s3api",
        "put-object",
        "--bucket",
        SCANS,
        "--key",
        "scan.pdf",
        "--body",
        file.to_str().unwrap(),
    ]);

    // A spec without them loses them, so Portcullis refuses. AWS keeps them even if the loss is accepted.
    let without = |accept: &str| {
        let (start, end) = (
            SPEC.find("[tables.orders]").unwrap(),
            SPEC.find("[functions.one]").unwrap(),
        );
        format!("{}{}{accept}", &SPEC[..start], &SPEC[end..])
    };
    generate(&without(""));
    in_dev(&["apply", "--yes"])
        .failed(
            1,
            "`module.service.aws_dynamodb_table.stock` is deleted: every item is lost",
        )
        .failed(
            1,
            "`module.service.module.bucket_scans.aws_s3_bucket.this` is deleted: every object is lost",
        )
        .failed(
            1,
            r#"{ change = "table_deleted", of = "tables.orders", reason = "…" },"#,
        )
        .failed(
            1,
            r#"{ change = "bucket_deleted", of = "buckets.scans", reason = "…" },"#,
        );
    let entry = |change: &str, of: &str| {
        format!("  {{ change = \"{change}\", of = \"{of}\", reason = \"Moved\" }},\n")
    };
    let accept = [
        entry("table_deleted", "tables.orders"),
        entry("table_deleted", "tables.stock"),
        entry("bucket_deleted", "buckets.scans"),
        entry("bucket_deleted", "buckets.drafts"),
    ];
    let accept = format!("\n[review]\naccept = [\n{}]\n", accept.concat());
    generate(&without(&accept));
    in_dev(&["apply", "--yes"]).failed(1, "`deletion_protection` is still on for");

    // A bucket that keeps less is refused, too.
    generate(&SPEC.replace(
        "expire_days              = 365",
        "expire_days              = 7\nversioning = false",
    ));
    in_dev(&["apply", "--yes"])
        .failed(
            1,
            r#"{ change = "versioning_suspended", of = "buckets.scans.versioning", reason = "…" },"#,
        )
        .failed(
            1,
            r#"{ change = "objects_expire", of = "buckets.scans.expire_days", reason = "…" },"#,
        );

    // The end: refused while the spec protects, then in two steps, with all that is in them.
    generate(SPEC);
    in_dev(&["destroy", "--yes"])
        .failed(
            1,
            "can't delete `dev`: its deletion protection is on, and you would lose",
        )
        .failed(
            1,
            "write `deletion_protection = false` under `[environments.dev]`",
        );
    assert_eq!(buckets(), all_buckets);
    project.write("portcullis.toml", &unprotected);
    in_dev(&["destroy", "--yes"])
        .succeeded()
        .failed(0, "Turning deletion protection off")
        .failed(0, "Deleted everything of `dev` in AWS");
    assert_eq!((tables(), buckets()), (Vec::new(), Vec::new()));
}
