//! `portcullis check`

use std::process::{Command, Stdio};

use portcullis_generator::warnings::{self, Warning};

use crate::announced::Announced;
use crate::commands::generate;
use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::talk;
use crate::terraform_program::{ProviderSource, Terraform};

/// Checks the spec, the generated files and the tools without starting a provider.
pub fn run(project: &Project) -> Outcome {
    let service = project.service()?;
    talk::say(format!(
        "portcullis.toml: {} functions, {} routes, environments {}",
        service.functions.len(),
        service.routes.count(),
        service
            .environments
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    ));
    for Warning { summary, help } in warnings::of_service(&service) {
        talk::say(format!("warning: {summary}\nhelp: {help}"));
    }
    generate::run(project, true)?;
    talk::say(format!(
        "Terraform {}, AWS provider from {}",
        Terraform::version()?,
        ProviderSource::find(None, None)?
    ));
    for (program, help) in [
        ("cargo", "install Rust to build the functions: https://rustup.rs"),
        (
            "python3",
            "install Python for cargo-lambda and the emulated AWS, on Debian with `apt install python3 python3-venv`",
        ),
    ] {
        let found = Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .announced()
            .status();
        if !found.is_ok_and(|status| status.success()) {
            return Err(Failure::tool(format!("missing program `{program}`")).help(help));
        }
    }
    Ok(())
}
