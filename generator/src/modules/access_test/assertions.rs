//! Assertions of an access test.

use crate::hcl::{Block, Expression, argument, block, call, equal, lines, reference, string};
use crate::modules::module::{Assertion, CheckedOutput};

/// Returns an assertion about something, from a rule in words and its conditions.
pub(crate) fn must(subject: &str, rule: &str, conditions: impl IntoIterator<Item = Expression>) -> Block {
    let mut conditions: Vec<_> = conditions.into_iter().collect();
    let condition = if conditions.len() == 1 {
        conditions.remove(0)
    } else {
        call("alltrue", [lines(conditions)])
    };
    block("assert", [])
        .attribute(argument("condition", condition))
        .attribute(argument(
            "error_message",
            string([subject, " must ", rule].concat()),
        ))
        .build()
}

/// Returns an assertion about a module of this name.
pub(crate) fn holds(module: &str, assertion: Assertion) -> Block {
    let Assertion {
        subject,
        must: rule,
        outputs,
    } = assertion;
    let conditions = outputs.into_iter().flat_map(|CheckedOutput { output, values }| {
        let name = format!("{module}.{}", output.name);
        values
            .into_iter()
            .map(move |(path, value)| is(format!("{name}{path}"), value))
    });
    must(subject, &rule, conditions)
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
