//! `portcullis destroy`

mod guided;

use portcullis_generator::modules;
use portcullis_generator::service::{LOCAL, Service};

use crate::cli::TerraformOptions;
use crate::failure::Outcome;
use crate::local::Local;
use crate::prepared_environment::PreparedEnvironment;
use crate::project::{Project, check_environment};
use crate::talk;
use crate::tools::Tools;

/// Deletes every resource of an environment; in `local` also stops every process.
pub fn run(project: &Project, options: &TerraformOptions, yes: bool) -> Outcome {
    let name = &options.environment.name;
    let service = project.service()?;
    check_environment(&service, name)?;
    // The first user no longer matters.
    let options = TerraformOptions {
        first_user: None,
        ..options.clone()
    };
    let tools = Tools::new(project.root());
    if name == LOCAL {
        let _turn = project.turn(name)?;
        destroy_local(project, &service, &tools, &options)
    } else {
        guided::destroy(project, &service, &tools, &options, yes)
    }
}

fn destroy_local(project: &Project, service: &Service, tools: &Tools, options: &TerraformOptions) -> Outcome {
    let local = Local::of(project);
    let applied = local.terraform_state().exists();
    // A control plane that has ended took every resource with it, so there is nothing to delete.
    if applied && (local.runs()? || local.upstream(options.endpoint.as_deref())?.is_some()) {
        let generated = modules::all(service);
        project.generate(&generated)?;
        let prepared = PreparedEnvironment::prepare(project, service, &generated, tools, options)?;
        let destroyed = talk::step("Destroying", || prepared.terraform.destroy())?;
        talk::say(format!("  {} destroyed", destroyed.changes.remove));
    }
    talk::step("Stopping the emulated AWS and the API", || local.stop())?;
    talk::say("Deleted `local`. To create it again, run `portcullis apply`");
    Ok(())
}
