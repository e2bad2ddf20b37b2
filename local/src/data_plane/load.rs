//! Options → a gateway that is ready to answer: the state, the keys and the code are read here, and all that is
//! missing is said in one error.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::Options;
use super::api::{Api, Integration};
use super::authorizer::KeyRing;
use super::function::Function;
use super::gateway::Gateway;
use super::guardian::Guardian;
use super::keys::Keys;
use super::{archive, state};

/// A gateway for what the options name now. Functions that are as they were in `previous` keep their environments.
pub async fn gateway(options: &Options, previous: Option<&Gateway>) -> Result<Gateway> {
    let path = &options.state;
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the state `{}`", path.display()))?;
    let api = state::read(&text).with_context(|| format!("cannot serve the state `{}`", path.display()))?;
    let mut mistakes = Vec::new();
    let code = code(options, &api, &mut mistakes);
    let issuers = issuers(options, &api, &mut mistakes);
    if !mistakes.is_empty() {
        bail!("{}", mistakes.join("\n"));
    }

    let mut keys = KeyRing::new();
    for issuer in issuers {
        let source = options.jwks[&issuer].clone();
        keys.insert(issuer, Arc::new(Keys::load(source).await?));
    }
    // Processes run in the folder of their code: what leads there must not depend on where we run.
    let work = std::path::absolute(&options.work)
        .with_context(|| format!("cannot tell where `{}` is", options.work.display()))?;
    let folders = ["code", "logs"].map(|name| work.join(name));
    for folder in &folders {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
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
            .with_context(|| format!("function `{name}` (`{}`)", configuration.address))?;
        let same = previous
            .and_then(|gateway| gateway.functions.get(&name))
            .filter(|function| function.is(configuration, &folder));
        let function = match same {
            Some(function) => function.clone(),
            None => Function::new(configuration.clone(), folder, &logs, guardian.clone())?,
        };
        functions.insert(name, function);
    }
    Ok(Gateway {
        api,
        keys,
        functions,
        guardian,
    })
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
    for (_, route) in api.router.routes() {
        let Integration::Function(integration) = &route.integration else {
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

/// The issuers whose tokens guarded routes take, all with a source of keys.
fn issuers(options: &Options, api: &Api, mistakes: &mut Vec<String>) -> BTreeSet<String> {
    let mut issuers = BTreeSet::new();
    for (method, route) in api.router.routes() {
        let Some(authorizer) = route
            .authorization
            .as_ref()
            .and_then(|guard| api.authorizers.get(&guard.authorizer))
        else {
            continue;
        };
        for issuer in &authorizer.issuers {
            if !options.jwks.contains_key(issuer) {
                mistakes.push(format!(
                    "route `{method} {}` is guarded by `{}`, and nothing says where the keys of its user pool are: \
                     add `--jwks {issuer}=FILE|URL`",
                    route.resource_path, authorizer.address,
                ));
            }
            issuers.insert(issuer.clone());
        }
    }
    issuers
}

fn list<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
