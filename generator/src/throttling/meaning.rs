//! From the keys of `throttle` to the resolved type.

use crate::spec::ThrottleTable;
use crate::throttling::Throttle;

impl Throttle {
    /// The limits that the keys mean.
    pub(crate) fn of(table: &ThrottleTable) -> Self {
        let ThrottleTable { span: _, rate, burst } = table;
        Self {
            rate: rate.value.unwrap_or_default(),
            burst: burst.value.unwrap_or_default(),
        }
    }
}
