//! A plan that was kept in a file, to be applied later, perhaps on another machine.
//!
//! Terraform checks that the state is still the one that the plan was made of. What it does not check is whose plan it
//! is, and whether the code that is deployed is the code that was planned: it takes each function's zip from the disk
//! when it applies. That is checked here, before anything is changed.
//!
//! A plan holds whatever the state and the variables hold, environment variables of functions among them, in plain
//! text: the files are for their owner alone.

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
        let plan: Value = serde_json::from_str(shown).or_tool()?;
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
    /// Also a function that does not change is looked at: Terraform hashes its zip again.
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
        .hint("bring the zips from where it was planned, or plan again"))
    }

    /// Whether another plan, as `terraform show -json` prints it, was made of the same configuration and variables.
    pub fn means_the_same_as(&self, shown: &str) -> Outcome<bool> {
        let other: Value = serde_json::from_str(shown).or_tool()?;
        Ok(["configuration", "variables"]
            .iter()
            .all(|part| self.plan[part] == other[part]))
    }

    /// The e-mail of the first user, where it was given to the plan as a variable.
    pub fn first_user(&self) -> Option<&str> {
        self.plan["variables"]["first_user_email"]["value"].as_str()
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
            let mut plan = plan(&json!(environment), &json!([])).plan;
            plan["variables"] = json!({"first_user_email": {"value": email}});
            plan
        };
        let kept = KeptPlan {
            name: "x".into(),
            plan: with("dev", "a@example.com"),
        };
        let same = |other: Value| kept.means_the_same_as(&other.to_string()).unwrap();
        assert!(same(with("dev", "a@example.com")));
        assert!(!same(with("prod", "a@example.com")));
        assert!(!same(with("dev", "b@example.com")));
    }

    #[test]
    fn a_state_and_half_a_plan_are_no_plan() {
        let read = |value: Value| KeptPlan::read(Path::new("x"), &value.to_string()).map(drop);
        says(
            read(json!({"format_version": "1.0", "values": {}})),
            "`x` is no plan",
        );
        says(
            read(json!({"planned_values": {}, "errored": true})),
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
