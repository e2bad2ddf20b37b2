//! `portcullis new function NAME`

use portcullis_foreign_text::printable;

use crate::cli::NewFunction;
use crate::failure::Outcome;
use crate::new_function::{self, addition::Addition};
use crate::project::Project;
use crate::talk;

/// Adds a function to the project.
pub fn run(project: &Project, options: NewFunction) -> Outcome {
    let NewFunction {
        name,
        route,
        auth,
        reason,
        description,
        bin_of,
    } = options;
    let addition = Addition {
        name,
        route,
        auth,
        reason,
        description,
        bin_of,
    };
    let paths = new_function::add(project, &addition)?;
    let [name, route] = [&addition.name, &addition.route].map(|text| printable::code(text));
    talk::say(format!("Added the function {name} for {route}:"));
    for path in paths {
        talk::say(format!("  {path}"));
    }
    talk::say("\nNext:\n  portcullis apply    # generate, build and run it on this machine");
    Ok(())
}
