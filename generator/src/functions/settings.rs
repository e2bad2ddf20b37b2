//! The arguments of a function whose values an environment may decide.

use std::collections::BTreeMap;

use crate::asynchronous::settings::{MAXIMUM_EVENT_AGE_IN_SECONDS, MAXIMUM_RETRY_ATTEMPTS};
use crate::environments::Environment;
use crate::environments::overridable::Overridable;
use crate::environments::setting::{self, Setting};
use crate::functions::Function;
use crate::functions::role_of::RoleOf;
use crate::hcl::{Attribute, Expression, argument, commented, lines, list, object, string};
use crate::modules::module::Variable;
use crate::resources::lambda_function;
use crate::service::{LOCAL, Service};

/// An argument that not every function sets.
#[derive(Debug)]
pub(crate) struct Optional {
    /// The argument.
    setting: Setting<Function>,
    /// Returns whether a function sets another value than the default.
    is_set: fn(&Function) -> bool,
    /// The default of its variable of `modules/lambda_function`. If no function sets it, the module doesn't have it.
    default: fn() -> Expression,
    /// The description of that variable.
    description: &'static str,
}

/// Memory in MB.
pub(crate) static MEMORY_SIZE: Setting<Function> = Setting {
    argument: "memory_size",
    kind: "number",
    noun: "Memory in MB",
    value: |_, here, _| here.memory_mb.into(),
};

/// The existing role. Only functions with one pass it.
pub(crate) static ROLE: Setting<Function> = Setting {
    argument: "role",
    kind: "string",
    noun: "ARN of the existing role",
    value: |_, here, _| here.role.as_ref().map_or_else(Expression::null, string),
};

/// Seconds for one invocation.
pub(crate) static TIMEOUT: Setting<Function> = Setting {
    argument: "timeout",
    kind: "number",
    noun: "Timeout in seconds",
    value: |_, here, _| here.timeout_seconds.into(),
};

/// Days to keep the logs.
pub(crate) static RETENTION_IN_DAYS: Setting<Function> = Setting {
    argument: "retention_in_days",
    kind: "number",
    noun: "Days to keep the logs",
    value: |_, here, _| here.log_retention_days.into(),
};

/// The environment variables that are not those of every environment. They are merged over these.
pub(crate) static ENVIRONMENT_VARIABLES: Setting<Function> = Setting {
    argument: "environment_variables",
    kind: "map(string)",
    noun: "This environment's own environment variables",
    value: |everywhere, here, text| {
        let variables = here.environment.iter();
        let own = variables.filter(|(name, value)| everywhere.environment.get(*name) != Some(*value));
        object(own.map(|(name, value)| (name.clone(), string(text(value)))))
    },
};

/// Lambda's own size of `/tmp`.
const DEFAULT_STORAGE_MB: u32 = *lambda_function::EPHEMERAL_STORAGE_MB.start();

/// MB of `/tmp`.
pub(crate) static EPHEMERAL_STORAGE_SIZE: Optional = Optional {
    setting: Setting {
        argument: "ephemeral_storage_size",
        kind: "number",
        noun: "Size of `/tmp` in MB",
        value: |_, here, _| here.ephemeral_storage_mb.into(),
    },
    is_set: |function| function.ephemeral_storage_mb != DEFAULT_STORAGE_MB,
    default: || DEFAULT_STORAGE_MB.into(),
    description: "Size of `/tmp` in MB.",
};

/// Invocations at once.
pub(crate) static RESERVED_CONCURRENT_EXECUTIONS: Optional = Optional {
    setting: Setting {
        argument: "reserved_concurrent_executions",
        kind: "number",
        noun: "Reserved concurrency",
        value: |_, here, _| here.reserved_concurrency.map_or_else(|| (-1).into(), Into::into),
    },
    is_set: |function| function.reserved_concurrency.is_some(),
    default: || (-1).into(),
    description: "Invocations that may run at once. -1 reserves none and sets no limit.",
};

/// Environments that are kept ready. This is not an argument of the module, because it belongs to an alias beside the
/// function.
static PROVISIONED_CONCURRENT_EXECUTIONS: Optional = Optional {
    setting: Setting {
        argument: "provisioned_concurrent_executions",
        kind: "number",
        noun: "Provisioned concurrency",
        value: |_, here, _| here.provisioned_concurrency.unwrap_or_default().into(),
    },
    is_set: |function| function.provisioned_concurrency.is_some_and(|count| count > 0),
    default: || 0.into(),
    description: "Invocations that Lambda keeps ready.",
};

/// The existing log group.
pub(crate) static LOG_GROUP: Optional = Optional {
    setting: Setting {
        argument: "log_group",
        kind: "string",
        noun: "Name of the existing log group",
        value: |_, here, _| here.log_group.as_ref().map_or_else(Expression::null, string),
    },
    is_set: |function| function.log_group.is_some(),
    default: Expression::null,
    description: "Name of an existing log group. Without one, the function has its own.",
};

/// Layers.
pub(crate) static LAYERS: Optional = Optional {
    setting: Setting {
        argument: "layers",
        kind: "list(string)",
        noun: "ARNs of the layers",
        value: |_, here, _| texts(&here.layers),
    },
    is_set: |function| !function.layers.is_empty(),
    default: || texts(&[]),
    description: "ARNs of the function's layers.",
};

/// Subnets.
pub(crate) static SUBNET_IDS: Optional = Optional {
    setting: Setting {
        argument: "subnet_ids",
        kind: "list(string)",
        noun: "IDs of the subnets",
        value: |_, here, _| texts(here.network.as_ref().map_or(&[], |network| &network.subnets)),
    },
    is_set: |function| {
        let network = function.network.as_ref();
        network.is_some_and(|network| !network.subnets.is_empty())
    },
    default: || texts(&[]),
    description: "IDs of the subnets that the function runs in. Without any it runs in no VPC.",
};

/// Security groups.
pub(crate) static SECURITY_GROUP_IDS: Optional = Optional {
    setting: Setting {
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
    },
    is_set: |function| {
        let network = function.network.as_ref();
        network.is_some_and(|network| !network.security_groups.is_empty())
    },
    default: || texts(&[]),
    description: "IDs of the function's security groups.",
};

/// Those that not every function sets.
static OPTIONAL: [&Optional; 6] = [
    &EPHEMERAL_STORAGE_SIZE,
    &RESERVED_CONCURRENT_EXECUTIONS,
    &SUBNET_IDS,
    &SECURITY_GROUP_IDS,
    &LAYERS,
    &LOG_GROUP,
];

/// Arguments of a function's call, and of what is beside it. Every function sets those that are not optional, but for `role`.
static ALL: [&Setting<Function>; 13] = [
    &ROLE,
    &MEMORY_SIZE,
    &TIMEOUT,
    &RETENTION_IN_DAYS,
    &ENVIRONMENT_VARIABLES,
    &EPHEMERAL_STORAGE_SIZE.setting,
    &RESERVED_CONCURRENT_EXECUTIONS.setting,
    &SUBNET_IDS.setting,
    &SECURITY_GROUP_IDS.setting,
    &LAYERS.setting,
    &LOG_GROUP.setting,
    &MAXIMUM_RETRY_ATTEMPTS,
    &MAXIMUM_EVENT_AGE_IN_SECONDS,
];

/// A list of strings, a line each.
fn texts(texts: &[String]) -> Expression {
    match texts {
        [] => list([]),
        texts => lines(texts.iter().map(string)),
    }
}

impl Overridable for Function {
    const KEY: &'static str = "functions";
    const VARIABLE: &'static str = "";
    const CALLED: &'static str = "";

    fn everywhere(service: &Service) -> &BTreeMap<String, Self> {
        &service.functions
    }

    fn differing(environment: &Environment) -> &BTreeMap<String, Self> {
        &environment.functions
    }
}

impl Optional {
    /// Returns whether a function with such a role sets it, in any environment.
    pub(crate) fn is_used(&self, service: &Service, role: RoleOf) -> bool {
        let here = service
            .environments
            .values()
            .flat_map(|environment| environment.functions.values());
        let all = service.functions.values().chain(here);
        let mut all = all.filter(|function| RoleOf::function(function) == role);
        all.any(self.is_set)
    }
}

/// The variable of a function's provisioned concurrency, if some environment provisions any. It is one in any case: the
/// emulated AWS has none, so that `local` passes 0.
pub(crate) fn provisioned(service: &Service, name: &str) -> Option<String> {
    let Optional { setting, is_set, .. } = &PROVISIONED_CONCURRENT_EXECUTIONS;
    let here = service
        .environments
        .values()
        .filter_map(|environment| environment.functions.get(name));
    let mut all = here.chain([&service.functions[name]]);
    all.any(is_set).then(|| setting.variable_of(name))
}

/// The optional arguments of a function's call.
pub(crate) fn optional(service: &Service, name: &str) -> impl Iterator<Item = Attribute> {
    let is_passed = move |one: &&Optional| {
        (one.is_set)(&service.functions[name]) || one.setting.variable(service, name).is_some()
    };
    let passed = OPTIONAL.into_iter().filter(is_passed);
    passed.map(|one| argument(one.setting.argument, one.setting.in_service(service, name)))
}

/// The variables of a module of functions for optional arguments.
pub(crate) fn optional_variables(service: &Service, role: RoleOf) -> impl Iterator<Item = Variable> {
    let used = OPTIONAL.into_iter().filter(move |one| one.is_used(service, role));
    used.map(|one| {
        let Optional {
            setting,
            is_set: _,
            default,
            description,
        } = one;
        Variable::new(setting.argument, setting.kind, *description).default(default())
    })
}

/// The variables of `modules/service`.
pub(crate) fn variables(service: &Service) -> Vec<Variable> {
    let aliased = service.functions.keys().filter_map(|name| {
        let variable = self::provisioned(service, name)?;
        let setting = &PROVISIONED_CONCURRENT_EXECUTIONS.setting;
        Some(setting.declaration(variable, service, name, " 0 provisions none."))
    });
    let mut variables = setting::variables(service, &ALL);
    variables.extend(aliased);
    variables
}

/// Returns the arguments of an environment's root for them.
pub(crate) fn arguments(service: &Service, environment: &str) -> Vec<Attribute> {
    arguments_of(service, environment, |name| {
        service.function_in(environment, name)
    })
}

/// Returns those of the generated test, whose functions are those of every environment.
pub(crate) fn arguments_in_test(service: &Service) -> Vec<Attribute> {
    arguments_of(service, LOCAL, |name| &service.functions[name])
}

fn arguments_of<'s>(
    service: &'s Service,
    environment: &str,
    function: impl Fn(&str) -> &'s Function,
) -> Vec<Attribute> {
    let provisioned = service.functions.keys().filter_map(|name| {
        let variable = self::provisioned(service, name)?;
        let mut here = function(name).clone();
        if environment == LOCAL {
            here.provisioned_concurrency = None;
        }
        let setting = &PROVISIONED_CONCURRENT_EXECUTIONS.setting;
        Some(setting.argument(variable, service, environment, name, &here))
    });
    let mut arguments = setting::arguments_of(service, environment, &ALL, &function);
    arguments.extend(provisioned);
    // A comment ends the alignment of the arguments above: they stay as they are.
    if let Some(first) = arguments.first_mut() {
        *first = commented(
            first.clone(),
            "Settings of functions that some environment overrides.",
        );
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_that_sets_nothing_has_the_defaults() {
        let service = crate::service(include_str!("../../../portcullis.toml"), None).unwrap();
        let function = &service.functions["open"];
        for optional in OPTIONAL.into_iter().chain([&PROVISIONED_CONCURRENT_EXECUTIONS]) {
            let setting = &optional.setting;
            let value = (setting.value)(function, function, &crate::references::Template::written);
            assert!(!(optional.is_set)(function), "{}", setting.argument);
            assert_eq!(value, (optional.default)(), "{}", setting.argument);
        }
    }
}
