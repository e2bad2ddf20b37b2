//! Assertions of an access test.

use crate::hcl::{Block, Expression, argument, block, call, equal, lines, reference, string};
use crate::modules::module::{Assertion, Checked};

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
