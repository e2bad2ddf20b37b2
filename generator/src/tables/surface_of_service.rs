//! The tables that a spec asks for.

use crate::references::{Template, Values};
use crate::surface::names::Names;
use crate::surface::types;
use crate::tables::surface::shown;
use crate::tables::{KeyAttribute, Table};
use crate::uses::{Datum, Kind};

/// A table in an environment that protects it or not.
pub(crate) fn table(
    name: &str,
    table: &Table,
    deletion_protection: bool,
    values: &Values,
    names: &Names,
) -> types::Table {
    let Table {
        partition_key,
        sort_key,
        indexes: _, // they contain what the table does
        expires_at,
        stream,
        capacity: _, // how much, not whose
        point_in_time_recovery,
        reachable_by: _, // a rule for the spec
        kms_key,
    } = table;
    let arn = Template::arn_of(&Datum::new(Kind::Tables, name));
    let key = |key: &KeyAttribute| types::composed(&shown(&key.name, key.kind.in_aws()));
    types::Table {
        name: name.into(),
        arn: names.without(&arn.text(values)),
        partition_key: key(partition_key),
        sort_key: sort_key.as_ref().map(key),
        expires_at: expires_at.as_deref().map(types::composed),
        stream: stream.map(|stream| stream.in_aws().into()),
        point_in_time_recovery: *point_in_time_recovery,
        kms_key: kms_key.clone(),
        deletion_protection,
    }
}
