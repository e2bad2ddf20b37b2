//! What environments decide of a function. A value that some environment overrides is a variable of `modules/service`, and
//! each root passes its own. All else stays a literal in the service module.

use crate::functions::Function;
use crate::hcl::{Attribute, Expression, argument, commented, object, reference, string};
use crate::identifier::Identifier;
use crate::modules::module::Variable;
use crate::references::{Template, Values};
use crate::service::Service;

/// An argument of a function's call that an environment may decide.
#[derive(Debug)]
pub(crate) struct Setting {
    /// The argument of `modules/lambda_function`.
    pub(crate) argument: &'static str,
    /// Its type in Terraform.
    kind: &'static str,
    /// Describes it, before "of `orders`".
    noun: &'static str,
    /// Its value for a function as it is everywhere and as it is here, and of texts with references.
    value: fn(&Function, &Function, &dyn Fn(&Template) -> String) -> Expression,
}

/// Memory in MB.
pub(crate) static MEMORY_SIZE: Setting = Setting {
    argument: "memory_size",
    kind: "number",
    noun: "Memory in MB",
    value: |_, here, _| here.memory_mb.into(),
};

/// Seconds for one invocation.
pub(crate) static TIMEOUT: Setting = Setting {
    argument: "timeout",
    kind: "number",
    noun: "Timeout in seconds",
    value: |_, here, _| here.timeout_seconds.into(),
};

/// Days to keep the logs.
pub(crate) static RETENTION_IN_DAYS: Setting = Setting {
    argument: "retention_in_days",
    kind: "number",
    noun: "Days to keep the logs",
    value: |_, here, _| here.log_retention_days.into(),
};

/// The environment variables that are not those of every environment. They are merged over these.
pub(crate) static ENVIRONMENT_VARIABLES: Setting = Setting {
    argument: "environment_variables",
    kind: "map(string)",
    noun: "This environment's own environment variables",
    value: |everywhere, here, text| {
        let variables = here.environment.iter();
        let own = variables.filter(|(name, value)| everywhere.environment.get(*name) != Some(*value));
        object(own.map(|(name, value)| (name.clone(), string(text(value)))))
    },
};

static ALL: [&Setting; 4] = [&MEMORY_SIZE, &TIMEOUT, &RETENTION_IN_DAYS, &ENVIRONMENT_VARIABLES];

impl Setting {
    /// Its variable for a function, if an environment decides it.
    pub(crate) fn variable(&self, service: &Service, function: &str) -> Option<String> {
        let everywhere = &service.functions[function];
        let same = (self.value)(everywhere, everywhere, &Template::written);
        let mut here = service
            .environments
            .values()
            .filter_map(|environment| environment.functions.get(function));
        here.any(|here| (self.value)(everywhere, here, &Template::written) != same)
            .then(|| format!("{}_{}", Identifier::new(function).as_str(), self.argument))
    }

    /// Its value in the service module.
    pub(crate) fn in_service(&self, service: &Service, function: &str) -> Expression {
        match self.variable(service, function) {
            Some(variable) => reference(&format!("var.{variable}")),
            None => {
                let function = &service.functions[function];
                (self.value)(function, function, &Template::written)
            }
        }
    }
}

/// Every variable that an environment decides, with its description and its value in an environment.
fn decided<'a>(service: &'a Service) -> impl Iterator<Item = (String, &'a str, &'static Setting)> {
    let all = move |name: &'a String| {
        let variable = move |setting: &&'static Setting| {
            Some((setting.variable(service, name)?, name.as_str(), *setting))
        };
        ALL.iter().filter_map(variable)
    };
    // Without overrides there are none, and a service may have hundreds of functions.
    let overridden = move |name: &&String| {
        let mut environments = service.environments.values();
        environments.any(|environment| environment.functions.contains_key(*name))
    };
    service.functions.keys().filter(overridden).flat_map(all)
}

/// The variables of `modules/service`.
pub(crate) fn variables(service: &Service) -> Vec<Variable> {
    let variable = |(variable, name, setting): (String, &str, &Setting)| {
        Variable::new(variable, setting.kind, format!("{} of `{name}`.", setting.noun))
    };
    decided(service).map(variable).collect()
}

/// What the root of an environment passes for them. `local` overrides nothing.
pub(crate) fn arguments(service: &Service, environment: &str) -> Vec<Attribute> {
    let values = Values::of(service, environment, &service.environments[environment]);
    let argument = |(index, (variable, name, setting)): (usize, (String, &str, &Setting))| {
        let here = service.function_in(environment, name);
        let text = |text: &Template| text.text(&values);
        let argument = argument(&variable, (setting.value)(&service.functions[name], here, &text));
        match index {
            // A comment ends the alignment of the arguments above: they stay as they are.
            0 => commented(argument, "Settings of functions that some environment overrides."),
            _ => argument,
        }
    };
    decided(service).enumerate().map(argument).collect()
}
