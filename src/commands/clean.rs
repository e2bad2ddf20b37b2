//! `portcullis clean`

use std::io::ErrorKind;

use portcullis_generator::service::LOCAL;

use crate::failure::{Failure, Outcome};
use crate::local::Local;
use crate::project::Project;
use crate::talk;

/// Deletes build output. The pinned tools stay: they change only with Portcullis.
pub fn run(project: &Project) -> Outcome {
    if Local::of(project).runs()? {
        return Err(
            Failure::refused("can't delete build output while `local` is running")
                .help("run `portcullis destroy` first"),
        );
    }
    let folders = [
        project.terraform().join("artifacts"),
        project.functions().join("target"),
        project.environment(LOCAL).join(".terraform"),
        project.work().join(LOCAL),
    ];
    for folder in folders {
        match std::fs::remove_dir_all(&folder) {
            Ok(()) => talk::say(format!(
                "Deleted {}",
                folder.strip_prefix(project.root()).unwrap_or(&folder).display()
            )),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(Failure::tool(format!(
                    "can't delete `{}`: {error}",
                    folder.display()
                )));
            }
        }
    }
    Ok(())
}
