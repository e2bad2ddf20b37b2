//! What `uses` of a function means: statements of its role.

use std::collections::BTreeMap;

use portcullis_foreign_text::words::code;

use crate::diagnostic::Diagnostic;
use crate::functions::statement::Statement;
use crate::references::{Reference, Template};
use crate::service::meaning::Resolver;
use crate::spec::{Lists, Placed, Spec};
use crate::uses::{OF_TABLES, Uses, actions_on_tables, comment};

impl Resolver<'_> {
    /// What a function uses, and the statements that allow it.
    pub(crate) fn uses(&mut self, spec: &Spec, lists: &Lists) -> (Uses, Vec<Statement>) {
        let mut uses = Uses::new();
        let mut statements = Vec::new();
        for (of, verbs) in lists {
            let known: Vec<String> = spec
                .tables
                .iter()
                .map(|(name, _)| format!("tables.{}", name.value))
                .collect();
            if !known.contains(&of.value) {
                let all = known.iter().map(String::as_str);
                let report =
                    Diagnostic::new(of.span.clone(), format!("unknown {} in `uses`", code(&of.value)));
                let report = report.similar(&of.value, "a table", all.clone());
                self.report(if known.is_empty() {
                    report.help(
                        "declare the table, as in `[tables.orders]` with `partition_key = \"customer\"`",
                    )
                } else {
                    report.known(all)
                });
                continue;
            }
            let verbs = self.verbs(of, verbs);
            let Some(name) = of.value.strip_prefix("tables.").filter(|_| !verbs.is_empty()) else {
                continue;
            };
            let table = spec.tables.iter().find(|(table, _)| table.value == name);
            let has_indexes = table.is_some_and(|(_, table)| !table.indexes.is_empty());
            let mut named = OF_TABLES.iter().filter(|verb| verbs.contains(&verb.name));
            let on_indexes = has_indexes && named.any(|verb| verb.on_indexes);
            let arn = Reference::TableArn(name.to_owned());
            let indexes = on_indexes.then(|| Template::of_reference(arn.clone(), "/index/*"));
            statements.push(Statement::new(
                actions_on_tables(&verbs).into_iter().map(str::to_owned),
                [Template::of_reference(arn, "")].into_iter().chain(indexes),
                comment(name, &verbs),
            ));
            // DynamoDB decrypts with the rights of the caller:
            // <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html>
            let key = table.and_then(|(_, table)| table.kms_key.value.clone());
            statements.extend(key.map(|key| {
                Statement::new(
                    ["kms:Decrypt".to_owned()],
                    [Template::of_text(key)],
                    format!("Decrypts the table `{name}`."),
                )
            }));
            uses.insert(of.value.clone(), verbs);
        }
        statements.sort_by(|one, other| one.resources.cmp(&other.resources));
        statements.dedup();
        (uses, statements)
    }

    /// The verbs of a table, in the order of their declaration.
    fn verbs(&mut self, of: &Placed<String>, verbs: &[Placed<String>]) -> Vec<&'static str> {
        let known = || OF_TABLES.iter().map(|verb| verb.name);
        if verbs.is_empty() {
            self.report(
                Diagnostic::new(
                    of.span.clone(),
                    format!("the verbs of {} must not be empty", code(&of.value)),
                )
                .known(known()),
            );
        }
        let mut seen: BTreeMap<&str, &Placed<String>> = BTreeMap::new();
        for verb in verbs {
            if !known().any(|name| name == verb.value) {
                let report = Diagnostic::new(
                    verb.span.clone(),
                    format!("unknown verb {} for {}", code(&verb.value), code(&of.value)),
                );
                self.report(report.similar(&verb.value, "a verb", known()).known(known()));
            } else if let Some(first) = seen.insert(&verb.value, verb) {
                self.report(
                    Diagnostic::new(verb.span.clone(), format!("duplicate verb {}", code(&verb.value)))
                        .related(first.span.clone(), "first here")
                        .help("delete one of them"),
                );
            }
        }
        known().filter(|name| seen.contains_key(name)).collect()
    }
}
