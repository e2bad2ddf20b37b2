//! Tests of GitHub's workflows against its API: one comment that is updated in place, and only the reviewed plan.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::api::{Answer, Api, Request};
use super::{Ended, command, git, repository, run, yaml};

const MARKER: &str = "<!-- portcullis review -->";
const COMMENTS: &str = "/repos/me/hello/issues/7/comments";

/// The step that writes the comment, as the runner starts it.
fn comment(api: &Api, review: &str) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("review.md"), review).unwrap();
    let workflow = yaml(".github/workflows/plan.yml");
    let steps = workflow["jobs"]["comment"]["steps"].as_array().unwrap();
    let script = steps.iter().find_map(|step| step["run"].as_str()).unwrap();
    let mut bash = command("bash");
    bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .current_dir(folder.path())
        .envs([
            ("COMMIT", "0123abc"),
            ("GH_TOKEN", "secret"),
            ("NUMBER", "7"),
            ("GITHUB_API_URL", &api.address),
            ("GITHUB_REPOSITORY", "me/hello"),
            ("GITHUB_RUN_ID", "99"),
            ("GITHUB_SERVER_URL", "https://github.com"),
        ]);
    run(&mut bash)
}

/// Comments by their ids, as GitHub lists them: a hundred a page.
fn listed(comments: Vec<Value>) -> impl Fn(&Request) -> Answer {
    move |request| {
        if request.method != "GET" {
            return Answer::Json(json!({}));
        }
        let page = request.target.rsplit_once("page=").unwrap().1;
        let skip = (page.parse::<usize>().unwrap() - 1) * 100;
        Answer::Json(comments.iter().skip(skip).take(100).cloned().collect())
    }
}

fn by(id: u32, login: &str, body: &str) -> Value {
    json!({"id": id, "user": {"login": login}, "body": body})
}

#[test]
fn the_first_review_is_a_new_comment() {
    let quoted = "`GET /admin` becomes **open**\n\"quoted\" $(id) \\ `id` é\n";
    let api = Api::start(listed(vec![by(1, "somebody", "looks good")]));
    comment(&api, quoted).succeeded();
    let [write] = &api.writes()[..] else {
        panic!("{:?}", api.requests())
    };
    assert_eq!((write.method.as_str(), write.target.as_str()), ("POST", COMMENTS));
    assert_eq!(write.header("authorization"), Some("Bearer secret"));
    assert_eq!(
        write.json(),
        json!({"body": format!("{MARKER}\n{quoted}\n\nCommit 0123abc, [log](https://github.com/me/hello/actions/runs/99)")})
    );
}

#[test]
fn the_next_review_takes_the_place_of_the_first_wherever_it_stands() {
    let mut comments: Vec<_> = (1..=230).map(|id| by(id, "somebody", "looks good")).collect();
    comments[203] = by(204, "github-actions[bot]", &format!("{MARKER}\nbefore"));
    let api = Api::start(listed(comments));
    comment(&api, "after").succeeded();
    let [write] = &api.writes()[..] else {
        panic!("{:?}", api.requests())
    };
    let target = "/repos/me/hello/issues/comments/204";
    assert_eq!((write.method.as_str(), write.target.as_str()), ("PATCH", target));
    assert!(write.json()["body"].as_str().unwrap().contains("after"));
}

#[test]
fn comments_of_others_are_not_touched() {
    let api = Api::start(listed(vec![
        by(1, "somebody", &format!("{MARKER}\nmine")),
        by(2, "github-actions[bot]", &format!("quotes {MARKER}")),
    ]));
    comment(&api, "after").succeeded();
    assert_eq!(api.writes()[0].method, "POST");
}

#[test]
fn a_review_that_github_would_refuse_is_cut() {
    let api = Api::start(listed(Vec::new()));
    comment(&api, &"é".repeat(100_000)).succeeded();
    let body = api.writes()[0].json()["body"].as_str().unwrap().to_string();
    assert!(body.chars().count() < 65_536, "{}", body.chars().count());
    assert!(body.contains("Commit 0123abc"));
}

#[test]
fn a_comment_that_is_refused_fails_the_job() {
    let api = Api::start(|request| match request.method.as_str() {
        "GET" => Answer::Json(json!([])),
        _ => Answer::NotFound,
    });
    comment(&api, "after").failed("404");
}

/// A repository with one commit, and what its pipeline knows of it.
struct Merged {
    folder: TempDir,
    commit: String,
    tree: String,
}

impl Merged {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "--quiet"]);
        fs::write(folder.path().join("portcullis.toml"), "").unwrap();
        git(folder.path(), &["add", "."]);
        git(folder.path(), &["commit", "--quiet", "--message", "x"]);
        let of = |what| git(folder.path(), &["rev-parse", what]);
        let (commit, tree) = (of("HEAD"), of("HEAD^{tree}"));
        Self { folder, commit, tree }
    }

    /// The API of a repository with a pull request that was merged as this commit, and runs that kept artifacts.
    fn api(&self, runs: &[Value], expired: bool) -> Api {
        let (commit, tree) = (self.commit.clone(), self.tree.clone());
        let runs = runs.to_vec();
        Api::start(move |request| {
            let path = request.target.strip_prefix("/repos/me/hello/").unwrap();
            if path == format!("commits/{commit}/pulls?per_page=100") {
                let pull = |head: &str, merged: Value, base: &str| json!({"head": {"sha": head}, "merged_at": merged, "merge_commit_sha": commit, "base": {"ref": base}});
                return Answer::Json(json!([
                    pull("reviewed", json!("2026-11-25T00:00:00Z"), "main"),
                    pull("open", Value::Null, "main"),
                    pull("elsewhere", json!("2026-11-25T00:00:00Z"), "other"),
                ]));
            }
            if path == format!("actions/artifacts?per_page=100&name=plan-dev-{tree}") {
                let artifact = |index: usize| {
                    json!({"id": 100 + index, "expired": expired, "workflow_run": {"id": index},
                           "created_at": format!("2026-11-25T00:00:{index:02}Z")})
                };
                let artifacts: Vec<_> = (0..runs.len()).map(artifact).collect();
                return Answer::Json(json!({"artifacts": artifacts}));
            }
            match path.strip_prefix("actions/runs/") {
                Some(index) => Answer::Json(runs[index.parse::<usize>().unwrap()].clone()),
                None => Answer::NotFound,
            }
        })
    }

    fn find(&self, api: &Api) -> (Ended, String) {
        let output = self.folder.path().join("output");
        fs::write(&output, "").unwrap();
        let mut find = command(repository("scripts/ci/github.py"));
        find.arg("dev").current_dir(self.folder.path()).envs([
            ("GH_TOKEN", "secret"),
            ("GITHUB_API_URL", &api.address),
            ("GITHUB_REF_NAME", "main"),
            ("GITHUB_REPOSITORY", "me/hello"),
            ("GITHUB_SHA", &self.commit),
        ]);
        find.env("GITHUB_OUTPUT", &output);
        (run(&mut find), fs::read_to_string(&output).unwrap())
    }

    fn run_of(&self, change: &[(&str, &str)]) -> Value {
        let mut run = json!({
            "event": "pull_request",
            "head_branch": "feature",
            "head_repository": {"full_name": "me/hello"},
            "head_sha": "reviewed",
            "path": ".github/workflows/plan.yml",
        });
        for (key, value) in change {
            run[key] = json!(value);
        }
        run
    }
}

#[test]
fn the_newest_plan_of_the_merged_pull_request_is_found() {
    let merged = Merged::new();
    let (first, second) = (merged.run_of(&[]), merged.run_of(&[]));
    let api = merged.api(&[first, second], false);
    let (ended, output) = merged.find(&api);
    ended.succeeded();
    assert_eq!(output, "artifact=101\nrun=1\n");
    assert!(
        api.requests()
            .iter()
            .all(|request| request.header("authorization") == Some("Bearer secret"))
    );
}

#[test]
fn a_plan_by_hand_of_this_very_commit_counts() {
    let merged = Merged::new();
    let by_hand = [
        ("event", "workflow_dispatch"),
        ("head_branch", "main"),
        ("head_sha", merged.commit.as_str()),
        ("path", ".github/workflows/plan.yml@main"),
    ];
    let api = merged.api(&[merged.run_of(&by_hand)], false);
    let (ended, output) = merged.find(&api);
    ended.succeeded();
    assert_eq!(output, "artifact=100\nrun=0\n");
}

#[test]
fn an_artifact_of_the_right_name_from_anywhere_else_does_not_count() {
    let merged = Merged::new();
    let mut fork = merged.run_of(&[]);
    fork["head_repository"]["full_name"] = json!("else/hello");
    let mut gone = merged.run_of(&[]);
    gone["head_repository"] = Value::Null;
    let commit = merged.commit.as_str();
    let forged = [
        (fork, "is from a fork"),
        (gone, "is from a fork"),
        (
            merged.run_of(&[("path", ".github/workflows/evil.yml")]),
            "is from the workflow `.github/workflows/evil.yml`",
        ),
        (
            merged.run_of(&[("head_sha", "pushed_over")]),
            "is for pushed_over, which was not merged",
        ),
        (
            merged.run_of(&[("head_sha", "open")]),
            "is for open, which was not merged",
        ),
        (
            merged.run_of(&[("head_sha", "elsewhere")]),
            "is for elsewhere, which was not merged",
        ),
        (merged.run_of(&[("event", "push")]), "was started by `push`"),
        (
            merged.run_of(&[("event", "workflow_dispatch"), ("head_sha", commit)]),
            "on `feature`",
        ),
        (
            merged.run_of(&[("event", "workflow_dispatch"), ("head_branch", "main")]),
            "is for reviewed on `main`",
        ),
    ];
    let runs: Vec<_> = forged.iter().map(|(run, _)| run.clone()).collect();
    let (mut ended, output) = merged.find(&merged.api(&runs, false));
    for (_, reason) in forged {
        ended = ended.failed(reason);
    }
    ended.failed("help: run the workflow `plan` on `main`, read its review, and re-run");
    assert_eq!(output, "");
}

#[test]
fn missing_and_expired_plans_are_reported() {
    let merged = Merged::new();
    let (ended, _) = merged.find(&merged.api(&[], false));
    ended.failed(&format!("for the Git tree {}", &merged.tree[..12]));
    let (ended, output) = merged.find(&merged.api(&[merged.run_of(&[])], true));
    ended.failed("the one from run 0 has expired");
    assert_eq!(output, "");
}
