//! The API as a deployment froze it.
//!
//! A stage serves a snapshot. Later changes, except for stage settings, are reachable only after another deployment
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html>). A state contains the
//! present API, but only the id of the deployment. So the API that is first seen with an id is saved as that
//! deployment's, in a file. It is served as long as the stage names that id.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use portcullis_files::{PRIVATE, private_folder, replace};
use portcullis_foreign_text::hex;
use portcullis_terraform_json::Resource;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Types with a `rest_api_id` that no deployment holds: they belong to stages, or are the deployments themselves.
const LIVE: [&str; 6] = [
    "aws_api_gateway_base_path_mapping",
    "aws_api_gateway_deployment",
    "aws_api_gateway_documentation_part",
    "aws_api_gateway_documentation_version",
    "aws_api_gateway_method_settings",
    "aws_api_gateway_stage",
];

/// Attributes that change nothing of how requests are answered. `path` and `execution_arn` follow from others.
const WITHOUT_EFFECT: [&str; 8] = [
    "created_date",
    "description",
    "execution_arn",
    "name",
    "path",
    "region",
    "tags",
    "tags_all",
];

/// The deployments of an API in a state that were seen, each in a file of its id.
///
/// They belong to the state's file and to the API's ARN, which contains account and region. Another state with the same
/// ids, such as a copy of this one, therefore does not decide about this one.
pub struct Deployments {
    folder: PathBuf,
    owner: Option<Owner>,
    api: String,
}

/// The owner of deployments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Owner {
    state: PathBuf,
    api: String,
}

/// The contents of a file.
#[derive(Serialize, Deserialize)]
struct Memory<'a> {
    #[serde(flatten)]
    owner: Owner,
    resources: Cow<'a, [Resource]>,
}

/// An API as one deployment has it.
#[derive(Debug, PartialEq)]
pub struct Remembered {
    /// The resources of the state, those that the deployment froze as they were then.
    pub resources: Vec<Resource>,
    /// Addresses of what has changed since, sorted.
    pub changed: Vec<String>,
}

impl Deployments {
    /// Those of the REST API `api` in the file `state` that `folder` keeps.
    pub fn of(folder: &Path, state: &Path, api: &Resource) -> Result<Self> {
        let text = |key: &str| api.values[key].as_str().unwrap_or_default().to_owned();
        let file = state.canonicalize().ok().filter(|file| file.is_file());
        let owner = file.map(|state| Owner {
            state,
            api: text("execution_arn"),
        });
        let folder = match &owner {
            Some(owner) => folder.join(owner.name()),
            None => {
                tracing::warn!(
                    "the state `{}` is not a file, so snapshots of deployments are lost when this command ends",
                    state.display()
                );
                folder.to_owned()
            }
        };
        Ok(Self {
            folder,
            owner,
            api: text("id"),
        })
    }

    /// Returns the API as the deployment `id` has it, if that was seen. `now` is the state.
    pub fn deployed(&self, id: &str, now: &[Resource]) -> Result<Option<Remembered>> {
        let (current, live): (Vec<&Resource>, Vec<&Resource>) =
            now.iter().partition(|resource| is_frozen(resource, &self.api));
        let remembered = |frozen: Vec<Resource>| {
            let changed = changes(&frozen, &current);
            Remembered {
                resources: live.into_iter().cloned().chain(frozen).collect(),
                changed,
            }
        };
        Ok(self.read(id)?.map(remembered))
    }

    /// Remembers the state `now` as what the deployment `id` froze.
    pub fn remember(&self, id: &str, now: &[Resource]) -> Result<()> {
        let Some(owner) = self.owner.clone() else {
            return Ok(());
        };
        let frozen = now.iter().filter(|resource| is_frozen(resource, &self.api));
        let memory = Memory {
            owner,
            resources: frozen.cloned().collect::<Vec<_>>().into(),
        };
        let path = self.file(id)?;
        let text = serde_json::to_vec(&memory).context("a deployment is JSON")?;
        // Templates and headers are the owner's alone, as the state is.
        private_folder(&self.folder)
            .and_then(|()| replace(&path, &text, PRIVATE))
            .with_context(|| format!("can't write `{}`", path.display()))
    }

    /// The file of the deployment `id`.
    pub fn file(&self, id: &str) -> Result<PathBuf> {
        Ok(self.folder.join(format!("{}.json", file_name(id)?)))
    }

    fn read(&self, id: &str) -> Result<Option<Vec<Resource>>> {
        let path = self.file(id)?;
        let Some(owner) = &self.owner else {
            return Ok(None);
        };
        match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            text => {
                let text = text.with_context(|| format!("can't read `{}`", path.display()))?;
                let memory: Option<Memory> = serde_json::from_slice(&text).ok();
                let memory = memory.filter(|memory| memory.owner == *owner);
                let memory = memory.with_context(|| {
                    format!(
                        "invalid snapshot `{}`: delete it. Portcullis then takes the current state as the snapshot \
                         of deployment `{id}`",
                        path.display()
                    )
                })?;
                Ok(Some(memory.resources.into_owned()))
            }
        }
    }
}

impl Owner {
    /// The name of a folder.
    fn name(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.state.as_os_str().as_encoded_bytes());
        hasher.update([0]);
        hasher.update(&self.api);
        let hash = hasher.finalize();
        hex(&hash[..16])
    }
}

/// An id that can be a file's name: those of AWS are letters and digits, but a state may say anything.
fn file_name(id: &str) -> Result<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    ensure!(
        !id.is_empty() && id.len() <= 64 && id.bytes().all(plain),
        "invalid id `{}` of an API or a deployment",
        id.escape_debug()
    );
    Ok(id)
}

fn is_frozen(resource: &Resource, api: &str) -> bool {
    let names = |key: &str| resource.values.get(key).is_some_and(|id| id == api);
    resource.mode == "managed"
        && match resource.kind.as_str() {
            "aws_api_gateway_rest_api" => names("id"),
            kind => kind.starts_with("aws_api_gateway_") && !LIVE.contains(&kind) && names("rest_api_id"),
        }
}

/// Addresses of what is not in both, or not with the same effect.
fn changes(frozen: &[Resource], current: &[&Resource]) -> Vec<String> {
    let effects = |resource: &Resource| {
        let values = resource.values.as_object();
        let values = values.into_iter().flatten();
        let effective = values.filter(|(name, _)| !WITHOUT_EFFECT.contains(&name.as_str()));
        let effective: BTreeMap<String, serde_json::Value> = effective
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        (resource.address.clone(), effective)
    };
    let then: BTreeMap<_, _> = frozen.iter().map(effects).collect();
    let now: BTreeMap<_, _> = current.iter().map(|resource| effects(resource)).collect();
    let addresses: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    addresses
        .into_iter()
        .filter(|address| then.get(*address) != now.get(*address))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::fs::File;

    fn resource(kind: &str, name: &str, values: Value) -> Resource {
        Resource {
            address: format!("{kind}.{name}"),
            mode: "managed".into(),
            kind: kind.into(),
            values,
            obstacle: None,
        }
    }

    fn of_level(authorization: &str, level: &str) -> Vec<Resource> {
        vec![
            resource(
                "aws_api_gateway_rest_api",
                "api",
                json!({"id": "a", "tags": {"level": level}}),
            ),
            resource(
                "aws_api_gateway_method",
                "get",
                json!({"rest_api_id": "a", "authorization": authorization}),
            ),
            resource(
                "aws_api_gateway_method",
                "other",
                json!({"rest_api_id": "b", "level": level}),
            ),
            resource(
                "aws_api_gateway_stage",
                "v1",
                json!({"rest_api_id": "a", "level": level}),
            ),
            resource("aws_lambda_function", "open", json!({"level": level})),
        ]
    }

    /// The deployments of the API `a` of this account in a state of this name, which is made if missing.
    fn deployments(folder: &Path, state: &str, account: &str) -> Deployments {
        let state = folder.join(state);
        fs::create_dir_all(state.parent().unwrap()).unwrap();
        File::options().append(true).create(true).open(&state).unwrap();
        let arn = format!("arn:aws:execute-api:eu-central-1:{account}:a");
        let api = resource(
            "aws_api_gateway_rest_api",
            "api",
            json!({"id": "a", "execution_arn": arn}),
        );
        Deployments::of(&folder.join("deployments"), &state, &api).unwrap()
    }

    /// As it is served: what was not seen is remembered.
    fn served(deployments: &Deployments, id: &str, state: &[Resource]) -> Result<Remembered> {
        let fresh = || {
            deployments.remember(id, state)?;
            Ok(Remembered {
                resources: state.to_vec(),
                changed: vec![],
            })
        };
        deployments.deployed(id, state)?.map_or_else(fresh, Ok)
    }

    #[test]
    fn another_states_memory_and_another_accounts_is_not_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let (open, guarded) = (of_level("NONE", "1"), of_level("COGNITO_USER_POOLS", "1"));
        served(
            &deployments(folder.path(), "theirs/state.json", "1"),
            "one",
            &open,
        )
        .unwrap();
        for (state, account) in [("ours/state.json", "1"), ("theirs/state.json", "2")] {
            let ours = served(&deployments(folder.path(), state, account), "one", &guarded).unwrap();
            assert_eq!(
                (ours.resources, ours.changed.len()),
                (guarded.clone(), 0),
                "{state} {account}"
            );
        }
        // Different paths to the same file count as one.
        std::os::unix::fs::symlink("theirs", folder.path().join("link")).unwrap();
        let theirs = served(
            &deployments(folder.path(), "link/state.json", "1"),
            "one",
            &guarded,
        )
        .unwrap();
        assert_eq!(theirs.changed, ["aws_api_gateway_method.get"]);
    }

    #[test]
    fn a_memory_of_another_user_is_refused_and_one_of_an_old_version_is_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let ours = deployments(folder.path(), "ours.json", "1");
        let theirs = deployments(folder.path(), "theirs.json", "1");
        served(&theirs, "one", &of_level("NONE", "1")).unwrap();
        fs::create_dir_all(&ours.folder).unwrap();
        fs::copy(theirs.file("one").unwrap(), ours.file("one").unwrap()).unwrap();
        let guarded = of_level("COGNITO_USER_POOLS", "1");
        let error = served(&ours, "one", &guarded).unwrap_err();
        assert!(error.to_string().contains("invalid snapshot `"), "{error}");
        // Files were named by the API's id alone, and said nothing of a state.
        fs::remove_file(ours.file("one").unwrap()).unwrap();
        let before = folder.path().join("deployments/a");
        fs::create_dir_all(&before).unwrap();
        fs::write(
            before.join("one.json"),
            serde_json::to_vec(&of_level("NONE", "1")).unwrap(),
        )
        .unwrap();
        assert_eq!(served(&ours, "one", &guarded).unwrap().resources, guarded);
    }

    #[test]
    fn a_state_that_is_not_a_file_is_not_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let api = resource(
            "aws_api_gateway_rest_api",
            "api",
            json!({"id": "a", "execution_arn": "x"}),
        );
        let pipe = Deployments::of(folder.path(), Path::new("/dev/null"), &api).unwrap();
        served(&pipe, "one", &of_level("NONE", "1")).unwrap();
        assert_eq!(pipe.deployed("one", &of_level("NONE", "1")).unwrap(), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_was_first_seen_with_an_id_is_served_until_there_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let deployments = deployments(folder.path(), "state.json", "1");
        let deployed = |id: &str, state: &[Resource]| served(&deployments, id, state).unwrap();

        let guarded = of_level("COGNITO_USER_POOLS", "1");
        assert_eq!(deployed("one", &guarded).resources, guarded);
        assert_eq!(deployed("one", &guarded).changed, [""; 0]);

        let open = of_level("NONE", "2");
        let stale = deployed("one", &open);
        assert_eq!(stale.changed, ["aws_api_gateway_method.get"]);
        let by_address = |address: &str| {
            let found = stale
                .resources
                .iter()
                .find(|resource| resource.address == address);
            found.unwrap().values.clone()
        };
        assert_eq!(
            by_address("aws_api_gateway_method.get")["authorization"],
            "COGNITO_USER_POOLS"
        );
        // Stages, functions and what is of another API are as they are now.
        for live in [
            "aws_api_gateway_stage.v1",
            "aws_lambda_function.open",
            "aws_api_gateway_method.other",
        ] {
            assert_eq!(by_address(live)["level"], "2", "{live}");
        }
        assert_eq!(stale.resources.len(), open.len());
        assert_eq!(deployed("two", &open).resources, open);
    }

    #[test]
    fn what_is_new_or_gone_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let deployments = deployments(folder.path(), "state.json", "1");
        let before = of_level("NONE", "1");
        served(&deployments, "one", &before).unwrap();
        let mut now = before.clone();
        now.remove(1);
        now.push(resource(
            "aws_api_gateway_model",
            "m",
            json!({"rest_api_id": "a"}),
        ));
        let deployed = served(&deployments, "one", &now).unwrap();
        assert_eq!(
            deployed.changed,
            ["aws_api_gateway_method.get", "aws_api_gateway_model.m"]
        );
        assert!(deployed.resources.contains(&before[1]));
    }

    #[test]
    fn attributes_of_a_newer_provider_do_not_count_as_changes() {
        let folder = tempfile::tempdir().unwrap();
        let deployments = deployments(folder.path(), "state.json", "1");
        let before = of_level("NONE", "1");
        served(&deployments, "one", &before).unwrap();
        let mut now = before;
        for resource in &mut now {
            resource.values["region"] = "eu-central-1".into();
        }
        assert_eq!(served(&deployments, "one", &now).unwrap().changed, [""; 0]);
    }

    #[test]
    fn a_deployment_is_remembered_while_others_are_served() {
        let folder = tempfile::tempdir().unwrap();
        let deployments = deployments(folder.path(), "state.json", "1");
        let guarded = of_level("COGNITO_USER_POOLS", "1");
        served(&deployments, "one", &guarded).unwrap();
        served(&deployments, "two", &of_level("NONE", "1")).unwrap();
        let again = served(&deployments, "one", &of_level("NONE", "1")).unwrap();
        assert_eq!(again.changed, ["aws_api_gateway_method.get"]);
    }

    #[test]
    fn an_id_leads_to_no_other_folder() {
        let folder = tempfile::tempdir().unwrap();
        for id in ["", "..", "../x", "/etc", "a/b", "a\0"] {
            let deployments = deployments(folder.path(), "state.json", "1");
            assert!(served(&deployments, id, &of_level("NONE", "1")).is_err(), "{id}");
        }
    }

    #[test]
    fn an_invalid_memory_is_an_error_with_help() {
        let folder = tempfile::tempdir().unwrap();
        let deployments = deployments(folder.path(), "state.json", "1");
        served(&deployments, "one", &of_level("NONE", "1")).unwrap();
        fs::write(deployments.file("one").unwrap(), "{").unwrap();
        let error = served(&deployments, "one", &of_level("NONE", "1")).unwrap_err();
        assert!(error.to_string().contains("one.json"), "{error}");
        assert!(error.to_string().contains("delete it"), "{error}");
    }
}
