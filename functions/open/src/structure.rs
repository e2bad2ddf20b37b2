use std::collections::BTreeSet;

use lambda_http::{Request, RequestExt, request::RequestContext};
use serde::Serialize;

/// The structure of a request: its path, and the names of its headers and parameters.
///
/// It has only names, because values may be secrets, such as `Authorization` or a token in the query.
#[derive(Serialize)]
pub struct Structure {
    method: String,
    /// The client's path, percent-encoded, without the stage.
    path: String,
    /// The route that matched, such as `/things/{id}`.
    resource: Option<String>,
    stage: Option<String>,
    path_parameters: BTreeSet<String>,
    query_parameters: BTreeSet<String>,
    headers: BTreeSet<String>,
    body_bytes: usize,
}

impl Structure {
    pub fn of(request: &Request) -> Self {
        let (resource, stage) = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(context)) => {
                (context.resource_path.clone(), context.stage.clone())
            }
            _ => (None, None),
        };
        Self {
            method: request.method().to_string(),
            path: request.raw_http_path().to_owned(),
            resource,
            stage,
            path_parameters: names(
                request
                    .path_parameters_ref()
                    .into_iter()
                    .flat_map(|map| map.iter()),
            ),
            query_parameters: names(
                request
                    .query_string_parameters_ref()
                    .into_iter()
                    .flat_map(|map| map.iter()),
            ),
            headers: request.headers().keys().map(ToString::to_string).collect(),
            body_bytes: request.body().len(),
        }
    }
}

fn names<'a>(parameters: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeSet<String> {
    parameters.map(|(name, _)| name.to_owned()).collect()
}
