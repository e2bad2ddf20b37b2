//! Documents and their parts: prose, fenced blocks, inline code.

use std::fs;
use std::path::{Path, PathBuf};

pub const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// A file that people read.
pub struct Document {
    /// Its path in the repository.
    pub name: String,
    pub text: String,
}

impl<'t> Block<'t> {
    /// Returns the name in a comment such as `<!-- shows: NAME -->`.
    pub fn shows(&self) -> Option<&'t str> {
        self.comment?.strip_prefix("shows: ")
    }
}

/// A fenced block.
pub struct Block<'t> {
    /// The words after the ticks, such as `toml excerpt`.
    pub kind: &'t str,
    /// The text of the comment before the block.
    pub comment: Option<&'t str>,
    /// The lines, without the indentation of the fence.
    pub text: String,
}

/// Reads Markdown files: those that are named, and those in the named folders. Generated files are left out.
pub fn documents(names: &[&str]) -> Vec<Document> {
    let root = Path::new(REPOSITORY);
    let mut paths: Vec<PathBuf> = names
        .iter()
        .flat_map(|name| walkdir::WalkDir::new(root.join(name)))
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|found| found == "md"))
        .filter(|path| !path.starts_with(root.join("tests/golden")))
        .collect();
    paths.sort();
    let document = |path: PathBuf| Document {
        name: path.strip_prefix(root).unwrap().display().to_string(),
        text: fs::read_to_string(path).unwrap(),
    };
    paths.into_iter().map(document).collect()
}

impl Document {
    /// Returns the fenced blocks.
    pub fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::new();
        let mut comment = None;
        let mut lines = self.text.lines();
        while let Some(line) = lines.next() {
            if let Some(kind) = line.trim_start().strip_prefix("```") {
                let indent = line.len() - line.trim_start().len();
                let inside = lines.by_ref().take_while(|line| line.trim() != "```");
                let inside: Vec<&str> = inside.map(|line| line.get(indent..).unwrap_or("")).collect();
                let text = inside.iter().map(|line| format!("{line}\n")).collect();
                blocks.push(Block { kind, comment, text });
            }
            comment = line
                .trim_start()
                .strip_prefix("<!-- ")
                .and_then(|rest| rest.strip_suffix(" -->"));
        }
        blocks
    }

    /// Returns the lines outside of fenced blocks.
    pub fn lines(&self) -> Vec<&str> {
        let mut inside = false;
        let outside = |line: &&str| {
            let fence = line.trim_start().starts_with("```");
            inside ^= fence;
            !inside && !fence
        };
        self.text.lines().filter(outside).collect()
    }

    /// Returns the text without fenced blocks and inline code, in lower case, as one line.
    pub fn prose(&self, keep: impl Fn(&str) -> bool) -> String {
        let lines = self.lines().into_iter().filter(|line| keep(line));
        let text = lines.collect::<Vec<_>>().join("\n");
        let outside = text.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let words = outside.split_whitespace().collect::<Vec<_>>();
        words.join(" ").to_lowercase()
    }

    /// Returns inline code.
    pub fn inline_code(&self) -> Vec<String> {
        let text = self.lines().join("\n");
        let codes = text.split('`').skip(1).step_by(2);
        codes
            .map(|code| code.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }
}
