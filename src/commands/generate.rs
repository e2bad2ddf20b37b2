//! `portcullis generate [--check]`

use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::talk;

/// Makes the generated tree, or prints how it differs.
pub fn run(project: &Project, check: bool) -> Outcome {
    let service = project.service()?;
    if !check {
        let changes = project.generate(&service)?;
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
    let (_, changes) = project.changes(&service)?;
    if changes.is_empty() {
        talk::say("terraform/ is what portcullis.toml says");
        return Ok(());
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
