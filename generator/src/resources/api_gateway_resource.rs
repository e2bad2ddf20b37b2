//! `aws_api_gateway_resource`: one segment of a path.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_resource>
//!
//! `path_part` changes in place; a resource has at most one variable child.

use crate::hcl::{Block, Expression, argument, reference, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_resource",
    in_snapshot: true,
    arguments: &[("parent_id", Shown), ("path", Harmless), ("path_part", Shown)],
};

/// The quota "Resources per API" of an account that has not raised it; the root is one of them.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>
pub const QUOTA: usize = 300;

/// A segment below its parent, by its name in the service module.
pub fn resource_block(name: &Identifier, parent_id: Expression, path_part: &str) -> Block {
    TYPE.block(name.as_str())
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument("parent_id", parent_id))
        .attribute(argument("path_part", string(path_part)))
        .build()
}

/// The id of a resource, by its name in the service module.
pub fn id(name: &Identifier) -> Expression {
    reference(["aws_api_gateway_resource.", name.as_str(), ".id"].concat())
}

/// The id of the root's resource, which comes with the API.
pub fn root_id() -> Expression {
    reference("module.rest_api.root_resource_id")
}
