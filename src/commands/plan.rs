//! `portcullis plan`

use std::fs;
use std::path::{Path, PathBuf};

use portcullis_foreign_text::{printable, shell};
use portcullis_generator::file_set::FileSet;
use portcullis_generator::modules;
use portcullis_generator::service::LOCAL;

use crate::cli::{SavePlan, TerraformOptions};
use crate::commands::build;
use crate::failure::{Failure, Outcome};
use crate::prepared_environment::{self, PreparedEnvironment};
use crate::project::{Project, check_environment};
use crate::saved_plan::private_file;
use crate::terraform_program::Terraform;
use crate::tools::Tools;
use crate::{own_files, talk};

/// Generates and builds, then shows what Terraform would change, and saves the plan if a file is given.
pub fn run(
    project: &Project,
    options: &TerraformOptions,
    save: &SavePlan,
    detailed_exitcode: bool,
) -> Outcome {
    let service = project.service()?;
    let name = &options.environment.name;
    check_environment(&service, name)?;
    let tools = Tools::new(project.root());
    for file in save.files() {
        check_folder(file)?;
    }
    prepared_environment::check(project, &service, &tools, options)?;
    let _turn = project.turn(name)?;
    let generated = modules::all(&service);
    generate(project, &generated, name, save)?;
    own_files::check_for(project, &service, name, &generated)?;
    build::build(project, &service, &tools, name)?;
    let prepared = PreparedEnvironment::prepare(project, &service, &generated, &tools, options)?;
    let changes = plan(&prepared.terraform, project, name, save)?;
    if let Some(file) = save.files().next() {
        talk::say(format!(
            "\nSaved the plan to {}. It contains everything in the state, including secrets. To apply exactly this:\n  portcullis apply --env \
             {name} --plan {}",
            printable::code(&file.display().to_string()),
            shell::word(&file.display().to_string())
        ));
    }
    if changes && detailed_exitcode {
        Err(Failure::changes())
    } else {
        Ok(())
    }
}

/// Writes the generated files. A saved plan for AWS is reviewed beside the committed files, so it must match them.
fn generate(project: &Project, generated: &FileSet, name: &str, save: &SavePlan) -> Outcome {
    let changes = project.changes(generated)?;
    if save.files().next().is_some() && name != LOCAL && !changes.is_empty() {
        return Err(Failure::refused(format!(
            "terraform/ is out of date: {} files differ from portcullis.toml, and a saved plan must match the committed files",
            changes.len()
        ))
        .help("run `portcullis generate`, then review and commit the result"));
    }
    project.write(&changes)
}

/// Shows the plan and writes the files. Returns whether it contains changes. If it fails, it leaves no files.
fn plan(terraform: &Terraform, project: &Project, name: &str, save: &SavePlan) -> Outcome<bool> {
    if save.files().next().is_none() {
        return terraform.plan_to_stdout(None);
    }
    // `turn` made the folder, which only its owner may enter.
    let own = project.work().join(name).join("plan.tfplan");
    let file = private_file(save.out.as_ref().unwrap_or(&own))?;
    let json = save.json_out.as_deref().map(private_file).transpose()?;
    let result = terraform.plan_to_stdout(Some(&file)).and_then(|changes| {
        if let Some(json) = &json {
            write(json, &terraform.show(Some(&file))?)?;
        }
        Ok(changes)
    });
    if save.out.is_none() || result.is_err() {
        _ = fs::remove_file(&file);
    }
    if let (Some(json), Err(_)) = (&json, &result) {
        _ = fs::remove_file(json);
    }
    result
}

fn write(path: &PathBuf, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| Failure::tool(format!("can't write `{}`: {error}", path.display())))
}

/// Fails before the build if the folder of a file is missing.
fn check_folder(file: &Path) -> Outcome {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.is_dir() => Err(Failure::input(format!(
            "can't write {}: missing folder {}",
            printable::code(&file.display().to_string()),
            printable::code(&folder.display().to_string())
        ))
        .help(format!(
            "create it: `mkdir -p {}`",
            shell::word(&folder.display().to_string())
        ))),
        _ => Ok(()),
    }
}
