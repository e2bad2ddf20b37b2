//! `portcullis outputs`

use serde_json::{Map, Value};

use crate::applied::Applied;
use crate::failure::{OrFail, Outcome};
use crate::project::Project;
use crate::talk;

/// Prints URLs and ids as one JSON object. In `local`, `endpoint` is the address of Cognito.
pub fn run(project: &Project, name: &str) -> Outcome {
    let service = project.service()?;
    print_applied(Applied::of(project, &service, name)?.outputs)
}

/// Prints outputs as one JSON object with sorted keys.
pub fn print_applied(outputs: Map<String, Value>) -> Outcome {
    let sorted: std::collections::BTreeMap<_, _> = outputs.into_iter().collect();
    talk::json(serde_json::to_string_pretty(&sorted).or_tool()?)
}
