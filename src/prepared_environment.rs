//! One environment of a project, ready for Terraform: the AWS it talks to is known and proved, Terraform is
//! initialised, and it is known who the first user is.

use portcullis_generator::modules::LOCAL_FIRST_USER;
use portcullis_generator::service::{Environment, LOCAL, Service, is_email};

use crate::cli::TerraformOptions;
use crate::endpoint::Endpoint;
use crate::failure::{Failure, OrFail, Outcome};
use crate::local::{ControlPlane, Local};
use crate::project::{Project, architecture};
use crate::terraform::{Aws, LOCK_FILE, ProviderSource, Terraform};
use crate::tools::Tools;
use crate::{aws, talk};

/// An environment that Terraform can work on.
pub struct PreparedEnvironment {
    /// Terraform in the environment's root module.
    pub terraform: Terraform,
    /// The processes behind `local`; none elsewhere.
    pub local: Option<(Local, ControlPlane)>,
    /// E-mail of the first user; none where the spec has it.
    pub first_user: Option<String>,
}

/// Fails where an environment can't be worked on, before anything is built, written or started.
pub fn check(project: &Project, service: &Service, tools: &Tools, options: &TerraformOptions) -> Outcome {
    let name = &options.environment.name;
    let environment = &service.environments[name];
    let chosen = options.chosen_email();
    Terraform::version()?;
    if name == LOCAL {
        let local = Local::of(project);
        local.upstream(Endpoint::of(options)?.url.as_deref())?;
        return first_user(name, environment, local.first_user(), chosen).map(drop);
    }
    if chosen.is_some() {
        first_user(name, environment, None, chosen)?;
    }
    prove_credentials(tools, name, environment)
}

impl PreparedEnvironment {
    /// Prepares an environment that was checked and whose tree is generated.
    pub fn prepare(
        project: &Project,
        service: &Service,
        tools: &Tools,
        options: &TerraformOptions,
    ) -> Outcome<Self> {
        let mut prepared = Self::connect(project, service, tools, options)?;
        let name = &options.environment.name;
        let applied = match &prepared.local {
            Some((local, _)) => local.first_user(),
            None => {
                let outputs = prepared.terraform.outputs()?;
                let email = outputs.get("first_user_email").and_then(|email| email.as_str());
                email.map(String::from)
            }
        };
        let environment = &service.environments[name];
        prepared.first_user = first_user(name, environment, applied, options.chosen_email())?;
        let mut variables = Vec::new();
        if let Some(email) = &prepared.first_user {
            variables.push(("first_user_email", email.clone()));
        }
        if name == LOCAL {
            variables.push(("architecture", architecture(service, name)?.as_str().to_string()));
        }
        prepared.terraform = prepared.terraform.with_variables(variables);
        Ok(prepared)
    }

    /// Prepares an environment but for the values of its variables: to read what is there.
    pub fn connect(
        project: &Project,
        service: &Service,
        tools: &Tools,
        options: &TerraformOptions,
    ) -> Outcome<Self> {
        let name = &options.environment.name;
        let environment = &service.environments[name];
        let directory = project.environment(name);
        // The lock file of `local` is ours and goes before each `init`.
        let lock_file = (name != LOCAL).then(|| directory.join(LOCK_FILE));
        let source = ProviderSource::find(options.plugin_dir.as_deref(), lock_file.as_deref())?;
        let (aws, local) = if name == LOCAL {
            let local = Local::of(project);
            let endpoint = Endpoint::of(options)?;
            let control_plane = local.start_control_plane(tools, &endpoint, &environment.region)?;
            local.forget_stale_state(&control_plane)?;
            let aws = Aws::Local {
                endpoint: control_plane.endpoint.clone(),
                region: environment.region.clone(),
                credentials: endpoint.credentials,
            };
            (aws, Some((local, control_plane)))
        } else {
            (Aws::Real, None)
        };
        let terraform = Terraform::new(directory, aws, Vec::new());
        terraform.init(&source)?;
        Ok(Self {
            terraform,
            local,
            first_user: None,
        })
    }
}

/// Fails at once where AWS would not let us in; says where the command goes.
fn prove_credentials(tools: &Tools, name: &str, environment: &Environment) -> Outcome {
    aws::refuse_endpoint_override()?;
    let cli = tools.aws().or_tool()?;
    let identity = talk::step("Asking AWS who you are", || {
        aws::identity(&cli, &environment.region)
    })?;
    aws::check_account(&identity, environment.account.as_deref(), name)?;
    talk::say(format!(
        "Environment {name}: account {}, region {}, as {}",
        identity.account, environment.region, identity.arn
    ));
    if environment.state.is_none() {
        talk::warn(format!(
            "the state of `{name}` is a file on this machine; add `state = {{ bucket = \"…\", region = \"…\" }}` to \
             `[environments.{name}]` to share it"
        ));
    }
    Ok(())
}

/// The value of the root module's `first_user_email`; none where the spec has it as a literal. Another value than
/// the applied one would delete the user, so it is refused.
fn first_user(
    name: &str,
    environment: &Environment,
    applied: Option<String>,
    chosen: Option<&str>,
) -> Outcome<Option<String>> {
    if let Some(email) = chosen.filter(|email| !is_email(email)) {
        return Err(Failure::input(format!("`{email}` is not an e-mail address"))
            .hint("write it as in `YOUR_EMAIL=you@example.com`"));
    }
    if let Some(email) = &environment.first_user {
        return match chosen {
            Some(chosen) if chosen != email => Err(Failure::input(format!(
                "the spec names `{email}` as the first user of `{name}`, and YOUR_EMAIL names `{chosen}`"
            ))
            .hint("leave YOUR_EMAIL out, or change `first_user` in the spec")),
            _ => {
                if let Some(applied) = applied.filter(|applied| applied != email) {
                    talk::warn(format!(
                        "the spec makes `{email}` the first user of `{name}`: the user `{applied}` will be deleted"
                    ));
                }
                Ok(None)
            }
        };
    }
    match (applied, chosen) {
        (Some(applied), Some(chosen)) if applied != chosen => Err(Failure::input(format!(
            "the first user of `{name}` is `{applied}`; making it `{chosen}` would delete that user"
        ))
        .hint(if name == LOCAL {
            "leave YOUR_EMAIL out, or `make destroy` first".to_string()
        } else {
            format!("leave YOUR_EMAIL out, or say so in the spec: `first_user = \"{chosen}\"` under `[environments.{name}]`")
        })),
        (Some(applied), _) => Ok(Some(applied)),
        (None, Some(chosen)) => Ok(Some(chosen.into())),
        (None, None) if name == LOCAL => Ok(Some(LOCAL_FIRST_USER.into())),
        (None, None) => Err(Failure::input(format!("nobody says who the first user of `{name}` is")).hint(format!(
            "add `YOUR_EMAIL=you@example.com` to the first apply, or `first_user` to `[environments.{name}]`"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn environment(first_user: Option<&str>) -> Environment {
        Environment {
            region: "us-east-1".into(),
            account: None,
            allow_origin: "*".into(),
            first_user: first_user.map(String::from),
            deletion_protection: true,
            tags: BTreeMap::new(),
            state: None,
        }
    }

    #[test]
    fn the_applied_first_user_stays_and_another_one_is_refused() {
        let environment = environment(None);
        let applied = || Some("a@example.com".to_string());
        assert_eq!(
            first_user("dev", &environment, applied(), None).unwrap(),
            applied()
        );
        assert_eq!(
            first_user("dev", &environment, applied(), Some("a@example.com")).unwrap(),
            applied()
        );
        let failure = first_user("dev", &environment, applied(), Some("b@example.com")).unwrap_err();
        assert!(failure.render().contains("would delete that user"));
    }

    #[test]
    fn the_spec_names_the_first_user_by_a_literal() {
        let environment = environment(Some("a@example.com"));
        assert_eq!(first_user("dev", &environment, None, None).unwrap(), None);
        assert!(first_user("dev", &environment, None, Some("b@example.com")).is_err());
    }

    #[test]
    fn only_local_has_a_first_user_whom_nobody_named() {
        let environment = environment(None);
        assert_eq!(
            first_user(LOCAL, &environment, None, None).unwrap().as_deref(),
            Some(LOCAL_FIRST_USER)
        );
        assert!(first_user("dev", &environment, None, None).is_err());
        assert!(first_user(LOCAL, &environment, None, Some("nobody")).is_err());
    }
}
