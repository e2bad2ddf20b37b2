//! Tables: what protects their items.

use crate::surface::names::{Names, arn_of};
use crate::surface::resources::Resources;
use crate::surface::types::Table;
use crate::tables::in_service::ADDRESS;
use crate::uses::Kind;
use portcullis_terraform_json::dynamodb;
use portcullis_terraform_json::index::Part;

/// The generated tables. Other tables give no access by themselves: surfaces contain the roles and policies that do.
pub(crate) fn tables(resources: &mut Resources<'_>, names: &Names) -> Vec<Table> {
    let mut tables: Vec<Part<dynamodb::Table>> = resources.index.parts();
    tables.retain(|table| table.resource.address.starts_with(ADDRESS));
    let mut found = Vec::new();
    for table in &tables {
        resources.account(table.resource);
        let encryption = &table.server_side_encryption;
        found.push(Table {
            name: names.own(&table.name, &table.tags_all).to_owned(),
            arn: arn_of(Kind::Tables, &table.name),
            partition_key: key(table, table.hash_key.as_deref()).unwrap_or_default(),
            sort_key: key(table, table.range_key.as_deref()),
            expires_at: table.ttl.attribute_name.clone().filter(|_| table.ttl.enabled),
            stream: table.stream_view_type.clone().filter(|_| table.stream_enabled),
            point_in_time_recovery: table.point_in_time_recovery.enabled,
            kms_key: encryption.kms_key_arn.clone().filter(|_| encryption.enabled),
            deletion_protection: table.deletion_protection_enabled,
        });
    }
    found
}

/// An attribute with its type, as in `customer: S`.
fn key(table: &dynamodb::Table, name: Option<&str>) -> Option<String> {
    let name = name?;
    let attribute = table.attribute.iter().find(|attribute| attribute.name == name);
    let kind = attribute.map_or("?", |attribute| attribute.kind.as_str());
    Some(shown(name, kind))
}

/// An attribute with its type.
pub(crate) fn shown(name: &str, kind: &str) -> String {
    format!("{name}: {kind}")
}
