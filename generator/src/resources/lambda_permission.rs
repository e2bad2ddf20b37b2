//! `aws_lambda_permission`: who may invoke a function.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_permission>
//!
//! Every argument forces a new resource. A route that another function answers needs the new permission before
//! the stage serves it and the old one until then, so the new is created first; a prefix makes its statement id
//! unique, because a fixed one would collide with the statement that is still there, and the provider retries
//! that for five minutes.

use crate::hcl::{Block, Expression, argument, block, reference, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Secret, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_lambda_permission",
    in_snapshot: false,
    arguments: &[
        ("action", Shown),
        ("event_source_token", Secret),
        ("function_name", Shown),
        ("function_url_auth_type", Shown),
        ("principal", Shown),
        ("principal_org_id", Shown),
        ("qualifier", Shown),
        ("source_account", Shown),
        ("source_arn", Shown),
        ("statement_id", Harmless),
        ("statement_id_prefix", Harmless),
    ],
};

/// The service that invokes functions for callers of their routes.
pub const PRINCIPAL: &str = "apigateway.amazonaws.com";
/// The permitted action.
pub const ACTION: &str = "lambda:InvokeFunction";

/// Bytes of a function's policy, which holds all its permissions. Lambda refuses more: "The final policy size (…) is
/// bigger than the limit (20480)".
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub const POLICY_BYTES: usize = 20_480;

/// A policy as Lambda keeps it, without statements.
pub const POLICY: &str = r#"{"Version":"2012-10-17","Id":"default","Statement":[]}"#;
/// A statement without the beginning of its id, names, partition, region and the pattern of its source. What AWS makes up
/// has the length that it always has: 12 digits of an account, and 26 with which Terraform ends the id of a statement.
pub const STATEMENT: &str = concat!(
    r#"{"Sid":"20060102150405000000000001","Effect":"Allow","Principal":{"Service":""},"Action":"","#,
    r#""Resource":"arn::lambda::123456789012:function:","#,
    r#""Condition":{"ArnLike":{"AWS:SourceArn":""}}}"#,
);
/// The rest of a statement whose source must be of an account.
pub const OF_ACCOUNT: &str = r#""StringEquals":{"AWS:SourceAccount":"123456789012"},"#;

/// Returns the prefix of a permission's statement id. An id holds 100 characters, of which Terraform's own suffix takes
/// 26.
pub fn statement_id_prefix(name: &Identifier) -> String {
    let name = name.as_str();
    let mut prefix = name[..name.len().min(73)].replace('_', "-");
    prefix.push('-');
    prefix
}

/// The arguments of a permission.
pub struct Arguments<'a> {
    /// Its name in Terraform.
    pub label: &'a Identifier,
    /// The function's module.
    pub function: &'a Identifier,
    /// The alias that may be invoked, and nothing else of the function.
    pub alias: Option<Expression>,
    /// The service that invokes it.
    pub principal: &'static str,
    /// The pattern of the ARNs for which it does.
    pub source: Expression,
    /// The account of the source. Only an ARN without an account needs it.
    pub source_account: Option<Expression>,
}

/// Lets a service invoke the function of a module, or an alias of it alone, for one source.
pub fn resource_block(arguments: Arguments<'_>) -> Block {
    let Arguments {
        label,
        function,
        alias,
        principal,
        source,
        source_account,
    } = arguments;
    TYPE.block(label.as_str())
        .attribute(argument(
            "statement_id_prefix",
            string(statement_id_prefix(label)),
        ))
        .attribute(argument("action", string(ACTION)))
        .attribute(argument(
            "function_name",
            reference(["module.", function.as_str(), ".name"].concat()),
        ))
        .attributes(alias.map(|alias| argument("qualifier", alias)))
        .attribute(argument("principal", string(principal)))
        .attribute(argument("source_arn", source))
        .attributes(source_account.map(|account| argument("source_account", account)))
        .block(
            block("lifecycle", [])
                .attribute(argument("create_before_destroy", true))
                .build(),
        )
        .build()
}
