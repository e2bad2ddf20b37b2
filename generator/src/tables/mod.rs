//! DynamoDB tables: their keys, and what protects their items.

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod review;
pub(crate) mod settings;
pub(crate) mod surface;
pub(crate) mod surface_of_service;
pub(crate) mod uses;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::reach::reachable_by::ReachableBy;
use crate::spec::declaration::choices;

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// The attribute that items are found by.
    pub partition_key: KeyAttribute,
    /// The attribute that items of a partition are sorted by.
    pub sort_key: Option<KeyAttribute>,
    /// Indexes by name.
    pub indexes: BTreeMap<String, Index>,
    /// The attribute that ends an item.
    pub expires_at: Option<String>,
    /// The contents of its stream. `None` means that it has no stream.
    pub stream: Option<Stream>,
    /// Fixed capacity; none is on demand.
    pub capacity: Option<Capacity>,
    /// It can be restored to any second of the past 35 days.
    pub point_in_time_recovery: bool,
    /// The only callers that may reach it. `None` means every route.
    pub reachable_by: Option<ReachableBy>,
    /// ARN of the KMS key that encrypts it; none is a key of DynamoDB's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
}

/// An attribute of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Type,
}

/// A global index of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Index {
    /// The attribute that items are found by.
    pub partition_key: KeyAttribute,
    /// The attribute that items of a partition are sorted by.
    pub sort_key: Option<KeyAttribute>,
    /// The attributes that it contains beside keys, sorted; none is all.
    pub attributes: Option<Vec<String>>,
    /// Fixed capacity, if it is not that of the table.
    pub capacity: Option<Capacity>,
}

/// Fixed capacity, in units a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the names are the spec's")]
pub struct Capacity {
    pub read: u32,
    pub write: u32,
}

choices! {
    /// The type of a key's attribute.
    ///
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>
    Type {
        /// Text.
        Text = "text" | "S" | "string";
        /// A number.
        Number = "number" | "N";
        /// Bytes.
        Binary = "binary" | "B";
    }
}

impl Type {
    /// DynamoDB's name of it.
    pub fn in_aws(self) -> &'static str {
        match self {
            Self::Text => "S",
            Self::Number => "N",
            Self::Binary => "B",
        }
    }
}

choices! {
    /// The parts of a changed item that a table's stream contains.
    ///
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>
    Stream {
        /// Its keys.
        KeysOnly = "keys_only" | "KEYS_ONLY";
        /// The item after the change.
        NewImage = "new_image" | "NEW_IMAGE";
        /// The item before the change.
        OldImage = "old_image" | "OLD_IMAGE";
        /// The item before and after the change.
        NewAndOldImages = "new_and_old_images" | "NEW_AND_OLD_IMAGES";
    }
}

impl Stream {
    /// DynamoDB's name of it.
    pub fn in_aws(self) -> &'static str {
        match self {
            Self::KeysOnly => "KEYS_ONLY",
            Self::NewImage => "NEW_IMAGE",
            Self::OldImage => "OLD_IMAGE",
            Self::NewAndOldImages => "NEW_AND_OLD_IMAGES",
        }
    }
}
