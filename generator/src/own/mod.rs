//! The own module: hand-written Terraform in `terraform/modules/own`, which the service calls.

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod review;
pub(crate) mod surface;

use std::collections::BTreeSet;

use serde::Serialize;

/// The folder of the own module below `terraform/`.
pub const FOLDER: &str = "modules/own";

/// The initial file of the module.
pub const EXAMPLE: &str = "\
variable \"service\" {
  type = object({
    name        = string
    environment = string
  })
}
";

/// The own module.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OwnModule {
    /// Its outputs that the spec may name.
    pub outputs: BTreeSet<String>,
}

impl OwnModule {
    /// The file to begin with: the module's input, and an output of each name.
    pub fn example(&self) -> String {
        let outputs = self
            .outputs
            .iter()
            .map(|name| format!("\noutput \"{name}\" {{\n  value = \"…\"\n}}\n"));
        std::iter::once(EXAMPLE.to_owned()).chain(outputs).collect()
    }
}
