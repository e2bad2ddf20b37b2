//! A state is data: of the programs that it names, `serve` runs only zips of the project, with no variable by which a
//! loader or an interpreter would run anything else. The user may name the rest.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;

use super::served::{BOOTSTRAP, Project, state, zip};

const PASTE: &str = "\n  --function shop-orders=";

/// The state of a function whose code is at `filename`.
fn with_code(filename: &Path) -> serde_json::Value {
    state(json!({"filename": filename}))
}

#[test]
fn a_zip_of_the_project_is_served() {
    let project = Project::new();
    let absolute = project.path("shop/build/orders.zip");
    // A link from one place of the project to another leads nowhere else.
    symlink("../build", project.path("shop/terraform/linked")).unwrap();
    // The name of a file does not decide about its kind.
    fs::copy(&absolute, project.path("shop/terraform/orders")).unwrap();
    for filename in [
        Path::new("../build/orders.zip"),
        Path::new("linked/orders.zip"),
        Path::new("orders"),
        &absolute,
    ] {
        let served = project.serve(&with_code(filename), &[]);
        let served = served.unwrap_or_else(|said| panic!("{}: {said}", filename.display()));
        assert_eq!(served.get("/").0, 200, "{}", served.log());
    }
}

#[test]
fn a_program_of_the_machine_does_not_run() {
    let project = Project::new();
    let marker = project.path("marker");
    let attack = |filename: &str| {
        let variables = json!({"BASH_ENV": format!("$(touch {})", marker.display())});
        state(json!({"filename": filename, "environment": [{"variables": variables}]}))
    };
    let beside = project.path("shop/terraform/bash");
    fs::copy("/bin/bash", &beside).unwrap();
    for filename in ["/bin/bash", "../../../../../../../../bin/bash", "./bash", "bash"] {
        match project.serve(&attack(filename), &[]) {
            // If it is served, this test must show what it does.
            Ok(served) => {
                served.get("/");
                panic!("`{filename}` is served; its marker exists: {}", marker.exists());
            }
            Err(said) => {
                assert!(
                    said.contains("shop-orders") && said.contains(filename) && said.contains(PASTE),
                    "{said}"
                );
            }
        }
        assert!(!marker.exists(), "{filename}");
    }
    let said = project.refused(&with_code(Path::new("/bin/bash")), &[]);
    assert!(said.contains("outside the project"), "{said}");
    let said = project.refused(&with_code(Path::new("bash")), &[]);
    assert!(
        said.contains("must be a zip") && said.contains("executable"),
        "{said}"
    );
}

#[test]
fn code_outside_the_project_is_refused_by_any_path() {
    let project = Project::new();
    let outside = project.path("elsewhere/orders.zip");
    zip(&outside, &[("bootstrap", BOOTSTRAP)]);
    symlink(project.path("elsewhere"), project.path("shop/terraform/linked")).unwrap();
    symlink(&outside, project.path("shop/terraform/orders.zip")).unwrap();
    for filename in [
        outside.as_path(),
        Path::new("../../elsewhere/orders.zip"),
        Path::new("linked/orders.zip"),
        Path::new("linked/../elsewhere/orders.zip"),
        Path::new("orders.zip"),
    ] {
        let said = project.refused(&with_code(filename), &[]);
        assert!(
            said.contains("outside the project")
                && said.contains(filename.to_str().unwrap())
                && said.contains(PASTE),
            "{}: {said}",
            filename.display()
        );
    }
    // The user's own word: the same file, named as the message says.
    let said = project.refused(&with_code(&outside), &[]);
    let option = format!("shop-orders={}", outside.display());
    assert!(said.contains(&format!("\n  --function {option}\n")), "{said}");
    let served = project
        .serve(&with_code(&outside), &["--function", &option])
        .unwrap();
    assert_eq!(served.get("/").0, 200);
}

#[test]
fn the_project_is_the_repository_or_the_folder_of_terraform() {
    let project = Project::new();
    fs::remove_dir(project.path("shop/.git")).unwrap();
    let state = with_code(Path::new("../build/orders.zip"));
    let said = project.refused(&state, &[]);
    assert!(said.contains("outside the project"), "{said}");
    let inside = with_code(Path::new("orders.zip"));
    zip(
        &project.path("shop/terraform/orders.zip"),
        &[("bootstrap", BOOTSTRAP)],
    );
    drop(project.serve(&inside, &[]).unwrap());
    // A work tree of Git has a file there; a project of Portcullis has its spec.
    for marker in [".git", "portcullis.toml"] {
        let marker = project.path(&format!("shop/{marker}"));
        fs::write(&marker, "").unwrap();
        drop(project.serve(&state, &[]).unwrap());
        fs::remove_file(marker).unwrap();
    }
}

#[test]
fn a_bare_program_runs_if_the_user_names_it() {
    let project = Project::new();
    let bootstrap = project.path("elsewhere/bootstrap");
    fs::write(&bootstrap, BOOTSTRAP).unwrap();
    let option = format!("shop-orders={}", bootstrap.display());
    let served = project
        .serve(&with_code(Path::new("/bin/bash")), &["--function", &option])
        .unwrap();
    assert_eq!(served.get("/").0, 200, "{}", served.log());
}

#[test]
fn a_variable_by_which_other_code_would_run_is_refused_by_name() {
    let project = Project::new();
    for name in [
        "BASH_ENV",
        "ENV",
        "LD_PRELOAD",
        "LD_AUDIT",
        "LD_LIBRARY_PATH",
        "DYLD_INSERT_LIBRARIES",
        "GLIBC_TUNABLES",
        "GCONV_PATH",
        "PATH",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "NODE_OPTIONS",
        "PERL5OPT",
        "RUBYOPT",
        "JAVA_TOOL_OPTIONS",
        "SHELLOPTS",
        // A function of bash's. Lambda does not accept this name.
        "BASH_FUNC_echo%%",
        "A=B",
        "",
    ] {
        let state = state(json!({
            "filename": "../build/orders.zip",
            "environment": [{"variables": {name: "x", "TABLE": "orders"}}],
        }));
        let said = project.refused(&state, &[]);
        assert!(
            said.contains("shop-orders") && said.contains(&format!("`{name}`")) && !said.contains("TABLE"),
            "{name}: {said}"
        );
    }
    let harmless = state(json!({
        "filename": "../build/orders.zip",
        "environment": [{"variables": {"TABLE": "orders", "PYTHONUNBUFFERED": "1", "ENVIRONMENT": "local"}}],
    }));
    let served = project.serve(&harmless, &[]).unwrap();
    let (status, variables) = served.get("/");
    assert!(
        status == 200 && variables.contains(r#""TABLE": "orders""#),
        "{variables}"
    );
}

#[test]
fn the_user_sets_variables_for_all_functions_or_for_one() {
    let project = Project::new();
    let state = state(json!({
        "filename": "../build/orders.zip",
        "environment": [{"variables": {"TABLE": "orders", "PYTHONWARNINGS": "x"}}],
    }));
    let options = [
        "--env",
        "shop-orders:PYTHONWARNINGS=ignore",
        "--env",
        "TABLE=mine",
        "--env",
        "orders:MODE=a=b",
    ];
    let served = project.serve(&state, &options).unwrap();
    let variables: serde_json::Value = serde_json::from_str(&served.get("/").1).unwrap();
    for (name, value) in [("PYTHONWARNINGS", "ignore"), ("TABLE", "mine"), ("MODE", "a=b")] {
        assert_eq!(variables[name], value, "{variables}");
    }
}

#[test]
fn an_invalid_variable_is_reported_with_the_form() {
    let project = Project::new();
    let state = state(json!({"filename": "../build/orders.zip"}));
    for (text, error) in [
        (
            "TABLE",
            "`TABLE` must have the form `NAME=VALUE` or `FUNCTION:NAME=VALUE`",
        ),
        ("orders:=x", "`orders:=x` must have"),
        ("AWS_REGION=x", "can't set `AWS_REGION`: Lambda sets it itself"),
        (
            "nobody:TABLE=x",
            "unknown function `nobody`: the state has `shop-orders`",
        ),
    ] {
        let said = project.refused(&state, &["--env", text]);
        assert!(said.contains(error), "{said}");
    }
    let said = project.refused(&state, &["--env", "TABLE"]);
    assert!(said.contains("write `--env TABLE=orders`"), "{said}");
}
