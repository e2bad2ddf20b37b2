//! Hand-written parts of `terraform/` that decide where Terraform connects or what it runs.
//!
//! A file beside the generated ones can send every call elsewhere, or have Terraform run a program. The spec does not show
//! it. An ordinary resource of AWS's does neither: a review tells of its file, and a check of the plan looks at
//! it. The rest is blocked until `[review]` accepts it by its address, for as long as it stands there:
//!
//! ```text
//! accept = [{ change = "terraform_reconfigured", of = "terraform/environments/local/z.tf: provider.aws", reason = "…" }]
//! ```
//!
//! Generated files count as well: of one that was edited, or that only says that it is generated, what differs from the
//! generated text is not generated.

mod block;
mod decision;
mod file;
mod json;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use file::{Tree, TreeFile, installed_folder, is_terraform};

use block::{Block, Content};
pub use decision::Decision;
use decision::decisions;
use file::{Reader, kind};

use crate::file_set::FileSet;
use crate::modules::is_generated;

/// A hand-written part that decides where Terraform connects or what it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Path of the file from the project's folder.
    pub path: String,
    /// Address in the file; none if it is about the whole file.
    pub address: Option<String>,
    /// Its effect.
    pub decision: Decision,
    /// True if it is in a generated file, which `portcullis generate` writes again.
    pub is_in_generated: bool,
}

impl Finding {
    /// The subject by which an `accept` entry accepts it: `terraform/environments/local/z.tf: provider.aws`, or only the
    /// path.
    pub fn of(&self) -> String {
        match &self.address {
            Some(address) => format!("{}: {address}", self.path),
            None => self.path.clone(),
        }
    }
}

/// Returns the findings of a project's hand-written files, by path, then in the order of the text; each address once.
pub fn findings(generated: &FileSet, tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for (path, file) in tree {
        let is_ours = generated.get(path).is_some() || file.text().is_some_and(is_generated);
        for (address, decision) in of_file(path, file, tree, generated) {
            let finding = Finding {
                path: format!("terraform/{path}"),
                address,
                decision,
                is_in_generated: is_ours,
            };
            if !findings.iter().any(|other| other.of() == finding.of()) {
                findings.push(finding);
            }
        }
    }
    findings
}

/// Returns the decisions of a file, by address; none for the whole file.
fn of_file(path: &str, file: &TreeFile, tree: &Tree, generated: &FileSet) -> Vec<(Option<String>, Decision)> {
    let text = match file {
        TreeFile::Text(text) => text,
        TreeFile::Link => return vec![(None, Decision::Link)],
        TreeFile::Installed => return vec![(None, Decision::Installed)],
    };
    let expected = generated.get(path);
    let Some((syntax, reader)) = kind(path).filter(|_| expected != Some(text.as_str())) else {
        return Vec::new();
    };
    let Some(mut content) = Content::parse(text, syntax) else {
        return vec![(None, Decision::Unreadable)];
    };
    if let Some(expected) = expected.and_then(|text| Content::parse(text, syntax)) {
        content = without(content, &expected);
    }
    let is_reviewed = |source: &str| is_reviewed(path, source, tree, generated);
    let found = decisions(&content, reader, &is_reviewed);
    found
        .into_iter()
        .map(|(address, decision)| (Some(address), decision))
        .collect()
}

/// Returns the hand-written parts of a generated file: whole blocks, and in `terraform` the blocks inside.
fn without(content: Content, generated: &Content) -> Content {
    let is_generated = |block: &Block| generated.blocks.contains(block);
    let mut blocks: Vec<Block> = content.blocks;
    blocks.retain(|block| !is_generated(block));
    for block in blocks.iter_mut().filter(|block| block.kind == "terraform") {
        let known: Vec<&Block> = generated
            .blocks("terraform")
            .flat_map(|one| &one.content.blocks)
            .collect();
        block.content.blocks.retain(|inner| !known.contains(&inner));
    }
    Content {
        arguments: content.arguments,
        blocks,
    }
}

/// Returns whether a module's source is a folder of `terraform/` whose files are all checked here, or generated.
fn is_reviewed(path: &str, source: &str, tree: &Tree, generated: &FileSet) -> bool {
    if !["./", "../"].iter().any(|start| source.starts_with(start)) && !matches!(source, "." | "..") {
        return false;
    }
    // The tests of a module name their modules from the module's own folder, the parent of `tests`.
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_test = matches!(kind(path), Some((_, Reader::Test)));
    let folder = match folder.strip_suffix("/tests") {
        Some(parent) if is_test => parent,
        _ => folder,
    };
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in source.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return false;
                }
            }
            part => parts.push(part),
        }
    }
    let target = parts.join("/");
    let folders = |path: &str| {
        path.rsplit_once('/')
            .map_or(String::new(), |(folder, _)| folder.into())
    };
    let on_disk = tree.iter().filter(|(_, file)| file.text().is_some());
    let known: BTreeSet<String> = on_disk
        .map(|(path, _)| path.as_str())
        .chain(generated.iter().map(|(path, _)| path))
        .map(folders)
        .collect();
    known.contains(&target)
}
