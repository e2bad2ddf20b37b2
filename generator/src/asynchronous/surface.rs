//! Destinations of failed events, read from resources.

use crate::functions::surface::Called;
use crate::surface::names::Names;
use crate::surface::resources::Resources;
use crate::surface::types::Function;
use portcullis_terraform_json::index::Part;
use portcullis_terraform_json::lambda::EventInvokeConfig;

/// Adds to each function the destinations of its failed asynchronous events.
pub(crate) fn add_failure_destinations<'a>(
    functions: &mut [Function],
    resources: &mut Resources<'a>,
    names: &Names,
    called: &Called<'a>,
) {
    let configurations: Vec<Part<EventInvokeConfig>> = resources.index.parts();
    for configuration in configurations {
        let Some(name) = called.named(&configuration.function_name) else {
            continue;
        };
        resources.account(configuration.resource);
        let arn = configuration.destination_config.on_failure.destination.as_deref();
        if let Some(function) = functions.iter_mut().find(|function| function.name == name) {
            function
                .failure_destinations
                .extend(arn.map(|arn| names.without(arn)));
            function.failure_destinations.sort();
        }
    }
}
