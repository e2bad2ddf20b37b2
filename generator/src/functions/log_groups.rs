//! Existing log groups, which Portcullis neither creates nor changes.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_foreign_text::printable::code;

use crate::diagnostic::Diagnostic;
use crate::environments::LOCAL;
use crate::functions::Function;
use crate::resources::cloudwatch_log_group;
use crate::review::comparison::Comparison;
use crate::service::Service;
use crate::service::meaning::Resolver;
use crate::spec::{FunctionTable, Given, Own, Placed, Spec};

/// The functions that differ in `local`, because they write to existing log groups elsewhere. The emulated AWS has no group of
/// AWS.
pub(super) fn of_local(
    environment: &str,
    functions: &BTreeMap<String, Function>,
) -> BTreeMap<String, Function> {
    let functions = functions.iter();
    let differing = functions.filter(|(_, function)| environment == LOCAL && function.log_group.is_some());
    let own = |function: &Function| Function {
        log_group: None,
        ..function.clone()
    };
    differing
        .map(|(name, function)| (name.clone(), own(function)))
        .collect()
}

/// The longest name of an existing log group that a function writes to, in any environment.
pub(super) fn longest<'a>(
    spec: &'a Spec,
    name: &Placed<String>,
    table: &'a FunctionTable,
) -> Option<&'a str> {
    let here = spec.environments.iter().flat_map(|(_, table)| &table.functions);
    let here = here.filter(|(other, _)| other.value == name.value);
    let here = here.map(|(_, Own(function))| &function.log_group);
    let groups = here
        .chain([&table.log_group])
        .filter_map(|group| group.value.as_deref());
    groups.max_by_key(|group| group.len())
}

/// The functions whose own log group goes, in some environment, because they write to an existing one.
pub(super) fn given_up<'a>(comparison: &'a Comparison<'_>) -> impl Iterator<Item = &'a String> {
    let goes = |before: &str, name: &str| {
        comparison.environments.iter().any(|environment| {
            let was = comparison.base.function_in(environment, before);
            let is = comparison.head.function_in(environment, name);
            was.log_group.is_none() && is.log_group.is_some()
        })
    };
    let kept = comparison.functions.kept.iter();
    kept.filter_map(move |(before, name)| goes(before, name).then_some(before))
}

impl Service {
    /// The name of the log group that a function writes to in an environment.
    pub fn log_group(&self, environment: &str, function: &str) -> String {
        let existing = self.function_in(environment, function).log_group.clone();
        existing.unwrap_or_else(|| cloudwatch_log_group::own(&self.function_name(environment, function)))
    }
}

impl Resolver<'_> {
    /// Reports a retention of a log group that exists. `written` is the table that is read, and `whole` what holds then.
    pub(super) fn log_group(&mut self, written: &FunctionTable, whole: &FunctionTable) {
        let (Some(group), Some(days)) = (&whole.log_group.span, &written.log_retention_days.span) else {
            return;
        };
        self.report(
            Diagnostic::new(
                days.clone(),
                "`log_retention_days` must not be set for a function with `log_group`",
            )
            .label("Portcullis changes no existing log group")
            .related(group.clone(), "the existing log group")
            .help("delete one of them"),
        );
    }

    /// Reports groups that Portcullis creates, or deletes as soon as their function writes to another one.
    pub(crate) fn log_groups_of_others(&mut self, spec: &Spec) {
        let environments: Vec<&str> = spec
            .environments
            .iter()
            .map(|(name, _)| name.value.as_str())
            .collect();
        let service = spec.service.name.value.as_deref().unwrap_or_default();
        let own: BTreeSet<String> = environments
            .iter()
            .flat_map(|environment| {
                let functions = spec.functions.iter();
                functions.map(move |(name, _)| {
                    cloudwatch_log_group::own(&[service, "-", environment, "-", &name.value].concat())
                })
            })
            .collect();
        let here = spec.environments.iter().flat_map(|(_, table)| &table.functions);
        let here = here.map(|(_, Own(function))| &function.log_group);
        let everywhere = spec.functions.iter().map(|(_, function)| &function.log_group);
        for (group, place) in everywhere.chain(here).filter_map(Given::placed) {
            if own.contains(group) {
                self.report(
                    Diagnostic::new(place, format!("`log_group` must not be {}", code(group)))
                        .label("Portcullis creates this group")
                        .help("name a group that others created"),
                );
            }
        }
    }
}
