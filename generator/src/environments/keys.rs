//! `[environments.NAME]` and where each keeps its state.

use crate::api::keys::read_origin;
use crate::diagnostic::Diagnostics;
use crate::spec::{Reader, StringMap, Written};

/// `[environments.NAME]`.
#[derive(Debug, Default)]
pub struct EnvironmentTable {
    /// AWS region, where it differs from the service's.
    pub region: Option<Written<String>>,
    /// The only AWS account that this environment may touch.
    pub account: Option<Written<String>>,
    /// The CORS origin, where it differs from the API's.
    pub allow_origin: Option<Written<String>>,
    /// E-mail of the first user.
    pub first_user: Option<Written<String>>,
    /// Whether the user pool can't be deleted.
    pub deletion_protection: Option<Written<bool>>,
    /// Tags beside the service's.
    pub tags: StringMap,
    /// `state = { … }`: where Terraform keeps its state.
    pub state: Option<StateTable>,
}

/// `state = { … }` of an environment: an S3 backend.
#[derive(Debug, Default)]
pub struct StateTable {
    /// Name of the S3 bucket.
    pub bucket: Option<Written<String>>,
    /// Region of the bucket.
    pub region: Option<Written<String>>,
    /// Key of the state in the bucket.
    pub key: Option<Written<String>>,
}

impl EnvironmentTable {
    pub(crate) fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let table = Self {
            region: reader.string("region", diagnostics),
            account: reader.string("account", diagnostics),
            allow_origin: read_origin(&mut reader, diagnostics),
            first_user: reader.string("first_user", diagnostics),
            deletion_protection: reader.boolean("deletion_protection", diagnostics),
            tags: reader.string_map("tags", diagnostics),
            state: reader
                .table("state", diagnostics)
                .map(|table| StateTable::read(table, diagnostics)),
        };
        reader.finish(diagnostics);
        table
    }
}

impl StateTable {
    pub(crate) fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let bucket = reader.string("bucket", diagnostics);
        let region = reader.string("region", diagnostics);
        let table = Self {
            bucket: reader.require(bucket, "bucket", "\"my-terraform-state\"", diagnostics),
            region: reader.require(region, "region", "\"us-east-1\"", diagnostics),
            key: reader.string("key", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}
