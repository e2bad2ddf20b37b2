//! The generated files as data: paths and texts, without a disk.

use std::collections::BTreeMap;

/// Texts by their path below `terraform/`, with `/` between the parts.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FileSet(BTreeMap<String, String>);

impl FileSet {
    /// Adds a file to a folder; an empty one is `terraform/` itself.
    pub fn insert(&mut self, folder: &str, name: &str, text: String) {
        let path = if folder.is_empty() {
            name.into()
        } else {
            format!("{folder}/{name}")
        };
        self.0.insert(path, text);
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Every file in the order of the paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }
}
