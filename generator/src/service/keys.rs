//! `[service]`.

use crate::diagnostic::Diagnostics;
use crate::spec::{Reader, StringMap, Written};

/// `[service]`.
#[derive(Debug, Default)]
pub struct ServiceTable {
    /// Begins every name in AWS.
    pub name: Option<Written<String>>,
    /// AWS region, such as `us-east-1`.
    pub region: Option<Written<String>>,
    /// `x86_64` or `arm64`.
    pub architecture: Option<Written<String>>,
    /// Tags of every resource.
    pub tags: StringMap,
}

impl ServiceTable {
    pub(crate) fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let name = reader.string("name", diagnostics);
        let region = reader.string("region", diagnostics);
        let table = Self {
            name: reader.require(name, "name", "\"hello\"", diagnostics),
            region: reader.require(region, "region", "\"us-east-1\"", diagnostics),
            architecture: reader.string("architecture", diagnostics),
            tags: reader.string_map("tags", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}
