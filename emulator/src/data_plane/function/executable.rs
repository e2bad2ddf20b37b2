//! The start of a function's processes: folders and a program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::managed::Interpreter;
use crate::data_plane::runtime::ManagedRuntime;

/// The folder of a function's code on Lambda.
const TASK_ROOT: &str = "/var/task";
/// The folder of layers on Lambda.
const LAYERS: &str = "/opt";

/// The folders and the program of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Executable {
    /// `LAMBDA_TASK_ROOT`, in which a process starts.
    pub task: PathBuf,
    /// The layers, of the last one first: what is in a later one hides what is in an earlier one.
    pub layers: Vec<PathBuf>,
    /// The last change in folders that are not copies, so that a reload notices it.
    pub changed: Option<SystemTime>,
    /// The program.
    pub entry: Entry,
}

/// The program that is started for a function.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A program of the function's.
    Bootstrap(PathBuf),
    /// An interpreter with a loop of ours.
    Interpreter {
        /// The runtime that the function asks for.
        runtime: ManagedRuntime,
        /// The interpreter.
        interpreter: Interpreter,
    },
}

impl Executable {
    /// Returns an own variable's value with paths of Lambda's led to where these files are. Others stay as they are.
    pub fn led_here(&self, value: &str) -> String {
        let led = |part: &str| {
            let task = [(TASK_ROOT, &self.task)].into_iter();
            let layers = self.layers.iter().map(|layer| (LAYERS, layer));
            let found = task.chain(layers).find_map(|(there, here)| {
                let behind = part.strip_prefix(there)?;
                let path = match behind.strip_prefix('/') {
                    Some(behind) => here.join(behind),
                    None if behind.is_empty() => here.clone(),
                    None => return None,
                };
                let climbs = Path::new(behind)
                    .components()
                    .any(|part| part == std::path::Component::ParentDir);
                (!climbs && path.exists()).then(|| path.display().to_string())
            });
            found.unwrap_or_else(|| part.to_owned())
        };
        // A value may be a list, as `PATH` is.
        value.split(':').map(led).collect::<Vec<_>>().join(":")
    }

    /// Returns the program and its arguments, for a function with these own variables.
    pub fn command(&self, variables: &BTreeMap<String, String>) -> (&Path, Vec<String>) {
        match &self.entry {
            Entry::Bootstrap(program) => (program, Vec::new()),
            Entry::Interpreter { runtime, interpreter } => {
                let node_options = variables.get("NODE_OPTIONS").map_or("", String::as_str);
                let arguments = interpreter.arguments(runtime, &self.layers, node_options);
                (&interpreter.program, arguments)
            }
        }
    }

    /// Returns these folders of each layer, as a variable lists them.
    pub fn in_layers(&self, folders: &[&str]) -> Vec<String> {
        let of_layer = |layer: &PathBuf| {
            folders
                .iter()
                .map(|folder| layer.join(folder).display().to_string())
                .collect()
        };
        self.layers.iter().flat_map::<Vec<String>, _>(of_layer).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_lambda_lead_to_files_that_are_here_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let [task, first, second] = ["task", "first", "second"].map(|name| folder.path().join(name));
        for file in ["task/own.json", "first/a.json", "first/b.json", "second/b.json"] {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let executable = Executable {
            entry: Entry::Bootstrap(task.join("bootstrap")),
            task,
            layers: vec![second, first],
            changed: None,
        };
        let here = folder.path().display().to_string();
        for (value, expected) in [
            ("/var/task", format!("{here}/task")),
            ("/var/task/own.json", format!("{here}/task/own.json")),
            (
                "/opt/a.json:x:/opt/b.json",
                format!("{here}/first/a.json:x:{here}/second/b.json"),
            ),
            ("/opt", format!("{here}/second")),
            ("/opt/none", "/opt/none".to_owned()),
            ("/opt/../task/own.json", "/opt/../task/own.json".to_owned()),
            ("/optional", "/optional".to_owned()),
            ("http://x:80/opt/a.json", "http://x:80/opt/a.json".to_owned()),
        ] {
            assert_eq!(executable.led_here(value), expected, "{value}");
        }
    }
}
