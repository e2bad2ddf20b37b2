//! `modules/user`: a user who is invited by mail.

use crate::hcl::{Block, argument, expression, reference};
use crate::modules::module::{Module, Output, Variable, module_call, versions};
use crate::resources::cognito_user;

/// The call for the first user.
pub(crate) fn call() -> Block {
    module_call("first_user", "user")
        .attribute(argument("user_pool_id", reference("module.user_pool.id")))
        .attribute(argument("email", reference("var.first_user_email")))
        .build()
}

/// A variable that holds an email address.
pub(crate) fn email(variable: Variable) -> Variable {
    let condition = format!("can(regex(\"^[^@ ]+@[^@ ]+$\", var.{}))", variable.name);
    variable.must_be(expression(&condition), "an email address")
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
            email(Variable::new(
                "email",
                "string",
                "Email address, which is also the user name.",
            )),
            Variable::new("user_pool_id", "string", "ID of the user pool."),
        ],
        outputs: vec![Output::new(
            "email",
            "Email address of the user.",
            reference("aws_cognito_user.this.username"),
        )],
    }
}
