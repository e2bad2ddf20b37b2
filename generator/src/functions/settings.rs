//! The arguments of a function's call whose values an environment may decide. A value that some environment overrides is a
//! variable of `modules/service`, and each root passes its own. All else stays a literal in the service module.

use crate::functions::Function;
use crate::hcl::{Attribute, Expression, argument, commented, lines, list, object, reference, string};
use crate::identifier::Identifier;
use crate::modules::module::Variable;
use crate::references::{Template, Values};
use crate::resources::lambda_function;
use crate::service::{LOCAL, Service};

/// An argument of a function's call that an environment may decide.
#[derive(Debug)]
pub(crate) struct Setting {
    /// The argument of `modules/lambda_function`.
    pub(crate) argument: &'static str,
    /// Its type in Terraform.
    kind: &'static str,
    /// Describes it, before "of `orders`".
    noun: &'static str,
    /// Returns its value.
    value: Value,
    /// The value of a function that does not set it. If no function sets it, the module doesn't have it. `None` if
    /// every function sets it.
    default: Option<Default>,
}

/// Returns an argument's value for a function as it is everywhere and as it is here, and of texts with references.
type Value = fn(&Function, &Function, &dyn Fn(&Template) -> String) -> Expression;

/// The variable of `modules/lambda_function` for an argument that not every function sets.
#[derive(Debug, Clone, Copy)]
struct Default {
    /// Returns whether a function sets another value.
    is_set: fn(&Function) -> bool,
    value: fn() -> Expression,
    description: &'static str,
}

/// Memory in MB.
pub(crate) static MEMORY_SIZE: Setting = Setting {
    argument: "memory_size",
    kind: "number",
    noun: "Memory in MB",
    value: |_, here, _| here.memory_mb.into(),
    default: None,
};

/// Seconds for one invocation.
pub(crate) static TIMEOUT: Setting = Setting {
    argument: "timeout",
    kind: "number",
    noun: "Timeout in seconds",
    value: |_, here, _| here.timeout_seconds.into(),
    default: None,
};

/// Days to keep the logs.
pub(crate) static RETENTION_IN_DAYS: Setting = Setting {
    argument: "retention_in_days",
    kind: "number",
    noun: "Days to keep the logs",
    value: |_, here, _| here.log_retention_days.into(),
    default: None,
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
    default: None,
};

/// Lambda's own size of `/tmp`.
const DEFAULT_STORAGE_MB: u32 = *lambda_function::EPHEMERAL_STORAGE_MB.start();

/// MB of `/tmp`.
pub(crate) static EPHEMERAL_STORAGE_SIZE: Setting = Setting {
    argument: "ephemeral_storage_size",
    kind: "number",
    noun: "Size of `/tmp` in MB",
    value: |_, here, _| here.ephemeral_storage_mb.into(),
    default: Some(Default {
        is_set: |function| function.ephemeral_storage_mb != DEFAULT_STORAGE_MB,
        value: || DEFAULT_STORAGE_MB.into(),
        description: "Size of `/tmp` in MB.",
    }),
};

/// Invocations at once.
pub(crate) static RESERVED_CONCURRENT_EXECUTIONS: Setting = Setting {
    argument: "reserved_concurrent_executions",
    kind: "number",
    noun: "Reserved concurrency",
    value: |_, here, _| here.reserved_concurrency.map_or_else(|| (-1).into(), Into::into),
    default: Some(Default {
        is_set: |function| function.reserved_concurrency.is_some(),
        value: || (-1).into(),
        description: "Invocations that may run at once. -1 reserves none and sets no limit.",
    }),
};

/// Environments that are kept ready. This is not an argument of the module, because it belongs to an alias beside the
/// function.
static PROVISIONED_CONCURRENT_EXECUTIONS: Setting = Setting {
    argument: "provisioned_concurrent_executions",
    kind: "number",
    noun: "Provisioned concurrency",
    value: |_, here, _| here.provisioned_concurrency.unwrap_or_default().into(),
    default: Some(Default {
        is_set: |function| function.provisioned_concurrency.is_some_and(|count| count > 0),
        value: || 0.into(),
        description: "Invocations that Lambda keeps ready.",
    }),
};

/// Layers.
pub(crate) static LAYERS: Setting = Setting {
    argument: "layers",
    kind: "list(string)",
    noun: "ARNs of the layers",
    value: |_, here, _| texts(&here.layers),
    default: Some(Default {
        is_set: |function| !function.layers.is_empty(),
        value: || texts(&[]),
        description: "ARNs of the function's layers.",
    }),
};

/// Subnets.
pub(crate) static SUBNET_IDS: Setting = Setting {
    argument: "subnet_ids",
    kind: "list(string)",
    noun: "IDs of the subnets",
    value: |_, here, _| texts(here.network.as_ref().map_or(&[], |network| &network.subnets)),
    default: Some(Default {
        is_set: |function| {
            let network = function.network.as_ref();
            network.is_some_and(|network| !network.subnets.is_empty())
        },
        value: || texts(&[]),
        description: "IDs of the subnets that the function runs in. Without any it runs in no VPC.",
    }),
};

/// Security groups.
pub(crate) static SECURITY_GROUP_IDS: Setting = Setting {
    argument: "security_group_ids",
    kind: "list(string)",
    noun: "IDs of the security groups",
    value: |_, here, _| {
        texts(
            here.network
                .as_ref()
                .map_or(&[], |network| &network.security_groups),
        )
    },
    default: Some(Default {
        is_set: |function| {
            let network = function.network.as_ref();
            network.is_some_and(|network| !network.security_groups.is_empty())
        },
        value: || texts(&[]),
        description: "IDs of the function's security groups.",
    }),
};

/// Those that not every function sets.
static OPTIONAL: [&Setting; 5] = [
    &EPHEMERAL_STORAGE_SIZE,
    &RESERVED_CONCURRENT_EXECUTIONS,
    &SUBNET_IDS,
    &SECURITY_GROUP_IDS,
    &LAYERS,
];

/// Those that every function sets.
static OF_ALL: [&Setting; 4] = [&MEMORY_SIZE, &TIMEOUT, &RETENTION_IN_DAYS, &ENVIRONMENT_VARIABLES];

/// A list of strings, a line each.
fn texts(texts: &[String]) -> Expression {
    match texts {
        [] => list([]),
        texts => lines(texts.iter().map(string)),
    }
}

impl Setting {
    /// Returns whether a function sets it.
    fn is_set(&self, function: &Function) -> bool {
        self.default.is_none_or(|default| (default.is_set)(function))
    }

    /// Returns whether a function sets it, in any environment.
    pub(crate) fn is_used(&self, service: &Service) -> bool {
        let here = service
            .environments
            .values()
            .flat_map(|environment| environment.functions.values());
        service
            .functions
            .values()
            .chain(here)
            .any(|function| self.is_set(function))
    }

    /// Its variable for a function, if an environment decides it.
    pub(crate) fn variable(&self, service: &Service, function: &str) -> Option<String> {
        let everywhere = &service.functions[function];
        let value = |here: &Function| (self.value)(everywhere, here, &Template::written);
        let mut here = service
            .environments
            .values()
            .filter_map(|environment| environment.functions.get(function));
        here.any(|here| value(here) != value(everywhere))
            .then(|| self.variable_of(function))
    }

    fn variable_of(&self, function: &str) -> String {
        [Identifier::new(function).as_str(), "_", self.argument].concat()
    }

    /// Its value in the service module.
    pub(crate) fn in_service(&self, service: &Service, function: &str) -> Expression {
        match self.variable(service, function) {
            Some(variable) => reference(format!("var.{variable}")),
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
        OF_ALL
            .into_iter()
            .chain(OPTIONAL)
            .filter_map(move |setting| variable(&setting))
    };
    // Without overrides there are none, and a service may have hundreds of functions.
    let overridden = move |name: &&String| {
        let mut environments = service.environments.values();
        environments.any(|environment| environment.functions.contains_key(*name))
    };
    service.functions.keys().filter(overridden).flat_map(all)
}

/// The variable of a function's provisioned concurrency, if some environment provisions any. It is one in any case: the
/// emulated AWS has none, so that `local` passes 0.
pub(crate) fn provisioned(service: &Service, name: &str) -> Option<String> {
    let setting = &PROVISIONED_CONCURRENT_EXECUTIONS;
    let here = service
        .environments
        .values()
        .filter_map(|environment| environment.functions.get(name));
    let mut all = here.chain([&service.functions[name]]);
    all.any(|function| setting.is_set(function))
        .then(|| setting.variable_of(name))
}

/// The optional arguments of a function's call.
pub(crate) fn optional(service: &Service, name: &str) -> impl Iterator<Item = Attribute> {
    let is_passed = move |setting: &&Setting| {
        setting.is_set(&service.functions[name]) || setting.variable(service, name).is_some()
    };
    let argument = move |setting: &Setting| argument(setting.argument, setting.in_service(service, name));
    OPTIONAL.into_iter().filter(is_passed).map(argument)
}

/// The variables of `modules/lambda_function` for optional arguments.
pub(crate) fn optional_variables(service: &Service) -> impl Iterator<Item = Variable> {
    let used = OPTIONAL.into_iter().filter(|setting| setting.is_used(service));
    used.filter_map(|setting| {
        let Default {
            is_set: _,
            value,
            description,
        } = setting.default?;
        Some(Variable::new(setting.argument, setting.kind, description).default(value()))
    })
}

/// The variables of `modules/service`.
pub(crate) fn variables(service: &Service) -> Vec<Variable> {
    let variable = |(variable, name, setting): (String, &str, &Setting)| {
        Variable::new(variable, setting.kind, format!("{} of `{name}`.", setting.noun))
    };
    let provisioned = &PROVISIONED_CONCURRENT_EXECUTIONS;
    let aliased = service.functions.keys().filter_map(|name| {
        let text = format!("{} of `{name}`. 0 provisions none.", provisioned.noun);
        Some(Variable::new(
            self::provisioned(service, name)?,
            provisioned.kind,
            text,
        ))
    });
    decided(service).map(variable).chain(aliased).collect()
}

/// Returns the arguments of an environment's root for them. `local` overrides nothing.
pub(crate) fn arguments(service: &Service, environment: &str) -> Vec<Attribute> {
    let values = Values::of(service, &service.environments[environment]);
    let argument = |(index, (variable, name, setting)): (usize, (String, &str, &Setting))| {
        let mut here = service.function_in(environment, name).clone();
        if environment == LOCAL {
            here.provisioned_concurrency = None;
        }
        let text = |text: &Template| text.text(&values);
        let argument = argument(variable, (setting.value)(&service.functions[name], &here, &text));
        match index {
            // A comment ends the alignment of the arguments above: they stay as they are.
            0 => commented(argument, "Settings of functions that some environment overrides."),
            _ => argument,
        }
    };
    let provisioned = service.functions.keys().filter_map(|name| {
        let setting = &PROVISIONED_CONCURRENT_EXECUTIONS;
        Some((self::provisioned(service, name)?, name.as_str(), setting))
    });
    decided(service)
        .chain(provisioned)
        .enumerate()
        .map(argument)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_that_sets_nothing_has_the_defaults() {
        let service = crate::service(include_str!("../../../portcullis.toml"), None).unwrap();
        let function = &service.functions["open"];
        for setting in OPTIONAL.into_iter().chain([&PROVISIONED_CONCURRENT_EXECUTIONS]) {
            let default = setting.default.unwrap();
            let value = (setting.value)(function, function, &Template::written);
            assert!(!setting.is_set(function), "{}", setting.argument);
            assert_eq!(value, (default.value)(), "{}", setting.argument);
        }
    }
}
