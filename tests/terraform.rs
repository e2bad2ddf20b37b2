//! The golden trees in the hands of the real Terraform and AWS provider, without artifacts, credentials or network.
//!
//! Slow: the provider takes seconds to start. It comes from the folder that `PORTCULLIS_PLUGIN_DIR` names, else from
//! where `portcullis` itself finds one, else from the registry.

#![allow(clippy::unwrap_used)] // a test may panic
#![allow(dead_code, reason = "the search for the provider is the command's own")]

#[path = "../src/failure.rs"]
mod failure;
#[path = "../src/terraform/provider.rs"]
mod provider;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use portcullis_generator::{service, state, surface};
use provider::ProviderSource;
use serde_json::{Value, json};
use tempfile::TempDir;

#[test]
fn slow_terraform_validates_a_root_of_every_tree() {
    let provider = Provider::find();
    for entry in fs::read_dir(root()).unwrap() {
        let case = entry.unwrap().file_name().into_string().unwrap();
        let tree = Tree::copy(&case);
        let environments = names(&tree.0.path().join("environments"));
        // What goes to AWS has more in it than `local`.
        let environment = environments.iter().find(|name| *name != "local");
        let environment = environment.map_or("local", String::as_str);
        provider.init(&tree, environment);
        let (_, text) = provider.run(&tree, environment, &["validate", "-json"]);
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(
            answer["diagnostics"],
            Value::Array(vec![]),
            "{case}, {environment}"
        );
    }
}

#[test]
fn slow_terraform_applies_the_demo_to_a_mocked_provider() {
    applies_to_a_mocked_provider("demo", "local");
}

#[test]
fn slow_terraform_applies_an_aws_environment_to_a_mocked_provider() {
    applies_to_a_mocked_provider("one_origin", "prod");
}

#[test]
fn slow_terraform_applies_nested_paths_to_a_mocked_provider() {
    applies_to_a_mocked_provider("paths", "local");
}

/// A provider that knows schemas and checks arguments, and makes up what AWS would answer. Where an ARN is checked,
/// it has to look like one; a plan, for which nothing is made up, goes without.
const MOCKED: &str = r#"
mock_provider "aws" {
  mock_resource "aws_api_gateway_rest_api" {
    defaults = {
      execution_arn = "arn:aws:execute-api:us-east-1:123456789012:mocked"
    }
  }

  mock_resource "aws_cognito_user_pool" {
    defaults = {
      arn = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_mocked"
    }
  }

  mock_resource "aws_iam_role" {
    defaults = {
      arn = "arn:aws:iam::123456789012:role/mocked"
    }
  }
}

run "apply" {
  assert {
    condition     = output.user_pool_client_id == one([for id in values(output.user_pool_client_ids) : id])
    error_message = "the client's id is not the one of the only client"
  }
}
"#;

fn applies_to_a_mocked_provider(case: &str, environment: &str) {
    let (provider, tree) = (Provider::find(), Tree::copy(case));
    fs::write(tree.environment(environment).join("mocked.tftest.hcl"), MOCKED).unwrap();
    provider.init(&tree, environment);
    let (success, text) = provider.run(&tree, environment, &["test", "-json", "-verbose"]);
    let errors: Vec<_> = text.lines().filter(|line| line.contains("\"error\"")).collect();
    assert!(success, "{}", errors.join("\n"));
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let applied = messages
        .into_iter()
        .find_map(|message| message.get("test_state").cloned());
    let applied = applied.expect("an apply reports its state");
    let values = json!({ "root_module": applied["root_module"] });
    let shown = json!({ "format_version": "1.0", "values": values }).to_string();
    let resources = state::resources(&shown).unwrap();
    let of = |kind: &str| resources.iter().filter(|r| r.kind == kind).collect::<Vec<_>>();

    let spec = fs::read_to_string(root().join(case).join("portcullis.toml")).unwrap();
    let table: toml::Table = spec.parse().unwrap();
    let functions: Vec<_> = table["functions"].as_table().unwrap().keys().collect();
    let service = service(&spec, None).unwrap();

    let mut expected: Vec<_> = functions
        .iter()
        .map(|name| service.function_name(environment, name))
        .collect();
    expected.sort();
    let mut found: Vec<_> = of("aws_lambda_function")
        .iter()
        .map(|function| function.values["function_name"].as_str().unwrap().to_string())
        .collect();
    found.sort();
    assert_eq!(found, expected);

    let authorizer = &of("aws_api_gateway_authorizer")[0].values["id"];
    let surface = surface::of_service(&service, &service.environments[environment]);
    let mut expected: Vec<_> = surface
        .routes
        .iter()
        .map(|route| {
            (
                route.method.clone(),
                route.auth_type.clone(),
                route.authorizer.is_some(),
            )
        })
        .collect();
    expected.sort();
    let mut found: Vec<_> = of("aws_api_gateway_method")
        .iter()
        .map(|method| {
            let text = |key: &str| method.values[key].as_str().unwrap().to_string();
            (
                text("http_method"),
                text("authorization"),
                method.values["authorizer_id"] == *authorizer,
            )
        })
        .collect();
    found.sort();
    assert_eq!(found, expected);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/specs")
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A copy of a golden tree, where Terraform may leave what it likes.
struct Tree(TempDir);

impl Tree {
    fn copy(case: &str) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        let golden = root().join(case).join("expected/terraform");
        for entry in walkdir::WalkDir::new(&golden) {
            let entry = entry.unwrap();
            let path = tree.0.path().join(entry.path().strip_prefix(&golden).unwrap());
            if entry.file_type().is_dir() {
                fs::create_dir_all(path).unwrap();
            } else {
                fs::copy(entry.path(), path).unwrap();
            }
        }
        tree
    }

    fn environment(&self, name: &str) -> PathBuf {
        self.0.path().join("environments").join(name)
    }
}

/// Where the provider comes from, and what several roots share of it.
struct Provider {
    source: ProviderSource,
    cache: TempDir,
}

impl Provider {
    fn find() -> Self {
        let chosen = std::env::var_os("PORTCULLIS_PLUGIN_DIR").map(PathBuf::from);
        let source = ProviderSource::find(chosen.as_deref(), None)
            .unwrap_or_else(|failure| panic!("{}", failure.render()));
        Self {
            source,
            cache: tempfile::tempdir().unwrap(),
        }
    }

    fn init(&self, tree: &Tree, environment: &str) {
        let mut arguments = vec!["init".to_string(), "-backend=false".into(), "-input=false".into()];
        if let ProviderSource::Mirror(folder) = &self.source {
            arguments.push(format!("-plugin-dir={}", folder.display()));
        }
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let (success, text) = self.run(tree, environment, &arguments);
        assert!(
            success,
            "no AWS provider from {}; {}\n{text}",
            self.source,
            self.source.hint()
        );
    }

    /// What Terraform prints on stdout, and on stderr where it fails.
    fn run(&self, tree: &Tree, environment: &str, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new("terraform");
        command.args(arguments).current_dir(tree.environment(environment));
        command
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_PLUGIN_CACHE_DIR", self.cache.path());
        if !matches!(self.source, ProviderSource::Configuration(_)) {
            command.env_remove("TF_CLI_CONFIG_FILE");
        }
        for variable in ["AWS_PROFILE", "TF_CLI_ARGS", "TF_WORKSPACE", "TF_DATA_DIR"] {
            command.env_remove(variable);
        }
        let output = command
            .output()
            .expect("`terraform` is on the PATH: this test asks the real one (>= 1.11)");
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            text.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        (output.status.success(), text)
    }
}
