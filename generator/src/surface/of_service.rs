//! The surface that a spec asks for.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::modules;
use crate::resources::{
    api_gateway_authorizer, api_gateway_gateway_response, api_gateway_method, lambda_function,
    lambda_permission,
};
use crate::routes::permissions;
use crate::service::{Auth, Cors, Environment, LOCAL, Service};
use crate::surface::resources::digest;
use crate::surface::{
    Api, Authorizer, Client, FORMAT, Function, GatewayResponse, Invoker, Password, Preflight, Route,
    Statement, Surface, Uncertain, UserPool, functions,
};

/// The surface of a service in one of its environments.
pub fn of_service(service: &Service, environment: &Environment) -> Surface {
    let mut routes: Vec<Route> = service
        .routes
        .iter()
        .map(|((path, method), route)| Route {
            path: path.to_string(),
            method: method.as_str().into(),
            auth_type: api_gateway_method::authorization(route.auth).into(),
            authorizer: (route.auth == Auth::UserPool).then(|| api_gateway_authorizer::NAME.into()),
            scopes: Vec::new(),
            api_key_required: false,
            integration: "AWS_PROXY".into(),
            function: Some(route.function.clone()),
            qualifier: None,
            uri: None,
            cors: None,
            uncertain: Uncertain::default(),
        })
        .collect();
    if let Some(cors) = &service.api.cors {
        routes.extend(service.paths().into_iter().map(|path| Route {
            path: path.to_string(),
            method: "OPTIONS".into(),
            auth_type: api_gateway_method::authorization(Auth::None).into(),
            authorizer: None,
            scopes: Vec::new(),
            api_key_required: false,
            integration: "MOCK".into(),
            function: None,
            qualifier: None,
            uri: None,
            cors: Some(Preflight {
                allow_origin: environment.allow_origin.clone(),
                allow_methods: service.preflight_methods(path, cors),
                allow_headers: cors.allow_headers.clone(),
                allow_credentials: cors.allow_credentials,
                max_age_seconds: cors.max_age_seconds,
                other_headers: BTreeMap::new(),
            }),
            uncertain: Uncertain::default(),
        }));
    }
    let name = environment_name(environment);
    let cors = service.api.cors.iter();
    Surface {
        format: FORMAT,
        api: Api {
            name: normalized(&service.api.name),
            stage: service.api.stage.clone(),
            other_stages: Vec::new(),
            endpoint: "REGIONAL".into(),
        },
        authorizers: vec![Authorizer {
            name: api_gateway_authorizer::NAME.into(),
            kind: "COGNITO_USER_POOLS".into(),
            header: "Authorization".into(),
            ttl_seconds: service.api.authorizer_ttl_seconds,
            pools: vec!["${user_pool}".into()],
            validation: None,
            function: None,
        }],
        routes,
        functions: service
            .functions
            .keys()
            .map(|function| of_function(service, environment, name, function))
            .collect(),
        user_pool: Some(of_user_pool(service, environment)),
        gateway_responses: cors
            .flat_map(|cors| gateway_responses(cors, environment))
            .collect(),
        other_arguments: Vec::new(),
        others: Vec::new(),
        unknown: Vec::new(),
    }
    .sorted()
}

/// The one thing that Terraform does to a string.
fn normalized(text: &str) -> String {
    text.nfc().collect()
}

/// An environment's tags hold its name.
fn environment_name(environment: &Environment) -> &str {
    environment.tags.get("Environment").map_or(LOCAL, String::as_str)
}

fn of_function(
    service: &Service,
    environment: &Environment,
    environment_name: &str,
    function: &str,
) -> Function {
    let name = service.function_name(environment_name, function);
    let permissions = permissions::of_function(service, function);
    let mut invokers: Vec<Invoker> = permissions
        .iter()
        .map(|permission| Invoker {
            principal: lambda_permission::PRINCIPAL.into(),
            action: lambda_permission::ACTION.into(),
            source: Some(format!("${{api}}{}", permission.source(&service.api.stage))),
            source_account: None,
            principal_org_id: None,
            function_url_auth_type: None,
            qualifier: None,
        })
        .collect();
    invokers.sort();
    // What `iam_role_policy::write_logs` lets it do.
    let mut statements = vec![Statement {
        effect: "Allow".into(),
        actions: vec!["logs:CreateLogStream".into(), "logs:PutLogEvents".into()],
        not_actions: Vec::new(),
        resources: vec![format!(
            "arn:${{partition}}:logs:${{region}}:${{account}}:log-group:/aws/lambda/{name}:*"
        )],
        not_resources: Vec::new(),
        condition: None,
    }];
    functions::sort(&mut statements);
    let variables = modules::environment_variables(service, function, &environment.allow_origin);
    Function {
        name: function.into(),
        code: format!("../../artifacts/${{architecture}}/{function}.zip"),
        handler: lambda_function::HANDLER.into(),
        runtime: lambda_function::RUNTIME.into(),
        environment: variables
            .into_iter()
            .map(|(name, value)| (name, digest(&normalized(&value))))
            .collect(),
        assumed_by: vec!["Service:lambda.amazonaws.com".into()],
        role: None,
        statements,
        managed_policies: Vec::new(),
        invokers,
        url_auth: None,
    }
}

fn of_user_pool(service: &Service, environment: &Environment) -> UserPool {
    let pool = &service.user_pool;
    let password = &pool.password;
    UserPool {
        name: pool.name.clone(),
        sign_in_with: vec!["email".into()],
        verified: vec!["email".into()],
        verified_before_update: vec!["email".into()],
        case_sensitive: false,
        self_sign_up: pool.self_sign_up,
        password: Password {
            minimum_length: password.minimum_length.into(),
            lowercase: password.lowercase,
            uppercase: password.uppercase,
            numbers: password.numbers,
            symbols: password.symbols,
            temporary_password_validity_days: password.temporary_password_validity_days.into(),
        },
        mfa: "OFF".into(),
        deletion_protection: environment.deletion_protection,
        clients: pool
            .clients
            .iter()
            .map(|(name, client)| Client {
                name: name.clone(),
                auth_flows: client
                    .explicit_auth_flows
                    .iter()
                    .map(|flow| (*flow).into())
                    .collect(),
                generate_secret: false,
                hides_users: true,
                oauth_flows: Vec::new(),
                oauth_scopes: Vec::new(),
                callback_urls: Vec::new(),
                identity_providers: Vec::new(),
            })
            .collect(),
    }
}

fn gateway_responses<'a>(
    cors: &'a Cors,
    environment: &'a Environment,
) -> impl Iterator<Item = GatewayResponse> + 'a {
    let quoted = |text: &str| format!("'{text}'");
    api_gateway_gateway_response::TYPES.into_iter().map(move |kind| {
        let mut headers = BTreeMap::from([
            (
                "Access-Control-Allow-Headers".to_owned(),
                quoted(&cors.allow_headers.join(",")),
            ),
            (
                "Access-Control-Allow-Origin".to_owned(),
                quoted(&environment.allow_origin),
            ),
        ]);
        if cors.allow_credentials {
            headers.insert("Access-Control-Allow-Credentials".to_owned(), quoted("true"));
        }
        GatewayResponse {
            kind: kind.into(),
            status: None,
            headers,
            templates: BTreeMap::new(),
        }
    })
}
