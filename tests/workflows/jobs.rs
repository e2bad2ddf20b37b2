//! Tests of the jobs of both services, with a stand-in for Portcullis that records its calls.

use portcullis_test_support::in_time::InTime;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::api::{Answer, Api};
use super::{Ended, command, git, repository, run};

/// `environments.py`: the list, and what was said.
fn environments(kind: &str, environments: &Value, variables: &Value, public: bool) -> (Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("output");
    let mut script = command(repository("scripts/ci/environments.py"));
    script
        .arg(kind)
        .env("GITHUB_OUTPUT", &output)
        .env("VARIABLES", variables.to_string())
        .env("PUBLIC", public.to_string());
    let ended = with_input(&mut script, &environments.to_string()).succeeded();
    let output = fs::read_to_string(output).unwrap();
    let list = output.strip_prefix("environments=").unwrap();
    (serde_json::from_str(list).unwrap(), ended.stderr)
}

fn with_input(command: &mut Command, input: &str) -> Ended {
    let streams = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = streams.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.output_in_time().unwrap();
    Ended {
        success: output.status.success(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn environment(name: &str, state: bool) -> Value {
    let state = state.then(|| json!({"bucket": "b", "key": "k", "region": "us-east-1"}));
    json!({"name": name, "region": "us-east-1", "account": null, "state": state})
}

fn job(name: &str, role: &str) -> Value {
    json!({"name": name, "region": "us-east-1", "role": role})
}

#[test]
fn an_environment_gets_a_job_where_a_role_and_a_state_are_there() {
    let all = json!([
        environment("dev", true),
        environment("prod-eu", true),
        environment("own", false)
    ]);
    let variables = json!({
        "AWS_PLAN_ROLE_ARN": "plan",
        "AWS_PLAN_ROLE_ARN_PROD_EU": "plan in prod",
        "AWS_APPLY_ROLE_ARN_DEV": "apply in dev",
    });
    let (list, said) = environments("plan", &all, &variables, false);
    assert_eq!(list, json!([job("dev", "plan"), job("prod-eu", "plan in prod")]));
    assert!(
        said.contains("::notice::skipped `own`: its state would be lost with this machine"),
        "{said}"
    );

    let (list, said) = environments("apply", &all, &variables, false);
    assert_eq!(list, json!([job("dev", "apply in dev")]));
    let reason = "skipped `prod-eu`: missing variable AWS_APPLY_ROLE_ARN_PROD_EU or AWS_APPLY_ROLE_ARN with the ARN of a role";
    assert!(said.contains(reason), "{said}");

    // Nothing is set up: no job, and no failure. The workflows compare with exactly this text.
    let (list, said) = environments("plan", &all, &json!({}), false);
    assert_eq!(
        (list.to_string().as_str(), said.matches("::notice::").count()),
        ("[]", 3)
    );
}

#[test]
fn plans_of_a_public_repository_are_saved_only_if_allowed() {
    let all = json!([environment("dev", true)]);
    let roles = json!({"AWS_PLAN_ROLE_ARN": "plan"});
    let (list, said) = environments("plan", &all, &roles, true);
    assert_eq!(list, json!([]));
    assert!(said.contains("anyone can read the plans"), "{said}");
    let allowed = json!({"AWS_PLAN_ROLE_ARN": "plan", "PUBLISH_PLANS": "true"});
    assert_eq!(
        environments("plan", &all, &allowed, true).0,
        json!([job("dev", "plan")])
    );
}

/// A checkout with the Makefile and the scripts of this repository, in which Portcullis is a stand-in. `.verdict` is how
/// its review ends, `.broken` names an environment that can't be planned, `.other` one whose plan is not what the spec says.
struct Checkout(TempDir);

const STAND_IN: &str = r##"#!/usr/bin/env bash
set -euo pipefail
printf '%s\n' "$*${AWS_ROLE_ARN:+ as $AWS_ROLE_ARN in $AWS_REGION}" >>.calls
case $1 in
environments) echo '[{"name": "dev", "region": "us-east-1", "state": {}}, {"name": "prod", "region": "eu-west-1", "state": {}}]' ;;
plan)
    [ "$3" != "$(cat .broken)" ] || exit 3
    echo "{\"of\": \"$3\"}" >"$5"
    ;;
check)
    [ "$5" != "$(cat .other)" ] || { echo 'GET /admin is open' && exit 1; }
    ;;
review)
    echo '# A review'
    exit "$(cat .verdict)"
    ;;
esac
"##;

impl Checkout {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("scripts/ci")).unwrap();
        fs::copy(repository("Makefile"), root.join("Makefile")).unwrap();
        for entry in fs::read_dir(repository("scripts/ci")).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), root.join("scripts/ci").join(entry.file_name())).unwrap();
            }
        }
        fs::write(root.join("portcullis.toml"), "").unwrap();
        fs::write(root.join(".gitignore"), ".*\nplans/\nterraform/\n__pycache__/\n").unwrap();
        git(root, &["init", "--quiet"]);
        git(root, &["add", "."]);
        git(root, &["commit", "--quiet", "--message", "x"]);
        git(root, &["tag", "before"]);
        git(root, &["commit", "--quiet", "--allow-empty", "--message", "y"]);
        fs::write(root.join(".portcullis"), STAND_IN).unwrap();
        fs::set_permissions(root.join(".portcullis"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(root.join(".verdict"), "0").unwrap();
        fs::write(root.join(".broken"), "").unwrap();
        fs::write(root.join(".other"), "").unwrap();
        Self(folder)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_default()
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    fn script(&self, name: &str, arguments: &[&str]) -> Command {
        let mut script = command(self.path("scripts/ci").join(name));
        script
            .args(arguments)
            .current_dir("/")
            .env("PORTCULLIS", self.path(".portcullis"));
        script
    }

    /// The hash of the commit before the last one.
    fn base(&self) -> String {
        git(self.0.path(), &["rev-parse", "before"])
    }

    fn run(&self, name: &str, arguments: &[&str]) -> Ended {
        run(&mut self.script(name, arguments))
    }

    /// Returns the calls of Portcullis since the last time, a line each.
    fn calls(&self) -> Vec<String> {
        let calls = self
            .read(".calls")
            .lines()
            .map(|line| line.trim_end().to_string())
            .collect();
        _ = fs::remove_file(self.path(".calls"));
        calls
    }

    /// Another machine's checkout, with what was kept of the plan of `dev`.
    fn with_plan_of(other: &Checkout) -> Self {
        let checkout = Self::new();
        fs::create_dir(checkout.path("plans")).unwrap();
        for file in ["plans/dev.json", "plans/dev.tree"] {
            fs::copy(other.path(file), checkout.path(file)).unwrap();
        }
        checkout
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_was_planned_is_reviewed_and_applied_on_other_machines() {
    let planned = Checkout::new();
    planned.run("plan.sh", &["dev"]).succeeded();
    assert_eq!(planned.calls(), ["plan --env dev --json-out plans/dev.json"]);
    assert_eq!(mode(&planned.path("plans/dev.json")), 0o600);

    let reviewed = Checkout::with_plan_of(&planned);
    let ended = reviewed.run("review.sh", &["HEAD^", "dev"]).succeeded();
    assert_eq!(
        reviewed.calls(),
        [
            "check --plan plans/dev.json --env dev",
            &format!(
                "review --base {} --plan plans/dev.json --markdown",
                reviewed.base()
            )
        ]
    );
    assert_eq!(reviewed.read("plans/review.md"), "# A review\n");
    assert_eq!(ended.stdout, "# A review\n");

    let merged = Checkout::with_plan_of(&planned);
    merged.run("apply.sh", &["dev", "before"]).succeeded();
    assert_eq!(
        merged.calls(),
        [
            &format!("review --base {} --plan plans/dev.json", merged.base()),
            "check --plan plans/dev.json --env dev",
            "build --env dev",
            "apply --env dev --plan plans/dev.json"
        ]
    );
}

#[test]
fn missing_and_failed_plans_are_reported() {
    let checkout = Checkout::new();
    checkout.run("review.sh", &["HEAD^"]).succeeded();
    assert_eq!(
        checkout.calls(),
        [format!("review --base {} --markdown", checkout.base())]
    );

    assert!(!checkout.run("review.sh", &["HEAD^", "dev"]).success);
    let review = checkout.read("plans/review.md");
    assert!(review.starts_with("# A review\n"), "{review}");
    assert!(
        review.contains("**`dev` was not planned**: see the log of its plan."),
        "{review}"
    );

    checkout.write(".verdict", "1");
    assert!(!checkout.run("review.sh", &["HEAD^"]).success);
    assert_eq!(checkout.read("plans/review.md"), "# A review\n");
}

#[test]
fn a_plan_that_differs_from_the_spec_is_reported_and_not_applied() {
    let planned = Checkout::new();
    planned.run("plan.sh", &["dev"]).succeeded();
    let other = Checkout::with_plan_of(&planned);
    other.write(".other", "dev");
    assert!(!other.run("review.sh", &["HEAD^", "dev"]).success);
    let review = other.read("plans/review.md");
    assert_eq!(
        review,
        "# A review\n\n**The plan of `dev` doesn't match the spec**\n\n```\nGET /admin is open\n```\n"
    );
    other.calls();
    other
        .run("apply.sh", &["dev", "before"])
        .failed("the plan of `dev` doesn't match the spec: nothing was applied");
    assert!(!other.calls().iter().any(|call| call.starts_with("apply")));
}

#[test]
fn what_was_merged_has_to_be_what_was_planned() {
    let planned = Checkout::new();
    planned.run("plan.sh", &["dev"]).succeeded();
    let merged = Checkout::with_plan_of(&planned);
    merged.write("portcullis.toml", "# something else\n");
    git(merged.0.path(), &["commit", "--quiet", "--all", "--message", "y"]);
    let tree = |checkout: &Checkout| git(checkout.0.path(), &["rev-parse", "HEAD^{tree}"])[..12].to_string();
    merged
        .run("apply.sh", &["dev", "before"])
        .failed(&format!(
            "the plan of `dev` must be for the merged Git tree {}, but is for {}",
            tree(&merged),
            tree(&planned)
        ))
        .failed("help: plan this branch again");
    assert_eq!(merged.calls(), [""; 0]);
    merged
        .run("apply.sh", &["prod", "before"])
        .failed("missing plan of `prod`");
}

#[test]
fn a_blocked_change_is_not_applied_even_if_it_was_merged() {
    let planned = Checkout::new();
    planned.run("plan.sh", &["dev"]).succeeded();
    let merged = Checkout::with_plan_of(&planned);
    merged.write(".verdict", "1");
    merged
        .run("apply.sh", &["dev", "before"])
        .failed("the review of `dev` blocks this change: nothing was applied");
    assert_eq!(
        merged.calls(),
        [format!("review --base {} --plan plans/dev.json", merged.base())]
    );
}

#[test]
fn gitlab_plans_every_environment_with_its_own_role_and_writes_the_review_into_the_merge_request() {
    let checkout = Checkout::new();
    let api = Api::start(
        |request| match (request.method.as_str(), request.target.as_str()) {
            ("GET", "/api/v4/user") => Answer::Json(json!({"id": 1})),
            _ => Answer::Json(json!([])),
        },
    );
    let review = || {
        let mut script = checkout.script("gitlab_review.sh", &[]);
        script.envs([
            ("AWS_ID_TOKEN", "id"),
            ("AWS_PLAN_ROLE_ARN", "general"),
            ("AWS_PLAN_ROLE_ARN_PROD", "own"),
            ("CI_API_V4_URL", format!("{}/api/v4", api.address).as_str()),
            ("CI_COMMIT_SHA", "0123abc"),
            ("CI_JOB_ID", "99"),
            ("CI_JOB_URL", "https://gitlab.com/me/hello/-/jobs/99"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", checkout.base().as_str()),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_PROJECT_ID", "42"),
            ("GITLAB_TOKEN", "secret"),
        ]);
        run(&mut script)
    };
    review().succeeded();
    assert_eq!(
        checkout.calls(),
        [
            "environments --json",
            "plan --env dev --json-out plans/dev.json as general in us-east-1",
            "plan --env prod --json-out plans/prod.json as own in eu-west-1",
            "check --plan plans/dev.json --env dev",
            "check --plan plans/prod.json --env prod",
            &format!(
                "review --base {} --plan plans/dev.json --plan plans/prod.json --markdown",
                checkout.base()
            ),
        ]
    );
    let note = api.writes().pop().unwrap().json()["body"]
        .as_str()
        .unwrap()
        .to_string();
    assert!(
        note.starts_with("<!-- portcullis review -->\n# A review\n"),
        "{note}"
    );

    // One that can't be planned does not keep the other ones, and the review, from being told.
    fs::remove_dir_all(checkout.path("plans")).unwrap();
    checkout.write(".broken", "dev");
    assert!(!review().success);
    let note = api.writes().pop().unwrap().json()["body"]
        .as_str()
        .unwrap()
        .to_string();
    assert!(
        note.contains("# A review") && note.contains("`dev` was not planned"),
        "{note}"
    );
}

/// A text that leaves a mark if a shell or make expands any part of it.
fn attacks(mark: &Path) -> Vec<String> {
    let mark = mark.display();
    [
        format!("x'; touch {mark}; '"),
        format!("x\"; touch {mark}; \""),
        format!("x; touch {mark}; #"),
        format!("x$(touch {mark})`touch {mark}`"),
        format!("x$(shell touch {mark})"),
        format!("${{shell touch {mark}}}"),
        format!("x\n\ttouch {mark}"),
        "$$HOME $@ %".into(),
    ]
    .into()
}

/// Runs a target with a variable of a value, set on the command line of make or in its environment, and returns what
/// Portcullis was given.
fn given(folder: &Path, target: &str, variable: &str, value: &str, on_command_line: bool) -> Vec<String> {
    let mut make = command("make");
    make.arg("--silent").arg("--file").arg(repository("Makefile"));
    make.arg(target).current_dir(folder);
    for name in [
        "ENV",
        "PLAN",
        "PLAN_JSON",
        "PLANS",
        "BASE",
        "MARKDOWN",
        "YOUR_EMAIL",
    ] {
        make.env_remove(name);
    }
    make.env("PORTCULLIS", folder.join("recorder"));
    if on_command_line {
        make.arg(format!("{variable}={value}"));
    } else {
        make.env(variable, value);
    }
    run(&mut make).succeeded();
    let given = fs::read_to_string(folder.join("given")).unwrap();
    given.split_terminator('\0').map(String::from).collect()
}

#[test]
fn what_is_said_to_make_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = folder.path().join("recorder");
    let text = "#!/bin/sh\nprintf '%s\\0' \"$@\" \"$YOUR_EMAIL\" >given\n";
    fs::write(&recorder, text).unwrap();
    fs::set_permissions(&recorder, fs::Permissions::from_mode(0o755)).unwrap();
    let mark = folder.path().join("mark");
    // A target, a variable, and what Portcullis gets in front of its value and behind it.
    let cases: [(&str, &str, &[&str], &[&str]); 15] = [
        ("apply", "ENV", &["apply", "--env"], &[]),
        ("apply", "PLAN", &["apply", "--env", "local", "--plan"], &[]),
        ("apply", "YOUR_EMAIL", &["apply", "--env", "local"], &[]),
        ("dev", "ENV", &["dev", "--env"], &[]),
        ("login", "ENV", &["login", "--env"], &[]),
        ("plan", "ENV", &["plan", "--env"], &[]),
        ("plan", "PLAN", &["plan", "--env", "local", "--out"], &[]),
        (
            "plan",
            "PLAN_JSON",
            &["plan", "--env", "local", "--json-out"],
            &[],
        ),
        ("review", "BASE", &["review", "--base"], &[]),
        ("check", "PLAN", &["check", "--plan"], &["--env", "local"]),
        ("destroy", "ENV", &["destroy", "--env"], &[]),
        ("outputs", "ENV", &["outputs", "--env"], &[]),
        ("build", "ENV", &["build", "--env"], &[]),
        ("invitation", "ENV", &["invitation", "--env"], &[]),
        ("logs", "ENV", &["logs", "--env"], &[]),
    ];
    for attack in attacks(&mark) {
        for on_command_line in [true, false] {
            let given = |target, variable| given(folder.path(), target, variable, &attack, on_command_line);
            for (target, variable, before, behind) in cases {
                let is_email = variable == "YOUR_EMAIL";
                let mut expected: Vec<&str> = [before, &[&attack], behind].concat();
                if !is_email {
                    expected.push("");
                }
                assert_eq!(given(target, variable), expected, "{target} {variable}");
            }
            // A list of files, and a switch.
            let mut expected = vec!["review"];
            for plan in attack.split_whitespace() {
                expected.extend(["--plan", plan]);
            }
            expected.push("");
            assert_eq!(given("review", "PLANS"), expected);
            assert_eq!(given("review", "MARKDOWN"), ["review", "--markdown", ""]);
            assert!(!mark.exists(), "this ran: {attack}");
        }
    }
}

#[test]
fn a_base_that_is_not_a_commit_is_neither_run_nor_read() {
    let planned = Checkout::new();
    planned.run("plan.sh", &["dev"]).succeeded();
    let mark = planned.path("mark");
    let mut bases = attacks(&mark);
    // An option of git, and a file that the branch brought along.
    bases.extend([
        "--help".into(),
        "--output=mark".into(),
        "0123abc".into(),
        String::new(),
    ]);
    for base in bases {
        let checkout = Checkout::with_plan_of(&planned);
        checkout.write("0123abc", "# a spec");
        let reviewed = checkout.run("review.sh", &[&base, "dev"]);
        assert!(!reviewed.success);
        let review = "**The review failed**: see its log.\n";
        assert_eq!(checkout.read("plans/review.md"), review, "{base}");
        checkout
            .run("apply.sh", &["dev", &base])
            .failed("is not a commit of this clone");
        let calls = checkout.calls();
        assert_eq!(calls, ["check --plan plans/dev.json --env dev"], "{base}");
        assert!(!mark.exists() && !checkout.path("mark").exists(), "{base}");
    }
}
