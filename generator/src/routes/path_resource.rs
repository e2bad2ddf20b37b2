//! The resource of a path, in `modules/service`.

use crate::hcl::{Block, Expression};
use crate::resources::api_gateway_resource;
use crate::routes::RoutePath;

/// The id of a path's resource.
pub(crate) fn resource_id(path: &RoutePath) -> Expression {
    if path.segments().is_empty() {
        api_gateway_resource::root_id()
    } else {
        api_gateway_resource::id(&path.identifier())
    }
}

/// The resource of a path's last segment; none for the root.
pub(crate) fn resource(path: &RoutePath) -> Option<Block> {
    let part = path.segments().last()?.to_string();
    let parent = resource_id(&path.parent()?);
    Some(api_gateway_resource::resource_block(
        &path.identifier(),
        parent,
        &part,
    ))
}
