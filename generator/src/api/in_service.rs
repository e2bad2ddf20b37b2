//! The API's part of `modules/service`: `api.tf`.

use crate::access_logs::in_service as access_logs;
use crate::api::deployment::{deployed_modules, triggers};
use crate::authorizer::{self, Authorizer};
use crate::environments::name_in_service;
use crate::functions;
use crate::hcl::{Block, argument, reference};
use crate::modules::module::{Output, module_call};
use crate::resources::{api_gateway_deployment, api_gateway_stage};
use crate::routes::permissions::Permission;
use crate::service::Service;

/// The API, the authorizer if there is one, and what the stage serves: a snapshot of `routes` and what they share.
pub(crate) fn blocks(service: &Service, permissions: &[Permission], routes: &[Block]) -> Vec<Block> {
    let mut rest_api =
        module_call("rest_api", "rest_api").attribute(argument("name", name_in_service(&service.api.name)));
    if service.api.cors.is_some() {
        rest_api = rest_api.attribute(argument("allow_origin", reference("var.allow_origin")));
    }
    let mut permissions: Vec<_> = permissions.iter().map(Permission::name).collect();
    permissions.sort();
    let permissions = permissions
        .iter()
        .map(|name| reference(["aws_lambda_permission.", name.as_str()].concat()));
    let permissions = permissions.chain(functions::in_service::policies(service));
    let mut blocks = vec![rest_api.build()];
    blocks.extend(Authorizer::of(service).map(authorizer::in_service::call));
    blocks.extend([
        api_gateway_deployment::resource_block(triggers(service, routes), deployed_modules(service)),
        api_gateway_stage::resource_block(
            &service.api.stage,
            service.tracing,
            access_logs::of_stage(service),
            permissions,
        ),
    ]);
    blocks.extend(access_logs::log_group(service));
    blocks
}

/// Returns what an environment's root, and hand-written files in it, can use.
pub(crate) fn outputs() -> Vec<Output> {
    vec![
        Output::new(
            "invoke_url",
            "URL of the API on AWS.",
            reference("aws_api_gateway_stage.this.invoke_url"),
        ),
        Output::new(
            "rest_api_id",
            "ID of the REST API.",
            reference("module.rest_api.id"),
        ),
        // What hand-written files attach to the stage has to wait for it, which the stage's name as a text doesn't.
        Output::new(
            "stage_arn",
            "ARN of the stage.",
            reference("aws_api_gateway_stage.this.arn"),
        ),
        Output::new(
            "stage_name",
            "Name of the stage.",
            reference("aws_api_gateway_stage.this.stage_name"),
        ),
    ]
}
