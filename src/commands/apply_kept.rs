//! `portcullis apply --plan FILE`

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use portcullis_generator::service::{LOCAL, Service};

use crate::cli::TerraformOptions;
use crate::commands::apply::{self, SECOND_DEPLOYMENT};
use crate::commands::outputs;
use crate::failure::{Failure, OrFail, Outcome};
use crate::kept_plan::KeptPlan;
use crate::local::Local;
use crate::prepared_environment::{self, PreparedEnvironment};
use crate::project::{Project, check_environment};
use crate::redeployment::{self, Redeployment};
use crate::terraform::{Kept, Terraform};
use crate::tools::Tools;
use crate::{firewall, interrupt, talk};

/// Applies exactly a plan that was kept. Nothing is generated, built or planned anew, and nobody is asked: who names the
/// file has read it. What was not planned is refused, but for the second deployment that a deletion asks for.
pub fn run(project: &Project, options: &TerraformOptions, plan: &Path) -> Outcome {
    let name = &options.environment.name;
    let service = project.service()?;
    check_environment(&service, name)?;
    let file = plan_file(plan)?;
    // Who the first user is stands in the plan.
    let options = TerraformOptions {
        your_email: None,
        ..options.clone()
    };
    let tools = Tools::new(project.root());
    prepared_environment::check(project, &service, &tools, &options)?;
    let _turn = project.turn(name)?;
    if name == LOCAL {
        Local::of(project).recover()?;
    }
    let prepared = PreparedEnvironment::prepare_for_kept_plan(project, &service, &tools, &options)?;
    let terraform = &prepared.terraform;
    let shown = terraform.show(Some(&file))?;
    let kept = KeptPlan::read(plan, &shown)?;
    kept.check_environment(&service, name)?;
    firewall::check(&shown, &service, name)?;
    kept.check_zips(terraform.directory())?;
    let work = Work {
        project,
        service: &service,
        tools: &tools,
        options: &options,
        kept: &kept,
        deletes: redeployment::deletes_from_snapshot(&shown)?,
    };
    match &prepared.local {
        Some((local, control_plane)) => {
            if let Some(email) = kept.first_user() {
                local.keep_first_user(email)?;
            }
            // The scripts that sign in need it.
            tools.aws().or_tool()?;
            local.begin()?;
            let applied = work.apply(terraform, &file);
            if !interrupt::interrupted() {
                local.end()?;
            }
            applied?;
            apply::serve(service, terraform, local, control_plane)?.next_commands();
            Ok(())
        }
        None => {
            work.apply(terraform, &file)?;
            outputs::print_applied(terraform.outputs()?)
        }
    }
}

/// The file from anywhere; fails where it is none that Terraform would have written.
fn plan_file(plan: &Path) -> Outcome<PathBuf> {
    let name = plan.display();
    let mut head = [0; 4];
    let read = File::open(plan).and_then(|mut file| file.read(&mut head));
    let length = read.map_err(|error| Failure::input(format!("can't read the plan `{name}`: {error}")))?;
    let hint = "name the file that `portcullis plan --out FILE` wrote";
    // A plan file is a zip; what `terraform show -json` prints of one is not.
    match &head[..length] {
        b"PK\x03\x04" => plan.canonicalize().or_tool(),
        [b'{', ..] => {
            Err(Failure::input(format!("`{name}` is a plan in JSON, which can't be applied")).hint(hint))
        }
        _ => Err(Failure::input(format!("`{name}` is no plan")).hint(hint)),
    }
}

/// A plan, and what a second deployment is planned with.
struct Work<'a> {
    project: &'a Project,
    service: &'a Service,
    tools: &'a Tools,
    options: &'a TerraformOptions,
    kept: &'a KeptPlan,
    /// Whether it deletes something that a deployment snapshots.
    deletes: bool,
}

impl Work<'_> {
    /// Applies the plan, and deploys once more where it deletes something that a deployment snapshots.
    fn apply(&self, terraform: &Terraform, file: &Path) -> Outcome {
        let name = &self.options.environment.name;
        let redeployment = Redeployment::of(self.project, name);
        let owed_before = redeployment.is_owed();
        if self.deletes {
            talk::say(SECOND_DEPLOYMENT);
            redeployment.owe()?;
        }
        match terraform.apply_kept(file)? {
            Kept::Applied if redeployment.is_owed() => self.deploy_again(&redeployment, |again| {
                if redeployment::only_redeploys(again)? {
                    return Ok(());
                }
                Err(Failure::refused(
                    "the plan is applied, and the second deployment would now do more than deploy: something changed \
                     meanwhile",
                )
                .hint(format!(
                    "what was deleted answers with an error until then; read `portcullis plan --env {name}`, and apply it"
                )))
            }),
            Kept::Applied => Ok(()),
            Kept::Stale if self.deletes => {
                // A run that was cut short may have applied it, and what it wrote down may be on another machine.
                talk::say("Looking whether the plan was applied before, and only the second deployment is missing");
                let result = self.deploy_again(&redeployment, |again| {
                    if redeployment::only_redeploys(again)? && self.kept.means_the_same_as(again)? {
                        return Ok(());
                    }
                    Err(stale(name))
                });
                if result.is_err() && !owed_before {
                    redeployment.made()?;
                }
                result
            }
            Kept::Stale => Err(stale(name)),
        }
    }

    fn deploy_again(&self, redeployment: &Redeployment, accept: impl FnOnce(&str) -> Outcome) -> Outcome {
        // This plan is a new one, so it needs the variables that the kept one had.
        let prepared = PreparedEnvironment::prepare(self.project, self.service, self.tools, self.options)?;
        let name = &self.options.environment.name;
        let file = self.project.work().join(name).join("apply.tfplan");
        let result = redeployment.make(&prepared.terraform, &file, accept);
        _ = std::fs::remove_file(&file);
        result
    }
}

fn stale(environment: &str) -> Failure {
    Failure::refused(format!(
        "the plan is stale: since it was made, something else was applied to `{environment}`. Nothing was changed"
    ))
    .hint(format!(
        "plan again (`portcullis plan --env {environment} --out FILE`), read what it does now, and apply that"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_terraform_wrote_is_taken_for_a_plan() {
        let folder = tempfile::tempdir().unwrap();
        let file = |text: &str| {
            let path = folder.path().join("plan");
            std::fs::write(&path, text).unwrap();
            plan_file(&path)
        };
        assert!(file("PK\x03\x04…").is_ok());
        let said = |text: &str| file(text).unwrap_err().render();
        assert!(said("{\"format_version\": \"1.2\"}").contains("is a plan in JSON"));
        assert!(said("").contains("is no plan"));
        let missing = plan_file(Path::new("/nowhere")).unwrap_err().render();
        assert!(missing.contains("can't read the plan `/nowhere`"), "{missing}");
    }
}
