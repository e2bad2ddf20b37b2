//! Tables: new ones, and those whose items are lost.

use crate::review::Fact;
use crate::review::comparison::Comparison;
use crate::tables::{Index, KeyAttribute, Table};

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let (before, after) = (&comparison.base.tables, &comparison.head.tables);
    let new = after.keys().filter(|name| !before.contains_key(*name));
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let new = new.map(|name| Fact::TableAdded { table: name.clone() });
    let gone = gone.map(|name| Fact::TableDeleted { table: name.clone() });
    let mut facts: Vec<Fact> = new.chain(gone).collect();
    for (name, after) in after {
        let Some(before) = before.get(name) else { continue };
        let reasons = reasons(comparison, before, after);
        if reasons.is_empty() {
            facts.extend(indexes(name, before, after));
        } else {
            facts.push(Fact::TableReplaced {
                table: name.clone(),
                reasons,
            });
        }
    }
    facts
}

/// Returns the reasons why a table is replaced: each changed property, before and after.
fn reasons(comparison: &Comparison, before: &Table, after: &Table) -> Vec<[String; 3]> {
    let key = |key: Option<&KeyAttribute>| match key {
        Some(KeyAttribute { name, kind }) => format!("{name}: {}", kind.in_aws()),
        None => "none".into(),
    };
    let partition_key = [before, after].map(|table| key(Some(&table.partition_key)));
    let sort_key = [before, after].map(|table| key(table.sort_key.as_ref()));
    comparison.reasons([("partition_key", partition_key), ("sort_key", sort_key)])
}

fn indexes(table: &str, before: &Table, after: &Table) -> Vec<Fact> {
    let of = |index: &String| (table.to_owned(), index.clone());
    let mut facts = Vec::new();
    for name in before
        .indexes
        .keys()
        .filter(|name| !after.indexes.contains_key(*name))
    {
        let (table, index) = of(name);
        facts.push(Fact::IndexDeleted { table, index });
    }
    for (name, after) in &after.indexes {
        let (table, index) = of(name);
        match before.indexes.get(name) {
            None => facts.push(Fact::IndexAdded { table, index }),
            Some(before) if content(before) != content(after) => {
                facts.push(Fact::IndexRebuilt { table, index });
            }
            Some(_) => {}
        }
    }
    facts
}

/// Returns the parts of an index that DynamoDB can't change.
fn content(index: &Index) -> (&KeyAttribute, Option<&KeyAttribute>, Option<&[String]>) {
    let Index {
        partition_key,
        sort_key,
        attributes,
        capacity: _, // changes in place
    } = index;
    (partition_key, sort_key.as_ref(), attributes.as_deref())
}
