//! `portcullis generate [--check]`

use portcullis_generator::tree::Change;

use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::{own_files, talk};

/// Makes the generated tree, or prints how it differs.
pub fn run(project: &Project, check: bool) -> Outcome {
    let service = project.service()?;
    if !check {
        let changes = project.generate(&service)?;
        for name in removed_environments(&changes) {
            talk::warn(format!(
                "the environment `{name}` is no longer in the spec; what is applied in it stays: bring it back and \
                 `make destroy ENV={name}` first, if it has to go"
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
            "nothing to change".into()
        } else {
            format!("{} files", changes.len())
        };
        talk::say(format!("terraform/ is made from portcullis.toml: {count}"));
        return Ok(());
    }
    let changes = project.changes(&service)?;
    let own_files = own_files::check(project, &service);
    if changes.is_empty() {
        own_files?;
        talk::say("terraform/ is what portcullis.toml says");
        return Ok(());
    }
    if let Err(failure) = own_files {
        talk::show(failure.render());
    }
    for change in &changes {
        talk::data(change.diff())?;
    }
    Err(Failure::refused(format!(
        "terraform/ is not what portcullis.toml says: {} files differ",
        changes.len()
    ))
    .hint("run `make generate` and commit the result"))
}

/// Environments whose root goes.
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
