//! The data that a spec declares.

use crate::spec::{Given, Placed, Spec};
use crate::uses::{Attribute, Datum, Kind};
use crate::{buckets, queues, tables, topics};

/// Data as a spec declares it.
#[derive(Debug)]
pub(crate) struct Declared<'a> {
    /// Its kind and name.
    pub(crate) datum: Datum,
    /// The end of the ARNs of its parts, behind its own ARN, such as `/index/*`. `None` if it has no parts.
    pub(crate) parts: Option<&'static str>,
    /// The attributes of its kind that it doesn't have.
    pub(crate) lacks: &'static [Attribute],
    /// The only callers that may reach it.
    pub(crate) reachable_by: &'a Given<Vec<Placed<String>>>,
    /// ARN of the KMS key of yours that encrypts it.
    pub(crate) kms_key: Option<&'a str>,
}

/// All of it.
pub(crate) fn all(spec: &Spec) -> Vec<Declared<'_>> {
    let of = |kind| match kind {
        Kind::Tables => tables::meaning::declared(&spec.tables),
        Kind::Buckets => buckets::meaning::declared(&spec.buckets),
        Kind::Queues => queues::meaning::declared(&spec.queues),
        Kind::Topics => topics::meaning::declared(&spec.topics),
    };
    Kind::ALL.into_iter().flat_map(of).collect()
}

/// The data at a path of a spec, such as `tables.orders`.
pub(crate) fn find<'a>(spec: &'a Spec, path: &str) -> Option<Declared<'a>> {
    let mut all = all(spec).into_iter();
    all.find(|declared| declared.datum.to_string() == path)
}
