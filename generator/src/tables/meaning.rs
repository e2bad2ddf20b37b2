//! From the keys of tables to the resolved types.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Span};
use crate::identifier::Identifier;
use crate::reach::reachable_by::ReachableBy;
use crate::resources::dynamodb_table::{MOST_INDEXES, MOST_PROJECTED_ATTRIBUTES};
use crate::service::meaning::{Case, Resolver};
use crate::spec::{CapacityTable, Given, IndexTable, KeyTable, Placed, Spec, TableTable};
use crate::tables::{Capacity, Index, KeyAttribute, Table, Type};
use crate::uses::declared::Declared;
use crate::uses::{Attribute, Datum, Kind};

/// The types of attributes of a table's keys, each with its place.
type Types = BTreeMap<String, (Type, Span)>;

/// Tables as functions use them.
pub(crate) fn declared(tables: &[(Placed<String>, TableTable)]) -> Vec<Declared<'_>> {
    let declared = tables.iter().map(|(name, table)| Declared {
        datum: Datum::new(Kind::Tables, &name.value),
        parts: (!table.indexes.is_empty()).then_some("/index/*"),
        lacks: match table.stream.is_written() {
            true => &[],
            false => &[Attribute::StreamArn],
        },
        reachable_by: &table.reachable_by,
        kms_key: table.kms_key.value.as_deref(),
    });
    declared.collect()
}

impl Resolver<'_> {
    pub(crate) fn tables(
        &mut self,
        spec: &Spec,
        tables: &[(Placed<String>, TableTable)],
    ) -> BTreeMap<String, Table> {
        let names: Vec<_> = tables.iter().map(|(name, _)| (name, "")).collect();
        self.names_of_environments(spec, &names, "table", Case::Matters);
        let mut identifiers = BTreeMap::new();
        let mut resolved = BTreeMap::new();
        for (name, table) in tables {
            self.collision(&mut identifiers, Identifier::new(&name.value), name, "table");
            resolved.insert(name.value.clone(), self.table(name, table));
        }
        resolved
    }

    pub(crate) fn table(&mut self, name: &Placed<String>, table: &TableTable) -> Table {
        let TableTable {
            span: _,
            partition_key,
            sort_key,
            indexes,
            expires_at,
            stream,
            capacity,
            point_in_time_recovery,
            reachable_by,
            kms_key,
        } = table;
        let types = self.types(table);
        let [partition, sort] = self.keys(partition_key, sort_key, &types);
        let own_capacity = self::capacity(capacity.value.as_ref());
        let mut resolved = BTreeMap::new();
        for (index_name, index) in indexes {
            if let (false, Some(own)) = (capacity.is_written(), &index.capacity) {
                self.report(
                    Diagnostic::new(
                        own.span.clone(),
                        "`capacity` of an index needs `capacity` of its table",
                    )
                    .help(format!(
                        "add `capacity = {{ read = 5, write = 5 }}` to `[tables.{}]`, or delete this one",
                        name.value
                    )),
                );
            }
            resolved.insert(index_name.value.clone(), self.index(index, &types));
        }
        self.counts(name, indexes);
        let is_key = |attribute: &String| {
            let mut keys = [&partition, &sort].into_iter().flatten();
            keys.any(|key| key.name == *attribute && key.kind != Type::Number)
        };
        if let Some((attribute, span)) = expires_at.placed()
            && is_key(attribute)
        {
            self.report(
                Diagnostic::new(
                    span,
                    format!("`expires_at` must be an attribute of numbers, not the key `{attribute}`"),
                )
                .help("name an attribute that contains seconds since 1970"),
            );
        }
        Table {
            partition_key: partition.unwrap_or_else(nothing),
            sort_key: sort,
            indexes: resolved,
            expires_at: expires_at.value.clone(),
            stream: stream.value,
            capacity: own_capacity,
            point_in_time_recovery: point_in_time_recovery.value,
            reachable_by: ReachableBy::of(reachable_by),
            kms_key: kms_key.value.clone(),
        }
    }

    fn index(&mut self, table: &IndexTable, types: &Types) -> Index {
        let IndexTable {
            span: _,
            partition_key,
            sort_key,
            attributes: projected,
            capacity,
        } = table;
        let [partition, sort] = self.keys(partition_key, sort_key, types);
        let projected = projected.value.as_ref().map(|projected| {
            let mut names: Vec<String> = projected.iter().map(|name| name.value.clone()).collect();
            names.sort();
            names.dedup();
            names
        });
        Index {
            partition_key: partition.unwrap_or_else(nothing),
            sort_key: sort,
            attributes: projected,
            capacity: self::capacity(capacity.as_ref()),
        }
    }

    /// The types that the spec gives to attributes of keys. Each has one type, wherever it is a key.
    fn types(&mut self, table: &TableTable) -> Types {
        let of_indexes = table
            .indexes
            .iter()
            .flat_map(|(_, index)| [&index.partition_key, &index.sort_key]);
        let mut types = Types::new();
        for key in [&table.partition_key, &table.sort_key]
            .into_iter()
            .chain(of_indexes)
        {
            let Some(key) = &key.value else { continue };
            let (Some(name), Some(place)) = (&key.name.value, &key.r#type.span) else {
                continue;
            };
            let kind = key.r#type.value;
            match types.get(name) {
                Some((other, first)) if *other != kind => self.report(
                    Diagnostic::new(
                        place.clone(),
                        format!("the attribute `{name}` must have one type, not two"),
                    )
                    .related(first.clone(), "the other one")
                    .help("write the same type, or delete one of them"),
                ),
                Some(_) => {}
                None => _ = types.insert(name.clone(), (kind, place.clone())),
            }
        }
        types
    }

    /// The attributes of both keys. Reports a sort key that is the partition key.
    fn keys(
        &mut self,
        partition: &Given<KeyTable>,
        sort: &Given<KeyTable>,
        types: &Types,
    ) -> [Option<KeyAttribute>; 2] {
        fn name(key: &Given<KeyTable>) -> Option<(&String, Span)> {
            key.value.as_ref()?.name.placed()
        }
        if let (Some((partition, first)), Some((sort, span))) = (name(partition), name(sort))
            && partition == sort
        {
            self.report(
                Diagnostic::new(
                    span,
                    format!("`sort_key` must be another attribute than `partition_key`, not `{sort}`"),
                )
                .related(first, "the partition key")
                .help("delete `sort_key`, or name another attribute"),
            );
        }
        [partition, sort].map(|key| {
            let (name, _) = name(key)?;
            Some(KeyAttribute {
                name: name.clone(),
                kind: types.get(name).map_or(Type::Text, |(kind, _)| *kind),
            })
        })
    }

    /// Reports more indexes, or more attributes in them, than a table may have.
    fn counts(&mut self, name: &Placed<String>, indexes: &[(Placed<String>, IndexTable)]) {
        if let Some((more, _)) = indexes.get(MOST_INDEXES) {
            self.report(
                Diagnostic::new(
                    more.span.clone(),
                    format!(
                        "the indexes of `{}` must be at most {MOST_INDEXES}, not {}",
                        name.value,
                        indexes.len()
                    ),
                )
                .help("delete some, or move items to another table"),
            );
        }
        let mut count = 0;
        for (_, index) in indexes {
            for attribute in index.attributes.value.iter().flatten() {
                count += 1;
                if count == MOST_PROJECTED_ATTRIBUTES + 1 {
                    self.report(
                        Diagnostic::new(
                            attribute.span.clone(),
                            format!(
                                "`attributes` of all indexes of `{}` must be at most {MOST_PROJECTED_ATTRIBUTES}",
                                name.value
                            ),
                        )
                        .help("delete `attributes` of an index, which then contains all of them"),
                    );
                }
            }
        }
    }
}

fn capacity(table: Option<&CapacityTable>) -> Option<Capacity> {
    let CapacityTable { span: _, read, write } = table?;
    Some(Capacity {
        read: read.value?,
        write: write.value?,
    })
}

/// Stands for a key that is reported as missing or wrong.
fn nothing() -> KeyAttribute {
    KeyAttribute {
        name: String::new(),
        kind: Type::Text,
    }
}
