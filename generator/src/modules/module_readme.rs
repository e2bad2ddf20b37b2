//! The README of a module, rendered from the very data that makes its HCL.

use minijinja::Environment;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use crate::modules::module::{HEADER, Module, PROVIDER, TERRAFORM};

const TEMPLATE: &str = include_str!("readme.md.jinja");

#[derive(Serialize)]
struct Page<'a> {
    header: &'a str,
    title: &'a str,
    summary: &'a str,
    terraform: String,
    provider: String,
    variables: Vec<Row<'a>>,
    outputs: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    kind: String,
    description: &'a str,
    default: Option<String>,
}

/// The text of `README.md`.
pub fn render(module: &Module) -> String {
    let variables = module.variables.iter().map(|variable| Row {
        name: &variable.name,
        kind: variable.kind.to_string(),
        description: &variable.description,
        default: variable.default.as_ref().map(ToString::to_string),
    });
    let outputs = module.outputs.iter().map(|output| Row {
        name: output.name,
        kind: String::new(),
        description: &output.description,
        default: None,
    });
    let is_root = !module.folder.starts_with("modules/");
    let page = Page {
        header: HEADER,
        title: module.folder.rsplit('/').next().unwrap_or_default(),
        summary: &module.summary,
        terraform: TERRAFORM.of(is_root),
        provider: PROVIDER.of(is_root),
        variables: variables.collect(),
        outputs: outputs.collect(),
    };
    let text = Environment::new()
        .render_str(TEMPLATE, Value::from(Serde(page)))
        .expect("the template is a constant that the golden trees render");
    format!("{}\n", text.trim_end())
}
