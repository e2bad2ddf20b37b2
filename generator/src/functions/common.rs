//! Values that an environment decides for all its functions at once. Each is a variable of `modules/service` and of
//! `modules/lambda_function`, if some environment sets it. `local` sets none, because the emulated AWS doesn't know them.

use crate::functions::role_of::RoleOf;
use crate::functions::{Function, settings};
use crate::hcl::{Attribute, Expression, argument, reference, string};
use crate::modules::module::{Output, Variable};
use crate::resources::cloudwatch_log_group;
use crate::service::{Environment, Service};

/// A value that an environment decides for all its functions.
#[derive(Debug)]
pub(crate) struct Common {
    /// The variable of both modules, and the output of `modules/lambda_function`.
    pub(crate) name: &'static str,
    /// Describes the variable.
    description: &'static str,
    /// Describes the output.
    of_function: &'static str,
    /// Returns the attribute that has it. Some functions may write to existing log groups.
    attribute: fn(some_exist: bool) -> Expression,
    /// Returns its value.
    value: fn(&Environment) -> Option<&String>,
    /// The value in the generated test.
    in_test: &'static str,
}

/// The policy that limits the roles.
pub(crate) static PERMISSIONS_BOUNDARY: Common = Common {
    name: "permissions_boundary",
    description: "ARN of the policy that limits the roles of functions.",
    of_function: "ARN of the policy that limits the function's role.",
    attribute: |_| reference("aws_iam_role.this.permissions_boundary"),
    value: |environment| environment.permissions_boundary.as_ref(),
    in_test: "arn:aws:iam::123456789012:policy/boundary",
};

/// The key that encrypts the environment variables. Lambda decrypts them by a grant that it creates for the role:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html>
pub(crate) static VARIABLES_KEY: Common = Common {
    name: "kms_key_arn",
    description: "ARN of the KMS key that encrypts environment variables.",
    of_function: "ARN of the KMS key that encrypts the function's environment variables.",
    attribute: |_| reference("aws_lambda_function.this.kms_key_arn"),
    value: |environment| environment.variables_kms_key.as_ref(),
    in_test: "arn:aws:kms:us-east-1:123456789012:key/variables",
};

/// The key that encrypts the logs.
pub(crate) static LOGS_KEY: Common = Common {
    name: "log_group_kms_key_id",
    description: "ARN of the KMS key that encrypts logs.",
    of_function: "ARN of the KMS key that encrypts the function's logs.",
    attribute: |some_exist| cloudwatch_log_group::attribute("kms_key_id", some_exist),
    value: |environment| environment.logs_kms_key.as_ref(),
    in_test: "arn:aws:kms:us-east-1:123456789012:key/logs",
};

static ALL: [&Common; 3] = [&PERMISSIONS_BOUNDARY, &VARIABLES_KEY, &LOGS_KEY];

impl Common {
    /// Returns whether some environment sets it.
    pub(crate) fn is_used(&self, service: &Service) -> bool {
        let mut environments = service.environments.values();
        environments.any(|environment| (self.value)(environment).is_some())
    }
}

/// Those that some environment sets.
fn used(service: &Service) -> impl Iterator<Item = &'static Common> {
    ALL.into_iter().filter(|common| common.is_used(service))
}

/// Those that some environment sets and that are about functions with such a role.
fn used_of(service: &Service, role: RoleOf) -> impl Iterator<Item = &'static Common> {
    let is_of = move |common: &&'static Common| match role {
        RoleOf::Portcullis => true,
        // The boundary of an existing role is its own.
        RoleOf::Others => common.name != PERMISSIONS_BOUNDARY.name,
    };
    used(service).filter(is_of)
}

/// The variables of `modules/service`.
pub(crate) fn variables(service: &Service) -> impl Iterator<Item = Variable> {
    variables_of(used(service))
}

/// The variables of a module of functions.
pub(crate) fn module_variables(service: &Service, role: RoleOf) -> impl Iterator<Item = Variable> {
    variables_of(used_of(service, role))
}

fn variables_of(used: impl Iterator<Item = &'static Common>) -> impl Iterator<Item = Variable> {
    used.map(|common| Variable::new(common.name, "string", common.description).default(Expression::null()))
}

/// The outputs of a module of functions.
pub(crate) fn outputs(service: &Service, role: RoleOf) -> impl Iterator<Item = Output> {
    let some_exist = settings::LOG_GROUP.is_used(service, role);
    used_of(service, role)
        .map(move |common| Output::new(common.name, common.of_function, (common.attribute)(some_exist)))
}

/// The arguments that the service module passes to each function.
pub(crate) fn of_call(service: &Service, role: RoleOf) -> impl Iterator<Item = Attribute> {
    used_of(service, role).map(|common| argument(common.name, reference(["var.", common.name].concat())))
}

/// The arguments that the root of an environment passes to the service module.
pub(crate) fn of_root(environment: &Environment) -> impl Iterator<Item = Attribute> {
    let set = |common: &&Common| Some(argument(common.name, string((common.value)(environment)?)));
    ALL.iter().filter_map(set)
}

/// The values that the generated test passes to the service module, by the variables that have them.
pub(crate) fn in_test(service: &Service) -> impl Iterator<Item = (&'static str, &'static str)> {
    used(service).map(|common| (common.name, common.in_test))
}

/// The same by the outputs of a function that must have them.
pub(crate) fn expected_in_test(
    service: &Service,
    function: &Function,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    // The key of an existing log group is its own.
    let has_own_logs = function.log_group.is_none();
    used_of(service, RoleOf::function(function))
        .filter(move |common| has_own_logs || common.name != LOGS_KEY.name)
        .map(|common| (common.name, common.in_test))
}
