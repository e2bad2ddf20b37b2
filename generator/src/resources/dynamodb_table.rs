//! `aws_dynamodb_table`: items by key.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table>
//!
//! `name`, `hash_key`, `range_key` and the type of their attributes force a new table, which is empty: the data-loss guard
//! refuses that. An index whose keys or attributes change is deleted and created again.
//!
//! AWS refuses to delete a table whose deletion protection is on, and the provider does not take it off before it deletes:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html>.
//!
//! A table without `server_side_encryption` is encrypted with a key that DynamoDB owns:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html>

use std::ops::RangeInclusive;

use crate::hcl::{Block, Expression, argument, block, list, reference, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Default, Harmless, Shown};
use crate::resources::ResourceType;
use crate::resources::skipped_check::{FIXED_CAPACITY, TABLE_KEY};
use crate::text_rule::TextRule;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_dynamodb_table",
    in_snapshot: false,
    // `import_table` and `replica` are not classified: they copy items into a table, or to another region.
    arguments: &[
        ("attribute.name", Shown),
        ("attribute.type", Shown),
        ("billing_mode", Harmless),
        ("deletion_protection_enabled", Shown),
        ("global_secondary_index.hash_key", Harmless),
        ("global_secondary_index.key_schema", Harmless),
        ("global_secondary_index.name", Harmless),
        ("global_secondary_index.non_key_attributes", Harmless),
        ("global_secondary_index.on_demand_throughput", Harmless),
        ("global_secondary_index.projection_type", Harmless),
        ("global_secondary_index.range_key", Harmless),
        ("global_secondary_index.read_capacity", Harmless),
        ("global_secondary_index.warm_throughput", Harmless),
        ("global_secondary_index.write_capacity", Harmless),
        ("hash_key", Shown),
        ("local_secondary_index", Harmless),
        ("name", Shown),
        ("on_demand_throughput", Harmless),
        ("point_in_time_recovery.enabled", Shown),
        ("point_in_time_recovery.recovery_period_in_days", Default("35")),
        ("range_key", Shown),
        ("read_capacity", Harmless),
        ("restore_date_time", Harmless),
        ("restore_to_latest_time", Harmless),
        // The surface says the key. Without one the whole block is unknown before the apply.
        ("server_side_encryption", Harmless),
        ("stream_arn", Harmless),
        ("stream_enabled", Shown),
        ("stream_label", Harmless),
        ("stream_view_type", Shown),
        ("table_class", Default("\"STANDARD\"")),
        ("ttl.attribute_name", Shown),
        ("ttl.enabled", Shown),
        ("warm_throughput", Harmless),
        ("write_capacity", Harmless),
    ],
};

/// Characters of a table's name:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-naming-rules>
pub const NAME_LENGTH: usize = 255;
/// Global indexes of a table, and attributes that all indexes of a table name beside keys:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-secondary-indexes>
pub const MOST_INDEXES: usize = 20;
/// See [`MOST_INDEXES`].
pub const MOST_PROJECTED_ATTRIBUTES: usize = 100;
/// Readers of a stream: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>
pub const MOST_READERS: usize = 2;
/// Units a second, up to the default quota of a table:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>
pub const CAPACITY: RangeInclusive<u32> = 1..=40_000;

/// The name of a key's attribute; of bytes, the same page as [`NAME_LENGTH`].
pub static KEY_ATTRIBUTE: TextRule = TextRule {
    must_be: "an attribute of 1 to 255 bytes",
    help: "write it as in `customer`",
    check: |text| (1..=255).contains(&text.len()),
    pattern: "^.{1,255}$",
};

/// The name of an attribute; the same page.
pub static ATTRIBUTE: TextRule = TextRule {
    must_be: "an attribute of at most 65535 bytes",
    help: "write it as in `customer`",
    check: |text| (1..=65_535).contains(&text.len()),
    pattern: "^.+$",
};

/// The name of an index; the same page.
pub static INDEX_NAME: TextRule = TextRule {
    must_be: "3 to 255 letters, digits, `_`, `-` and `.`",
    help: "write it as in `by_status`",
    check: |text| {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        (3..=255).contains(&text.len()) && text.chars().all(is_of_name)
    },
    pattern: "^[A-Za-z0-9_.-]{3,255}$",
};

/// The arguments of a table.
pub struct Arguments<'a> {
    /// Its name in Terraform.
    pub label: &'a Identifier,
    /// Its name in AWS.
    pub name: Expression,
    /// The names and types of the attributes in keys, by name.
    pub attributes: Vec<(&'a str, &'static str)>,
    /// The attributes of its keys.
    pub keys: Keys<'a>,
    /// `PROVISIONED` or `PAY_PER_REQUEST`.
    pub billing_mode: Expression,
    /// Read and write units, null if on demand.
    pub capacity: Option<[Expression; 2]>,
    /// Its indexes.
    pub indexes: Vec<Index<'a>>,
    /// The attribute that ends an item.
    pub expires_at: Option<&'a str>,
    /// The content of its stream.
    pub stream_view_type: Option<&'static str>,
    /// True if it can be restored to any second of the past 35 days.
    pub point_in_time_recovery: Expression,
    /// The ARN of a key of KMS.
    pub kms_key: Option<Expression>,
}

/// The attributes of keys.
pub struct Keys<'a> {
    /// `hash_key`.
    pub hash: &'a str,
    /// `range_key`.
    pub range: Option<&'a str>,
}

/// A global index.
pub struct Index<'a> {
    /// Its name.
    pub name: &'a str,
    /// The attributes of its keys.
    pub keys: Keys<'a>,
    /// The attributes that it holds beside keys; none is all.
    pub attributes: Option<&'a [String]>,
    /// Read and write units.
    pub capacity: Option<[Expression; 2]>,
}

/// The billing mode of a table with fixed capacity, or on demand.
pub fn billing_mode(is_fixed: bool) -> &'static str {
    if is_fixed {
        "PROVISIONED"
    } else {
        "PAY_PER_REQUEST"
    }
}

/// A table that AWS refuses to delete if its environment says so.
pub fn resource_block(arguments: Arguments<'_>) -> Block {
    let Arguments {
        label,
        name,
        attributes,
        keys,
        billing_mode,
        capacity,
        indexes,
        expires_at,
        stream_view_type,
        point_in_time_recovery,
        kms_key,
    } = arguments;
    let mut table = TYPE
        .block(label.as_str())
        .skips(kms_key.is_none().then_some(&TABLE_KEY))
        .skips(capacity.is_some().then_some(&FIXED_CAPACITY))
        .attribute(argument("name", name))
        .attribute(argument("billing_mode", billing_mode));
    for (name, value) in of_keys(&keys).into_iter().chain(of_capacity(capacity)) {
        table = table.attribute(argument(name, value));
    }
    if let Some(view_type) = stream_view_type {
        table = table
            .attribute(argument("stream_enabled", true))
            .attribute(argument("stream_view_type", string(view_type)));
    }
    table = table.attribute(argument(
        "deletion_protection_enabled",
        crate::hcl::equal(reference("var.deletion_protection"), string("ACTIVE")),
    ));
    for (name, kind) in attributes {
        table = table.block(
            block("attribute", [])
                .attribute(argument("name", string(name)))
                .attribute(argument("type", string(kind)))
                .build(),
        );
    }
    for index in &indexes {
        table = table.block(self::index(index));
    }
    table = table.block(
        block("point_in_time_recovery", [])
            .attribute(argument("enabled", point_in_time_recovery))
            .build(),
    );
    if let Some(key) = kms_key {
        table = table.block(
            block("server_side_encryption", [])
                .attribute(argument("enabled", true))
                .attribute(argument("kms_key_arn", key))
                .build(),
        );
    }
    if let Some(attribute) = expires_at {
        table = table.block(
            block("ttl", [])
                .attribute(argument("attribute_name", string(attribute)))
                .attribute(argument("enabled", true))
                .build(),
        );
    }
    table.build()
}

fn index(index: &Index<'_>) -> Block {
    let Index {
        name,
        keys,
        attributes,
        capacity,
    } = index;
    let mut block = block("global_secondary_index", []).attribute(argument("name", string(*name)));
    for (name, value) in of_keys(keys) {
        block = block.attribute(argument(name, value));
    }
    let projection = match attributes {
        None => "ALL",
        Some([]) => "KEYS_ONLY",
        Some(_) => "INCLUDE",
    };
    block = block.attribute(argument("projection_type", string(projection)));
    if let Some(attributes @ [_, ..]) = attributes {
        let names = list(attributes.iter().map(string));
        block = block.attribute(argument("non_key_attributes", names));
    }
    for (name, value) in of_capacity(capacity.clone()) {
        block = block.attribute(argument(name, value));
    }
    block.build()
}

fn of_keys(keys: &Keys<'_>) -> Vec<(&'static str, Expression)> {
    let range = keys.range.map(|range| ("range_key", string(range)));
    [("hash_key", string(keys.hash))]
        .into_iter()
        .chain(range)
        .collect()
}

fn of_capacity(capacity: Option<[Expression; 2]>) -> Vec<(&'static str, Expression)> {
    let units = |[read, write]: [Expression; 2]| vec![("read_capacity", read), ("write_capacity", write)];
    capacity.map(units).unwrap_or_default()
}
