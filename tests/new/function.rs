//! Functions that are added to a service.

use std::fs;
use std::path::Path;
use std::process::Command;

use portcullis_test_support::in_time::InTime;

use crate::folder::{Folder, REPOSITORY};
use crate::transcripts::check;

/// The lines of a file that are new. No line may be missing.
#[track_caller]
fn new_lines(before: &str, after: &str) -> String {
    let mut rest = before.lines().peekable();
    let mut new = String::new();
    for line in after.lines() {
        if rest.peek() == Some(&line) {
            rest.next();
        } else {
            new += &format!("{line}\n");
        }
    }
    assert_eq!(rest.next(), None, "{after}");
    new
}

#[test]
fn a_function_is_added_with_a_crate_of_its_own() {
    let folder = Folder::new();
    folder.service(&["--name", "hello"]);
    let files = ["portcullis.toml", "functions/Cargo.lock"].map(|file| format!("service/{file}"));
    let before = files.each_ref().map(|file| folder.read(file));
    let arguments = ["new", "function", "orders", "--route", "GET /orders"];
    let added = folder.portcullis("service", &arguments);
    assert_eq!(added.code, 0, "{}", added.stderr);
    assert_eq!(
        added.stderr,
        "Added the function `orders` for `GET /orders`:\n  \
         functions/orders/Cargo.toml\n  functions/orders/src/main.rs\n  functions/Cargo.toml\n  functions/Cargo.lock\n  \
         portcullis.toml\n\nNext:\n  portcullis apply    # generate, build and run it on this machine\n"
    );
    let document = fs::read_to_string(Path::new(REPOSITORY).join("docs/first-service.md")).unwrap();
    assert!(document.contains(&added.stderr), "{}", added.stderr);
    let after = files.each_ref().map(|file| folder.read(file));
    assert_eq!(
        new_lines(&before[0], &after[0]),
        "[functions.orders]\n\n\"GET /orders\" = { function = \"orders\" }\n"
    );
    assert!(new_lines(&before[1], &after[1]).contains("name = \"orders\"\n"));
    let members = "members = [\"authenticated\", \"open\", \"orders\", \"shared\"]\n";
    assert!(folder.read("service/functions/Cargo.toml").contains(members));
    assert_eq!(
        folder.read("service/functions/orders/Cargo.toml"),
        "[package]\nname = \"orders\"\nversion.workspace = true\nedition.workspace = true\nrust-version.workspace = true\n\
         publish.workspace = true\n\n[lints]\nworkspace = true\n\n[dependencies]\nlambda_http.workspace = true\n\
         serde.workspace = true\nshared.workspace = true\ntokio.workspace = true\n"
    );
    is_sound(&folder);
    is_locked(&folder);
}

#[test]
fn a_public_function_and_a_binary_of_another_crate_are_added() {
    let folder = Folder::new();
    folder.service(&["--pool", "none"]);
    let public = ["--auth", "none", "--reason", "Prices are public"];
    for arguments in [
        &["new", "function", "health", "--route", "GET /health"][..],
        &[
            "new",
            "function",
            "prices",
            "--route",
            "ANY /prices/{id}",
            "--bin-of",
            "health",
        ],
    ] {
        let added = folder.portcullis("service", &[arguments, &public].concat());
        assert_eq!(added.code, 0, "{}", added.stderr);
    }
    let handler = folder.read("service/functions/health/src/bin/prices.rs");
    assert!(handler.contains("hello from prices"), "{handler}");
    assert!(!handler.contains("Claims"), "{handler}");
    let spec = folder.read("service/portcullis.toml");
    let route =
        "# Public: Prices are public\n\"ANY /prices/{id}\" = { function = \"prices\", auth = \"none\" }\n";
    assert!(spec.contains(route), "{spec}");
    is_sound(&folder);
    is_locked(&folder);
}

#[test]
fn functions_of_a_schedule_and_of_queues_are_added() {
    let folder = Folder::new();
    folder.service(&["--name", "hello"]);
    let before = folder.read("service/portcullis.toml");
    for (arguments, what) in [
        (["report", "--schedule", "rate(1 hour)"], "`rate(1 hour)`"),
        (["mailer", "--queue", "mails"], "the queue `mails`"),
        (["failed", "--queue", "mails-failed"], "the queue `mails-failed`"),
    ] {
        let added = folder.portcullis("service", &[&["new", "function"], &arguments[..]].concat());
        assert_eq!(added.code, 0, "{}", added.stderr);
        let first = format!("Added the function `{}` for {what}:\n", arguments[0]);
        assert!(added.stderr.starts_with(&first), "{}", added.stderr);
    }
    assert_eq!(
        new_lines(&before, &folder.read("service/portcullis.toml")),
        "[functions.report]\non = [{ schedule = \"rate(1 hour)\" }]\n\n\
         [functions.mailer]\non = [{ queue = \"mails\" }]\n\n\
         [functions.failed]\non = [{ queue = \"mails-failed\" }]\n\n\
         \n[queues.mails]\nfailed_after = 3\n"
    );
    is_sound(&folder);
    is_locked(&folder);
}

/// A crate may get functions of every kind, and its first one may be of any.
#[test]
fn a_binary_has_what_it_uses_in_the_crate_of_another_kind() {
    let public = ["--auth", "none", "--reason", "Prices are public"];
    let kinds: [(&str, Vec<&str>); 4] = [
        ("public", [&["--route", "GET /NAME"], &public[..]].concat()),
        ("signedin", vec!["--route", "GET /NAME"]),
        ("schedule", vec!["--schedule", "rate(1 hour)"]),
        ("queue", vec!["--queue", "NAME"]),
    ];
    let folder = Folder::new();
    folder.service(&["--name", "hello"]);
    let add = |name: &str, trigger: &[&str], bin_of: &[&str]| {
        let trigger: Vec<_> = trigger.iter().map(|word| word.replace("NAME", name)).collect();
        let trigger: Vec<_> = trigger.iter().map(String::as_str).collect();
        let added = folder.portcullis(
            "service",
            &[&["new", "function", name], &trigger[..], bin_of].concat(),
        );
        assert_eq!(added.code, 0, "{}", added.stderr);
    };
    for (of, trigger) in &kinds {
        add(of, trigger, &[]);
        let manifest = folder.read(&format!("service/functions/{of}/Cargo.toml"));
        let (_, dependencies) = manifest.split_once("[dependencies]\n").unwrap();
        for (kind, trigger) in &kinds {
            let name = format!("{kind}-of-{of}");
            add(&name, trigger, &["--bin-of", of]);
            let handler = folder.read(&format!("service/functions/{of}/src/bin/{name}.rs"));
            for used in ["lambda_http", "serde", "shared", "tokio"] {
                let is_used = handler.contains(&format!("{used}::"));
                let is_declared = dependencies.contains(&format!("{used}.workspace = true\n"));
                assert!(is_declared || !is_used, "{name} uses {used}: {dependencies}");
            }
        }
    }
    is_sound(&folder);
    is_locked(&folder);
}

#[test]
fn a_binary_of_a_crate_that_lacks_what_it_uses_is_refused() {
    let folder = Folder::new();
    folder.service(&["--name", "hello"]);
    let manifest = folder.read("service/functions/open/Cargo.toml");
    let (package, _) = manifest.split_once("[dependencies]\n").unwrap();
    let lean =
        "[dependencies]\nshared = { path = \"../shared\" }\n\n[dependencies.tokio]\nworkspace = true\n";
    folder.write("service/functions/open/Cargo.toml", &format!("{package}{lean}"));
    check("lean_crate.txt", &folder, "service");
    let queue = [
        "new", "function", "mailer", "--queue", "mails", "--bin-of", "open",
    ];
    let added = folder.portcullis("service", &queue);
    assert_eq!(added.code, 0, "{}", added.stderr);
}

#[test]
fn a_function_is_added_to_each_example() {
    for example in ["files", "shop"] {
        let folder = Folder::new();
        folder.service(&["--example", example]);
        let added = folder.portcullis(
            "service",
            &["new", "function", "profile", "--route", "GET /profile"],
        );
        assert_eq!(added.code, 0, "{}", added.stderr);
        is_sound(&folder);
    }
}

/// The service is valid, and its functions are formatted.
#[track_caller]
fn is_sound(folder: &Folder) {
    let generated = folder.portcullis("service", &["generate"]);
    assert_eq!(generated.code, 0, "{}", generated.stderr);
    cargo(folder, "fmt --all --check");
}

/// Cargo finds nothing to change in the lock file. This needs the crates of this repository's functions, and no others.
#[track_caller]
fn is_locked(folder: &Folder) {
    let platform = "--filter-platform x86_64-unknown-linux-gnu";
    cargo(
        folder,
        &format!("metadata --locked --offline --format-version 1 {platform}"),
    );
}

#[track_caller]
fn cargo(folder: &Folder, arguments: &str) {
    let mut cargo = Command::new("cargo");
    cargo
        .args(arguments.split(' '))
        .current_dir(folder.path("service/functions"));
    let ended = cargo.output_in_time().unwrap();
    let [stdout, stderr] = [&ended.stdout, &ended.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(ended.status.success(), "cargo {arguments}: {stderr}{stdout}");
}
