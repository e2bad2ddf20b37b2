//! Tables: new ones, and those whose items are lost.

use crate::review::Fact;
use crate::review::comparison::{Comparison, data};
use crate::tables::{Index, KeyAttribute, Table};
use crate::uses::Kind;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let (before, after) = (&comparison.base.tables, &comparison.head.tables);
    let mut facts = data(Kind::Tables, before.keys(), after.keys());
    for (name, after) in after {
        let Some(before) = before.get(name) else { continue };
        match replaced(comparison, name, before, after) {
            Some(replaced) => facts.push(replaced),
            None => facts.extend(indexes(name, before, after)),
        }
    }
    facts
}

/// Returns the fact about a table that is replaced because a key changes.
fn replaced(comparison: &Comparison, name: &str, before: &Table, after: &Table) -> Option<Fact> {
    let key = |key: Option<&KeyAttribute>| match key {
        Some(KeyAttribute { name, kind }) => format!("{name}: {}", kind.in_aws()),
        None => "none".into(),
    };
    let partition_key = [before, after].map(|table| key(Some(&table.partition_key)));
    let sort_key = [before, after].map(|table| key(table.sort_key.as_ref()));
    let keys = [("partition_key", partition_key), ("sort_key", sort_key)];
    comparison.replaced(Kind::Tables, name, keys)
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
