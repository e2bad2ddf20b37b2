//! `portcullis apply`

use std::io::{IsTerminal, stdin};
use std::path::Path;

use portcullis_generator::file_set::FileSet;
use portcullis_generator::modules::{self, DEPLOYMENT};
use portcullis_generator::service::{LOCAL, Service};
use serde_json::{Map, Value};

use crate::cli::TerraformOptions;
use crate::commands::{build, outputs};
use crate::failure::{Failure, OrFail, Outcome};
use crate::local::{ControlPlane, Local};
use crate::prepared_environment::{self, PreparedEnvironment};
use crate::project::{Project, check_environment};
use crate::redeployment::{self, Redeployment};
use crate::terraform_program::{Applied, Terraform};
use crate::tools::Tools;
use crate::{curl_commands, data_loss, interrupt, own_files, talk};

/// Generates, builds and applies, then prints commands to try.
pub fn run(project: &Project, options: &TerraformOptions, yes: bool) -> Outcome {
    if let Some(serving) = apply(project, options, yes)? {
        serving.next_commands();
    }
    Ok(())
}

/// The notice before a plan that needs a second deployment.
pub const SECOND_DEPLOYMENT: &str = "This plan removes part of the API. Terraform snapshots the API before it \
     deletes, so Portcullis deploys a second time afterwards. The second deployment changes nothing else.";

/// The running API of `local` after an apply.
pub struct Serving {
    /// The applied service.
    pub service: Service,
    /// The URL of the API.
    pub api_url: String,
    /// Addresses and ids on this machine.
    pub outputs: Map<String, Value>,
}

/// Generates, builds and applies once. Returns the running API in `local`, and nothing in AWS.
pub fn apply(project: &Project, options: &TerraformOptions, yes: bool) -> Outcome<Option<Serving>> {
    let name = &options.environment.name;
    let service = project.service()?;
    check_environment(&service, name)?;
    if name != LOCAL {
        check_consent(yes)?;
    }
    let tools = Tools::new(project.root());
    prepared_environment::check(project, &service, &tools, options)?;
    prepared_environment::check_access_logs(&service, &tools, name)?;
    let _turn = project.turn(name)?;
    let generated = modules::all(&service);
    generate_for(project, &generated, name, yes)?;
    own_files::check_for(project, &service, name, &generated)?;
    build::build(project, &service, &tools, name)?;
    if name == LOCAL {
        Local::of(project).recover()?;
    }
    let prepared = PreparedEnvironment::prepare(project, &service, &generated, &tools, options)?;
    match &prepared.local {
        Some((local, control_plane)) => {
            if let Some(email) = &prepared.first_user {
                local.keep_first_user(email)?;
            }
            // The scripts that sign in need it.
            if service.user_pool_in(name).is_some() {
                tools.aws().or_tool()?;
            }
            let redeployment = Redeployment::of(project, name);
            apply_local(service, &prepared.terraform, &redeployment, local, control_plane).map(Some)
        }
        None => apply_real(project, &service, name, &prepared.terraform, yes).map(|()| None),
    }
}

/// Writes the generated files. Files for AWS should have been reviewed. If they are out of date, this warns, and fails
/// with `--yes`, because a pipeline has no reader.
fn generate_for(project: &Project, generated: &FileSet, name: &str, yes: bool) -> Outcome {
    if name == LOCAL {
        return project.generate(generated).map(drop);
    }
    let changes = project.changes(generated)?;
    if changes.is_empty() {
        return Ok(());
    }
    if yes {
        return Err(Failure::refused(format!(
            "terraform/ is out of date: {} files differ from portcullis.toml, and `--yes` skips the review",
            changes.len()
        ))
        .help("run `portcullis generate`, then review and commit the result"));
    }
    talk::warn(
        "terraform/ was out of date. Portcullis generated these files again, and they are not reviewed yet:",
    );
    project.write(&changes)?;
    for change in &changes {
        talk::say(format!("  terraform/{}", change.path.display()));
    }
    Ok(())
}

/// Fails without a terminal to ask in, unless `--yes` was given.
pub fn check_consent(yes: bool) -> Outcome {
    if yes || stdin().is_terminal() {
        return Ok(());
    }
    Err(Failure::refused("missing `--yes`: there is no terminal to ask in").help("add `--yes`"))
}

/// Asks a question that only `yes` answers.
pub fn ask(question: &str, yes: bool) -> Outcome {
    if yes {
        return Ok(());
    }
    talk::show(format_args!("{question} Only `yes` is a yes: "));
    let mut answer = String::new();
    stdin().read_line(&mut answer).or_tool()?;
    if answer.trim() == "yes" {
        Ok(())
    } else {
        Err(Failure::refused("nothing was done"))
    }
}

fn apply_local(
    service: Service,
    terraform: &Terraform,
    redeployment: &Redeployment,
    local: &Local,
    control_plane: &ControlPlane,
) -> Outcome<Serving> {
    local.begin()?;
    let applied = apply_twice_where_needed(terraform, redeployment);
    if !interrupt::interrupted() {
        local.end()?;
    }
    let applied = applied?;
    let changes = applied.changes;
    talk::say(format!(
        "  {} added, {} changed, {} destroyed",
        changes.add, changes.change, changes.remove
    ));
    serve(service, terraform, local, control_plane)
}

/// Serves what is applied in `local`.
pub fn serve(
    service: Service,
    terraform: &Terraform,
    local: &Local,
    control_plane: &ControlPlane,
) -> Outcome<Serving> {
    let shown = terraform.show(None)?;
    let api_url = local.serve(control_plane, &shown)?;
    let mut outputs = terraform.outputs()?;
    outputs.insert("api_url".into(), Value::String(api_url.clone()));
    outputs.insert("endpoint".into(), Value::String(control_plane.endpoint.clone()));
    outputs.insert(
        "region".into(),
        Value::String(service.environments[LOCAL].region.clone()),
    );
    if let Some(pool) = service.user_pool_in(LOCAL) {
        outputs.insert("example_password".into(), Value::String(pool.password.example()));
    }
    local.keep_outputs(&outputs)?;
    Ok(Serving {
        service,
        api_url,
        outputs,
    })
}

fn apply_twice_where_needed(terraform: &Terraform, redeployment: &Redeployment) -> Outcome<Applied> {
    let applied = talk::step("Applying", || {
        let (applied, outcome) = terraform.apply(None);
        if applied.deleted.iter().any(|kind| redeployment::is_snapshot(kind)) {
            redeployment.owe()?;
        }
        outcome.map(|()| applied)
    })?;
    if redeployment.is_owed() {
        talk::step("Deploying again without what was deleted", || {
            terraform.apply(Some(DEPLOYMENT)).1
        })?;
        redeployment.made()?;
    }
    Ok(applied)
}

impl Serving {
    /// Prints commands to try next, ready to be copied.
    pub fn next_commands(&self) {
        let Self {
            service,
            api_url,
            outputs: _, // `portcullis outputs` prints them
        } = self;
        talk::say(format!(
            "\nThe API of `{}` is running at {}\n",
            service.name,
            talk::paint("1", api_url)
        ));
        for command in curl_commands::of(service, api_url) {
            talk::say(format!("  {command}"));
        }
        match service.user_pool_in(LOCAL) {
            Some(_) => talk::say(
                "\nSign in:\n  TOKEN=$(portcullis login --first)   # later: portcullis login\n\nOr let Portcullis \
                 send the token:\n  portcullis call GET /",
            ),
            None if service.authorizers.is_empty() => {
                talk::say("\nThe service has no user pool, so every route is public");
            }
            None => {}
        }
        talk::say("\nNext: portcullis dev, portcullis logs, portcullis plan, portcullis down");
    }
}

/// Shows a plan, asks, and applies exactly that plan.
fn apply_real(project: &Project, service: &Service, name: &str, terraform: &Terraform, yes: bool) -> Outcome {
    // `turn` made the folder, which only its owner may enter.
    let file = project.work().join(name).join("apply.tfplan");
    let result = apply_plan(
        terraform,
        &file,
        service,
        name,
        yes,
        &Redeployment::of(project, name),
    );
    // A plan contains secrets, and this one is no longer needed.
    _ = std::fs::remove_file(&file);
    result?;
    outputs::print_applied(terraform.outputs()?)
}

fn apply_plan(
    terraform: &Terraform,
    file: &Path,
    service: &Service,
    name: &str,
    yes: bool,
    redeployment: &Redeployment,
) -> Outcome {
    let changes = terraform.plan_to_file(file, None)?;
    let mut deletes = false;
    if changes {
        let plan = terraform.show_plan(file)?;
        data_loss::check(&plan, service, name)?;
        deletes = redeployment::deletes_from_snapshot(&plan);
    }
    if deletes || redeployment.is_owed() {
        talk::say(SECOND_DEPLOYMENT);
    } else if !changes {
        talk::say("No changes");
        return Ok(());
    }
    ask(&format!("Apply this plan to `{name}`?"), yes)?;
    if deletes {
        redeployment.owe()?;
    }
    if changes {
        terraform.apply_file(file)?;
    }
    if redeployment.is_owed() {
        redeployment.make(terraform, file, |plan| {
            data_loss::check(plan, service, name)?;
            if redeployment::only_redeploys(plan) {
                return Ok(());
            }
            ask(
                "This plan changes more than the one you accepted. Apply it?",
                false,
            )
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_replaces_a_terminal() {
        assert!(check_consent(true).is_ok());
    }
}
