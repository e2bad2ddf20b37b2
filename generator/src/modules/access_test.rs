//! `modules/service/tests/access.tftest.hcl`: what the spec says about who may do what, as a test of Terraform's own
//! that travels with the modules.
//!
//! It states the spec a second time, in literals: a hand edit of the modules that opens more than the spec says has to
//! edit the test as well. A provider that makes things up stands in for AWS, so that it takes no credentials, no network
//! and no artifacts. What such a test cannot see is a resource that it does not know of; the surface of a plan shows
//! that one.
//!
//! <https://developer.hashicorp.com/terraform/language/tests/mocking>

use crate::hcl::{
    Block, Body, Expression, argument, block, call, commented, equal, lines, literal, object, reference,
    string,
};
use crate::modules::service::{client_name, function_name, preflight_name, promise, route_name};
use crate::modules::{LOCAL_ACCOUNT, preflight};
use crate::resources::{
    api_gateway_gateway_response, api_gateway_integration_response, api_gateway_method, api_gateway_resource,
    cloudwatch_log_group, iam_role, iam_role_policy, lambda_function, lambda_permission,
};
use crate::service::{Auth, Client, Cors, Function, Method, PasswordPolicy, Route, RoutePath, Service};

/// The file, beside the module that it tests.
pub const FILE: &str = "tests/access.tftest.hcl";

/// The environment and the origin of the test; the provider's ARNs are made up of the rest.
const ENVIRONMENT: &str = "test";
const ORIGIN: &str = "https://page.example";
const EXECUTION_ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:mocked";
const LOG_GROUPS_ARN: &str = "arn:aws:logs:us-east-1:123456789012:log-group";
const ROLE_ARN: &str = "arn:aws:iam::123456789012:role/mocked";
const USER_POOL_ARN: &str = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_mocked";

/// The blocks of the file: the made-up provider, what the modules are given, and one run for each question.
pub fn blocks(service: &Service) -> Vec<Block> {
    vec![
        commented(
            mock_provider(),
            "What the spec says about who may do what, held against the modules. It takes no credentials, no network\n\
             and no artifacts. In this module's folder:\n\
             \n\
             \u{20}  terraform init -backend=false && terraform test\n\
             \n\
             The provider makes up what AWS would answer: ids at random, ARNs as they are compared below.",
        ),
        variables(service),
        run("who_may_sign_in", who_may_sign_in(service)),
        run("what_functions_may_do", what_functions_may_do(service)),
        run("who_may_call", who_may_call(service)),
    ]
}

/// Answers in a plan already, which needs neither an apply nor anything to be destroyed. Of a resource without a block
/// here everything that AWS decides stays unknown.
fn mock_provider() -> Block {
    let resource = |of: &str, defaults| mock("mock_resource", of, defaults);
    let data = |of: &str, defaults| mock("mock_data", of, defaults);
    block("mock_provider", ["aws"])
        .attribute(argument("override_during", reference("plan")))
        .blocks([
            data("aws_caller_identity", &[("account_id", LOCAL_ACCOUNT)]),
            data("aws_service", &[("partition", "aws"), ("region", "us-east-1")]),
            resource("aws_api_gateway_authorizer", &[]),
            resource("aws_api_gateway_deployment", &[]),
            resource("aws_api_gateway_resource", &[]),
            resource("aws_api_gateway_rest_api", &[("execution_arn", EXECUTION_ARN)]),
            resource("aws_cognito_user_pool", &[("arn", USER_POOL_ARN)]),
            resource("aws_iam_role", &[("arn", ROLE_ARN)]),
            resource("aws_lambda_function", &[]),
        ])
        .build()
}

fn mock(kind: &str, of: &str, defaults: &[(&str, &str)]) -> Block {
    let mut mock = block(kind, [of]);
    if !defaults.is_empty() {
        let defaults = defaults.iter().map(|(name, value)| (*name, string(*value)));
        mock = mock.attribute(argument("defaults", object(defaults)));
    }
    mock.build()
}

fn variables(service: &Service) -> Block {
    let mut variables = vec![
        ("architecture", service.architecture.as_str()),
        ("artifacts_directory", "artifacts"),
        ("deletion_protection", "ACTIVE"),
        ("environment", ENVIRONMENT),
        ("first_user_email", "someone@example.com"),
    ];
    if service.api.cors.is_some() {
        variables.insert(0, ("allow_origin", ORIGIN));
    }
    let variables = variables
        .into_iter()
        .map(|(name, value)| argument(name, string(value)));
    block("variables", [])
        .structures(variables.collect::<Body>())
        .build()
}

fn run(question: &str, answers: Vec<Block>) -> Block {
    block("run", [question])
        .attribute(argument("command", reference("plan")))
        .blocks(answers)
        .build()
}

/// A sentence of the spec's, and everything that has to hold for it.
fn says(of: &str, what: &str, conditions: impl IntoIterator<Item = Expression>) -> Block {
    let mut conditions: Vec<_> = conditions.into_iter().collect();
    let condition = if conditions.len() == 1 {
        conditions.remove(0)
    } else {
        call("alltrue", [lines(conditions)])
    };
    block("assert", [])
        .attribute(argument("condition", condition))
        .attribute(argument(
            "error_message",
            string(format!("The spec says of {of}: {what}.")),
        ))
        .build()
}

/// An attribute has this value.
fn is(path: &str, value: impl Into<Expression>) -> Expression {
    equal(reference(path), value)
}

fn set(items: impl IntoIterator<Item = Expression>) -> Expression {
    call("toset", [lines(items)])
}

fn who_may_sign_in(service: &Service) -> Vec<Block> {
    let pool = &service.user_pool;
    let registers = if pool.self_sign_up {
        "anybody may register"
    } else {
        "only who is invited has an account"
    };
    let mut blocks = vec![
        says(
            "the user pool",
            registers,
            [is("module.user_pool.admin_create_user_only", !pool.self_sign_up)],
        ),
        password(&pool.password),
        says(
            "the user pool",
            "its environment decides whether AWS refuses to delete it",
            [is("module.user_pool.deletion_protection", string("ACTIVE"))],
        ),
    ];
    blocks.extend(
        pool.clients
            .iter()
            .map(|(name, client)| self::client(name, client)),
    );
    blocks
}

fn password(policy: &PasswordPolicy) -> Block {
    let of = |name: &str| format!("module.user_pool.password_policy.{name}");
    let kinds = [
        (policy.lowercase, "a lower-case letter"),
        (policy.numbers, "a number"),
        (policy.symbols, "a symbol"),
        (policy.uppercase, "an upper-case letter"),
    ];
    let kinds = kinds.iter().filter(|(required, _)| *required);
    let mut holds = vec![format!("at least {} characters", policy.minimum_length)];
    holds.extend(kinds.map(|(_, kind)| (*kind).to_string()));
    let days = policy.temporary_password_validity_days;
    says(
        "a password",
        &format!(
            "{}; one of an invitation is good for {}",
            holds.join(", "),
            in_days(days)
        ),
        [
            is(&of("minimum_length"), policy.minimum_length),
            is(&of("require_lowercase"), policy.lowercase),
            is(&of("require_numbers"), policy.numbers),
            is(&of("require_symbols"), policy.symbols),
            is(&of("require_uppercase"), policy.uppercase),
            is(&of("temporary_password_validity_days"), days),
        ],
    )
}

fn in_days(days: u32) -> String {
    format!("{days} day{}", if days == 1 { "" } else { "s" })
}

fn client(name: &str, client: &Client) -> Block {
    let of = |attribute: &str| format!("module.{}.{attribute}", client_name(name));
    let flows = client.explicit_auth_flows.iter().map(|flow| string(*flow));
    let block = says(
        &format!("the client {name}"),
        "it signs users in in no other way, and tells nobody who has an account",
        [
            is(&of("explicit_auth_flows"), set(flows)),
            is(&of("prevent_user_existence_errors"), string("ENABLED")),
        ],
    );
    commented(block, &format!("Client {name}"))
}

fn what_functions_may_do(service: &Service) -> Vec<Block> {
    let function = |(name, function)| self::function(service, name, function);
    service.functions.iter().map(function).collect()
}

fn function(service: &Service, name: &String, function: &Function) -> Block {
    let of = |attribute: &str| format!("module.{}.{attribute}", function_name(name));
    let full_name = service.function_name(ENVIRONMENT, name);
    let streams = cloudwatch_log_group::streams(literal(LOG_GROUPS_ARN), literal(&full_name));
    let mut conditions = vec![
        is(&of("name"), string(full_name)),
        is(&of("log_retention_days"), function.log_retention_days),
        is(&of("role_arn"), string(ROLE_ARN)),
        is(&of("assume_role_policy"), iam_role::assume_role_policy()),
        is(&of("role_policy"), iam_role_policy::policy(streams)),
    ];
    if service.api.cors.is_some() {
        let origin = format!("environment_variables.{}", lambda_function::CORS_ALLOW_ORIGIN);
        conditions.insert(1, is(&of(&origin), string(ORIGIN)));
    }
    let days = function.log_retention_days;
    let block = says(
        &format!("the function {name}"),
        &format!(
            "it may write its own logs, which are kept for {}, and do nothing else; Lambda alone takes its role",
            in_days(days)
        ),
        conditions,
    );
    commented(block, &format!("Function {name}"))
}

/// The gate, then path by path: its resource, its routes, its preflight.
fn who_may_call(service: &Service) -> Vec<Block> {
    let mut blocks = vec![authorizer(service), stage(service)];
    if let Some(cors) = &service.api.cors {
        blocks.push(gateway_responses(cors));
    }
    let mut made = std::collections::BTreeSet::new();
    for path in service.paths() {
        for resource in path.resources() {
            if made.insert(resource.identifier()) {
                blocks.extend(self::path(&resource));
            }
        }
        for method in service.methods(path) {
            let route = &service.routes[&(path.clone(), method)];
            blocks.push(self::route(service, path, method, route));
        }
        if let Some(cors) = &service.api.cors {
            blocks.push(self::preflight(service, path, cors));
        }
    }
    blocks
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

fn route(service: &Service, path: &RoutePath, method: Method, route: &Route) -> Block {
    let name = route_name(path, method);
    let of = |attribute: &str| format!("module.{name}.{attribute}");
    let permission = |attribute: &str| format!("aws_lambda_permission.{name}.{attribute}");
    let authorizer = match route.auth {
        Auth::None => Expression::null(),
        Auth::UserPool => reference("module.authorizer.id"),
    };
    let invoke_arn = format!("module.{}.invoke_arn", function_name(&route.function));
    let source = lambda_permission::source(&service.api.stage, method, path);
    let title = format!("{} {path}", method.as_str());
    let block = says(
        &title,
        &promise(route),
        [
            is(&of("resource_id"), api_gateway_resource::id(path)),
            is(&of("http_method"), string(method.as_str())),
            is(
                &of("authorization"),
                string(api_gateway_method::authorization(route.auth)),
            ),
            is(&of("authorizer_id"), authorizer),
            is(&of("integration_type"), string("AWS_PROXY")),
            is(&of("uri"), reference(&invoke_arn)),
            is(&permission("action"), string(lambda_permission::ACTION)),
            is(
                &permission("function_name"),
                string(service.function_name(ENVIRONMENT, &route.function)),
            ),
            is(&permission("principal"), string(lambda_permission::PRINCIPAL)),
            is(
                &permission("source_arn"),
                string(format!("{EXECUTION_ARN}{source}")),
            ),
            is_deployed(name.as_str()),
        ],
    );
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
