//! `portcullis generate [--check]`

use portcullis_generator::disk::{self, Change};
use portcullis_generator::service::Service;
use portcullis_generator::{modules, own};

use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::{own_files, talk};

/// Writes the generated files, or prints how they differ.
pub fn run(project: &Project, check: bool) -> Outcome {
    let service = project.service()?;
    warn_of_an_unused_own_module(project, &service);
    let generated = modules::all(&service);
    if !check {
        let changes = project.generate(&generated)?;
        for name in removed_environments(&changes) {
            talk::warn(format!(
                "the environment `{name}` is no longer in the spec, but its resources still exist. To delete them, restore \
                 it and run `portcullis destroy --env {name}`"
            ));
        }
        for change in &changes {
            let verb = match (&change.before, &change.after) {
                (None, _) => "new",
                (_, None) => "deleted",
                _ => "changed",
            };
            talk::say(format!("{verb:>8} terraform/{}", change.path.display()));
        }
        let count = if changes.is_empty() {
            "no changes".into()
        } else {
            format!("{} files", changes.len())
        };
        talk::say(format!("Generated terraform/ from portcullis.toml: {count}"));
        return Ok(());
    }
    let changes = project.changes(&generated)?;
    let own_files = own_files::check(project, &service, &generated);
    if changes.is_empty() {
        own_files?;
        talk::say("terraform/ is up to date");
        return Ok(());
    }
    if let Err(failure) = own_files {
        talk::show(failure.render());
    }
    for change in &changes {
        talk::data(change.diff())?;
    }
    Err(Failure::refused(format!(
        "terraform/ is out of date: {} files differ from portcullis.toml",
        changes.len()
    ))
    .help("run `portcullis generate` and commit the result"))
}

/// Warns of an own module that exists and that nothing calls. A link in its place is an error of the checks of own files.
fn warn_of_an_unused_own_module(project: &Project, service: &Service) {
    let folder = own::FOLDER;
    if service.own.is_none() && disk::has_own_module(&project.terraform()).is_ok_and(|exists| exists) {
        talk::warn(format!(
            "nothing calls `terraform/{folder}`, because the spec has no `[own]`. Add `[own]` to the spec, or delete the folder"
        ));
    }
}

/// Returns the environments whose root module is deleted.
fn removed_environments(changes: &[Change]) -> impl Iterator<Item = String> {
    changes
        .iter()
        .filter(|change| change.after.is_none())
        .filter_map(|change| {
            let folder = change.path.strip_prefix("environments").ok()?;
            (folder.file_name()? == "main.tf")
                .then(|| folder.parent().map(|name| name.display().to_string()))?
        })
}
