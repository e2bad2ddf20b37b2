//! The routes' part of `modules/service`: `routes.tf`.

use crate::authorizer;
use crate::cors::in_service as preflights;
use crate::functions::in_service as functions;
use crate::hcl::{Block, Expression, argument, commented, literal, reference, string, template, value};
use crate::lambda_authorizers;
use crate::modules::module::module_call;
use crate::resources::lambda_permission;
use crate::routes::path_resource::{self, resource_id};
use crate::routes::permissions::Permission;
use crate::routes::steps::{Step, walk};
use crate::routes::{Auth, Method, Route, RoutePath};
use crate::service::{ApiMethod, Service};

/// The blocks of `routes.tf`, in the order of [`walk()`].
pub(crate) fn blocks(service: &Service, permissions: &[Permission]) -> Vec<Block> {
    let permission = |permission: &Permission| {
        let source = permission.source(&service.api.stage);
        lambda_permission::resource_block(lambda_permission::Arguments {
            label: &permission.name(),
            function: &functions::name(&permission.function),
            alias: functions::alias_name(service, &permission.function),
            principal: lambda_permission::PRINCIPAL,
            source: template([value("module.rest_api.execution_arn"), literal(source)]),
            source_account: None,
        })
    };
    let mut blocks = Vec::new();
    for step in walk(service, permissions) {
        match step {
            Step::Resource(path) => {
                blocks
                    .extend(path_resource::resource(&path).map(|block| commented(block, &path.to_string())));
            }
            Step::Method(ApiMethod::Route(path, method, route), own) => {
                blocks.push(commented(
                    call(service, path, method, route),
                    &format!(
                        "{}: {}, handled by `{}`",
                        path.key(method),
                        route.callers(),
                        route.function
                    ),
                ));
                blocks.extend(own.map(permission));
            }
            Step::Method(ApiMethod::Preflight(path, cors), _) => blocks.push(commented(
                preflights::call(service, path, cors),
                &format!("OPTIONS {path}: preflight, public, handled by API Gateway"),
            )),
            Step::Permission(several) => blocks.push(commented(permission(several), &several.title())),
        }
    }
    blocks
}

/// The id of the authorizer of a route. A public route has none.
pub(crate) fn authorizer_id(auth: &Auth) -> Option<Expression> {
    match auth {
        Auth::None => None,
        Auth::UserPool => Some(authorizer::in_service::id()),
        Auth::Authorizer(name) => Some(lambda_authorizers::in_service::id(name)),
    }
}

/// The call for a route.
pub(crate) fn call(service: &Service, path: &RoutePath, method: Method, route: &Route) -> Block {
    let authorization = route
        .authorization(authorizer_id(&route.auth))
        .arguments()
        .into_iter();
    let authorization = authorization.filter_map(|(name, value)| Some(argument(name, value?)));
    module_call(path.identifier_of(method).as_str(), "lambda_integration")
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument("resource_id", resource_id(path)))
        .attribute(argument("http_method", string(method.as_str())))
        .attributes(authorization)
        .attribute(argument("uri", functions::invoke_arn(service, &route.function)))
        .build()
}
