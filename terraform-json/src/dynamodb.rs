//! DynamoDB tables.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::index::{block, given, kind, or_empty};

/// An `aws_dynamodb_table`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Table {
    /// Its id, which is its name.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `PROVISIONED` or `PAY_PER_REQUEST`.
    #[serde(deserialize_with = "given")]
    pub billing_mode: Option<String>,
    /// The attribute of its partition key.
    #[serde(deserialize_with = "given")]
    pub hash_key: Option<String>,
    /// The attribute of its sort key.
    #[serde(deserialize_with = "given")]
    pub range_key: Option<String>,
    /// The types of the keys' attributes.
    #[serde(deserialize_with = "or_empty")]
    pub attribute: Vec<Attribute>,
    /// Its global indexes.
    #[serde(deserialize_with = "or_empty")]
    pub global_secondary_index: Vec<SecondaryIndex>,
    /// Its local indexes.
    #[serde(deserialize_with = "or_empty")]
    pub local_secondary_index: Vec<SecondaryIndex>,
    /// The expiry of its items.
    #[serde(deserialize_with = "block")]
    pub ttl: TimeToLive,
    /// True if the table has a stream.
    #[serde(deserialize_with = "or_empty")]
    pub stream_enabled: bool,
    /// The ARN of its stream.
    #[serde(deserialize_with = "given")]
    pub stream_arn: Option<String>,
    /// The parts of a changed item that the stream shows.
    #[serde(deserialize_with = "given")]
    pub stream_view_type: Option<String>,
    /// True if AWS refuses to delete the table.
    #[serde(deserialize_with = "or_empty")]
    pub deletion_protection_enabled: bool,
    /// Continuous backups.
    #[serde(deserialize_with = "block")]
    pub point_in_time_recovery: Switch,
    /// Encryption with a key of KMS.
    #[serde(deserialize_with = "block")]
    pub server_side_encryption: TableEncryption,
    /// Its tags, those of the provider among them.
    #[serde(deserialize_with = "or_empty")]
    pub tags_all: BTreeMap<String, String>,
}

kind!(Table, "aws_dynamodb_table", "name", "arn");

/// The type of a key's attribute.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// `S`, `N` or `B`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// An index of a table.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct SecondaryIndex {
    /// Its name.
    pub name: String,
    /// The attribute of its partition key; a local index has the table's.
    #[serde(deserialize_with = "given")]
    pub hash_key: Option<String>,
    /// The attribute of its sort key.
    #[serde(deserialize_with = "given")]
    pub range_key: Option<String>,
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    #[serde(deserialize_with = "given")]
    pub projection_type: Option<String>,
}

/// The expiry of items.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TimeToLive {
    /// The attribute that holds the time.
    #[serde(deserialize_with = "given")]
    pub attribute_name: Option<String>,
    /// True if items expire.
    #[serde(deserialize_with = "or_empty")]
    pub enabled: bool,
}

/// A block that turns something on.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Switch {
    /// True if it is on.
    #[serde(deserialize_with = "or_empty")]
    pub enabled: bool,
}

/// Encryption with a key of KMS.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TableEncryption {
    /// True if it is on. If not, DynamoDB encrypts with a key of its own.
    #[serde(deserialize_with = "or_empty")]
    pub enabled: bool,
    /// The key.
    #[serde(deserialize_with = "given")]
    pub kms_key_arn: Option<String>,
}
