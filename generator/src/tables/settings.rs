//! The arguments of a table whose values an environment may decide.

use std::collections::BTreeMap;

use crate::environments::Environment;
use crate::environments::overridable::Overridable;
use crate::environments::setting::Setting;
use crate::hcl::{Expression, string};
use crate::resources::dynamodb_table::billing_mode;
use crate::service::Service;
use crate::tables::Table;

impl Overridable for Table {
    const KEY: &'static str = "tables";
    const VARIABLE: &'static str = "table_";
    const CALLED: &'static str = "the table ";

    fn everywhere(service: &Service) -> &BTreeMap<String, Self> {
        &service.tables
    }

    fn differing(environment: &Environment) -> &BTreeMap<String, Self> {
        &environment.tables
    }
}

pub(crate) static BILLING_MODE: Setting<Table> = Setting {
    argument: "billing_mode",
    kind: "string",
    noun: "Billing mode",
    value: |_, here, _| string(billing_mode(here.capacity.is_some())),
};

pub(crate) static READ_CAPACITY: Setting<Table> = Setting {
    argument: "read_capacity",
    kind: "number",
    noun: "Reads of 4 KB a second",
    value: |_, here, _| units(here.capacity.map(|capacity| capacity.read)),
};

pub(crate) static WRITE_CAPACITY: Setting<Table> = Setting {
    argument: "write_capacity",
    kind: "number",
    noun: "Writes of 1 KB a second",
    value: |_, here, _| units(here.capacity.map(|capacity| capacity.write)),
};

pub(crate) static POINT_IN_TIME_RECOVERY: Setting<Table> = Setting {
    argument: "point_in_time_recovery",
    kind: "bool",
    noun: "Point-in-time recovery",
    value: |_, here, _| here.point_in_time_recovery.into(),
};

pub(crate) static KMS_KEY_ARN: Setting<Table> = Setting {
    argument: "kms_key_arn",
    kind: "string",
    noun: "ARN of the KMS key",
    value: |_, here, _| here.kms_key.as_ref().map_or_else(Expression::null, string),
};

/// All of them.
pub(crate) static ALL: [&Setting<Table>; 5] = [
    &BILLING_MODE,
    &READ_CAPACITY,
    &WRITE_CAPACITY,
    &POINT_IN_TIME_RECOVERY,
    &KMS_KEY_ARN,
];

/// Without fixed capacity there are none.
fn units(units: Option<u32>) -> Expression {
    units.map_or_else(Expression::null, Into::into)
}
