//! Tests of hand-written files that decide which servers Terraform connects to or what it runs. Every command blocks
//! such a file until `[review]` accepts it by its address. Ordinary resources pass. The generator (`own_files`) decides
//! which files and arguments count; these tests are about the commands.

#![allow(clippy::unwrap_used)] // a test may panic

use portcullis_test_support::in_time::InTime;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

const DEMO: &str = include_str!("../portcullis.toml");

/// A project that is committed and generated, in a repository of its own.
struct Project(TempDir);

struct Ended {
    code: i32,
    said: String,
}

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.write("portcullis.toml", DEMO);
        for function in ["open", "authenticated"] {
            project.write(
                &format!("functions/{function}/Cargo.toml"),
                &format!("[package]\nname = {function:?}\n"),
            );
            project.write(&format!("functions/{function}/src/main.rs"), "fn main() {}\n");
        }
        assert_eq!(project.portcullis(&["generate"]).code, 0);
        project.git(&["init", "--quiet", "--initial-branch=main"]);
        project.commit();
        project
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
            .args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"])
            .args(arguments)
            .current_dir(self.path())
            .output_in_time()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    fn commit(&self) {
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "Change"]);
    }

    fn portcullis(&self, arguments: &[&str]) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_portcullis"))
            .args(arguments)
            .current_dir(self.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output_in_time()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        Ended {
            code: output.status.code().unwrap(),
            said: String::from_utf8(said).unwrap(),
        }
    }

    /// The spec, with lines that accept changes of a kind.
    fn accept(&self, kind: &str, subjects: &[&str]) {
        self.accept_until(kind, subjects, "");
    }

    /// The same with another key in each line.
    fn accept_until(&self, kind: &str, subjects: &[&str], until: &str) {
        let lines: String = subjects
            .iter()
            .map(|of| format!("  {{ change = \"{kind}\", of = \"{of}\", reason = \"Ours\"{until} }},\n"))
            .collect();
        self.write(
            "portcullis.toml",
            &format!("{DEMO}\n[review]\naccept = [\n{lines}]\n"),
        );
    }
}

impl Ended {
    #[track_caller]
    fn says(&self, code: i32, sentence: &str) {
        assert_eq!(self.code, code, "{}", self.said);
        assert!(
            self.said.contains(sentence),
            "`{sentence}` is not in\n{}",
            self.said
        );
    }
}

/// The commands that read the files. Committed files are reviewed as git has them, too.
const OF_FILES: [&[&str]; 4] = [
    &["generate", "--check"],
    &["check"],
    &["review"],
    &["review", "--base", "HEAD~1", "--head", "HEAD"],
];

/// An attack: every call of Terraform goes to a stranger's proxy.
const PROXY: &str = "provider \"aws\" {\n  http_proxy = \"http://proxy.example\"\n\n  endpoints {\n    lambda = \
                     \"http://lambda.example\"\n  }\n}\n";

/// The key of a line whose last day is over.
const EXPIRED: &str = ", until = 2026-11-01";

/// The error about such an entry.
fn expired(of: &str) -> String {
    format!("of `{of}` was accepted until 2026-11-01")
}

#[test]
fn a_file_that_reconfigures_terraform_is_blocked_until_its_address_is_accepted() {
    let project = Project::new();
    for (path, text, address) in [
        ("environments/local/z_override.tf", PROXY, "provider.aws"),
        (
            "environments/dev/z.tf",
            "provider \"aws\" {\n  alias = \"x\"\n}\n",
            "provider.aws.x",
        ),
        (
            "environments/dev/z.tf",
            "terraform {\n  backend \"http\" {}\n}\n",
            "terraform.backend.http",
        ),
        (
            "environments/dev/z.tf",
            "data \"external\" \"x\" {\n  program = [\"sh\"]\n}\n",
            "data.external.x",
        ),
        (
            "modules/own/z.tf",
            "module \"x\" {\n  source = \"git::https://x.example\"\n}\n",
            "module.x",
        ),
        (
            "environments/dev/z.tf.json",
            r#"{ "resource": { "terraform_data": { "x": { "provisioner": { "local-exec": { "command": "x" } } } } } }"#,
            "terraform_data.x.provisioner.local-exec",
        ),
        (
            "environments/dev/main.tofu",
            "provider \"aws\" {}\n",
            "provider.aws",
        ),
    ] {
        project.write("portcullis.toml", DEMO);
        project.write(&format!("terraform/{path}"), text);
        project.commit();
        let of = format!("terraform/{path}: {address}");
        for command in OF_FILES {
            project.portcullis(command).says(1, &of);
        }
        project.accept("terraform_reconfigured", &[&of]);
        project.commit();
        for command in OF_FILES {
            project.portcullis(command).says(0, "Ours");
        }
        project.accept_until("terraform_reconfigured", &[&of], EXPIRED);
        for command in &OF_FILES[..3] {
            project.portcullis(command).says(1, &expired(&of));
        }
        project.accept("terraform_reconfigured", &[&of]);
        // The line is for as long as the block is there, also when nothing of it changes.
        project.commit();
        project.portcullis(OF_FILES[3]).says(0, "Ours");
        project.git(&["rm", "--quiet", &format!("terraform/{path}")]);
        project.portcullis(&["review"]).says(1, "unused `accept` entry");
    }
}

#[test]
fn what_is_beside_the_texts_is_blocked_by_its_path() {
    // A provider that Terraform prefers to the registry's.
    let project = Project::new();
    let provider = "terraform/environments/dev/terraform.d/plugins/registry.terraform.io/hashicorp/aws/6.0.0/linux_amd64/x";
    project.write(provider, "#!/bin/sh\n");
    project.commit();
    for command in OF_FILES {
        project
            .portcullis(command)
            .says(1, "terraform/environments/dev/terraform.d");
    }

    // A list of modules that `terraform init` takes for its own.
    let project = Project::new();
    project.commit();
    project.write("terraform/environments/dev/.terraform/modules/modules.json", "{}");
    for command in OF_FILES {
        assert_eq!(
            project.portcullis(command).code,
            0,
            "one that is not committed is Terraform's own"
        );
    }
    project.commit();
    for command in OF_FILES {
        project
            .portcullis(command)
            .says(1, "terraform/environments/dev/.terraform");
    }

    let project = Project::new();
    std::os::unix::fs::symlink("/tmp", project.path().join("terraform/modules/own")).unwrap();
    project.commit();
    for command in OF_FILES {
        project
            .portcullis(command)
            .says(1, "`terraform/modules/own` is a link");
    }
}

#[test]
fn an_ordinary_file_passes_as_before() {
    let project = Project::new();
    project.write(
        "terraform/environments/dev/own.tf",
        "resource \"aws_sqs_queue\" \"jobs\" {\n  name = \"jobs\"\n}\n\nmodule \"own\" {\n  source = \"../../modules/own\"\n}\n",
    );
    project.write(
        "terraform/modules/own/main.tf",
        "data \"aws_caller_identity\" \"me\" {}\n\noutput \"account\" {\n  value = data.aws_caller_identity.me.account_id\n}\n",
    );
    project.commit();
    for command in OF_FILES {
        assert_eq!(project.portcullis(command).code, 0, "{command:?}");
    }
    project
        .portcullis(&["review", "--base", "HEAD~1"])
        .says(0, "`terraform/modules/own/main.tf` is new and is not generated");
}

/// The first plan of the demo's `dev`, with an edit.
fn plan(edit: impl Fn(&mut Value)) -> String {
    let text = include_str!("../generator/tests/plans/demo_first.json");
    let mut plan: Value = serde_json::from_str(text).unwrap();
    edit(&mut plan["configuration"]);
    plan.to_string()
}

#[test]
fn a_plan_with_another_setup_is_blocked_until_its_address_is_accepted() {
    let aws = "registry.terraform.io/hashicorp/aws";
    let external = "registry.terraform.io/hashicorp/external";
    let constant = |value: Value| json!({ "constant_value": value });
    let set = |name: &'static str, value: Value| {
        move |configuration: &mut Value| {
            configuration["provider_config"]["aws"]["expressions"][name] = value.clone()
        }
    };
    let add = |key: &'static str, value: Value| {
        move |configuration: &mut Value| configuration["provider_config"][key] = value.clone()
    };
    let root = |pointer: &'static str, value: Value| {
        move |configuration: &mut Value| {
            *configuration["root_module"].pointer_mut(pointer).unwrap() = value.clone()
        }
    };
    type Edit = Box<dyn Fn(&mut Value)>;
    let cases: Vec<(Edit, &str)> = vec![
        (
            Box::new(set("http_proxy", constant("http://x".into()))),
            "provider.aws.http_proxy",
        ),
        (
            Box::new(set(
                "endpoints",
                json!([{ "lambda": constant("http://x".into()) }]),
            )),
            "provider.aws.endpoints",
        ),
        (
            Box::new(set(
                "assume_role",
                json!([{ "role_arn": { "references": ["var.x"] } }]),
            )),
            "provider.aws.assume_role",
        ),
        (
            Box::new(set("custom_ca_bundle", constant("x".into()))),
            "provider.aws.custom_ca_bundle",
        ),
        (
            Box::new(set("insecure", constant(true.into()))),
            "provider.aws.insecure",
        ),
        (
            Box::new(set("skip_credentials_validation", constant(true.into()))),
            "provider.aws.skip_credentials_validation",
        ),
        (
            Box::new(set("profile", constant("x".into()))),
            "provider.aws.profile",
        ),
        (
            Box::new(set("shared_config_files", constant(json!(["x"])))),
            "provider.aws.shared_config_files",
        ),
        (
            Box::new(set(
                "ignore_tags",
                json!([{ "keys": constant(json!(["Service"])) }]),
            )),
            "provider.aws.ignore_tags",
        ),
        (
            Box::new(set("allowed_account_ids", constant(json!(["210987654321"])))),
            "provider.aws.allowed_account_ids",
        ),
        (
            Box::new(set(
                "default_tags",
                json!([{ "tags": constant(json!({ "Service": "hello" })) }]),
            )),
            "provider.aws.default_tags",
        ),
        (
            Box::new(set("region", json!({ "references": ["var.region"] }))),
            "provider.aws.region",
        ),
        (
            Box::new(add(
                "aws.x",
                json!({ "name": "aws", "full_name": aws, "alias": "x" }),
            )),
            "provider.aws.x",
        ),
        (
            Box::new(add(
                "module.service:aws",
                json!({ "name": "aws", "full_name": aws, "module_address": "module.service", "expressions": { "insecure":
                         constant(true.into()) } }),
            )),
            "module.service.provider.aws",
        ),
        (
            Box::new(add(
                "external",
                json!({ "name": "external", "full_name": external }),
            )),
            "provider.external",
        ),
        (
            Box::new(root(
                "/module_calls/service/source",
                "git::https://x.example".into(),
            )),
            "module.service",
        ),
        (
            Box::new(root(
                "/module_calls/service/module/module_calls/rest_api/source",
                "x/y/z".into(),
            )),
            "module.service.module.rest_api",
        ),
        (
            Box::new(|configuration: &mut Value| {
                configuration["root_module"]["actions"] =
                    json!([{ "address": "action.aws_lambda_invoke.x" }]);
            }),
            "action.aws_lambda_invoke.x",
        ),
        (
            Box::new(|configuration: &mut Value| {
                configuration["root_module"]["resources"] =
                    json!([{ "address": "terraform_data.x", "provisioners": [{ "type": "local-exec" }] }]);
            }),
            "terraform_data.x.provisioner.local-exec",
        ),
    ];
    let project = Project::new();
    let commands: [&[&str]; 2] = [
        &["check", "--plan", "plan.json"],
        &["review", "--plan", "plan.json"],
    ];
    for (edit, address) in &cases {
        project.write("portcullis.toml", DEMO);
        project.write("plan.json", &plan(edit));
        for command in commands {
            // An argument is named before what it is of.
            let ended = project.portcullis(command);
            let (of, name) = address.rsplit_once('.').unwrap();
            let sentences = [format!("`{address}`"), format!("`{name}` of `{of}`")];
            assert_eq!(ended.code, 1, "{}", ended.said);
            assert!(
                sentences.iter().any(|sentence| ended.said.contains(sentence)),
                "{}",
                ended.said
            );
        }
        project.accept("plan_adds", &[&format!("dev: {address}")]);
        for command in commands {
            project.portcullis(command).says(0, "Ours");
        }
        project.accept_until("plan_adds", &[&format!("dev: {address}")], EXPIRED);
        for command in commands {
            project
                .portcullis(command)
                .says(1, &expired(&format!("dev: {address}")));
        }
    }
}

#[test]
fn a_generated_setup_passes_and_so_does_a_module_that_only_needs_the_provider() {
    let project = Project::new();
    let module = json!({ "name": "aws", "full_name": "registry.terraform.io/hashicorp/aws", "module_address": "module.own" });
    let builtin = json!({ "name": "terraform", "full_name": "terraform.io/builtin/terraform" });
    for text in [
        plan(|_| ()),
        plan(|configuration| {
            configuration["provider_config"]["module.own:aws"] = module.clone();
            configuration["provider_config"]["terraform"] = builtin.clone();
        }),
    ] {
        project.write("plan.json", &text);
        for command in [
            &["check", "--plan", "plan.json"],
            &["review", "--plan", "plan.json"],
        ] {
            let ended = project.portcullis(command);
            assert_eq!(ended.code, 0, "{}", ended.said);
        }
    }
}
