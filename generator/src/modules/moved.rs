//! `moved` blocks: by them Terraform knows that what has another name is the same thing.
//!
//! <https://developer.hashicorp.com/terraform/language/moved>
//!
//! They stay for as long as `formerly` stands in the spec, so that an environment which is applied later moves too. A
//! function is moved for the plan's sake: it reads as one that is replaced. A client is moved for its id.

use crate::hcl::{Block, argument, block, commented, reference};
use crate::identifier::Identifier;
use crate::modules::service::{client_name, function_name};
use crate::service::Service;

/// One block for each thing whose address differs from the one it had, sorted by the former address. `back-office` and
/// `back_office` are one address.
pub fn blocks(service: &Service) -> Vec<Block> {
    let clients = service.user_pool.clients.iter().filter_map(|(name, client)| {
        let formerly = client.formerly.as_deref()?;
        let what = "The same client, renamed in place: its id stays.";
        Some((client_name(formerly), client_name(name), what))
    });
    let functions = service.functions.iter().filter_map(|(name, function)| {
        let formerly = function.formerly.as_deref()?;
        let what = "The same function. Lambda has no rename: it is replaced.";
        Some((function_name(formerly), function_name(name), what))
    });
    let mut moves: Vec<(Identifier, Identifier, &str)> = clients
        .chain(functions)
        .filter(|(from, to, _)| from != to)
        .collect();
    moves.sort();
    moves
        .iter()
        .map(|(from, to, what)| {
            let module = |name: &Identifier| reference(&format!("module.{name}"));
            let moved = block("moved", [])
                .attribute(argument("from", module(from)))
                .attribute(argument("to", module(to)))
                .build();
            commented(moved, what)
        })
        .collect()
}
