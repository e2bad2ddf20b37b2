//! A plan that was kept in a file, to be applied later, perhaps on another machine.
//!
//! A plan file is more than what it shows: it carries a configuration, a state and where that is kept, and Terraform
//! applies what it carries. Whoever can put a file into its place could apply anything. So the file is only a record of
//! what was read and agreed to: Terraform plans once more from the tree that is here, and that is applied where every
//! change in it is the recorded one. Nothing but the record has to be kept, and it need not be trusted.
//!
//! A plan holds whatever the state and the variables hold, environment variables of functions among them, in plain
//! text: the files are for their owner alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};
use portcullis_generator::service::Service;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::failure::{Failure, OrFail, Outcome};

/// A plan as `terraform show -json` prints it:
/// <https://developer.hashicorp.com/terraform/internals/json-format#plan-representation>
pub struct KeptPlan {
    /// The file as it was named.
    name: String,
    plan: Value,
}

impl KeptPlan {
    /// Reads the text that `terraform show -json` printed of the file `name`.
    pub fn read(name: &Path, shown: &str) -> Outcome<Self> {
        let plan: Value = serde_json::from_str(shown).or_input()?;
        let version = plan["format_version"].as_str().unwrap_or("none");
        if version.split('.').next() != Some("1") {
            return Err(Failure::input(format!(
                "`{}` is of format version {version}: only version 1 of `terraform show -json` is known",
                name.display()
            ))
            .hint("update Portcullis, or plan with the Terraform that it knows"));
        }
        let name = name.display().to_string();
        if plan["resource_changes"].is_null() && plan["planned_values"].is_null() {
            return Err(Failure::input(format!("`{name}` is no plan"))
                .hint("name the file that `portcullis plan --out FILE` wrote"));
        }
        if plan["errored"] == true {
            return Err(Failure::input(format!(
                "`{name}` is what there was of a plan when Terraform failed: it can't be applied"
            ))
            .hint("plan again"));
        }
        Ok(Self { name, plan })
    }

    /// Fails where this is not a plan of an environment of a service.
    pub fn check_environment(&self, service: &Service, environment: &str) -> Outcome {
        let root = &self.plan["configuration"]["root_module"];
        // The root module's one call names its environment by a literal, and every resource carries its service's name.
        let planned = constant(&root["module_calls"]["service"]["expressions"]["environment"]);
        let tags =
            &self.plan["configuration"]["provider_config"]["aws"]["expressions"]["default_tags"][0]["tags"];
        let of = tags["constant_value"]["Service"].as_str();
        let hint = format!("`portcullis plan --env {environment} --out FILE` makes one");
        match (planned, of) {
            (Some(planned), Some(of)) if planned == environment && of == service.name => Ok(()),
            (Some(planned), Some(of)) => Err(Failure::input(format!(
                "`{}` is a plan of the environment `{planned}` of `{of}`, not of `{environment}` of `{}`",
                self.name, service.name
            ))
            .hint(hint)),
            _ => Err(Failure::input(format!(
                "`{}` is no plan of a tree that Portcullis made: it does not say of which environment it is",
                self.name
            ))
            .hint(hint)),
        }
    }

    /// Fails where a zip is not the one that was planned; `root` is the environment's folder, in which Terraform runs.
    pub fn check_zips(&self, root: &Path) -> Outcome {
        let mut wrong = Vec::new();
        for change in items(&self.plan["resource_changes"]) {
            let function = &change["change"]["after"];
            let Some(filename) = function["filename"].as_str() else {
                continue;
            };
            if change["type"] != "aws_lambda_function" || change["mode"] != "managed" {
                continue;
            }
            let what = match zip_hash(&root.join(filename)) {
                _ if function["source_code_hash"].is_null() => {
                    "was missing when this was planned".to_string()
                }
                Err(error) if error.kind() == ErrorKind::NotFound => "is missing".to_string(),
                Err(error) => format!("can't be read: {error}"),
                Ok(hash) if function["source_code_hash"] == hash.as_str() => continue,
                Ok(_) => "is not the one that was planned".to_string(),
            };
            let name = function["function_name"].as_str().unwrap_or_default();
            wrong.push(format!(
                "\n  the zip of `{name}`, `{}`, {what}",
                root.join(filename).display()
            ));
        }
        if wrong.is_empty() {
            return Ok(());
        }
        wrong.sort();
        Err(Failure::refused(format!(
            "`{}` can't be applied with the code that is here:{}",
            self.name,
            wrong.concat()
        ))
        .hint("build what was planned (`portcullis build`, with the same Rust), or plan again"))
    }

    /// Whether another plan was made of the same configuration and variables.
    pub fn means_the_same_as(&self, other: &Self) -> bool {
        ["configuration", "variables"]
            .iter()
            .all(|part| self.plan[part] == other.plan[part])
    }

    /// Whether nothing is changed, outputs included.
    pub fn is_empty(&self) -> bool {
        self.effects().is_empty()
    }

    /// What another plan would do otherwise, a sentence each. What else differs is of no matter: a resource that stays as
    /// it is may have changed by itself, as a user pool does with every user that registers.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        if self.plan["configuration"] != other.plan["configuration"] {
            differences.push("it was made of another tree than the one that is here".to_string());
        }
        if self.plan["variables"] != other.plan["variables"] {
            differences.push("it was made with other values of the variables".to_string());
        }
        let (mine, others) = (self.effects(), other.effects());
        let addresses: BTreeSet<_> = mine.keys().chain(others.keys()).collect();
        for address in addresses {
            let (before, now) = (mine.get(address), others.get(address));
            let words =
                |effect: Option<&Effect>| effect.map_or("nothing".into(), |effect| effect.actions.clone());
            let (planned, would) = (words(before), words(now));
            if planned != would {
                differences.push(format!(
                    "`{address}`: {planned} was planned, and now it would be {would}"
                ));
            } else if before != now {
                differences.push(format!(
                    "`{address}`: {planned} was planned, and now it would be with other values"
                ));
            }
        }
        differences
    }

    /// What is done to each resource and output, by address.
    fn effects(&self) -> BTreeMap<String, Effect> {
        let resources = items(&self.plan["resource_changes"])
            .filter(|resource| resource["mode"] == "managed")
            .map(|resource| {
                let name = [&resource["address"], &resource["deposed"]]
                    .map(|name| name.as_str().unwrap_or_default());
                (
                    name.join(" ").trim_end().to_string(),
                    Effect::of(resource, &resource["change"]),
                )
            });
        let outputs = self.plan["output_changes"].as_object();
        let outputs = outputs
            .into_iter()
            .flatten()
            .map(|(name, change)| (format!("output.{name}"), Effect::of(&Value::Null, change)));
        resources
            .chain(outputs)
            .filter(|(_, effect)| !effect.is_nothing())
            .collect()
    }

    /// The e-mail of the first user, where it was given to the plan as a variable.
    pub fn first_user(&self) -> Option<&str> {
        self.plan["variables"]["first_user_email"]["value"].as_str()
    }
}

/// What a plan does to a resource or an output.
#[derive(Debug, PartialEq)]
struct Effect {
    /// `create`, `update`, `delete`, `delete, create`, `no-op`, …
    actions: String,
    /// Where it was before it was moved here.
    moved_from: Value,
    imported: Value,
    /// Each attribute that changes: its new value, and what of that is not known yet.
    values: BTreeMap<String, [Value; 2]>,
}

impl Effect {
    fn of(resource: &Value, change: &Value) -> Self {
        let actions: Vec<_> = items(&change["actions"]).filter_map(Value::as_str).collect();
        let parts = ["before", "after", "after_unknown"].map(|part| &change[part]);
        // Outputs are values themselves.
        let values = if parts.iter().any(|part| part.is_object()) {
            let keys = parts
                .iter()
                .filter_map(|part| part.as_object())
                .flat_map(|part| part.keys());
            let keys: BTreeSet<_> = keys.collect();
            keys.into_iter()
                .map(|key| (key.clone(), parts.map(|part| part[key].clone())))
                .collect()
        } else {
            BTreeMap::from([(String::new(), parts.map(Value::clone))])
        };
        let deleted = actions == ["delete"];
        Self {
            actions: actions.join(", "),
            moved_from: resource["previous_address"].clone(),
            imported: change["importing"].clone(),
            values: values
                .into_iter()
                .filter(|(_, [before, after, unknown])| !deleted && (before != after || is_unknown(unknown)))
                .map(|(key, [_, after, unknown])| (key, [after, unknown]))
                .collect(),
        }
    }

    fn is_nothing(&self) -> bool {
        ["no-op", "read", ""].contains(&self.actions.as_str())
            && self.moved_from.is_null()
            && self.imported.is_null()
    }
}

/// Whether something in here is not known before the apply.
fn is_unknown(value: &Value) -> bool {
    match value {
        Value::Bool(unknown) => *unknown,
        Value::Array(items) => items.iter().any(is_unknown),
        Value::Object(fields) => fields.values().any(is_unknown),
        _ => false,
    }
}

fn constant(expression: &Value) -> Option<&str> {
    expression["constant_value"].as_str()
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// As Terraform's `filebase64sha256`.
fn zip_hash(path: &Path) -> std::io::Result<String> {
    Ok(BASE64_STANDARD.encode(Sha256::digest(fs::read(path)?)))
}

/// Makes an empty file that only its owner may read, for Terraform to write into; where it is, from anywhere.
pub fn private_file(path: &Path) -> Outcome<PathBuf> {
    let cant = |error: std::io::Error| Failure::input(format!("can't write `{}`: {error}", path.display()));
    let file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(cant)?;
    // One that is there already keeps the mode that it has.
    file.set_permissions(fs::Permissions::from_mode(0o600))
        .map_err(cant)?;
    path.canonicalize().map_err(cant)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service(name: &str) -> Service {
        let spec = include_str!("../portcullis.toml").replace("\"hello\"", &format!("\"{name}\""));
        portcullis_generator::service(&spec, None).unwrap_or_else(|_| panic!("the spec has mistakes"))
    }

    fn plan(environment: &Value, changes: &Value) -> KeptPlan {
        let plan = json!({
            "format_version": "1.2",
            "resource_changes": changes,
            "configuration": {
                "provider_config": {"aws": {"expressions": {"default_tags": [
                    {"tags": {"constant_value": {"Service": "hello", "Environment": environment}}}
                ]}}},
                "root_module": {"module_calls": {"service": {"expressions": {
                    "environment": {"constant_value": environment}
                }}}}
            }
        });
        KeptPlan::read(Path::new("dev.tfplan"), &plan.to_string()).unwrap()
    }

    #[track_caller]
    fn says(outcome: Outcome, sentence: &str) {
        let said = outcome.unwrap_err().render();
        assert!(said.contains(sentence), "`{sentence}` is not in\n{said}");
    }

    #[test]
    fn a_plan_is_of_one_environment_of_one_service() {
        let plan = plan(&json!("dev"), &json!([]));
        assert!(plan.check_environment(&service("hello"), "dev").is_ok());
        says(
            plan.check_environment(&service("hello"), "prod"),
            "`dev.tfplan` is a plan of the environment `dev` of `hello`, not of `prod` of `hello`",
        );
        says(
            plan.check_environment(&service("other"), "dev"),
            "not of `dev` of `other`",
        );
    }

    #[test]
    fn a_plan_that_does_not_say_of_what_it_is_is_refused() {
        for nothing in [Value::Null, json!(["dev"])] {
            says(
                plan(&nothing, &json!([])).check_environment(&service("hello"), "dev"),
                "is no plan of a tree that Portcullis made",
            );
        }
    }

    #[test]
    fn plans_of_one_tree_and_one_first_user_mean_the_same() {
        let with = |environment: &str, email: &str| {
            let mut plan = plan(&json!(environment), &json!([]));
            plan.plan["variables"] = json!({"first_user_email": {"value": email}});
            plan
        };
        let kept = with("dev", "a@example.com");
        assert!(kept.means_the_same_as(&with("dev", "a@example.com")));
        for (other, sentence) in [
            (with("prod", "a@example.com"), "it was made of another tree"),
            (
                with("dev", "b@example.com"),
                "it was made with other values of the variables",
            ),
        ] {
            assert!(!kept.means_the_same_as(&other));
            let [difference] = &kept.differences(&other)[..] else {
                panic!("{:?}", kept.differences(&other))
            };
            assert!(difference.starts_with(sentence), "{difference}");
        }
    }

    fn resource(address: &str, actions: Value, before: Value, after: Value, unknown: Value) -> Value {
        json!({"address": address, "mode": "managed", "type": "x", "change": {
            "actions": actions, "before": before, "after": after, "after_unknown": unknown
        }})
    }

    #[test]
    fn what_does_something_else_differs_and_what_changed_by_itself_does_not() {
        let pool = |users: u32| json!({"estimated_number_of_users": users, "name": "users"});
        let with = |changes: Value| plan(&json!("dev"), &changes);
        let update = |users, description: &str| {
            let (mut before, mut after) = (pool(users), pool(users));
            before["description"] = json!("before");
            after["description"] = json!(description);
            resource("a.pool", json!(["update"]), before, after, json!({}))
        };
        let stays = |users| resource("a.stays", json!(["no-op"]), pool(users), pool(users), json!({}));
        let create =
            |unknown: Value| resource("a.new", json!(["create"]), Value::Null, json!({"x": 1}), unknown);
        let delete = |text: &str| {
            resource(
                "a.old",
                json!(["delete"]),
                json!({"x": text}),
                Value::Null,
                json!({}),
            )
        };

        let kept = with(json!([
            update(1, "after"),
            stays(1),
            create(json!({"id": true})),
            delete("1")
        ]));
        let now = with(json!([
            update(7, "after"),
            stays(7),
            create(json!({"id": true})),
            delete("2")
        ]));
        assert_eq!(kept.differences(&now), [""; 0]);
        assert!(!kept.is_empty() && with(json!([stays(1)])).is_empty());

        let now = with(json!([
            update(1, "something else"),
            resource(
                "a.stays",
                json!(["delete", "create"]),
                pool(1),
                pool(1),
                json!({})
            ),
            create(json!({"id": true, "arn": true})),
        ]));
        assert_eq!(
            kept.differences(&now),
            [
                "`a.new`: create was planned, and now it would be with other values",
                "`a.old`: delete was planned, and now it would be nothing",
                "`a.pool`: update was planned, and now it would be with other values",
                "`a.stays`: nothing was planned, and now it would be delete, create",
            ]
        );
    }

    #[test]
    fn a_move_an_import_and_an_output_are_changes_too() {
        let still = || {
            resource(
                "a.b",
                json!(["no-op"]),
                json!({"x": 1}),
                json!({"x": 1}),
                json!({}),
            )
        };
        let nothing = plan(&json!("dev"), &json!([still()]));
        let mut moved = still();
        moved["previous_address"] = json!("a.c");
        let mut imported = still();
        imported["change"]["importing"] = json!({"id": "x"});
        for other in [moved, imported] {
            assert_eq!(
                nothing.differences(&plan(&json!("dev"), &json!([other]))).len(),
                1
            );
        }
        let output = |after: Value| {
            let mut plan = plan(&json!("dev"), &json!([]));
            plan.plan["output_changes"] = json!({"api_url": {"actions": ["update"], "before": "a", "after": after, "after_unknown": false}});
            plan
        };
        assert_eq!(output(json!("b")).differences(&output(json!("b"))), [""; 0]);
        assert_eq!(
            output(json!("b")).differences(&output(json!("c"))),
            ["`output.api_url`: update was planned, and now it would be with other values"]
        );
    }

    #[test]
    fn a_state_and_half_a_plan_are_no_plan() {
        let read = |value: Value| KeptPlan::read(Path::new("x"), &value.to_string()).map(drop);
        says(
            read(json!({"format_version": "1.0", "values": {}})),
            "`x` is no plan",
        );
        says(
            read(json!({"format_version": "1.2", "planned_values": {}, "errored": true})),
            "it can't be applied",
        );
    }

    #[test]
    fn every_zip_has_to_be_the_one_that_was_planned() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("environments/dev");
        fs::create_dir_all(&root).unwrap();
        fs::create_dir(folder.path().join("artifacts")).unwrap();
        for name in ["same", "other", "late"] {
            fs::write(folder.path().join(format!("artifacts/{name}.zip")), name).unwrap();
        }
        let function = |name: &str, hash: Value| {
            json!({"type": "aws_lambda_function", "mode": "managed", "change": {"actions": ["no-op"], "after": {
                "function_name": format!("hello-dev-{name}"),
                "filename": format!("../../artifacts/{name}.zip"),
                "source_code_hash": hash,
            }}})
        };
        let of = |text: &str| json!(BASE64_STANDARD.encode(Sha256::digest(text)));
        let deleted = json!({"type": "aws_lambda_function", "mode": "managed", "change": {"actions": ["delete"], "after": null}});
        let good = json!([function("same", of("same")), deleted]);
        assert!(plan(&json!("dev"), &good).check_zips(&root).is_ok());

        let bad = json!([
            function("same", of("same")),
            function("other", of("before")),
            function("gone", of("gone")),
            function("late", Value::Null)
        ]);
        let refused = plan(&json!("dev"), &bad).check_zips(&root).unwrap_err().render();
        assert_eq!(refused.matches("the zip of").count(), 3, "{refused}");
        for sentence in [
            "of `hello-dev-other`",
            "other.zip`, is not the one that was planned",
            "gone.zip`, is missing",
            "late.zip`, was missing when this was planned",
        ] {
            assert!(refused.contains(sentence), "`{sentence}` is not in\n{refused}");
        }
    }

    #[test]
    fn a_kept_plan_is_for_its_owner_alone_whatever_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let file = private_file(&path).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        says(
            private_file(&folder.path().join("no/plan")).map(drop),
            "can't write `",
        );
    }
}
