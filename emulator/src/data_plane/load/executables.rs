//! All that a function needs to run: code, layers and an interpreter.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use portcullis_foreign_text::printable;
use portcullis_terraform_json::index::Index;

use super::code::{self, ByFunction, Code};
use super::interpreters::{self, Interpreters};
use super::layers::Layers;
use crate::data_plane::Options;
use crate::data_plane::api::{Api, FunctionConfiguration, Unsupported};
use crate::data_plane::function::archive::{Content, Package};
use crate::data_plane::function::executable::{Entry, Executable};
use crate::data_plane::function::managed::{self, Interpreter};
use crate::data_plane::runtime::{ManagedRuntime, Runtime};

/// The parts of a function, found and not yet unpacked.
pub struct Parts {
    code: Package,
    layers: Vec<Package>,
    interpreter: Option<(ManagedRuntime, Interpreter)>,
}

/// Finds the parts of each function that a route needs. What can't be taken is among the errors.
pub async fn find(
    options: &Options,
    index: &Index<'_>,
    api: &Api,
    work: &Path,
    errors: &mut Vec<String>,
) -> Result<ByFunction<Parts>> {
    let codes = code::packages(options, api, errors);
    let layers = Layers::of(options, index).map_err(anyhow::Error::msg)?;
    errors.extend(layers.unknown(api.functions.values()));
    let runtimes: BTreeSet<ManagedRuntime> = codes
        .iter()
        .filter_map(|(name, code)| runtime(&api.functions[name], code.as_ref().ok()?))
        .cloned()
        .collect();
    let interpreters = interpreters::find(options, runtimes, work, errors).await;
    let mut found = ByFunction::new();
    for (name, code) in codes {
        let parts = match code {
            Ok(code) => parts(&api.functions[&name], code, &layers, &interpreters, errors),
            Err(why) => Err(why),
        };
        found.insert(name, parts);
    }
    Ok(found)
}

/// The managed runtime that runs this code of a function. Code that the user names runs its own `bootstrap`, if it has
/// one: it is there to replace the function.
fn runtime<'a>(function: &'a FunctionConfiguration, code: &Code) -> Option<&'a ManagedRuntime> {
    match &function.runtime {
        Runtime::Managed(_) if code.replaces() => None,
        Runtime::Managed(runtime) => Some(runtime),
        Runtime::Custom => None,
    }
}

fn parts(
    function: &FunctionConfiguration,
    code: Code,
    layers: &Layers,
    interpreters: &Interpreters,
    errors: &mut Vec<String>,
) -> Result<Parts, String> {
    let runtime = runtime(function, &code);
    let layers = match layers.packages(function, errors) {
        Ok(layers) => layers,
        // A program in the place of the function may do without.
        Err(_) if code.replaces() => Vec::new(),
        Err(why) => return Err(why),
    };
    let interpreter = match runtime.map(|runtime| (runtime, interpreters.get(runtime))) {
        None => None,
        Some((runtime, Some(Ok(interpreter)))) => Some((runtime.clone(), interpreter.clone())),
        Some((_, Some(Err(why)))) => return Err(why.clone()),
        // The user names one that can't be used, which is among the errors.
        Some((runtime, None)) => return Err(format!("no interpreter for `{runtime}`")),
    };
    Ok(Parts {
        code: code.package,
        layers,
        interpreter,
    })
}

impl Parts {
    /// The runtime of the interpreter, and the interpreter.
    pub fn interpreter(&self) -> Option<&(ManagedRuntime, Interpreter)> {
        self.interpreter.as_ref()
    }

    /// Unpacks all under `cache`, and writes the loop of the interpreter below `work`.
    pub fn unpack(&self, cache: &Path, work: &Path) -> Result<Executable> {
        let from_layer = self.interpreter.is_none() && !self.code.contains("bootstrap");
        let from_layer = from_layer && self.layers.iter().any(|layer| layer.contains("bootstrap"));
        let content = match self.interpreter.is_some() || from_layer {
            true => Content::Any,
            false => Content::Bootstrap,
        };
        let task = self.code.unpack(cache, content)?;
        let mut layers = Vec::new();
        let mut bootstrap = task.join("bootstrap");
        for layer in &self.layers {
            let is_first = from_layer && !bootstrap.exists() && layer.contains("bootstrap");
            let content = if is_first {
                Content::Bootstrap
            } else {
                Content::Any
            };
            let folder = layer.unpack(cache, content)?;
            if is_first {
                bootstrap = folder.join("bootstrap");
            }
            layers.push(folder);
        }
        let entry = match &self.interpreter {
            None => Entry::Bootstrap(bootstrap),
            Some((runtime, interpreter)) => {
                managed::install(runtime.language, work)?;
                Entry::Interpreter {
                    runtime: runtime.clone(),
                    interpreter: interpreter.clone(),
                }
            }
        };
        let packages = self.layers.iter().chain([&self.code]);
        Ok(Executable {
            task,
            layers,
            changed: packages.filter_map(Package::changed).max(),
            entry,
        })
    }

    /// The parts of a function that runs which are not emulated.
    pub fn notes(&self, function: &FunctionConfiguration) -> Vec<Unsupported> {
        let note = |reason: String| Unsupported {
            address: function.address.clone(),
            reason,
        };
        let extension = self.layers.iter().any(|layer| layer.contains("extensions"));
        let extension = extension.then(|| note("the extension in its layer does not run here".to_owned()));
        let wrapper = function.environment.get("AWS_LAMBDA_EXEC_WRAPPER");
        let wrapper = wrapper.filter(|_| self.interpreter.is_some()).map(|wrapper| {
            let wrapper = printable::code(wrapper);
            note(format!(
                "it starts without the script {wrapper} that `AWS_LAMBDA_EXEC_WRAPPER` names"
            ))
        });
        extension.into_iter().chain(wrapper).collect()
    }
}
