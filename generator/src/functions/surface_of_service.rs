//! The functions that a spec asks for.

use crate::asynchronous::surface_of_service::failure_destinations;
use crate::environments::module::LOCAL_ACCOUNT;
use crate::events::surface_of_service::{events, invokers as invokers_of_events};
use crate::functions::role_of::RoleOf;
use crate::functions::surface::sort;
use crate::functions::{ARTIFACTS, Access, in_service, rights, statement};
use crate::references::{Reference, Template, Values};
use crate::resources::{iam_role, lambda_alias, lambda_function, lambda_permission};
use crate::routes::permissions;
use crate::service::{Environment, Service};
use crate::surface::names::Names;
use crate::surface::resources::digest;
use crate::surface::types::{self, Invoker, Statement};

/// A function in an environment.
pub(crate) fn function(service: &Service, environment: &Environment, name: &str) -> types::Function {
    let function = service.function_in(&environment.name, name);
    let Access {
        log_group,
        network,
        layers,
        on: _,         // `events` has these
        on_failure: _, // `failure_destinations`
        uses: _,       // `statements`
        role,
        may: _,     // `statements`
        secrets: _, // `statements`
        statements: own,
    } = function.access();
    let values = Values::of(service, environment);
    let names = Names::of_environment(environment, &values);
    let allow = |statement: &statement::Statement| {
        let resources = statement.resources.iter();
        let mut resources: Vec<String> = resources.map(|one| names.without(&one.text(&values))).collect();
        resources.sort();
        resources.dedup();
        Statement {
            effect: "Allow".into(),
            actions: statement.actions.clone(),
            not_actions: Vec::new(),
            resources,
            not_resources: Vec::new(),
            condition: None,
        }
    };
    let generated = RoleOf::function(function) == RoleOf::Portcullis;
    let of_all = generated.then(|| rights::of(service, function));
    let (denying, allowing): (Vec<_>, Vec<_>) = of_all.into_iter().flatten().partition(rights::Right::denies);
    let allowing = rights::statements_of_all(&allowing, name, log_group, &values);
    let denying = rights::statements_of_all(&denying, name, log_group, &values);
    let deny = |statement| Statement {
        effect: "Deny".into(),
        condition: Some(rights::own_code()),
        ..allow(statement)
    };
    let mut statements: Vec<Statement> = allowing.iter().chain(own).map(allow).collect();
    statements.extend(denying.iter().map(deny));
    sort(&mut statements);
    let variables =
        in_service::environment_variables(service, &environment.name, name, &environment.allow_origin);
    let text = |text: &Template| {
        // A literal text and the reference to the same value are equal.
        names.in_text(&text.text(&values))
    };
    let arn = Template::of_reference(Reference::FunctionArn(name.into()), "");
    let mut invokers = self::invokers(service, name);
    invokers.extend(invokers_of_events(service, name, &values, &names));
    invokers.sort();
    types::Function {
        name: name.into(),
        arn: names.without(&arn.text(&values)),
        code: format!("../../{ARTIFACTS}/${{architecture}}/{name}.zip"),
        handler: lambda_function::HANDLER.into(),
        runtime: lambda_function::RUNTIME.into(),
        environment: variables
            .into_iter()
            .map(|(name, value)| (name, digest(&types::composed(&text(&value)))))
            .collect(),
        assumed_by: generated
            .then(|| format!("Service:{}", iam_role::PRINCIPAL))
            .into_iter()
            .collect(),
        role: role.map(|arn| self::role(environment, &names, arn)),
        permissions_boundary: environment.permissions_boundary.clone().filter(|_| generated),
        statements,
        subnets: network
            .as_ref()
            .map_or_else(Vec::new, |network| network.subnets.clone()),
        security_groups: network
            .as_ref()
            .map_or_else(Vec::new, |network| network.security_groups.clone()),
        layers: layers.to_vec(),
        managed_policies: Vec::new(),
        invokers,
        failure_destinations: failure_destinations(function, &values, &names),
        events: events(service, environment, name, &values, &names),
        url_auth: None,
    }
}

/// An existing role. Lambda takes only roles of the function's own account, but the emulated AWS takes any.
fn role(environment: &Environment, names: &Names, arn: &str) -> String {
    let text = names.without(arn);
    match iam_role::role_of(arn) {
        Some((_, account, _)) if !environment.is_local() || account == LOCAL_ACCOUNT => {
            text.replacen(&format!(":iam::{account}:"), ":iam::${account}:", 1)
        }
        _ => text,
    }
}

fn invokers(service: &Service, function: &str) -> Vec<Invoker> {
    let permissions = permissions::of_function(service, function);
    permissions
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
        .collect()
}
