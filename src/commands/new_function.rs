//! `portcullis new function NAME`

use portcullis_foreign_text::printable;

use crate::cli::{NewFunction, TriggerOptions};
use crate::failure::Outcome;
use crate::new_function::{
    self,
    addition::{Addition, Route, Trigger},
};
use crate::project::Project;
use crate::talk;

/// Adds a function to the project.
pub fn run(project: &Project, options: NewFunction) -> Outcome {
    let NewFunction {
        name,
        trigger,
        auth,
        reason,
        description,
        bin_of,
    } = options;
    let TriggerOptions {
        route,
        schedule,
        queue,
    } = trigger;
    let trigger = match (route, schedule, queue) {
        (Some(key), _, _) => Trigger::Route(Route { key, auth, reason }),
        (None, Some(schedule), _) => Trigger::Schedule(schedule),
        // The command line has exactly one of them.
        (None, None, queue) => Trigger::Queue(queue.unwrap_or_default()),
    };
    let what = match &trigger {
        Trigger::Route(route) => printable::code(&route.key),
        Trigger::Schedule(schedule) => printable::code(schedule),
        Trigger::Queue(queue) => format!("the queue {}", printable::code(queue)),
    };
    let addition = Addition {
        name,
        trigger,
        description,
        bin_of,
    };
    let paths = new_function::add(project, &addition)?;
    talk::say(format!(
        "Added the function {} for {what}:",
        printable::code(&addition.name)
    ));
    for path in paths {
        talk::say(format!("  {path}"));
    }
    talk::say("\nNext:\n  portcullis apply    # generate, build and run it on this machine");
    Ok(())
}
