//! `portcullis schema [--markdown]`

use portcullis_generator::spec::{reference, schema};

use crate::failure::{OrFail, Outcome};
use crate::talk;

/// Prints all keys of the spec: as a JSON schema, or as the reference page.
pub fn run(markdown: bool) -> Outcome {
    if markdown {
        return talk::data(reference::reference());
    }
    let schema = serde_json::to_string_pretty(&schema::schema()).or_tool()?;
    talk::json(schema)
}
