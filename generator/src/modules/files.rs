//! The files of a module.

use crate::file_set::FileSet;
use crate::hcl::{Block, layout_below};
use crate::modules::module::{HEADER, Module, Output, Variable};
use crate::modules::module_readme;

impl Module {
    /// Adds the module's files.
    pub fn write_to(mut self, files: &mut FileSet) {
        self.variables.sort_by(|a, b| a.name.cmp(&b.name));
        self.outputs.sort_by_key(|output| output.name);
        files.insert(&self.folder, "README.md", module_readme::render(&self));
        self.files.push((
            "variables.tf",
            self.variables.iter().map(Variable::block).collect(),
        ));
        self.files
            .push(("outputs.tf", self.outputs.iter().map(Output::block).collect()));
        for (name, blocks) in self.files {
            if !blocks.is_empty() {
                files.insert(&self.folder, name, text(blocks));
            }
        }
    }
}

/// The text of a generated file.
fn text(blocks: Vec<Block>) -> String {
    layout_below(format!("# {HEADER}\n\n"), blocks)
}
