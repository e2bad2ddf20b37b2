//! Options → a gateway that is ready to answer: the state, the keys and the code are read here, and all that is
//! missing is said in one error.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::sync::Arc;

use anyhow::{Context, Result};
use portcullis_foreign_text::{printable, shell};
use portcullis_terraform_json::index::Index;
use portcullis_terraform_json::{RestApi, rest_api};
use time::OffsetDateTime;

use super::access_log;
use super::api::{Api, Authorizer, NotEmulated};
use super::authorizer::KeyRing;
use super::authorizer::keys::Keys;
use super::aws::Aws;
use super::deployments::{Deployments, Remembered};
use super::events::sources::Sources;
use super::function::Function;
use super::function::guardian::Guardian;
use super::function::log::Log;
use super::gateway::Gateway;
use super::limits::Limits;
use super::more_open::{MoreOpen, more_open};
use super::{InputError, KeySource, Options, iam, state};
use crate::capped_file::LIMIT;
use crate::show_output::{self, ShowOutput};

mod code;
mod executables;
pub(super) mod interpreters;
mod layers;
mod variables;

pub use variables::Variable;

/// A gateway for what the options name now. Functions that are as they were in `previous` keep their environments.
pub async fn gateway(options: &Options, previous: Option<&Gateway>) -> Result<Gateway> {
    let path = &options.state;
    let text = show_output::read(path, ShowOutput::State)?;
    let unusable = || format!("can't serve the state `{}`", path.display());
    let resources = portcullis_terraform_json::resources(&text);
    let all = resources.with_context(unusable).map_err(input_error)?;
    let applied = rest_api(all.clone(), options.api.as_deref());
    let applied = applied.with_context(unusable).map_err(input_error)?;
    let deployments = Deployments::of(&options.deployments, path, &applied.resource)?;
    let mut fresh = Vec::new();
    let mut undeployed = BTreeMap::new();
    let api = state::read(&applied, |deployment| {
        match deployments.deployed(deployment, &applied.resources)? {
            Some(Remembered { resources, changed }) => {
                if !changed.is_empty() {
                    undeployed.insert(deployment.to_owned(), changed);
                }
                Ok(resources)
            }
            None => {
                fresh.push(deployment.to_owned());
                Ok(applied.resources.clone())
            }
        }
    });
    let mut api = api.with_context(unusable).map_err(input_error)?;
    if options.emulated_aws.is_some() {
        // Events, schedules and Lambda's Invoke reach each.
        api.beside_routes = api.functions.keys().cloned().collect();
    }
    let events = match options.emulated_aws {
        Some(_) => Sources::read(&Index::of(&all), &api.permissions)
            .with_context(unusable)
            .map_err(input_error)?,
        None => Sources::default(),
    };
    let more_open = more_open_than(&applied, &api, &undeployed, &deployments)
        .with_context(unusable)
        .map_err(input_error)?;
    let mut errors = Vec::new();
    // Processes run in the folder of their code, so its path must not depend on our working directory.
    let work = std::path::absolute(&options.work)
        .with_context(|| format!("can't resolve `{}`", options.work.display()))?;
    let code = executables::find(options, &Index::of(&all), &api, &work, &mut errors)
        .await
        .with_context(unusable)
        .map_err(input_error)?;
    let runs = |name: &str| !matches!(code.get(name), Some(Err(_)));
    if let Some(port) = options.port {
        variables::lead_here(&mut api, port);
    }
    variables::set(&options.variables, &mut api, runs, &mut errors);
    let issuers = issuers(options, &api, &mut errors);
    errors.extend(unknown_stage(options, &api));
    let not_run = code::not_run(&code, &api);
    if !errors.is_empty() {
        let unable = not_run
            .iter()
            .map(|one| format!("{}: {}", printable::code(&one.address), one.reason));
        errors.extend(unable);
        return Err(InputError(errors.join("\n")).into());
    }

    api.unsupported
        .extend(iam::notes(&all, |name| matches!(code.get(name), Some(Ok(_)))));
    api.unsupported.extend(not_run);
    for (name, parts) in &code {
        if let Ok(parts) = parts {
            let notes = parts.notes(&api.functions[name]);
            api.unsupported.extend(notes);
        }
    }
    if previous.is_none() {
        tell_versions(&code);
    }
    let mut keys = KeyRing::new();
    for issuer in issuers {
        let source = options.jwks[&issuer].clone();
        let is_file = matches!(source, KeySource::File(_));
        let loaded = Keys::load(source).await;
        let loaded = loaded.map_err(|error| if is_file { input_error(error) } else { error });
        keys.insert(issuer, Arc::new(loaded?));
    }
    let folders = ["code", "logs"].map(|name| work.join(name));
    for folder in &folders {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.with_context(|| format!("can't create `{}`", folder.display()))?;
    }
    let [cache, logs] = folders;
    let access_logs = access_log::open(&api.stages, &logs, previous.map(|gateway| &gateway.access_logs))?;
    let guardian = match previous {
        Some(gateway) => gateway.guardian.clone(),
        None => Arc::new(Guardian::start()?),
    };
    let aws = match previous {
        Some(gateway) => gateway.aws.clone(),
        None => Aws::start(options.emulated_aws.as_ref()).await?,
    };
    let mut functions = BTreeMap::new();
    for (name, parts) in code {
        let configuration = &api.functions[&name];
        let parts = match parts {
            Ok(parts) => parts,
            Err(why) => {
                let sentence = format!("{}: {why}", printable::code(&configuration.address));
                functions.insert(name, Err(NotEmulated(sentence)));
                continue;
            }
        };
        let executable = parts
            .unpack(&cache, &work)
            .with_context(|| {
                let (name, address) = (printable::code(&name), printable::code(&configuration.address));
                format!("function {name} ({address})")
            })
            .map_err(input_error)?;
        let previous = previous.and_then(|gateway| gateway.functions.get(&name)?.as_ref().ok());
        let function = match previous {
            Some(function) if function.is(configuration, &executable) => function.clone(),
            previous => {
                let log = match previous {
                    Some(function) => function.log(),
                    None => Arc::new(Log::open(logs.join(format!("{name}.log")), LIMIT)?),
                };
                let access = aws.access(&name)?;
                Function::new(configuration.clone(), access, executable, log, guardian.clone())
            }
        };
        functions.insert(name, Ok(function));
    }
    // The deployments are remembered only now, because a failed load serves nothing.
    for deployment in fresh {
        deployments.remember(&deployment, &applied.resources)?;
    }
    let limits = previous.map_or_else(Arc::default, |gateway| gateway.limits.clone());
    aws.apply(&all);
    Limits::keep(&limits, &api, OffsetDateTime::now_utc());
    Ok(Gateway {
        access_logs,
        events,
        api,
        undeployed,
        more_open,
        limits,
        keys,
        functions,
        aws,
        guardian,
    })
}

/// Tells once which runtimes run with another version of their interpreter.
fn tell_versions(code: &code::ByFunction<executables::Parts>) {
    let used = code
        .values()
        .flatten()
        .filter_map(executables::Parts::interpreter);
    let sentences: BTreeSet<String> = used
        .filter_map(|(runtime, interpreter)| interpreters::another_version(runtime, interpreter))
        .collect();
    for sentence in sentences {
        tracing::warn!("{sentence}");
    }
}

/// Returns an error if the chosen stage is unknown.
fn unknown_stage(options: &Options, api: &Api) -> Option<String> {
    let named = options.stage.as_ref()?;
    let stages: Vec<String> = api.stages.keys().map(|stage| printable::code(stage)).collect();
    let is_unknown = !api.stages.contains_key(named);
    is_unknown.then(|| {
        format!(
            "unknown stage {}: the API has {}",
            printable::code(named),
            stages.join(", ")
        )
    })
}

/// The deployments that let in more than the state, by id.
fn more_open_than(
    applied: &RestApi,
    api: &Api,
    undeployed: &BTreeMap<String, Vec<String>>,
    deployments: &Deployments,
) -> Result<BTreeMap<String, MoreOpen>> {
    let mut found = BTreeMap::new();
    if undeployed.is_empty() {
        return Ok(found);
    }
    let now = state::deployed_now(applied, &api.functions)?;
    for stage in api.stages.values() {
        if !undeployed.contains_key(&stage.deployment) {
            continue;
        }
        let routes = more_open(&stage.deployed, &now);
        if !routes.is_empty() {
            let remembered_in = deployments.file(&stage.deployment)?.display().to_string();
            found.insert(
                stage.deployment.clone(),
                MoreOpen {
                    remembered_in,
                    routes,
                },
            );
        }
    }
    Ok(found)
}

/// An error of what was named.
fn input_error(error: anyhow::Error) -> anyhow::Error {
    InputError(printable::line(&format!("{error:#}"))).into()
}

/// The issuers whose tokens guarded routes take, all with a source of keys.
fn issuers(options: &Options, api: &Api, errors: &mut Vec<String>) -> BTreeSet<String> {
    let mut guarded: BTreeMap<&String, (usize, String)> = BTreeMap::new();
    for (method, route, deployed) in api.routes() {
        let Some(Authorizer::UserPools(authorizer)) = deployed.authorizer(route) else {
            continue;
        };
        for issuer in &authorizer.issuers {
            let first = || {
                (
                    0,
                    format!(
                        "{} through {}",
                        printable::code(&format!("{method} {}", route.resource_path)),
                        printable::code(&authorizer.address)
                    ),
                )
            };
            guarded.entry(issuer).or_insert_with(first).0 += 1;
        }
    }
    for (issuer, (count, first)) in &guarded {
        if !options.jwks.contains_key(*issuer) {
            let pool = issuer.rsplit('/').next().unwrap_or_default();
            let [file, issuer] = [&format!("{pool}.json"), *issuer].map(|text| shell::word(text));
            let others = match count {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            errors.push(format!(
                "no signing keys for user pool {}, which protects {first}{others}: save them, and add the option\n  \
                 curl -o {file} {issuer}/.well-known/jwks.json\n  --jwks {issuer}={file}",
                printable::code(pool)
            ));
        }
    }
    guarded.into_keys().cloned().collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::path::{Path, PathBuf};

    pub const SHOP: &str = include_str!("../../tests/fixtures/shop/state.json");

    /// Options that name nothing but a state, in a folder.
    pub fn options(folder: &Path) -> Options {
        Options {
            state: folder.join("state.json"),
            api: None,
            stage: None,
            root: folder.to_owned(),
            functions: BTreeMap::new(),
            runtimes: BTreeMap::new(),
            layers: BTreeMap::new(),
            variables: Vec::new(),
            jwks: BTreeMap::new(),
            port: None,
            emulated_aws: None,
            clock: None,
            work: folder.join("work"),
            deployments: folder.join("deployments"),
        }
    }

    #[tokio::test]
    async fn the_first_start_reports_functions_that_cannot_run_and_missing_keys() {
        let folder = tempfile::tempdir().unwrap();
        let options = options(folder.path());
        let state = SHOP.replace("\"provided.al2023\"", "\"java21\"");
        std::fs::write(&options.state, &state).unwrap();
        let error = gateway(&options, None).await.err().unwrap().to_string();
        let lines: Vec<&str> = error.lines().collect();
        assert_eq!(
            lines.iter().filter(|line| line.starts_with("  --jwks ")).count(),
            2,
            "{error}"
        );
        let told = lines.iter().filter(|line| {
            line.contains("it can't run here: its runtime is `java21`")
                && line.ends_with("To run other code, add `--function shop-hang=PATH`")
        });
        assert_eq!(told.count(), 1, "{error}");
        assert!(
            !error.contains("is not at"),
            "no code of theirs is looked for: {error}"
        );
    }

    #[tokio::test]
    async fn one_error_reports_everything_that_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            functions: BTreeMap::from([("nobody".to_owned(), PathBuf::from("x"))]),
            jwks: BTreeMap::from([("https://elsewhere".to_owned(), KeySource::File("x".into()))]),
            ..options(folder.path())
        };
        std::fs::write(&options.state, SHOP).unwrap();
        let error = gateway(&options, None).await.err().unwrap().to_string();
        assert!(error.contains("unknown function `nobody`"), "{error}");
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
