//! Assertions about the callers and the function of each route.

use crate::cors::access_test as cors;
use crate::functions::in_service as functions;
use crate::hcl::{Block, Expression, commented, string};
use crate::modules::access_test::assertions::{is, is_deployed, must};
use crate::modules::access_test::mocked::{ENVIRONMENT, EXECUTION_ARN};
use crate::resources::api_gateway_method::Authorization;
use crate::resources::{api_gateway_integration, lambda_alias, lambda_permission};
use crate::routes::in_service::authorizer_id;
use crate::routes::path_resource::resource_id;
use crate::routes::permissions::Permission;
use crate::routes::steps::{Step, walk};
use crate::routes::{Auth, Method, Route, RoutePath};
use crate::service::{ApiMethod, Service};

/// Returns the assertions about routes, in the order of [`walk()`].
pub(crate) fn routes(service: &Service, permissions: &[Permission]) -> Vec<Block> {
    let mut blocks = Vec::new();
    for step in walk(service, permissions) {
        match step {
            Step::Resource(path) => blocks.extend(self::path(&path)),
            Step::Method(ApiMethod::Route(path, method, route), own) => {
                blocks.push(self::route(service, path, method, route, own));
            }
            Step::Method(ApiMethod::Preflight(path, cors), _) => {
                blocks.push(cors::preflight(service, path, cors));
            }
            Step::Permission(several) => {
                let title = several.title();
                let must = must(
                    "The permission",
                    &format!("allow only this: {title}"),
                    conditions(service, several),
                );
                blocks.push(commented(must, &title));
            }
        }
    }
    blocks
}

/// A permission allows what the spec asks for, and no more.
fn conditions(service: &Service, permission: &Permission) -> Vec<Expression> {
    let name = permission.name();
    let of = |attribute: &str| ["aws_lambda_permission.", name.as_str(), ".", attribute].concat();
    let source = permission.source(&service.api.stage);
    let alias = functions::alias(service, &permission.function);
    let qualifier = alias.map(|_| is(of("qualifier"), string(lambda_alias::LIVE)));
    let conditions = [
        is(of("action"), string(lambda_permission::ACTION)),
        is(
            of("function_name"),
            string(service.function_name(ENVIRONMENT, &permission.function)),
        ),
        is(of("principal"), string(lambda_permission::PRINCIPAL)),
        is(of("source_arn"), string(format!("{EXECUTION_ARN}{source}"))),
    ];
    conditions.into_iter().chain(qualifier).collect()
}

/// The resource of a path's last segment; none for the root, which comes with the API.
fn path(path: &RoutePath) -> Option<Block> {
    let segment = path.segments().last()?;
    let name = path.identifier();
    let of = |attribute: &str| ["aws_api_gateway_resource.", name.as_str(), ".", attribute].concat();
    let block = must(
        &format!("The resource of {path}"),
        "have this parent and this segment",
        [
            is(of("parent_id"), resource_id(&path.parent()?)),
            is(of("path_part"), string(segment.to_string())),
        ],
    );
    Some(commented(block, &path.to_string()))
}

fn route(
    service: &Service,
    path: &RoutePath,
    method: Method,
    route: &Route,
    own: Option<&Permission>,
) -> Block {
    let name = path.identifier_of(method);
    let of = |attribute: &str| ["module.", name.as_str(), ".", attribute].concat();
    let title = path.key(method);
    let mut holds = vec![
        is(of("resource_id"), resource_id(path)),
        is(of("http_method"), string(method.as_str())),
    ];
    let authorization = route.authorization(authorizer_id(&route.auth)).arguments();
    holds.extend(
        authorization.map(|(name, value)| is(of(name), value.unwrap_or_else(|| Authorization::unset(name)))),
    );
    holds.extend([
        is(of("integration_type"), string(api_gateway_integration::FUNCTION)),
        is(of("uri"), functions::invoke_arn(service, &route.function)),
    ]);
    holds.extend(own.into_iter().flat_map(|own| conditions(service, own)));
    holds.push(is_deployed(name.as_str()));
    let who = match route.auth {
        Auth::None => "",
        Auth::UserPool | Auth::Authorizer(_) => "for ",
    };
    let block = must(
        &title,
        &format!("be {who}{} and handled by `{}`", route.callers(), route.function),
        holds,
    );
    commented(block, &title)
}
