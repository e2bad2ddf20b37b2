//! Who may call what: the gate, the routes behind it and beside it, and who answers.

use std::collections::BTreeSet;

use crate::cors::preflight_module as preflight;
use crate::hcl::{Block, Expression, call, commented, literal, reference, string};
use crate::modules::access_test::{ENVIRONMENT, EXECUTION_ARN, ORIGIN, USER_POOL_ARN, is, says, set};
use crate::modules::service::{function_name, preflight_name, promise, route_name};
use crate::resources::{
    api_gateway_gateway_response, api_gateway_integration_response, api_gateway_method, api_gateway_resource,
    lambda_permission,
};
use crate::routes::permissions::{self, Calls, Permission};
use crate::service::{Auth, Cors, Method, Route, RoutePath, Service};

/// The gate, then path by path: its resource, its routes, its preflight.
pub(crate) fn who_may_call(service: &Service) -> Vec<Block> {
    let mut blocks = vec![authorizer(service), stage(service)];
    if let Some(cors) = &service.api.cors {
        blocks.push(gateway_responses(cors));
    }
    let mut made = BTreeSet::new();
    let permissions: Vec<Permission> = permissions::of_service(service).into_values().flatten().collect();
    for path in service.paths() {
        for resource in path.resources() {
            if made.insert(resource.identifier()) {
                blocks.extend(self::path(&resource));
            }
        }
        for method in service.methods(path) {
            let route = &service.routes[&(path.clone(), method)];
            let own = permissions.iter().find(|permission| {
                permission.function == route.function
                    && permission.calls == Calls::Route(path.clone(), method)
            });
            blocks.push(self::route(service, path, method, route, own));
        }
        if let Some(cors) = &service.api.cors {
            blocks.push(self::preflight(service, path, cors));
        }
    }
    let several = permissions
        .iter()
        .filter(|permission| !permission.is_of_a_route());
    blocks.extend(several.map(|permission| {
        let title = permission.title();
        let of = format!("function {}", permission.function);
        commented(says(&of, &title, conditions(service, permission)), &title)
    }));
    blocks
}

/// A permission allows what the spec asks for, and no more.
fn conditions(service: &Service, permission: &Permission) -> Vec<Expression> {
    let of = |attribute: &str| format!("aws_lambda_permission.{}.{attribute}", permission.name());
    let source = permission.source(&service.api.stage);
    vec![
        is(&of("action"), string(lambda_permission::ACTION)),
        is(
            &of("function_name"),
            string(service.function_name(ENVIRONMENT, &permission.function)),
        ),
        is(&of("principal"), string(lambda_permission::PRINCIPAL)),
        is(&of("source_arn"), string(format!("{EXECUTION_ARN}{source}"))),
    ]
}

fn authorizer(service: &Service) -> Block {
    says(
        "guarded routes",
        "who signed in to this user pool is let in, by the token in Authorization",
        [
            is("module.authorizer.type", string("COGNITO_USER_POOLS")),
            is("module.authorizer.provider_arns", set([string(USER_POOL_ARN)])),
            is(
                "module.authorizer.identity_source",
                string("method.request.header.Authorization"),
            ),
            is(
                "module.authorizer.result_ttl_seconds",
                service.api.authorizer_ttl_seconds,
            ),
        ],
    )
}

fn stage(service: &Service) -> Block {
    says(
        &format!("the stage {}", service.api.stage),
        "it serves what was deployed",
        [
            is(
                "aws_api_gateway_stage.this.stage_name",
                string(&service.api.stage),
            ),
            is(
                "aws_api_gateway_stage.this.deployment_id",
                reference("aws_api_gateway_deployment.this.id"),
            ),
        ],
    )
}

fn gateway_responses(cors: &Cors) -> Block {
    let headers = preflight::shared_headers(cors, literal(ORIGIN));
    says(
        "the gateway's own errors",
        "pages of this origin may read them, and no others",
        api_gateway_gateway_response::TYPES.map(|kind| {
            let parameters = api_gateway_gateway_response::parameters(&headers);
            is(
                &format!("module.rest_api.gateway_responses.{kind}"),
                call("tomap", [parameters]),
            )
        }),
    )
}

/// The resource of a path's last segment; none for the root, which comes with the API.
fn path(path: &RoutePath) -> Option<Block> {
    let segment = path.segments().last()?;
    let of = |attribute: &str| format!("aws_api_gateway_resource.{}.{attribute}", path.identifier());
    let block = says(
        "this path",
        &path.to_string(),
        [
            is(&of("parent_id"), api_gateway_resource::id(&path.parent()?)),
            is(&of("path_part"), string(segment.to_string())),
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
    let name = route_name(path, method);
    let of = |attribute: &str| format!("module.{name}.{attribute}");
    let authorizer = match route.auth {
        Auth::None => Expression::null(),
        Auth::UserPool => reference("module.authorizer.id"),
    };
    let invoke_arn = format!("module.{}.invoke_arn", function_name(&route.function));
    let title = format!("{} {path}", method.as_str());
    let mut holds = vec![
        is(&of("resource_id"), api_gateway_resource::id(path)),
        is(&of("http_method"), string(method.as_str())),
        is(
            &of("authorization"),
            string(api_gateway_method::authorization(route.auth)),
        ),
        is(&of("authorizer_id"), authorizer),
        is(&of("integration_type"), string("AWS_PROXY")),
        is(&of("uri"), reference(&invoke_arn)),
    ];
    holds.extend(own.into_iter().flat_map(|own| conditions(service, own)));
    holds.push(is_deployed(name.as_str()));
    let block = says(&title, &promise(route), holds);
    commented(block, &title)
}

fn preflight(service: &Service, path: &RoutePath, cors: &Cors) -> Block {
    let name = preflight_name(path);
    let of = |attribute: &str| format!("module.{name}.{attribute}");
    let methods = literal(service.preflight_methods(path, cors).join(","));
    let headers = preflight::headers(cors, literal(ORIGIN), methods);
    let title = format!("OPTIONS {path}");
    let block = says(
        &title,
        "the preflight, without a token and without a function",
        [
            is(&of("resource_id"), api_gateway_resource::id(path)),
            is(&of("http_method"), string("OPTIONS")),
            is(
                &of("authorization"),
                string(api_gateway_method::authorization(Auth::None)),
            ),
            is(&of("integration_type"), string("MOCK")),
            is(
                &of("response_parameters"),
                call("tomap", [api_gateway_integration_response::parameters(&headers)]),
            ),
            is_deployed(name.as_str()),
        ],
    );
    commented(block, &title)
}

/// A changed guard is in force only after another deployment, which a hash in the triggers makes.
fn is_deployed(name: &str) -> Expression {
    let triggers = reference("aws_api_gateway_deployment.this.triggers");
    call("contains", [call("keys", [triggers]), string(name)])
}
