//! The tables' part of `modules/service`: `tables.tf`.

use std::collections::BTreeMap;

use crate::hcl::{Block, Expression, conditional, equal, literal, template, value};
use crate::identifier::Identifier;
use crate::resources::dynamodb_table::{self, Arguments, Keys};
use crate::service::Service;
use crate::tables::{Capacity, Index, KeyAttribute, Table, settings};

/// Every table.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let tables = service.tables.iter();
    tables.map(|(name, table)| block(service, name, table)).collect()
}

/// The prefix of tables' addresses in an environment's root.
pub(crate) const ADDRESS: &str = "module.service.aws_dynamodb_table.";

/// The address of a table in the module.
pub(crate) fn address(table: &str) -> String {
    format!("{}.{}", dynamodb_table::TYPE.name, Identifier::new(table))
}

/// The address of the ARN of a table's stream there.
pub(crate) fn stream_arn(table: &str) -> String {
    format!("{}.stream_arn", address(table))
}

fn block(service: &Service, name: &str, table: &Table) -> Block {
    let Table {
        partition_key,
        sort_key,
        indexes,
        expires_at,
        stream,
        capacity: _,               // `self::capacity`
        point_in_time_recovery: _, // `settings` has it
        reachable_by: _,           // a rule for the spec
        kms_key,
    } = table;
    let capacity = capacity(service, name, table);
    let mut environments = service.environments.keys();
    let is_on_demand =
        environments.any(|environment| service.here::<Table>(environment, name).capacity.is_none());
    let indexes: Vec<_> = indexes
        .iter()
        .map(|(name, one)| index(name, one, capacity.as_ref(), is_on_demand))
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
        billing_mode: settings::BILLING_MODE.in_service(service, name),
        capacity,
        indexes,
        expires_at: expires_at.as_deref(),
        stream_view_type: stream.map(|stream| stream.in_aws()),
        point_in_time_recovery: settings::POINT_IN_TIME_RECOVERY.in_service(service, name),
        kms_key: kms_key
            .as_ref()
            .map(|_| settings::KMS_KEY_ARN.in_service(service, name)),
    })
}

/// Returns read and write units of a table, null in environments without fixed capacity. `None` if no environment has it.
fn capacity(service: &Service, name: &str, table: &Table) -> Option<[Expression; 2]> {
    let settings = [&settings::READ_CAPACITY, &settings::WRITE_CAPACITY];
    let is_decided = settings
        .iter()
        .any(|setting| setting.variable(service, name).is_some());
    (table.capacity.is_some() || is_decided)
        .then(|| settings.map(|setting| setting.in_service(service, name)))
}

/// `is_on_demand` says that the table has no fixed capacity in some environment.
fn index<'a>(
    name: &'a str,
    index: &'a Index,
    of_table: Option<&[Expression; 2]>,
    is_on_demand: bool,
) -> dynamodb_table::Index<'a> {
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
        capacity: of_table.map(|of_table| match capacity {
            Some(own) if is_on_demand => units_beside(*own, of_table),
            Some(own) => units(*own),
            None => of_table.clone(),
        }),
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

fn units(capacity: Capacity) -> [Expression; 2] {
    let Capacity { read, write } = capacity;
    [read.into(), write.into()]
}

/// The units of an index, null in environments whose table has none.
fn units_beside(capacity: Capacity, of_table: &[Expression; 2]) -> [Expression; 2] {
    let [of_reads, of_writes] = of_table.clone();
    let [reads, writes] = units(capacity);
    [(of_reads, reads), (of_writes, writes)]
        .map(|(of_table, own)| conditional(equal(of_table, Expression::null()), Expression::null(), own))
}
