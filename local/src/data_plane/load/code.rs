//! Where the code of each function comes from, and whose word that is.
//!
//! A state is data: whoever wrote it may have written any path. So code that a state names is what Lambda takes, a zip,
//! and lies in the project. Anything else runs only if the user names it.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use portcullis_generator::shell;
use portcullis_generator::words::code;

use crate::data_plane::Options;
use crate::data_plane::api::{Api, FunctionConfiguration, Integration};
use crate::data_plane::function::archive::{Accepted, Package};

/// Files and folders by which a folder is known as a project: of Git, and of Portcullis.
const MARKERS: [&str; 2] = [".git", "portcullis.toml"];

/// Who says where code is.
#[derive(Debug, Clone, PartialEq)]
pub enum Named {
    /// The user, by an option.
    ByUser(PathBuf),
    /// The state, by `filename`.
    ByState(PathBuf),
}

/// The code of each function that a route needs. What cannot be taken is among the mistakes.
pub fn packages(options: &Options, api: &Api, mistakes: &mut Vec<String>) -> BTreeMap<String, Package> {
    let mut packages = BTreeMap::new();
    for (name, named) in named(options, api, mistakes) {
        match package(&options.root, &named, &api.functions[&name]) {
            Ok(package) => {
                packages.insert(name, package);
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
    packages
}

/// The code that is named for each function that a route needs.
fn named(options: &Options, api: &Api, mistakes: &mut Vec<String>) -> BTreeMap<String, Named> {
    let mut by_user: BTreeMap<&str, &PathBuf> = BTreeMap::new();
    for (key, path) in &options.functions {
        match function(key, api) {
            Ok(name) => {
                by_user.insert(name, path);
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
    let mut named = BTreeMap::new();
    for function in needed(api) {
        let place = match (by_user.get(function.name.as_str()), &function.code) {
            (Some(path), _) => Named::ByUser((*path).clone()),
            (None, Some(path)) => Named::ByState(path.clone()),
            (None, None) => {
                mistakes.push(format!(
                    "the code of function `{0}` ({1}) is not in a local file: name its zip with `--function {0}=PATH`",
                    function.name,
                    code(&function.address),
                ));
                continue;
            }
        };
        named.insert(function.name.clone(), place);
    }
    named
}

/// Every function that a route needs, once.
pub fn needed(api: &Api) -> impl Iterator<Item = &FunctionConfiguration> {
    let names = api.routes().filter_map(|(_, route, _)| match &route.integration {
        Ok(Integration::Function(integration)) => Some(integration.function.name.as_str()),
        Ok(Integration::Mock(_)) | Err(_) => None,
    });
    let names: std::collections::BTreeSet<&str> = names.collect();
    names.into_iter().filter_map(|name| api.functions.get(name))
}

/// The function that an option names: in full, or by what is behind the last part of its prefix.
pub fn function<'a>(key: &str, api: &'a Api) -> Result<&'a str, String> {
    let suffix = format!("-{key}");
    let exact = api.functions.keys().filter(|name| *name == key);
    let by_suffix = api.functions.keys().filter(|name| name.ends_with(&suffix));
    let mut found: Vec<&String> = exact.collect();
    if found.is_empty() {
        found = by_suffix.collect();
    }
    match found[..] {
        [name] => Ok(name),
        [] => Err(format!(
            "`{key}` names no function of the state, which has {}",
            list(api.functions.keys())
        )),
        _ => Err(format!("`{key}` names several functions: {}", list(found))),
    }
}

fn package(root: &Path, named: &Named, function: &FunctionConfiguration) -> Result<Package, String> {
    let (name, address) = (&function.name, code(&function.address));
    let (path, accepted) = match named {
        Named::ByUser(path) => (path.clone(), Accepted::ZipOrProgram),
        Named::ByState(path) => (root.join(path), Accepted::Zip),
    };
    if !path.is_file() {
        return Err(format!(
            "the code of function `{name}` ({address}) is not at {}: build it, or name the folder that Terraform \
             runs in with `--root DIR`, or add the option\n  --function {name}=PATH",
            display(&path),
        ));
    }
    match named {
        Named::ByUser(_) => Package::open(&path, accepted)
            .map_err(|error| format!("function `{name}` ({address}): {error:#}")),
        Named::ByState(written) => inside(root, written)
            .and_then(|path| Package::open(&path, accepted).map_err(|error| format!("{error:#}")))
            .map_err(|why| {
                format!(
                    "the code of function `{name}` ({address}) is {} in the state: {why}. If you trust this file, add \
                     the option\n  --function {}",
                    display(written),
                    shell::word(&format!("{name}={}", path.display())),
                )
            }),
    }
}

/// The file that a state names, if it lies in the project, whatever leads there.
fn inside(root: &Path, written: &Path) -> Result<PathBuf, String> {
    let canonical = |path: &Path| {
        path.canonicalize()
            .map_err(|error| format!("cannot tell where {} is: {error}", display(path)))
    };
    let (path, project) = (canonical(&root.join(written))?, project(&canonical(root)?));
    if path.starts_with(&project) {
        return Ok(path);
    }
    Err(format!(
        "this is {}, outside the project {}",
        display(&path),
        display(&project)
    ))
}

fn display(path: &Path) -> String {
    code(&path.display().to_string())
}

/// The project that Terraform's folder belongs to: the nearest folder with a marker, else Terraform's own folder.
fn project(root: &Path) -> PathBuf {
    // A marker of somebody else's makes no project of ours, or anybody could make one of `/tmp`. Git does the same:
    // https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
    let ours = rustix::process::geteuid().as_raw();
    let is_ours = |marker: PathBuf| marker.metadata().is_ok_and(|marker| marker.uid() == ours);
    let is_project = |folder: &&Path| MARKERS.iter().any(|marker| is_ours(folder.join(marker)));
    root.ancestors().find(is_project).unwrap_or(root).to_owned()
}

fn list<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::load::tests::{SHOP, options};
    use crate::data_plane::state;

    /// The code that is taken for each function when these are named, and the mistakes.
    fn code_with(functions: &[(&str, &str)], state: &str) -> (BTreeMap<String, Named>, Vec<String>) {
        let functions = functions
            .iter()
            .map(|(name, path)| ((*name).to_owned(), path.into()));
        let options = Options {
            functions: functions.collect(),
            ..options(Path::new("/project"))
        };
        let mut mistakes = Vec::new();
        let code = named(&options, &state::tests::read(state).unwrap(), &mut mistakes);
        (code, mistakes)
    }

    #[test]
    fn code_is_the_files_that_terraform_took() {
        let (code, mistakes) = code_with(&[], SHOP);
        assert_eq!(mistakes, Vec::<String>::new());
        assert_eq!(code["shop-open"], Named::ByState("../artifacts/shop.zip".into()));
        assert_eq!(code.len(), 8);
    }

    #[test]
    fn a_function_is_named_in_full_or_by_the_end_of_its_name() {
        for name in ["open", "shop-open"] {
            let (code, mistakes) = code_with(&[(name, "/tmp/open.zip")], SHOP);
            assert_eq!(
                (&code["shop-open"], mistakes.len()),
                (&Named::ByUser("/tmp/open.zip".into()), 0)
            );
            assert_ne!(code["shop-echo"], code["shop-open"]);
        }
        let (_, mistakes) = code_with(&[("pen", "/tmp/open.zip")], SHOP);
        assert!(
            mistakes[0].starts_with("`pen` names no function of the state, which has `shop-authenticated`, ")
        );
        let state = SHOP.replace("shop-echo", "shop-twice-open");
        let (_, mistakes) = code_with(&[("open", "/tmp/open.zip")], &state);
        assert_eq!(
            mistakes,
            ["`open` names several functions: `shop-open`, `shop-twice-open`"]
        );
    }

    #[test]
    fn code_that_is_not_in_a_local_file_must_be_named() {
        let state = SHOP.replace("\"../artifacts/shop.zip\"", "null");
        let (code, mistakes) = code_with(&[("open", "/tmp/open.zip")], &state);
        assert_eq!(
            (code.len(), mistakes.len()),
            (1, 7),
            "one mistake a function, however many routes it has"
        );
        assert!(
            mistakes
                .iter()
                .any(|mistake| mistake.ends_with("name its zip with `--function shop-echo=PATH`"))
        );
    }

    #[test]
    fn the_project_is_the_nearest_folder_with_a_marker_of_ours() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let root = folder.join("a/b");
        std::fs::create_dir_all(&root).unwrap();
        assert_eq!(project(&root), root);
        std::fs::create_dir(folder.join(".git")).unwrap();
        assert_eq!(project(&root), folder);
        std::fs::write(folder.join("a/portcullis.toml"), "").unwrap();
        assert_eq!(project(&root), folder.join("a"));
    }
}
