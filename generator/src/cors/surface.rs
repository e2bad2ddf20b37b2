//! What the gateway itself answers.

use crate::surface::resources::{Resources, map, optional, text};
use crate::surface::types::GatewayResponse;
use portcullis_terraform_json::Resource;

/// Every gateway response of the REST API, by type.
pub(crate) fn gateway_responses(resources: &mut Resources<'_>) -> Vec<GatewayResponse> {
    let found: Vec<&Resource> = resources.of("aws_api_gateway_gateway_response").collect();
    let mut responses = Vec::new();
    for response in found {
        resources.account(response);
        responses.push(GatewayResponse {
            kind: text(response, "response_type").into(),
            status: optional(response, "status_code"),
            headers: map(&response.values["response_parameters"], "gatewayresponse.header."),
            templates: map(&response.values["response_templates"], ""),
        });
    }
    responses.sort_by(|a, b| a.kind.cmp(&b.kind));
    responses
}
