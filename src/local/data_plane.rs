//! Starts the data plane of `local` and passes it the state to serve.

use std::fs::{self, File};
use std::path::PathBuf;

use portcullis_emulator::background::Status;
use portcullis_foreign_text::printable::code;
use serde_json::Value;

use super::{ControlPlane, Local, Ports, SERVED_WITH, START, STOP, port_of, ready_value, write};
use crate::endpoint::access_key_id;
use crate::failure::{Failure, OrFail, Outcome};
use crate::talk;

impl Local {
    /// Serves an applied state, as `terraform show -json` printed it: starts the data plane, or reloads the new
    /// state. Returns the URL of the API.
    pub fn serve(&self, control_plane: &ControlPlane, shown: &str) -> Outcome<String> {
        let file = self.work.join("state.json");
        write(&file, shown)?;
        let background = self.data_plane();
        let issuers = issuers(shown, &control_plane.endpoint)?;
        let running = matches!(background.status().or_tool()?, Status::Running { .. });
        // Another pool means other issuers. They and the emulated AWS are given at the start.
        let endpoint = [control_plane.endpoint.clone(), access_key_id()];
        let served_with = [&endpoint[..], &issuers].concat().join("\n");
        let is_same = fs::read_to_string(self.work.join(SERVED_WITH)).is_ok_and(|old| old == served_with);
        let ready = if running && is_same {
            talk::step("Reloading the API", || background.reload(START).or_tool())?
        } else {
            background.stop(STOP).or_tool()?;
            write(&self.work.join(SERVED_WITH), &served_with)?;
            let started = talk::step("Starting the API", || {
                self.start(&background, self.ports().data_plane, |command| {
                    command
                        .arg("serve")
                        .arg("--state")
                        .arg(&file)
                        .arg("--root")
                        .arg(&self.directory);
                    command.arg("--work").arg(self.work.join("data-plane"));
                    command.args(["--endpoint", &control_plane.endpoint]);
                    command.arg("--clock").arg(self.clock());
                    for issuer in &issuers {
                        command.args(["--jwks", issuer]);
                    }
                })
            })?;
            started.ready
        };
        let api_url = ready["api_url"]
            .as_str()
            .ok_or_else(|| {
                Failure::tool(format!(
                    "the API did not start: {}",
                    ready["error"].as_str().unwrap_or("no reason was reported")
                ))
                .help(format!("read its log: `{}`", background.log().display()))
            })?
            .to_string();
        warn_of_open_routes(&ready);
        self.keep_ports(Ports {
            data_plane: port_of(&api_url),
            ..self.ports()
        })?;
        Ok(api_url)
    }

    /// Makes the data plane load the functions' current zips. The served state stays.
    pub fn serve_code(&self) -> Outcome {
        let reloaded = self.data_plane().reload(START).or_tool();
        reloaded
            .map(drop)
            .map_err(|failure| failure.help("start the API: `portcullis apply`"))
    }

    /// The file that is locked while schedules run by the clock.
    fn clock(&self) -> PathBuf {
        self.work.join("clock")
    }

    /// Lets schedules run by the clock for as long as the returned file is open.
    pub fn run_schedules(&self) -> Outcome<File> {
        let path = self.clock();
        write(&path, "")?;
        let file = File::open(&path).or_tool()?;
        // The data plane has the lock for a moment when it looks.
        file.lock_shared().or_tool()?;
        Ok(file)
    }

    /// The log of the data plane, with a line for each request.
    pub fn request_log(&self) -> PathBuf {
        self.data_plane().log()
    }

    /// The applied state that the data plane serves, as `terraform show -json` printed it.
    pub fn served_state(&self) -> Outcome<String> {
        fs::read_to_string(self.work.join("state.json")).or_tool()
    }

    /// The URL of the API; none while the data plane does not run.
    pub fn api_url(&self) -> Outcome<Option<String>> {
        ready_value(&self.data_plane(), "api_url")
    }
}

/// Warns of routes that are more open than in the state, because their deployment is older.
fn warn_of_open_routes(ready: &Value) {
    for deployment in ready["more_open"]
        .as_object()
        .into_iter()
        .flat_map(|more| more.values())
    {
        for route in deployment["routes"].as_array().into_iter().flatten() {
            let text = |key: &str| route[key].as_str().unwrap_or_default();
            let (name, reason) = (code(text("route")), text("reason"));
            talk::warn(format!("{name} is more open than the state: {reason}"));
        }
    }
}

/// Returns each pool's issuer with the URL of its keys, `ISSUER=URL`. The keys come from the endpoint. The issuer in a
/// token only names them.
fn issuers(shown: &str, endpoint: &str) -> Outcome<Vec<String>> {
    let resources = portcullis_terraform_json::resources(shown).or_tool()?;
    let mut issuers: Vec<String> = resources
        .iter()
        .filter(|resource| resource.mode == "managed" && resource.kind == "aws_cognito_user_pool")
        .filter_map(|pool| {
            let (id, address) = (pool.values["id"].as_str()?, pool.values["endpoint"].as_str()?);
            Some(format!("https://{address}={endpoint}/{id}/.well-known/jwks.json"))
        })
        .collect();
    issuers.sort();
    Ok(issuers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_the_endpoint_and_not_from_the_issuer() {
        let shown = r#"{"format_version":"1.0","values":{"root_module":{"resources":[
            {"address":"p","mode":"managed","type":"aws_cognito_user_pool",
             "values":{"id":"us-east-1_a","endpoint":"cognito-idp.us-east-1.amazonaws.com/us-east-1_a"}}]}}}"#;
        assert_eq!(
            issuers(shown, "http://127.0.0.1:1").unwrap(),
            [
                "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a=http://127.0.0.1:1/us-east-1_a/.well-known/jwks.json"
            ]
        );
    }
}
