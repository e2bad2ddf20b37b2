//! Changes by which failed events are lost, or no longer.

use serde::Serialize;

use crate::asynchronous::Asynchronous;
use crate::review::ChangeKind::EventsLost;
use crate::review::Fact;
use crate::review::comparison::Comparison;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let functions = &comparison.functions;
    let kept = functions.kept.iter();
    kept.flat_map(|(before, name)| {
        let before = Asynchronous::of(&comparison.base.functions[before]);
        let after = Asynchronous::of(&comparison.head.functions[name]);
        changes(comparison, name, before, after)
    })
    .collect()
}

fn changes(
    comparison: &Comparison,
    function: &str,
    before: Asynchronous<'_>,
    after: Asynchronous<'_>,
) -> Vec<Fact> {
    let is_dropped = after.on_failure.is_none();
    let on_failure = fact(
        comparison,
        [function, "on_failure"],
        [before.on_failure, after.on_failure],
        is_dropped.then_some("Lambda drops failed events instead of keeping them"),
    );
    // With a destination, events are kept anyway.
    let is_less = |before: u32, after: u32| is_dropped && after < before;
    let retries = fact(
        comparison,
        [function, "retries"],
        [Some(before.retries), Some(after.retries)],
        is_less(before.retries, after.retries).then_some("Lambda drops a failed event after fewer tries"),
    );
    let max_age = fact(
        comparison,
        [function, "max_age_seconds"],
        [Some(before.max_age_seconds), Some(after.max_age_seconds)],
        is_less(before.max_age_seconds, after.max_age_seconds)
            .then_some("Lambda drops failed events earlier"),
    );
    [on_failure, retries, max_age].into_iter().flatten().collect()
}

/// A changed key, which loses events for a reason.
fn fact<Value: Serialize>(
    comparison: &Comparison,
    [function, key]: [&str; 2],
    [before, after]: [Option<Value>; 2],
    lost: Option<&'static str>,
) -> Option<Fact> {
    let meaning = lost.map(|so| (EventsLost, so));
    comparison.setting_with(&["functions", function, key], before, after, meaning)
}
