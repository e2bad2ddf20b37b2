//! Finds the content of functions' layers, as the state or the user names it.

use std::collections::BTreeMap;

use portcullis_foreign_text::printable::code;
use portcullis_foreign_text::shell;
use portcullis_terraform_json::index::Index;
use portcullis_terraform_json::lambda::LayerVersion;

use super::code::{Named, open};
use crate::data_plane::Options;
use crate::data_plane::api::FunctionConfiguration;
use crate::data_plane::function::archive::{Accepted, Package};

/// The files of the layers in a state, by the ARNs that functions name.
pub struct Layers<'a> {
    options: &'a Options,
    files: BTreeMap<String, (String, Option<String>)>,
}

impl<'a> Layers<'a> {
    /// The layers of a state.
    pub fn of(options: &'a Options, index: &Index) -> Result<Self, String> {
        let mut files = BTreeMap::new();
        for part in index.applied::<LayerVersion>()? {
            let address = part.resource.address.clone();
            files.insert(part.values.arn, (address, part.values.filename));
        }
        Ok(Self { options, files })
    }

    /// Returns the layers of a function, of the last one first, or why it can't run with them. Content that can't be
    /// taken is among the errors.
    pub fn packages(
        &self,
        function: &FunctionConfiguration,
        errors: &mut Vec<String>,
    ) -> Result<Vec<Package>, String> {
        let mut packages = Vec::new();
        for arn in function.layers.iter().rev() {
            let package = match self.package(arn)? {
                Ok(package) => package,
                Err(error) => {
                    if !errors.contains(&error) {
                        errors.push(error);
                    }
                    continue;
                }
            };
            packages.push(package);
        }
        Ok(packages)
    }

    /// Returns a layer. The outer error is the reason why its content is missing, and the inner one is of the file.
    fn package(&self, arn: &str) -> Result<Result<Package, String>, String> {
        let name = name(arn);
        let by_user = [arn, arn.rsplit_once(':').map_or(arn, |(layer, _)| layer), name];
        let by_user = by_user.into_iter().find_map(|key| self.options.layers.get(key));
        let (what, named) = match (by_user, self.files.get(arn)) {
            (Some(path), _) => (format!("layer {}", code(name)), Named::ByUser(path.clone())),
            (None, Some((address, Some(file)))) => (
                format!("layer {} ({})", code(name), code(address)),
                Named::ByState(file.into()),
            ),
            (None, Some((_, None)) | None) => {
                return Err(format!(
                    "the content of its layer {} is not in a file of the state. Save it as a zip or a folder, and add `--layer \
                     {}`",
                    code(arn),
                    shell::word(&format!("{name}=PATH")),
                ));
            }
        };
        let option = format!("--layer {}", shell::word(&format!("{name}=")));
        Ok(open(
            &self.options.root,
            &named,
            Accepted::ZipOrFolder,
            &format!("content of {what}"),
            &option,
        ))
    }

    /// Returns an error for each layer of the user's that no function has.
    pub fn unknown<'b>(&self, functions: impl Iterator<Item = &'b FunctionConfiguration>) -> Vec<String> {
        let arns: Vec<&String> = functions.flat_map(|function| &function.layers).collect();
        let is_of = |key: &str, arn: &str| {
            arn == key || name(arn) == key || arn.strip_prefix(key).is_some_and(is_version)
        };
        let keys = self.options.layers.keys();
        let unknown = keys.filter(|key| !arns.iter().any(|arn| is_of(key, arn)));
        let has = match &arns[..] {
            [] => "no function of the state has layers".to_owned(),
            arns => {
                let mut names: Vec<String> = arns.iter().map(|arn| code(name(arn))).collect();
                names.sort();
                names.dedup();
                format!("the functions of the state have {}", names.join(", "))
            }
        };
        unknown
            .map(|key| format!("unknown layer {}: {has}", code(key)))
            .collect()
    }
}

/// The name in a layer's ARN, `arn:aws:lambda:<region>:<account>:layer:<name>:<version>`.
fn name(arn: &str) -> &str {
    arn.split(':').nth(6).unwrap_or(arn)
}

fn is_version(behind: &str) -> bool {
    behind
        .strip_prefix(':')
        .is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit()))
}
