//! `modules/user_pool_client`: what may sign users in.

use std::ops::RangeInclusive;

use crate::hcl::{Block, Expression, argument, expression, lines, reference, string};
use crate::identifier::Identifier;
use crate::modules::module::{Module, Output, Variable, module_call_in, versions};
use crate::resources::cognito_user_pool_client::{self, REFRESH_TOKEN_DAYS, TOKEN_MINUTES};
use crate::spec::field::Word;
use crate::user_pool::{AuthFlow, Client};

/// The name of a client's call.
pub(crate) fn name(client: &str) -> Identifier {
    Identifier::new(client).prefixed("client")
}

/// The call for a client, by the folder of the modules.
pub(crate) fn call(modules: &str, name: &str, client: &Client) -> Block {
    let Client {
        formerly: _, // a `moved` block
        explicit_auth_flows,
        // `tokens`
        id_token_minutes: _,
        access_token_minutes: _,
        refresh_token_days: _,
        token_revocation: _,
    } = client;
    let flows = explicit_auth_flows.iter().map(|flow| string(*flow));
    module_call_in(modules, self::name(name).as_str(), "user_pool_client")
        .attribute(argument("user_pool_id", reference("module.user_pool.id")))
        .attribute(argument("name", string(name)))
        .attribute(argument("explicit_auth_flows", lines(flows)))
        .attributes(client.tokens().map(|(name, value)| argument(name, value)))
        .build()
}

fn lifetime(name: &'static str, description: &str, limits: RangeInclusive<u32>) -> Variable {
    let (least, greatest) = limits.into_inner();
    let condition = format!("var.{name} >= {least} && var.{name} <= {greatest}");
    let must_be = format!("between {least} and {greatest}");
    Variable::new(name, "number", description).must_be(expression(&condition), &must_be)
}

fn auth_flows_are_known() -> Expression {
    let known = AuthFlow::ALL
        .iter()
        .map(|flow| format!("\"{}\"", flow.explicit_auth_flow()));
    let known = known.collect::<Vec<_>>().join(", ");
    expression(&format!(
        "length(setsubtract(var.explicit_auth_flows, [{known}])) == 0"
    ))
}

/// The module.
pub fn module() -> Module {
    let attribute = |name: &str| reference(format!("aws_cognito_user_pool_client.this.{name}"));
    Module {
        folder: "modules/user_pool_client".into(),
        summary: "A client of the user pool: a program that signs users in.".into(),
        files: vec![
            ("main.tf", vec![cognito_user_pool_client::resource_block()]),
            ("versions.tf", versions()),
        ],
        variables: vec![
            Variable::new(
                "explicit_auth_flows",
                "list(string)",
                "Auth flows that the client may use.",
            )
            .must_be(
                auth_flows_are_known(),
                "a list of auth flows, such as `ALLOW_USER_SRP_AUTH`",
            ),
            Variable::new("name", "string", "Name of the client."),
            lifetime(
                "id_token_validity",
                "Minutes for which id tokens are valid.",
                TOKEN_MINUTES,
            ),
            lifetime(
                "access_token_validity",
                "Minutes for which access tokens are valid.",
                TOKEN_MINUTES,
            ),
            lifetime(
                "refresh_token_validity",
                "Days for which refresh tokens are valid.",
                REFRESH_TOKEN_DAYS,
            ),
            Variable::new(
                "enable_token_revocation",
                "bool",
                "Whether refresh tokens can be revoked.",
            ),
            Variable::new("user_pool_id", "string", "ID of the user pool."),
        ],
        outputs: vec![
            Output::new(
                "explicit_auth_flows",
                "Auth flows that the client may use.",
                attribute("explicit_auth_flows"),
            ),
            Output::new("id", "ID of the client.", attribute("id")),
            Output::new(
                "prevent_user_existence_errors",
                "Whether a wrong password and an unknown user get the same answer.",
                attribute("prevent_user_existence_errors"),
            ),
            Output::new(
                "id_token_validity",
                "Lifetime of id tokens.",
                attribute("id_token_validity"),
            ),
            Output::new(
                "access_token_validity",
                "Lifetime of access tokens.",
                attribute("access_token_validity"),
            ),
            Output::new(
                "refresh_token_validity",
                "Lifetime of refresh tokens.",
                attribute("refresh_token_validity"),
            ),
            Output::new(
                "token_validity_units",
                "Units of the lifetimes.",
                attribute("token_validity_units[0]"),
            ),
            Output::new(
                "enable_token_revocation",
                "Whether refresh tokens can be revoked.",
                attribute("enable_token_revocation"),
            ),
        ],
    }
}
