//! `portcullis surface`

use std::path::Path;

use portcullis_generator::surface::{Surface, of_service, of_state};
use portcullis_local::state_file;

use crate::failure::{Failure, OrFail, Outcome};
use crate::project::{Project, check_environment, service_of};
use crate::talk;

/// Prints the surface of a spec or a state, as a table or as JSON.
pub fn run(
    folder: &Path,
    environment: &str,
    spec: Option<&Path>,
    state: Option<&Path>,
    api: Option<&str>,
    json: bool,
) -> Outcome {
    let surface = match state {
        Some(file) => {
            let text = state_file::read(file).or_input()?;
            of_state(&text, api).map_err(|error| Failure::input(format!("`{}`: {error}", file.display())))?
        }
        None => {
            let service = match spec {
                Some(file) => service_of(file, &file.display().to_string(), None)?,
                None => Project::open(folder)?.service()?,
            };
            check_environment(&service, environment)?;
            of_service(&service, &service.environments[environment])
        }
    };
    if json {
        talk::data(serde_json::to_string_pretty(&surface).or_tool()? + "\n")
    } else {
        talk::data(table(&surface))
    }
}

/// A line a route: method, path, who may call, what answers.
fn table(surface: &Surface) -> String {
    let rows: Vec<[String; 4]> = surface
        .routes
        .iter()
        .map(|route| {
            let who = match (route.auth_type.as_str(), route.cors.is_some()) {
                ("NONE", true) => "preflight".into(),
                ("NONE", false) => "anyone".into(),
                _ => route
                    .authorizer
                    .clone()
                    .unwrap_or_else(|| route.auth_type.clone()),
            };
            let answers = route
                .function
                .clone()
                .unwrap_or_else(|| route.integration.clone());
            [route.method.clone(), route.path.clone(), who, answers]
        })
        .collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2)];
    rows.iter()
        .map(|[method, path, who, answers]| {
            format!(
                "{method:<w0$}  {path:<w1$}  {who:<w2$}  {answers}\n",
                w0 = widths[0],
                w1 = widths[1],
                w2 = widths[2]
            )
        })
        .collect()
}
