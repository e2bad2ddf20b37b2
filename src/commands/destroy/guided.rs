//! The end of an environment in AWS, in one guided run: what goes is shown, asked for once, and nothing else goes.
//!
//! Users can't be made again, so two locks are opened one after the other: `deletion_protection` in the spec, which is
//! reviewed as every change of it is, and with it AWS's own, which also holds against everybody who comes with other
//! tools. Whatever ends a run in between, the same command goes on from there.

use std::path::Path;

use portcullis_generator::modules::USER_POOL;
use portcullis_generator::service::{Environment, Service};

use crate::cli::TerraformOptions;
use crate::commands::apply::{ask, check_consent};
use crate::destruction::{Destruction, only_unprotects};
use crate::failure::{Failure, Outcome};
use crate::prepared_environment::{self, PreparedEnvironment};
use crate::project::{Project, SPEC};
use crate::redeployment::Redeployment;
use crate::terraform_program::Terraform;
use crate::tools::Tools;
use crate::{interrupt, talk};

/// Who the root's variable names where the spec names nobody: Terraform wants a value also to delete.
const NOBODY: &str = "nobody@example.com";

/// Deletes an environment that the spec has let go.
pub fn destroy(
    project: &Project,
    service: &Service,
    tools: &Tools,
    options: &TerraformOptions,
    yes: bool,
) -> Outcome {
    let name = &options.environment.name;
    let environment = &service.environments[name];
    check_key(name, environment)?;
    check_consent(yes)?;
    prepared_environment::check(project, service, tools, options)?;
    let _turn = project.turn(name)?;
    project.generate(service)?;
    let connected = PreparedEnvironment::connect(project, service, tools, options)?;
    let mut variables = Vec::new();
    if environment.first_user.is_none() {
        variables.push(("first_user_email", NOBODY.to_owned()));
    }
    let terraform = connected.terraform.with_variables(variables);
    // `turn` made the folder, which only its owner may enter.
    let file = project.work().join(name).join("destroy.tfplan");
    let result = delete(&terraform, &file, name, yes);
    // A plan holds what its values hold; it has been used or refused.
    _ = std::fs::remove_file(&file);
    result?;
    Redeployment::of(project, name).made()?;
    say_what_is_left(name, environment);
    Ok(())
}

/// Fails, before anything else happens, where the spec does not let the environment go.
fn check_key(name: &str, environment: &Environment) -> Outcome {
    if !environment.deletion_protection {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "`{name}` is protected: with it goes its user pool, and every user is lost"
    ))
    .hint(format!(
        "to let it go, write `deletion_protection = false` under `[environments.{name}]` in {SPEC}, and run this again"
    )))
}

fn delete(terraform: &Terraform, file: &Path, name: &str, yes: bool) -> Outcome {
    if !terraform.destroy_plan(file, true)? {
        talk::say(format!("Nothing is left in `{name}`"));
        return Ok(());
    }
    let shown = Destruction::of(&terraform.show_plan(file)?);
    check_others(&shown)?;
    ask(
        &format!("Delete all of this from `{name}`, every user among it?"),
        yes,
    )?;
    if shown.protects_the_pool() {
        talk::step("Taking the deletion protection off the user pool", || {
            unprotect(terraform, file, name)
        })?;
        plan_again(terraform, file, &shown)?;
    }
    terraform.apply_file(file)
}

/// Fails where something stands in the way that is not this tool's to move.
fn check_others(shown: &Destruction) -> Outcome {
    let foreign: Vec<_> = shown
        .protected
        .iter()
        .filter(|address| *address != USER_POOL)
        .collect();
    if let Some(address) = foreign.first() {
        return Err(Failure::refused(format!(
            "AWS would refuse to delete `{address}`, which its own HCL protects. Nothing was deleted"
        ))
        .hint("apply `deletion_protection = \"INACTIVE\"` on it first, or take it out of this environment"));
    }
    match shown.others.first() {
        Some(address) => Err(Failure::refused(format!(
            "this plan does more than delete: it changes `{address}`. Nothing was deleted"
        ))),
        None => Ok(()),
    }
}

/// Applies the pool's own protection and nothing else: what else differs from the spec need not be made any more.
fn unprotect(terraform: &Terraform, file: &Path, name: &str) -> Outcome {
    let first = format!("`portcullis apply --env {name}` first, then this again");
    // Terraform refuses to plan one resource while others have yet to move.
    let planned = terraform.plan_target_to_file(file, USER_POOL);
    let changes = planned.map_err(|failure| match interrupt::interrupted() {
        true => failure,
        false => failure.hint(first.as_str()),
    })?;
    if !changes || !only_unprotects(&terraform.show_plan(file)?) {
        return Err(Failure::refused(
            "the user pool differs from the spec in more than its protection. Nothing was deleted",
        )
        .hint(first));
    }
    terraform.apply_file(file)
}

/// Plans the end of what was shown once more, because the state is another since.
fn plan_again(terraform: &Terraform, file: &Path, shown: &Destruction) -> Outcome {
    terraform.destroy_plan(file, false)?;
    let now = Destruction::of(&terraform.show_plan(file)?);
    check_others(&now)?;
    match now.beyond(shown).first() {
        Some(address) => Err(Failure::refused(format!(
            "something came since you were asked: `{address}` would be deleted too. Nothing was deleted"
        ))
        .hint("run this again, and read what it shows")),
        None => Ok(()),
    }
}

fn say_what_is_left(name: &str, environment: &Environment) {
    let state = match &environment.state {
        Some(state) => format!(
            "Terraform's state, which is empty now, as `s3://{}/{}`; its older versions hold what was there",
            state.bucket, state.key
        ),
        None => format!(
            "Terraform's state, which is empty now, in `terraform/environments/{name}`; its backup there holds what was"
        ),
    };
    talk::say(format!(
        "\nNothing of `{name}` is left in AWS that this tree made. Left is {state}.\nTo be rid of the environment, delete \
         `[environments.{name}]` from {SPEC}, run `make generate`, and delete the rest of its folder. To build it again, \
         take `deletion_protection = false` out first"
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protected_environment_names_the_key_that_lets_it_go() {
        let spec = include_str!("../../../portcullis.toml");
        let environment = |spec: &str| {
            let service = portcullis_generator::service(spec, None);
            service
                .unwrap_or_else(|_| panic!("the spec has mistakes"))
                .environments["dev"]
                .clone()
        };
        let refusal = check_key("dev", &environment(spec)).unwrap_err().render();
        assert!(
            refusal.contains("write `deletion_protection = false` under `[environments.dev]`"),
            "{refusal}"
        );
        let open = spec.replace(
            "[environments.dev]",
            "[environments.dev]\ndeletion_protection = false",
        );
        assert!(check_key("dev", &environment(&open)).is_ok());
    }
}
