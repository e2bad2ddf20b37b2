//! `portcullis down`

use portcullis_generator::service::LOCAL;

use crate::failure::Outcome;
use crate::local::Local;
use crate::project::Project;
use crate::talk;

/// Stops `local` without Terraform. The emulated AWS takes every resource with it, so this is faster than `destroy`.
pub fn run(project: &Project) -> Outcome {
    let _turn = project.turn(LOCAL)?;
    let local = Local::of(project);
    if !local.runs()? && !local.terraform_state().exists() {
        talk::say("`local` is not running");
        return Ok(());
    }
    talk::step("Stopping the emulated AWS and the API", || {
        local.stop_without_destroying()
    })?;
    talk::say("Stopped `local`. Its data and its logs are deleted. To start it again, run `portcullis dev`");
    Ok(())
}
