//! Resources of a state or plan by type, and what is read of their attributes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest, Sha256};

use portcullis_terraform_json::Resource;

/// The resources of one REST API and what stands beside it, and which of them the surface accounts for.
pub(crate) struct Resources<'a> {
    pub(crate) all: &'a [Resource],
    accounted: BTreeSet<&'a str>,
}

impl<'a> Resources<'a> {
    pub(crate) fn new(all: &'a [Resource]) -> Self {
        Self {
            all,
            accounted: BTreeSet::new(),
        }
    }

    /// The managed ones of a type.
    pub(crate) fn of(&self, kind: &'static str) -> impl Iterator<Item = &'a Resource> + use<'a> {
        self.all
            .iter()
            .filter(move |resource| resource.mode == "managed" && resource.kind == kind)
    }

    /// Writes down that the surface says what there is to say of a resource.
    pub(crate) fn account(&mut self, resource: &'a Resource) {
        self.accounted.insert(&resource.address);
    }

    pub(crate) fn is_accounted(&self, resource: &Resource) -> bool {
        self.accounted.contains(resource.address.as_str())
    }
}

/// A text, empty where there is none.
pub(crate) fn text<'a>(resource: &'a Resource, key: &str) -> &'a str {
    resource.values[key].as_str().unwrap_or_default()
}

/// A text that is not empty.
pub(crate) fn optional(resource: &Resource, key: &str) -> Option<String> {
    Some(text(resource, key).to_owned()).filter(|text| !text.is_empty())
}

/// The texts of a list, sorted.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    let mut texts: Vec<String> = items.filter_map(|item| item.as_str().map(String::from)).collect();
    texts.sort();
    texts
}

/// The texts of a map whose keys begin so, without that beginning.
pub(crate) fn map(value: &Value, prefix: &str) -> BTreeMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    let named = entries.filter_map(|(key, value)| {
        let key = key.strip_prefix(prefix).unwrap_or(key);
        Some((key.to_owned(), value.as_str()?.to_owned()))
    });
    named.collect()
}

/// The beginning of a SHA-256, which tells values apart and does not tell them.
pub(crate) fn digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}
