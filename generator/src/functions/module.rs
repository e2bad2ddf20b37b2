//! `modules/lambda_function`: a function with its own role and log group.

use crate::functions::rights;
use crate::hcl::reference;
use crate::modules::module::{Module, Output, Variable, versions};
use crate::resources::{cloudwatch_log_group, iam_role, iam_role_policy, lambda_function};

/// The module.
pub fn module() -> Module {
    let variable = Variable::new;
    Module {
        folder: "modules/lambda_function".into(),
        summary: format!(
            "A function with a role of its own, which may {} and nothing else.",
            rights::phrase(&rights::OF_ALL)
        ),
        files: vec![
            (
                "main.tf",
                vec![
                    cloudwatch_log_group::resource_block(),
                    iam_role::resource_block(),
                    iam_role_policy::resource_block("write_logs", "write-logs", rights::policy_in_module()),
                    lambda_function::resource_block(),
                ],
            ),
            ("versions.tf", versions(None)),
        ],
        variables: vec![
            variable(
                "architecture",
                "string",
                "What the zip was built for: `x86_64` or `arm64`.",
            ),
            variable("description", "string", "What the function does."),
            variable(
                "environment_variables",
                "map(string)",
                "Environment variables of the function.",
            ),
            variable(
                "filename",
                "string",
                "Path of the zip with the executable `bootstrap`.",
            ),
            variable(
                "log_groups_arn",
                "string",
                "Begins the ARN of every log group of this account and region.",
            ),
            variable(
                "log_retention_days",
                "number",
                "Days for which the logs are kept.",
            ),
            variable("memory_mb", "number", "Memory in MB."),
            variable("name", "string", "Name of the function and of its role."),
            variable(
                "timeout_seconds",
                "number",
                "Seconds after which Lambda ends an invocation.",
            ),
        ],
        outputs: vec![
            Output::new(
                "assume_role_policy",
                "Who may take on the function's role.",
                reference("aws_iam_role.this.assume_role_policy"),
            ),
            Output::new(
                "environment_variables",
                "Environment variables of the function.",
                reference("aws_lambda_function.this.environment[0].variables"),
            ),
            Output::new(
                "invoke_arn",
                "ARN by which API Gateway invokes the function.",
                reference("aws_lambda_function.this.invoke_arn"),
            ),
            Output::new(
                "log_retention_days",
                "Days for which the logs are kept.",
                reference("aws_cloudwatch_log_group.this.retention_in_days"),
            ),
            Output::new(
                "name",
                "Name of the function.",
                reference("aws_lambda_function.this.function_name"),
            ),
            Output::new(
                "role_arn",
                "ARN of the role that the function runs with.",
                reference("aws_lambda_function.this.role"),
            ),
            Output::new(
                "role_policy",
                "What the role allows.",
                reference("aws_iam_role_policy.write_logs.policy"),
            ),
        ],
    }
}
