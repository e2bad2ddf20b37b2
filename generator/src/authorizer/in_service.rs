//! The authorizer's part of `modules/service`, in `api.tf`.

use crate::authorizer::Authorizer;
use crate::hcl::{Block, Expression, argument, reference};
use crate::modules::module::module_call;
use crate::user_pool::in_service::arn;

/// The authorizer's address in the service module.
pub(crate) const ADDRESS: &str = "module.authorizer";

/// The call for it.
pub(crate) fn call(authorizer: Authorizer<'_>) -> Block {
    let Authorizer {
        ttl_seconds: _, // in the module
        pool,
    } = authorizer;
    module_call("authorizer", "authorizer")
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument("user_pool_arn", arn(pool)))
        .build()
}

/// Its id.
pub(crate) fn id() -> Expression {
    reference("module.authorizer.id")
}
