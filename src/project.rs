//! A project on disk: where its parts are, and the service that its spec means.

use std::fs;
use std::path::{Path, PathBuf};

use portcullis_foreign_text::words;
use portcullis_generator::modules;
use portcullis_generator::service::{Architecture, Handlers, LOCAL, Service};
use portcullis_generator::tree::{self, Change};

use crate::failure::{Failure, OrFail, Outcome, SpecErrors};
use crate::{lock, umask};

/// The name of the spec's file.
pub const SPEC: &str = "portcullis.toml";

/// A folder with a spec.
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The project in a folder; fails where the folder has no spec.
    pub fn open(folder: &Path) -> Outcome<Self> {
        let root = folder.canonicalize().map_err(|error| {
            let folder = words::code(&folder.display().to_string());
            Failure::input(format!("can't open the project {folder}: {error}"))
        })?;
        if !root.join(SPEC).is_file() {
            return Err(Failure::input(format!(
                "there is no `{SPEC}` in {}",
                words::code(&root.display().to_string())
            ))
            .hint("go to the folder of a project, or name it with `--project DIR`"));
        }
        Ok(Self { root })
    }

    /// The project's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The functions' workspace.
    pub fn functions(&self) -> PathBuf {
        self.root.join("functions")
    }

    /// The generated tree.
    pub fn terraform(&self) -> PathBuf {
        self.root.join("terraform")
    }

    /// The root module of an environment.
    pub fn environment(&self, name: &str) -> PathBuf {
        self.terraform().join("environments").join(name)
    }

    /// The functions' zips, in a folder per architecture.
    pub fn artifacts(&self) -> PathBuf {
        self.terraform().join("artifacts")
    }

    /// What Portcullis keeps beside the project: tools, the state of `local`. Git ignores it.
    pub fn work(&self) -> PathBuf {
        self.root.join(".portcullis")
    }

    /// Waits until no other command works on an environment: two that build, generate and apply at once would mix.
    /// Dropping the file gives the turn to the next.
    pub fn turn(&self, environment: &str) -> Outcome<fs::File> {
        let path = self.work().join(environment).join("turn");
        lock::exclusive(&path, &format!("another command that works on `{environment}`")).or_tool()
    }

    /// The service that the spec means. A wrong spec is shown with all its mistakes.
    pub fn service(&self) -> Outcome<Service> {
        let handlers = tree::handlers(&self.functions()).or_input()?;
        service_of(&self.root.join(SPEC), SPEC, Some(&handlers))
    }

    /// What differs on disk from the generated tree of a service.
    pub fn changes(&self, service: &Service) -> Outcome<Vec<Change>> {
        tree::compare(&self.terraform(), &modules::all(service)).or_input()
    }

    /// Fails if a zip would be written, or a stray one deleted, outside of the project. What Portcullis keeps for itself
    /// may be linked: no command that takes a checkout for data writes there, and developers share tools that way.
    pub fn check_artifacts(&self, service: &Service, architecture: Architecture) -> Outcome {
        for function in service.functions.keys() {
            let zip = Path::new("artifacts")
                .join(architecture.as_str())
                .join(format!("{function}.zip"));
            tree::check_no_link(&self.terraform(), &zip).or_input()?;
        }
        Ok(())
    }

    /// Makes changes to the tree on disk.
    pub fn write(&self, changes: &[Change]) -> Outcome {
        umask::of_the_user(|| tree::write(&self.terraform(), changes)).or_tool()
    }

    /// Makes the tree on disk the generated one; what was changed.
    pub fn generate(&self, service: &Service) -> Outcome<Vec<Change>> {
        let changes = self.changes(service)?;
        self.write(&changes)?;
        Ok(changes)
    }
}

/// The service that a file means; `name` is what messages call it. Without `handlers` it is read by itself.
pub fn service_of(path: &Path, name: &str, handlers: Option<&Handlers>) -> Outcome<Service> {
    let text = fs::read_to_string(path).map_err(|error| {
        let path = words::code(&path.display().to_string());
        Failure::input(format!("can't read {path}: {error}"))
    })?;
    portcullis_generator::service(&text, handlers).map_err(|errors| {
        let name = name.to_owned();
        Failure::spec(SpecErrors { name, text, errors })
    })
}

/// What an environment's functions are built for: this machine's processor in `local`, else the spec's.
pub fn architecture(service: &Service, environment: &str) -> Outcome<Architecture> {
    if environment != LOCAL {
        return Ok(service.architecture);
    }
    let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
    match (system, processor) {
        ("linux", "x86_64") => Ok(Architecture::X86_64),
        ("linux", "aarch64") => Ok(Architecture::Arm64),
        _ => Err(Failure::input(format!(
            "`local` runs the functions' own executables, and this machine ({system}, {processor}) can't run those \
             of Lambda"
        ))
        .hint("use Linux on x86_64 or arm64, a virtual machine or a container")),
    }
}

/// Fails where a service has no environment of a name.
pub fn check_environment(service: &Service, name: &str) -> Outcome {
    if service.environments.contains_key(name) {
        return Ok(());
    }
    let known: Vec<_> = service.environments.keys().map(String::as_str).collect();
    Err(
        Failure::input(format!("the spec has no environment {}", words::code(name))).hint(format!(
            "known: {}; add {} to `{SPEC}`",
            known.join(", "),
            words::code(&format!("[environments.{name}]"))
        )),
    )
}
