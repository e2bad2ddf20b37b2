//! The functions that a spec asks for.

use crate::functions::surface::sort;
use crate::functions::{Function, in_service, rights};
use crate::references::{Template, Values};
use crate::resources::{iam_role, lambda_alias, lambda_function, lambda_permission};
use crate::routes::permissions;
use crate::service::{Environment, Service};
use crate::surface::names::existing;
use crate::surface::resources::digest;
use crate::surface::types::{self, Invoker, Statement};

/// The ARN of every log group, in the names of a surface.
const LOG_GROUPS_ARN: &str = "arn:${partition}:logs:${region}:${account}:log-group";

/// A function in an environment of this name.
pub(crate) fn function(
    service: &Service,
    environment_name: &str,
    environment: &Environment,
    name: &str,
) -> types::Function {
    let function = service.function_in(environment_name, name);
    let Function {
        formerly: _,                // its address
        description: _,             // a text
        memory_mb: _,               // opens nothing
        timeout_seconds: _,         // opens nothing
        log_retention_days: _,      // opens nothing
        ephemeral_storage_mb: _,    // opens nothing
        reserved_concurrency: _,    // opens nothing
        provisioned_concurrency: _, // opens nothing
        layers,
        environment: _, // `environment_variables`
    } = function;
    let name_in_aws = service.function_name(environment_name, name);
    let rights = rights::of(service, function);
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    let mut statements: Vec<Statement> = rights
        .iter()
        .map(|right| Statement {
            effect: "Allow".into(),
            actions: texts(right.actions),
            not_actions: Vec::new(),
            resources: vec![right.on.arn(LOG_GROUPS_ARN, &name_in_aws)],
            not_resources: Vec::new(),
            condition: None,
        })
        .collect();
    sort(&mut statements);
    let variables =
        in_service::environment_variables(service, environment_name, name, &environment.allow_origin);
    let values = Values::of(service, environment_name, environment);
    let text = |text: &Template| {
        let existing = environment.existing_user_pool.as_deref().map(existing);
        let names = existing.unwrap_or_default().into_iter();
        let text = names.fold(text.text(&values), |text, (own, name)| text.replace(&own, &name));
        // What the spec writes out is no other value than what it refers to.
        match &environment.account {
            Some(account) => text.replace(account, "${account}"),
            None => text,
        }
    };
    types::Function {
        name: name.into(),
        code: format!("../../artifacts/${{architecture}}/{name}.zip"),
        handler: lambda_function::HANDLER.into(),
        runtime: lambda_function::RUNTIME.into(),
        environment: variables
            .into_iter()
            .map(|(name, value)| (name, digest(&types::composed(&text(&value)))))
            .collect(),
        assumed_by: vec![format!("Service:{}", iam_role::PRINCIPAL)],
        role: None,
        statements,
        layers: layers.clone(),
        managed_policies: Vec::new(),
        invokers: invokers(service, name),
        url_auth: None,
    }
}

fn invokers(service: &Service, function: &str) -> Vec<Invoker> {
    let permissions = permissions::of_function(service, function);
    let mut invokers: Vec<Invoker> = permissions
        .iter()
        .map(|permission| Invoker {
            principal: lambda_permission::PRINCIPAL.into(),
            action: lambda_permission::ACTION.into(),
            source: Some(format!("${{api}}{}", permission.source(&service.api.stage))),
            source_account: None,
            principal_org_id: None,
            function_url_auth_type: None,
            qualifier: in_service::alias(service, function).map(|_| lambda_alias::LIVE.into()),
        })
        .collect();
    invokers.sort();
    invokers
}
