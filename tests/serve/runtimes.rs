//! Functions in Node.js and Python, with the interpreters of this machine or those that the user names.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::served::{Project, add, resource, state, zip};
use portcullis_test_support::in_time::InTime;

const LAYER: &str = "arn:aws:lambda:eu-central-1:123456789012:layer:shared:3";
const NODEJS: &str = "exports.handler = async () => ({ statusCode: 200, body: process.version });\n";
const PYTHON: &str =
    "import platform\n\ndef handler(event, context):\n    return {'body': platform.python_version()}\n";

/// A project whose function has this runtime and these files.
fn project(runtime: &str, handler: &str, files: &[(&str, &str)], more: Value) -> (Project, Value) {
    let project = Project::new();
    zip(&project.path("shop/build/orders.zip"), files);
    let mut function = json!({"filename": "../build/orders.zip", "runtime": runtime, "handler": handler});
    function
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    (project, state(function))
}

/// Creates a Python environment without packages, and returns its interpreter.
fn python_elsewhere(project: &Project) -> PathBuf {
    let venv = project.path("elsewhere/venv");
    let mut python = Command::new("python3");
    let made = python
        .args(["-m", "venv", "--without-pip"])
        .arg(&venv)
        .output_in_time()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    venv.join("bin/python")
}

/// Returns whether a program is on the PATH. It is missing only outside CI, which a message tells.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output_in_time().is_ok();
    assert!(
        found || std::env::var_os("CI").is_none(),
        "these tests need `{program}`"
    );
    if !found {
        eprintln!("skipped: no `{program}` on the PATH");
    }
    found
}

/// The reasons of what is not emulated, but for the function's role, which these states don't have.
fn reasons(ready: &Value) -> Vec<&str> {
    let unsupported = ready["unsupported"].as_array().unwrap();
    let reasons = unsupported.iter().map(|one| one["reason"].as_str().unwrap());
    reasons
        .filter(|reason| !reason.starts_with("the policies of role"))
        .collect()
}

#[test]
fn a_function_runs_with_the_interpreter_of_this_machine_and_another_version_is_reported_once() {
    for (program, runtime, another, handler, file) in [
        (
            "node",
            "nodejs",
            "nodejs12.x",
            "index.handler",
            ("index.js", NODEJS),
        ),
        (
            "python3",
            "python",
            "python3.6",
            "app.handler",
            ("app.py", PYTHON),
        ),
    ] {
        if !has(program) {
            continue;
        }
        let (project, state) = project(another, handler, &[file], json!({}));
        let served = project.serve(&state, &[]).unwrap();
        let (status, version) = served.get("/");
        assert_eq!(status, 200, "{}", served.log());
        let version = version.trim_start_matches('v').to_owned();
        assert_eq!(reasons(&served.ready), [""; 0]);
        let log = served.stop();
        let told = format!("functions with the runtime `{another}` run with ");
        assert_eq!(log.matches(&told).count(), 1, "{log}");
        assert!(log.contains(&format!(" {version} (`/")), "{version}: {log}");
        let mut parts = version.split('.');
        let (major, minor) = (parts.next().unwrap(), parts.next().unwrap());
        let own = match runtime {
            "nodejs" => format!("nodejs{major}.x"),
            _ => format!("python{major}.{minor}"),
        };
        let (project, state) = self::project(&own, handler, &[file], json!({}));
        let served = project.serve(&state, &[]).unwrap();
        assert_eq!(served.get("/").0, 200);
        let log = served.stop();
        assert!(!log.contains("run with"), "{log}");
    }
}

#[test]
fn the_user_names_an_interpreter_for_a_language_or_for_one_version() {
    if !has("python3") {
        return;
    }
    let (project, state) = project(
        "python3.12",
        "app.handler",
        &[(
            "app.py",
            "import os\n\ndef handler(event, context):\n    return {'body': os.environ['PATH'].split(':')[0]}\n",
        )],
        json!({}),
    );
    let python = python_elsewhere(&project);
    for options in [
        [
            format!("python={}", python.display()),
            "nodejs=/nowhere".to_owned(),
        ],
        [
            format!("python3.12={}", python.display()),
            "python=/nowhere".to_owned(),
        ],
    ] {
        let options: Vec<&str> = options.iter().flat_map(|option| ["--runtime", option]).collect();
        let served = project.serve(&state, &options).unwrap();
        assert_eq!(
            served.get("/"),
            (200, python.parent().unwrap().display().to_string()),
            "{}",
            served.log()
        );
    }
    for (option, error) in [
        (
            "python=/nowhere",
            "can't use `/nowhere` for `python3.12`: No such file or directory",
        ),
        (
            "python=/bin/true",
            "can't use `/bin/true` for `python3.12`: it is not Python",
        ),
        (
            "ruby=/usr/bin/ruby",
            "unknown runtime `ruby`: it must be `nodejs` or `python`, or one of their versions",
        ),
        ("python", "`python` must have the form `RUNTIME=PATH`"),
    ] {
        let said = project.refused(&state, &["--runtime", option]);
        assert!(said.contains(error), "{option}: {said}");
    }
}

#[test]
fn without_an_interpreter_the_route_is_protected_and_the_start_says_what_to_do() {
    let (project, state) = project("nodejs20.x", "index.handler", &[("index.js", NODEJS)], json!({}));
    let path = project.path("shop/terraform/state.json");
    fs::write(&path, state.to_string()).unwrap();
    let mut command = project.command(&path, &[]);
    command.env("PATH", "/nowhere");
    let served = super::served::Served::start(command).unwrap();
    assert_eq!(served.get("/").0, 501);
    assert_eq!(
        reasons(&served.ready),
        [
            "it can't run here: its runtime is `nodejs20.x`, and no `node` on the PATH works. Install Node.js, or add \
          `--runtime nodejs=PATH`. `GET /` answers 501. To run other code, add `--function shop-orders=PATH`"
        ]
    );
}

#[test]
fn a_folder_that_the_user_names_runs_where_it_is() {
    if !has("python3") {
        return;
    }
    let (project, state) = project("python3.12", "app.handler", &[("other.py", "")], json!({}));
    let source = project.path("elsewhere/src");
    fs::create_dir(&source).unwrap();
    fs::write(
        source.join("app.py"),
        "import shared\n\ndef handler(event, context):\n    return {'body': shared.name}\n",
    )
    .unwrap();
    fs::write(source.join("shared.py"), "name = 'one'\n").unwrap();
    let option = format!("orders={}", source.display());
    let served = project.serve(&state, &["--function", &option]).unwrap();
    assert_eq!(served.get("/"), (200, "one".to_owned()), "{}", served.log());
    let names = |folder: &Path| {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    assert_eq!(
        names(&source),
        ["app.py", "shared.py"],
        "nothing is written there"
    );
    // What a state names must be a zip.
    let (project, state) = self::project("python3.12", "app.handler", &[], json!({"filename": "../build"}));
    let said = project.refused(&state, &[]);
    assert!(
        said.contains("must be a zip, but it is a folder") && said.contains("\n  --function shop-orders="),
        "{said}"
    );
}

#[test]
fn a_bootstrap_that_the_user_names_replaces_a_function_of_any_runtime() {
    let (project, state) = project(
        "nodejs20.x",
        "index.handler",
        &[("index.js", NODEJS)],
        json!({"layers": [LAYER]}),
    );
    let bootstrap = project.path("elsewhere/bootstrap");
    fs::write(&bootstrap, super::served::BOOTSTRAP).unwrap();
    let option = format!("orders={}", bootstrap.display());
    let served = project.serve(&state, &["--function", &option]).unwrap();
    let (status, variables) = served.get("/");
    assert!(
        status == 200 && !variables.contains("AWS_EXECUTION_ENV"),
        "{variables}"
    );
}

fn layer(filename: &str) -> Value {
    let values = json!({"arn": LAYER, "layer_name": "shared", "filename": filename});
    resource("aws_lambda_layer_version", values)
}

#[test]
fn a_layer_is_a_zip_of_the_state_or_what_the_user_names() {
    if !has("python3") {
        return;
    }
    let handler = "import shared\n\ndef handler(event, context):\n    return {'body': shared.name}\n";
    let (project, mut state) = project(
        "python3.12",
        "app.handler",
        &[("app.py", handler)],
        json!({"layers": [LAYER]}),
    );
    // Not in the state: the function does not run, and the route says so.
    let served = project.serve(&state, &[]).unwrap();
    assert_eq!(served.get("/").0, 501);
    let told = reasons(&served.ready).join("\n");
    assert!(
        told.contains(&format!(
            "the content of its layer `{LAYER}` is not in a file of the state"
        )),
        "{told}"
    );
    assert!(told.contains("add `--layer shared=PATH`"), "{told}");
    drop(served);
    // The user's folder, by the name or either ARN.
    let folder = project.path("elsewhere/layer");
    fs::create_dir_all(folder.join("python")).unwrap();
    fs::write(folder.join("python/shared.py"), "name = 'folder'\n").unwrap();
    for key in ["shared", LAYER, LAYER.strip_suffix(":3").unwrap()] {
        let option = format!("{key}={}", folder.display());
        let served = project.serve(&state, &["--layer", &option]).unwrap();
        assert_eq!(
            served.get("/"),
            (200, "folder".to_owned()),
            "{key}: {}",
            served.log()
        );
    }
    let said = project.refused(&state, &["--layer", "other=/tmp"]);
    assert!(
        said.contains("unknown layer `other`: the functions of the state have `shared`"),
        "{said}"
    );
    // The state's zip, and the user's folder before it.
    zip(
        &project.path("shop/build/layer.zip"),
        &[("python/shared.py", "name = 'state'\n")],
    );
    add(&mut state, [layer("../build/layer.zip")]);
    let served = project.serve(&state, &[]).unwrap();
    assert_eq!(served.get("/"), (200, "state".to_owned()), "{}", served.log());
    drop(served);
    let option = format!("shared={}", folder.display());
    let served = project.serve(&state, &["--layer", &option]).unwrap();
    assert_eq!(served.get("/").1, "folder");
}

#[test]
fn a_layer_outside_the_project_is_refused() {
    let (project, mut state) = project(
        "python3.12",
        "app.handler",
        &[("app.py", PYTHON)],
        json!({"layers": [LAYER]}),
    );
    zip(&project.path("elsewhere/layer.zip"), &[("python/shared.py", "")]);
    add(&mut state, [layer("../../elsewhere/layer.zip")]);
    let said = project.refused(&state, &[]);
    assert!(
        said.contains("as the content of layer `shared` (`aws_lambda_layer_version.this`)"),
        "{said}"
    );
    assert!(
        said.contains("outside the project") && said.contains("\n  --layer shared="),
        "{said}"
    );
}

#[test]
fn a_bootstrap_of_a_layer_runs_the_function() {
    let (project, mut state) = project(
        "provided.al2023",
        "index.handler",
        &[("index.php", "")],
        json!({"layers": [LAYER]}),
    );
    let path = project.path("shop/build/layer.zip");
    zip(&path, &[("bootstrap", super::served::BOOTSTRAP)]);
    add(&mut state, [layer("../build/layer.zip")]);
    let served = project.serve(&state, &[]).unwrap();
    assert_eq!(served.get("/").0, 200, "{}", served.log());
}

#[test]
fn an_extension_and_a_wrapper_script_are_named_as_not_emulated() {
    if !has("python3") {
        return;
    }
    let variables = json!([{"variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}}]);
    let more = json!({"layers": [LAYER], "environment": variables});
    let (project, mut state) = project("python3.12", "app.handler", &[("app.py", PYTHON)], more);
    zip(
        &project.path("shop/build/layer.zip"),
        &[("extensions/agent", "#!/bin/sh\n"), ("wrapper", "#!/bin/sh\n")],
    );
    add(&mut state, [layer("../build/layer.zip")]);
    let served = project.serve(&state, &[]).unwrap();
    assert_eq!(
        reasons(&served.ready),
        [
            "the extension in its layer does not run here",
            "it starts without the script `/opt/wrapper` that `AWS_LAMBDA_EXEC_WRAPPER` names",
        ]
    );
    assert_eq!(served.get("/").0, 200);
}

#[test]
fn a_shim_that_starts_another_interpreter_is_asked_for_it() {
    if !has("node") {
        return;
    }
    let (project, state) = project("nodejs20.x", "index.handler", &[("index.js", NODEJS)], json!({}));
    let shim = project.path("elsewhere/node");
    fs::write(
        &shim,
        "#!/bin/sh\n[ \"$SHIM\" = set ] || exit 7\nexec \"$REAL\" \"$@\"\n",
    )
    .unwrap();
    fs::set_permissions(&shim, fs::Permissions::from_mode(0o755)).unwrap();
    let real = Command::new("node")
        .args(["-p", "process.execPath"])
        .output_in_time()
        .unwrap();
    let path = project.path("shop/terraform/state.json");
    fs::write(&path, state.to_string()).unwrap();
    let mut command = project.command(&path, &[]);
    command
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", project.path("elsewhere").display()),
        )
        .env("SHIM", "set")
        .env("REAL", String::from_utf8(real.stdout).unwrap().trim());
    let served = super::served::Served::start(command).unwrap();
    assert_eq!(served.get("/").0, 200, "{}", served.log());
}

#[test]
fn a_failed_import_of_the_sdk_gives_advice() {
    if !has("python3") {
        return;
    }
    let (project, state) = project(
        "python3.12",
        "app.handler",
        &[("app.py", "import boto3\n")],
        json!({}),
    );
    let option = format!("python={}", python_elsewhere(&project).display());
    let served = project.serve(&state, &["--runtime", &option]).unwrap();
    assert_eq!(
        served.get("/"),
        (502, r#"{"message": "Internal server error"}"#.to_owned())
    );
    let log = served.stop();
    assert!(
        log.contains("`Runtime.ImportModuleError: Unable to import module 'app': No module named 'boto3'`. Lambda has boto3"),
        "{log}"
    );
}
