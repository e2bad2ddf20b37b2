//! The files of a new service.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use portcullis_test_support::in_time::InTime;

use crate::folder::{Folder, REPOSITORY, file, files, tracked};

/// Files that differ from those of this repository, or that it has elsewhere.
const OWN: [&str; 6] = [
    ".gitattributes",
    ".vscode/extensions.json",
    ".vscode/settings.json",
    "README.md",
    "portcullis.schema.json",
    "portcullis.toml",
];

/// The paths of this repository whose files every service with both pipelines has.
const COMMON: [&str; 12] = [
    ":!.github/workflows/macos.yml", // these two are of Portcullis itself
    ":!.github/workflows/release.yml",
    ".github",
    ".gitignore",
    ".gitlab",
    ".gitlab-ci.yml",
    "Makefile",
    "clippy.toml",
    "functions/shared",
    "rustfmt.toml",
    "scripts/ci",
    "scripts/setup.sh",
];

const ARN: &str = "arn:aws:cognito-idp:eu-central-1:111111111111:userpool/eu-central-1_AbCdEf123";

type Files = BTreeMap<String, (String, bool)>;

/// The files of a service with both pipelines, without those of Terraform.
fn written(arguments: &[&str]) -> Files {
    let mut all = Files::new();
    for ci in ["github", "gitlab"] {
        all.extend(Folder::new().service(&[arguments, &["--ci", ci]].concat()));
    }
    all.retain(|path, _| !path.starts_with("terraform/"));
    all
}

/// Fails unless a service consists of files of this repository and those of its own. `specific` are its own functions,
/// in a folder of this repository.
#[track_caller]
fn check_files(written: &Files, folder: &str, specific: &[&str]) {
    let specific: Vec<String> = specific.iter().map(|path| format!("{folder}{path}")).collect();
    let specific = tracked(&specific.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(specific.len() > 5, "{specific:?}");
    let places = specific
        .iter()
        .map(|place| (place.strip_prefix(folder).unwrap().to_owned(), place.clone()))
        .chain(tracked(&COMMON).into_iter().map(|place| (place.clone(), place)));
    let expected: Files = places
        .map(|(path, place)| (path, file(&Path::new(REPOSITORY).join(place))))
        .collect();
    let own = OWN.map(str::to_owned);
    let paths: BTreeSet<&String> = expected.keys().chain(&own).collect();
    assert_eq!(written.keys().collect::<BTreeSet<_>>(), paths);
    for (path, file) in &expected {
        assert!(written[path] == *file, "`{path}` is not that of this repository");
    }
    let schema = "docs/reference/portcullis.schema.json";
    let schema = file(&Path::new(REPOSITORY).join(schema));
    assert!(written["portcullis.schema.json"] == schema, "the schema");
}

#[test]
fn a_new_service_is_the_demo_of_this_repository() {
    let written = written(&["--name", "hello"]);
    let specific = ["functions/Cargo.*", "functions/authenticated", "functions/open"];
    check_files(&written, "", &specific);
    // Nothing of the demo is forgotten.
    let functions = tracked(&["functions"]);
    assert!(
        functions.iter().all(|path| written.contains_key(path)),
        "{functions:?}"
    );
}

#[test]
fn a_new_service_is_an_example_of_this_repository() {
    let examples = fs::read_dir(Path::new(REPOSITORY).join("examples")).unwrap();
    let mut count = 0;
    for example in examples.map(Result::unwrap) {
        if !example.path().join("portcullis.toml").exists() {
            continue;
        }
        let name = example.file_name().into_string().unwrap();
        let written = written(&["--example", &name]);
        check_files(&written, &format!("examples/{name}/"), &["functions"]);
        let (spec, _) = file(&example.path().join("portcullis.toml"));
        let (_, spec) = spec.split_once('\n').unwrap();
        let expected = spec
            .replacen(&format!("= \"{name}\""), "= \"service\"", 1)
            .replacen("region = \"eu-central-1\"", "region = \"us-east-1\"", 1);
        assert_eq!(
            written["portcullis.toml"].0,
            format!("#:schema portcullis.schema.json\n{expected}")
        );
        count += 1;
    }
    assert!(count >= 2, "{count}");
}

#[test]
fn the_generated_files_and_the_format_of_a_new_service_are_up_to_date() {
    for arguments in [
        &["--name", "orders", "--region", "eu-central-1"][..],
        &["--pool", "none"],
        &["--pool", ARN],
        &["--example", "shop", "--ci", "none"],
        &["--example", "files", "--ci", "gitlab"],
    ] {
        let folder = Folder::new();
        folder.service(arguments);
        let check = folder.portcullis("service", &["generate", "--check"]);
        assert_eq!(check.code, 0, "{arguments:?}: {}{}", check.stdout, check.stderr);
        let mut format = Command::new("cargo");
        format.args(["fmt", "--all", "--check"]);
        let format = format.current_dir(folder.path("service/functions"));
        let format = format.output_in_time().unwrap();
        assert!(format.status.success(), "{arguments:?}: {format:?}");
    }
}

#[test]
fn a_service_without_a_pool_has_one_function() {
    let folder = Folder::new();
    let files = folder.service(&["--pool", "none"]);
    let left = files.keys().filter(|path| path.contains("authenticated"));
    assert_eq!(left.collect::<Vec<_>>(), [""; 0]);
    assert!(
        !folder
            .read("service/functions/Cargo.lock")
            .contains("authenticated")
    );
    let members = "members = [\"open\", \"shared\"]\n";
    assert!(folder.read("service/functions/Cargo.toml").contains(members));
}

#[test]
fn a_region_is_that_of_an_existing_pool() {
    let folder = Folder::new();
    folder.service(&["--pool", ARN]);
    let spec = folder.read("service/portcullis.toml");
    assert!(spec.contains("region = \"eu-central-1\"\n"), "{spec}");
}

#[test]
fn an_empty_folder_a_clone_and_a_missing_folder_get_a_service() {
    let folder = Folder::new();
    fs::create_dir(folder.path("empty")).unwrap();
    folder.write("clone/.git/HEAD", "ref: refs/heads/main\n");
    for (below, target) in [("", "empty"), ("clone", "."), ("", "deep/in/missing")] {
        let ended = folder.portcullis(below, &["new", target]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert_eq!(ended.stderr.contains("  cd "), target != ".", "{}", ended.stderr);
        let service = folder.path(below).join(target);
        assert!(service.join("portcullis.toml").exists());
        let mut entries: Vec<_> = fs::read_dir(&service)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        entries.sort();
        let left = entries.iter().filter(|name| name.starts_with(".portcullis"));
        assert_eq!(left.collect::<Vec<_>>(), [""; 0], "{target}");
    }
    assert_eq!(folder.read("clone/.git/HEAD"), "ref: refs/heads/main\n");
    // The folder's name is the service's.
    assert!(
        folder
            .read("clone/portcullis.toml")
            .contains("name   = \"clone\"\n")
    );
    assert!(
        folder
            .read("deep/in/missing/portcullis.toml")
            .contains("name   = \"missing\"\n")
    );
}

/// Python gives the program a terminal.
#[test]
fn a_terminal_is_asked() {
    let folder = Folder::new();
    folder.write("answers", "\nperhaps\nnone\neu-west-1\n");
    let spawn = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"exec python3 -c "$0" "$1" new catalogue <answers"#, spawn]);
    shell.arg(env!("CARGO_BIN_EXE_portcullis"));
    let ended = shell.current_dir(folder.path("")).output_in_time().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(
        ended.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    for line in [
        "Name of the service [catalogue]: ",
        "It must be `new`, `none` or the ARN of a user pool.",
    ] {
        assert!(said.contains(line), "{said}");
    }
    let spec = folder.read("catalogue/portcullis.toml");
    assert!(
        spec.contains("name   = \"catalogue\"\nregion = \"eu-west-1\"\n"),
        "{spec}"
    );
    assert!(!spec.contains("[user_pool"), "{spec}");
}

#[test]
fn an_example_of_a_bucket_is_refused_before_anything_is_done() {
    let folder = Folder::new();
    folder.service(&["--name", "hello"]);
    let before = files(&folder.path(""));
    for arguments in [
        &["plan", "--env", "dev"][..],
        &["apply", "--env", "dev", "--yes"],
        &["plan", "--env", "dev", "--out", "dev.tfplan"],
    ] {
        let ended = folder.portcullis("service", arguments);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert_eq!(
            ended.stderr,
            "error: the bucket for the state of `dev` must be yours, but it is still the example `my-terraform-state`\n\n\
             help: create a bucket with `aws s3 mb s3://NAME --region us-east-1`, and write `state = { bucket = \"NAME\", region = \
             \"us-east-1\" }` under `[environments.dev]`\n"
        );
    }
    assert!(files(&folder.path("")) == before, "a file was written");
}
