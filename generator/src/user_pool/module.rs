//! `modules/user_pool`: the users, and what their passwords must hold.

use crate::hcl::reference;
use crate::modules::module::{Module, Output, Variable, versions};
use crate::resources::cognito_user_pool;
use crate::user_pool::OwnUserPool;

/// The module.
pub fn module(pool: &OwnUserPool) -> Module {
    let OwnUserPool {
        name: _, // a variable: it may hold the environment's
        self_sign_up,
        password,
        clients: _, // a module of their own
    } = pool;
    let attribute = |name: &str| reference(&format!("aws_cognito_user_pool.this.{name}"));
    Module {
        folder: "modules/user_pool".into(),
        summary: "The user pool, its sign-up and its password policy.".into(),
        files: vec![
            (
                "main.tf",
                vec![cognito_user_pool::resource_block(
                    reference("var.name"),
                    *self_sign_up,
                    &password.in_aws(),
                )],
            ),
            ("versions.tf", versions()),
        ],
        variables: vec![
            Variable::new(
                "deletion_protection",
                "string",
                "`ACTIVE` if AWS must refuse to delete the pool, otherwise `INACTIVE`.",
            )
            .one_of(["ACTIVE", "INACTIVE"]),
            Variable::new("name", "string", "Name of the user pool."),
        ],
        outputs: vec![
            Output::new(
                "admin_create_user_only",
                "Whether users need an invitation.",
                attribute("admin_create_user_config[0].allow_admin_create_user_only"),
            ),
            Output::new("arn", "ARN of the user pool.", attribute("arn")),
            Output::new(
                "deletion_protection",
                "`ACTIVE` if AWS refuses to delete the pool.",
                attribute("deletion_protection"),
            ),
            Output::new("id", "ID of the user pool.", attribute("id")),
            Output::new(
                "password_policy",
                "Password policy.",
                attribute("password_policy[0]"),
            ),
            Output::new(
                "verified_attributes",
                "Attributes that Cognito verifies when a user registers.",
                attribute("auto_verified_attributes"),
            ),
            Output::new(
                "verified_before_update",
                "Attributes whose new values Cognito verifies before it uses them.",
                attribute("user_attribute_update_settings[0].attributes_require_verification_before_update"),
            ),
        ],
    }
}
