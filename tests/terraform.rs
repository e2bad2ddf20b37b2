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

/// What a demo's state does not have, and surfaces account for: an address of a function's own, a policy by reference.
fn with_more(mut state: Value) -> Value {
    let more = json!([
        {"address": "aws_lambda_function_url.more", "mode": "managed", "type": "aws_lambda_function_url",
         "values": {"function_name": "hello-local-open", "authorization_type": "AWS_IAM"}},
        {"address": "aws_iam_policy.more", "mode": "managed", "type": "aws_iam_policy",
         "values": {"arn": "arn:aws:iam::1:policy/more", "policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"a:b\"}]}"}},
        {"address": "aws_iam_role_policy_attachment.more", "mode": "managed", "type": "aws_iam_role_policy_attachment",
         "values": {"role": "hello-local-open", "policy_arn": "arn:aws:iam::1:policy/more"}},
    ]);
    state["values"]["root_module"]["resources"] = more;
    state
}

/// Every managed resource of a module and those below it.
fn each_resource<'a>(module: &'a mut Value, found: &mut Vec<&'a mut Value>) {
    let module = module.as_object_mut().unwrap();
    for (key, value) in module {
        let items = value.as_array_mut().into_iter().flatten();
        match key.as_str() {
            "resources" => found.extend(items.filter(|resource| resource["mode"] == "managed")),
            "child_modules" => items.for_each(|child| each_resource(child, found)),
            _ => (),
        }
    }
}

/// Another value than an argument has, of the type that its schema says.
fn another(kind: &Value, value: &Value) -> Value {
    match (kind.as_str(), kind[0].as_str()) {
        (Some("string"), _) if value == "INACTIVE" => "ACTIVE".into(),
        (Some("string"), _) => format!("{}-changed", value.as_str().unwrap_or_default()).into(),
        (Some("number"), _) => (value.as_u64().unwrap_or_default() + 1).into(),
        (Some("bool"), _) => (*value != Value::Bool(true)).into(),
        (_, Some("list" | "set")) => json!([another(&kind[1], &value[0])]),
        (_, Some("map")) => json!({"changed": another(&kind[1], &Value::Null)}),
        _ => panic!("a type that this test does not know: {kind}"),
    }
}

/// Every argument that a block of a schema has, and the blocks in it, each set to something else in turn.
fn changed(schema: &Value, values: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    for (name, argument) in schema["attributes"].as_object().into_iter().flatten() {
        if argument["optional"] == true || argument["required"] == true {
            let mut values = values.clone();
            values[name] = another(&argument["type"], &values[name]);
            found.push((format!("{path}{name}"), values));
        }
    }
    for (name, block) in schema["block_types"].as_object().into_iter().flatten() {
        // Timeouts are Terraform's own.
        if block["nesting_mode"] == "single" {
            continue;
        }
        let inner = values[name][0]
            .as_object()
            .cloned()
            .map_or(json!({}), Value::Object);
        let mut changes = Vec::new();
        changed(&block["block"], &inner, &format!("{path}{name}."), &mut changes);
        for (argument, inner) in changes {
            let mut values = values.clone();
            values[name] = json!([inner]);
            found.push((argument, values));
        }
    }
}

/// What may change without another surface, by the end of its address, and why.
const SWALLOWED: [(&str, &str); 6] = [
    // The same rights by another name.
    ("aws_iam_role.this", "inline_policy.name"),
    // A state's role has it from AWS, older than the policy itself.
    ("aws_iam_role.this", "inline_policy.policy"),
    // A mock asks nobody, and its template is its status.
    ("module.options_open.aws_api_gateway_integration.this", "uri"),
    ("module.options_root.aws_api_gateway_integration.this", "uri"),
    (
        "module.options_open.aws_api_gateway_integration.this",
        "request_templates",
    ),
    (
        "module.options_root.aws_api_gateway_integration.this",
        "request_templates",
    ),
];

#[test]
fn slow_every_argument_that_the_provider_knows_changes_the_surface_or_is_harmless() {
    let (provider, tree) = (Provider::find(), Tree::copy("minimal"));
    provider.init(&tree, "local");
    let (_, text) = provider.run(&tree, "local", &["providers", "schema", "-json"]);
    let schemas: Value = serde_json::from_str(&text).unwrap();
    let schemas = &schemas["provider_schemas"]["registry.terraform.io/hashicorp/aws"]["resource_schemas"];

    let text = include_str!("../generator/tests/demo.state.json");
    let state = with_more(serde_json::from_str(text).unwrap());
    let surface = |state: &Value| surface::of_state(&state.to_string(), None);
    let unchanged = surface(&state).unwrap();
    let mut count = 0;
    let mut swallowed = Vec::new();
    let mut all = state.clone();
    let mut resources = Vec::new();
    each_resource(&mut all["values"]["root_module"], &mut resources);
    for (place, resource) in resources.into_iter().enumerate() {
        let kind = resource["type"].as_str().unwrap();
        if kind == "aws_cloudwatch_log_group" {
            continue; // it lets nobody in
        }
        let mut changes = Vec::new();
        changed(&schemas[kind]["block"], &resource["values"], "", &mut changes);
        for (argument, values) in changes {
            let is_harmless = argument.match_indices('.').map(|(end, _)| &argument[..end]);
            if is_harmless
                .chain([argument.as_str()])
                .any(|name| surface::is_harmless(kind, name))
            {
                continue;
            }
            let mut state = state.clone();
            let mut resources = Vec::new();
            each_resource(&mut state["values"]["root_module"], &mut resources);
            resources[place]["values"] = values;
            count += 1;
            let address = resource["address"].as_str().unwrap();
            let mut allowed = SWALLOWED.iter();
            let is_allowed = allowed.any(|(end, of)| *of == argument && address.ends_with(end));
            let is_swallowed = surface(&state).is_ok_and(|surface| surface == unchanged);
            if is_swallowed && !is_allowed {
                swallowed.push(format!("{address}.{argument}"));
            }
        }
    }
    assert!(swallowed.is_empty(), "{}", swallowed.join("\n"));
    assert!(count > 300, "{count}");
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
