//! `aws_cognito_user`: one user.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cognito_user>
//!
//! Neither `password` nor `temporary_password` is ever set: both would stand in the state. Cognito makes a
//! temporary password and mails it.

use crate::hcl::{Block, argument, commented, expression, list, object, reference, string};
use crate::resources::Meaning::{Harmless, Secret, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_cognito_user",
    in_snapshot: false,
    arguments: &[
        ("attributes", Secret),
        ("client_metadata", Secret),
        ("creation_date", Harmless),
        ("desired_delivery_mediums", Harmless),
        ("enabled", Harmless),
        ("last_modified_date", Harmless),
        ("mfa_setting_list", Harmless),
        ("password", Secret),
        ("preferred_mfa_setting", Harmless),
        ("status", Harmless),
        ("sub", Harmless),
        ("temporary_password", Secret),
        ("user_pool_id", Shown),
        // `check` compares the first user with the environment.
        ("username", Harmless),
        ("validation_data", Secret),
    ],
};

/// A user who is invited by mail, if there is an address. `email_verified` is what lets a forgotten password be reset.
pub fn resource_block() -> Block {
    TYPE.block("this")
        .attribute(commented(
            argument("count", expression("var.email == \"\" ? 0 : 1")),
            "Without an address, there is no user.",
        ))
        .attribute(argument("user_pool_id", reference("var.user_pool_id")))
        .attribute(argument("username", reference("var.email")))
        .attribute(argument(
            "attributes",
            object([
                ("email", reference("var.email")),
                ("email_verified", string("true")),
            ]),
        ))
        .attribute(commented(
            argument("desired_delivery_mediums", list([string("EMAIL")])),
            "The invitation holds the temporary password, which no state and no log contains.",
        ))
        .build()
}
