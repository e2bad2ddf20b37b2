//! Assertions about the rights of functions, and the origins that their answers admit.

use crate::functions::{Access, Function, common, in_service, rights, statement};
use crate::hcl::{Block, Expression, call, commented, object, reference, string};
use crate::modules::access_test::assertions::{is, must};
use crate::modules::access_test::mocked::{self, ENVIRONMENT, LOG_GROUPS_ARN, ORIGIN, ROLE_ARN};
use crate::references::Reference;
use crate::resources::{cloudwatch_log_group, iam_role};
use crate::service::{LOCAL, Service};

pub(crate) fn assertions(service: &Service) -> Vec<Block> {
    let trust = iam_role::assume_role_policy();
    let function = |(name, function)| {
        [
            self::function(service, name, function, &trust),
            variables(service, name),
        ]
    };
    service.functions.iter().flat_map(function).collect()
}

/// Returns `true` if a statement or variable of a function contains such a reference, whose value the test then needs.
pub(crate) fn is_compared(service: &Service, is_such: impl Fn(&Reference) -> bool) -> bool {
    let mut texts = service.functions.values().flat_map(|function| {
        let resources = function
            .statements
            .iter()
            .flat_map(|statement| &statement.resources);
        resources.chain(function.environment.values())
    });
    texts.any(|text| text.references().any(&is_such))
}

/// A first plan shows no variable of a function if it doesn't know one of them.
fn variables(service: &Service, name: &str) -> Block {
    let values = mocked::values(service);
    let variables = in_service::environment_variables(service, LOCAL, name, ORIGIN);
    let variables = variables
        .iter()
        .map(|(key, text)| (key, string(text.text(&values))));
    must(
        &format!("The function `{name}`"),
        "have these environment variables only",
        [is(
            format!("module.{}.environment_variables", in_service::name(name)),
            call("tomap", [object(variables)]),
        )],
    )
}

fn function(service: &Service, name: &String, function: &Function, trust: &Expression) -> Block {
    let Access {
        log_group,
        network: _,    // `check --plan` compares it
        layers: _,     // `check --plan` compares them
        on: _,         // `events` has its own test
        on_failure: _, // `asynchronous` has its own test
        uses: _,       // `statements`
        role,
        may: _,     // `statements`
        secrets: _, // `statements`
        statements,
    } = function.access();
    let module = in_service::name(name);
    let of = |attribute: &str| ["module.", module.as_str(), ".", attribute].concat();
    let full_name = service.function_name(ENVIRONMENT, name);
    let mut conditions = vec![
        is(of("name"), string(&full_name)),
        match log_group {
            None => is(of("retention_in_days"), function.log_retention_days),
            Some(group) => is(of("log_group"), string(group)),
        },
        is(of("role_arn"), string(role.unwrap_or(ROLE_ARN))),
    ];
    if role.is_none() {
        let own = cloudwatch_log_group::own(&full_name);
        conditions.push(is(of("assume_role_policy"), trust.clone()));
        conditions.push(is(
            of("role_policy"),
            rights::policy_of(
                &rights::of(service, function),
                LOG_GROUPS_ARN,
                log_group.unwrap_or(&own),
            ),
        ));
    }
    let expected = common::expected_in_test(service, function);
    conditions.extend(expected.map(|(output, value)| is(of(output), string(value))));
    if !statements.is_empty() {
        let policy = format!("aws_iam_role_policy.{}", in_service::name(name));
        let values = mocked::values(service);
        conditions.push(is(format!("{policy}.role"), string(&full_name)));
        conditions.push(is(
            format!("{policy}.policy"),
            statement::bare_policy(statements, |resource| string(resource.text(&values))),
        ));
    }
    if let Some(alias) = in_service::alias(service, name) {
        let alias = format!("aws_lambda_alias.{alias}");
        conditions.push(is(format!("{alias}.function_name"), string(&full_name)));
        // The version that this code was published as. An older one, or `$LATEST`, is other code.
        conditions.push(is(format!("{alias}.function_version"), reference(of("version"))));
    }
    let block = must(
        &format!("The role of `{name}`"),
        &format!(
            "be {}, and its logs must {}",
            match role {
                Some(role) => format!("the existing one, `{role}`"),
                None => format!(
                    "for Lambda only and only let it {}",
                    rights::phrases(service, function).join(", ")
                ),
            },
            match log_group {
                None => format!("be kept for {}", in_days(function.log_retention_days)),
                Some(group) => format!("go to the existing log group `{group}`"),
            }
        ),
        conditions,
    );
    commented(block, &format!("Function {name}"))
}

fn in_days(days: u32) -> String {
    format!("{days} day{}", if days == 1 { "" } else { "s" })
}
