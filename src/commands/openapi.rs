//! `portcullis openapi`

use std::path::Path;

use portcullis_generator::openapi;

use crate::failure::{OrFail, Outcome};
use crate::local::Local;
use crate::project::{Project, service_of};
use crate::talk;

/// Prints the API of a spec, or of the project, as an OpenAPI document. The server is the given one, or `local` while it runs.
pub fn run(folder: &Path, spec: Option<&Path>, server: Option<&str>) -> Outcome {
    let (service, running) = match spec {
        Some(file) => (service_of(file, &file.display().to_string(), None)?, None),
        None => {
            let project = Project::open(folder)?;
            (project.service()?, Local::of(&project).api_url()?)
        }
    };
    let document = openapi::document(&service, server.or(running.as_deref()));
    talk::json(serde_json::to_string_pretty(&document).or_tool()?)
}
