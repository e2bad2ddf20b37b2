//! `moved` blocks: by them Terraform knows that what has another name is the same thing.
//!
//! <https://developer.hashicorp.com/terraform/language/moved>
//!
//! They stay for as long as `formerly` stands in the spec, so that an environment which is applied later moves too. A
//! function is moved for the plan's sake: it reads as one that is replaced. A client is moved for its id.

use crate::hcl::{Block, argument, block, commented, reference};
use crate::identifier::Identifier;
use crate::service::Service;
use crate::{functions, user_pool};

/// One block for each thing whose address differs from the one it had, sorted by the former address. `back-office` and
/// `back_office` are one address.
pub fn blocks(service: &Service) -> Vec<Block> {
    let mut moves: Vec<(Identifier, Identifier, &str)> = service
        .own_user_pool()
        .into_iter()
        .flat_map(user_pool::in_service::moves)
        .chain(functions::in_service::moves(&service.functions))
        .filter(|(from, to, _)| from != to)
        .collect();
    moves.sort();
    moves
        .iter()
        .map(|(from, to, what)| {
            let module = |name: &Identifier| reference(format!("module.{name}"));
            let moved = block("moved", [])
                .attribute(argument("from", module(from)))
                .attribute(argument("to", module(to)))
                .build();
            commented(moved, what)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hcl_edit::structure::Body;

    use crate::file_set::FileSet;
    use crate::modules::{USER_POOL, all};

    const SPEC: &str = include_str!("../../../portcullis.toml");
    const STATE: &str = include_str!("../../tests/demo.state.json");

    /// The addresses of every resource below a folder, as a root that stands there has them.
    fn addresses(files: &FileSet, folder: &str, prefix: &str, found: &mut BTreeSet<String>) {
        let bodies = files.iter().filter_map(|(path, text)| {
            let name = path.strip_prefix(folder)?.strip_prefix('/')?;
            (name.ends_with(".tf") && !name.contains('/')).then(|| text.parse::<Body>().unwrap())
        });
        for block in bodies.flat_map(|body| body.into_blocks().collect::<Vec<_>>()) {
            let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
            match (block.ident.as_str(), labels.as_slice()) {
                ("resource", [kind, name]) => {
                    found.insert(format!("{prefix}{kind}.{name}"));
                }
                ("module", [name]) => {
                    let source = block.body.get_attribute("source").unwrap();
                    let source = source.value.as_str().unwrap().trim_start_matches("../");
                    let folder = format!("modules/{}", source.trim_start_matches("modules/"));
                    addresses(files, &folder, &format!("{prefix}module.{name}."), found);
                }
                _ => (),
            }
        }
    }

    /// An update must not delete anything that an earlier version applied. A renamed resource needs a `moved` block,
    /// and this test has to know it.
    #[test]
    fn whatever_an_earlier_version_applied_still_has_its_address() {
        let files = all(&crate::service(SPEC, None).unwrap());
        let mut found = BTreeSet::new();
        addresses(&files, "environments/local", "", &mut found);
        assert!(found.contains(USER_POOL), "{found:?}");
        let applied = portcullis_terraform_json::resources(STATE).unwrap();
        let lost: Vec<_> = applied
            .iter()
            .filter(|resource| resource.mode == "managed" && !found.contains(&resource.address))
            .map(|resource| &resource.address)
            .collect();
        assert_eq!(lost, [""; 0]);
    }
}
