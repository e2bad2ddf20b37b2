//! The commands, one file each.

mod apply;
mod apply_saved;
mod build;
mod call;
mod check;
mod check_plan;
mod clean;
mod completions;
mod control_plane;
mod destroy;
mod dev;
mod doctor;
mod down;
mod environments;
mod generate;
mod graph;
mod invitation;
mod invoke;
mod login;
mod logs;
mod new;
mod new_function;
mod openapi;
mod outputs;
mod plan;
mod requests;
mod review;
mod review_plan;
mod schema;
mod serve;
mod surface;
mod tools;

use crate::cli::{Cli, Command, NewPart};
use crate::failure::Outcome;
use crate::project::{self, Project};

/// Runs the command that was asked for.
pub fn run(cli: Cli) -> Outcome {
    let folder = project::folder(cli.project)?;
    let open = || Project::open(&folder);
    match cli.command {
        Command::Apply {
            options,
            yes,
            plan: None,
        } => apply::run(&open()?, &options, yes),
        Command::Apply {
            options,
            plan: Some(plan),
            ..
        } => apply_saved::run(&open()?, &options, &plan),
        Command::Build(environment) => build::run(&open()?, &environment.name),
        Command::Check { plan: None, .. } => check::run(&open()?),
        Command::Check {
            plan: Some(file),
            environment,
        } => check_plan::run(&open()?, &file, environment.as_deref()),
        Command::Clean => clean::run(&open()?),
        Command::ControlPlane(options) => control_plane::run(options),
        Command::Call(options) => call::run(&open()?, &options),
        Command::Dev { options, down } => dev::run(&open()?, &options, down),
        Command::Completions { shell } => completions::run(shell),
        Command::Doctor { json } => doctor::run(&open(), json),
        Command::Down => down::run(&open()?),
        Command::Login(options) => login::run(&open()?, &options),
        Command::Destroy { options, yes } => destroy::run(&open()?, &options, yes),
        Command::Environments { json } => environments::run(&open()?, json),
        Command::Generate { check } => generate::run(&open()?, check),
        Command::Graph {
            environment,
            spec,
            svg,
        } => graph::run(&folder, environment.as_deref(), spec.as_deref(), svg),
        Command::Invitation { environment, email } => {
            invitation::run(&open()?, &environment.name, email.as_deref())
        }
        Command::Invoke {
            environment,
            function,
            event,
            schedule,
        } => {
            let event = invoke::Event::of(event, schedule);
            invoke::run(&open()?, &environment.name, &function, &event)
        }
        Command::Logs {
            environment,
            function,
            access,
            follow,
        } => {
            let which = match (access, function) {
                (true, _) => logs::Which::Access,
                (false, function) => logs::Which::Functions(function),
            };
            logs::run(&open()?, &environment.name, &which, follow)
        }
        Command::New {
            part: Some(NewPart::Function(function)),
            ..
        } => new_function::run(&open()?, function),
        Command::New { part: None, service } => new::run(&service),
        Command::Openapi { spec, server } => openapi::run(&folder, spec.as_deref(), server.as_deref()),
        Command::Outputs(environment) => outputs::run(&open()?, &environment.name),
        Command::Plan {
            options,
            save,
            detailed_exitcode,
        } => plan::run(&open()?, &options, &save, detailed_exitcode),
        Command::Review(options) => review::run(&folder, &options),
        Command::Schema { markdown } => schema::run(markdown),
        Command::Serve(options) => serve::run(options),
        Command::Tools => tools::run(&open()?),
        Command::Surface {
            environment,
            of,
            api,
            json,
        } => surface::run(&folder, &environment.name, &of, api.as_deref(), json),
    }
}
