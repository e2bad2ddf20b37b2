//! Finds the code of each function, as the state or the user names it.
//!
//! A state is data, and its author may have written any path. So code that a state names must be a zip, as Lambda takes
//! it, inside the project. Anything else runs only if the user names it.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use portcullis_foreign_text::printable::code;
use portcullis_foreign_text::shell;

use crate::data_plane::Options;
use crate::data_plane::api::{
    Api, Authorizer, Code as Source, Deployed, FunctionConfiguration, Integration, Route, Unsupported,
};
use crate::data_plane::function::archive::{Accepted, Package};

/// Files and folders by which a folder is known as a project: of Git, and of Portcullis.
const MARKERS: [&str; 2] = [".git", "portcullis.toml"];

/// The source of the path of code.
#[derive(Debug, Clone, PartialEq)]
pub enum Named {
    /// The user, by an option.
    ByUser(PathBuf),
    /// The state, by `filename`.
    ByState(PathBuf),
}

/// The code of a function.
pub struct Code {
    /// The code.
    pub package: Package,
    /// True if the user names it.
    pub by_user: bool,
}

impl Code {
    /// Returns whether it is a program that the user runs in place of the function.
    pub fn replaces(&self) -> bool {
        self.by_user && self.package.contains("bootstrap")
    }
}

/// Something of each function that a route needs, or why the function can't run here.
pub type ByFunction<T> = BTreeMap<String, Result<T, String>>;

/// The code of each function that a route needs. Code that can't be taken is among the errors.
pub fn packages(options: &Options, api: &Api, errors: &mut Vec<String>) -> ByFunction<Code> {
    let mut packages = BTreeMap::new();
    for (name, named) in named(options, api, errors) {
        let by_user = matches!(named, Ok(Named::ByUser(_)));
        let package = named.map(|named| package(&options.root, &named, &api.functions[&name]));
        match package {
            Ok(Ok(package)) => {
                packages.insert(name, Ok(Code { package, by_user }));
            }
            Ok(Err(error)) => errors.push(error),
            Err(why) => {
                packages.insert(name, Err(why));
            }
        }
    }
    packages
}

/// The functions that can't run here, each with what that means and the option to add.
pub fn not_run<T>(packages: &ByFunction<T>, api: &Api) -> Vec<Unsupported> {
    let unsupported = |(name, why): (&String, &String)| {
        let function = &api.functions[name];
        let routes: BTreeSet<String> = api
            .routes()
            .filter(|(_, route, deployed)| invoked(route, deployed).any(|other| other == name))
            .map(|(method, route, _)| code(&format!("{method} {}", route.resource_path)))
            .collect();
        let routes: Vec<String> = routes.into_iter().collect();
        let routes = match &routes[..] {
            [one] => format!("{one} answers 501"),
            [first, last] => format!("{first} and {last} answer 501"),
            [first, second, others @ ..] => {
                format!("{first}, {second} and {} more answer 501", others.len())
            }
            [] => "no route invokes it".to_owned(),
        };
        let unless = match &function.code {
            Source::File(_) | Source::Foreign(_) => {
                format!(". To run other code, add `--function {name}=PATH`")
            }
            Source::Refused(_) => String::new(),
        };
        Unsupported {
            address: function.address.clone(),
            reason: format!("it can't run here: {why}. {routes}{unless}"),
        }
    };
    let refused = packages
        .iter()
        .filter_map(|(name, package)| Some((name, package.as_ref().err()?)));
    refused.map(unsupported).collect()
}

/// The named code of each function that a route needs. The user's choice wins over the state.
fn named(options: &Options, api: &Api, errors: &mut Vec<String>) -> ByFunction<Named> {
    let mut by_user: BTreeMap<&str, &PathBuf> = BTreeMap::new();
    for (key, path) in &options.functions {
        match function(key, api) {
            Ok(name) => {
                by_user.insert(name, path);
            }
            Err(error) => errors.push(error),
        }
    }
    let mut named = BTreeMap::new();
    for function in needed(api) {
        let place = match (by_user.get(function.name.as_str()), &function.code) {
            (Some(path), Source::File(_) | Source::Foreign(_)) => Ok(Named::ByUser((*path).clone())),
            (None, Source::File(path)) => Ok(Named::ByState(path.clone())),
            (None, Source::Foreign(why) | Source::Refused(why)) => Err(why.clone()),
            (Some(_), Source::Refused(why)) => {
                errors.push(format!(
                    "can't run function {} ({}): {why}",
                    code(&function.name),
                    code(&function.address),
                ));
                continue;
            }
        };
        named.insert(function.name.clone(), place);
    }
    named
}

/// Every function that a route needs or that runs beside the routes, once.
pub fn needed(api: &Api) -> impl Iterator<Item = &FunctionConfiguration> {
    let names = api
        .routes()
        .flat_map(|(_, route, deployed)| invoked(route, deployed));
    let names: BTreeSet<&str> = names
        .chain(api.beside_routes.iter().map(String::as_str))
        .collect();
    names.into_iter().filter_map(|name| api.functions.get(name))
}

/// The functions that a route invokes: that of its authorizer, and the one that answers.
fn invoked<'a>(route: &'a Route, deployed: &'a Deployed) -> impl Iterator<Item = &'a str> {
    let answers = match &route.integration {
        Ok(Integration::Function(integration)) => Some(integration.function.name.as_str()),
        Ok(Integration::Mock(_)) | Err(_) => None,
    };
    let decides = match deployed.authorizer(route) {
        Some(Authorizer::Function(authorizer)) => Some(authorizer.function.name.as_str()),
        Some(Authorizer::UserPools(_)) | None => None,
    };
    decides.into_iter().chain(answers)
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
            "unknown function {}: the state has {}",
            code(key),
            list(api.functions.keys())
        )),
        _ => Err(format!(
            "{} must name one function, but it matches {}",
            code(key),
            list(found)
        )),
    }
}

fn package(root: &Path, named: &Named, function: &FunctionConfiguration) -> Result<Package, String> {
    let (name, address) = (code(&function.name), code(&function.address));
    let what = format!("code of function {name} ({address})");
    let option = format!("--function {}", shell::word(&format!("{}=", function.name)));
    open(root, named, Accepted::Any, &what, &option)
}

/// Opens `what` of a function or a layer, which the user names by `option`. Code of the state must be a zip of the
/// project. Code of the user must be as `accepted`.
pub fn open(
    root: &Path,
    named: &Named,
    accepted: Accepted,
    what: &str,
    option: &str,
) -> Result<Package, String> {
    let (path, accepted) = match named {
        Named::ByUser(path) => (path.clone(), accepted),
        Named::ByState(path) => (root.join(path), Accepted::Zip),
    };
    if !path.exists() {
        return Err(format!(
            "missing {what} at {}: build it, name the folder of the root module with `--root DIR`, or add the option\n  \
             {option}PATH",
            display(&path),
        ));
    }
    match named {
        Named::ByUser(_) => {
            Package::open(&path, accepted).map_err(|error| format!("can't use the {what}: {error:#}"))
        }
        Named::ByState(written) => inside(root, written)
            .and_then(|path| Package::open(&path, accepted).map_err(|error| format!("{error:#}")))
            .map_err(|why| {
                format!(
                    "can't use {} as the {what}: {why}. If you trust this file, add the option\n  {option}{}",
                    display(written),
                    shell::word(&path.display().to_string()),
                )
            }),
    }
}

/// Returns the file that a state names, if its real path is in the project.
fn inside(root: &Path, written: &Path) -> Result<PathBuf, String> {
    let canonical = |path: &Path| {
        path.canonicalize()
            .map_err(|error| format!("can't resolve {}: {error}", display(path)))
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
    // A marker of another user does not make a project of ours. Otherwise any user could make a project of `/tmp`. Git
    // does the same: https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
    let ours = rustix::process::geteuid().as_raw();
    let is_ours = |marker: PathBuf| marker.metadata().is_ok_and(|marker| marker.uid() == ours);
    let is_project = |folder: &&Path| MARKERS.iter().any(|marker| is_ours(folder.join(marker)));
    root.ancestors().find(is_project).unwrap_or(root).to_owned()
}

fn list<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| code(name)).collect();
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

    /// The code that is taken for each function when these are named, and the errors.
    fn code_with(functions: &[(&str, &str)], state: &str) -> (ByFunction<Named>, Vec<String>) {
        let functions = functions
            .iter()
            .map(|(name, path)| ((*name).to_owned(), path.into()));
        let options = Options {
            functions: functions.collect(),
            ..options(Path::new("/project"))
        };
        let mut errors = Vec::new();
        let code = named(&options, &state::tests::read(state).unwrap(), &mut errors);
        (code, errors)
    }

    #[test]
    fn code_is_the_files_that_terraform_took() {
        let (code, errors) = code_with(&[], SHOP);
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(
            code["shop-open"],
            Ok(Named::ByState("../artifacts/shop.zip".into()))
        );
        assert_eq!(code.len(), 8);
    }

    #[test]
    fn a_function_is_named_in_full_or_by_the_end_of_its_name() {
        for name in ["open", "shop-open"] {
            let (code, errors) = code_with(&[(name, "/tmp/open.zip")], SHOP);
            assert_eq!(
                (&code["shop-open"], errors.len()),
                (&Ok(Named::ByUser("/tmp/open.zip".into())), 0)
            );
            assert_ne!(code["shop-echo"], code["shop-open"]);
        }
        let (_, errors) = code_with(&[("pen", "/tmp/open.zip")], SHOP);
        assert!(errors[0].starts_with("unknown function `pen`: the state has `shop-authenticated`, "));
        let state = SHOP.replace("shop-echo", "shop-twice-open");
        let (_, errors) = code_with(&[("open", "/tmp/open.zip")], &state);
        assert_eq!(
            errors,
            ["`open` must name one function, but it matches `shop-open`, `shop-twice-open`"]
        );
    }

    #[test]
    fn a_function_that_cannot_run_is_reported_once_with_its_routes_and_the_option() {
        for (attribute, foreign, why) in [
            (
                "\"../artifacts/shop.zip\"",
                "null",
                "its code must be in a local file",
            ),
            (
                "\"provided.al2023\"",
                "\"java21\"",
                "its runtime is `java21`, but only Node.js, Python 3 and custom runtimes with a `bootstrap` can run here",
            ),
            (
                "\"package_type\":\"Zip\"",
                "\"package_type\":\"Image\"",
                "its code is a container image",
            ),
        ] {
            let state = SHOP.replace(attribute, foreign);
            let (code, errors) = code_with(&[("open", "/tmp/open.zip")], &state);
            assert_eq!(errors, Vec::<String>::new());
            assert_eq!(
                code["shop-open"],
                Ok(Named::ByUser("/tmp/open.zip".into())),
                "{why}"
            );
            let not_run = not_run(&code, &state::tests::read(&state).unwrap());
            assert_eq!(not_run.len(), 7, "one for each other function: {not_run:?}");
            let hang = not_run.iter().find(|one| one.address.contains("hang")).unwrap();
            assert_eq!(
                hang.reason,
                format!(
                    "it can't run here: {why}. `GET /hang` answers 501. To run other code, add `--function \
                     shop-hang=PATH`"
                )
            );
        }
    }

    #[test]
    fn nothing_runs_for_a_function_whose_name_leads_elsewhere() {
        let state = SHOP.replace("\"shop-open\"", "\"../pwn-open\"");
        let state = state.replace("function:shop-open", "function:../pwn-open");
        let (code, errors) = code_with(&[], &state);
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(
            code.get("../pwn-open"),
            Some(&Err("invalid function name".to_owned()))
        );
        let (code, errors) = code_with(&[("open", "/tmp/open.zip")], &state);
        assert_eq!((code.contains_key("../pwn-open"), errors.len()), (false, 1));
        assert!(errors[0].starts_with("can't run function `../pwn-open` (`module.function"));
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
