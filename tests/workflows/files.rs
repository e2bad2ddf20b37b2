//! The files as they are written.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::{check, read, repository, run, yaml};

/// Every workflow of GitHub's.
fn workflows() -> Vec<String> {
    let mut files: Vec<_> = fs::read_dir(repository(".github/workflows"))
        .unwrap()
        .map(|entry| {
            format!(
                ".github/workflows/{}",
                entry.unwrap().file_name().to_string_lossy()
            )
        })
        .collect();
    files.sort();
    files
}

/// The files of GitLab's.
const GITLAB: [&str; 2] = [".gitlab-ci.yml", ".gitlab/apply.yml"];

/// The action that reviews a plan.
pub const ACTION: &str = "action.yml";

/// Each job: its file, its name and what it says.
fn jobs() -> Vec<(String, String, Value)> {
    let of = |file: String| {
        let jobs = yaml(&file)["jobs"].as_object().unwrap().clone();
        jobs.into_iter().map(move |(name, job)| (file.clone(), name, job))
    };
    workflows().into_iter().flat_map(of).collect()
}

fn steps(job: &Value) -> &[Value] {
    job["steps"].as_array().unwrap()
}

#[test]
fn the_published_schemas_hold_the_files_valid() {
    let of_github = workflows();
    let of_gitlab = GITLAB.map(String::from);
    let action = [ACTION.to_owned()];
    for (schema, files) in [
        ("vendor.github-workflows", &of_github[..]),
        ("vendor.github-actions", &action),
        ("vendor.gitlab-ci", &of_gitlab),
    ] {
        let mut validation = check("check-jsonschema");
        validation.args(["--builtin-schema", schema]);
        run(validation.args(files.iter().map(|file| repository(file)))).succeeded();
    }
}

#[test]
fn an_audit_of_the_workflows_finds_nothing() {
    let mut audit = check("zizmor");
    audit.args(["--offline", "--persona=auditor", "--no-progress"]);
    let files = [".github/workflows", ACTION].map(repository);
    run(audit.args(files)).succeeded();
}

#[test]
fn every_action_is_pinned_by_digest_and_says_its_version() {
    let mut pinned = BTreeSet::new();
    for file in workflows() {
        for line in read(&file).lines() {
            let Some((_, action)) = line.split_once("uses: ") else {
                continue;
            };
            let (name, rest) = action.split_once('@').unwrap();
            let (digest, version) = rest
                .split_once(" # v")
                .unwrap_or_else(|| panic!("{file}: {line}"));
            let is_digest = digest.len() == 40 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_digest && version.split('.').count() == 3, "{file}: {line}");
            pinned.insert((name.to_string(), digest.to_string()));
        }
    }
    let names: BTreeSet<_> = pinned.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names.len(),
        pinned.len(),
        "one action in two versions: {pinned:?}"
    );
    let images: BTreeSet<_> = GITLAB
        .iter()
        .flat_map(|file| {
            let text = read(file);
            let lines = text
                .lines()
                .filter_map(|line| line.trim().strip_prefix("image: "));
            lines.map(String::from).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(images.len(), 1, "{images:?}");
    let digest = images.first().unwrap().split_once("@sha256:").unwrap().1;
    assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn a_job_may_do_what_this_table_says_and_no_more() {
    let code = json!({"contents": "read"});
    let expected = [
        (
            "apply.yml",
            "apply",
            json!({"actions": "read", "contents": "read", "id-token": "write", "pull-requests": "read"}),
        ),
        ("apply.yml", "environments", code.clone()),
        ("check.yml", "check", code.clone()),
        ("check.yml", "test", code.clone()),
        ("macos.yml", "check", code.clone()),
        ("plan.yml", "comment", json!({"pull-requests": "write"})),
        ("plan.yml", "environments", code.clone()),
        (
            "plan.yml",
            "plan",
            json!({"contents": "read", "id-token": "write"}),
        ),
        ("plan.yml", "review", code.clone()),
        (
            "release.yml",
            "publish",
            json!({"attestations": "write", "contents": "write", "id-token": "write"}),
        ),
        ("release.yml", "wheel", code),
    ];
    let mut found: Vec<_> = jobs()
        .into_iter()
        .map(|(file, name, job)| (file, name, job["permissions"].clone()))
        .collect();
    found.sort_by_key(|(file, name, _)| (file.clone(), name.clone()));
    let expected = expected.map(|(file, name, permissions)| {
        (format!(".github/workflows/{file}"), name.to_string(), permissions)
    });
    assert_eq!(found, expected);
    for file in workflows() {
        assert_eq!(yaml(&file)["permissions"], json!({}), "{file}");
    }
}

#[test]
fn no_foreign_text_becomes_part_of_a_command() {
    for (file, name, job) in jobs() {
        for step in steps(&job) {
            let command = step["run"].as_str().unwrap_or_default();
            assert!(!command.contains("${{"), "{file}, {name}: {command}");
        }
    }
    let action = yaml(ACTION);
    for step in steps(&action["runs"]) {
        // It runs no other action, so a digest pins all of it.
        let command = step["run"].as_str().unwrap();
        assert!(!command.contains("${{") && step["shell"] == "bash", "{command}");
    }
    for file in workflows() {
        let triggers = yaml(&file)["on"].clone();
        let known = ["pull_request", "push", "workflow_dispatch"];
        for trigger in triggers.as_object().unwrap().keys() {
            assert!(known.contains(&trigger.as_str()), "{file}: {trigger}");
        }
    }
}

#[test]
fn who_may_write_has_no_code_and_a_checkout_leaves_no_token() {
    for (file, name, job) in jobs() {
        let checkouts: Vec<_> = steps(&job)
            .iter()
            .filter(|step| {
                step["uses"]
                    .as_str()
                    .is_some_and(|uses| uses.starts_with("actions/checkout@"))
            })
            .collect();
        let writes = job["permissions"]
            .as_object()
            .unwrap()
            .iter()
            .any(|(what, may)| may == "write" && what != "id-token");
        assert!(!writes || checkouts.is_empty(), "{file}, {name}");
        for checkout in checkouts {
            assert_eq!(checkout["with"]["persist-credentials"], false, "{file}, {name}");
        }
        assert!(
            job["timeout-minutes"]
                .as_u64()
                .is_some_and(|minutes| minutes <= 120),
            "{file}, {name}"
        );
        // If a step of a pipe fails, the job does.
        assert_eq!(yaml(&file)["defaults"]["run"]["shell"], "bash", "{file}");
    }
}

#[test]
fn what_talks_to_aws_is_one_at_a_time_and_is_not_cut_short() {
    for (file, name, job) in jobs() {
        let talks = steps(&job).iter().any(|step| {
            step["uses"]
                .as_str()
                .is_some_and(|uses| uses.contains("configure-aws-credentials"))
        });
        // A release shows who it is to PyPI and to the log of provenance, not to AWS.
        let publishes = (&*file, &*name) == (".github/workflows/release.yml", "publish");
        let has_identity = job["permissions"]["id-token"] == "write";
        assert_eq!(talks || publishes, has_identity, "{file}, {name}");
        if talks {
            let group = job["concurrency"]["group"].as_str().unwrap();
            assert!(group.contains("${{ matrix.name }}"), "{file}, {name}: {group}");
            assert_eq!(job["concurrency"]["cancel-in-progress"], false, "{file}, {name}");
            assert!(job["if"].as_str().unwrap().contains("!= '[]'"), "{file}, {name}");
        }
    }
    // Applying takes more than a role: the rules of the environment.
    assert_eq!(
        yaml(".github/workflows/apply.yml")["jobs"]["apply"]["environment"]["name"],
        "${{ matrix.name }}"
    );
    assert_eq!(yaml(".gitlab-ci.yml")["review"]["interruptible"], false);
    assert_eq!(yaml(".gitlab/apply.yml")[".apply"]["interruptible"], false);
}

#[test]
fn every_command_is_a_make_target_or_a_script_that_is_there() {
    let makefile = read("Makefile");
    let mut called = BTreeSet::new();
    let mut scripts: Vec<_> = fs::read_dir(repository("scripts/ci"))
        .unwrap()
        .map(|entry| format!("scripts/ci/{}", entry.unwrap().file_name().to_string_lossy()))
        .filter(|script| !script.ends_with("__pycache__"))
        .collect();
    scripts.sort();
    let files = workflows()
        .into_iter()
        .chain(GITLAB.map(String::from))
        .chain(scripts.clone());
    for file in files {
        let text = read(&file);
        let code = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let words: Vec<_> = code.flat_map(str::split_whitespace).collect();
        for pair in words.windows(3) {
            if pair[0] == "make" {
                let target = if pair[1] == "--silent" { pair[2] } else { pair[1] };
                called.insert(target.trim_end_matches(')').to_string());
            }
            if let Some(at) = pair[0].find("scripts/") {
                let script = pair[0][at..].trim_matches(|c: char| "`'\";|".contains(c));
                assert!(repository(script).is_file(), "{file}: {script}");
            }
        }
    }
    let expected = [
        "apply",
        "build",
        "check",
        "environments",
        "lint",
        "plan",
        "review",
        "setup",
        "test",
    ];
    assert_eq!(called.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    for target in expected {
        let begin = format!("{target}: ");
        let is_described = |line: &str| line.starts_with(&begin) && line.contains("## ");
        assert!(makefile.lines().any(is_described), "{target}");
    }
    for script in scripts
        .iter()
        .map(String::as_str)
        .chain(["scripts/setup.sh", "scripts/lint.sh"])
    {
        let mode = fs::metadata(repository(script)).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{script}");
    }
}
