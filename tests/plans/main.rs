//! Tests of `check --plan` and `surface --plan`, on plans that Terraform wrote (`generator/tests/plans`), edited as if
//! a user had edited the HCL. A file below `cases/` is a case, and a new file is a new test:
//!
//! ```text
//! { "about": "…", "plan": "demo_first", "edits": [ … ], "arguments": ["--env", "dev"] }
//! ```
//!
//! An edit has an `address` and any of
//! - `"set"`: attributes to values, as if they stood in the HCL;
//! - `"open"`: attributes to what they refer to, unknown until the apply;
//! - `"add": "TYPE"`: the resource is new, with what `set` and `open` say;
//! - `"remove": true`: it is gone;
//!
//! or it is `{"pointer": "/errored", "value": true}`, a change of the plan's own JSON. The expected output is a file of
//! the same name: exit code, stdout, stderr. `UPDATE_GOLDEN=1 cargo test --test plans` writes it; read it before you
//! commit it.

#![allow(clippy::unwrap_used)] // a test may panic

use portcullis_test_support::in_time::output_in;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

#[test]
fn a_plan_is_held_against_the_spec() {
    let mut wrong = Vec::new();
    let mut names = Vec::new();
    for entry in fs::read_dir(cases()).unwrap() {
        let path = entry.unwrap().path();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => names.push(path.with_extension("")),
            Some("txt") if path.with_extension("json").exists() => (),
            _ => panic!("{}: nobody refers to it", path.display()),
        }
    }
    names.sort();
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        let case: Value =
            serde_json::from_str(&fs::read_to_string(name.with_extension("json")).unwrap()).unwrap();
        let found = check(&case);
        let expected = name.with_extension("txt");
        if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| !value.is_empty()) {
            fs::write(&expected, &found).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", expected.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nwhere this is right: UPDATE_GOLDEN=1 cargo test --test plans",
        wrong.join("\n")
    );
}

#[test]
fn a_surface_of_a_plan_is_printed_with_its_open_values() {
    let project = project(&fixture("demo_first.toml"));
    let mut plan: Value = serde_json::from_str(&fixture("demo_first.json")).unwrap();
    let policy = "module.service.module.function_open.aws_iam_role_policy.write_logs";
    let references = [
        "aws_cloudwatch_log_group.this.arn",
        "aws_cloudwatch_log_group.this",
    ];
    apply(
        &mut plan,
        &json!({"address": policy, "open": {"policy": references}}),
    );
    fs::write(project.path().join("plan.json"), plan.to_string()).unwrap();
    let output = portcullis(project.path(), &["surface", "--plan", "plan.json"]);
    assert_eq!(output.status.code(), Some(1));
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        table,
        "GET      /      cognito    authenticated\nOPTIONS  /      preflight  MOCK\n\
         GET      /open  anyone     open\nOPTIONS  /open  preflight  MOCK\n"
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("warning: can't tell what `open` may do before the apply: `policy` of"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 4, "{said}");
    assert!(
        said.contains("error: 1 part of this API is uncertain\n\nhelp: "),
        "{said}"
    );
    let both = portcullis(project.path(), &["surface", "--plan", "a", "--state", "b"]);
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn a_plan_without_its_body_does_not_print_an_empty_table_as_if_nothing_were_reachable() {
    let plan = plans().join("bookshop_first.json");
    let project = tempfile::tempdir().unwrap();
    let surface = |api: &str| {
        let arguments = ["surface", "--api", api, "--plan", plan.to_str().unwrap()];
        let output = portcullis(project.path(), &arguments);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, table, said) = surface("bookshop-openapi");
    assert_eq!((code, table.as_str()), (Some(1), ""));
    assert!(
        said.starts_with(
            "warning: can't tell which routes `module.openapi.aws_api_gateway_rest_api.this` has and who may call them before \
             the apply: its `body` depends on `local.api.functions`, `local.api.pools`, `local.api.scopes` ("
        ),
        "{said}"
    );
    // 27 things are open there, of four kinds.
    let (code, table, said) = surface("bookshop-resources");
    assert_eq!((code, table.lines().count()), (Some(1), 9));
    let warnings: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("warning: "))
        .collect();
    assert_eq!(warnings.len(), 4, "{said}");
    let answers = "warning: can't tell what handles `module.resources.aws_api_gateway_integration.this[\"ANY /books/{id}/pages/{proxy+}\"]`, ";
    assert!(
        warnings.iter().any(
            |line| line.starts_with(answers) && line.contains(" and 4 more before the apply (7 times): ")
        ),
        "{said}"
    );
}

/// A permission's function has no name before the apply if an ARN names it.
#[test]
fn what_has_no_name_before_the_apply_is_called_by_its_address() {
    let mut plan: Value = serde_json::from_str(&fixture("demo_first.json")).unwrap();
    let permission = "module.service.aws_lambda_permission.get_open";
    for (references, name) in [
        (
            json!(["module.function_open.invoke_arn", "module.function_open"]),
            "open",
        ),
        (
            json!(["aws_lambda_function.gone.arn", "aws_lambda_function.gone"]),
            "module.service.aws_lambda_function.gone.arn",
        ),
        (json!([]), permission),
    ] {
        apply(
            &mut plan,
            &json!({"address": permission, "open": {"function_name": references}}),
        );
        let project = project(&fixture("demo_first.toml"));
        fs::write(project.path().join("plan.json"), plan.to_string()).unwrap();
        let output = portcullis(project.path(), &["surface", "--plan", "plan.json"]);
        let said = String::from_utf8(output.stderr).unwrap();
        let expected = format!("warning: can't tell who may invoke `{name}` before the apply: ");
        assert!(said.starts_with(&expected), "{name}: {said}");
    }
}

#[test]
fn the_surface_of_a_plan_is_the_specs() {
    for (name, environment) in [("demo_first", "dev"), ("demo_later", "local")] {
        let project = project(&fixture(&format!("{name}.toml")));
        let json = |arguments: &[&str]| -> Value {
            let output = portcullis(project.path(), arguments);
            assert_eq!(
                output.status.code(),
                Some(0),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            serde_json::from_slice(&output.stdout).unwrap()
        };
        let plan = plans().join(format!("{name}.json"));
        let mut planned = json(&["surface", "--json", "--plan", plan.to_str().unwrap()]);
        let mut specified = json(&["surface", "--json", "--env", environment]);
        // A first plan tells neither whether another pool is admitted nor for which routes a permission is.
        let unknown = planned["unknown"].take();
        let unknown = unknown.as_array().unwrap();
        let is_first = name == "demo_first";
        assert_eq!(unknown.len(), if is_first { 3 } else { 0 });
        assert!(unknown.iter().all(|unknown| unknown["fails"] == false));
        specified["unknown"].take();
        for surface in [&mut planned, &mut specified].into_iter().filter(|_| is_first) {
            for function in surface["functions"].as_array_mut().unwrap() {
                function["invokers"][0]["source"].take();
            }
        }
        assert_eq!(planned, specified, "{name}");
    }
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans/cases")
}

fn plans() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("generator/tests/plans")
}

fn fixture(name: &str) -> String {
    fs::read_to_string(plans().join(name)).unwrap()
}

/// Returns the answer of `check --plan` to a case.
fn check(case: &Value) -> String {
    let name = case["plan"].as_str().unwrap();
    let mut plan: Value = serde_json::from_str(&fixture(&format!("{name}.json"))).unwrap();
    for edit in case["edits"].as_array().into_iter().flatten() {
        apply(&mut plan, edit);
    }
    let spec = case["spec"]
        .as_str()
        .map_or_else(|| fixture(&format!("{name}.toml")), String::from);
    let project = project(&spec);
    fs::write(project.path().join("plan.json"), plan.to_string()).unwrap();
    let mut arguments = vec!["check", "--plan", "plan.json"];
    arguments.extend(
        case["arguments"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str),
    );
    let output = portcullis(project.path(), &arguments);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    format!(
        "# {}\n# exit code {}\n# stdout\n{}# stderr\n{}",
        case["about"].as_str().unwrap(),
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr)
    )
}

fn project(spec: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("portcullis.toml"), spec).unwrap();
    let functions = spec
        .lines()
        .filter_map(|line| line.strip_prefix("[functions.")?.strip_suffix(']'));
    for function in functions {
        let source = folder.path().join("functions").join(function).join("src");
        fs::create_dir_all(&source).unwrap();
        fs::write(source.join("main.rs"), "fn main() {}\n").unwrap();
        fs::write(
            source.join("../Cargo.toml"),
            format!("[package]\nname = {function:?}\n"),
        )
        .unwrap();
    }
    folder
}

fn portcullis(folder: &Path, arguments: &[&str]) -> Output {
    output_in(folder, env!("CARGO_BIN_EXE_portcullis"), arguments)
}

fn apply(plan: &mut Value, edit: &Value) {
    if let Some(pointer) = edit["pointer"].as_str() {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = plan.pointer_mut(parent).unwrap_or_else(|| panic!("no {pointer}"));
        match edit.get("value") {
            Some(value) => parent[key] = value.clone(),
            None => assert!(
                parent.as_object_mut().unwrap().remove(key).is_some(),
                "no {pointer}"
            ),
        }
        return;
    }
    let address = edit["address"].as_str().unwrap();
    if let Some(kind) = edit["add"].as_str() {
        let (resource, change) = (
            json!({"address": address, "mode": "managed", "type": kind, "values": {}}),
            json!({"address": address, "mode": "managed", "type": kind,
                "change": {"actions": ["create"], "before": null, "after": {}, "after_unknown": {"id": true}}}),
        );
        list(&mut plan["planned_values"]["root_module"], "resources").push(resource);
        list(plan, "resource_changes").push(change);
        let (module, own) = module_of(plan, address);
        list(module, "resources").push(json!({"address": own, "expressions": {}}));
    }
    if edit["remove"] == true {
        assert!(
            take(&mut plan["planned_values"]["root_module"], address),
            "no {address}"
        );
        return;
    }
    let entries = |key: &str| edit[key].as_object().cloned().unwrap_or_default();
    let values = planned(&mut plan["planned_values"]["root_module"], address)
        .unwrap_or_else(|| panic!("no {address}"));
    for (name, value) in entries("set") {
        values.insert(name, value);
    }
    for name in entries("open").keys() {
        values.remove(name);
    }
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    let change = changes
        .iter_mut()
        .find(|change| change["address"] == address)
        .unwrap();
    let unknown = change["change"]["after_unknown"].as_object_mut().unwrap();
    for name in entries("set").keys() {
        unknown.remove(name);
    }
    for name in entries("open").keys() {
        unknown.insert(name.clone(), json!(true));
    }
    let (module, own) = module_of(plan, address);
    let mut blocks = module["resources"].as_array_mut().unwrap().iter_mut();
    let block = blocks.find(|block| block["address"] == own).unwrap();
    for (name, references) in entries("open") {
        block["expressions"][name] = json!({ "references": references });
    }
}

fn list<'a>(value: &'a mut Value, key: &str) -> &'a mut Vec<Value> {
    if value[key].is_null() {
        value[key] = json!([]);
    }
    value[key].as_array_mut().unwrap()
}

/// The attributes of a planned resource.
fn planned<'a>(module: &'a mut Value, address: &str) -> Option<&'a mut Map<String, Value>> {
    let module = module.as_object_mut()?;
    for (key, value) in module {
        for item in value.as_array_mut().into_iter().flatten() {
            if key == "resources" && item["address"] == address {
                return item["values"].as_object_mut();
            }
            if key == "child_modules"
                && let Some(found) = planned(item, address)
            {
                return Some(found);
            }
        }
    }
    None
}

/// Takes a planned resource out.
fn take(module: &mut Value, address: &str) -> bool {
    let module = module.as_object_mut().unwrap();
    module.iter_mut().any(|(key, value)| {
        let Some(items) = value.as_array_mut() else {
            return false;
        };
        let count = items.len();
        match key.as_str() {
            "resources" => items.retain(|item| item["address"] != address),
            "child_modules" => return items.iter_mut().any(|child| take(child, address)),
            _ => (),
        }
        items.len() < count
    })
}

/// The configuration of the module that an address is in, and the address there, of modules without keys.
fn module_of<'a>(plan: &'a mut Value, address: &str) -> (&'a mut Value, String) {
    let mut module = &mut plan["configuration"]["root_module"];
    let mut rest = address;
    while let Some((name, more)) = rest.strip_prefix("module.").and_then(|rest| rest.split_once('.')) {
        module = &mut module["module_calls"][name]["module"];
        rest = more;
    }
    (module, rest.split('[').next().unwrap().to_owned())
}
