//! `modules/user`: a user who is invited by mail.

use crate::hcl::{Block, argument, expression, reference};
use crate::modules::module::{Module, Output, Variable, module_call_in, versions};
use crate::resources::cognito_user;

/// The call for the first user, by the folder of the modules.
pub(crate) fn call(modules: &str) -> Block {
    module_call_in(modules, "first_user", "user")
        .attribute(argument("user_pool_id", reference("module.user_pool.id")))
        .attribute(argument("email", reference("var.first_user_email")))
        .build()
}

/// A variable that holds an email address.
pub(crate) fn email(variable: Variable) -> Variable {
    let condition = is_email(&variable.name);
    variable.must_be(expression(&condition), "an email address")
}

/// A variable that holds an email address, or an empty text. It has no default: without a value, Terraform would delete the
/// user who was invited.
pub(crate) fn optional_email(name: &'static str, description: &str) -> Variable {
    let condition = format!("var.{name} == \"\" || {}", is_email(name));
    let description = format!("{description} If it is empty, there is no such user.");
    Variable::new(name, "string", description).must_be(expression(&condition), "an email address or empty")
}

fn is_email(variable: &str) -> String {
    format!("can(regex(\"^[^@ ]+@[^@ ]+$\", var.{variable}))")
}

/// The module.
pub fn module() -> Module {
    Module {
        folder: "modules/user".into(),
        summary: "A user who gets an invitation by email and chooses a password at the first sign-in.".into(),
        files: vec![
            ("main.tf", vec![cognito_user::resource_block()]),
            ("versions.tf", versions()),
        ],
        variables: vec![
            optional_email("email", "Email address, which is also the user name."),
            Variable::new("user_pool_id", "string", "ID of the user pool."),
        ],
        outputs: vec![Output::new(
            "email",
            "Email address of the user, if there is one.",
            expression("one(aws_cognito_user.this[*].username)"),
        )],
    }
}
