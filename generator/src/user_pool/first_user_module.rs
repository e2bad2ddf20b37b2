//! `modules/user`: a user who is invited by mail.

use crate::hcl::reference;
use crate::modules::{Module, Output, Variable, versions};
use crate::resources::cognito_user;

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
