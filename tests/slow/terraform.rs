//! The generated files of the golden specs with the real Terraform and AWS provider, without artifacts, credentials or
//! network. One root calls them all, because each root starts the provider, which takes seconds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use portcullis_generator::surface;
use portcullis_test_support::console::Console;
use portcullis_test_support::in_time::InTime;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::blocks_about_own_resources;
use crate::support::terraform::{Provider, generate, run};

const GENERATED_TERRAFORM: &str = include_str!("../../docs/generated-terraform.md");
const TEST: &str = "tests/access.tftest.hcl";

/// The real judge of the layout.
#[test]
fn terraform_fmt_leaves_every_tree_alone() {
    let trees = Trees::generate();
    let output = Command::new("terraform")
        .args(["fmt", "-check", "-diff", "-recursive", "-no-color"])
        .arg(trees.root.path())
        .output_in_time()
        .expect("`terraform` is on the PATH: this test asks the real one (>= 1.11)");
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{text}");
}

#[test]
fn terraform_validates_every_root_of_every_tree() {
    let trees = Trees::generate();
    let mut calls = Vec::new();
    for tree in &trees.names {
        for environment in names(&trees.path(tree).join("environments")) {
            let folder = format!("{tree}/terraform/environments/{environment}");
            let name = format!("{tree}_{environment}");
            let variables = trees.root.path().join(&folder).join("variables.tf");
            let is_asked =
                fs::read_to_string(variables).is_ok_and(|text| text.contains("\"first_user_email\""));
            let email = if is_asked {
                "  first_user_email = \"someone@example.com\"\n"
            } else {
                ""
            };
            calls.push(format!(
                "module \"{name}\" {{\n  source = \"./{folder}\"\n{email}}}\n"
            ));
        }
    }
    assert!(calls.len() > trees.names.len(), "{}", calls.len());
    trees.write("main.tf", &calls.concat());
    let provider = Provider::find();
    provider.init(trees.root.path());
    let (_, text) = run(provider.terraform(trees.root.path()).args(["validate", "-json"]));
    let answer: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let diagnostics = answer["diagnostics"].as_array().unwrap().iter();
    // A root that is called as a module has no backend of its own.
    let found: Vec<_> = diagnostics
        .filter(|diagnostic| diagnostic["summary"] != "Backend configuration ignored")
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// The own module of the document, and its files of an environment in `local`.
#[test]
fn terraform_validates_the_documented_files_beside_the_generated_ones() {
    let project = tempfile::tempdir().unwrap();
    let terraform = project.path().join("terraform");
    let [module, files @ ..] = &blocks_about_own_resources("hcl")[..] else {
        panic!("the document has no HCL");
    };
    assert_eq!(files.len(), 2);
    fs::create_dir_all(terraform.join("modules/own")).unwrap();
    fs::write(terraform.join("modules/own/main.tf"), module).unwrap();
    generate(project.path(), blocks_about_own_resources("toml")[0]);
    let root = terraform.join("environments/local");
    for (index, file) in files.iter().enumerate() {
        fs::write(root.join(format!("own_{index}.tf")), file).unwrap();
    }
    let provider = Provider::find();
    provider.init(&root);
    for arguments in [&["validate"][..], &["fmt", "-check", "-diff"]] {
        let (success, text) = run(provider.terraform(&root).args(arguments));
        assert!(success, "{text}");
    }
}

/// `tests/mutations` shows that they can fail.
#[test]
fn the_generated_test_of_every_tree_passes() {
    let trees = Trees::generate();
    // `init` looks for the modules of tests only if there is a root.
    trees.write("main.tf", "");
    let mut runs = 0;
    for tree in &trees.names {
        let text = fs::read_to_string(trees.path(tree).join("modules/service").join(TEST)).unwrap();
        let source = format!("./{tree}/terraform/modules/service");
        let run = format!("  command = plan\n\n  module {{\n    source = \"{source}\"\n  }}\n");
        runs += text.matches("  command = plan\n").count();
        trees.write(
            &format!("tests/{tree}.tftest.hcl"),
            &text.replace("  command = plan\n", &run),
        );
    }
    let provider = Provider::find();
    provider.init(trees.root.path());
    let (success, text) = provider.test(trees.root.path(), &["-no-color"]);
    let passed = format!("{runs} passed, 0 failed");
    assert!(success && text.contains(&passed), "{passed} is not in\n{text}");
}

/// As anybody runs it: in the module's folder, with what Terraform installs there.
#[test]
fn the_generated_test_passes_in_its_own_folder() {
    let trees = Trees::generate();
    let provider = Provider::find();
    let project = trees.path("demo").join("..");
    let mut console = Console::new(&project, |program| provider.command(program, &project));
    console.run(GENERATED_TERRAFORM, "generated test");
}

/// Replaces the resources by others that surfaces show and the demo lacks, such as a function's own address.
fn with_more(mut state: Value) -> Value {
    let more = json!([
        {"address": "aws_lambda_function_url.more", "mode": "managed", "type": "aws_lambda_function_url",
         "values": {"function_name": "hello-local-open", "authorization_type": "AWS_IAM"}},
        {"address": "aws_iam_policy.more", "mode": "managed", "type": "aws_iam_policy",
         "values": {"arn": "arn:aws:iam::1:policy/more", "policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"a:b\"}]}"}},
        {"address": "aws_iam_role_policy_attachment.more", "mode": "managed", "type": "aws_iam_role_policy_attachment",
         "values": {"role": "hello-local-open", "policy_arn": "arn:aws:iam::1:policy/more"}},
        {"address": "module.service.aws_dynamodb_table.more", "mode": "managed", "type": "aws_dynamodb_table",
         "values": {"name": "hello-local-more", "hash_key": "key", "attribute": [{"name": "key", "type": "S"}],
                    "ttl": [{"attribute_name": "ends", "enabled": true}], "stream_enabled": true,
                    "stream_view_type": "NEW_IMAGE", "point_in_time_recovery": [{"enabled": true}]}},
        {"address": "module.service.module.bucket_more.aws_s3_bucket.this", "mode": "managed", "type": "aws_s3_bucket",
         "values": {"bucket": "hello-local-more-123456789012"}},
        {"address": "aws_s3_bucket_ownership_controls.more", "mode": "managed", "type": "aws_s3_bucket_ownership_controls",
         "values": {"bucket": "hello-local-more-123456789012", "rule": [{"object_ownership": "BucketOwnerEnforced"}]}},
        {"address": "aws_s3_bucket_public_access_block.more", "mode": "managed",
         "type": "aws_s3_bucket_public_access_block",
         "values": {"bucket": "hello-local-more-123456789012", "block_public_acls": true, "block_public_policy": true,
                    "ignore_public_acls": true, "restrict_public_buckets": true}},
        {"address": "aws_s3_bucket_policy.more", "mode": "managed", "type": "aws_s3_bucket_policy",
         "values": {"bucket": "hello-local-more-123456789012",
                    "policy": "{\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"s3:*\"}]}"}},
        {"address": "aws_s3_bucket_versioning.more", "mode": "managed", "type": "aws_s3_bucket_versioning",
         "values": {"bucket": "hello-local-more-123456789012", "versioning_configuration": [{"status": "Enabled"}]}},
        {"address": "aws_s3_bucket_server_side_encryption_configuration.more", "mode": "managed",
         "type": "aws_s3_bucket_server_side_encryption_configuration",
         "values": {"bucket": "hello-local-more-123456789012",
                    "rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}]}},
        {"address": "aws_s3_bucket_lifecycle_configuration.more", "mode": "managed",
         "type": "aws_s3_bucket_lifecycle_configuration",
         "values": {"bucket": "hello-local-more-123456789012",
                    "rule": [{"status": "Enabled", "expiration": [{"days": 30}],
                              "noncurrent_version_expiration": [{"noncurrent_days": 30}]}]}},
        {"address": "aws_s3_bucket_cors_configuration.more", "mode": "managed", "type": "aws_s3_bucket_cors_configuration",
         "values": {"bucket": "hello-local-more-123456789012",
                    "cors_rule": [{"allowed_methods": ["GET"], "allowed_origins": ["https://a.example"]}]}},
        {"address": "module.service.aws_sqs_queue.more", "mode": "managed", "type": "aws_sqs_queue",
         "values": {"name": "hello-local-more", "sqs_managed_sse_enabled": true,
                    "policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Principal\":\"*\"}]}"}},
        {"address": "module.service.aws_sns_topic.more", "mode": "managed", "type": "aws_sns_topic",
         "values": {"name": "hello-local-more",
                    "policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Principal\":\"*\"}]}"}},
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
        // Not one more: a client whose tokens are valid for 0 hours has AWS's default, which is 1.
        (Some("number"), _) => (value.as_u64().unwrap_or_default() + 2).into(),
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

/// Arguments that may change without another surface, each with the end of its address and a reason.
const SWALLOWED: [(&str, &str); 6] = [
    // The same rights by another name.
    ("aws_iam_role.this", "inline_policy.name"),
    // A state's role has it from AWS, older than the policy itself.
    ("aws_iam_role.this", "inline_policy.policy"),
    // A mock calls no function, and its template is its status.
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
fn every_argument_that_the_provider_knows_changes_the_surface_or_is_harmless() {
    let (provider, trees) = (Provider::find(), Trees::generate());
    let folder = trees.path("minimal").join("environments/local");
    provider.init(&folder);
    let (_, text) = run(provider.terraform(&folder).args(["providers", "schema", "-json"]));
    let schemas: Value = serde_json::from_str(&text).unwrap();
    let schemas = &schemas["provider_schemas"]["registry.terraform.io/hashicorp/aws"]["resource_schemas"];

    let text = include_str!("../../generator/tests/demo.state.json");
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
            continue; // it gives no access
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

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Every golden spec with its generated files, in folders that Terraform may write to.
struct Trees {
    root: TempDir,
    names: Vec<String>,
}

impl Trees {
    fn generate() -> Self {
        let root = tempfile::tempdir().unwrap();
        let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/specs");
        let names = names(&specs);
        for name in &names {
            let spec = fs::read_to_string(specs.join(name).join("portcullis.toml")).unwrap();
            let project = root.path().join(name);
            if let Ok(own) = fs::read_to_string(specs.join(name).join("own.tf")) {
                let folder = project.join("terraform/modules/own");
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join("main.tf"), own).unwrap();
            }
            generate(&project, &spec);
        }
        Self { root, names }
    }

    /// Returns the folder of a spec's generated files.
    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name).join("terraform")
    }

    /// A file of the root that calls all of them.
    fn write(&self, file: &str, text: &str) {
        let path = self.root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
