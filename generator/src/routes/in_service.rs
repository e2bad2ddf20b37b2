//! The routes' part of `modules/service`: `routes.tf`.

use std::collections::BTreeSet;

use crate::authorizer;
use crate::cors::in_service as preflights;
use crate::functions::in_service as functions;
use crate::hcl::{Block, argument, commented, reference, string};
use crate::identifier::Identifier;
use crate::modules::module::module_call;
use crate::resources::{lambda_alias, lambda_permission};
use crate::routes::permissions::{self, Permission};
use crate::routes::resource::{self, resource_id};
use crate::routes::{Method, Route, RoutePath};
use crate::service::Service;

/// The name of a route's call.
pub(crate) fn name(path: &RoutePath, method: Method) -> Identifier {
    path.identifier().prefixed(&method.as_str().to_lowercase())
}

/// Path by path: its resource, its routes with their own permissions, its preflight; then the permissions of several
/// routes.
pub(crate) fn blocks(service: &Service, permissions: &[Permission]) -> Vec<Block> {
    let by_route = permissions::by_route(permissions);
    let block = |permission: &Permission| {
        lambda_permission::resource_block(
            &permission.name(),
            &functions::name(&permission.function),
            functions::alias(service, &permission.function)
                .map(|alias| lambda_alias::attribute(&alias, "name")),
            permission.source(&service.api.stage),
        )
    };
    let mut blocks = Vec::new();
    let mut made = BTreeSet::new();
    for (path, methods) in service.routes.paths() {
        for path in path.resources() {
            if made.insert(path.identifier()) {
                blocks.extend(resource::resource(&path).map(|block| commented(block, &path.to_string())));
            }
        }
        for (&method, route) in methods {
            blocks.push(commented(
                call(service, path, method, route),
                &format!(
                    "{} {path}: {}, handled by `{}`",
                    method.as_str(),
                    route.callers(),
                    route.function
                ),
            ));
            let own = by_route.get(&(path, method)).copied();
            blocks.extend(own.map(block));
        }
        if let Some(cors) = &service.api.cors {
            blocks.push(commented(
                preflights::call(service, path, cors),
                &format!("OPTIONS {path}: preflight, public, handled by API Gateway"),
            ));
        }
    }
    let several = permissions
        .iter()
        .filter(|permission| !permission.is_of_a_route());
    blocks.extend(several.map(|permission| commented(block(permission), &permission.title())));
    blocks
}

/// The call for a route.
pub(crate) fn call(service: &Service, path: &RoutePath, method: Method, route: &Route) -> Block {
    let authorization = route
        .authorization(authorizer::in_service::id())
        .arguments()
        .into_iter();
    let authorization = authorization.filter_map(|(name, value)| Some(argument(name, value?)));
    module_call(name(path, method).as_str(), "lambda_integration")
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument("resource_id", resource_id(path)))
        .attribute(argument("http_method", string(method.as_str())))
        .attributes(authorization)
        .attribute(argument("uri", functions::invoke_arn(service, &route.function)))
        .build()
}
