//! What a deployment froze.
//!
//! A stage serves a snapshot: what is changed later, stage settings apart, is not reachable until there is another
//! deployment (<https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html>). A state holds
//! the API as it is now and of the deployment only the id. So what is first seen with an id is kept as that
//! deployment's, in a file, and is what is served for as long as the stage names that id.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use portcullis_generator::state::Resource;

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

/// The deployments of an API that were seen, each in a file of its id.
pub struct Deployments {
    folder: PathBuf,
    api: String,
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
    /// Those of the REST API `api` that `folder` keeps. Nothing is written yet.
    pub fn of(folder: &Path, api: &str) -> Result<Self> {
        Ok(Self {
            folder: folder.join(file_name(api)?),
            api: api.to_owned(),
        })
    }

    /// The API as the deployment `id` has it, where `now` is the state. An id that was not seen before gets `now`.
    pub fn deployed(&self, id: &str, now: &[Resource]) -> Result<Remembered> {
        let (current, live): (Vec<&Resource>, Vec<&Resource>) =
            now.iter().partition(|resource| is_frozen(resource, &self.api));
        let Some(frozen) = self.read(id)? else {
            self.write(id, &current)?;
            return Ok(Remembered {
                resources: now.to_vec(),
                changed: Vec::new(),
            });
        };
        let changed = changes(&frozen, &current);
        Ok(Remembered {
            resources: live.into_iter().cloned().chain(frozen).collect(),
            changed,
        })
    }

    fn file(&self, id: &str) -> Result<PathBuf> {
        Ok(self.folder.join(format!("{}.json", file_name(id)?)))
    }

    fn read(&self, id: &str) -> Result<Option<Vec<Resource>>> {
        let path = self.file(id)?;
        match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            text => {
                let text = text.with_context(|| format!("cannot read `{}`", path.display()))?;
                let frozen = serde_json::from_slice(&text).with_context(|| {
                    format!(
                        "`{}` is not what was written there: delete it, and what the state holds now is taken for \
                         what deployment `{id}` froze",
                        path.display()
                    )
                })?;
                Ok(Some(frozen))
            }
        }
    }

    /// Writes beside and renames, so that a file is whole or not there.
    fn write(&self, id: &str, frozen: &[&Resource]) -> Result<()> {
        let path = self.file(id)?;
        let write = || -> Result<()> {
            // What templates and headers hold is the owner's alone, as the state is.
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&self.folder)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(&serde_json::to_vec(frozen)?)?;
            file.persist(&path)?;
            Ok(())
        };
        write().with_context(|| format!("cannot write `{}`", path.display()))
    }
}

/// An id that can be a file's name: those of AWS are letters and digits, but a state may say anything.
fn file_name(id: &str) -> Result<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    ensure!(
        !id.is_empty() && id.len() <= 64 && id.bytes().all(plain),
        "`{}` is no id of an API or a deployment",
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

    #[test]
    fn what_was_first_seen_with_an_id_is_served_until_there_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let deployments = Deployments::of(folder.path(), "a").unwrap();
        let deployed = |id: &str, state: &[Resource]| deployments.deployed(id, state).unwrap();

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
        let deployments = Deployments::of(folder.path(), "a").unwrap();
        let before = of_level("NONE", "1");
        deployments.deployed("one", &before).unwrap();
        let mut now = before.clone();
        now.remove(1);
        now.push(resource(
            "aws_api_gateway_model",
            "m",
            json!({"rest_api_id": "a"}),
        ));
        let deployed = deployments.deployed("one", &now).unwrap();
        assert_eq!(
            deployed.changed,
            ["aws_api_gateway_method.get", "aws_api_gateway_model.m"]
        );
        assert!(deployed.resources.contains(&before[1]));
    }

    #[test]
    fn attributes_of_a_newer_provider_are_no_change() {
        let folder = tempfile::tempdir().unwrap();
        let deployments = Deployments::of(folder.path(), "a").unwrap();
        let before = of_level("NONE", "1");
        deployments.deployed("one", &before).unwrap();
        let mut now = before;
        for resource in &mut now {
            resource.values["region"] = "eu-central-1".into();
        }
        assert_eq!(deployments.deployed("one", &now).unwrap().changed, [""; 0]);
    }

    #[test]
    fn a_deployment_is_remembered_whatever_else_was_served_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let deployments = Deployments::of(folder.path(), "a").unwrap();
        let guarded = of_level("COGNITO_USER_POOLS", "1");
        deployments.deployed("one", &guarded).unwrap();
        deployments.deployed("two", &of_level("NONE", "1")).unwrap();
        let again = deployments.deployed("one", &of_level("NONE", "1")).unwrap();
        assert_eq!(again.changed, ["aws_api_gateway_method.get"]);
    }

    #[test]
    fn an_id_leads_to_no_other_folder() {
        let folder = tempfile::tempdir().unwrap();
        for id in ["", "..", "../x", "/etc", "a/b", "a\0"] {
            assert!(Deployments::of(folder.path(), id).is_err(), "{id}");
            let deployments = Deployments::of(folder.path(), "a").unwrap();
            assert!(deployments.deployed(id, &of_level("NONE", "1")).is_err(), "{id}");
        }
    }

    #[test]
    fn a_file_that_is_no_memory_is_named_with_the_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let deployments = Deployments::of(folder.path(), "a").unwrap();
        deployments.deployed("one", &of_level("NONE", "1")).unwrap();
        fs::write(deployments.file("one").unwrap(), "{").unwrap();
        let error = deployments.deployed("one", &of_level("NONE", "1")).unwrap_err();
        assert!(error.to_string().contains("one.json"), "{error}");
        assert!(error.to_string().contains("delete it"), "{error}");
    }
}
