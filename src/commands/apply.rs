//! `portcullis apply`

use std::io::{IsTerminal, stdin};

use portcullis_generator::modules::DEPLOYMENT;
use portcullis_generator::service::{LOCAL, Service};
use serde_json::Value;

use crate::cli::TerraformOptions;
use crate::commands::{build, outputs};
use crate::deployment::{self, Deployment};
use crate::failure::{Failure, OrFail, Outcome};
use crate::local::{ControlPlane, Local};
use crate::project::{Project, check_environment};
use crate::terraform::{Applied, Terraform};
use crate::tools::Tools;
use crate::{interrupt, talk};

/// Resource types that a deployment snapshots. Terraform deletes what is gone only after it has taken the new
/// snapshot, because the old one depended on it; a second deployment then leaves it out.
const SNAPSHOT: [&str; 7] = [
    "aws_api_gateway_authorizer",
    "aws_api_gateway_gateway_response",
    "aws_api_gateway_integration",
    "aws_api_gateway_integration_response",
    "aws_api_gateway_method",
    "aws_api_gateway_method_response",
    "aws_api_gateway_resource",
];

/// Generates, builds and applies.
pub fn run(project: &Project, options: &TerraformOptions, yes: bool) -> Outcome {
    let name = &options.environment.name;
    let service = project.service()?;
    check_environment(&service, name)?;
    if name != LOCAL {
        check_consent(yes)?;
    }
    let tools = Tools::new(project.root());
    deployment::check(project, &service, &tools, options)?;
    let _turn = project.turn(name)?;
    project.generate(&service)?;
    build::build(project, &service, &tools, name)?;
    if name == LOCAL {
        Local::of(project).recover()?;
    }
    let deployment = Deployment::prepare(project, &service, &tools, options)?;
    match &deployment.local {
        Some((local, control_plane)) => {
            if let Some(email) = &deployment.first_user {
                local.keep_first_user(email)?;
            }
            // The scripts that sign in need it.
            tools.aws().or_tool()?;
            apply_local(&service, &deployment.terraform, local, control_plane)
        }
        None => apply_real(project, name, &deployment.terraform, yes),
    }
}

/// Without a terminal nobody can be asked, so somebody must have said yes before.
pub fn check_consent(yes: bool) -> Outcome {
    if yes || stdin().is_terminal() {
        return Ok(());
    }
    Err(Failure::refused("there is no terminal to ask, and `--yes` is not given").hint("add `--yes`"))
}

/// Asks a question that only `yes` answers.
pub fn ask(question: &str, yes: bool) -> Outcome {
    if yes {
        return Ok(());
    }
    talk::show(format_args!("{question} Only `yes` is a yes: "));
    let mut answer = String::new();
    stdin().read_line(&mut answer).or_tool()?;
    if answer.trim() == "yes" {
        Ok(())
    } else {
        Err(Failure::refused("nothing was done"))
    }
}

fn apply_local(
    service: &Service,
    terraform: &Terraform,
    local: &Local,
    control_plane: &ControlPlane,
) -> Outcome {
    local.begin()?;
    let applied = apply_twice_where_needed(terraform);
    if !interrupt::interrupted() {
        local.end()?;
    }
    let applied = applied?;
    let changes = applied.changes;
    talk::say(format!(
        "  {} added, {} changed, {} destroyed",
        changes.add, changes.change, changes.remove
    ));
    let shown = terraform.show(None)?;
    let api_url = local.serve(control_plane, &shown)?;
    let mut known = terraform.outputs()?;
    known.insert("api_url".into(), Value::String(api_url.clone()));
    known.insert("endpoint".into(), Value::String(control_plane.endpoint.clone()));
    known.insert(
        "region".into(),
        Value::String(service.environments[LOCAL].region.clone()),
    );
    local.keep_outputs(&known)?;
    next_commands(service, &api_url, &known);
    Ok(())
}

fn apply_twice_where_needed(terraform: &Terraform) -> Outcome<Applied> {
    let applied = talk::step("Applying", || terraform.apply(None))?;
    if applied
        .deleted
        .iter()
        .any(|kind| SNAPSHOT.contains(&kind.as_str()))
    {
        talk::step("Deploying again without what was deleted", || {
            terraform.apply(Some(DEPLOYMENT))
        })?;
    }
    Ok(applied)
}

/// What a first user types next, ready to be copied.
fn next_commands(service: &Service, api_url: &str, known: &serde_json::Map<String, Value>) {
    let text = |key: &str| known.get(key).and_then(Value::as_str).unwrap_or_default();
    talk::say(format!(
        "\nThe service `{}` answers at {}\n",
        service.name,
        talk::paint("1", api_url)
    ));
    for ((path, method), route) in service.routes.iter().take(4) {
        let guarded = route.auth == portcullis_generator::service::Auth::UserPool;
        let header = if guarded {
            "-H \"Authorization: $TOKEN\" "
        } else {
            ""
        };
        let path = path.to_string();
        let path = if path == "/" { "" } else { &path };
        talk::say(format!(
            "  curl {}{header}{api_url}{path}",
            match method.as_str() {
                "GET" | "ANY" => String::new(),
                other => format!("-X {other} "),
            }
        ));
    }
    talk::say(format!(
        "\nThe first sign-in of {email}:\n  make invitation\n  TOKEN=$(scripts/login_first.sh {pool} {client} {email} TEMPORARY_PASSWORD)\n\
         Later ones:\n  TOKEN=$(scripts/login.sh {client} {email} Testing1)\n\nThen: make logs, make plan, make destroy",
        email = text("first_user_email"),
        pool = text("user_pool_id"),
        client = text("user_pool_client_id"),
    ));
}

/// Shows a plan, asks, and applies exactly that plan.
fn apply_real(project: &Project, name: &str, terraform: &Terraform, yes: bool) -> Outcome {
    let folder = project.work().join(name);
    std::fs::create_dir_all(&folder).or_tool()?;
    let file = folder.join("apply.tfplan");
    let result = apply_plan(terraform, &file, name, yes);
    // A plan holds what its values hold; it has been used or refused.
    _ = std::fs::remove_file(&file);
    result?;
    outputs::print_applied(terraform.outputs()?)
}

fn apply_plan(terraform: &Terraform, file: &std::path::Path, name: &str, yes: bool) -> Outcome {
    if !terraform.plan_to_file(file, None)? {
        talk::say("No changes");
        return Ok(());
    }
    let deletes = deletes_from_snapshot(&terraform.show(Some(file))?)?;
    if deletes {
        talk::say(
            "Routes or their parts go. Terraform deletes them after it has taken the new snapshot of the API, so a \
             second deployment follows: it replaces the deployment and changes nothing else.",
        );
    }
    ask(&format!("Apply this plan to `{name}`?"), yes)?;
    terraform.apply_file(file)?;
    if deletes {
        terraform.plan_to_file(file, Some(DEPLOYMENT))?;
        terraform.apply_file(file)?;
    }
    Ok(())
}

/// Whether a plan, as `terraform show -json` prints it, deletes something that a deployment snapshots.
fn deletes_from_snapshot(plan: &str) -> Outcome<bool> {
    let plan: Value = serde_json::from_str(plan).or_tool()?;
    let changes = plan["resource_changes"].as_array().cloned().unwrap_or_default();
    Ok(changes.iter().any(|change| {
        let actions = change["change"]["actions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let kind = change["type"].as_str().unwrap_or_default();
        actions == [Value::String("delete".into())] && SNAPSHOT.contains(&kind)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_method_asks_for_a_second_deployment_and_a_replaced_one_does_not() {
        let plan = |actions: &str, kind: &str| {
            format!(r#"{{"resource_changes":[{{"type":"{kind}","change":{{"actions":{actions}}}}}]}}"#)
        };
        let deletes = |actions, kind| deletes_from_snapshot(&plan(actions, kind)).unwrap();
        assert!(deletes(r#"["delete"]"#, "aws_api_gateway_method"));
        assert!(!deletes(r#"["create"]"#, "aws_api_gateway_method"));
        assert!(!deletes(r#"["delete"]"#, "aws_lambda_function"));
    }

    #[test]
    fn without_a_terminal_somebody_must_have_said_yes() {
        assert!(check_consent(true).is_ok());
    }
}
