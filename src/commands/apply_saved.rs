//! `portcullis apply --plan FILE`

use std::fs;
use std::path::{Path, PathBuf};

use portcullis_generator::modules;
use portcullis_generator::service::{LOCAL, Service};

use crate::cli::TerraformOptions;
use crate::commands::apply::{self, SECOND_DEPLOYMENT};
use crate::commands::outputs;
use crate::failure::{Failure, OrFail, Outcome};
use crate::local::Local;
use crate::prepared_environment::{self, PreparedEnvironment};
use crate::project::{Project, check_environment};
use crate::redeployment::{self, Redeployment};
use crate::saved_plan::SavedPlan;
use crate::terraform_program::Terraform;
use crate::tools::Tools;
use crate::{data_loss, interrupt, talk};

/// Applies a saved plan if Terraform would still make exactly its changes. It generates, builds and asks nothing, because
/// the user has read the plan.
pub fn run(project: &Project, options: &TerraformOptions, plan: &Path) -> Outcome {
    let name = &options.environment.name;
    let service = project.service()?;
    check_environment(&service, name)?;
    let record = Record::of(plan)?;
    // The plan names the first user.
    let mut options = options.clone();
    options.first_user = None;
    let tools = Tools::new(project.root());
    prepared_environment::check(project, &service, &tools, &options)?;
    prepared_environment::check_access_logs(&service, &tools, name)?;
    let _turn = project.turn(name)?;
    if name == LOCAL {
        Local::of(project).recover()?;
    }
    let generated = modules::all(&service);
    let shown = match record {
        Record::Json(text) => text,
        Record::File(file) => {
            let connected = PreparedEnvironment::connect(project, &service, &generated, &tools, &options)?;
            connected.terraform.show(Some(&file))?
        }
    };
    let saved = SavedPlan::read(plan, &shown)?;
    saved.check_environment(&service, name)?;
    saved.check_zips(&project.environment(name))?;
    options.first_user = saved.first_user().map(String::from);
    let PreparedEnvironment {
        terraform,
        local,
        first_user,
    } = PreparedEnvironment::prepare(project, &service, &generated, &tools, &options)?;
    let work = Work {
        service: &service,
        environment: name,
        terraform: &terraform,
        saved: &saved,
        // It deletes something that a deployment snapshots.
        deletes: redeployment::deletes_from_snapshot(saved.plan()),
        // `turn` made the folder, which only its owner may enter.
        file: project.work().join(name).join("apply.tfplan"),
        redeployment: Redeployment::of(project, name),
    };
    let Some((local, control_plane)) = local else {
        work.done()?;
        return outputs::print_applied(terraform.outputs()?);
    };
    if let Some(email) = &first_user {
        local.keep_first_user(email)?;
    }
    // The scripts that sign in need it.
    if service.user_pool_in(name).is_some() {
        tools.aws().or_tool()?;
    }
    local.begin()?;
    let done = work.done();
    if !interrupt::interrupted() {
        local.end()?;
    }
    done?;
    apply::serve(service, &terraform, &local, &control_plane)?.next_commands();
    Ok(())
}

/// A saved plan, as Terraform wrote it.
enum Record {
    /// A file of `--json-out`.
    Json(String),
    /// A file of `--out`, by its absolute path.
    File(PathBuf),
}

impl Record {
    fn of(plan: &Path) -> Outcome<Self> {
        let name = plan.display();
        let bytes = fs::read(plan)
            .map_err(|error| Failure::input(format!("can't read the plan `{name}`: {error}")))?;
        // A plan file is a zip.
        if bytes.starts_with(b"PK\x03\x04") {
            return plan.canonicalize().or_tool().map(Self::File);
        }
        match String::from_utf8(bytes) {
            Ok(text) if text.starts_with('{') => Ok(Self::Json(text)),
            _ => Err(Failure::input(format!("`{name}` is not a saved plan"))
                .help("name a file that `portcullis plan --out FILE` or `--json-out FILE` wrote")),
        }
    }
}

/// A saved plan, and what applies it.
struct Work<'a> {
    service: &'a Service,
    environment: &'a str,
    terraform: &'a Terraform,
    saved: &'a SavedPlan,
    deletes: bool,
    /// For Terraform's own plan.
    file: PathBuf,
    redeployment: Redeployment,
}

impl Work<'_> {
    /// Applies the plan.
    fn done(&self) -> Outcome {
        let outcome = self.apply();
        // A plan contains secrets, and this one is no longer needed.
        _ = fs::remove_file(&self.file);
        outcome
    }

    fn apply(&self) -> Outcome {
        self.terraform.plan_to_file(&self.file, None)?;
        let shown = self.terraform.show(Some(&self.file))?;
        let now = SavedPlan::read(&self.file, &shown)?;
        let differences = self.saved.differences(&now);
        // A run that was cut short may have applied it, and what it wrote down may be on a machine that is gone.
        let before = now.is_empty() && self.saved.means_the_same_as(&now);
        if !differences.is_empty() && !before {
            return Err(self.stale(&differences));
        }
        data_loss::check(now.plan(), self.service, self.environment)?;
        if self.deletes {
            talk::say(SECOND_DEPLOYMENT);
            self.redeployment.owe()?;
        }
        match (before, self.saved.is_empty()) {
            (true, true) => talk::say("No changes"),
            (true, false) => talk::say("This plan was already applied. Nothing to change"),
            (false, _) => self.terraform.apply_file(&self.file)?,
        }
        if !self.redeployment.is_owed() {
            return Ok(());
        }
        self.redeployment.make(self.terraform, &self.file, |again| {
            if redeployment::only_redeploys(again) {
                return Ok(());
            }
            let failure = "the plan is applied, but the second deployment would change more than the deployment";
            Err(Failure::refused(failure).help(format!(
                "read `portcullis plan --env {}`, then apply it. Until then, deleted routes answer with an error",
                self.environment
            )))
        })
    }

    fn stale(&self, differences: &[String]) -> Failure {
        let list: String = differences
            .iter()
            .map(|difference| format!("\n  {difference}"))
            .collect();
        Failure::refused(format!(
            "the saved plan is out of date, so `{}` was not changed. Terraform would now make other changes:{list}",
            self.environment
        ))
        .help("plan again, read the new plan, and apply it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_terraform_wrote_is_taken_for_a_plan() {
        let folder = tempfile::tempdir().unwrap();
        let record = |text: &[u8]| {
            let path = folder.path().join("plan");
            fs::write(&path, text).unwrap();
            Record::of(&path)
        };
        assert!(matches!(record(b"PK\x03\x04\xff"), Ok(Record::File(file)) if file.is_absolute()));
        assert!(matches!(record(b"{}"), Ok(Record::Json(_))));
        for text in [&b""[..], b"{\xff", b"resource \"x\" \"y\" {}"] {
            let error = record(text).map(drop).unwrap_err().render();
            assert!(error.contains("is not a saved plan"), "{error}");
        }
        let missing = Record::of(Path::new("/nowhere")).map(drop).unwrap_err().render();
        assert!(missing.contains("can't read the plan `/nowhere`"), "{missing}");
    }
}
