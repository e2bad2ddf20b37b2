//! `modules/user_pool`: the users, and what their passwords must hold.

use crate::hcl::{Block, reference};
use crate::modules::module::{Module, Output, Variable, versions};
use crate::resources::cognito_user_pool::{self, attribute};
use crate::user_pool::OwnUserPool;

/// The module.
pub fn module(pool: &OwnUserPool) -> Module {
    let assertions = pool.assertions().into_iter();
    let shown = assertions
        .flat_map(|assertion| assertion.outputs)
        .map(|checked| checked.output);
    let main = cognito_user_pool::resource_block(reference("var.name"), &pool.settings());
    let groups: Vec<Block> = pool
        .groups
        .iter()
        .map(|(name, group)| group.block(name))
        .collect();
    let groups = (!groups.is_empty()).then_some(("groups.tf", groups));
    Module {
        folder: "modules/user_pool".into(),
        summary: "The user pool, its sign-up and its password policy.".into(),
        files: [("main.tf", vec![main])]
            .into_iter()
            .chain(groups)
            .chain([("versions.tf", versions())])
            .collect(),
        variables: vec![
            Variable::new(
                "deletion_protection",
                "string",
                "`ACTIVE` if AWS must refuse to delete the pool, otherwise `INACTIVE`.",
            )
            .one_of(["ACTIVE", "INACTIVE"]),
            Variable::new("name", "string", "Name of the user pool."),
        ],
        outputs: shown
            .chain([
                Output::new("arn", "ARN of the user pool.", attribute("arn")),
                Output::new("id", "ID of the user pool.", attribute("id")),
            ])
            .collect(),
    }
}
