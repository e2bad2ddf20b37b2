//! The example of `docs/own-resources.md`, applied.

use serde_json::Value;

use crate::support::{Project, blocks_about_own_resources};

#[test]
fn the_documented_module_is_applied_and_matches_the_spec() {
    let project = Project::of("shop", blocks_about_own_resources("toml")[0]);
    project.write(
        "terraform/modules/own/main.tf",
        blocks_about_own_resources("hcl")[0],
    );
    project.portcullis(&["apply"]).succeeded();
    project.assert_nothing_to_change();
    project.write("state.json", &project.state());
    let surface = |arguments: &[&str]| -> Value {
        let shown = project.portcullis(arguments).succeeded();
        serde_json::from_str(&shown.stdout).unwrap()
    };
    let spec = surface(&["surface", "--json"]);
    assert_eq!(spec, surface(&["surface", "--json", "--state", "state.json"]));
    let text = spec.to_string();
    assert!(text.contains("${own.carts}"), "{text}");
    // It is sensitive, because the module decides what it contains.
    assert!(project.outputs()["own"].is_null());

    // A new environment's first plan knows what functions may do.
    let policy = "\nresource \"aws_iam_role_policy\" \"more\" {\n  role   = \"shop-local-orders\"\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = [\"sqs:SendMessage\"], Resource = [\"*\"] }] })\n}\n";
    project
        .portcullis(&["plan", "--json-out", "plan.json"])
        .succeeded();
    project.portcullis(&["check", "--plan", "plan.json"]).succeeded();
    project.write("terraform/modules/own/policy.tf", policy);
    project
        .portcullis(&["plan", "--json-out", "plan.json"])
        .succeeded();
    let checked = project.portcullis(&["check", "--plan", "plan.json"]);
    assert!(
        checked.stdout.contains(
            "`may = [{ actions = [\"sqs:SendMessage\"], resources = [\"*\"], reason = \"…\" }]` into `[functions.orders]`"
        ),
        "{}",
        checked.stdout
    );
    project.portcullis(&["destroy", "--yes"]).succeeded();
}
