//! A project on disk: the paths of its parts, and its service.

use std::fs;
use std::path::{Path, PathBuf};

use portcullis_foreign_text::printable;
use portcullis_generator::disk::{self, Change};
use portcullis_generator::file_set::FileSet;
use portcullis_generator::functions::{ARTIFACTS, LOCAL_ARTIFACTS};
use portcullis_generator::own;
use portcullis_generator::service::{Architecture, Handlers, Service};

use crate::build::{Program, Purpose};
use crate::failure::{Failure, OrFail, Outcome, SpecErrors};
use crate::{lock, umask};

/// The name of the spec's file.
pub const SPEC: &str = "portcullis.toml";

/// A folder with a spec.
pub struct Project {
    root: PathBuf,
}

/// Returns the folder of the project: the chosen one, or else the nearest one with a spec from this one upward. If there
/// is none, it is this one.
pub fn folder(chosen: Option<PathBuf>) -> Outcome<PathBuf> {
    if let Some(chosen) = chosen {
        return Ok(chosen);
    }
    let here = std::env::current_dir().or_tool()?;
    let nearest = here.ancestors().find(|folder| folder.join(SPEC).is_file());
    Ok(nearest.unwrap_or(&here).to_owned())
}

impl Project {
    /// Opens the project in a folder. Fails if the folder has no spec.
    pub fn open(folder: &Path) -> Outcome<Self> {
        let root = folder.canonicalize().map_err(|error| {
            let folder = printable::code(&folder.display().to_string());
            Failure::input(format!("can't open the project {folder}: {error}"))
        })?;
        if !root.join(SPEC).is_file() {
            return Err(Failure::input(format!(
                "missing `{SPEC}` in {}",
                printable::code(&root.display().to_string())
            ))
            .help("go to the folder of a project, or name it: `--project DIR`"));
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

    /// The folder of the generated files.
    pub fn terraform(&self) -> PathBuf {
        self.root.join("terraform")
    }

    /// The root module of an environment.
    pub fn environment(&self, name: &str) -> PathBuf {
        self.terraform().join("environments").join(name)
    }

    /// The functions' zips for a purpose, in a folder per architecture.
    pub fn artifacts(&self, purpose: Purpose) -> PathBuf {
        self.terraform().join(artifacts(purpose))
    }

    /// The folder for tools and the state of `local`. Git ignores it.
    pub fn work(&self) -> PathBuf {
        self.root.join(".portcullis")
    }

    /// Waits until no other command works on an environment, because two at once would mix their files. Dropping the
    /// returned file lets the next command continue.
    pub fn turn(&self, environment: &str) -> Outcome<fs::File> {
        let path = self.work().join(environment).join("turn");
        lock::exclusive(&path, &format!("another command that works on `{environment}`")).or_tool()
    }

    /// Reads the service from the spec. The failure contains all errors of the spec.
    pub fn service(&self) -> Outcome<Service> {
        let handlers = disk::handlers(&self.functions()).or_input()?;
        let service = service_of(&self.root.join(SPEC), SPEC, Some(&handlers))?;
        self.check_own_module(&service)?;
        Ok(service)
    }

    /// Fails if the service has an own module that does not exist yet.
    fn check_own_module(&self, service: &Service) -> Outcome {
        let Some(own) = &service.own else {
            return Ok(());
        };
        if disk::has_own_module(&self.terraform()).or_input()? {
            return Ok(());
        }
        let folder = format!("terraform/{}", own::FOLDER);
        Err(Failure::input(format!(
            "missing `{folder}`: `[own]` is set, so the service calls this module"
        ))
        .help(format!("write `{folder}/main.tf`:\n\n{}", own.example())))
    }

    /// Returns the differences between the files on disk and the generated files.
    pub fn changes(&self, generated: &FileSet) -> Outcome<Vec<Change>> {
        disk::compare(&self.terraform(), generated).or_input()
    }

    /// Fails if a zip would be written, or an unused one deleted, outside of the project. The folder `.portcullis` may be
    /// a link: no command that treats a checkout as data writes there, and developers share tools that way.
    pub fn check_artifacts(
        &self,
        purpose: Purpose,
        programs: &[Program],
        architecture: Architecture,
    ) -> Outcome {
        for Program { function, .. } in programs {
            let zip = artifacts(purpose)
                .join(architecture.as_str())
                .join(format!("{function}.zip"));
            disk::check_no_link(&self.terraform(), &zip).or_input()?;
        }
        Ok(())
    }

    /// Writes changes to the generated files.
    pub fn write(&self, changes: &[Change]) -> Outcome {
        umask::of_the_user(|| disk::write(&self.terraform(), changes)).or_tool()
    }

    /// Writes the generated files and returns the changes.
    pub fn generate(&self, generated: &FileSet) -> Outcome<Vec<Change>> {
        let changes = self.changes(generated)?;
        self.write(&changes)?;
        Ok(changes)
    }
}

/// The folder of the functions' zips, in `terraform/`, as the generated files name it.
fn artifacts(purpose: Purpose) -> &'static Path {
    Path::new(match purpose {
        Purpose::Aws => ARTIFACTS,
        Purpose::Local => LOCAL_ARTIFACTS,
    })
}

/// Reads the service from a spec file, which messages call `name`. Without `handlers` it doesn't check the functions.
pub fn service_of(path: &Path, name: &str, handlers: Option<&Handlers>) -> Outcome<Service> {
    let text = fs::read_to_string(path).map_err(|error| {
        let path = printable::code(&path.display().to_string());
        Failure::input(format!("can't read {path}: {error}"))
    })?;
    portcullis_generator::service(&text, handlers).map_err(|errors| {
        let name = name.to_owned();
        Failure::spec(SpecErrors { name, text, errors })
    })
}

/// Returns the architecture of this machine, for which the functions of `local` are built.
pub fn this_machine() -> Outcome<Architecture> {
    let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
    match (system, processor) {
        ("linux", "x86_64") => Ok(Architecture::X86_64),
        ("linux", "aarch64") => Ok(Architecture::Arm64),
        _ => Err(Failure::input(format!(
            "`local` must run on Linux with x86_64 or arm64, but this machine has {system} and {processor}"
        ))
        .help("use a virtual machine or a container")),
    }
}

/// Fails if a service has no function with this name.
pub fn check_function(service: &Service, name: &str) -> Outcome {
    if service.functions.contains_key(name) {
        return Ok(());
    }
    let known: Vec<_> = service.functions.keys().map(String::as_str).collect();
    Err(
        Failure::input(format!("unknown function {}", printable::code(name)))
            .help(format!("choose one of: {}", known.join(", "))),
    )
}

/// Fails if a service has no environment with this name.
pub fn check_environment(service: &Service, name: &str) -> Outcome {
    if service.environments.contains_key(name) {
        return Ok(());
    }
    let known: Vec<_> = service.environments.keys().map(String::as_str).collect();
    Err(
        Failure::input(format!("unknown environment {}", printable::code(name))).help(format!(
            "choose one of: {}. To add it, write {} in `{SPEC}`",
            known.join(", "),
            printable::code(&format!("[environments.{name}]"))
        )),
    )
}
