//! Assertions about the tokens that the authorizer admits.

use crate::authorizer::Authorizer;
use crate::hcl::{Block, string, to_set};
use crate::modules::access_test::assertions::{is, is_deployed_with, must};
use crate::modules::access_test::mocked::USER_POOL_ARN;
use crate::resources::api_gateway_authorizer;

/// The authorizer admits what the spec asks for.
pub(crate) fn authorizer(authorizer: Authorizer<'_>) -> Block {
    let Authorizer {
        ttl_seconds,
        pool: _, // own or existing, the test knows it by the same ARN
    } = authorizer;
    must(
        "The authorizer",
        "admit users of this user pool only, by the token in the `Authorization` header",
        [
            is(
                "module.authorizer.type",
                string(api_gateway_authorizer::TYPE_OF_USER_POOLS),
            ),
            is("module.authorizer.provider_arns", to_set([string(USER_POOL_ARN)])),
            is(
                "module.authorizer.identity_source",
                string(api_gateway_authorizer::identity_source()),
            ),
            is("module.authorizer.authorizer_result_ttl_in_seconds", ttl_seconds),
            is_deployed_with("user_pool", USER_POOL_ARN),
        ],
    )
}
