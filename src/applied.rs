//! An applied environment: its outputs, and where its API and Cognito answer.

use portcullis_generator::service::{LOCAL, Service};
use serde_json::{Map, Value};

use crate::aws::{check_credentials, refuse_endpoint_override};
use crate::failure::{Failure, Outcome};
use crate::local::Local;
use crate::placeholders;
use crate::project::{Project, check_environment};
use crate::terraform_program::{Aws, LOCK_FILE, ProviderSource, Terraform};
use crate::tools::Tools;

/// An environment that was applied, and runs if it is `local`.
pub struct Applied {
    /// Terraform's outputs. In `local`, `api_url` and `endpoint` are added: the addresses on this machine.
    pub outputs: Map<String, Value>,
    /// The region of its resources.
    pub region: String,
}

impl Applied {
    /// Reads the outputs of an environment. Fails if it is not applied, or if `local` does not run.
    pub fn of(project: &Project, service: &Service, name: &str) -> Outcome<Self> {
        check_environment(service, name)?;
        let help = if name == LOCAL {
            "run `portcullis apply`".to_string()
        } else {
            format!("run `portcullis apply --env {name}`")
        };
        let environment = &service.environments[name];
        let terraform = Terraform::new(project.environment(name), Aws::Real, Vec::new());
        let mut outputs = if environment.is_local() {
            terraform.outputs()?
        } else {
            placeholders::check(environment)?;
            refuse_endpoint_override()?;
            // A state in S3 needs credentials, and Terraform's message about them doesn't say so.
            outputs_of_aws(project, &terraform, name).map_err(|failure| {
                let tools = Tools::new(project.root());
                check_credentials(&tools, environment).err().unwrap_or(failure)
            })?
        };
        if outputs.is_empty() {
            return Err(Failure::input(format!("`{name}` is not applied yet")).help(help));
        }
        if name == LOCAL {
            let local = Local::of(project);
            for (key, address, who) in [
                ("api_url", local.api_url()?, "the API"),
                ("endpoint", local.endpoint()?, "the emulated AWS"),
            ] {
                let address = address.ok_or_else(|| {
                    Failure::tool(format!("{who} of `local` is not running")).help(help.clone())
                })?;
                outputs.insert(key.into(), Value::String(address));
            }
        }
        let region = environment.region.clone();
        Ok(Self { outputs, region })
    }

    /// An output that is a text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.outputs.get(key).and_then(Value::as_str)
    }

    /// The URL of the API.
    pub fn api_url(&self) -> &str {
        self.text("api_url").unwrap_or_default()
    }

    /// The address of the emulated AWS; none in AWS.
    pub fn endpoint(&self) -> Option<&str> {
        self.text("endpoint")
    }
}

fn outputs_of_aws(project: &Project, terraform: &Terraform, name: &str) -> Outcome<Map<String, Value>> {
    let lock_file = project.environment(name).join(LOCK_FILE);
    // The state may be somewhere else, and this a fresh clone.
    terraform.init(&ProviderSource::find(None, Some(&lock_file))?)?;
    terraform.outputs()
}
