//! The tables' part of `modules/service`: `tables.tf`.

use std::collections::BTreeMap;

use crate::hcl::{Block, literal, template, value};
use crate::identifier::Identifier;
use crate::resources::dynamodb_table::{self, Arguments, Keys};
use crate::service::Service;
use crate::tables::{Capacity, Index, KeyAttribute, Table};

/// Every table.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let tables = service.tables.iter();
    tables.map(|(name, table)| block(service, name, table)).collect()
}

/// The address of a table in the module.
pub(crate) fn address(table: &str) -> String {
    format!("{}.{}", dynamodb_table::TYPE.name, Identifier::new(table))
}

fn block(service: &Service, name: &str, table: &Table) -> Block {
    let Table {
        partition_key,
        sort_key,
        indexes,
        expires_at,
        stream,
        capacity,
        point_in_time_recovery,
        reachable_by: _, // a rule for the spec
        kms_key,
    } = table;
    let capacity = capacity.map(units);
    let indexes: Vec<_> = indexes
        .iter()
        .map(|(name, one)| index(name, one, capacity))
        .collect();
    dynamodb_table::resource_block(Arguments {
        label: &Identifier::new(name),
        name: template([
            literal(format!("{}-", service.name)),
            value("var.environment"),
            literal(format!("-{name}")),
        ]),
        attributes: attributes(table),
        keys: keys(partition_key, sort_key.as_ref()),
        capacity,
        indexes,
        expires_at: expires_at.as_deref(),
        stream_view_type: stream.map(|stream| stream.in_aws()),
        point_in_time_recovery: *point_in_time_recovery,
        kms_key: kms_key.as_deref(),
    })
}

fn index<'a>(name: &'a str, index: &'a Index, of_table: Option<[u32; 2]>) -> dynamodb_table::Index<'a> {
    let Index {
        partition_key,
        sort_key,
        attributes,
        capacity,
    } = index;
    dynamodb_table::Index {
        name,
        keys: keys(partition_key, sort_key.as_ref()),
        attributes: attributes.as_deref(),
        capacity: capacity.map(units).or(of_table),
    }
}

fn keys<'a>(partition: &'a KeyAttribute, sort: Option<&'a KeyAttribute>) -> Keys<'a> {
    Keys {
        hash: &partition.name,
        range: sort.map(|sort| sort.name.as_str()),
    }
}

/// The attributes of all keys, by name: DynamoDB wants these declared, and no others.
fn attributes(table: &Table) -> Vec<(&str, &'static str)> {
    let of_indexes = table
        .indexes
        .values()
        .flat_map(|index| [Some(&index.partition_key), index.sort_key.as_ref()]);
    let all = [Some(&table.partition_key), table.sort_key.as_ref()];
    let all = all.into_iter().chain(of_indexes).flatten();
    let attributes: BTreeMap<&str, &str> = all
        .map(|attribute| (attribute.name.as_str(), attribute.kind.in_aws()))
        .collect();
    attributes.into_iter().collect()
}

fn units(capacity: Capacity) -> [u32; 2] {
    let Capacity { read, write } = capacity;
    [read, write]
}
