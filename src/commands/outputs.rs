//! `portcullis outputs`

use portcullis_generator::service::LOCAL;
use serde_json::{Map, Value};

use crate::failure::{Failure, OrFail, Outcome};
use crate::local::Local;
use crate::project::{Project, check_environment};
use crate::talk;
use crate::terraform_program::{Aws, LOCK_FILE, ProviderSource, Terraform};

/// Prints URLs and ids as one JSON object. In `local`, `endpoint` is the address of Cognito.
pub fn run(project: &Project, name: &str) -> Outcome {
    let service = project.service()?;
    check_environment(&service, name)?;
    let help = if name == LOCAL {
        "run `portcullis apply`".to_string()
    } else {
        format!("run `portcullis apply --env {name}`")
    };
    let directory = project.environment(name);
    let terraform = Terraform::new(directory.clone(), Aws::Real, Vec::new());
    if name != LOCAL {
        // The state may be somewhere else, and this a fresh clone.
        terraform.init(&ProviderSource::find(None, Some(&directory.join(LOCK_FILE)))?)?;
    }
    let mut outputs = terraform.outputs()?;
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
    print_applied(outputs)
}

/// Prints outputs as one JSON object with sorted keys.
pub fn print_applied(outputs: Map<String, Value>) -> Outcome {
    let sorted: std::collections::BTreeMap<_, _> = outputs.into_iter().collect();
    talk::json(serde_json::to_string_pretty(&sorted).or_tool()?)
}
