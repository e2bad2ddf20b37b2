//! `modules/service`: composes the others into the service.

use std::collections::{BTreeMap, BTreeSet};

use crate::hcl::{
    Block, Expression, argument, commented, lines, literal, object, reference, string, template, value,
};
use crate::identifier::Identifier;
use crate::modules::{
    Module, Output, Variable, access_test, authorizer, fingerprint, hash, lambda_integration, module_call,
    moved, preflight, rest_api, versions,
};
use crate::resources::{
    api_gateway_deployment, api_gateway_method, api_gateway_resource, api_gateway_stage,
    cloudwatch_log_group, lambda_function, lambda_permission,
};
use crate::routes::permissions::{self, Calls, Permission};
use crate::service::{Auth, Cors, Function, Method, Route, RoutePath, Service};

/// Where the deployment stands in an environment's root.
pub const DEPLOYMENT: &str = "module.service.aws_api_gateway_deployment.this";
/// Where the REST API stands there.
pub const REST_API: &str = "module.service.module.rest_api.aws_api_gateway_rest_api.this";
/// Where the stage stands there.
pub const STAGE: &str = "module.service.aws_api_gateway_stage.this";

/// Where the user pool stands in an environment's root.
pub const USER_POOL: &str = "module.service.module.user_pool.aws_cognito_user_pool.this";

/// The module.
pub fn module(service: &Service) -> Module {
    Module {
        folder: "modules/service".into(),
        summary: format!(
            "The service `{}`: users, functions, routes and the API that joins them.",
            service.name
        ),
        files: vec![
            ("user_pool.tf", user_pool(service)),
            ("functions.tf", functions(service)),
            ("routes.tf", routes(service)),
            ("api.tf", api(service)),
            ("moved.tf", moved::blocks(service)),
            ("versions.tf", versions(None)),
            (access_test::FILE, access_test::blocks(service)),
        ],
        variables: variables(service),
        outputs: outputs(service),
    }
}

fn variables(service: &Service) -> Vec<Variable> {
    let variable = Variable::new;
    let mut variables = vec![
        variable(
            "architecture",
            "string",
            "What the zips were built for: `x86_64` or `arm64`.",
        ),
        variable("artifacts_directory", "string", "Folder of the functions' zips."),
        variable(
            "deletion_protection",
            "string",
            "Whether AWS refuses to delete the user pool: `ACTIVE` or `INACTIVE`.",
        ),
        variable(
            "environment",
            "string",
            "Name of the environment, part of every function's name.",
        ),
        variable(
            "first_user_email",
            "string",
            "E-mail address of the first user, who is invited by mail.",
        ),
    ];
    if service.api.cors.is_some() {
        variables.push(variable(
            "allow_origin",
            "string",
            "The origin that browsers may call from, or `*`.",
        ));
    }
    variables
}

fn outputs(service: &Service) -> Vec<Output> {
    let mut outputs = vec![
        Output::new(
            "first_user_email",
            "E-mail address of the first user.",
            reference("module.first_user.email"),
        ),
        Output::new(
            "invoke_url",
            "Address of the API on AWS.",
            reference("aws_api_gateway_stage.this.invoke_url"),
        ),
        Output::new(
            "rest_api_id",
            "Id of the REST API.",
            reference("module.rest_api.id"),
        ),
        Output::new(
            "user_pool_id",
            "Id of the user pool.",
            reference("module.user_pool.id"),
        ),
        Output::new(
            "user_pool_client_ids",
            "Ids of the user pool's clients by name.",
            object(service.user_pool.clients.keys().map(|name| {
                (
                    name.clone(),
                    reference(&format!("module.{}.id", client_name(name))),
                )
            })),
        ),
    ];
    // The client of the commands that `apply` prints, which sign in with a password where one can.
    let clients = &service.user_pool.clients;
    let with_password = clients
        .iter()
        .find(|(_, client)| client.explicit_auth_flows.contains(&"ALLOW_USER_PASSWORD_AUTH"));
    if let Some((name, _)) = with_password.or_else(|| clients.iter().next()) {
        outputs.push(Output::new(
            "user_pool_client_id",
            format!("Id of the client `{name}`."),
            reference(&format!("module.{}.id", client_name(name))),
        ));
    }
    outputs
}

/// A client's call in the module.
pub(crate) fn client_name(client: &str) -> Identifier {
    Identifier::new(client).prefixed("client")
}

/// A function's call in the module.
pub(crate) fn function_name(function: &str) -> Identifier {
    Identifier::new(function).prefixed("function")
}

pub(crate) fn route_name(path: &RoutePath, method: Method) -> Identifier {
    path.identifier().prefixed(&method.as_str().to_lowercase())
}

pub(crate) fn preflight_name(path: &RoutePath) -> Identifier {
    path.identifier().prefixed("options")
}

fn user_pool(service: &Service) -> Vec<Block> {
    let mut blocks = vec![
        module_call("user_pool", "user_pool")
            .attribute(argument(
                "deletion_protection",
                reference("var.deletion_protection"),
            ))
            .build(),
    ];
    for (name, client) in &service.user_pool.clients {
        let flows = client.explicit_auth_flows.iter().map(|flow| string(*flow));
        blocks.push(
            module_call(client_name(name).as_str(), "user_pool_client")
                .attribute(argument("user_pool_id", reference("module.user_pool.id")))
                .attribute(argument("name", string(name)))
                .attribute(argument("explicit_auth_flows", lines(flows)))
                .build(),
        );
    }
    blocks.push(
        module_call("first_user", "user")
            .attribute(argument("user_pool_id", reference("module.user_pool.id")))
            .attribute(argument("email", reference("var.first_user_email")))
            .build(),
    );
    blocks
}

fn functions(service: &Service) -> Vec<Block> {
    let calls = service
        .functions
        .iter()
        .map(|(name, function)| function_call(service, name, function));
    cloudwatch_log_group::arn().into_iter().chain(calls).collect()
}

/// The environment variables of a function, where the API admits this origin: the spec's, and what a handler has to know.
pub fn environment_variables(
    service: &Service,
    function: &str,
    allow_origin: &str,
) -> BTreeMap<String, String> {
    let mut variables = service.functions[function].environment.clone();
    // A handler then sees the path as the spec has it: the event's path has no stage, but `lambda_http` adds it.
    variables
        .entry(lambda_function::IGNORE_STAGE_IN_PATH.into())
        .or_insert_with(|| "true".into());
    if let Some(cors) = &service.api.cors {
        variables.insert(lambda_function::CORS_ALLOW_ORIGIN.into(), allow_origin.into());
        if cors.allow_credentials {
            variables.insert(lambda_function::CORS_ALLOW_CREDENTIALS.into(), "true".into());
        }
    }
    variables
}

fn function_call(service: &Service, name: &str, function: &Function) -> Block {
    let mut environment: BTreeMap<String, Expression> = environment_variables(service, name, "")
        .iter()
        .map(|(key, text)| (key.clone(), string(text)))
        .collect();
    // The origin is the environment's.
    if let Some(origin) = environment.get_mut(lambda_function::CORS_ALLOW_ORIGIN) {
        *origin = reference("var.allow_origin");
    }
    module_call(function_name(name).as_str(), "lambda_function")
        .attribute(argument(
            "name",
            template([
                literal(format!("{}-", service.name)),
                value("var.environment"),
                literal(format!("-{name}")),
            ]),
        ))
        .attribute(argument("description", string(&function.description)))
        .attribute(argument(
            "filename",
            template([value("var.artifacts_directory"), literal(format!("/{name}.zip"))]),
        ))
        .attribute(argument("architecture", reference("var.architecture")))
        .attribute(argument("memory_mb", function.memory_mb))
        .attribute(argument("timeout_seconds", function.timeout_seconds))
        .attribute(argument("log_groups_arn", reference("local.log_groups_arn")))
        .attribute(argument("log_retention_days", function.log_retention_days))
        .attribute(argument("environment_variables", object(environment)))
        .build()
}

/// Path by path: its resource, its preflight, its routes with their own permissions; then the permissions of several
/// routes.
fn routes(service: &Service) -> Vec<Block> {
    let permissions: Vec<Permission> = permissions::of_service(service).into_values().flatten().collect();
    let block = |permission: &Permission| {
        lambda_permission::resource_block(
            permission,
            &function_name(&permission.function),
            &service.api.stage,
        )
    };
    let mut blocks = Vec::new();
    let mut made = BTreeSet::new();
    for path in service.paths() {
        for resource in path.resources() {
            if made.insert(resource.identifier()) {
                blocks.extend(
                    api_gateway_resource::resource_block(&resource)
                        .map(|block| commented(block, &resource.to_string())),
                );
            }
        }
        for method in service.methods(path) {
            let route = &service.routes[&(path.clone(), method)];
            blocks.push(commented(
                route_call(path, method, route),
                &format!("{} {path}: {}", method.as_str(), promise(route)),
            ));
            let own = permissions.iter().find(|permission| {
                permission.function == route.function
                    && permission.calls == Calls::Route(path.clone(), method)
            });
            blocks.extend(own.map(block));
        }
        if let Some(cors) = &service.api.cors {
            blocks.push(commented(
                preflight_call(service, path, cors),
                &format!("OPTIONS {path}: the preflight, without a token"),
            ));
        }
    }
    let several = permissions
        .iter()
        .filter(|permission| !permission.is_of_a_route());
    blocks.extend(several.map(|permission| commented(block(permission), &permission.title())));
    blocks
}

/// Who may call a route, and who answers.
pub(crate) fn promise(route: &Route) -> String {
    let who = match route.auth {
        Auth::None => "open to anyone",
        Auth::UserPool => "for who signed in",
    };
    format!("{who}, answered by {}", route.function)
}

fn route_call(path: &RoutePath, method: Method, route: &Route) -> Block {
    let mut call = module_call(route_name(path, method).as_str(), "lambda_integration")
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument("resource_id", api_gateway_resource::id(path)))
        .attribute(argument("http_method", string(method.as_str())))
        .attribute(argument(
            "authorization",
            string(api_gateway_method::authorization(route.auth)),
        ));
    if route.auth == Auth::UserPool {
        call = call.attribute(argument("authorizer_id", reference("module.authorizer.id")));
    }
    call.attribute(argument(
        "invoke_arn",
        reference(&format!("module.{}.invoke_arn", function_name(&route.function))),
    ))
    .build()
}

fn preflight_call(service: &Service, path: &RoutePath, cors: &Cors) -> Block {
    let methods = service.preflight_methods(path, cors);
    module_call(preflight_name(path).as_str(), "preflight")
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument("resource_id", api_gateway_resource::id(path)))
        .attribute(argument("allow_origin", reference("var.allow_origin")))
        .attribute(argument(
            "allow_methods",
            crate::hcl::list(methods.into_iter().map(string)),
        ))
        .build()
}

fn api(service: &Service) -> Vec<Block> {
    let mut rest_api = module_call("rest_api", "rest_api");
    if service.api.cors.is_some() {
        rest_api = rest_api.attribute(argument("allow_origin", reference("var.allow_origin")));
    }
    let authorizer = module_call("authorizer", "authorizer")
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument("user_pool_arn", reference("module.user_pool.arn")));
    let mut permissions: Vec<_> = permissions::of_service(service)
        .values()
        .flatten()
        .map(Permission::name)
        .collect();
    permissions.sort();
    let permissions = permissions
        .iter()
        .map(|name| reference(&format!("aws_lambda_permission.{name}")));
    vec![
        rest_api.build(),
        authorizer.build(),
        api_gateway_deployment::resource_block(triggers(service), deployed_modules(service)),
        api_gateway_stage::resource_block(&service.api.stage, permissions),
    ]
}

/// What the deployment waits for, sorted.
fn deployed_modules(service: &Service) -> Vec<Expression> {
    let mut names = vec!["module.authorizer".to_string(), "module.rest_api".to_string()];
    for (path, method) in service.routes.keys() {
        names.push(format!("module.{}", route_name(path, *method)));
    }
    if service.api.cors.is_some() {
        names.extend(
            service
                .paths()
                .into_iter()
                .map(|path| format!("module.{}", preflight_name(path))),
        );
    }
    names.sort();
    names.iter().map(|name| reference(name)).collect()
}

/// What a deployment snapshots of a service, by trigger: another text of any makes another deployment. What only an
/// environment knows stands there as a reference.
pub fn snapshot(service: &Service) -> BTreeMap<String, String> {
    let triggers = triggers(service).into_iter();
    triggers.map(|(name, value)| (name, value.to_string())).collect()
}

/// One entry a shared setting, sorted, then one a route, path by path. What a deployment snapshots is hashed from
/// the very blocks that make it, so that no change of the spec or of Portcullis is missed; what only an environment
/// knows stands there by value.
///
/// A comment above each route keeps its line from being aligned with others: a longer name would move them all, and
/// two pull requests that each add a route could not be merged.
fn triggers(service: &Service) -> Vec<(String, Expression)> {
    let mut triggers = vec![
        (
            "authorizer".to_string(),
            string(fingerprint(&authorizer::deployed(&service.api))),
        ),
        // A snapshot holds the ARNs of the functions, whose names hold the environment's: one that is renamed and keeps
        // its state needs another snapshot.
        ("environment".to_string(), reference("var.environment")),
    ];
    if service.api.cors.is_some() {
        triggers.insert(0, ("allow_origin".to_string(), reference("var.allow_origin")));
        triggers.push((
            "rest_api".to_string(),
            string(fingerprint(&rest_api::deployed(&service.api))),
        ));
    }
    // A snapshot holds the ARN of the pool: another pool needs another snapshot.
    triggers.push(("user_pool".to_string(), reference("module.user_pool.arn")));
    let trigger = |name: Identifier, title: String, parts: &[&str]| {
        (name.to_string(), commented(string(hash(parts)), &title))
    };
    let integration = fingerprint(&lambda_integration::deployed(&service.api));
    let preflight = service
        .api
        .cors
        .as_ref()
        .map(|cors| (cors, fingerprint(&preflight::deployed(cors))));
    for path in service.paths() {
        let text = path.to_string();
        for method in service.methods(path) {
            let route = &service.routes[&(path.clone(), method)];
            let call = fingerprint(&[route_call(path, method, route)]);
            // The call names the function's module; the snapshot holds its ARN, which the service's name is part of.
            let function = format!("{}-{}", service.name, route.function);
            triggers.push(trigger(
                route_name(path, method),
                format!("{} {text}", method.as_str()),
                &[&text, &call, &integration, &function],
            ));
        }
        if let Some((cors, preflight)) = &preflight {
            let call = fingerprint(&[preflight_call(service, path, cors)]);
            triggers.push(trigger(
                preflight_name(path),
                format!("OPTIONS {text}"),
                &[&text, &call, preflight],
            ));
        }
    }
    triggers
}
