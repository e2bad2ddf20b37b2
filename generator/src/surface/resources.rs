//! Resources of a state or plan by type, and what is read of their attributes.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use portcullis_foreign_text::hex;
use portcullis_terraform_json::Resource;
use portcullis_terraform_json::index::Index;

/// The resources of one REST API and what stands beside it, and which of them the surface accounts for.
pub(crate) struct Resources<'a> {
    pub(crate) index: Index<'a>,
    accounted: BTreeSet<&'a str>,
}

impl<'a> Resources<'a> {
    pub(crate) fn new(all: &'a [Resource]) -> Self {
        Self {
            index: Index::of(all),
            accounted: BTreeSet::new(),
        }
    }

    /// Every resource, data sources among them.
    pub(crate) fn all(&self) -> &'a [Resource] {
        self.index.all
    }

    /// The managed ones of a type.
    pub(crate) fn of(&self, kind: &'static str) -> impl Iterator<Item = &'a Resource> {
        self.index.managed(kind).iter().copied()
    }

    /// Writes down that the surface says what there is to say of a resource.
    pub(crate) fn account(&mut self, resource: &'a Resource) {
        self.accounted.insert(&resource.address);
    }

    pub(crate) fn is_accounted(&self, resource: &Resource) -> bool {
        self.accounted.contains(resource.address.as_str())
    }
}

/// Returns a text, empty if there is none.
pub(crate) fn text<'a>(resource: &'a Resource, key: &str) -> &'a str {
    resource.values[key].as_str().unwrap_or_default()
}

/// A text that is not empty.
pub(crate) fn optional(resource: &Resource, key: &str) -> Option<String> {
    Some(text(resource, key).to_owned()).filter(|text| !text.is_empty())
}

/// The entries of a map whose keys begin so, without that beginning.
pub(crate) fn without(map: &BTreeMap<String, String>, prefix: &str) -> BTreeMap<String, String> {
    let named = map.iter().map(|(key, value)| {
        let key = key.strip_prefix(prefix).unwrap_or(key);
        (key.to_owned(), value.clone())
    });
    named.collect()
}

/// The beginning of a SHA-256, which tells values apart and does not tell them.
pub(crate) fn digest(text: &str) -> String {
    hex(&Sha256::digest(text)[..6])
}
