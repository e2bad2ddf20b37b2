//! Assertions about the limits of requests.

use crate::hcl::{Block, Expression, commented, reference, string};
use crate::modules::access_test::assertions::{is, must};
use crate::resources::api_gateway_method_settings::UNLIMITED;
use crate::routes::Route;
use crate::service::{LOCAL, Service};
use crate::throttling::Throttle;
use crate::throttling::in_service::{ALL, has_settings, method_path};
use portcullis_terraform_json::rest_api::ALL_METHODS;

/// The limits are those of the spec. The test has the values of `local`.
pub(crate) fn assertions(service: &Service) -> Vec<Block> {
    let has = |route: Option<&Route>| has_settings(service, route);
    let mut blocks = Vec::new();
    if has(None) {
        let limits = service.throttle_of_stage(LOCAL);
        let path = string(ALL_METHODS);
        let block = settings(ALL, "Every method without limits of its own", path, limits);
        blocks.push(commented(block, "Limits of all methods"));
    }
    for (path, method, route) in service.routes.iter().filter(|(.., route)| has(Some(route))) {
        let title = path.key(method);
        let label = path.identifier_of(method);
        let limits = service.throttle_of_route(LOCAL, route);
        let block = settings(label.as_str(), &title, method_path(path, method), limits);
        blocks.push(commented(block, &format!("Limits of {title}")));
    }
    blocks
}

fn settings(label: &str, subject: &str, path: Expression, limits: Option<Throttle>) -> Block {
    let of = |attribute: &str| format!("aws_api_gateway_method_settings.{label}.{attribute}");
    let limit = |limit: fn(Throttle) -> u32| match limits {
        Some(limits) => Expression::from(limit(limits)),
        None => UNLIMITED.into(),
    };
    let must_be = match limits {
        Some(limits) => format!("let through {limits}"),
        None => "have the limits of the account".into(),
    };
    must(
        subject,
        &must_be,
        [
            is(of("method_path"), path),
            is(
                of("stage_name"),
                reference("aws_api_gateway_stage.this.stage_name"),
            ),
            is(
                of("settings[0].throttling_rate_limit"),
                limit(|limits| limits.rate),
            ),
            is(
                of("settings[0].throttling_burst_limit"),
                limit(|limits| limits.burst),
            ),
        ],
    )
}
