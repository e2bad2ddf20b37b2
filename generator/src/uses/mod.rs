//! What functions use: `uses` of a function, with verbs that become statements of its role.
//!
//! A verb allows what its name says and implies nothing else. The verbs of a kind are declared once, here.

pub(crate) mod meaning;
pub(crate) mod review;

use std::collections::BTreeMap;

use crate::review::words::list;

/// What a function uses, such as `tables.orders`, with its verbs in the order of their declaration.
pub type Uses = BTreeMap<String, Vec<&'static str>>;

/// Something that a function may do with what it uses.
#[derive(Debug)]
pub struct Verb {
    /// Its name in the spec.
    pub name: &'static str,
    /// The same of a third person: "reads".
    pub third: &'static str,
    /// AWS's actions, sorted.
    pub actions: &'static [&'static str],
    /// Whether the actions may be called on the indexes of a table, too.
    pub on_indexes: bool,
}

/// The verbs of tables. `Query` and `Scan` find items, and only a scan reads all of them.
///
/// An update can create an item, and a put can replace one. Neither deletes one.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>
pub const OF_TABLES: [Verb; 4] = [
    Verb {
        name: "read",
        third: "reads",
        actions: &[
            "dynamodb:BatchGetItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:Query",
        ],
        on_indexes: true,
    },
    Verb {
        name: "scan",
        third: "scans",
        actions: &["dynamodb:Scan"],
        on_indexes: true,
    },
    Verb {
        name: "write",
        third: "writes",
        actions: &["dynamodb:PutItem", "dynamodb:UpdateItem"],
        on_indexes: false,
    },
    Verb {
        name: "delete",
        third: "deletes",
        actions: &["dynamodb:DeleteItem"],
        on_indexes: false,
    },
];

/// The action that writes and deletes many items. AWS asks for no other one then, so it takes both verbs.
const BATCH: (&str, [&str; 2]) = ("dynamodb:BatchWriteItem", ["write", "delete"]);

/// The actions of verbs of a table.
pub(crate) fn actions_on_tables(verbs: &[&str]) -> Vec<&'static str> {
    let named = OF_TABLES.iter().filter(|verb| verbs.contains(&verb.name));
    let mut actions: Vec<&str> = named.flat_map(|verb| verb.actions).copied().collect();
    let (batch, needed) = BATCH;
    if needed.iter().all(|verb| verbs.contains(verb)) {
        actions.push(batch);
    }
    actions
}

/// The environment variable in which a function finds the name of a table.
pub fn variable(table: &str) -> String {
    let of_name = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    format!("TABLE_{}", table.chars().map(of_name).collect::<String>())
}

/// The tables among what a function uses, by name.
pub(crate) fn tables(uses: &Uses) -> impl Iterator<Item = (&str, &[&'static str])> {
    uses.iter()
        .filter_map(|(of, verbs)| Some((of.strip_prefix("tables.")?, verbs.as_slice())))
}

/// Uses in words, behind "may": "read and write items of the table `orders`".
pub(crate) fn phrases(uses: &Uses) -> impl Iterator<Item = String> {
    tables(uses).map(|(table, verbs)| {
        format!(
            "{} items of the table `{table}`",
            list(verbs.iter().map(ToString::to_string))
        )
    })
}

/// The comment above the statement of a table: "Reads and writes items of the table `orders`."
pub(crate) fn comment(table: &str, verbs: &[&str]) -> String {
    let named = OF_TABLES.iter().filter(|verb| verbs.contains(&verb.name));
    let mut text = list(named.map(|verb| verb.third.to_owned()));
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{text} items of the table `{table}`.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::iam_actions;

    #[test]
    fn aws_knows_every_action_of_a_verb() {
        let actions = OF_TABLES.iter().flat_map(|verb| verb.actions).chain([&BATCH.0]);
        for action in actions {
            assert!(iam_actions::find(action).is_ok(), "{action}");
        }
    }

    /// What each verb allows, and what it must not.
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
            let mut actions = actions_on_tables(verbs);
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
        assert_eq!(variable("orders"), "TABLE_ORDERS");
        assert_eq!(variable("Stock-items_2"), "TABLE_STOCK_ITEMS_2");
        assert_eq!(comment("orders", &["read"]), "Reads items of the table `orders`.");
        assert_eq!(
            comment("orders", &["read", "write", "delete"]),
            "Reads, writes and deletes items of the table `orders`."
        );
    }
}
