//! The committed files below `terraform/` that are not what the spec generates.
//!
//! A review of two specs assumes that the committed files are the generated ones. If they are not, and there is no plan,
//! a reader must know that the review is incomplete.

use crate::modules::{self, is_generated};
use crate::own_files::{Tree, findings, is_terraform};
use crate::review::Fact;
use crate::service::Service;

/// Returns the facts about the head's files that differ from its spec. A project that does not commit its files has
/// none.
pub fn committed_files(service: &Service, base: &Tree, head: &Tree) -> Vec<Fact> {
    if head.is_empty() {
        return Vec::new();
    }
    let generated = modules::all(service);
    let missing = generated
        .iter()
        .filter(|(path, _)| is_terraform(path) && !head.contains_key(*path))
        .map(|(path, _)| path);
    let wrong = head
        .iter()
        .filter(|(path, file)| match generated.get(path) {
            Some(expected) => file.text() != Some(expected),
            None => file.text().is_some_and(is_generated),
        })
        .map(|(path, _)| path.as_str());
    let mut differing: Vec<&str> = missing.chain(wrong).collect();
    differing.sort_unstable();
    let mut facts = Vec::new();
    if !differing.is_empty() {
        facts.push(Fact::GeneratedFilesDiffer {
            files: differing.into_iter().map(Into::into).collect(),
        });
    }
    let own = head
        .iter()
        .filter(|(path, file)| generated.get(path).is_none() && !file.text().is_some_and(is_generated));
    let changed = own.filter(|(path, file)| base.get(*path) != Some(*file));
    facts.extend(changed.map(|(path, _)| Fact::OwnFileChanged {
        file: path.clone(),
        is_new: !base.contains_key(path),
    }));
    // The base does not matter: a fact holds as long as the file is there, and is accepted as long.
    facts.extend(
        findings(&generated, head)
            .into_iter()
            .map(Fact::TerraformReconfigured),
    );
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::ChangeKind;

    const DEMO: &str = include_str!("../../../portcullis.toml");

    fn demo() -> (Service, Tree) {
        let service = crate::service(DEMO, None).unwrap();
        let files = modules::all(&service);
        let files = files.iter().filter(|(path, _)| is_terraform(path));
        let tree = files.map(|(path, text)| (path.to_owned(), text.into())).collect();
        (service, tree)
    }

    fn findings(change: impl Fn(&mut Tree)) -> Vec<(ChangeKind, String)> {
        let (service, base) = demo();
        let mut head = base.clone();
        change(&mut head);
        let facts = committed_files(&service, &base, &head);
        facts.iter().map(|fact| (fact.kind(), fact.sentence())).collect()
    }

    #[test]
    fn the_generated_files_have_no_findings() {
        assert_eq!(findings(|_| ()), []);
        // One that is not committed neither.
        assert_eq!(findings(Tree::clear), []);
    }

    #[test]
    fn an_edit_an_old_file_and_a_missing_one_are_reported_together() {
        let routes = "modules/service/routes.tf";
        let findings = findings(|tree| {
            let text = tree[routes].text().unwrap().replace("COGNITO_USER_POOLS", "NONE");
            tree.insert(routes.into(), text.into());
            tree.insert(
                "modules/gone/main.tf".into(),
                format!("# {} before\n", modules::HEADER_PREFIX).into(),
            );
            tree.remove("modules/user/main.tf");
        });
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].0, ChangeKind::GeneratedFilesDiffer);
        assert!(
            findings[0]
                .1
                .ends_with("`modules/gone/main.tf`, `modules/service/routes.tf` and `modules/user/main.tf`"),
            "{}",
            findings[0].1
        );
    }

    #[test]
    fn a_hand_written_file_is_reported_when_it_is_added_and_when_it_changes() {
        let findings = findings(|tree| _ = tree.insert("modules/service/extra.tf".into(), "# Ours\n".into()));
        assert_eq!(findings[0].0, ChangeKind::OwnFileChanged);
        assert!(
            findings[0]
                .1
                .starts_with("`terraform/modules/service/extra.tf` is new and is **not generated**")
        );
        let (service, mut base) = demo();
        base.insert("modules/service/extra.tf".into(), "# Ours\n".into());
        assert_eq!(committed_files(&service, &base, &base), []);
        let mut head = base.clone();
        head.insert("modules/service/extra.tf".into(), "# Ours, and more\n".into());
        assert!(
            committed_files(&service, &base, &head)[0]
                .sentence()
                .contains("has changed")
        );
    }
}
