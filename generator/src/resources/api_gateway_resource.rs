//! `aws_api_gateway_resource`: one segment of a path.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_resource>
//!
//! `path_part` changes in place; a resource has at most one variable child.

use crate::hcl::{Block, argument, reference, string};
use crate::identifier::Identifier;
use crate::resources::resource;
use crate::service::RoutePath;

/// The quota "Resources per API" of an account that has not raised it; the root is one of them.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>
pub const QUOTA: usize = 300;

/// The resource of a path's last segment; none for the root, which comes with the API.
pub fn resource_block(path: &RoutePath) -> Option<Block> {
    let segment = path.segments().last()?;
    let parent = path.parent()?;
    Some(
        resource("aws_api_gateway_resource", path.identifier().as_str())
            .attribute(argument("rest_api_id", reference("module.rest_api.id")))
            .attribute(argument("parent_id", id(&parent)))
            .attribute(argument("path_part", string(segment.to_string())))
            .build(),
    )
}

/// The id of a path's resource, as the service module names it.
pub fn id(path: &RoutePath) -> crate::hcl::Expression {
    if path.segments().is_empty() {
        return reference("module.rest_api.root_resource_id");
    }
    let name: Identifier = path.identifier();
    reference(&format!("aws_api_gateway_resource.{name}.id"))
}
