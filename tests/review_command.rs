//! `portcullis review` as it is used: in a clone of git's, on files, with plans; its screens and exit codes.

#![allow(clippy::unwrap_used)] // a test may panic

use portcullis_test_support::console::Console;
use portcullis_test_support::in_time::InTime;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const DEMO: &str = include_str!("../portcullis.toml");
const GUARDED: &str = "\"GET /\"     = { function = \"authenticated\" }";
const OPENED: &str = "\"GET /\"     = { function = \"authenticated\", auth = \"none\" }";

/// A clone whose `main` has the demo, below a folder that is not the project's.
struct Clone(TempDir);

impl Clone {
    fn new() -> Self {
        let clone = Self(tempfile::tempdir().unwrap());
        fs::create_dir(clone.project()).unwrap();
        clone.git(&["init", "--quiet", "--initial-branch=main"]);
        clone.commit(DEMO);
        clone
    }

    fn project(&self) -> PathBuf {
        self.0.path().join("service")
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.project().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn commit(&self, spec: &str) {
        self.write("portcullis.toml", spec);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "Change"]);
    }

    fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
            .args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"])
            .args(arguments)
            .current_dir(self.0.path())
            .output_in_time()
            .expect("`git` is on the PATH");
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            text(&output.stderr)
        );
    }

    fn review(&self, arguments: &[&str]) -> Reviewed {
        review(&self.project(), arguments)
    }
}

struct Reviewed {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Reviewed {
    #[track_caller]
    fn says(&self, code: i32, sentence: &str) -> &Self {
        let all = format!("{}{}", self.stdout, self.stderr);
        assert_eq!(self.code, code, "{all}");
        assert!(all.contains(sentence), "`{sentence}` is not in\n{all}");
        self
    }
}

fn review(folder: &Path, arguments: &[&str]) -> Reviewed {
    let review: Vec<&str> = [&["review"], arguments].concat();
    portcullis(folder, &review)
}

fn portcullis(folder: &Path, arguments: &[&str]) -> Reviewed {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .args(arguments)
        .arg("--project")
        .arg(folder)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output_in_time()
        .unwrap();
    Reviewed {
        code: status.code().unwrap(),
        stdout: text(&stdout),
        stderr: text(&stderr),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("generator/tests/plans")
        .join(name);
    path.display().to_string()
}

#[test]
fn a_branch_is_compared_with_where_it_left_main() {
    let clone = Clone::new();
    clone.git(&["checkout", "--quiet", "-b", "work"]);
    clone.commit(&DEMO.replace(GUARDED, OPENED));
    clone.git(&["checkout", "--quiet", "main"]);
    // A later change of main does not belong to this branch.
    clone.commit(&DEMO.replace("stage = \"v1\"", "stage = \"v2\""));
    clone.git(&["checkout", "--quiet", "work"]);
    let reviewed = clone.review(&[]);
    assert_eq!(
        reviewed.stdout,
        "\
main → portcullis.toml: 1 blocked

✗ blocked: `GET /` becomes public, handled by `authenticated`
· 1 new deployment in `dev`
To accept a blocked change, add it under [review] with a reason:
  accept = [{ change = \"route_opened\", of = \"GET /\", reason = \"…\" }]
"
    );
    assert_eq!((reviewed.code, reviewed.stderr.as_str()), (1, ""));
    let verbose = clone.review(&["--verbose"]);
    assert_eq!(verbose.stdout, reviewed.stdout);
    verbose.says(1, "  $ git -C ");
    clone
        .review(&["--verbose", "--quiet"])
        .says(2, "'--verbose' cannot be used with '--quiet'");
    // The base of a comparison with main's tip is the same commit.
    assert_eq!(clone.review(&["--base", "main"]).stdout, reviewed.stdout);
    // On main itself it is the last commit that counts.
    clone.git(&["checkout", "--quiet", "main"]);
    clone
        .review(&[])
        .says(0, "HEAD → portcullis.toml: nothing changes");
    clone
        .review(&["--base", "HEAD~1", "--head", "HEAD"])
        .says(1, "`api.stage` `\"v1\"` → `\"v2\"`");
}

#[test]
fn a_revision_that_main_has_is_not_compared_with_itself() {
    let clone = Clone::new();
    clone.commit(&DEMO.replace(GUARDED, OPENED));
    let reviewed = clone.review(&["--head", "HEAD"]);
    reviewed
        .says(2, "`HEAD` is part of `main`")
        .says(2, "help: name a base: `--base 'HEAD^'`");
    assert_eq!(reviewed.stdout, "");
    clone
        .review(&["--base", "HEAD^", "--head", "HEAD"])
        .says(1, "`GET /` becomes public");
}

#[test]
fn a_project_that_moved_is_not_a_new_one() {
    let clone = Clone::new();
    clone.git(&["mv", "service", "moved"]);
    fs::write(
        clone.0.path().join("moved/portcullis.toml"),
        DEMO.replace(GUARDED, OPENED),
    )
    .unwrap();
    let moved = clone.0.path().join("moved");
    let sentence = "its `service/portcullis.toml` no longer exists";
    review(&moved, &[])
        .says(2, sentence)
        .says(2, "`git show HEAD:service/portcullis.toml > before.toml`");
    clone.git(&["add", "--all"]);
    clone.git(&["commit", "--quiet", "--message", "Move"]);
    review(&moved, &["--base", "HEAD^", "--head", "HEAD"]).says(2, sentence);
    // One that comes beside others is new.
    clone.git(&["checkout", "--quiet", "HEAD^", "--", "service"]);
    review(&moved, &["--base", "HEAD^"]).says(0, "first spec: ");
}

/// A pipeline's own checkout must not be compared with itself.
#[test]
fn a_shallow_clone_is_compared_with_main_or_not_at_all() {
    let clone = Clone::new();
    clone.git(&["checkout", "--quiet", "-b", "work"]);
    clone.commit(&DEMO.replace(GUARDED, OPENED));
    let url = format!("file://{}", clone.0.path().display());
    clone.git(&["init", "--quiet", "--initial-branch=none", "shallow"]);
    clone.git(&["-C", "shallow", "fetch", "--quiet", "--depth=1", &url, "work"]);
    clone.git(&["-C", "shallow", "checkout", "--quiet", "--detach", "FETCH_HEAD"]);
    let shallow = clone.0.path().join("shallow");
    review(&shallow.join("service"), &[])
        .says(2, "this clone is shallow and has no main branch")
        .says(2, "help: fetch the target branch");
    let main = "main:refs/remotes/origin/main";
    clone.git(&["-C", "shallow", "fetch", "--quiet", "--depth=1", &url, main]);
    review(&shallow.join("service"), &[])
        .says(1, "origin/main → portcullis.toml: 1 blocked")
        .says(1, "`GET /` becomes public");
}

#[test]
fn what_is_answered_in_the_spec_passes() {
    let clone = Clone::new();
    let accept =
        "\n[review]\naccept = [\n  { change = \"route_opened\", of = \"GET /\", reason = \"Public\" },\n]\n";
    let head = clone.write(
        "head.toml",
        &(DEMO.replace(
            GUARDED,
            "\"GET /\"     = { function = \"open\", auth = \"none\" }",
        ) + accept),
    );
    let base = clone.write(
        "base.toml",
        &DEMO.replace(GUARDED, "\"GET /\"     = { function = \"open\" }"),
    );
    let (base, head) = (base.to_str().unwrap(), head.to_str().unwrap());
    let files = ["--base", base, "--head", head];
    clone
        .review(&files)
        .says(0, "! accepted: `GET /` becomes public")
        .says(0, "(Public)");
    let json: Value =
        serde_json::from_str(&clone.review(&[&files[..], &["--json"]].concat()).stdout).unwrap();
    assert_eq!(
        (&json["blocked"], &json["facts"][0]["reason"]),
        (&false.into(), &"Public".into())
    );
    let markdown = clone.review(&[&files[..], &["--markdown"]].concat());
    markdown.says(0, "| Route | What changes |\n|---|---|\n| `GET /` | ⚠️ ");
    assert!(markdown.stdout.lines().count() < 40, "{}", markdown.stdout);
}

#[test]
fn a_revision_without_a_spec_is_reported_and_is_never_equal() {
    let clone = Clone::new();
    clone.write("README.md", "Empty");
    clone.git(&["rm", "--quiet", "service/portcullis.toml"]);
    clone.git(&["commit", "--quiet", "--message", "Without"]);
    clone
        .review(&["--base", "HEAD", "--head", "HEAD~1"])
        .says(1, "first spec: ");
    clone
        .review(&["--base", "HEAD~1", "--head", "HEAD"])
        .says(1, "the spec is removed");
    let empty = clone.review(&["--base", "HEAD", "--head", "HEAD"]);
    empty.says(2, "missing spec: neither `HEAD` nor `HEAD` has one");
    assert_eq!(empty.stdout, "");
}

#[test]
fn an_invalid_spec_is_shown_and_blocked() {
    let clone = Clone::new();
    clone.write(
        "portcullis.toml",
        &DEMO.replace("stage = \"v1\"", "stag = \"v1\""),
    );
    clone
        .review(&[])
        .says(1, "a key with a similar name exists: `stage`")
        .says(
            1,
            "✗ blocked: the spec of the head has an error, so nothing is compared",
        );
}

#[test]
fn what_git_does_not_know_is_wrong_use() {
    let clone = Clone::new();
    clone
        .review(&["--base", "nowhere"])
        .says(2, "unknown file or Git revision `nowhere`");
    clone
        .review(&["--base=--output=x"])
        .says(2, "unknown file or Git revision");
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("portcullis.toml"), DEMO).unwrap();
    review(outside.path(), &[])
        .says(2, "missing base: ")
        .says(2, "help: name a spec");
}

#[test]
fn a_file_that_is_called_like_a_revision_does_not_stand_in_for_it() {
    let clone = Clone::new();
    let opened = DEMO.replace(GUARDED, OPENED);
    clone.write("HEAD^", &opened);
    clone.commit(&opened);
    let reviewed = clone.review(&["--base", "HEAD^"]);
    reviewed.says(2, "`HEAD^` is ambiguous: it is a file and a Git revision");
    assert_eq!(reviewed.stdout, "");
    clone
        .review(&["--base", "./HEAD^"])
        .says(0, "./HEAD^ → portcullis.toml: nothing changes");
    clone
        .review(&["--base", "HEAD~1"])
        .says(1, "`GET /` becomes public");
}

#[test]
fn generated_files_that_differ_from_the_spec_are_reported() {
    let clone = Clone::new();
    let generated = portcullis_generator::modules::all(&portcullis_generator::service(DEMO, None).unwrap());
    for (path, text) in generated.iter() {
        clone.write(&format!("terraform/{path}"), text);
    }
    clone.commit(DEMO);
    clone.review(&[]).says(0, "nothing changes");
    clone.write("terraform/modules/service/extra.tf", "# A function URL\n");
    let routes = clone.project().join("terraform/modules/service/routes.tf");
    let text = fs::read_to_string(&routes).unwrap();
    fs::write(&routes, text.replace("COGNITO_USER_POOLS", "NONE")).unwrap();
    clone
        .review(&[])
        .says(0, "· `terraform/modules/service/extra.tf` is new and is not generated")
        .says(0, "· generated files are not what the spec generates, so this review is incomplete: `modules/service/routes.tf`");
    for entry in walkdir::WalkDir::new(clone.project().join("terraform")) {
        let path = entry.unwrap().into_path();
        if path.ends_with("versions.tf") {
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, text.replace(">= 1.11", ">= 1.5")).unwrap();
        }
    }
    clone.review(&[]).says(
        1,
        "an older version of Terraform may run: its version constraint changes from `>= 1.11, < 2` to `>= 1.5, < 2`",
    );
    // As git has it, it is the same.
    clone.git(&["add", "--all"]);
    clone.git(&["commit", "--quiet", "--message", "Edited"]);
    clone
        .review(&["--base", "HEAD~1", "--head", "HEAD"])
        .says(1, "an older version of Terraform may run")
        .says(1, "extra.tf` is new");
}

#[test]
fn a_plan_shows_changes_that_the_specs_do_not() {
    let clone = Clone::new();
    // The plan is of another spec than the one that is reviewed.
    clone
        .review(&["--plan", &fixture("demo_later.json")])
        .says(1, "✗ blocked: `local`: ")
        .says(1, "· plan of `local`: ");
    clone.commit(&fs::read_to_string(fixture("demo_later.toml")).unwrap());
    clone
        .review(&[
            "--base",
            "HEAD~1",
            "--head",
            "HEAD",
            "--plan",
            &fixture("demo_later.json"),
        ])
        .says(0, "1 new deployment");
}

#[test]
fn a_plan_of_another_spec_counts_for_nothing_and_hides_nothing() {
    let clone = Clone::new();
    clone.write("portcullis.toml", &DEMO.replace(GUARDED, OPENED));
    let plan = |text: &str| clone.write("plan.json", text).display().to_string();
    let whole = fs::read_to_string(fixture("demo_first.json")).unwrap();
    for (text, sentence) in [
        (
            whole.replace("\"hello\"", "\"other\"").as_str(),
            "a plan of the service `other`",
        ),
        (&whole[..1000], "it is incomplete"),
        (r#"{"format_version":"1.0","values":{}}"#, "this is a state"),
        (r#"{"format_version":"2.0","resource_changes":[]}"#, "2.0"),
        ("", "it is empty"),
    ] {
        clone
            .review(&["--plan", &plan(text)])
            .says(1, "✗ blocked: can't compare the plan `")
            .says(1, sentence)
            .says(1, "`GET /` becomes public");
    }
    clone
        .review(&["--plan", "/nowhere.json"])
        .says(2, "/nowhere.json");
}

#[test]
fn additions_of_a_plan_are_accepted_by_address() {
    let clone = Clone::new();
    let mut plan: Value =
        serde_json::from_str(&fs::read_to_string(fixture("demo_first.json")).unwrap()).unwrap();
    let address = "aws_lambda_function_url.ours\u{1b}[2J`@team";
    plan["planned_values"]["root_module"]["resources"] = serde_json::json!([{
        "address": address, "mode": "managed", "type": "aws_lambda_function_url", "name": "ours",
        "values": {"authorization_type": "NONE", "function_name": "somewhere"}
    }]);
    let plan = clone.write("plan.json", &plan.to_string()).display().to_string();
    let blocked = clone.review(&["--plan", &plan]);
    blocked
        .says(1, "✗ blocked: `dev`: ")
        .says(1, "\\u001B[2J\\u0060@team` is in the plan, but not in the spec");
    assert!(!blocked.stdout.contains('\u{1b}'));

    let line = blocked
        .stdout
        .lines()
        .find(|line| line.contains("plan_adds"))
        .unwrap();
    clone.write(
        "portcullis.toml",
        &format!("{DEMO}\n[review]\n{}\n", line.trim().replace('…', "Ours")),
    );
    clone
        .review(&["--plan", &plan])
        .says(0, "! accepted: ")
        .says(0, "(Ours)");
    // Without the plan the change is unknown, so its entry is not reported as unused.
    clone.review(&[]).says(0, "nothing changes");
}

/// The attack: a plan in which the function may `*` on `*`, and lines for everything that a review says of it.
#[test]
fn lines_for_what_can_only_be_mended_let_no_plan_through() {
    let clone = Clone::new();
    let mut plan: Value =
        serde_json::from_str(&fs::read_to_string(fixture("demo_first.json")).unwrap()).unwrap();
    let resources = plan
        .pointer_mut("/planned_values/root_module/child_modules/0/child_modules")
        .and_then(Value::as_array_mut)
        .unwrap();
    let policies = resources
        .iter_mut()
        .filter_map(|module| module["resources"].as_array_mut());
    for policy in policies
        .flatten()
        .filter(|resource| resource["type"] == "aws_iam_role_policy")
    {
        policy["values"]["policy"] =
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#.into();
    }
    let plan = clone.write("plan.json", &plan.to_string()).display().to_string();
    clone.review(&["--plan", &plan]).says(
        1,
        "✗ blocked: `dev`: function `authenticated` may `*` on `*` in the plan",
    );

    let spec = format!(
        "{DEMO}\n[review]\naccept = [\n  {{ change = \"plan_differs\", of = \"dev: authenticated\", reason = \"Ours\" }},\n  \
         {{ change = \"plan_differs\", of = \"dev: open\", reason = \"Ours\" }},\n]\n"
    );
    clone.write("portcullis.toml", &spec);
    clone
        .review(&["--plan", &plan])
        .says(
            1,
            "error: `change` must be a kind that can be accepted, not `plan_differs`",
        )
        .says(1, "✗ blocked: the spec of the head has 2 errors");
    portcullis(&clone.project(), &["check", "--plan", &plan]).says(
        2,
        "error: `change` must be a kind that can be accepted, not `plan_differs`",
    );
}

#[test]
fn revisions_and_formats_are_chosen_as_the_document_shows() {
    const DOCUMENT: &str = include_str!("../docs/reviewing-changes.md");
    let clone = Clone::new();
    clone.git(&["tag", "v1.2"]);
    clone.commit(&DEMO.replace("Answers anyone", "Answers everyone"));
    clone.git(&["tag", "v1.3"]);
    let programs = Path::new(env!("CARGO_BIN_EXE_portcullis")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut console = Console::new(&clone.project(), |program| {
        let mut command = Command::new(program);
        command.env("PATH", &path);
        command
    });
    console.run(DOCUMENT, "revisions");
}
