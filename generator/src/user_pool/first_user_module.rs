//! `modules/user`: a user who is invited by mail.

use crate::hcl::{Block, argument, reference};
use crate::modules::module::{Module, Output, Variable, module_call, versions};
use crate::resources::cognito_user;

/// The call for the first user.
pub(crate) fn call() -> Block {
    module_call("first_user", "user")
        .attribute(argument("user_pool_id", reference("module.user_pool.id")))
        .attribute(argument("email", reference("var.first_user_email")))
        .build()
}

/// The module.
pub fn module() -> Module {
    Module {
        folder: "modules/user".into(),
        summary: "A user who is invited by mail and chooses a password at the first sign-in.".into(),
        files: vec![
            ("main.tf", vec![cognito_user::resource_block()]),
            ("versions.tf", versions(None)),
        ],
        variables: vec![
            Variable::new("email", "string", "E-mail address, which is also the user name."),
            Variable::new("user_pool_id", "string", "Id of the user pool."),
        ],
        outputs: vec![Output::new(
            "email",
            "E-mail address of the user.",
            reference("aws_cognito_user.this.username"),
        )],
    }
}
