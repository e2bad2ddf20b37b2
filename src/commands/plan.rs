//! `portcullis plan`

use crate::cli::TerraformOptions;
use crate::commands::build;
use crate::deployment::Deployment;
use crate::failure::{Failure, Outcome};
use crate::project::{Project, check_environment};
use crate::tools::Tools;

/// Builds and generates, then shows what Terraform would change.
pub fn run(project: &Project, options: &TerraformOptions, detailed_exitcode: bool) -> Outcome {
    let service = project.service()?;
    check_environment(&service, &options.environment.name)?;
    let tools = Tools::new(project.root());
    build::build(project, &service, &tools, &options.environment.name)?;
    project.generate(&service)?;
    let deployment = Deployment::prepare(project, &service, &tools, options)?;
    let changes = deployment.terraform.plan_to_stdout()?;
    if changes && detailed_exitcode {
        Err(Failure::refused(""))
    } else {
        Ok(())
    }
}
