//! The environment of an access test, and the values that the mocked provider makes up.

use crate::environments::module::LOCAL_ACCOUNT;
use crate::references::Values;
use crate::service::{LOCAL, Service};
use crate::uses::kms_keys;

/// The environment and the origin of the test.
pub(crate) const ENVIRONMENT: &str = "test";
pub(crate) const ORIGIN: &str = "https://page.example";

/// The ids, ARNs and names that the provider makes up.
pub(crate) const ID: &str = "mocked";
pub(crate) const USER_POOL_ID: &str = "us-east-1_mocked";
pub(crate) const EXECUTION_ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:mocked";
pub(crate) const EXECUTE_API_DNS_NAME: &str = "execute-api.us-east-1.amazonaws.com";
pub(crate) const LOG_GROUPS_ARN: &str = "arn:aws:logs:us-east-1:123456789012:log-group";
pub(crate) const LOG_GROUP_ARN: &str = "arn:aws:logs:us-east-1:123456789012:log-group:mocked";
pub(crate) const ROLE_ARN: &str = "arn:aws:iam::123456789012:role/mocked";
pub(crate) const USER_POOL_ARN: &str = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_mocked";

/// Returns the values of references in the test.
pub(crate) fn values(service: &Service) -> Values {
    Values {
        account: LOCAL_ACCOUNT.into(),
        api_id: ID.into(),
        user_pool_id: USER_POOL_ID.into(),
        stream_arn: |_, arn| format!("{arn}/stream/mocked"),
        client_id: |name| format!("mocked_{name}"),
        kms_keys: kms_keys::kms_keys(service, &service.environments[LOCAL]),
        ..Values::example(&service.name, &service.api.stage, ENVIRONMENT, "us-east-1")
    }
}
