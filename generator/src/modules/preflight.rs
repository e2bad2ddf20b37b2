//! `modules/preflight`: the answer to the question a browser asks before it calls from another origin.

use crate::hcl::Part;
use crate::hcl::{Block, Expression, call, literal, reference, string, template};
use crate::modules::{Module, Variable, versions};
use crate::resources::{
    api_gateway_integration, api_gateway_integration_response, api_gateway_method,
    api_gateway_method_response,
};
use crate::service::Cors;

/// What a deployment snapshots of this module.
pub fn deployed(cors: &Cors) -> Vec<Block> {
    let headers = headers(cors);
    vec![
        api_gateway_method::preflight(),
        api_gateway_integration::preflight(),
        api_gateway_method_response::preflight(&headers),
        api_gateway_integration_response::preflight(&headers),
    ]
}

/// The headers of a preflight's answer, sorted. API Gateway takes a static value in single quotes.
fn headers(cors: &Cors) -> Vec<(&'static str, Expression)> {
    let methods = call("join", [string(","), reference("var.allow_methods")]);
    let mut headers = shared_headers(cors);
    headers.push((
        "Access-Control-Allow-Methods",
        template([literal("'"), Part::Value(methods), literal("'")]),
    ));
    if let Some(seconds) = cors.max_age_seconds {
        headers.push(("Access-Control-Max-Age", string(format!("'{seconds}'"))));
    }
    headers.sort_by_key(|(name, _)| *name);
    headers
}

/// The headers that preflights and errors share, sorted.
pub fn shared_headers(cors: &Cors) -> Vec<(&'static str, Expression)> {
    let mut headers = Vec::new();
    if cors.allow_credentials {
        headers.push(("Access-Control-Allow-Credentials", string("'true'")));
    }
    headers.push((
        "Access-Control-Allow-Headers",
        string(format!("'{}'", cors.allow_headers.join(","))),
    ));
    headers.push((
        "Access-Control-Allow-Origin",
        template([literal("'"), crate::hcl::value("var.allow_origin"), literal("'")]),
    ));
    headers
}

/// The module.
pub fn module(cors: &Cors) -> Module {
    let variable = Variable::new;
    Module {
        folder: "modules/preflight".into(),
        summary:
            "The answer to a browser's preflight of one path: no token is asked for, no function is called."
                .into(),
        files: vec![("main.tf", deployed(cors)), ("versions.tf", versions(None))],
        variables: vec![
            variable("allow_methods", "list(string)", "Methods that the path admits."),
            variable("allow_origin", "string", "The origin that may call, or `*`."),
            variable("resource_id", "string", "Id of the path's resource."),
            variable("rest_api_id", "string", "Id of the REST API."),
        ],
        outputs: vec![],
    }
}
