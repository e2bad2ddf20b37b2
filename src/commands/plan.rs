//! `portcullis plan`

use crate::cli::TerraformOptions;
use crate::commands::build;
use crate::failure::{Failure, Outcome};
use crate::prepared_environment::{self, PreparedEnvironment};
use crate::project::{Project, check_environment};
use crate::tools::Tools;

/// Generates and builds, then shows what Terraform would change.
pub fn run(project: &Project, options: &TerraformOptions, detailed_exitcode: bool) -> Outcome {
    let service = project.service()?;
    let name = &options.environment.name;
    check_environment(&service, name)?;
    let tools = Tools::new(project.root());
    prepared_environment::check(project, &service, &tools, options)?;
    let _turn = project.turn(name)?;
    project.generate(&service)?;
    build::build(project, &service, &tools, name)?;
    let prepared = PreparedEnvironment::prepare(project, &service, &tools, options)?;
    let changes = prepared.terraform.plan_to_stdout()?;
    if changes && detailed_exitcode {
        Err(Failure::refused(""))
    } else {
        Ok(())
    }
}
