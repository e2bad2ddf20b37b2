//! The call of the own module in the service module, and what the service says of its outputs.

use std::collections::BTreeMap;

use crate::functions::settings;
use crate::hcl::{Block, Expression, argument, call, object, reference, string};
use crate::modules::module::{Output, module_call};
use crate::own::OwnModule;
use crate::references::{Part as TextPart, Reference, Template};
use crate::service::Service;
use crate::user_pool::in_service::{arn, id};

/// The output that says what the values are of which `${own.NAME}` is.
pub(crate) const OUTPUT: &str = "own";

/// `own.tf`: the call.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let call = |_: &OwnModule| {
        module_call("own", "own")
            .attribute(argument("service", input(service)))
            .build()
    };
    service.own.iter().map(call).collect()
}

/// Returns the module's input from the service. Terraform drops the parts that its variable doesn't declare.
fn input(service: &Service) -> Expression {
    let functions = service
        .functions
        .keys()
        .map(|name| (name, function(service, name)));
    let mut input = vec![
        ("environment", reference("var.environment")),
        ("functions", object(functions)),
        ("name", string(&service.name)),
        (
            "rest_api",
            object([
                ("execution_arn", reference("module.rest_api.execution_arn")),
                ("id", reference("module.rest_api.id")),
                ("root_resource_id", reference("module.rest_api.root_resource_id")),
                ("stage", string(&service.api.stage)),
            ]),
        ),
    ];
    let pool = service.user_pool.as_ref();
    input.extend(pool.map(|pool| ("user_pool", object([("arn", arn(pool)), ("id", id(pool))]))));
    object(input)
}

/// A function as text, so that the module never waits for what may wait for its outputs.
fn function(service: &Service, function: &str) -> Expression {
    let text = |reference: Reference| Template::of_reference(reference, "").in_service(service);
    let name = || text(Reference::FunctionName(function.into()));
    // The last part of an existing role's ARN, or else the function's name.
    let role_name = match service.functions[function].role {
        Some(_) => call("basename", [settings::ROLE.in_service(service, function)]),
        None => name(),
    };
    object([
        ("arn", text(Reference::FunctionArn(function.into()))),
        ("name", name()),
        ("role_name", role_name),
    ])
}

/// The output that check and surface read to recognize the module's outputs in variables and policies.
pub(crate) fn outputs(service: &Service) -> Option<Output> {
    let own = service.own.as_ref()?;
    let outputs = own.outputs.iter();
    let outputs = outputs.map(|name| (name, reference(format!("module.own.{name}"))));
    let variables = service.functions.iter().filter_map(|(name, function)| {
        let variables: BTreeMap<&String, Expression> = function
            .environment
            .iter()
            .filter_map(|(key, text)| Some((key, string(output_of(text)?))))
            .collect();
        (!variables.is_empty()).then(|| (name, object(variables)))
    });
    let value = object([("outputs", object(outputs)), ("variables", object(variables))]);
    Some(Output::new(OUTPUT, DESCRIPTION, value).sensitive())
}

/// The description of that output.
pub(crate) const DESCRIPTION: &str =
    "Outputs of the own module, and the functions' variables that contain them.";

/// The output that is the whole of a text.
pub(crate) fn output_of(text: &Template) -> Option<&str> {
    match text.parts() {
        [TextPart::Reference(Reference::Own(name))] => Some(name),
        _ => None,
    }
}
