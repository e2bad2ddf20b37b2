//! A checkout may bring a symbolic link along that leads out of the project. No command writes, deletes or reads a
//! generated file through it.

#![allow(clippy::unwrap_used)] // a test may panic

use portcullis_test_support::in_time::InTime;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The demo's spec with crates of its functions' names.
fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("portcullis.toml"),
        include_str!("../portcullis.toml"),
    )
    .unwrap();
    for function in ["open", "authenticated"] {
        let source = folder.path().join("functions").join(function).join("src");
        fs::create_dir_all(&source).unwrap();
        fs::write(source.join("main.rs"), "fn main() {}\n").unwrap();
        let manifest = format!("[package]\nname = {function:?}\n");
        fs::write(source.join("../Cargo.toml"), manifest).unwrap();
    }
    folder
}

fn portcullis(project: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .arg("--project")
        .arg(project)
        .args(arguments)
        .env_remove("YOUR_EMAIL")
        .stdin(Stdio::null())
        .output_in_time()
        .unwrap()
}

#[track_caller]
fn refuses(project: &Path, arguments: &[&str], link: &Path) {
    let output = portcullis(project, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    let expected = format!(
        "`{}` must not be a symbolic link",
        project
            .canonicalize()
            .unwrap()
            .join(link.strip_prefix(project).unwrap())
            .display()
    );
    assert!(said.contains(&expected), "{arguments:?}: {said}");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn no_generated_file_is_written_through_a_link() {
    for linked in ["terraform", "terraform/modules", "terraform/environments/local"] {
        let (project, outside) = (project(), tempfile::tempdir().unwrap());
        let link = project.path().join(linked);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(outside.path(), &link).unwrap();
        for arguments in [
            &["generate"][..],
            &["generate", "--check"],
            &["check"],
            &["plan"],
            &["apply"],
        ] {
            refuses(project.path(), arguments, &link);
            assert_eq!(names(outside.path()), [""; 0], "{linked}: {arguments:?}");
        }
        // Its twin: a folder instead of the link.
        fs::remove_file(&link).unwrap();
        fs::create_dir(&link).unwrap();
        assert!(portcullis(project.path(), &["generate"]).status.success());
    }
}

#[test]
fn no_zip_is_written_or_deleted_through_a_link() {
    let (project, outside) = (project(), tempfile::tempdir().unwrap());
    assert!(portcullis(project.path(), &["generate"]).status.success());
    let folder = outside.path().join("x86_64");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("mine.zip"), "mine").unwrap();
    let link = project.path().join("terraform/artifacts");
    symlink(outside.path(), &link).unwrap();
    refuses(project.path(), &["build", "--env", "dev"], &link);
    assert_eq!(names(&folder), ["mine.zip"]);
}
