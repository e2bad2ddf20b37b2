//! `modules/user_pool`: the users, and what their passwords must hold.

use crate::hcl::{reference, string};
use crate::modules::module::{Module, Output, Variable, versions};
use crate::resources::cognito_user_pool;
use crate::user_pool::UserPool;

/// The module.
pub fn module(pool: &UserPool) -> Module {
    let UserPool {
        name,
        self_sign_up,
        password,
        clients: _, // a module of their own
    } = pool;
    let attribute = |name: &str| reference(&format!("aws_cognito_user_pool.this.{name}"));
    Module {
        folder: "modules/user_pool".into(),
        summary: "The user pool: who can sign in, and what a password must hold.".into(),
        files: vec![
            (
                "main.tf",
                vec![cognito_user_pool::resource_block(
                    string(name),
                    *self_sign_up,
                    &password.in_aws(),
                )],
            ),
            ("versions.tf", versions(None)),
        ],
        variables: vec![Variable::new(
            "deletion_protection",
            "string",
            "Whether AWS refuses to delete the pool: `ACTIVE` or `INACTIVE`.",
        )],
        outputs: vec![
            Output::new(
                "admin_create_user_only",
                "Whether only who is invited has an account.",
                attribute("admin_create_user_config[0].allow_admin_create_user_only"),
            ),
            Output::new("arn", "ARN of the user pool.", attribute("arn")),
            Output::new(
                "deletion_protection",
                "Whether AWS refuses to delete the pool.",
                attribute("deletion_protection"),
            ),
            Output::new("id", "Id of the user pool.", attribute("id")),
            Output::new(
                "password_policy",
                "What a password must hold.",
                attribute("password_policy[0]"),
            ),
            Output::new(
                "verified_attributes",
                "What Cognito verifies of a user who registers.",
                attribute("auto_verified_attributes"),
            ),
            Output::new(
                "verified_before_update",
                "What a user can't change without verifying the new value.",
                attribute("user_attribute_update_settings[0].attributes_require_verification_before_update"),
            ),
        ],
    }
}
