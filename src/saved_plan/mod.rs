//! A plan saved in a file, to be applied later, perhaps on another machine.
//!
//! A plan file holds more than it shows: a configuration, a state and the backend of that state. Terraform applies all
//! of this, so a forged file could apply anything. Portcullis therefore takes a saved plan only for a record of
//! reviewed changes. Terraform plans once more from the current files, and Portcullis applies the new plan if it makes
//! the recorded changes.
//!
//! A plan holds the values of the state and of the variables in plain text, environment variables of functions among
//! them. So only its owner may read the file.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};
use portcullis_generator::service::Service;
use portcullis_terraform_json::plan::ParsedPlan;
use sha2::{Digest, Sha256};

use crate::failure::{Failure, Outcome};

mod effects;

/// A plan that was saved.
pub struct SavedPlan {
    /// The file's name, as the user gave it.
    name: String,
    plan: ParsedPlan,
}

impl SavedPlan {
    /// Reads the text that `terraform show -json` printed of the file `name`.
    pub fn read(name: &Path, shown: &str) -> Outcome<Self> {
        let name = name.display().to_string();
        let plan = ParsedPlan::parse(shown).map_err(|error| {
            Failure::input(format!("can't read the plan `{name}`: {error}"))
                .help("name a file that `portcullis plan --out FILE` wrote")
        })?;
        if plan.is_errored() {
            return Err(Failure::input(format!(
                "can't apply `{name}`: Terraform failed before it finished this plan"
            ))
            .help("plan again"));
        }
        Ok(Self { name, plan })
    }

    /// The plan.
    pub fn plan(&self) -> &ParsedPlan {
        &self.plan
    }

    /// Fails unless this is a plan of an environment of a service.
    pub fn check_environment(&self, service: &Service, environment: &str) -> Outcome {
        let root = &self.plan.root;
        let help = format!("save a new plan: `portcullis plan --env {environment} --out FILE`");
        match (root.environment.as_deref(), root.service.as_deref()) {
            (Some(planned), Some(of)) if planned == environment && of == service.name => Ok(()),
            (Some(planned), Some(of)) => Err(Failure::input(format!(
                "`{}` must be a plan of `{environment}` of `{}`, but it is one of `{planned}` of `{of}`",
                self.name, service.name
            ))
            .help(help)),
            _ => Err(Failure::input(format!(
                "`{}` must be a plan of generated files, but it names no environment",
                self.name
            ))
            .help(help)),
        }
    }

    /// Fails if a zip is not the planned one. `root` is the environment's folder, in which Terraform runs.
    pub fn check_zips(&self, root: &Path) -> Outcome {
        let changes = self.plan.changes.iter();
        let functions =
            changes.filter(|change| change.kind == "aws_lambda_function" && change.mode == "managed");
        let mut wrong = Vec::new();
        for function in functions.map(|change| &change.after) {
            let Some(filename) = function["filename"].as_str() else {
                continue;
            };
            let zip = root.join(filename);
            let what = match zip_hash(&zip) {
                _ if function["source_code_hash"].is_null() => {
                    "was missing when the plan was made".to_string()
                }
                Err(error) if error.kind() == ErrorKind::NotFound => "is missing".to_string(),
                Err(error) => format!("can't be read: {error}"),
                Ok(hash) if function["source_code_hash"] == hash.as_str() => continue,
                Ok(_) => "differs from the planned one".to_string(),
            };
            let name = function["function_name"].as_str().unwrap_or_default();
            wrong.push(format!("\n  the zip of `{name}`, `{}`, {what}", zip.display()));
        }
        if wrong.is_empty() {
            return Ok(());
        }
        wrong.sort();
        Err(Failure::refused(format!(
            "can't apply `{}` with the current code:{}",
            self.name,
            wrong.concat()
        ))
        .help("build the planned code with the same Rust (`portcullis build`), or plan again"))
    }

    /// Returns whether another plan was made of the same configuration and variables.
    pub fn means_the_same_as(&self, other: &Self) -> bool {
        self.plan.has_the_configuration_of(&other.plan) && self.plan.has_the_variables_of(&other.plan)
    }

    /// Returns whether nothing changes, outputs included.
    pub fn is_empty(&self) -> bool {
        effects::of(&self.plan).is_empty()
    }

    /// Returns a sentence for each change that differs in another plan. An unchanged resource may have changed by
    /// itself, as a user pool does with every user. This does not count as a difference.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        if !self.plan.has_the_configuration_of(&other.plan) {
            differences.push("the plan was made from other files".to_string());
        }
        if !self.plan.has_the_variables_of(&other.plan) {
            differences.push("the plan was made with other values of variables".to_string());
        }
        differences.extend(effects::differences(&self.plan, &other.plan));
        differences
    }

    /// The e-mail of the first user, if it was given to the plan as a variable.
    pub fn first_user(&self) -> Option<&str> {
        let email = self.plan.root.first_user_email.as_ref();
        email.map(|(email, _)| email.as_str())
    }
}

/// Hashes a file as Terraform's `filebase64sha256` does.
fn zip_hash(path: &Path) -> std::io::Result<String> {
    Ok(BASE64_STANDARD.encode(Sha256::digest(fs::read(path)?)))
}

/// Makes an empty file that only its owner may read, for Terraform to write into. Returns its absolute path.
pub fn private_file(path: &Path) -> Outcome<PathBuf> {
    let cant = |error: std::io::Error| Failure::input(format!("can't write `{}`: {error}", path.display()));
    let file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(cant)?;
    // A file that exists keeps its mode.
    file.set_permissions(fs::Permissions::from_mode(0o600))
        .map_err(cant)?;
    path.canonicalize().map_err(cant)
}

#[cfg(test)]
mod tests;
