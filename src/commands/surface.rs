//! `portcullis surface`

use std::path::Path;

use portcullis_emulator::show_output::{ShowOutput, read};
use portcullis_foreign_text::printable::{line, plain};
use portcullis_generator::sentences::summaries;
use portcullis_generator::surface::{Route, Surface, of_plan, of_service, of_state};
use portcullis_terraform_json::plan::Plan;

use crate::cli::SurfaceOf;
use crate::failure::{Failure, OrFail, Outcome};
use crate::project::{Project, check_environment, service_of};
use crate::talk;

/// Prints the surface of a spec, a plan or a state, as a table or as JSON. Fails if a part of it is uncertain.
pub fn run(folder: &Path, environment: &str, of: &SurfaceOf, api: Option<&str>, json: bool) -> Outcome {
    let surface = surface(folder, environment, of, api)?;
    if json {
        talk::json(serde_json::to_string_pretty(&surface).or_tool()?)?;
    } else {
        talk::data(table(&surface))?;
    }
    for summary in summaries(&surface.unknown) {
        talk::warn(line(&summary));
    }
    match surface.unknown.iter().filter(|unknown| unknown.fails).count() {
        0 => Ok(()),
        count => {
            let parts = match count {
                1 => "1 part of this API is".to_owned(),
                count => format!("{count} parts of this API are"),
            };
            let failure = Failure::refused(format!("{parts} uncertain"));
            Err(if json {
                failure
            } else {
                failure.help("add `--json` to list each under `unknown`, with the expression it depends on")
            })
        }
    }
}

fn surface(folder: &Path, environment: &str, of: &SurfaceOf, api: Option<&str>) -> Outcome<Surface> {
    if let Some(file) = &of.state {
        let text = read(file, ShowOutput::State).or_input()?;
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
    let text = read(file, ShowOutput::Plan).or_input()?;
    Plan::parse(&text).map_err(|error| of_file(file, error))
}

/// Returns an error about the contents of a file.
pub fn of_file(file: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::input(line(&format!("`{}`: {error}", file.display())))
}

/// Returns a line per route: method, path, callers and function.
fn table(surface: &Surface) -> String {
    let rows: Vec<[String; 4]> = surface
        .routes
        .iter()
        .map(|route| {
            [
                plain(&route.method),
                plain(&route.path),
                plain(&who(route)),
                plain(&answers(route)),
            ]
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

/// Returns the callers of a route. A token needs one of the scopes.
fn who(route: &Route) -> String {
    if route.uncertain.auth_type.is_some() {
        return "uncertain".to_owned();
    }
    let mut who = match (route.auth_type.as_str(), route.cors.is_some()) {
        ("NONE", true) => "preflight".to_owned(),
        ("NONE", false) => "anyone".to_owned(),
        (kind, _) => route.authorizer.clone().unwrap_or_else(|| kind.to_owned()),
    };
    if !route.scopes.is_empty() {
        who.push_str(&format!(" ({})", route.scopes.join(" or ")));
    }
    if route.api_key_required {
        who.push_str(" + API key");
    }
    who
}

/// Returns the function of a route, or the type of its integration.
fn answers(route: &Route) -> String {
    match (
        &route.uncertain.integration,
        &route.function,
        route.integration.as_str(),
    ) {
        (Some(_), ..) => "uncertain".to_owned(),
        (None, Some(function), _) => function.clone(),
        (None, None, "") => "nothing".to_owned(),
        (None, None, integration) => integration.to_owned(),
    }
}
