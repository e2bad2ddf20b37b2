//! `modules/service/tests/access.tftest.hcl`: what the spec says about who may do what, as a test of Terraform's own
//! that travels with the modules.
//!
//! It states the spec a second time, in literals. A hand edit of the modules that opens more than the spec must
//! therefore edit the test as well. A mock provider stands in for AWS, so that it takes no credentials, no network and
//! no artifacts. Such a test can't see an unknown resource; the surface of a plan shows it.
//!
//! <https://developer.hashicorp.com/terraform/language/tests/mocking>

pub(crate) mod assertions;
pub(crate) mod mocked;

use crate::access_logs::{access_test as access_logs, in_service};
use crate::asynchronous::access_test as asynchronous;
use crate::authorizer::{self, Authorizer};
use crate::buckets::access_test as buckets;
use crate::environments::module::LOCAL_ACCOUNT;
use crate::events::access_test as events;
use crate::functions::access_test as functions;
use crate::functions::in_service::alias;
use crate::functions::{architecture, common, settings};
use crate::hcl::{Block, argument, block, commented, object, reference, string};
use crate::lambda_authorizers::access_test as lambda_authorizers;
use crate::own::access_test as own;
use crate::queues::access_test as queues;
use crate::references::Reference;
use crate::routes::access_test as routes;
use crate::routes::permissions::Permission;
use crate::service::{LOCAL, Service, UserPool};
use crate::tables::access_test as tables;
use crate::topics::access_test as topics;
use crate::user_pool::access_test as users;
use crate::uses::settings as settings_of_data;
use crate::{api, cors, throttling, usage_plans};
use mocked::{ENVIRONMENT, EXECUTION_ARN, ORIGIN, ROLE_ARN, USER_POOL_ARN};

/// The file, beside the module that it tests.
pub const FILE: &str = "tests/access.tftest.hcl";

/// The blocks of the file: the made-up provider, what the modules are given, and one run for each question.
pub fn blocks(service: &Service, permissions: &[Permission]) -> Vec<Block> {
    let questions = match service.own_user_pool() {
        Some(_) => "who may call, what functions may do, who may\nsign in",
        None => "who may call, what functions may\ndo",
    };
    let mut blocks = vec![
        commented(
            mock_provider(service),
            &format!(
                "Compares the modules with literal values from portcullis.toml: {questions}. It needs no credentials, no \
                 network and no zips. Run it in this module's folder:\n\
                 \n\
                 \u{20}  terraform init -backend=false && terraform test\n\
                 \n\
                 The mocked provider makes up IDs at random, and ARNs as they are compared below."
            ),
        ),
        variables(service),
    ];
    blocks.extend(own::overrides(service));
    blocks.extend(users::overrides(service));
    blocks.extend(tables::overrides(service));
    let users = service.own_user_pool().map(users::assertions);
    blocks.extend(users.map(|users| run("who_may_sign_in", users)));
    blocks.extend([
        run("what_functions_may_do", functions::assertions(service)),
        run("who_may_call", who_may_call(service, permissions)),
    ]);
    let mut events = events::assertions(service);
    events.extend(asynchronous::assertions(service));
    if !events.is_empty() {
        blocks.push(run("what_invokes_functions", events));
    }
    let mut data = tables::assertions(service);
    data.extend(buckets::assertions(service));
    data.extend(queues::assertions(service));
    data.extend(topics::assertions(service));
    if !data.is_empty() {
        blocks.push(run("what_protects_data", data));
    }
    blocks
}

/// The authorizer and what the API shares, then the routes.
fn who_may_call(service: &Service, permissions: &[Permission]) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(Authorizer::of(service).map(authorizer::access_test::authorizer));
    blocks.extend(lambda_authorizers::assertions(service));
    blocks.push(api::access_test::stage(&service.api.stage));
    blocks.extend(access_logs::assertion(service));
    blocks.extend(
        service
            .api
            .cors
            .as_ref()
            .map(cors::access_test::gateway_responses),
    );
    blocks.extend(routes::routes(service, permissions));
    blocks.extend(throttling::access_test::assertions(service));
    blocks.extend(usage_plans::access_test::assertions(service));
    blocks
}

/// Answers in a plan already, which needs neither an apply nor anything to be destroyed. Of a resource without a block
/// here everything that AWS decides stays unknown.
fn mock_provider(service: &Service) -> Block {
    let has_alias = service
        .functions
        .keys()
        .any(|name| alias(service, name).is_some());
    let resource = |of: &str, defaults| mock("mock_resource", of, defaults);
    let data = |of: &str, defaults| mock("mock_data", of, defaults);
    let mut rest_api = vec![("execution_arn", EXECUTION_ARN)];
    if functions::is_compared(service, |one| matches!(one, Reference::ApiId | Reference::ApiUrl)) {
        rest_api.push(("id", mocked::ID));
    }
    // The provider takes a group only if the ID of its pool looks like one.
    let user_pool = [("arn", USER_POOL_ARN), ("id", mocked::USER_POOL_ID)];
    let mut aws_service = vec![("partition", "aws"), ("region", "us-east-1")];
    if crate::functions::in_service::has_url_of_api(service) {
        aws_service.insert(0, ("dns_name", mocked::EXECUTE_API_DNS_NAME));
    }
    let mut mocks = vec![
        data("aws_caller_identity", &[("account_id", LOCAL_ACCOUNT)]),
        data("aws_service", &aws_service),
    ];
    let has_authorizer = Authorizer::of(service).is_some() || !service.authorizers.is_empty();
    mocks.extend(has_authorizer.then(|| resource("aws_api_gateway_authorizer", &[])));
    mocks.extend([
        resource("aws_api_gateway_deployment", &[]),
        resource("aws_api_gateway_resource", &[]),
        resource("aws_api_gateway_rest_api", &rest_api),
    ]);
    let logs = service.api.access_logs.as_ref();
    mocks.extend(logs.map(|_| resource("aws_cloudwatch_log_group", &[("arn", mocked::LOG_GROUP_ARN)])));
    let pool = service.own_user_pool();
    mocks.extend(pool.map(|_| resource("aws_cognito_user_pool", &user_pool)));
    mocks.extend([
        resource("aws_iam_role", &[("arn", ROLE_ARN)]),
        resource("aws_lambda_function", &[]),
    ]);
    let has_plans = !service.usage_plans.is_empty();
    mocks.extend(has_plans.then(|| resource("aws_api_gateway_api_key", &[])));
    mocks.extend(has_plans.then(|| resource("aws_api_gateway_usage_plan", &[])));
    mocks.extend(has_alias.then(|| resource("aws_lambda_alias", &[])));
    mocks.extend(queues::host(service));
    block("mock_provider", ["aws"])
        .attribute(argument("override_during", reference("plan")))
        .blocks(mocks)
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
        ("environment", ENVIRONMENT),
    ];
    if service.api.cors.is_some() {
        variables.push(("allow_origin", ORIGIN));
    }
    if service.protected().is_some() {
        variables.push(("deletion_protection", "ACTIVE"));
    }
    match &service.user_pool {
        None => {}
        Some(UserPool::Own(_)) => variables.push(("first_user_email", "someone@example.com")),
        Some(UserPool::Existing { .. }) => variables.push(("user_pool_arn", USER_POOL_ARN)),
    }
    variables.extend(common::in_test(service));
    let mut variables: Vec<(String, &str)> = variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .chain(architecture::in_test(service))
        .collect();
    variables.sort_unstable();
    let variables = variables
        .into_iter()
        .map(|(name, value)| argument(name, string(value)));
    block("variables", [])
        .attributes(variables)
        .attribute(argument("require_zips", false))
        .attributes(in_service::argument_of_root(
            service,
            &service.environments[LOCAL],
        ))
        .attributes(settings::arguments_in_test(service))
        .attributes(settings_of_data::arguments(service, LOCAL))
        .attributes(throttling::in_service::arguments(service, LOCAL))
        .attributes(usage_plans::in_service::arguments(service, LOCAL))
        .build()
}

fn run(question: &str, answers: Vec<Block>) -> Block {
    block("run", [question])
        .attribute(argument("command", reference("plan")))
        .blocks(answers)
        .build()
}
