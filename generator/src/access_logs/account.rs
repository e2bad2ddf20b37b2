//! `account/<environment>` and `modules/api_gateway_account`: the role with which API Gateway writes logs.
//!
//! AWS has one such setting per account and region, and refuses the access logs of a stage without it:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>. If a service's own root made it, the end of
//! that service would end the logs of every API in the account (<https://github.com/aws/serverless-application-model/issues/442>).
//! So it has a root of its own, which can't be destroyed.

use crate::environments::module::{backend, provider};
use crate::hcl::{argument, reference, string};
use crate::modules::module::{Module, Output, Variable, module_call_in, versions, versions_of_root};
use crate::resources::api_gateway_account;
use crate::service::{Environment, S3State, Service};

/// The folder of the roots.
pub(crate) const FOLDER: &str = "account/";

/// The module's folder in `modules/`.
const MODULE: &str = "api_gateway_account";

/// The module, and a root for each environment in AWS. None without access logs.
pub(crate) fn modules(service: &Service) -> Vec<Module> {
    if service.api.access_logs.is_none() {
        return Vec::new();
    }
    let environments = service.environments.values();
    let environments = environments.filter(|environment| !environment.is_local());
    let roots = environments.map(root);
    [module()].into_iter().chain(roots).collect()
}

fn module() -> Module {
    Module {
        folder: ["modules/", MODULE].concat(),
        summary: "The role with which API Gateway writes logs, for all APIs of an account and region.".into(),
        files: vec![
            ("main.tf", api_gateway_account::blocks(reference("var.role_name"))),
            ("versions.tf", versions()),
        ],
        variables: vec![Variable::new("role_name", "string", "Name of the role.")],
        outputs: vec![Output::new(
            "role_arn",
            "ARN of the role.",
            reference("aws_api_gateway_account.this.cloudwatch_role_arn"),
        )],
    }
}

/// The root for the account and region of an environment.
fn root(environment: &Environment) -> Module {
    let role = ["api-gateway-logs-", &environment.region].concat();
    let call = module_call_in("../../modules", MODULE, MODULE)
        .attribute(argument("role_name", string(role)))
        .build();
    // Beside the environment's own state.
    let state = environment.state.as_ref().map(|state| S3State {
        key: [FOLDER, &state.key].concat(),
        ..state.clone()
    });
    Module {
        folder: [FOLDER, &environment.name].concat(),
        summary: format!(
            "The role with which API Gateway writes logs in the account of `{}`, {}. Apply it once, unless the account has one.",
            environment.name, environment.region
        ),
        files: vec![
            ("main.tf", vec![call]),
            ("providers.tf", vec![provider(environment)]),
            ("versions.tf", versions_of_root(backend(state.as_ref()))),
        ],
        variables: Vec::new(),
        outputs: Vec::new(),
    }
}
