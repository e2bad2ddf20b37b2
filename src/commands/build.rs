//! `portcullis build`

use portcullis_generator::service::Service;

use crate::build::{self, BuildOptions, Program};
use crate::failure::{OrFail, Outcome};
use crate::project::{Project, architecture, check_environment};
use crate::talk;
use crate::tools::Tools;

/// Builds the functions of an environment and lists their zips.
pub fn run(project: &Project, environment: &str) -> Outcome {
    let service = project.service()?;
    check_environment(&service, environment)?;
    build(project, &service, &Tools::new(project.root()), environment)
}

/// Compiles the functions once and zips each.
pub fn build(project: &Project, service: &Service, tools: &Tools, environment: &str) -> Outcome {
    let architecture = architecture(service, environment)?;
    project.check_artifacts(service, architecture)?;
    let cargo_lambda = tools.cargo_lambda().or_tool()?;
    let programs = Program::all(service);
    let what = format!(
        "Building {} functions for {}",
        programs.len(),
        architecture.as_str()
    );
    let artifacts = talk::step(&what, || {
        build::build(&BuildOptions {
            functions_dir: &project.functions(),
            artifacts_dir: &project.artifacts(),
            architecture,
            functions: &programs,
            cargo_lambda: &cargo_lambda,
        })
        .or_tool()
    })?;
    for artifact in artifacts {
        let path = artifact
            .path
            .strip_prefix(project.root())
            .unwrap_or(&artifact.path);
        talk::say(format!(
            "  {} ({} KB)",
            path.display(),
            artifact.bytes.div_ceil(1000)
        ));
    }
    Ok(())
}
