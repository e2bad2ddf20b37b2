//! `portcullis environments`

use portcullis_generator::service::Environment;
use serde_json::{Value, json};

use crate::failure::{OrFail, Outcome};
use crate::project::Project;
use crate::talk;

/// Prints the environments in AWS, one per line or as a JSON array. A pipeline can create its jobs from them.
pub fn run(project: &Project, json: bool) -> Outcome {
    let service = project.service()?;
    let environments = service.environments.values();
    let in_aws = environments.filter(|environment| !environment.is_local());
    if json {
        let list: Vec<Value> = in_aws.map(object).collect();
        return talk::json(serde_json::to_string(&list).or_tool()?);
    }
    for environment in in_aws {
        let account = environment.account.as_deref().unwrap_or("any account");
        let state = environment
            .state
            .as_ref()
            .map_or("local state file".into(), |state| {
                format!("s3://{}/{}", state.bucket, state.key)
            });
        talk::data(format_args!(
            "{}  {}  {account}  {state}\n",
            environment.name, environment.region
        ))?;
    }
    Ok(())
}

fn object(environment: &Environment) -> Value {
    let state = environment
        .state
        .as_ref()
        .map(|state| json!({"bucket": state.bucket, "key": state.key, "region": state.region}));
    json!({
        "name": environment.name,
        "region": environment.region,
        "account": environment.account,
        "state": state,
    })
}
