//! `modules/user_pool`: the users, and what their passwords must hold.

use crate::hcl::reference;
use crate::modules::{Module, Output, Variable, versions};
use crate::resources::cognito_user_pool;
use crate::service::UserPool;

/// The module.
pub fn module(pool: &UserPool) -> Module {
    Module {
        folder: "modules/user_pool".into(),
        summary: "The user pool: who can sign in, and what a password must hold.".into(),
        files: vec![
            ("main.tf", vec![cognito_user_pool::resource_block(pool)]),
            ("versions.tf", versions(None)),
        ],
        variables: vec![Variable::new(
            "deletion_protection",
            "string",
            "Whether AWS refuses to delete the pool: `ACTIVE` or `INACTIVE`.",
        )],
        outputs: vec![
            Output::new(
                "arn",
                "ARN of the user pool.",
                reference("aws_cognito_user_pool.this.arn"),
            ),
            Output::new(
                "id",
                "Id of the user pool.",
                reference("aws_cognito_user_pool.this.id"),
            ),
        ],
    }
}
