//! The plans of `tests/existing_terraform`, made by Terraform: each project is applied to an emulated AWS, and changed.

use std::fs;
use std::path::Path;

use portcullis_test_support::existing_terraform::{Case, Edit, cases, compact, whole};
use serde_json::{Value, json};
use walkdir::WalkDir;

use crate::support::terraform::{Provider, run};
use crate::support::{Aws, PORTCULLIS};

/// The cases that the test plans. `UPDATE_GOLDEN=1` plans all of them, and writes their plans: a plan takes seconds.
const PLANNED: [&str; 3] = [
    "orders/cases/route_removed",
    "openapi/cases/path_takes_over",
    "two_apis/cases/reports_in_the_shop",
];

#[test]
fn terraform_still_writes_plans_of_which_the_reviews_say_the_same() {
    let is_update = std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| !value.is_empty());
    let is_planned = |case: &Case| is_update || PLANNED.iter().any(|name| case.path().ends_with(name));
    let aws = Aws::with_managed_policies();
    let provider = Provider::find();
    let mut cases: Vec<Case> = cases().into_iter().filter(is_planned).collect();
    // Those of a project that was never applied are first, and those that need another project are last.
    cases.sort_by_key(|case| {
        (
            case.project().to_owned(),
            !case.is_first,
            !case.before_edit.is_empty(),
        )
    });
    for cases in cases.chunk_by(|one, other| one.project() == other.project()) {
        let project = Project::new(&aws, &provider, cases[0].project());
        let mut shared = None;
        for case in cases {
            if !case.is_first && shared.is_none() {
                project.apply(&[]);
                shared = Some(project.shared(is_update));
            }
            if !case.before_edit.is_empty() {
                project.apply(&case.before_edit);
            }
            project.write(case.before_edit.iter().chain(&case.edit));
            for file in &case.deleted {
                fs::remove_file(project.folder.path().join(file)).unwrap();
            }
            let plan = compact(&project.plan(), &shared.clone().unwrap_or(json!({})));
            if is_update {
                let path = case.path().with_extension("json");
                fs::write(path, format!("{plan}\n")).unwrap();
            } else {
                let report = project.review(&whole(&shared.clone().unwrap(), &plan));
                let expected = fs::read_to_string(case.path().with_extension("txt")).unwrap();
                assert_eq!(report, expected, "{}", case.path().display());
            }
        }
    }
}

struct Project<'a> {
    aws: &'a Aws,
    provider: &'a Provider,
    source: &'a Path,
    folder: tempfile::TempDir,
}

impl<'a> Project<'a> {
    fn new(aws: &'a Aws, provider: &'a Provider, source: &'a Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = Self {
            aws,
            provider,
            source,
            folder,
        };
        project.write([]);
        fs::write(project.folder.path().join("code.zip"), EMPTY_ZIP).unwrap();
        provider.init(project.folder.path());
        project
    }

    /// Writes the files as they are before a change, with edits.
    fn write<'e>(&self, edits: impl IntoIterator<Item = &'e Edit>) {
        let before = self.source.join("before");
        for entry in WalkDir::new(&before).into_iter().map(Result::unwrap) {
            let target = self
                .folder
                .path()
                .join(entry.path().strip_prefix(&before).unwrap());
            match entry.file_type().is_dir() {
                true => fs::create_dir_all(target).unwrap(),
                false => _ = fs::copy(entry.path(), target).unwrap(),
            }
        }
        for Edit { file, replace, with } in edits {
            let path = self.folder.path().join(file);
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(text.matches(replace).count(), 1, "{file}: {replace}");
            fs::write(&path, text.replace(replace, with)).unwrap();
        }
    }

    fn terraform(&self, arguments: &[&str]) -> String {
        let mut terraform = self.provider.terraform(self.folder.path());
        terraform.envs(self.aws.variables());
        let (success, text) = run(terraform.args(arguments));
        assert!(success, "{text}");
        text
    }

    /// Applies the project with edits. moto leaves out a part of an authorizer that it makes, so this happens twice.
    fn apply(&self, edits: &[Edit]) {
        self.write(edits);
        for _ in 0..2 {
            self.terraform(&["apply", "-auto-approve", "-input=false", "-no-color"]);
        }
    }

    fn plan(&self) -> Value {
        self.terraform(&["plan", "-input=false", "-no-color", "-refresh=false", "-out=plan"]);
        serde_json::from_str(&self.terraform(&["show", "-json", "plan"])).unwrap()
    }

    /// The parts that all plans of the project have in common.
    fn shared(&self, is_update: bool) -> Value {
        let mut plan = compact(&self.plan(), &json!({}));
        let changes = plan.as_object_mut().unwrap().remove("resource_changes");
        assert_eq!(changes, Some(json!([])));
        if is_update {
            fs::write(self.source.join("before.json"), format!("{plan}\n")).unwrap();
        }
        plan
    }

    fn review(&self, plan: &Value) -> String {
        fs::write(self.folder.path().join("plan.json"), plan.to_string()).unwrap();
        let mut review = std::process::Command::new(&*PORTCULLIS);
        review
            .args(["review", "--plan", "plan.json"])
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1");
        crate::support::run(&mut review).stdout
    }
}

/// A zip without files. The emulated AWS stores code and never reads it.
const EMPTY_ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
