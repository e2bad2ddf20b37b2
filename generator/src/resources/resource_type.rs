//! Knowledge about every resource type.

use crate::hcl::{BlockBuilder, block};
use crate::resources::skipped_check::SkippedCheck;

/// A resource type of the AWS provider.
#[derive(Debug)]
pub struct ResourceType {
    /// Its name.
    pub name: &'static str,
    /// True if a deployment of a REST API snapshots it. Terraform deletes such a resource only after the new snapshot,
    /// because the old one depended on it. A second deployment then leaves it out.
    pub in_snapshot: bool,
    /// The meaning of its arguments to a surface, beside those of [`EVERYWHERE`]. A nested argument is written with its
    /// blocks. There are none if no surface accounts for the type.
    pub arguments: &'static [(&'static str, Meaning)],
}

/// The meaning of an argument to a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meaning {
    /// A field of the surface shows it, or it only joins resources.
    Shown,
    /// It gives no access to callers or functions: it narrows, describes, tunes, or is AWS's own.
    Harmless,
    /// This value, as JSON, is what AWS takes if nothing is set.
    Default(&'static str),
    /// No field shows it, and it may be a secret: only the beginning of its SHA-256 may be seen.
    Secret,
}

/// Arguments of every type.
pub const EVERYWHERE: [(&str, Meaning); 8] = [
    ("arn", Meaning::Harmless),
    ("description", Meaning::Harmless),
    ("id", Meaning::Harmless),
    ("region", Meaning::Harmless),
    ("rest_api_id", Meaning::Shown),
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

impl BlockBuilder {
    /// Says which checks the resource does not pass, and why.
    pub(crate) fn skips<'a>(self, checks: impl IntoIterator<Item = &'a SkippedCheck>) -> Self {
        self.comments(checks.into_iter().map(SkippedCheck::comment))
    }
}
