//! `portcullis surface`

use std::path::Path;

use portcullis_generator::state::plan::Plan;
use portcullis_generator::surface::{Surface, of_plan, of_service, of_state};
use portcullis_local::shown_file::{Shown, read};

use crate::cli::SurfaceOf;
use crate::failure::{Failure, OrFail, Outcome};
use crate::project::{Project, check_environment, service_of};
use crate::talk;

/// Prints the surface of a spec, a plan or a state, as a table or as JSON. What a plan leaves open is also said.
pub fn run(folder: &Path, environment: &str, of: &SurfaceOf, api: Option<&str>, json: bool) -> Outcome {
    let surface = surface(folder, environment, of, api)?;
    if json {
        talk::json(serde_json::to_string_pretty(&surface).or_tool()?)?;
    } else {
        talk::data(table(&surface))?;
    }
    for unknown in surface.unknown.iter().filter(|unknown| unknown.fails) {
        talk::warn(unknown.sentence());
    }
    Ok(())
}

fn surface(folder: &Path, environment: &str, of: &SurfaceOf, api: Option<&str>) -> Outcome<Surface> {
    if let Some(file) = &of.state {
        let text = read(file, Shown::State).or_input()?;
        return of_state(&text, api).map_err(|error| of_file(file, error));
    }
    if let Some(file) = &of.plan {
        let plan = plan_of(file)?;
        return of_plan(&plan, api).map_err(|error| of_file(file, error));
    }
    let service = match &of.spec {
        Some(file) => service_of(file, &file.display().to_string(), None)?,
        None => Project::open(folder)?.service()?,
    };
    check_environment(&service, environment)?;
    Ok(of_service(&service, &service.environments[environment]))
}

/// The plan in a file that `terraform show -json PLANFILE` was written to.
pub fn plan_of(file: &Path) -> Outcome<Plan> {
    let text = read(file, Shown::Plan).or_input()?;
    Plan::parse(&text).map_err(|error| of_file(file, error))
}

fn of_file(file: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::input(format!("`{}`: {error}", file.display()))
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
