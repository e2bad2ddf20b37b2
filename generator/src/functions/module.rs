//! `modules/lambda_function`: a function with its own role and log group. Functions with existing roles have a module of
//! their own, because a plan then shows each role by one reference.

use crate::functions::role_of::RoleOf;
use crate::functions::{common, in_service, rights, settings};
use crate::hcl::{Block, call, expression, reference};
use crate::modules::module::{Module, Output, Variable, versions};
use crate::resources::lambda_function::Optional;
use crate::resources::{cloudwatch_log_group, iam_role, iam_role_policy, lambda_function};
use crate::service::{Architecture, Service};
use crate::spec::field::Word;

/// Those that the service needs.
pub fn modules(service: &Service) -> Vec<Module> {
    let is_used = |role: &RoleOf| {
        let mut functions = service.functions.values();
        functions.any(|function| RoleOf::function(function) == *role)
    };
    let used = RoleOf::ALL.into_iter().filter(is_used);
    used.map(|role| module(service, role)).collect()
}

fn module(service: &Service, role: RoleOf) -> Module {
    let variable = |name: &'static str, kind: &str, description: &str| Variable::new(name, kind, description);
    let publish = service.functions.iter().any(|(name, function)| {
        RoleOf::function(function) == role && in_service::alias(service, name).is_some()
    });
    let optional = Optional {
        ephemeral_storage: settings::EPHEMERAL_STORAGE_SIZE.is_used(service, role),
        kms_key_arn: common::VARIABLES_KEY.is_used(service),
        layers: settings::LAYERS.is_used(service, role),
        log_group: settings::LOG_GROUP.is_used(service, role),
        reserved_concurrent_executions: settings::RESERVED_CONCURRENT_EXECUTIONS.is_used(service, role),
        network: settings::SUBNET_IDS.is_used(service, role),
        publish,
        tracing: service.tracing,
    };
    let (name, role_variable) = match role {
        RoleOf::Portcullis => (
            "Name of the function and of its role.",
            variable(
                "log_groups_arn",
                "string",
                "Start of the ARNs of all log groups in this account and region.",
            ),
        ),
        RoleOf::Others => (
            "Name of the function.",
            variable("role", "string", "ARN of the existing role."),
        ),
    };
    Module {
        folder: ["modules/", role.module()].concat(),
        summary: match role {
            RoleOf::Portcullis => format!(
                "A function with its own role. The role may {}, and what other policies allow it.",
                rights::phrase_of_all(service)
            ),
            RoleOf::Others => "A function with an existing role.".into(),
        },
        files: vec![
            ("main.tf", main(service, role, optional)),
            ("versions.tf", versions()),
        ],
        variables: settings::optional_variables(service, role)
            .chain(common::module_variables(service, role))
            .chain(publish.then(|| {
                variable(
                    "publish",
                    "bool",
                    "Whether every change is published as a version.",
                )
                .default(false.into())
            }))
            .chain([
                variable("architecture", "string", "Architecture of the zip.")
                    .one_of(Architecture::ALL.iter().map(|one| one.as_str())),
                variable("description", "string", "Description of the function."),
                variable(
                    "environment_variables",
                    "map(string)",
                    "Environment variables of the function.",
                ),
                variable(
                    "filename",
                    "string",
                    "Path of the zip. It holds the executable `bootstrap`.",
                ),
                variable("memory_size", "number", "Memory in MB."),
                variable("name", "string", name),
                variable(
                    "require_zip",
                    "bool",
                    "Whether a plan fails if the zip is missing.",
                ),
                variable("retention_in_days", "number", "Days to keep the logs."),
                variable(
                    "timeout",
                    "number",
                    "Seconds after which Lambda ends an invocation.",
                ),
            ])
            .chain([role_variable])
            .collect(),
        outputs: publish
            .then(|| {
                let version = reference("aws_lambda_function.this.version");
                Output::new("version", "Newest version of the function.", version)
            })
            .into_iter()
            .chain(common::outputs(service, role))
            .chain(optional.log_group.then(|| {
                let group = expression("aws_lambda_function.this.logging_config[*].log_group");
                Output::new(
                    "log_group",
                    "Name of the existing log group.",
                    call("one", [group]),
                )
            }))
            .chain(outputs_of_role(role))
            .chain([
                Output::new(
                    "environment_variables",
                    "Environment variables of the function.",
                    reference("aws_lambda_function.this.environment[0].variables"),
                ),
                Output::new(
                    "invoke_arn",
                    "ARN for API Gateway to invoke the function.",
                    reference("aws_lambda_function.this.invoke_arn"),
                ),
                Output::new(
                    "name",
                    "Name of the function.",
                    reference("aws_lambda_function.this.function_name"),
                ),
                Output::new(
                    "role_arn",
                    "ARN of the function's role.",
                    reference("aws_lambda_function.this.role"),
                ),
                Output::new(
                    "retention_in_days",
                    "Days to keep the logs.",
                    cloudwatch_log_group::attribute("retention_in_days", optional.log_group),
                ),
            ])
            .collect(),
    }
}

/// The function behind its log group, and its role if that is its own.
fn main(service: &Service, role: RoleOf, optional: Optional) -> Vec<Block> {
    let logs = cloudwatch_log_group::resource_block(common::LOGS_KEY.is_used(service), optional.log_group);
    match role {
        RoleOf::Portcullis => rights::network_in_module(service)
            .into_iter()
            .chain([
                logs,
                iam_role::resource_block(common::PERMISSIONS_BOUNDARY.is_used(service)),
                iam_role_policy::resource_block(
                    "write_logs",
                    "write-logs",
                    rights::policy_in_module(service),
                ),
                lambda_function::resource_block(
                    reference("aws_iam_role.this.arn"),
                    &["aws_cloudwatch_log_group.this", "aws_iam_role_policy.write_logs"],
                    optional,
                ),
            ])
            .collect(),
        RoleOf::Others => vec![
            logs,
            lambda_function::resource_block(
                reference("var.role"),
                &["aws_cloudwatch_log_group.this"],
                optional,
            ),
        ],
    }
}

/// The outputs about a function's own role.
fn outputs_of_role(role: RoleOf) -> Vec<Output> {
    match role {
        RoleOf::Portcullis => vec![
            Output::new(
                "assume_role_policy",
                "Trust policy of the function's role.",
                reference("aws_iam_role.this.assume_role_policy"),
            ),
            Output::new(
                "role_name",
                "Name of the function's role.",
                reference("aws_iam_role.this.name"),
            ),
            Output::new(
                "role_policy",
                "Policy of the function's role.",
                reference("aws_iam_role_policy.write_logs.policy"),
            ),
        ],
        RoleOf::Others => Vec::new(),
    }
}
