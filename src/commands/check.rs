//! `portcullis check`

use std::process::{Command, Stdio};

use portcullis_generator::warnings::{self, Warning};

use crate::commands::generate;
use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::talk;
use crate::terraform_program::{ProviderSource, Terraform};

/// Checks spec, tree and tools without starting a provider.
pub fn run(project: &Project) -> Outcome {
    let service = project.service()?;
    talk::say(format!(
        "portcullis.toml: {} functions, {} routes, environments {}",
        service.functions.len(),
        service.routes.len(),
        service
            .environments
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    ));
    for Warning { summary, hint } in warnings::of_service(&service) {
        talk::say(format!("warning: {summary}\nhint: {hint}"));
    }
    generate::run(project, true)?;
    talk::say(format!(
        "Terraform {}, AWS provider from {}",
        Terraform::version()?,
        ProviderSource::find(None, None)?
    ));
    for (program, why) in [
        ("cargo", "to build the functions: https://rustup.rs"),
        (
            "python3",
            "for cargo-lambda and the emulated AWS; Debian: `apt install python3 python3-venv`",
        ),
    ] {
        let found = Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !found.is_ok_and(|status| status.success()) {
            return Err(Failure::tool(format!("`{program}` is missing")).hint(format!("it is needed {why}")));
        }
    }
    Ok(())
}
