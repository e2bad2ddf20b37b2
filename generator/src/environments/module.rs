//! `environments/<name>`: the root of an environment, with backend and provider.

use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization;

use crate::access_logs::in_service as access_logs;
use crate::environments::name_in;
use crate::functions::{architecture, common, settings};
use crate::hcl::{
    Block, Expression, argument, block, commented, list, literal, object, reference, string, template, value,
};
use crate::modules::module::{Module, Output, Variable, versions_of_root};
use crate::own::in_service as own;
use crate::service::{Architecture, Environment, LOCAL, S3State, Service};
use crate::spec::field::Word;
use crate::throttling;
use crate::usage_plans;
use crate::user_pool::{OwnUserPool, UserPool, first_user_module, in_service as user_pool};
use crate::uses::settings as settings_of_data;
use portcullis_terraform_json::aws;

/// The only account of the emulated AWS.
pub const LOCAL_ACCOUNT: &str = aws::EXAMPLE_ACCOUNT;

/// The default first user of the local environment.
pub const LOCAL_FIRST_USER: &str = "you@example.com";

/// The root of one environment.
pub fn environment(service: &Service, environment: &Environment) -> Module {
    let name = &environment.name;
    let place = if environment.is_local() {
        "the emulated AWS of this machine".into()
    } else {
        format!("AWS, {}", environment.region)
    };
    let mut main = vec![service_call(service, environment)];
    main.extend(pool_of_local(service, environment).into_iter().flatten());
    let mut files = vec![
        ("main.tf", main),
        ("providers.tf", vec![provider(environment)]),
        (
            "versions.tf",
            versions_of_root(backend(environment.state.as_ref())),
        ),
    ];
    files.retain(|(_, blocks)| !blocks.is_empty());
    Module {
        folder: format!("environments/{name}"),
        summary: format!(
            "The service `{}` in the environment `{name}`: {place}.",
            service.name
        ),
        files,
        variables: variables(service, environment),
        outputs: outputs(service, environment),
    }
}

/// The place of a state.
pub(crate) fn backend(state: Option<&S3State>) -> Option<Block> {
    state.map(|state| {
        block("backend", ["s3"])
            .attribute(argument("bucket", string(&state.bucket)))
            .attribute(argument("key", string(&state.key)))
            .attribute(argument("region", string(&state.region)))
            // Terraform then asks S3 for SSE-S3 (`AES256`) at every write of the state and of its lock.
            .attribute(argument("encrypt", true))
            .attribute(argument("use_lockfile", true))
            .build()
    })
}

/// An argument of the provider, whose value no expression decides.
struct ProviderArgument {
    name: &'static str,
    value: Constant,
    comment: Option<&'static str>,
}

enum Constant {
    Text(String),
    Texts(Vec<String>),
    Number(u64),
}

impl Constant {
    fn hcl(self) -> Expression {
        match self {
            Self::Text(text) => string(text),
            Self::Texts(texts) => list(texts.into_iter().map(string)),
            Self::Number(number) => Expression::from(number),
        }
    }

    fn json(self) -> Value {
        match self {
            Self::Text(text) => composed(&text).into(),
            Self::Texts(texts) => texts.iter().map(|text| composed(text)).collect(),
            Self::Number(number) => number.into(),
        }
    }
}

/// The arguments of the provider but for its tags.
fn provider_arguments(environment: &Environment) -> Vec<ProviderArgument> {
    let argument = |name, value, comment| ProviderArgument { name, value, comment };
    let region = Constant::Text(environment.region.clone());
    let mut arguments = vec![argument("region", region, None)];
    if environment.is_local() {
        arguments.push(argument(
            "allowed_account_ids",
            Constant::Texts(vec![LOCAL_ACCOUNT.into()]),
            Some("The account of the emulated AWS. With credentials of another account, Terraform stops."),
        ));
        arguments.push(argument(
            "max_retries",
            Constant::Number(2),
            Some("The emulator's errors are final. By default the provider would retry for minutes."),
        ));
    } else if let Some(account) = &environment.account {
        let account = Constant::Texts(vec![account.clone()]);
        arguments.push(argument("allowed_account_ids", account, None));
    }
    arguments
}

/// The provider.
pub(crate) fn provider(environment: &Environment) -> Block {
    let tags = environment
        .tags
        .iter()
        .map(|(key, text)| (key.clone(), string(text)));
    let mut provider = block("provider", ["aws"]);
    for ProviderArgument { name, value, comment } in provider_arguments(environment) {
        let argument = argument(name, value.hcl());
        provider = provider.attribute(match comment {
            Some(comment) => commented(argument, comment),
            None => argument,
        });
    }
    provider
        .block(
            block("default_tags", [])
                .attribute(argument("tags", object(tags)))
                .build(),
        )
        .build()
}

/// The arguments of the provider as the `configuration` of a plan has them.
pub fn planned_provider(environment: &Environment) -> Map<String, Value> {
    let constant = |value: Value| json!({ "constant_value": value });
    let arguments = provider_arguments(environment).into_iter();
    let mut planned: Map<String, Value> = arguments
        .map(|argument| (argument.name.into(), constant(argument.value.json())))
        .collect();
    let tags = environment.tags.iter();
    let tags: Map<String, Value> = tags
        .map(|(key, text)| (composed(key), composed(text).into()))
        .collect();
    planned.insert("default_tags".into(), json!([{ "tags": constant(tags.into()) }]));
    planned
}

/// The one thing that Terraform does to a string.
fn composed(text: &str) -> String {
    text.nfc().collect()
}

fn service_call(service: &Service, environment: &Environment) -> Block {
    let name = &environment.name;
    let is_local = environment.is_local();
    let of_service: (Expression, _) = if is_local {
        (
            reference("var.architecture"),
            vec![
                value("path.root"),
                literal(format!("/../../{}/", architecture::LOCAL_ARTIFACTS)),
                value("var.architecture"),
            ],
        )
    } else {
        let known = service.architecture.as_str();
        (
            string(known),
            vec![
                value("path.root"),
                literal(format!("/../../{}/{known}", architecture::ARTIFACTS)),
            ],
        )
    };
    let mut call = block("module", ["service"])
        .attribute(argument("source", string("../../modules/service")))
        .attribute(argument("environment", string(name)))
        .attribute(argument(architecture::OF_SERVICE, of_service.0))
        .attribute(argument("artifacts_directory", template(of_service.1)));
    if service.api.cors.is_some() {
        call = call.attribute(argument("allow_origin", string(&environment.allow_origin)));
    }
    if service.protected().is_some() {
        let protection = if environment.deletion_protection {
            "ACTIVE"
        } else {
            "INACTIVE"
        };
        call = call.attribute(argument("deletion_protection", string(protection)));
    }
    call = call
        .attributes(access_logs::argument_of_root(service, environment))
        .attributes(common::of_root(environment));
    match &service.user_pool {
        None => {}
        Some(UserPool::Own(_)) => {
            let email = match &environment.first_user {
                Some(email) => string(email),
                None => reference("var.first_user_email"),
            };
            call = call.attribute(argument("first_user_email", email));
        }
        Some(UserPool::Existing { .. }) => {
            let arn = match &environment.existing_user_pool {
                Some(arn) => string(arn),
                None => reference("module.user_pool.arn"),
            };
            call = call.attribute(argument("user_pool_arn", arn));
        }
    }
    call.attribute(argument("require_zips", !is_local))
        .attributes(architecture::arguments(service, name))
        .attributes(settings::arguments(service, name))
        .attributes(settings_of_data::arguments(service, name))
        .attributes(throttling::in_service::arguments(service, name))
        .attributes(usage_plans::in_service::arguments(service, name))
        .build()
}

/// The pool that `local` has in place of an existing one, its client and its first user.
fn pool_of_local(service: &Service, environment: &Environment) -> Option<Vec<Block>> {
    let pool = replaced_in_local(service, environment)?;
    let name = string(name_in(&pool.name, LOCAL));
    let mut calls = user_pool::calls(&pool, "../../modules", name, string("INACTIVE"));
    if let Some(first) = calls.first_mut() {
        *first = commented(
            first.clone(),
            "The emulated AWS doesn't know the user pool that the other environments use.",
        );
    }
    Some(calls)
}

fn replaced_in_local(service: &Service, environment: &Environment) -> Option<OwnUserPool> {
    match &service.user_pool {
        Some(UserPool::Existing { .. }) if environment.is_local() => {
            Some(OwnUserPool::of_local(&service.name))
        }
        Some(UserPool::Existing { .. } | UserPool::Own(_)) | None => None,
    }
}

fn variables(service: &Service, environment: &Environment) -> Vec<Variable> {
    let is_local = environment.is_local();
    let mut variables = Vec::new();
    if is_local {
        variables.push(
            Variable::new(
                "architecture",
                "string",
                "Architecture of the zips. `portcullis apply` sets it to this machine's.",
            )
            .one_of(Architecture::ALL.iter().map(|one| one.as_str()))
            .default(string(service.architecture.as_str())),
        );
    }
    let is_invited = is_local && service.user_pool.is_some();
    if is_invited || (service.own_user_pool().is_some() && environment.first_user.is_none()) {
        let description = "Email address of the first user. `portcullis apply --first-user ADDRESS` sets it.";
        variables.push(if is_local {
            let variable = Variable::new("first_user_email", "string", description);
            first_user_module::email(variable).default(string(LOCAL_FIRST_USER))
        } else {
            first_user_module::optional_email("first_user_email", description)
        });
    }
    variables
}

fn outputs(service: &Service, environment: &Environment) -> Vec<Output> {
    let of_service = |name: &str| reference(format!("module.service.{name}"));
    let mut outputs = vec![Output::new(
        "rest_api_id",
        "ID of the REST API.",
        of_service("rest_api_id"),
    )];
    if service.own_user_pool().is_some() {
        outputs.extend([
            Output::new(
                "first_user_email",
                "Email address of the first user, if there is one.",
                of_service("first_user_email"),
            ),
            Output::new(
                "user_pool_client_id",
                "ID of the client that `portcullis apply` shows commands for.",
                of_service("user_pool_client_id"),
            ),
            Output::new(
                "user_pool_client_ids",
                "IDs of the user pool's clients by name.",
                of_service("user_pool_client_ids"),
            ),
            Output::new("user_pool_id", "ID of the user pool.", of_service("user_pool_id")),
        ]);
    }
    if let Some(pool) = replaced_in_local(service, environment) {
        outputs.extend(user_pool::outputs_of(&pool));
    }
    if let Some(arn) = &environment.existing_user_pool {
        outputs.push(Output::new(
            "user_pool_id",
            "ID of the existing user pool.",
            string(crate::user_pool::id(arn)),
        ));
    }
    outputs.extend(
        service
            .own
            .as_ref()
            .map(|_| Output::new(own::OUTPUT, own::DESCRIPTION, of_service(own::OUTPUT)).sensitive()),
    );
    // Locally the API does not answer under its AWS address; `portcullis outputs` adds the one that does.
    if !environment.is_local() {
        outputs.push(Output::new(
            "api_url",
            "URL of the API.",
            of_service("invoke_url"),
        ));
    }
    outputs
}
