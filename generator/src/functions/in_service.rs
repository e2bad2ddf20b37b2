//! The functions' part of `modules/service`: `functions.tf`.

use std::collections::BTreeMap;

use crate::environments::setting::Setting;
use crate::functions::role_of::RoleOf;
use crate::functions::{Function, architecture, common, settings, statement};
use crate::hcl::{
    self, Block, Expression, argument, block, literal, object, reference, string, template, value,
};
use crate::identifier::Identifier;
use crate::modules::module::{Variable, module_call};
use crate::references::{Reference, Template};
use crate::resources::{
    cloudwatch_log_group, iam_role_policy, lambda_alias, lambda_function,
    lambda_provisioned_concurrency_config,
};
use crate::service::{LOCAL, Service};
use crate::uses;

/// Returns the variables of functions that an environment sets.
pub(crate) fn variables(service: &Service) -> Vec<Variable> {
    let mut variables = settings::variables(service);
    variables.extend(common::variables(service));
    variables.extend(architecture::variables(service));
    variables.extend([
        Variable::new("architecture", "string", "Architecture of the zips."),
        Variable::new("artifacts_directory", "string", "Folder of the functions' zips."),
        Variable::new(
            "require_zips",
            "bool",
            "Whether a plan fails if a zip is missing. Tests and `local` plan without.",
        ),
    ]);
    variables
}

/// Every function, behind what their roles need to know.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let calls = service.functions.iter().flat_map(|(name, function)| {
        let mut blocks = vec![call(service, name, function)];
        blocks.extend(policy(service, name, function));
        blocks.extend(alias_blocks(service, name));
        blocks
    });
    let data = cloudwatch_log_group::arn().into_iter();
    data.chain(execute_api(service)).chain(calls).collect()
}

/// Returns whether a variable of a function holds the API's address.
pub(crate) fn has_url_of_api(service: &Service) -> bool {
    let templates = service.functions.values();
    let mut templates = templates.flat_map(|function| function.environment.values());
    templates.any(|text| text.references().any(|one| *one == Reference::ApiUrl))
}

/// The data source that knows the end of the API's address.
fn execute_api(service: &Service) -> Option<Block> {
    let block = block("data", ["aws_service", "execute_api"])
        .attribute(argument("service_id", string("execute-api")));
    has_url_of_api(service).then(|| block.build())
}

/// The alias that API Gateway invokes instead of a function, if it has one.
pub(crate) fn alias(service: &Service, function: &str) -> Option<Identifier> {
    settings::provisioned(service, function).map(|_| Identifier::new(function))
}

/// The name of that alias.
pub(crate) fn alias_name(service: &Service, function: &str) -> Option<Expression> {
    alias(service, function).map(|alias| lambda_alias::attribute(&alias, "name"))
}

/// The ARN that events invoke: of the function, or of its alias.
pub(crate) fn arn(service: &Service, function: &str) -> Template {
    let qualifier = alias(service, function).map_or(String::new(), |_| format!(":{}", lambda_alias::LIVE));
    Template::of_reference(Reference::FunctionArn(function.into()), &qualifier)
}

/// The module or the alias with that ARN.
pub(crate) fn target(service: &Service, function: &str) -> Expression {
    match alias(service, function) {
        Some(alias) => reference(format!("{}.{alias}", lambda_alias::TYPE.name)),
        None => reference(format!("module.{}", name(function))),
    }
}

/// Returns the ARN that API Gateway invokes for a function.
pub(crate) fn invoke_arn(service: &Service, function: &str) -> Expression {
    match alias(service, function) {
        Some(alias) => lambda_alias::attribute(&alias, "invoke_arn"),
        None => reference(["module.", name(function).as_str(), ".invoke_arn"].concat()),
    }
}

/// A function's alias, and how much of it Lambda keeps ready.
fn alias_blocks(service: &Service, function: &str) -> Vec<Block> {
    let Some(variable) = settings::provisioned(service, function) else {
        return Vec::new();
    };
    let alias = Identifier::new(function);
    vec![
        lambda_alias::resource_block(&alias, &name(function)),
        lambda_provisioned_concurrency_config::resource_block(&alias, &variable),
    ]
}

/// The name of a function's call.
pub(crate) fn name(function: &str) -> Identifier {
    Identifier::new(function).prefixed("function")
}

/// Returns the environment variables of a function in an environment whose API admits this origin: the spec's, and
/// those that handlers need.
pub fn environment_variables(
    service: &Service,
    environment: &str,
    function: &str,
    allow_origin: &str,
) -> BTreeMap<String, Template> {
    let own = service.function_in(environment, function);
    let mut variables = own.environment.clone();
    variables.extend(own.secrets.clone());
    variables.extend(own.uses.keys().map(uses::variable));
    // A handler then sees the path as the spec has it: the event's path has no stage, but `lambda_http` adds it.
    variables
        .entry(lambda_function::IGNORE_STAGE_IN_PATH.into())
        .or_insert_with(|| Template::of_text("true"));
    if let Some(cors) = &service.api.cors {
        variables.insert(
            lambda_function::CORS_ALLOW_ORIGIN.into(),
            Template::of_text(allow_origin),
        );
        if cors.allow_credentials {
            variables.insert(
                lambda_function::CORS_ALLOW_CREDENTIALS.into(),
                Template::of_text("true"),
            );
        }
    }
    variables
}

fn call(service: &Service, name: &str, function: &Function) -> Block {
    let Function {
        formerly: _,     // a `moved` block
        binary: _,       // the build zips it under the function's name
        architecture: _, // `architecture` has it
        description,
        memory_mb: _,
        timeout_seconds: _,
        log_retention_days: _,
        log_group: _,
        ephemeral_storage_mb: _,
        reserved_concurrency: _,
        provisioned_concurrency: _,
        network: _,
        layers: _,     // `settings` has these
        on: _,         // `events` has these
        on_failure: _, // `asynchronous` has these
        retries: _,
        max_age_seconds: _,
        uses: _,        // `policy`, `environment_variables`
        role: _,        // `settings` has it
        may: _,         // `policy`
        statements: _,  // `policy`
        secrets: _,     // `policy`, `environment_variables`
        environment: _, // `environment_variables`
    } = function;
    // Those of every environment: `local` has none of its own.
    let mut environment: BTreeMap<String, Expression> = environment_variables(service, LOCAL, name, "")
        .iter()
        .map(|(key, text)| (key.clone(), text.in_service(service)))
        .collect();
    // The origin is the environment's.
    if let Some(origin) = environment.get_mut(lambda_function::CORS_ALLOW_ORIGIN) {
        *origin = reference("var.allow_origin");
    }
    let mut environment = object(environment);
    if let Some(own) = settings::ENVIRONMENT_VARIABLES.variable(service, name) {
        environment = hcl::call("merge", [environment, reference(format!("var.{own}"))]);
    }
    let setting = |setting: &Setting<Function>| argument(setting.argument, setting.in_service(service, name));
    let role = RoleOf::function(function);
    let logs = argument("log_groups_arn", reference("local.log_groups_arn"));
    let of_role = match role {
        RoleOf::Portcullis => logs,
        RoleOf::Others => setting(&settings::ROLE),
    };
    module_call(self::name(name).as_str(), role.module())
        .attribute(argument(
            "name",
            template([
                literal([&service.name, "-"].concat()),
                value("var.environment"),
                literal(["-", name].concat()),
            ]),
        ))
        .attribute(argument("description", string(description)))
        .attribute(argument("filename", architecture::zip(service, name)))
        .attribute(argument("architecture", architecture::in_service(service, name)))
        .attribute(setting(&settings::MEMORY_SIZE))
        .attribute(setting(&settings::TIMEOUT))
        .attribute(of_role)
        .attribute(setting(&settings::RETENTION_IN_DAYS))
        .attributes(settings::optional(service, name))
        .attributes(common::of_call(service, role))
        .attributes(alias(service, name).map(|_| argument("publish", true)))
        .attribute(argument("require_zip", reference("var.require_zips")))
        .attribute(argument("environment_variables", environment))
        .build()
}

/// The policy of what a function may do beside what every function may.
fn policy(service: &Service, name: &str, function: &Function) -> Option<Block> {
    if function.statements.is_empty() {
        return None;
    }
    let name = self::name(name);
    let policy = statement::policy(&function.statements, |resource| resource.in_service(service));
    let role = reference(["module.", name.as_str(), ".role_name"].concat());
    Some(iam_role_policy::resource_block_of(
        name.as_str(),
        statement::POLICY,
        role,
        policy,
    ))
}

/// The address of this policy in `modules/service`, if the function has one.
pub(crate) fn policy_address(service: &Service, function: &str) -> Option<Expression> {
    let has_policy = !service.functions[function].statements.is_empty();
    has_policy.then(|| reference(format!("{}.{}", iam_role_policy::TYPE.name, name(function))))
}

/// The addresses of these policies in `modules/service`.
pub(crate) fn policies(service: &Service) -> impl Iterator<Item = Expression> {
    let functions = service.functions.keys();
    functions.filter_map(|name| policy_address(service, name))
}

/// Calls of renamed functions: what each was, is, and means.
pub(crate) fn moves(
    functions: &BTreeMap<String, Function>,
) -> impl Iterator<Item = (Identifier, Identifier, &'static str)> {
    functions.iter().filter_map(|(name, function)| {
        let formerly = function.formerly.as_deref()?;
        let what = "The same function. Lambda can't rename it, so Terraform replaces it.";
        Some((self::name(formerly), self::name(name), what))
    })
}
