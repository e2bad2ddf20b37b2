//! `modules/lambda_function`: a function with its own role and log group.

use crate::functions::{common, in_service, rights, settings};
use crate::hcl::reference;
use crate::modules::module::{Module, Output, Variable, versions};
use crate::resources::lambda_function::Optional;
use crate::resources::{cloudwatch_log_group, iam_role, iam_role_policy, lambda_function};
use crate::service::{Architecture, Service};
use crate::spec::field::Word;

/// The module.
pub fn module(service: &Service) -> Module {
    let variable = |name: &'static str, kind: &str, description: &str| Variable::new(name, kind, description);
    let publish = service
        .functions
        .keys()
        .any(|name| in_service::alias(service, name).is_some());
    let optional = Optional {
        ephemeral_storage: settings::EPHEMERAL_STORAGE_SIZE.is_used(service),
        kms_key_arn: common::VARIABLES_KEY.is_used(service),
        layers: settings::LAYERS.is_used(service),
        reserved_concurrent_executions: settings::RESERVED_CONCURRENT_EXECUTIONS.is_used(service),
        network: settings::SUBNET_IDS.is_used(service),
        publish,
        tracing: service.tracing,
    };
    Module {
        folder: "modules/lambda_function".into(),
        summary: format!(
            "A function with its own role. The role may {}, and what other policies allow it.",
            rights::phrase_of_all(service)
        ),
        files: vec![
            (
                "main.tf",
                rights::network_in_module(service)
                    .into_iter()
                    .chain([
                        cloudwatch_log_group::resource_block(common::LOGS_KEY.is_used(service)),
                        iam_role::resource_block(common::PERMISSIONS_BOUNDARY.is_used(service)),
                        iam_role_policy::resource_block(
                            "write_logs",
                            "write-logs",
                            rights::policy_in_module(service),
                        ),
                        lambda_function::resource_block(optional),
                    ])
                    .collect(),
            ),
            ("versions.tf", versions()),
        ],
        variables: settings::optional_variables(service)
            .chain(common::variables(service))
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
                variable(
                    "log_groups_arn",
                    "string",
                    "Start of the ARNs of all log groups in this account and region.",
                ),
                variable("memory_size", "number", "Memory in MB."),
                variable("name", "string", "Name of the function and of its role."),
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
            .collect(),
        outputs: publish
            .then(|| {
                let version = reference("aws_lambda_function.this.version");
                Output::new("version", "Newest version of the function.", version)
            })
            .into_iter()
            .chain(common::outputs(service))
            .chain([
                Output::new(
                    "assume_role_policy",
                    "Trust policy of the function's role.",
                    reference("aws_iam_role.this.assume_role_policy"),
                ),
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
                    "role_name",
                    "Name of the function's role.",
                    reference("aws_iam_role.this.name"),
                ),
                Output::new(
                    "role_policy",
                    "Policy of the function's role.",
                    reference("aws_iam_role_policy.write_logs.policy"),
                ),
                Output::new(
                    "retention_in_days",
                    "Days to keep the logs.",
                    reference("aws_cloudwatch_log_group.this.retention_in_days"),
                ),
            ])
            .collect(),
    }
}
