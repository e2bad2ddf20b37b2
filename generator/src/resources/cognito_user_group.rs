//! `aws_cognito_user_group`: a group of a user pool.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cognito_user_group>
//!
//! `name` forces a new group, which has no users. A group decides nothing by itself. Tokens name it in `cognito:groups`:
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-user-groups.html>
//!
//! `precedence` is not set, because it only chooses among the roles of groups. `role_arn`, which an identity pool takes on, is
//! not classified.

use crate::hcl::{Block, argument, reference, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;
use crate::text_rule::TextRule;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_cognito_user_group",
    in_snapshot: false,
    arguments: &[("name", Shown), ("precedence", Harmless), ("user_pool_id", Shown)],
};

/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html>
pub static DESCRIPTION: TextRule = TextRule {
    must_be: "1 to 2048 characters",
    help: "write a shorter text, or delete the key",
    check: |description| (1..=2048).contains(&description.chars().count()),
    pattern: r"^[\s\S]{1,2048}$",
};

/// A group of the module's pool.
pub fn resource_block(name: &str, description: Option<&str>) -> Block {
    TYPE.block(Identifier::new(name).as_str())
        .attribute(argument("name", string(name)))
        .attribute(argument(
            "user_pool_id",
            reference("aws_cognito_user_pool.this.id"),
        ))
        .attributes(description.map(|description| argument("description", string(description))))
        .build()
}
