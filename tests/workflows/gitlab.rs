//! Tests of GitLab's pipeline against its API.

use portcullis_test_support::in_time::InTime;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::api::{Answer, Api, Request};
use super::{Ended, check, command, git, read, repository, run, yaml};

const MARKER: &str = "<!-- portcullis review -->";

/// `gitlab.py` in a folder, as a job has it.
fn gitlab(folder: &Path, api: &Api, arguments: &[&str], token: Option<&str>) -> Command {
    let mut gitlab = command(repository("scripts/ci/gitlab.py"));
    gitlab.args(arguments).current_dir(folder).envs([
        ("CI_API_V4_URL", format!("{}/api/v4", api.address).as_str()),
        ("CI_COMMIT_SHA", "0123abc"),
        ("CI_DEFAULT_BRANCH", "main"),
        ("CI_JOB_TOKEN", "job"),
        ("CI_JOB_URL", "https://gitlab.com/me/hello/-/jobs/99"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_PROJECT_ID", "42"),
    ]);
    if let Some(token) = token {
        gitlab.env("GITLAB_TOKEN", token);
    }
    gitlab
}

fn note(notes: Vec<Value>, token: Option<&str>) -> (Ended, Api) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("plans")).unwrap();
    fs::write(folder.path().join("plans/review.md"), "after\n").unwrap();
    let api = Api::start(move |request| {
        if request.method != "GET" {
            return Answer::Json(json!({}));
        }
        if request.target == "/api/v4/user" {
            return Answer::Json(json!({"id": 1}));
        }
        let page = request.target.split_once("&page=").unwrap().1;
        let page: usize = page.split('&').next().unwrap().parse().unwrap();
        Answer::Json(notes.iter().skip((page - 1) * 100).take(100).cloned().collect())
    });
    (run(&mut gitlab(folder.path(), &api, &["note"], token)), api)
}

fn by(id: u32, author: u32, body: &str) -> Value {
    json!({"id": id, "author": {"id": author}, "body": body})
}

#[test]
fn the_note_is_written_once_and_then_updated_in_place() {
    let notes = "/api/v4/projects/42/merge_requests/7/notes";
    let (ended, api) = note(
        vec![by(1, 2, &format!("{MARKER}\nof somebody else"))],
        Some("secret"),
    );
    ended.succeeded();
    let [write] = &api.writes()[..] else {
        panic!("{:?}", api.requests())
    };
    assert_eq!((write.method.as_str(), write.target.as_str()), ("POST", notes));
    assert_eq!(write.header("private-token"), Some("secret"));
    assert_eq!(
        write.json(),
        json!({"body": format!("{MARKER}\nafter\n\nCommit 0123abc, [log](https://gitlab.com/me/hello/-/jobs/99)")})
    );

    let mut many: Vec<_> = (1..=230).map(|id| by(id, 2, "looks good")).collect();
    many[203] = by(204, 1, &format!("{MARKER}\nbefore"));
    let (ended, api) = note(many, Some("secret"));
    ended.succeeded();
    let [write] = &api.writes()[..] else {
        panic!("{:?}", api.requests())
    };
    assert_eq!(
        (write.method.as_str(), write.target.clone()),
        ("PUT", format!("{notes}/204"))
    );
}

#[test]
fn without_a_token_a_message_explains_the_missing_note() {
    let (ended, api) = note(Vec::new(), None);
    assert!(ended.succeeded().stdout.contains("GITLAB_TOKEN is missing"));
    assert!(api.requests().is_empty());
}

/// A checkout of what was merged.
fn merged() -> (TempDir, String, String) {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    git(
        folder.path(),
        &["commit", "--quiet", "--allow-empty", "--message", "x"],
    );
    let of = |what| git(folder.path(), &["rev-parse", what]);
    let (commit, tree) = (of("HEAD"), of("HEAD^{tree}"));
    (folder, commit, tree)
}

/// The artifacts of a job that planned `dev` for a tree.
fn archive(tree: &str) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [
        ("plans/dev.tree", format!("{tree}\n")),
        ("plans/dev.json", "the plan".into()),
    ] {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Returns the API's data: a merge request that was merged as `commit`, and the artifacts of some refs.
fn known(
    commit: &str,
    artifacts: Vec<(&'static str, Vec<u8>)>,
    storage: Option<String>,
) -> impl Fn(&Request) -> Answer + use<> {
    let requests = json!([
        {"iid": 7, "state": "merged", "target_branch": "main", "merge_commit_sha": commit, "squash_commit_sha": null, "sha": "head"},
        {"iid": 8, "state": "opened", "target_branch": "main", "merge_commit_sha": commit, "squash_commit_sha": null, "sha": "head"},
        {"iid": 9, "state": "merged", "target_branch": "other", "merge_commit_sha": commit, "squash_commit_sha": null, "sha": "head"},
    ]);
    let commit = commit.to_string();
    move |request| {
        let path = request.target.strip_prefix("/api/v4/projects/42/").unwrap();
        if path == format!("repository/commits/{commit}/merge_requests") {
            return Answer::Json(requests.clone());
        }
        let reference = path.strip_prefix("jobs/artifacts/").unwrap();
        let reference = reference
            .strip_suffix("/download?job=review")
            .unwrap()
            .replace("%2F", "/");
        match (artifacts.iter().find(|(known, _)| *known == reference), &storage) {
            (None, _) => Answer::NotFound,
            (Some(_), Some(storage)) => Answer::Redirect(storage.clone()),
            (Some((_, bytes)), None) => Answer::Bytes(bytes.clone()),
        }
    }
}

fn fetch(folder: &Path, commit: &str, api: &Api, token: Option<&str>) -> Ended {
    run(gitlab(folder, api, &["plan", "dev"], token).env("CI_COMMIT_SHA", commit))
}

#[test]
fn the_plan_of_the_merge_request_is_fetched_and_no_other_one() {
    let (folder, commit, tree) = merged();
    let of_another = archive("another tree");
    let refs = vec![
        ("refs/merge-requests/7/merge", of_another.clone()),
        ("refs/merge-requests/7/head", archive(&tree)),
        ("refs/merge-requests/8/head", of_another.clone()),
    ];
    let api = Api::start(known(&commit, refs, None));
    fetch(folder.path(), &commit, &api, None)
        .succeeded()
        .said("is from refs/merge-requests/7/head");
    assert_eq!(
        fs::read_to_string(folder.path().join("plans/dev.json")).unwrap(),
        "the plan"
    );
    for request in api.requests() {
        assert_eq!(request.header("job-token"), Some("job"));
        assert!(
            !request.target.contains("merge-requests%2F8"),
            "{}",
            request.target
        );
        assert!(
            !request.target.contains("merge-requests%2F9"),
            "{}",
            request.target
        );
    }

    // Planned once more by hand, for the branch.
    let (folder, commit, tree) = merged();
    let refs = vec![
        ("refs/merge-requests/7/head", of_another.clone()),
        ("main", archive(&tree)),
    ];
    let api = Api::start(known(&commit, refs, None));
    fetch(folder.path(), &commit, &api, None)
        .succeeded()
        .said("is from main");

    let (folder, commit, tree) = merged();
    let refs = vec![
        ("refs/merge-requests/8/head", archive(&tree)),
        ("main", of_another),
    ];
    let api = Api::start(known(&commit, refs, None));
    fetch(folder.path(), &commit, &api, None)
        .failed(&format!("for the Git tree {}", &tree[..12]))
        .failed("help: run a pipeline for `main` by hand, read its review, and retry this job");
    assert!(!folder.path().join("plans/dev.json").exists());
}

#[test]
fn the_storage_of_artifacts_does_not_get_the_token() {
    let (folder, commit, tree) = merged();
    let bytes = archive(&tree);
    let storage = Api::start(move |_| Answer::Bytes(bytes.clone()));
    let refs = vec![("refs/merge-requests/7/head", Vec::new())];
    let api = Api::start(known(&commit, refs, Some(format!("{}/bucket", storage.address))));
    fetch(folder.path(), &commit, &api, Some("secret")).succeeded();
    let [request] = &storage.requests()[..] else {
        panic!("{:?}", storage.requests())
    };
    assert_eq!(
        (request.header("private-token"), request.header("job-token")),
        (None, None)
    );
}

#[test]
fn the_child_pipeline_has_a_job_for_each_environment_and_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let api = Api::start(|_| Answer::NotFound);
    let pipeline = |environments: Value| {
        let mut gitlab = gitlab(folder.path(), &api, &["pipeline"], None);
        gitlab
            .env("CI_COMMIT_BEFORE_SHA", "before")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = gitlab.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(environments.to_string().as_bytes())
            .unwrap();
        let output = child.output_in_time().unwrap();
        assert!(output.status.success());
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let role = "arn:aws:iam::111111111111:role/apply";
    let jobs = pipeline(json!([
        {"name": "dev", "region": "us-east-1", "role": role},
        {"name": "prod-eu", "region": "eu-west-1", "role": role},
    ]));
    assert_eq!(
        jobs["apply: prod-eu"],
        json!({
            "extends": ".apply",
            "environment": {"name": "prod-eu"},
            "resource_group": "apply-prod-eu",
            "variables": {"BASE": "before", "ENVIRONMENT": "prod-eu", "AWS_REGION": "eu-west-1", "AWS_ROLE_ARN": role},
        })
    );
    assert_eq!(jobs.as_object().unwrap().len(), 2);

    // As GitLab merges it with the template; a pipeline without environments has a job all the same.
    for jobs in [jobs, pipeline(json!([]))] {
        let mut whole = yaml(".gitlab/apply.yml");
        whole
            .as_object_mut()
            .unwrap()
            .extend(jobs.as_object().unwrap().clone());
        let file = folder.path().join("whole.yml");
        fs::write(&file, whole.to_string()).unwrap();
        let mut validation = check("check-jsonschema");
        run(validation
            .args(["--builtin-schema", "vendor.gitlab-ci"])
            .arg(&file))
        .succeeded();
    }
    assert!(read(".gitlab-ci.yml").contains("- local: .gitlab/apply.yml"));
}
