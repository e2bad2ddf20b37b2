//! The processors that functions are built for, if not all are built for the service's.
//!
//! `local` builds every function for this machine, so such a function has a variable of `modules/service`.

use crate::functions::Function;
use crate::hcl::{
    Attribute, Expression, Part, argument, call, commented, literal, reference, string, template, value,
};
use crate::identifier::Identifier;
use crate::modules::module::Variable;
use crate::service::{Architecture, LOCAL, Service};

/// The folder of zips for AWS, in `terraform/`. There is a folder in it for each processor.
pub const ARTIFACTS: &str = "artifacts";

/// The folder of zips for `local`. They are built in less time, and are larger, so AWS must not get them.
pub const LOCAL_ARTIFACTS: &str = "artifacts/local";

/// The variable with the processor of every other function.
pub(crate) const OF_SERVICE: &str = "architecture";

/// The functions with a processor of their own.
fn own(service: &Service) -> impl Iterator<Item = (&String, Architecture)> {
    let functions = service.functions.iter();
    functions.filter_map(|(name, function)| Some((name, function.architecture?)))
}

/// The variable of a function with a processor of its own.
fn variable(function: &str) -> String {
    format!("{}_{OF_SERVICE}", Identifier::new(function))
}

/// The variables of `modules/service`.
pub(crate) fn variables(service: &Service) -> impl Iterator<Item = Variable> {
    own(service).map(|(name, _)| {
        let description = format!("Architecture of the zip of `{name}`.");
        Variable::new(variable(name), "string", description)
    })
}

/// The arguments of an environment's root for them.
pub(crate) fn arguments(service: &Service, environment: &str) -> Vec<Attribute> {
    let arguments = own(service).map(|(name, own)| {
        let here = match environment {
            LOCAL => reference(format!("var.{OF_SERVICE}")),
            _ => string(own.as_str()),
        };
        argument(variable(name), here)
    });
    let mut arguments: Vec<Attribute> = arguments.collect();
    // A comment ends the alignment of the arguments above: they stay as they are.
    if let Some(first) = arguments.first_mut() {
        *first = commented(
            first.clone(),
            "Architectures of functions that are built for another processor.",
        );
    }
    arguments
}

/// The arguments of the generated test for them.
pub(crate) fn in_test(service: &Service) -> impl Iterator<Item = (String, &'static str)> {
    own(service).map(|(name, own)| (variable(name), own.as_str()))
}

/// The processor of a function, in `modules/service`.
pub(crate) fn in_service(service: &Service, function: &str) -> Expression {
    reference(format!("var.{}", variable_of(service, function)))
}

fn variable_of(service: &Service, function: &str) -> String {
    match service.functions[function].architecture {
        Some(_) => variable(function),
        None => OF_SERVICE.into(),
    }
}

/// The zip of a function, in `modules/service`. There is a folder for each processor.
pub(crate) fn zip(service: &Service, function: &str) -> Expression {
    let file = literal(format!("/{function}.zip"));
    let folder = || reference("var.artifacts_directory");
    match service.functions[function].architecture {
        Some(_) => template([
            Part::Value(call("dirname", [folder()])),
            literal("/"),
            value(&format!("var.{}", variable(function))),
            file,
        ]),
        None => template([value("var.artifacts_directory"), file]),
    }
}

impl Service {
    /// The processor that a function is built for in AWS.
    pub fn architecture_of(&self, function: &Function) -> Architecture {
        function.architecture.unwrap_or(self.architecture)
    }
}
