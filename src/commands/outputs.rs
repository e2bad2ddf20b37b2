//! `portcullis outputs`

use portcullis_generator::service::LOCAL;
use serde_json::{Map, Value};

use crate::failure::{Failure, OrFail, Outcome};
use crate::local::Local;
use crate::project::{Project, check_environment};
use crate::talk;
use crate::terraform::{Aws, LOCK_FILE, ProviderSource, Terraform};

/// Prints one JSON object: addresses and ids.
pub fn run(project: &Project, name: &str) -> Outcome {
    let service = project.service()?;
    check_environment(&service, name)?;
    let hint = if name == LOCAL {
        "run `make apply`".to_string()
    } else {
        format!("run `make apply ENV={name}`")
    };
    let directory = project.environment(name);
    let terraform = Terraform::new(directory.clone(), Aws::Real, Vec::new());
    if name != LOCAL {
        // The state may be somewhere else, and this a fresh clone.
        terraform.init(&ProviderSource::find(None, Some(&directory.join(LOCK_FILE)))?)?;
    }
    let mut outputs = terraform.outputs()?;
    if outputs.is_empty() {
        return Err(Failure::input(format!("nothing is applied in `{name}`")).hint(hint));
    }
    if name == LOCAL {
        let api_url = Local::of(project)
            .api_url()?
            .ok_or_else(|| Failure::tool("the API of `local` does not run").hint(hint))?;
        outputs.insert("api_url".into(), Value::String(api_url));
    }
    print_applied(outputs)
}

/// Prints outputs as the contract has them: one object, keys sorted.
pub fn print_applied(outputs: Map<String, Value>) -> Outcome {
    let sorted: std::collections::BTreeMap<_, _> = outputs.into_iter().collect();
    talk::data(serde_json::to_string_pretty(&sorted).or_tool()? + "\n")
}
