//! `portcullis graph`

use std::path::Path;

use portcullis_generator::graph;

use crate::failure::Outcome;
use crate::project::{Project, check_environment, service_of};
use crate::talk;

/// Prints the routes, who may call them and their functions, as Mermaid or SVG.
pub fn run(folder: &Path, environment: Option<&str>, spec: Option<&Path>, svg: bool) -> Outcome {
    let service = match spec {
        Some(file) => service_of(file, &file.display().to_string(), None)?,
        None => Project::open(folder)?.service()?,
    };
    if let Some(name) = environment {
        check_environment(&service, name)?;
    }
    let draw = if svg { graph::svg } else { graph::mermaid };
    talk::data(draw(&service, environment))
}
