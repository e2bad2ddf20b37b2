//! `portcullis openapi`

use portcullis_generator::openapi;
use portcullis_generator::service::LOCAL;

use crate::failure::{OrFail, Outcome};
use crate::local::Local;
use crate::project::{Project, check_environment};
use crate::talk;

/// Prints the API as an OpenAPI document. It names the server if that is known without a call: `local` while it runs, or the
/// chosen one.
pub fn run(project: &Project, environment: &str, server: Option<&str>) -> Outcome {
    let service = project.service()?;
    check_environment(&service, environment)?;
    let running = match environment {
        LOCAL => Local::of(project).api_url()?,
        _ => None,
    };
    let document = openapi::document(&service, server.or(running.as_deref()));
    talk::json(serde_json::to_string_pretty(&document).or_tool()?)
}
