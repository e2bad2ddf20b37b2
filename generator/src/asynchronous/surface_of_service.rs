//! The destinations of failed events that a spec asks for.

use crate::asynchronous::Asynchronous;
use crate::functions::Function;
use crate::references::Template;
use crate::references::Values;
use crate::surface::names::Names;

/// The destinations of a function's failed asynchronous events.
pub(crate) fn failure_destinations(function: &Function, values: &Values, names: &Names) -> Vec<String> {
    let Asynchronous {
        on_failure,
        retries: _, // the generated test compares these
        max_age_seconds: _,
    } = Asynchronous::of(function);
    let destination = on_failure.map(|to| names.without(&Template::arn_of(to).text(values)));
    destination.into_iter().collect()
}
