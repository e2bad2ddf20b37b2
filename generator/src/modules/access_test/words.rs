//! The words of an access test.

use crate::environments::module::LOCAL_ACCOUNT;
use crate::hcl::{Block, Expression, argument, block, call, equal, lines, reference, string};
use crate::modules::module::{Assertion, Checked};
use crate::references::Values;
use crate::service::Service;

/// The environment and the origin of the test; the provider's ARNs are made up of the rest.
pub(crate) const ENVIRONMENT: &str = "test";
/// The ids that the provider makes up.
pub(crate) const MOCKED: &str = "mocked";
pub(crate) const MOCKED_POOL: &str = "us-east-1_mocked";
pub(crate) const ORIGIN: &str = "https://page.example";
pub(crate) const EXECUTION_ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:mocked";
pub(crate) const EXECUTE_API_DNS_NAME: &str = "execute-api.us-east-1.amazonaws.com";
pub(crate) const LOG_GROUPS_ARN: &str = "arn:aws:logs:us-east-1:123456789012:log-group";
pub(crate) const ROLE_ARN: &str = "arn:aws:iam::123456789012:role/mocked";
pub(crate) const USER_POOL_ARN: &str = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_mocked";

/// Returns the values of references in the test.
pub(crate) fn values(service: &Service) -> Values {
    Values {
        account: LOCAL_ACCOUNT.into(),
        api_id: MOCKED.into(),
        user_pool_id: MOCKED_POOL.into(),
        client_id: |name| format!("mocked_{name}"),
        ..Values::example(&service.name, &service.api.stage, ENVIRONMENT, "us-east-1")
    }
}

/// Returns an assertion about something, from words and conditions.
pub(crate) fn must(of: &str, what: &str, conditions: impl IntoIterator<Item = Expression>) -> Block {
    let mut conditions: Vec<_> = conditions.into_iter().collect();
    let condition = if conditions.len() == 1 {
        conditions.remove(0)
    } else {
        call("alltrue", [lines(conditions)])
    };
    block("assert", [])
        .attribute(argument("condition", condition))
        .attribute(argument("error_message", string([of, " must ", what].concat())))
        .build()
}

/// Returns an assertion about a module of this name.
pub(crate) fn holds(module: &str, assertion: Assertion) -> Block {
    let Assertion {
        of,
        must: what,
        shown_by,
    } = assertion;
    let conditions = shown_by.into_iter().flat_map(|Checked { output, values }| {
        let name = format!("{module}.{}", output.name);
        values
            .into_iter()
            .map(move |(path, value)| is(format!("{name}{path}"), value))
    });
    must(of, &what, conditions)
}

/// An attribute has this value.
pub(crate) fn is(path: impl Into<String>, value: impl Into<Expression>) -> Expression {
    equal(reference(path), value)
}

pub(crate) fn in_days(days: u32) -> String {
    format!("{days} day{}", if days == 1 { "" } else { "s" })
}

/// Asserts a value in the triggers of the deployment. Settings that many routes share take effect only with another
/// deployment, which this value makes.
pub(crate) fn is_deployed_with(name: &str, value: &str) -> Expression {
    is(
        format!("aws_api_gateway_deployment.this.triggers.{name}"),
        string(value),
    )
}

/// A changed authorizer is in force only after another deployment, which a hash in the triggers makes.
pub(crate) fn is_deployed(name: &str) -> Expression {
    let triggers = reference("aws_api_gateway_deployment.this.triggers");
    call("contains", [call("keys", [triggers]), string(name)])
}
