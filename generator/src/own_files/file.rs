//! Terraform's files of a project, and what their names mean.

use std::collections::BTreeMap;

/// The files below `terraform/` that count for Terraform, by path.
pub type Tree = BTreeMap<String, TreeFile>;

/// Something below `terraform/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeFile {
    /// A file that Terraform reads.
    Text(String),
    /// A link or a submodule: what it leads to is not seen here.
    Link,
    /// A folder whose files Terraform takes for providers or modules that it installed itself.
    Installed,
}

impl TreeFile {
    /// The text that Terraform reads.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Link | Self::Installed => None,
        }
    }
}

impl<T: Into<String>> From<T> for TreeFile {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

/// The ends of the names of files that Terraform or OpenTofu reads in a plan or in a test.
const ENDS: [(&str, Syntax, Reader); 8] = [
    (".tftest.hcl", Syntax::Native, Reader::Test),
    (".tftest.json", Syntax::Json, Reader::Test),
    (".tofutest.hcl", Syntax::Native, Reader::OpenTofu),
    (".tofutest.json", Syntax::Json, Reader::OpenTofu),
    (".tf", Syntax::Native, Reader::Terraform),
    (".tf.json", Syntax::Json, Reader::Terraform),
    (".tofu", Syntax::Native, Reader::OpenTofu),
    (".tofu.json", Syntax::Json, Reader::OpenTofu),
];

/// The syntax of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// HCL as people write it.
    Native,
    /// <https://developer.hashicorp.com/terraform/language/syntax/json>
    Json,
}

/// The reader of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// Terraform, as part of a module.
    Terraform,
    /// Terraform, after the module: its blocks replace parts of others.
    /// <https://developer.hashicorp.com/terraform/language/files/override>
    Override,
    /// `terraform test`.
    Test,
    /// OpenTofu alone, in place of the file that has the same name for Terraform.
    /// <https://opentofu.org/docs/language/files/#file-extension>
    OpenTofu,
}

/// Returns whether Terraform or OpenTofu reads a file, in a plan or in a test.
pub fn is_terraform(path: &str) -> bool {
    kind(path).is_some()
}

/// The folder in which Terraform takes what is there for installed, that a path is in.
pub fn installed_folder(path: &str) -> Option<&str> {
    let mut end = 0;
    for part in path.split('/') {
        end += part.len();
        if matches!(part, ".terraform" | "terraform.d") {
            return path.get(..end);
        }
        end += 1;
    }
    None
}

/// Returns the syntax and the reader of a file; none if neither Terraform nor OpenTofu reads it.
pub(super) fn kind(path: &str) -> Option<(Syntax, Reader)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, syntax, reader) = ENDS
        .iter()
        .find_map(|(end, syntax, reader)| Some((name.strip_suffix(end)?, *syntax, *reader)))?;
    let is_override = stem == "override" || stem.ends_with("_override");
    let reader = match reader {
        Reader::Terraform if is_override => Reader::Override,
        reader => reader,
    };
    Some((syntax, reader))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_reads_a_file_and_how_it_is_written() {
        use {Reader::*, Syntax::*};
        for (path, expected) in [
            ("modules/a/main.tf", Some((Native, Terraform))),
            ("main.tf.json", Some((Json, Terraform))),
            ("environments/local/override.tf", Some((Native, Override))),
            ("environments/local/z_override.tf.json", Some((Json, Override))),
            ("zoverride.tf", Some((Native, Terraform))),
            ("a/tests/a.tftest.hcl", Some((Native, Test))),
            ("a.tftest.json", Some((Json, Test))),
            ("main.tofu", Some((Native, OpenTofu))),
            ("main_override.tofu.json", Some((Json, OpenTofu))),
            ("README.md", None),
            ("main.tf.bak", None),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
    }

    #[test]
    fn what_is_in_a_folder_of_installed_things_is_named_by_that_folder() {
        assert_eq!(
            installed_folder("environments/dev/terraform.d/plugins/x"),
            Some("environments/dev/terraform.d")
        );
        assert_eq!(
            installed_folder(".terraform/modules/modules.json"),
            Some(".terraform")
        );
        assert_eq!(installed_folder("modules/terraform.dx/main.tf"), None);
    }
}
