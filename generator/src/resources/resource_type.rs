//! What is known of every resource type.

use crate::hcl::{BlockBuilder, block};

/// A resource type of the AWS provider.
#[derive(Debug)]
pub struct ResourceType {
    /// Its name.
    pub name: &'static str,
    /// Whether a deployment of a REST API snapshots it. Terraform deletes what is gone only after it has taken the new
    /// snapshot, because the old one depended on it. A second deployment then leaves it out.
    pub in_snapshot: bool,
    /// What its arguments mean to a surface, beside those of [`EVERYWHERE`]. A nested argument is written with its blocks.
    /// There are none if no surface accounts for the type.
    pub arguments: &'static [(&'static str, Meaning)],
}

/// What an argument means to a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meaning {
    /// The surface says it in a field, or it only joins resources.
    Said,
    /// It lets nobody in and no function do more: it narrows, describes, tunes, or is AWS's own.
    Harmless,
    /// This value, as JSON, is what AWS takes if nothing is set.
    Default(&'static str),
    /// Not said, and perhaps a secret: only whether it changed may be seen.
    Secret,
}

/// Arguments of every type.
pub const EVERYWHERE: [(&str, Meaning); 8] = [
    ("arn", Meaning::Harmless),
    ("description", Meaning::Harmless),
    ("id", Meaning::Harmless),
    ("region", Meaning::Harmless),
    ("rest_api_id", Meaning::Said),
    ("tags", Meaning::Harmless),
    ("tags_all", Meaning::Harmless),
    ("timeouts", Meaning::Harmless),
];

impl ResourceType {
    /// Begins a resource. If a module has one of a type, its name is `this`.
    pub(crate) fn block(&self, name: &str) -> BlockBuilder {
        block("resource", [self.name, name])
    }
}
