//! The authorizer that a spec asks for.

use crate::authorizer::Authorizer;
use crate::resources::api_gateway_authorizer;
use crate::surface::types;

/// The authorizer in an environment. It admits the users of this pool: an ARN, or a reference.
pub(crate) fn authorizer(authorizer: Authorizer<'_>, pool: String) -> types::Authorizer {
    let Authorizer {
        ttl_seconds,
        pool: _, // that of the environment
    } = authorizer;
    types::Authorizer {
        name: api_gateway_authorizer::NAME.into(),
        kind: api_gateway_authorizer::TYPE_OF_USER_POOLS.into(),
        header: api_gateway_authorizer::HEADER.into(),
        ttl_seconds,
        pools: vec![pool],
        validation: None,
        function: None,
    }
}
