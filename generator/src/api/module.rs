//! `modules/rest_api`: the API, and what it answers when no function is asked.

use crate::cors::{Cors, preflight_module as preflight};
use crate::hcl::{Block, commented, object, reference, value};
use crate::modules::module::{Module, Output, Variable, versions};
use crate::resources::{api_gateway_gateway_response, api_gateway_rest_api};

/// Returns the blocks of this module that a deployment snapshots beside the API itself.
pub fn deployed(cors: Option<&Cors>) -> Vec<Block> {
    let Some(cors) = cors else { return Vec::new() };
    let headers = preflight::shared_headers(cors, value("var.allow_origin"));
    api_gateway_gateway_response::TYPES
        .into_iter()
        .map(|kind| {
            commented(
                api_gateway_gateway_response::resource_block(kind, &headers),
                "Without these headers, browsers hide the error from the page.",
            )
        })
        .collect()
}

/// The module.
pub fn module(cors: Option<&Cors>) -> Module {
    let mut main = vec![api_gateway_rest_api::resource_block(reference("var.name"))];
    main.extend(deployed(cors));
    let mut variables = vec![Variable::new("name", "string", "Name of the REST API.")];
    if cors.is_some() {
        variables.push(preflight::allow_origin());
    }
    let attribute = |name: &str| reference(format!("aws_api_gateway_rest_api.this.{name}"));
    let mut outputs = vec![
        Output::new(
            "execution_arn",
            "Start of the ARNs of all calls.",
            attribute("execution_arn"),
        ),
        Output::new("id", "ID of the REST API.", attribute("id")),
        Output::new(
            "root_resource_id",
            "ID of the resource of `/`.",
            attribute("root_resource_id"),
        ),
    ];
    if cors.is_some() {
        let parameters = |kind: &str| {
            let resource = format!("aws_api_gateway_gateway_response.{}", kind.to_lowercase());
            reference(format!("{resource}.response_parameters"))
        };
        outputs.push(Output::new(
            "gateway_responses",
            "Headers of the errors that API Gateway answers itself, by type.",
            object(api_gateway_gateway_response::TYPES.map(|kind| (kind, parameters(kind)))),
        ));
    }
    Module {
        folder: "modules/rest_api".into(),
        summary: "The REST API, and the headers of the errors that API Gateway answers itself.".into(),
        files: vec![("main.tf", main), ("versions.tf", versions())],
        variables,
        outputs,
    }
}
