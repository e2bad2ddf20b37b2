//! The stand-in for the own module in the generated test.

use crate::hcl::{Block, argument, block, commented, object, reference, string};
use crate::modules::access_test::mocked;
use crate::references::Reference;
use crate::service::Service;

/// Literal outputs in place of the module: the test is about the generated files.
pub(crate) fn overrides(service: &Service) -> Option<Block> {
    let own = service.own.as_ref()?;
    let values = mocked::values(service);
    let outputs = own.outputs.iter().map(|name| {
        let value = Reference::Own(name.clone()).text(&values);
        (name, string(value))
    });
    let block = block("override_module", [])
        .attribute(argument("target", reference("module.own")))
        .attribute(argument("override_during", reference("plan")))
        .attribute(argument("outputs", object(outputs)))
        .build();
    Some(commented(
        block,
        "The own module is hand-written, so this test doesn't judge it.",
    ))
}
