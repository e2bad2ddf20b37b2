//! What functions may do, and whom their answers admit.

use crate::hcl::{Block, commented, literal, string};
use crate::modules::access_test::{ENVIRONMENT, LOG_GROUPS_ARN, ORIGIN, ROLE_ARN, in_days, is, says};
use crate::modules::service::function_name;
use crate::resources::{cloudwatch_log_group, iam_role, iam_role_policy, lambda_function};
use crate::service::{Function, Service};

pub(crate) fn what_functions_may_do(service: &Service) -> Vec<Block> {
    let function = |(name, function)| self::function(service, name, function);
    service.functions.iter().map(function).collect()
}

fn function(service: &Service, name: &String, function: &Function) -> Block {
    let of = |attribute: &str| format!("module.{}.{attribute}", function_name(name));
    let full_name = service.function_name(ENVIRONMENT, name);
    let streams = cloudwatch_log_group::streams(literal(LOG_GROUPS_ARN), literal(&full_name));
    let mut conditions = vec![
        is(&of("name"), string(full_name)),
        is(&of("log_retention_days"), function.log_retention_days),
        is(&of("role_arn"), string(ROLE_ARN)),
        is(&of("assume_role_policy"), iam_role::assume_role_policy()),
        is(&of("role_policy"), iam_role_policy::policy(streams)),
    ];
    if service.api.cors.is_some() {
        let origin = format!("environment_variables.{}", lambda_function::CORS_ALLOW_ORIGIN);
        conditions.insert(1, is(&of(&origin), string(ORIGIN)));
    }
    let days = function.log_retention_days;
    let block = says(
        &format!("the function {name}"),
        &format!(
            "it may write its own logs, which are kept for {}, and do nothing else; Lambda alone takes its role",
            in_days(days)
        ),
        conditions,
    );
    commented(block, &format!("Function {name}"))
}
