//! Changes by which failed events are lost, or no longer.

use crate::asynchronous::Asynchronous;
use crate::functions::Function;
use crate::review::ChangeKind::EventsLost;
use crate::review::Fact;
use crate::review::comparison::Comparison;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let functions = &comparison.functions;
    let kept = functions.kept.iter();
    kept.flat_map(|(before, name)| changes(comparison, [before, name]))
        .collect()
}

/// The changes of a function by its names in both revisions.
fn changes(comparison: &Comparison, names: [&str; 2]) -> Vec<Fact> {
    let [before, name] = names;
    let before = Asynchronous::of(&comparison.base.functions[before]).on_failure;
    let after = Asynchronous::of(&comparison.head.functions[name]).on_failure;
    let is_dropped = after.is_none();
    let on_failure = comparison.setting_with(
        &["functions", name, "on_failure"],
        before,
        after,
        is_dropped.then_some((EventsLost, "Lambda drops failed events instead of keeping them")),
    );
    // With a destination, events are kept anyway.
    let number = |key, value, lost| number(comparison, names, key, value, lost, is_dropped);
    let retries = number(
        "retries",
        |of| of.retries,
        "Lambda drops a failed event after fewer tries",
    );
    let max_age = number(
        "max_age_seconds",
        |of| of.max_age_seconds,
        "Lambda drops failed events earlier",
    );
    on_failure.into_iter().chain(retries).chain(max_age).collect()
}

/// The changes of a number that an environment may set: one for all environments, and one for each in which it changes in
/// another way. Less of it loses events if these are dropped.
fn number(
    comparison: &Comparison,
    [before, name]: [&str; 2],
    key: &str,
    value: fn(Asynchronous<'_>) -> u32,
    lost: &'static str,
    is_dropped: bool,
) -> Vec<Fact> {
    let Comparison {
        base,
        head,
        environments,
        ..
    } = comparison;
    let change = |before: &Function, after: &Function| [before, after].map(|of| value(Asynchronous::of(of)));
    let everywhere = change(&base.functions[before], &head.functions[name]);
    let here: Vec<(&str, [u32; 2])> = environments
        .iter()
        .map(|environment| {
            let before = base.function_in(environment, before);
            (*environment, change(before, head.function_in(environment, name)))
        })
        .collect();
    let reaches_one = here.is_empty() || here.iter().any(|(_, here)| *here == everywhere);
    let of_all = reaches_one.then(|| (vec!["functions", name, key], everywhere));
    let others = here.into_iter().filter(|(_, here)| *here != everywhere);
    let of_one =
        others.map(|(environment, here)| (vec!["environments", environment, "functions", name, key], here));
    let all = of_all.into_iter().chain(of_one);
    all.filter_map(|(path, [before, after])| {
        let is_lost = is_dropped && after < before;
        let meaning = is_lost.then_some((EventsLost, lost));
        comparison.setting_with(&path, Some(before), Some(after), meaning)
    })
    .collect()
}
