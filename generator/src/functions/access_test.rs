//! What functions may do, and whom their answers admit.

use crate::functions::{Function, in_service, rights};
use crate::hcl::{Block, commented, string};
use crate::modules::access_test::words::{ENVIRONMENT, LOG_GROUPS_ARN, ORIGIN, ROLE_ARN, in_days, is, must};
use crate::resources::{iam_role, lambda_function};
use crate::service::Service;

pub(crate) fn what_functions_may_do(service: &Service) -> Vec<Block> {
    let function = |(name, function)| self::function(service, name, function);
    service.functions.iter().map(function).collect()
}

fn function(service: &Service, name: &String, function: &Function) -> Block {
    let Function {
        formerly: _,        // its address, not what it may do
        description: _,     // a text
        memory_mb: _,       // no right
        timeout_seconds: _, // no right
        log_retention_days,
        ephemeral_storage_mb: _,    // no right
        reserved_concurrency: _,    // no right
        provisioned_concurrency: _, // no right
        layers: _,                  // `check --plan` compares them
        environment: _,             // no right; the origin that answers admit is below
    } = function;
    let of = |attribute: &str| format!("module.{}.{attribute}", in_service::name(name));
    let full_name = service.function_name(ENVIRONMENT, name);
    let mut conditions = vec![
        is(&of("name"), string(&full_name)),
        is(&of("retention_in_days"), *log_retention_days),
        is(&of("role_arn"), string(ROLE_ARN)),
        is(&of("assume_role_policy"), iam_role::assume_role_policy()),
        is(
            &of("role_policy"),
            rights::policy_of(service, function, LOG_GROUPS_ARN, &full_name),
        ),
    ];
    if service.api.cors.is_some() {
        let origin = format!("environment_variables.{}", lambda_function::CORS_ALLOW_ORIGIN);
        conditions.insert(1, is(&of(&origin), string(ORIGIN)));
    }
    if let Some(alias) = in_service::alias(service, name) {
        let function = format!("aws_lambda_alias.{alias}.function_name");
        conditions.push(is(&function, string(&full_name)));
    }
    let block = must(
        &format!("The role of `{name}`"),
        &format!(
            "be for Lambda only and only let it {}, and its logs must be kept for {}",
            rights::phrase(&rights::of(service, function)),
            in_days(*log_retention_days)
        ),
        conditions,
    );
    commented(block, &format!("Function {name}"))
}
