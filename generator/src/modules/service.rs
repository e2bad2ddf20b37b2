//! `modules/service`: composes the others into the service.

use crate::hcl::expression;
use crate::modules::module::{Module, Output, Variable, versions};
use crate::modules::{access_test, moved};
use crate::routes::permissions;
use crate::service::Service;
use crate::text_rule::NAME_32;
use crate::{
    access_logs, api, buckets, cors, events, functions, lambda_authorizers, own, queues, routes, tables,
    throttling, topics, usage_plans, user_pool, uses,
};

/// The deployment's address in an environment's root.
pub const DEPLOYMENT: &str = "module.service.aws_api_gateway_deployment.this";
/// The REST API's address in an environment's root.
pub const REST_API: &str = "module.service.module.rest_api.aws_api_gateway_rest_api.this";
/// The stage's address in an environment's root.
pub const STAGE: &str = "module.service.aws_api_gateway_stage.this";

/// The user pool's address in an environment's root.
pub const USER_POOL: &str = "module.service.module.user_pool.aws_cognito_user_pool.this";

/// The prefix of the own module's addresses in an environment's root.
pub const OWN_MODULE: &str = "module.service.module.own.";

/// Returns whether an address there is that of a table of the spec.
pub fn is_table(address: &str) -> bool {
    address.starts_with(tables::in_service::ADDRESS)
}

/// Returns whether an address there is that of a bucket of the spec.
pub fn is_bucket(address: &str) -> bool {
    buckets::surface::label(address).is_some()
}

/// The module.
pub fn module(service: &Service) -> Module {
    let permissions: Vec<_> = permissions::of_service(service).into_values().flatten().collect();
    let routes = routes::in_service::blocks(service, &permissions);
    let api = api::in_service::blocks(service, &permissions, &routes);
    Module {
        folder: "modules/service".into(),
        summary: format!(
            "The service `{}`: its {}functions, routes and API.",
            service.name,
            service.own_user_pool().map_or("", |_| "users, ")
        ),
        files: vec![
            ("user_pool.tf", user_pool::in_service::blocks(service)),
            ("functions.tf", functions::in_service::blocks(service)),
            ("events.tf", events::in_service::blocks(service)),
            ("tables.tf", tables::in_service::blocks(service)),
            ("buckets.tf", buckets::in_service::blocks(service)),
            ("queues.tf", queues::in_service::blocks(service)),
            ("topics.tf", topics::in_service::blocks(service)),
            ("authorizers.tf", lambda_authorizers::in_service::blocks(service)),
            ("own.tf", own::in_service::blocks(service)),
            ("routes.tf", routes),
            ("api.tf", api),
            ("throttling.tf", throttling::in_service::blocks(service)),
            ("usage_plans.tf", usage_plans::in_service::blocks(service)),
            ("moved.tf", moved::blocks(service)),
            ("versions.tf", versions()),
            (access_test::FILE, access_test::blocks(service, &permissions)),
        ],
        variables: variables(service),
        outputs: outputs(service),
    }
}

fn variables(service: &Service) -> Vec<Variable> {
    let mut variables = vec![
        Variable::new(
            "environment",
            "string",
            "Name of the environment, which is part of the functions' names.",
        )
        .must_be(
            expression(&format!("can(regex(\"{}\", var.environment))", NAME_32.pattern)),
            NAME_32.must_be,
        ),
    ];
    variables.extend(service.protected().map(|what| {
        Variable::new(
            "deletion_protection",
            "string",
            format!("`ACTIVE` if AWS must refuse to delete {what}, otherwise `INACTIVE`."),
        )
    }));
    variables.extend(user_pool::in_service::variables(service));
    variables.extend(functions::in_service::variables(service));
    variables.extend(uses::settings::variables(service));
    variables.extend(throttling::in_service::variables(service));
    variables.extend(usage_plans::in_service::variables(service));
    variables.extend(
        service
            .api
            .cors
            .as_ref()
            .map(|_| cors::preflight_module::allow_origin()),
    );
    variables.extend(access_logs::in_service::variable(service));
    variables
}

fn outputs(service: &Service) -> Vec<Output> {
    let mut outputs = api::in_service::outputs();
    outputs.extend(user_pool::in_service::outputs(service));
    outputs.extend(own::in_service::outputs(service));
    outputs
}
