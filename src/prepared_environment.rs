//! One environment of a project, ready for Terraform: its AWS is known and checked, Terraform is initialised, and the first
//! user is known.

use portcullis_generator::file_set::FileSet;
use portcullis_generator::service::{Environment, LOCAL, Service};
use portcullis_generator::warnings::Warning;

use crate::aws::LogsRole;
use crate::cli::TerraformOptions;
use crate::endpoint::Endpoint;
use crate::failure::{Failure, OrFail, Outcome};
use crate::first_user::{FirstUser, first_user, first_user_of_state, has_first_user_variable};
use crate::local::{ControlPlane, Local};
use crate::project::{Project, this_machine};
use crate::terraform_program::{Aws, LOCK_FILE, ProviderSource, Terraform};
use crate::tools::Tools;
use crate::{aws, own_files, placeholders, talk};

/// An environment that Terraform can work on.
pub struct PreparedEnvironment {
    /// Terraform in the environment's root module.
    pub terraform: Terraform,
    /// The processes behind `local`; none elsewhere.
    pub local: Option<(Local, ControlPlane)>,
    /// Email address of the first user; none if the spec has it, or there is no first user.
    pub first_user: Option<String>,
}

/// Fails if an environment can't be used, before anything is built, written or started.
pub fn check(project: &Project, service: &Service, tools: &Tools, options: &TerraformOptions) -> Outcome {
    let name = &options.environment.name;
    let environment = &service.environments[name];
    let chosen = options.chosen_email();
    if !environment.is_local() {
        placeholders::check(environment)?;
    }
    Terraform::version()?;
    if environment.is_local() {
        let local = Local::of(project);
        local.upstream(Endpoint::of(options).url.as_deref())?;
        return first_user(name, service, local.first_user()?, chosen).map(drop);
    }
    if chosen.is_some() {
        first_user(name, service, FirstUser::default(), chosen)?;
    }
    prove_credentials(tools, environment)
}

impl PreparedEnvironment {
    /// Prepares an environment whose generated files were checked.
    pub fn prepare(
        project: &Project,
        service: &Service,
        generated: &FileSet,
        tools: &Tools,
        options: &TerraformOptions,
    ) -> Outcome<Self> {
        let mut prepared = Self::connect(project, service, generated, tools, options)?;
        let name = &options.environment.name;
        let known = match &prepared.local {
            Some((local, _)) => local.first_user()?,
            None => FirstUser {
                applied: first_user_of_state(&prepared.terraform.state()?),
                remembered: None,
            },
        };
        if known.applied.is_none()
            && let Some(Warning { summary, help }) = placeholders::first_user(&service.environments[name])
        {
            talk::warn(format!("{summary}\nhelp: {help}"));
        }
        prepared.first_user = first_user(name, service, known, options.chosen_email())?;
        let mut variables = Vec::new();
        if has_first_user_variable(service, name) {
            let email = prepared.first_user.clone().unwrap_or_default();
            variables.push(("first_user_email", email));
        }
        if name == LOCAL {
            variables.push(("architecture", this_machine()?.as_str().to_string()));
        }
        prepared.terraform = prepared.terraform.with_variables(variables);
        Ok(prepared)
    }

    /// Prepares an environment without values of its variables, which is enough to read its state.
    pub fn connect(
        project: &Project,
        service: &Service,
        generated: &FileSet,
        tools: &Tools,
        options: &TerraformOptions,
    ) -> Outcome<Self> {
        let name = &options.environment.name;
        let environment = &service.environments[name];
        // Every command starts Terraform here.
        own_files::check_for(project, service, name, generated)?;
        let directory = project.environment(name);
        // The lock file of `local` is ours and goes before each `init`.
        let lock_file = (!environment.is_local()).then(|| directory.join(LOCK_FILE));
        let source = ProviderSource::find(options.plugin_dir.as_deref(), lock_file.as_deref())?;
        let (aws, local) = if environment.is_local() {
            let local = Local::of(project);
            let endpoint = Endpoint::of(options);
            let control_plane = local.start_control_plane(tools, &endpoint, &environment.region)?;
            local.forget_stale_state(&control_plane)?;
            let aws = Aws::Local {
                endpoint: control_plane.endpoint.clone(),
                region: environment.region.clone(),
                access_key_id: endpoint.access_key_id,
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

/// Fails if AWS would refuse access logs, because API Gateway has no role to write them.
pub fn check_access_logs(service: &Service, tools: &Tools, name: &str) -> Outcome {
    let environment = &service.environments[name];
    if service.api.access_logs.is_none() || environment.is_local() {
        return Ok(());
    }
    let region = &environment.region;
    match aws::logs_role(&tools.aws().or_tool()?, region)? {
        LogsRole::Set => Ok(()),
        LogsRole::Unknown(why) => {
            talk::warn(format!(
                "can't tell whether API Gateway may write access logs in {region}: {why}"
            ));
            Ok(())
        }
        LogsRole::Missing => Err(Failure::refused(format!(
            "API Gateway has no role to write access logs in {region}, so AWS would refuse `access_logs`"
        ))
        .help(format!(
            "run `portcullis generate`, then once for the account: `terraform -chdir=terraform/account/{name} init` and \
             `terraform -chdir=terraform/account/{name} apply`"
        ))),
    }
}

/// Fails if AWS rejects the credentials. Prints the account and region that the command uses.
fn prove_credentials(tools: &Tools, environment: &Environment) -> Outcome {
    let name = &environment.name;
    let identity = aws::check_credentials(tools, environment)?;
    talk::say(format!(
        "Environment {name}: account {}, region {}, as {}",
        identity.account, environment.region, identity.arn
    ));
    if environment.state.is_none() {
        talk::warn(format!(
            "the state of `{name}` is a local file. To share it, add `state = {{ bucket = \"…\", region = \"…\" }}` to \
             `[environments.{name}]`"
        ));
    }
    Ok(())
}
