//! `surface` of states and plans of a project that was written by hand, in both layouts of an API. A file below `cases/` is a
//! case with its label, and a new file is a new test; `README.md` lists the kinds.

#![allow(clippy::unwrap_used)] // a test may panic

mod enforced;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use portcullis_test_support::in_time::output_in;

#[test]
fn one_odd_line_is_uncertain_and_silences_no_other() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder().join("cases")).unwrap() {
        let path = entry.unwrap().path();
        let case: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let resources = resources(&case);
        for (option, text) in [("--state", state(&resources)), ("--plan", plan(&resources))] {
            count += 1;
            if let Err(why) = check(&case, option, &text) {
                wrong.push(format!("{} {option}: {why}", path.display()));
            }
        }
    }
    assert!(count > 60, "only {count} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/surfaces")
}

/// The resources of a case: those of its layout with its edits.
fn resources(case: &Value) -> Vec<Value> {
    let layout = case["layout"].as_str().unwrap();
    let text = fs::read_to_string(folder().join(format!("{layout}.json"))).unwrap();
    let mut resources: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut texts = Vec::new();
    for edit in case["edits"].as_array().unwrap() {
        if let Some(pointer) = edit["body"].as_str() {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let parent = resources[0]["values"]["body"].pointer_mut(parent).unwrap();
            let key = key.replace("~1", "/");
            match edit.get("value") {
                Some(value) => parent[key] = value.clone(),
                None => assert!(
                    parent.as_object_mut().unwrap().remove(&key).is_some(),
                    "{pointer}"
                ),
            }
            continue;
        }
        if let Some(pair) = edit["body_text"].as_array() {
            texts.push((pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
            continue;
        }
        let address = edit["address"].as_str().unwrap();
        if let Some(kind) = edit["add"].as_str() {
            resources.push(json!({"address": address, "type": kind, "values": {}}));
        }
        let place = resources
            .iter()
            .position(|resource| resource["address"] == address);
        let place = place.unwrap_or_else(|| panic!("no {address}"));
        if edit["remove"] == true {
            resources.remove(place);
            continue;
        }
        for (name, value) in edit["set"].as_object().unwrap() {
            resources[place]["values"][name] = value.clone();
        }
    }
    let body = &mut resources[0]["values"]["body"];
    if body.is_object() {
        let mut text = body.to_string();
        for (from, to) in texts {
            assert!(text.contains(from), "no {from} in {text}");
            text = text.replacen(from, to, 1);
        }
        *body = text.into();
    }
    for resource in &mut resources {
        resource["mode"] = "managed".into();
    }
    resources
}

fn state(resources: &[Value]) -> String {
    json!({"format_version": "1.0", "values": {"root_module": {"resources": resources}}}).to_string()
}

/// A plan of what is applied already, so that nothing in it is unknown.
fn plan(resources: &[Value]) -> String {
    let change = |resource: &Value| {
        json!({
            "address": resource["address"], "mode": "managed", "type": resource["type"],
            "change": {"actions": ["no-op"], "before": resource["values"], "after": resource["values"], "after_unknown": {}},
        })
    };
    let changes: Vec<Value> = resources.iter().map(change).collect();
    let block = |resource: &Value| json!({"address": resource["address"], "expressions": {}});
    let blocks: Vec<Value> = resources.iter().map(block).collect();
    json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": blocks}},
    })
    .to_string()
}

/// Holds what is printed against the label, and the JSON against the table.
fn check(case: &Value, option: &str, text: &str) -> Result<(), String> {
    let project = tempfile::tempdir().unwrap();
    fs::write(project.path().join("input.json"), text).unwrap();
    let output = portcullis(project.path(), &["surface", option, "input.json"]);
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let all = format!("exit {:?}\n{stdout}{stderr}", output.status.code());
    let lines = |text: &str| text.lines().map(cells).collect::<Vec<_>>();
    let expected = case["table"].as_array().unwrap().iter();
    let expected: Vec<String> = expected.map(|line| line.as_str().unwrap().to_owned()).collect();
    if lines(&stdout) != expected {
        return Err(format!("the table is\n{all}"));
    }
    if output.status.code() != case["exit"].as_i64().map(|code| code.try_into().unwrap()) {
        return Err(format!("the exit code is wrong\n{all}"));
    }
    let reasons = case["stderr"].as_array().unwrap().iter();
    for reason in reasons.map(|reason| reason.as_str().unwrap()) {
        if !stderr.contains(reason) {
            return Err(format!("`{reason}` is not in\n{all}"));
        }
    }
    if reasons_are_none(case) && !stderr.is_empty() {
        return Err(format!("there is nothing to say\n{all}"));
    }

    let output = portcullis(project.path(), &["surface", "--json", option, "input.json"]);
    let surface: Value = serde_json::from_slice(&output.stdout).unwrap();
    let routes = surface["routes"].as_array().unwrap();
    for (route, line) in routes.iter().zip(&expected) {
        let [_, path, who, answers] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let certain = ["NONE", "COGNITO_USER_POOLS", "CUSTOM", "AWS_IAM"];
        for (field, is_uncertain) in [
            ("path", path == "?"),
            ("auth_type", who == "uncertain"),
            ("integration", answers == "uncertain"),
        ] {
            let has_reason = route["uncertain"][field].is_string();
            if has_reason != is_uncertain || (route[field] == "?") != is_uncertain {
                return Err(format!("`{field}` of {route} is not what the table says: {line}"));
            }
        }
        let auth_type = route["auth_type"].as_str().unwrap();
        if who != "uncertain" && !certain.contains(&auth_type) {
            return Err(format!("no guard is `{auth_type}`"));
        }
        let says_more = route["authorizer"].is_string() || route["scopes"] != json!([]);
        if who == "uncertain" && says_more {
            return Err(format!("a guard that is uncertain is shown: {route}"));
        }
    }
    if surface["api"]["stage"] != "v1" {
        return Err(format!("the stage is {}", surface["api"]));
    }
    Ok(())
}

fn reasons_are_none(case: &Value) -> bool {
    case["stderr"].as_array().unwrap().is_empty()
}

/// A line of the table with its cells apart: two blanks or more divide them.
fn cells(line: &str) -> String {
    let cells = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
    cells.collect::<Vec<_>>().join(" | ")
}

fn portcullis(folder: &Path, arguments: &[&str]) -> Output {
    output_in(folder, env!("CARGO_BIN_EXE_portcullis"), arguments)
}
