//! The resources that functions use: `uses` of a function, with verbs that become statements of its role.
//!
//! A verb allows what its name says and implies nothing else. The verbs of a kind are declared once, in the kind's room.

mod datum;
pub mod declaration;
pub(crate) mod declared;
mod kind;
pub(crate) mod kms_keys;
pub(crate) mod meaning;
pub(crate) mod picture;
pub(crate) mod review;
pub(crate) mod settings;

use std::collections::BTreeMap;

pub use datum::Datum;
pub use declaration::Attribute;
pub use kind::Kind;

use crate::functions::statement::Statement;
use crate::references::{Reference, Template};
use crate::sentences::list::list;
use crate::uses::declaration::Verb;

/// The data that a function uses, with its verbs in the order of their declaration.
pub type Uses = BTreeMap<Datum, Vec<&'static str>>;

/// The declared verbs among names.
fn verbs_of<'v>(kind: Kind, verbs: &'v [&str]) -> impl Iterator<Item = &'static Verb> + use<'v> {
    let all = kind.declaration().verbs.iter();
    all.filter(|verb| verbs.contains(&verb.name))
}

/// The actions of verbs.
pub(crate) fn actions(kind: Kind, verbs: &[&str]) -> Vec<&'static str> {
    let together = kind.declaration().together.iter();
    let together = together.filter(|(_, needed)| needed.iter().all(|verb| verbs.contains(verb)));
    verbs_of(kind, verbs)
        .flat_map(|verb| verb.actions)
        .chain(together.map(|(action, _)| action))
        .copied()
        .collect()
}

/// The variable in which a function finds data, and what it contains.
pub(crate) fn variable(datum: &Datum) -> (String, Template) {
    let contains = datum.kind.declaration().variable_contains;
    let value = Template::of_reference(Reference::Datum(datum.clone(), contains), "");
    (datum.variable(), value)
}

/// Uses in words, behind "may": "read and write items of the table `orders`".
pub(crate) fn phrases(uses: &Uses) -> impl Iterator<Item = String> {
    uses.iter().map(|(datum, verbs)| phrase(datum, verbs))
}

/// Verbs in words, behind "may": "read and write items of the table `orders`".
pub(crate) fn phrase(datum: &Datum, verbs: &[&str]) -> String {
    format!(
        "{} {}",
        list(verbs.iter().map(ToString::to_string)),
        datum.contents()
    )
}

/// The comment above the statement of verbs: "Reads and writes items of the table `orders`."
fn comment(datum: &Datum, verbs: &[&str]) -> String {
    let mut text = list(verbs_of(datum.kind, verbs).map(|verb| verb.third.to_owned()));
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{text} {}.", datum.contents())
}

/// Leave to use the KMS key that encrypts data.
pub(crate) fn with_key(datum: &Datum, actions: impl IntoIterator<Item = &'static str>) -> Statement {
    let actions = actions.into_iter().map(str::to_owned);
    let noun = datum.kind.declaration().noun;
    let comment = format!("Uses the KMS key of the {noun} `{}`.", datum.name);
    Statement::new(
        actions,
        [Template::of_reference(
            Reference::Datum(datum.clone(), Attribute::KmsKey),
            "",
        )],
        comment,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::iam_actions;

    #[test]
    fn aws_knows_every_action_of_a_verb() {
        for declaration in Kind::ALL.map(Kind::declaration) {
            let verbs = declaration.verbs.iter();
            let actions = verbs.flat_map(|verb| verb.actions.iter().chain(verb.with_key));
            let together = declaration.together.iter().map(|(action, _)| action);
            for action in actions.chain(together) {
                assert!(iam_actions::find(action).is_ok(), "{action}");
            }
            for verb in declaration.verbs {
                assert!(verb.actions.is_sorted(), "{}", verb.name);
            }
        }
    }

    /// The actions that each verb allows, and those that it must not.
    #[test]
    fn a_verb_implies_no_other() {
        const READ: [&str; 5] = [
            "BatchGetItem",
            "ConditionCheckItem",
            "DescribeTable",
            "GetItem",
            "Query",
        ];
        const ALL: [&str; 10] = [
            "BatchGetItem",
            "BatchWriteItem",
            "ConditionCheckItem",
            "DeleteItem",
            "DescribeTable",
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "UpdateItem",
        ];
        let of = |verbs: &[&str]| {
            let mut actions = actions(Kind::Tables, verbs);
            actions.sort_unstable();
            let names = actions
                .iter()
                .map(|action| action.strip_prefix("dynamodb:").unwrap());
            names.collect::<Vec<_>>()
        };
        assert_eq!(of(&["read"]), READ);
        assert_eq!(of(&["scan"]), ["Scan"]);
        assert_eq!(of(&["write"]), ["PutItem", "UpdateItem"]);
        assert_eq!(of(&["delete"]), ["DeleteItem"]);
        assert_eq!(
            of(&["write", "delete"]),
            ["BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem"]
        );
        assert_eq!(of(&["read", "scan", "write", "delete"]), ALL);
    }

    #[test]
    fn a_variable_is_called_after_its_table() {
        let table = |name: &str| Datum::new(Kind::Tables, name);
        assert_eq!(table("orders").variable(), "TABLE_ORDERS");
        assert_eq!(table("Stock-items_2").variable(), "TABLE_STOCK_ITEMS_2");
        assert_eq!(
            comment(&table("orders"), &["read"]),
            "Reads items of the table `orders`."
        );
        assert_eq!(
            comment(&table("orders"), &["read", "write", "delete"]),
            "Reads, writes and deletes items of the table `orders`."
        );
    }
}
