//! Options → a gateway that is ready to answer: the state, the keys and the code are read here, and all that is
//! missing is said in one error.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use portcullis_generator::state::rest_api;
use time::OffsetDateTime;

use super::api::{Api, Integration};
use super::authorizer::KeyRing;
use super::authorizer::keys::Keys;
use super::deployments::{Deployments, Remembered};
use super::function::Function;
use super::function::archive;
use super::function::guardian::Guardian;
use super::function::log::{LIMIT, Log};
use super::gateway::Gateway;
use super::limits::Limits;
use super::{KeySource, Mistake, Options, state};
use crate::shown_file::{self, Shown};

/// A gateway for what the options name now. Functions that are as they were in `previous` keep their environments.
pub async fn gateway(options: &Options, previous: Option<&Gateway>) -> Result<Gateway> {
    let path = &options.state;
    let text = shown_file::read(path, Shown::State)?;
    let unusable = || format!("cannot serve the state `{}`", path.display());
    let resources = portcullis_generator::state::resources(&text);
    let applied = resources.and_then(|resources| rest_api(resources, options.api.as_deref()));
    let applied = applied.with_context(unusable).map_err(mistake)?;
    let id = applied.resource.values["id"].as_str().unwrap_or_default();
    let deployments = Deployments::of(&options.deployments, id).map_err(mistake)?;
    let mut undeployed = BTreeMap::new();
    let api = state::read(&applied, |deployment| {
        let Remembered { resources, changed } = deployments.deployed(deployment, &applied.resources)?;
        if !changed.is_empty() {
            undeployed.insert(deployment.to_owned(), changed);
        }
        Ok(resources)
    });
    let api = api.with_context(unusable).map_err(mistake)?;
    let mut mistakes = Vec::new();
    let code = code(options, &api, &mut mistakes);
    look_for(&code, &api, &mut mistakes);
    let issuers = issuers(options, &api, &mut mistakes);
    if !mistakes.is_empty() {
        return Err(Mistake(mistakes.join("\n")).into());
    }

    let mut keys = KeyRing::new();
    for issuer in issuers {
        let source = options.jwks[&issuer].clone();
        let is_file = matches!(source, KeySource::File(_));
        let loaded = Keys::load(source).await;
        let loaded = loaded.map_err(|error| if is_file { mistake(error) } else { error });
        keys.insert(issuer, Arc::new(loaded?));
    }
    // Processes run in the folder of their code: what leads there must not depend on where we run.
    let work = std::path::absolute(&options.work)
        .with_context(|| format!("cannot tell where `{}` is", options.work.display()))?;
    let folders = ["code", "logs"].map(|name| work.join(name));
    for folder in &folders {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    let [cache, logs] = folders;
    let guardian = match previous {
        Some(gateway) => gateway.guardian.clone(),
        None => Arc::new(Guardian::start()?),
    };
    let mut functions = BTreeMap::new();
    for (name, path) in code {
        let configuration = &api.functions[&name];
        let folder = archive::unpack(&path, &cache)
            .with_context(|| format!("function `{name}` (`{}`)", configuration.address))
            .map_err(mistake)?;
        let function = match previous.and_then(|gateway| gateway.functions.get(&name)) {
            Some(function) if function.is(configuration, &folder) => function.clone(),
            previous => {
                let log = match previous {
                    Some(function) => function.log(),
                    None => Arc::new(Log::open(logs.join(format!("{name}.log")), LIMIT)?),
                };
                Function::new(configuration.clone(), folder, log, guardian.clone())
            }
        };
        functions.insert(name, function);
    }
    let limits = previous.map_or_else(Arc::default, |gateway| gateway.limits.clone());
    Limits::keep(&limits, &api, OffsetDateTime::now_utc());
    Ok(Gateway {
        api,
        undeployed,
        limits,
        keys,
        functions,
        guardian,
    })
}

/// An error of what was named.
fn mistake(error: anyhow::Error) -> anyhow::Error {
    Mistake(format!("{error:#}")).into()
}

/// Where the code of each function is that a route needs.
fn code(options: &Options, api: &Api, mistakes: &mut Vec<String>) -> BTreeMap<String, PathBuf> {
    let mut named: BTreeMap<&str, &PathBuf> = BTreeMap::new();
    for (key, path) in &options.functions {
        let suffix = format!("-{key}");
        let exact = api.functions.keys().filter(|name| *name == key);
        let by_suffix = api.functions.keys().filter(|name| name.ends_with(&suffix));
        let mut found: Vec<&String> = exact.collect();
        if found.is_empty() {
            found = by_suffix.collect();
        }
        match found[..] {
            [name] => {
                named.insert(name, path);
            }
            [] => mistakes.push(format!(
                "`{key}` names no function of the state, which has {}",
                list(api.functions.keys())
            )),
            _ => mistakes.push(format!("`{key}` names several functions: {}", list(found))),
        }
    }
    let mut code = BTreeMap::new();
    for (_, route, _) in api.routes() {
        let Ok(Integration::Function(integration)) = &route.integration else {
            continue;
        };
        let Some(function) = api.functions.get(&integration.function.name) else {
            continue;
        };
        let path = match (named.get(function.name.as_str()), &function.code) {
            (Some(path), _) => (*path).clone(),
            (None, Some(path)) => options.root.join(path),
            (None, None) => {
                let mistake = format!(
                    "the code of function `{0}` (`{1}`) is not in a local file: name its zip with `--function {0}=PATH`",
                    function.name, function.address,
                );
                if !mistakes.contains(&mistake) {
                    mistakes.push(mistake);
                }
                continue;
            }
        };
        code.insert(function.name.clone(), path);
    }
    code
}

/// Tells which code is not there.
fn look_for(code: &BTreeMap<String, PathBuf>, api: &Api, mistakes: &mut Vec<String>) {
    for (name, path) in code.iter().filter(|(_, path)| !path.is_file()) {
        mistakes.push(format!(
            "the code of function `{name}` (`{}`) is not at `{}`: build it, or name the folder that Terraform runs in \
             with `--root DIR`, or add the option\n  --function {name}=PATH",
            api.functions[name].address,
            path.display(),
        ));
    }
}

/// The issuers whose tokens guarded routes take, all with a source of keys.
fn issuers(options: &Options, api: &Api, mistakes: &mut Vec<String>) -> BTreeSet<String> {
    let mut guarded: BTreeMap<&String, (usize, String)> = BTreeMap::new();
    for (method, route, deployed) in api.routes() {
        let Some(authorizer) = route
            .authorization
            .as_ref()
            .ok()
            .and_then(Option::as_ref)
            .and_then(|guard| deployed.authorizers.get(&guard.authorizer))
        else {
            continue;
        };
        for issuer in &authorizer.issuers {
            let first = || {
                (
                    0,
                    format!("`{method} {}` by `{}`", route.resource_path, authorizer.address),
                )
            };
            guarded.entry(issuer).or_insert_with(first).0 += 1;
        }
    }
    for (issuer, (count, first)) in &guarded {
        if !options.jwks.contains_key(*issuer) {
            let pool = issuer.rsplit('/').next().unwrap_or_default();
            let others = match count {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            mistakes.push(format!(
                "nothing says where the keys are of the user pool that guards {first}{others}: save those of a pool on \
                 AWS, and add the option\n  curl -o {pool}.json {issuer}/.well-known/jwks.json\n  \
                 --jwks {issuer}={pool}.json"
            ));
        }
    }
    guarded.into_keys().cloned().collect()
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

    const SHOP: &str = include_str!("../../tests/fixtures/shop/state.json");

    /// The code that is taken for each function when these are named, and the mistakes.
    fn code_with(functions: &[(&str, &str)], state: &str) -> (BTreeMap<String, PathBuf>, Vec<String>) {
        let options = Options {
            state: PathBuf::new(),
            api: None,
            root: "/project/terraform".into(),
            functions: functions
                .iter()
                .map(|(name, path)| ((*name).to_owned(), path.into()))
                .collect(),
            jwks: BTreeMap::new(),
            port: None,
            work: PathBuf::new(),
            deployments: PathBuf::new(),
        };
        let mut mistakes = Vec::new();
        let code = code(&options, &state::tests::read(state).unwrap(), &mut mistakes);
        (code, mistakes)
    }

    #[test]
    fn code_is_the_files_that_terraform_took_below_the_root() {
        let (code, mistakes) = code_with(&[], SHOP);
        assert_eq!(mistakes, Vec::<String>::new());
        assert_eq!(
            code["shop-open"],
            PathBuf::from("/project/terraform/../artifacts/shop.zip")
        );
        assert_eq!(code.len(), 8);
    }

    #[test]
    fn a_function_is_named_in_full_or_by_the_end_of_its_name() {
        for name in ["open", "shop-open"] {
            let (code, mistakes) = code_with(&[(name, "/tmp/open.zip")], SHOP);
            assert_eq!(
                (&code["shop-open"], mistakes.len()),
                (&PathBuf::from("/tmp/open.zip"), 0)
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

    #[tokio::test]
    async fn all_mistakes_are_told_in_one_error() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state.json");
        std::fs::write(&state, SHOP).unwrap();
        let options = Options {
            state,
            api: None,
            root: folder.path().to_owned(),
            functions: BTreeMap::from([("nobody".to_owned(), PathBuf::from("x"))]),
            jwks: BTreeMap::from([("https://elsewhere".to_owned(), KeySource::File("x".into()))]),
            port: None,
            work: folder.path().join("work"),
            deployments: folder.path().join("deployments"),
        };
        let error = gateway(&options, None).await.err().unwrap().to_string();
        assert!(error.contains("`nobody` names no function"), "{error}");
        assert!(error.contains("\n  --function shop-open=PATH"), "{error}");
        assert_eq!(
            error
                .matches("\n  --jwks https://cognito-idp.eu-central-1.")
                .count(),
            2,
            "one for each pool: {error}"
        );
        assert!(
            !folder.path().join("work").exists(),
            "nothing is made before all is known to be right"
        );
    }
}
