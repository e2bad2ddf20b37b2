//! A new service: the files of the demo or of an example, with another name, region and user pool.

mod choices;
mod editors;
pub mod embedded;
mod first_spec;
mod readme;
mod target;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::Context;
use portcullis_generator::modules;

use crate::failure::{OrFail, Outcome};
use crate::functions_workspace;
use crate::project::{Project, SPEC};
use crate::umask;

pub use choices::{Choices, Pipeline, Pool, Start};
use embedded::{COMMON, DEMO, Example, File, GITHUB, GITLAB, PIPELINE};
use target::Target;

/// Fails if a folder contains files.
pub fn check_empty(folder: &Path) -> Outcome {
    Target::of(folder).map(drop)
}

/// Writes a service into a folder, or nothing at all. Returns the number of its files.
pub fn create(folder: &Path, choices: &Choices) -> Outcome<usize> {
    let target = Target::of(folder)?;
    umask::of_the_user(|| {
        let unfinished = target.unfinished()?;
        let root = unfinished.path();
        for (path, text) in files(choices) {
            write(&root.join(path), &text).or_tool()?;
        }
        let project = Project::open(root)?;
        let generated = modules::all(&project.service()?);
        project.generate(&generated)?;
        let count = walkdir::WalkDir::new(root).into_iter().filter_map(Result::ok);
        let count = count.filter(|entry| entry.file_type().is_file()).count();
        target.fill(unfinished)?;
        Ok(count)
    })
}

/// Returns the files of a service without the generated ones: their paths and texts.
fn files(choices: &Choices) -> Vec<(&'static str, String)> {
    let example = example(&choices.start);
    let spec = first_spec::of(example.spec, choices);
    let mut written = vec![("README.md", readme::of(example, choices)), (SPEC, spec)];
    written.extend(editors::files());
    let scripts: &[&[File]] = match choices.pipeline {
        Pipeline::Github => &[PIPELINE, GITHUB],
        Pipeline::Gitlab => &[PIPELINE, GITLAB],
        Pipeline::None => &[],
    };
    let embedded = [COMMON, example.files].into_iter().chain(scripts.iter().copied());
    for File { path, text } in embedded.flatten() {
        let text = match *path {
            _ if choices.start != Start::Demo(Pool::None) => (*text).to_owned(),
            path if path.starts_with("functions/authenticated/") => continue,
            "functions/Cargo.toml" => functions_workspace::without_member(text, "authenticated"),
            "functions/Cargo.lock" => functions_workspace::without_package(text, "authenticated"),
            _ => (*text).to_owned(),
        };
        written.push((path, text));
    }
    written
}

fn example(start: &Start) -> &'static Example {
    match start {
        Start::Demo(_) => &DEMO,
        Start::Example(name) => {
            let example = embedded::EXAMPLES.iter().find(|example| example.name == name);
            example.expect("the command line admits only these names")
        }
    }
}

/// Writes a file and its folders. A script may be run.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let context = || format!("can't write `{}`", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    fs::write(path, text).with_context(context)?;
    if text.starts_with("#!") {
        let mode = fs::metadata(path).with_context(context)?.permissions().mode();
        // Everyone who may read it may also run it.
        let mode = mode | ((mode & 0o444) >> 2);
        fs::set_permissions(path, Permissions::from_mode(mode)).with_context(context)?;
    }
    Ok(())
}
