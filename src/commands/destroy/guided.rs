//! Deletes an environment in AWS in one guided run: it shows the plan, asks once, and deletes nothing else.
//!
//! Deleted users can't be created again, so two locks protect them: `deletion_protection` in the spec, which a review
//! covers, and AWS's own, which also protects them from other tools. If a run ends early, the same command continues.

use std::path::Path;

use portcullis_generator::modules;
use portcullis_generator::service::{Environment, Service};

use crate::cli::TerraformOptions;
use crate::commands::apply::{ask, check_consent};
use crate::destruction::{Destruction, only_unprotects};
use crate::failure::{Failure, Outcome};
use crate::first_user::has_first_user_variable;
use crate::prepared_environment::{self, PreparedEnvironment};
use crate::project::{Project, SPEC};
use crate::redeployment::Redeployment;
use crate::terraform_program::Terraform;
use crate::tools::Tools;
use crate::{interrupt, talk};

/// Deletes an environment that the spec no longer protects.
pub fn destroy(
    project: &Project,
    service: &Service,
    tools: &Tools,
    options: &TerraformOptions,
    yes: bool,
) -> Outcome {
    let name = &options.environment.name;
    let environment = &service.environments[name];
    check_key(name, service)?;
    check_consent(yes)?;
    prepared_environment::check(project, service, tools, options)?;
    let _turn = project.turn(name)?;
    let generated = modules::all(service);
    project.generate(&generated)?;
    let connected = PreparedEnvironment::connect(project, service, &generated, tools, options)?;
    let mut variables = Vec::new();
    if has_first_user_variable(service, name) {
        // Terraform needs a value to delete, too.
        variables.push(("first_user_email", String::new()));
    }
    let terraform = connected.terraform.with_variables(variables);
    // `turn` made the folder, which only its owner may enter.
    let file = project.work().join(name).join("destroy.tfplan");
    let result = delete(&terraform, &file, service, name, yes);
    // A plan contains secrets, and this one is no longer needed.
    _ = std::fs::remove_file(&file);
    result?;
    Redeployment::of(project, name).made()?;
    say_what_is_left(environment);
    Ok(())
}

/// Fails if the spec protects the environment.
fn check_key(name: &str, service: &Service) -> Outcome {
    if !service.environments[name].deletion_protection {
        return Ok(());
    }
    let loss = losses(service).map_or_else(String::new, |lost| format!(", and you would lose {lost}"));
    Err(Failure::refused(format!(
        "can't delete `{name}`: its deletion protection is on{loss}"
    ))
    .help(format!(
        "write `deletion_protection = false` under `[environments.{name}]` in {SPEC}, then run this command again"
    )))
}

/// Names the data that a service loses with an environment.
fn losses(service: &Service) -> Option<String> {
    let all = [
        (service.own_user_pool().is_some(), "every user"),
        (!service.tables.is_empty(), "every item of its tables"),
        (!service.buckets.is_empty(), "every object of its buckets"),
    ];
    let lost = all.into_iter().filter(|(is_there, _)| *is_there);
    let lost: Vec<&str> = lost.map(|(_, what)| what).collect();
    (!lost.is_empty()).then(|| lost.join(" and "))
}

fn delete(terraform: &Terraform, file: &Path, service: &Service, name: &str, yes: bool) -> Outcome {
    if !terraform.destroy_plan(file, true)? {
        talk::say(format!("`{name}` is empty already"));
        return Ok(());
    }
    let shown = Destruction::of(&terraform.show_plan(file)?);
    check_others(&shown)?;
    let lost = losses(service).map_or_else(String::new, |lost| format!(", including {lost}"));
    ask(&format!("Delete all of this from `{name}`{lost}?"), yes)?;
    let protected: Vec<&str> = shown.own_protected().map(String::as_str).collect();
    if !protected.is_empty() {
        talk::step("Turning deletion protection off", || {
            unprotect(terraform, file, name, &protected)
        })?;
        plan_again(terraform, file, &shown)?;
    }
    terraform.apply_file(file)
}

/// Fails if the plan must not be applied: it changes something, or AWS protects something of other HCL.
fn check_others(shown: &Destruction) -> Outcome {
    if let Some(address) = shown.foreign_protected().next() {
        return Err(Failure::refused(format!(
            "can't delete `{address}`: its own HCL turns deletion protection on. Nothing was deleted"
        ))
        .help(
            "apply `deletion_protection = \"INACTIVE\"` to it first (`deletion_protection_enabled = false` to a table), \
             or remove it from this environment",
        ));
    }
    match shown.others.first() {
        Some(address) => Err(Failure::refused(format!(
            "a plan to destroy must only delete, but this one changes `{address}`. Nothing was deleted"
        ))),
        None => Ok(()),
    }
}

/// Turns AWS's own protection off and changes nothing else, because the rest will be deleted.
fn unprotect(terraform: &Terraform, file: &Path, name: &str, protected: &[&str]) -> Outcome {
    let first = format!("run `portcullis apply --env {name}`, then this command again");
    // Terraform refuses to plan one resource while others have yet to move.
    let planned = terraform.plan_targets_to_file(file, protected);
    let changes = planned.map_err(|failure| match interrupt::interrupted() {
        true => failure,
        false => failure.help(first.as_str()),
    })?;
    if !changes || !only_unprotects(&terraform.show_plan(file)?) {
        return Err(Failure::refused(
            "user pool, tables and buckets must differ from the spec only in deletion protection. Nothing was deleted",
        )
        .help(first));
    }
    terraform.apply_file(file)
}

/// Plans again, because the state has changed, and fails if the plan now deletes more than it showed.
fn plan_again(terraform: &Terraform, file: &Path, shown: &Destruction) -> Outcome {
    terraform.destroy_plan(file, false)?;
    let now = Destruction::of(&terraform.show_plan(file)?);
    check_others(&now)?;
    match now.beyond(shown).first() {
        Some(address) => Err(Failure::refused(format!(
            "the plan changed after you accepted it: it would also delete `{address}`. Nothing was deleted"
        ))
        .help("run this command again and read the new plan")),
        None => Ok(()),
    }
}

fn say_what_is_left(environment: &Environment) {
    let name = &environment.name;
    let state = match &environment.state {
        Some(state) => format!(
            "Terraform's empty state is left in `s3://{}/{}`. Its older versions still contain the former state",
            state.bucket, state.key
        ),
        None => format!(
            "Terraform's empty state is left in `terraform/environments/{name}`. The backup beside it still contains the former state"
        ),
    };
    talk::say(format!(
        "\nDeleted everything of `{name}` in AWS. {state}.\nTo remove the environment, delete `[environments.{name}]` from \
         {SPEC}, run `portcullis generate`, and delete the rest of its folder. To create it again, first remove \
         `deletion_protection = false`"
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protected_environment_names_the_key_that_lets_it_go() {
        let spec = include_str!("../../../portcullis.toml");
        let service = |spec: &str| {
            let service = portcullis_generator::service(spec, None);
            service.unwrap_or_else(|_| panic!("the spec is invalid"))
        };
        let refusal = check_key("dev", &service(spec)).unwrap_err().render();
        assert!(
            refusal.contains("write `deletion_protection = false` under `[environments.dev]`"),
            "{refusal}"
        );
        let open = spec.replace(
            "[environments.dev]",
            "[environments.dev]\ndeletion_protection = false",
        );
        assert!(check_key("dev", &service(&open)).is_ok());
    }
}
