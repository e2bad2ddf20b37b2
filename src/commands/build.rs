//! `portcullis build`

use portcullis_generator::service::{Architecture, LOCAL, Service};
use portcullis_generator::spec::field::Word;

use crate::build::{self, BuildOptions, Program, Purpose};
use crate::failure::{OrFail, Outcome};
use crate::project::{Project, check_environment, this_machine};
use crate::talk;
use crate::tools::Tools;

/// Builds the functions of an environment and lists their zips.
pub fn run(project: &Project, environment: &str) -> Outcome {
    let service = project.service()?;
    check_environment(&service, environment)?;
    build(project, &service, &Tools::new(project.root()), environment)
}

/// Compiles the functions once for each processor and zips each.
pub fn build(project: &Project, service: &Service, tools: &Tools, environment: &str) -> Outcome {
    let by_architecture = match environment {
        LOCAL => vec![(this_machine()?, Program::all(service))],
        _ => Architecture::ALL
            .iter()
            .map(|architecture| (*architecture, Program::all_for(service, *architecture)))
            .filter(|(_, programs)| !programs.is_empty())
            .collect(),
    };
    let purpose = match environment {
        LOCAL => Purpose::Local,
        _ => Purpose::Aws,
    };
    for (architecture, programs) in &by_architecture {
        project.check_artifacts(purpose, programs, *architecture)?;
    }
    for (architecture, programs) in by_architecture {
        build_for(project, tools, purpose, architecture, &programs)?;
    }
    Ok(())
}

fn build_for(
    project: &Project,
    tools: &Tools,
    purpose: Purpose,
    architecture: Architecture,
    programs: &[Program],
) -> Outcome {
    let cargo_lambda = tools.cargo_lambda().or_tool()?;
    let what = format!(
        "Building {} functions for {}",
        programs.len(),
        architecture.as_str()
    );
    let artifacts = talk::step(&what, || {
        build::build(&BuildOptions {
            functions_dir: &project.functions(),
            artifacts_dir: &project.artifacts(purpose),
            architecture,
            purpose,
            functions: programs,
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
