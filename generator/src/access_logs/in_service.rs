//! The access log's part of `modules/service`, and what environments decide of it.

use crate::access_logs::{AccessLogs, PREFIX};
use crate::functions::common;
use crate::hcl::{Attribute, Block, Expression, argument, commented, literal, reference, template, value};
use crate::modules::module::Variable;
use crate::resources::{api_gateway_stage, cloudwatch_log_group};
use crate::service::{Environment, Service};

/// The log group's name in Terraform.
pub(crate) const LABEL: &str = "access";

/// The variable of the days, if environments differ.
const RETENTION: &str = "access_log_retention_in_days";

/// The log group.
pub(crate) fn log_group(service: &Service) -> Option<Block> {
    let AccessLogs { retention_days } = service.api.access_logs.as_ref()?;
    let days = match has_variable(service) {
        true => reference(format!("var.{RETENTION}")),
        false => Expression::from(*retention_days),
    };
    let name = template([
        literal([PREFIX, &service.name, "-"].concat()),
        value("var.environment"),
    ]);
    let group = cloudwatch_log_group::resource_block_of(LABEL, name, days, common::LOGS_KEY.is_used(service));
    Some(commented(
        group,
        "One line for each request. API Gateway writes it with the role of the account and region.",
    ))
}

/// The stage's block about it.
pub(crate) fn of_stage(service: &Service) -> Option<Block> {
    let AccessLogs { retention_days: _ } = service.api.access_logs.as_ref()?;
    let group = reference(format!("aws_cloudwatch_log_group.{LABEL}.arn"));
    Some(api_gateway_stage::access_log_settings(group))
}

/// Returns whether an environment has other days than the service.
fn has_variable(service: &Service) -> bool {
    let everywhere = service.api.access_log_retention_days();
    let mut environments = service.environments.values();
    environments.any(|environment| environment.access_log_retention_days != everywhere)
}

/// The variable of `modules/service`.
pub(crate) fn variable(service: &Service) -> Option<Variable> {
    has_variable(service)
        .then(|| Variable::new(RETENTION, "number", "Days to keep the lines of the access log."))
}

/// The argument of an environment's root for it.
pub(crate) fn argument_of_root(service: &Service, environment: &Environment) -> Option<Attribute> {
    let days = environment.access_log_retention_days?;
    has_variable(service).then(|| argument(RETENTION, days))
}
