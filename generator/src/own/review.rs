//! A service that begins or ceases to call the own module.

use crate::review::Fact;
use crate::review::comparison::Comparison;

pub(crate) fn facts(comparison: &Comparison) -> Option<Fact> {
    match (&comparison.base.own, &comparison.head.own) {
        (None, Some(_)) => Some(Fact::OwnModuleAdded),
        (Some(_), None) => Some(Fact::OwnModuleRemoved),
        (None, None) | (Some(_), Some(_)) => None,
    }
}
