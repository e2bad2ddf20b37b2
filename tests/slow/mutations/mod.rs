//! Hand edits of the generated files that let more callers in, let a function do more, or drop the protection of data.
//! The generated test beside the modules must catch each of them. If that test can't see an edit, `portcullis check` of
//! a plan must catch it.
//!
//! `portcullis.toml` has something of everything, and `specs/*.toml` have what does not fit in beside it. `specs/*.own.tf`
//! is the own module of a spec that has one. `cases/*.toml` holds the edits of their trees:
//!
//! ```text
//! spec       at the top of a file: the tree of which spec in `specs/` it edits, if not of `portcullis.toml`
//!
//! about      what the edit does, in a sentence
//! file       a file below `terraform/`
//! replace    a text that stands there once …
//! with       … and what takes its place
//! append     what is added at the end; alone or besides
//! caught_by  "test" (default) or "check"
//! ```
//!
//! All of them share one `terraform test` and one `terraform plan`, so that the provider is started once for many.
//! The plan is made with the real provider as a first one of an account: nothing is asked of AWS but whose account it is,
//! and a stub answers that.

mod plan;
mod sts;

use portcullis_test_support::in_time::InTime;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::PORTCULLIS;
use crate::support::terraform::{Provider, generate, run};
use hcl_edit::structure::Body;
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

const ENVIRONMENT: &str = "prod";
const TEST: &str = "modules/service/tests/access.tftest.hcl";
/// The unedited files. A check that rejects them rejects everything.
const CONTROL: &str = "control";
/// The spec of the files that name none.
const SPEC: &str = "portcullis";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    spec: Option<String>,
    mutation: Vec<Mutation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    about: String,
    file: String,
    replace: Option<String>,
    with: Option<String>,
    append: Option<String>,
    #[serde(default)]
    caught_by: CaughtBy,
    /// The spec of the file.
    #[serde(skip)]
    spec: String,
}

#[derive(Default, Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum CaughtBy {
    #[default]
    Test,
    Check,
}

/// Every mutation by a name that Terraform takes for one, such as `routes_03`.
fn mutations() -> BTreeMap<String, Mutation> {
    let mut mutations = BTreeMap::new();
    for entry in fs::read_dir(folder().join("cases")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_string();
        let text = fs::read_to_string(&path).unwrap();
        let cases: Cases =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let spec = cases.spec.unwrap_or_else(|| SPEC.into());
        for (index, mut mutation) in cases.mutation.into_iter().enumerate() {
            mutation.spec.clone_from(&spec);
            mutations.insert(format!("{stem}_{:02}", index + 1), mutation);
        }
    }
    mutations
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutations")
}

impl Mutation {
    /// The edited text.
    fn edit(&self, text: &str) -> String {
        let mut text = match (&self.replace, &self.with) {
            (Some(replace), Some(with)) => {
                let count = text.matches(replace.as_str()).count();
                assert_eq!(count, 1, "{}: `{replace}` in {}", self.about, self.file);
                text.replace(replace.as_str(), with)
            }
            (None, None) => text.to_string(),
            _ => panic!("{}: `replace` and `with` come together", self.about),
        };
        if let Some(append) = &self.append {
            text.push('\n');
            text.push_str(append);
        }
        text
    }
}

/// A project whose tree is generated.
struct Project(TempDir);

impl Project {
    fn generate(spec: &str) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        let path = if spec == SPEC {
            folder().join("portcullis.toml")
        } else {
            folder().join("specs").join(format!("{spec}.toml"))
        };
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if let Ok(own) = fs::read_to_string(path.with_extension("own.tf")) {
            let module = project.path("terraform/modules/own");
            fs::create_dir_all(&module).unwrap();
            fs::write(module.join("main.tf"), own).unwrap();
        }
        generate(project.0.path(), &text);
        project
    }

    /// A project for each spec of these mutations, by the name of the spec.
    fn all(mutations: &BTreeMap<String, Mutation>) -> BTreeMap<String, Self> {
        let specs: BTreeSet<_> = mutations.values().map(|mutation| &mutation.spec).collect();
        let project = |spec: &String| (spec.clone(), Self::generate(spec));
        specs.into_iter().map(project).collect()
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path("terraform").join(file)).unwrap()
    }

    fn portcullis(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(&*PORTCULLIS)
            .arg("--project")
            .arg(self.0.path())
            .args(arguments)
            .stdin(Stdio::null())
            .output_in_time()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        let status = output.status.code().unwrap();
        (status, String::from_utf8(text).unwrap())
    }
}

/// A root with a copy of the generated files for each mutant, and one unedited copy for each spec.
struct Mutants {
    projects: BTreeMap<String, Project>,
    root: TempDir,
    mutations: BTreeMap<String, Mutation>,
    /// The spec of each copy.
    specs: BTreeMap<String, String>,
}

impl Mutants {
    fn caught_by(half: CaughtBy) -> Self {
        let mut mutations = mutations();
        mutations.retain(|_, mutation| mutation.caught_by == half);
        let projects = Project::all(&mutations);
        let controls = projects
            .keys()
            .map(|spec| (format!("{CONTROL}_{spec}"), spec.clone()));
        let specs = mutations
            .iter()
            .map(|(name, mutation)| (name.clone(), mutation.spec.clone()));
        let mutants = Self {
            specs: specs.chain(controls).collect(),
            projects,
            root: tempfile::tempdir().unwrap(),
            mutations,
        };
        for name in mutants.names() {
            let copy = mutants.root.path().join(name);
            let tree = mutants.project(name).path("terraform");
            for entry in walkdir::WalkDir::new(&tree) {
                let entry = entry.unwrap();
                let path = entry.path().strip_prefix(&tree).unwrap();
                if entry.file_type().is_dir() {
                    fs::create_dir_all(copy.join(path)).unwrap();
                } else {
                    fs::copy(entry.path(), copy.join(path)).unwrap();
                }
            }
        }
        // `init` looks for modules only if there is a root.
        let versions = mutants.projects[SPEC].read("modules/service/versions.tf");
        fs::write(mutants.root.path().join("versions.tf"), versions).unwrap();
        for (name, mutation) in &mutants.mutations {
            let path = mutants.root.path().join(name).join(&mutation.file);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(path, mutation.edit(&text)).unwrap();
        }
        mutants
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.specs.keys().map(String::as_str)
    }

    fn controls(&self) -> impl Iterator<Item = &str> {
        let names = self.names();
        names.filter(|name| !self.mutations.contains_key(*name))
    }

    /// The project of which this is a copy.
    fn project(&self, name: &str) -> &Project {
        &self.projects[&self.specs[name]]
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Fails if the control was caught, and for every mutant that was not.
    fn report(&self, caught: impl Fn(&str) -> bool) {
        for control in self.controls() {
            assert!(
                !caught(control),
                "the tree as it was generated is caught: {control}"
            );
        }
        let survivors: Vec<_> = self
            .mutations
            .iter()
            .filter(|(name, _)| !caught(name))
            .map(|(name, mutation)| format!("{name}: {} ({})", mutation.about, mutation.file))
            .collect();
        assert!(survivors.is_empty(), "nothing says no:\n{}", survivors.join("\n"));
    }
}

#[test]
fn every_edit_finds_its_place_and_leaves_hcl() {
    let mutations = mutations();
    assert!(mutations.len() >= 60, "{}", mutations.len());
    let projects = Project::all(&mutations);
    for mutation in mutations.values() {
        let text = projects[&mutation.spec].read(&mutation.file);
        let edited = mutation.edit(&text);
        assert_ne!(edited, text, "{}", mutation.about);
        let parsed: Result<Body, _> = edited.parse();
        parsed.unwrap_or_else(|error| panic!("{}: {error}", mutation.about));
    }
}

/// A file for each mutant: what cannot be evaluated at all ends a file, and no other one.
#[test]
fn slow_the_generated_test_fails_for_what_it_can_see() {
    let mutants = Mutants::caught_by(CaughtBy::Test);
    let projects = mutants.projects.iter();
    let tests: BTreeMap<_, _> = projects
        .map(|(spec, project)| (spec, test(&project.read(TEST))))
        .collect();
    for name in mutants.names() {
        let (preamble, assertions) = &tests[&mutants.specs[name]];
        let run = format!(
            "run \"access\" {{\n  command = plan\n\n  module {{\n    source = \"./{name}/modules/service\"\n  }}\n\n\
             {assertions}}}\n"
        );
        mutants.write(&format!("tests/{name}.tftest.hcl"), &format!("{preamble}\n{run}"));
    }
    let provider = Provider::find();
    provider.init(mutants.root.path());
    let (_, text) = provider.test(mutants.root.path(), &["-json"]);
    let statuses = statuses(&text);
    let ended: Vec<_> = mutants
        .names()
        .filter(|name| !statuses.contains_key(*name))
        .collect();
    assert!(ended.is_empty(), "Terraform did not come to {ended:?}:\n{text}");
    mutants.report(|name| statuses[name] != "pass");
}

/// The generated test in two parts: what stands before its runs, and all that they assert.
fn test(text: &str) -> (String, String) {
    let (preamble, runs) = text.split_once("\nrun ").unwrap();
    let is_inside = |line: &&str| line.starts_with("  ") && *line != "  command = plan";
    let assertions: String = runs
        .lines()
        .filter(is_inside)
        .flat_map(|line| [line, "\n"])
        .collect();
    assert!(assertions.contains("  assert {\n"));
    (preamble.into(), assertions)
}

/// Returns the result of each file's run, by the file's name.
fn statuses(text: &str) -> BTreeMap<String, String> {
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter_map(|message| {
            let status = message["test_run"]["status"].as_str()?;
            let file = Path::new(message["test_run"]["path"].as_str()?)
                .file_name()?
                .to_str()?;
            let name = file.strip_suffix(".tftest.hcl")?;
            Some((name.to_string(), status.to_string()))
        })
        .collect()
}

#[test]
fn slow_the_check_of_a_plan_catches_edits_that_the_test_cannot_see() {
    let mutants = Mutants::caught_by(CaughtBy::Check);
    let root = mutants.root.path();
    // A root of its own for all: it has the provider, and calls what is otherwise the root of an environment.
    fs::write(
        root.join("providers.tf"),
        mutants.projects[SPEC].read(&format!("environments/{ENVIRONMENT}/providers.tf")),
    )
    .unwrap();
    for name in mutants.names() {
        let folder = root.join(name).join("environments").join(ENVIRONMENT);
        for file in ["providers.tf", "versions.tf"] {
            fs::remove_file(folder.join(file)).unwrap();
        }
        // No zips were built.
        let main = fs::read_to_string(folder.join("main.tf")).unwrap();
        let (before, behind) = main.split_once("require_zips").unwrap();
        let main = format!("{before}require_zips{}", behind.replacen("true", "false", 1));
        fs::write(folder.join("main.tf"), main).unwrap();
    }
    let call = |name| {
        let call = format!("module \"{name}\" {{\n  source = \"./{name}/environments/{ENVIRONMENT}\"\n}}\n");
        if !root.join(name).join("modules/own").exists() {
            return call;
        }
        format!("{call}output \"{name}\" {{\n  value     = module.{name}.own\n  sensitive = true\n}}\n")
    };
    mutants.write("main.tf", &mutants.names().map(call).collect::<String>());

    let provider = Provider::find();
    provider.init(root);
    let endpoint = sts::start();
    let (success, text) = run(provider
        .terraform(root)
        .args(["plan", "-input=false", "-no-color", "-out=plan"])
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test"));
    assert!(success, "{text}");
    let (success, text) = run(provider.terraform(root).args(["show", "-json", "plan"]));
    assert!(success, "{text}");
    let all: Value = serde_json::from_str(&text).unwrap();

    let answers: BTreeMap<_, _> = mutants
        .names()
        .map(|name| {
            let file = root.join(format!("{name}.json"));
            fs::write(&file, plan::of_module(&all, name).to_string()).unwrap();
            let file = file.to_str().unwrap();
            let arguments = ["check", "--plan", file, "--env", ENVIRONMENT];
            (name, mutants.project(name).portcullis(&arguments))
        })
        .collect();
    for control in mutants.controls() {
        let (status, text) = &answers[control];
        assert_eq!(*status, 0, "{control}: {text}");
    }
    mutants.report(|name| {
        let (status, text) = &answers[name];
        assert!(matches!(status, 0 | 1), "{name}: {text}");
        *status == 1
    });
}
