//! The calls of AWS that the control plane has logged.

use crate::support::Project;

pub const CREATE_DEPLOYMENT: &str = "POST /restapis/*/deployments";
pub const CREATE_FUNCTION: &str = "POST /2015-03-31/functions";
pub const DELETE_METHOD: &str = "DELETE /restapis/*/resources/*/methods/*";

/// The calls that are logged, in their order, such as `POST /restapis`.
pub fn calls(project: &Project) -> Vec<String> {
    let log = project.read(".portcullis/local/control-plane/log");
    let calls = log.split("call=\"").skip(1);
    calls
        .filter_map(|rest| rest.split('"').next().map(str::to_owned))
        .collect()
}

/// The place of the last call like this, whose `*` each stand for one id.
pub fn last(calls: &[String], wanted: &str) -> Option<usize> {
    calls.iter().rposition(|call| is(call, wanted))
}

/// Compares a call with a pattern, whose `*` each stand for one id.
pub fn is(call: &str, wanted: &str) -> bool {
    let (call, wanted) = (call.split('/'), wanted.split('/'));
    call.clone().count() == wanted.clone().count()
        && call
            .zip(wanted)
            .all(|(part, wanted)| wanted == "*" || part == wanted)
}
