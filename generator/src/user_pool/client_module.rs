//! `modules/user_pool_client`: what may sign users in.

use crate::hcl::{Block, argument, lines, reference, string};
use crate::identifier::Identifier;
use crate::modules::module::{Module, Output, Variable, module_call, versions};
use crate::resources::cognito_user_pool_client;
use crate::user_pool::Client;

/// The name of a client's call.
pub(crate) fn name(client: &str) -> Identifier {
    Identifier::new(client).prefixed("client")
}

/// The call for a client.
pub(crate) fn call(name: &str, client: &Client) -> Block {
    let Client {
        formerly: _, // a `moved` block
        explicit_auth_flows,
    } = client;
    let flows = explicit_auth_flows.iter().map(|flow| string(*flow));
    module_call(self::name(name).as_str(), "user_pool_client")
        .attribute(argument("user_pool_id", reference("module.user_pool.id")))
        .attribute(argument("name", string(name)))
        .attribute(argument("explicit_auth_flows", lines(flows)))
        .build()
}

/// The module.
pub fn module() -> Module {
    let attribute = |name: &str| reference(&format!("aws_cognito_user_pool_client.this.{name}"));
    Module {
        folder: "modules/user_pool_client".into(),
        summary: "A client of the user pool: a program that may sign users in.".into(),
        files: vec![
            ("main.tf", vec![cognito_user_pool_client::resource_block()]),
            ("versions.tf", versions(None)),
        ],
        variables: vec![
            Variable::new(
                "explicit_auth_flows",
                "list(string)",
                "How the client may sign users in.",
            ),
            Variable::new("name", "string", "Name of the client."),
            Variable::new("user_pool_id", "string", "Id of the user pool."),
        ],
        outputs: vec![
            Output::new(
                "explicit_auth_flows",
                "How the client may sign users in.",
                attribute("explicit_auth_flows"),
            ),
            Output::new("id", "Id of the client.", attribute("id")),
            Output::new(
                "prevent_user_existence_errors",
                "Whether a wrong password and an unknown user get the same answer.",
                attribute("prevent_user_existence_errors"),
            ),
        ],
    }
}
