//! `aws_lambda_alias`: a name for a published version of a function.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_alias>

use crate::hcl::{Block, Expression, argument, reference, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;

/// The type. `routing_config` is not among its arguments, because it lets another version handle requests.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_lambda_alias",
    in_snapshot: false,
    arguments: &[
        ("function_name", Shown),
        ("function_version", Harmless),
        ("invoke_arn", Harmless),
        ("name", Shown),
    ],
};

/// The name of the alias of the newest version.
pub const LIVE: &str = "live";

/// The alias of the newest version of a module's function.
pub fn resource_block(name: &Identifier, module: &Identifier) -> Block {
    TYPE.block(name.as_str())
        .attribute(argument("name", string(LIVE)))
        .attribute(argument(
            "function_name",
            reference(format!("module.{module}.name")),
        ))
        .attribute(argument(
            "function_version",
            reference(format!("module.{module}.version")),
        ))
        .build()
}

/// An attribute of an alias.
pub fn attribute(name: &Identifier, attribute: &str) -> Expression {
    reference(format!("{}.{name}.{attribute}", TYPE.name))
}
