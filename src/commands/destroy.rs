//! `portcullis destroy`

use portcullis_generator::service::LOCAL;

use crate::cli::TerraformOptions;
use crate::commands::apply::{ask, check_consent};
use crate::failure::Outcome;
use crate::local::Local;
use crate::prepared_environment::{self, PreparedEnvironment};
use crate::project::{Project, check_environment};
use crate::talk;
use crate::tools::Tools;

/// Deletes every resource of an environment; in `local` also stops every process.
pub fn run(project: &Project, options: &TerraformOptions, yes: bool) -> Outcome {
    let name = &options.environment.name;
    let service = project.service()?;
    check_environment(&service, name)?;
    let tools = Tools::new(project.root());
    if name == LOCAL {
        let _turn = project.turn(name)?;
        return destroy_local(project, &service, &tools, options);
    }
    check_consent(yes)?;
    prepared_environment::check(project, &service, &tools, options)?;
    let _turn = project.turn(name)?;
    project.generate(&service)?;
    let prepared = PreparedEnvironment::prepare(project, &service, &tools, options)?;
    talk::warn(
        "the user pool is protected from deletion, and with it every user: AWS will refuse until its `deletion_protection` is off",
    );
    // `turn` made the folder, which only its owner may enter.
    let file = project.work().join(name).join("destroy.tfplan");
    let result = prepared.terraform.destroy_plan(&file).and_then(|changes| {
        if !changes {
            talk::say(format!("Nothing is left in `{name}`"));
            return Ok(());
        }
        ask(&format!("Delete all of this from `{name}`?"), yes)?;
        prepared.terraform.apply_file(&file)
    });
    _ = std::fs::remove_file(&file);
    result
}

fn destroy_local(
    project: &Project,
    service: &portcullis_generator::service::Service,
    tools: &Tools,
    options: &TerraformOptions,
) -> Outcome {
    let local = Local::of(project);
    let applied = local.terraform_state().exists();
    // A control plane that is gone took every resource with it: there is nothing to ask it to delete.
    if applied && (local.runs()? || local.upstream(options.endpoint.as_deref())?.is_some()) {
        project.generate(service)?;
        let mut options = options.clone();
        options.your_email = None;
        let prepared = PreparedEnvironment::prepare(project, service, tools, &options)?;
        let destroyed = talk::step("Destroying", || prepared.terraform.destroy())?;
        talk::say(format!("  {} destroyed", destroyed.changes.remove));
    }
    talk::step("Stopping the emulated AWS and the API", || local.stop())?;
    for name in ["terraform.tfstate", "terraform.tfstate.backup"] {
        _ = std::fs::remove_file(project.environment(LOCAL).join(name));
    }
    talk::say("Nothing is left; `make apply` builds it again");
    Ok(())
}
