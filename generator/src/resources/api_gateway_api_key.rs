//! `aws_api_gateway_api_key`: the key of a client.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_api_key>
//!
//! AWS generates its value, which Terraform's state contains. No output and no generated file does. A changed name or value forces
//! a new key. Names need not be unique.

use crate::hcl::{Block, Expression, argument};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Default, Harmless, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_api_key",
    in_snapshot: false,
    arguments: &[
        ("created_date", Harmless),
        ("customer_id", Harmless),
        ("enabled", Default("true")),
        ("last_updated_date", Harmless),
        ("name", Shown),
        // AWS generates it. A surface would differ with each key, and would contain a secret.
        ("value", Harmless),
    ],
};

/// A key.
pub(crate) fn resource_block(label: &Identifier, name: Expression) -> Block {
    TYPE.block(label.as_str())
        .attribute(argument("name", name))
        .build()
}

/// The address of a key.
pub(crate) fn address(label: &Identifier) -> String {
    format!("{}.{label}", TYPE.name)
}
