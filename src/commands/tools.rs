//! `portcullis tools`

use serde_json::json;

use crate::failure::{OrFail, Outcome};
use crate::project::Project;
use crate::talk;
use crate::tools::Tools;

/// Installs the pinned tools and prints their paths.
pub fn run(project: &Project) -> Outcome {
    let tools = Tools::new(project.root());
    let paths = json!({
        "cargo_lambda": tools.cargo_lambda().or_tool()?,
        "python": tools.moto().or_tool()?,
        "aws": tools.aws().or_tool()?,
    });
    talk::json(format_args!("{paths:#}"))
}
