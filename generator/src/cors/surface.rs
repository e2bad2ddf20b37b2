//! The gateway's own answers, read from resources.

use crate::surface::resources::{Resources, without};
use crate::surface::types::GatewayResponse;
use portcullis_terraform_json::rest_api::{self as applied, Snapshot};

/// Every gateway response of the REST API, by type.
pub(crate) fn gateway_responses<'a>(
    resources: &mut Resources<'a>,
    snapshot: &Snapshot<'a>,
) -> Vec<GatewayResponse> {
    let mut responses = Vec::new();
    for response in &snapshot.gateway_responses {
        resources.account(response.resource);
        responses.push(GatewayResponse {
            kind: response.response_type.clone(),
            status: response.status_code.clone(),
            headers: without(&response.response_parameters, applied::GatewayResponse::HEADER),
            templates: response.response_templates.clone(),
        });
    }
    responses.sort_by(|a, b| a.kind.cmp(&b.kind));
    responses
}
