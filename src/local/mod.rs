//! The `local` environment's processes: the emulated control plane and the data plane, started when missing, found
//! again on the same ports, stopped by `destroy`.

mod data_plane;
#[cfg(test)]
mod tests;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use portcullis_emulator::background::{Background, Started, Status};
use portcullis_generator::service::LOCAL;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::announced::Announced;
use crate::endpoint::{self, Endpoint};
use crate::failure::{Failure, OrFail, Outcome};
use crate::first_user::{FirstUser, first_user_of_state};
use crate::page::Page;
use crate::private_file::write;
use crate::project::Project;
use crate::redeployment::Redeployment;
use crate::talk;
use crate::tools::Tools;

/// Time limit for the start of a process, even on a cold disk and a busy machine.
const START: Duration = Duration::from_secs(60);
/// Time limit for the end of a process.
const STOP: Duration = Duration::from_secs(10);

/// The control plane's folder, in the one of `local`.
const CONTROL_PLANE: &str = "control-plane";

/// The file that says what the data plane was started with.
const SERVED_WITH: &str = "served-with";

/// The processes of a project's `local` environment, running or not.
pub struct Local {
    work: PathBuf,
    directory: PathBuf,
}

/// The ports that stay the same from one start to the next.
#[derive(Debug, Default, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Ports {
    control_plane: Option<u16>,
    data_plane: Option<u16>,
    /// The page's port. It stays, because the API may allow only this origin.
    page: Option<u16>,
}

/// A control plane that answers.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlPlane {
    /// Such as `http://127.0.0.1:4567`.
    pub endpoint: String,
    /// Its random id, which is new when its resources are gone.
    instance: String,
}

impl Local {
    /// The processes of a project.
    pub fn of(project: &Project) -> Self {
        Self {
            work: project.work().join(LOCAL),
            directory: project.environment(LOCAL),
        }
    }

    /// The folder of the emails that Cognito would have sent.
    pub fn mails(&self) -> PathBuf {
        self.work.join("mails")
    }

    /// The logs of the functions, a file each.
    pub fn logs(&self) -> PathBuf {
        self.work.join("data-plane/logs")
    }

    /// Terraform's own state of the environment.
    pub fn terraform_state(&self) -> PathBuf {
        self.directory.join("terraform.tfstate")
    }

    /// The first user. A user whose emulated AWS is gone is gone too, and only remembered.
    pub fn first_user(&self) -> Outcome<FirstUser> {
        let applied = if self.holds_what_is_applied()? && !self.unfinished().exists() {
            let state = fs::read_to_string(self.terraform_state());
            state.ok().and_then(|state| first_user_of_state(&state))
        } else {
            None
        };
        let remembered = fs::read_to_string(self.work.join("first_user")).ok();
        Ok(FirstUser { applied, remembered })
    }

    /// Remembers the first user's e-mail from the first apply to `destroy`: it outlives the emulated AWS and the state.
    pub fn keep_first_user(&self, email: &str) -> Outcome {
        write(&self.work.join("first_user"), email)
    }

    /// Remembers that Terraform is at work. An interrupted provider forgets the resources that it was creating, and the
    /// next apply would find them as foreign ones.
    pub fn begin(&self) -> Outcome {
        // Terraform keeps the modes of files that are there, and earlier versions of ours let it choose them.
        for state in [
            self.terraform_state(),
            self.directory.join("terraform.tfstate.backup"),
        ] {
            if state.is_file() {
                fs::set_permissions(&state, Permissions::from_mode(0o600)).or_tool()?;
            }
        }
        write(&self.unfinished(), "")
    }

    /// Remembers that Terraform came to an end, good or bad.
    pub fn end(&self) -> Outcome {
        fs::remove_file(self.unfinished()).or_tool()
    }

    /// Ends our own emulated AWS if Terraform was interrupted or killed, because it may contain resources that no state
    /// knows. The next start is that of an empty one.
    pub fn recover(&self) -> Outcome {
        if !self.unfinished().exists() {
            return Ok(());
        }
        if self.upstream(None)?.is_none() {
            talk::say("The last apply was interrupted");
            self.control_plane().stop(STOP).or_tool()?;
        }
        self.end()
    }

    fn unfinished(&self) -> PathBuf {
        self.work.join("unfinished")
    }

    /// Returns the URL of the other emulated AWS that `local` uses; none for the built-in one. An applied `local` stays
    /// in the same emulated AWS, because only that one can delete its resources.
    pub fn upstream(&self, chosen: Option<&str>) -> Outcome<Option<String>> {
        let chosen = chosen
            .map(|url| url.trim_end_matches('/'))
            .filter(|url| !url.is_empty());
        if !self.holds_what_is_applied()? {
            return Ok(chosen.map(String::from));
        }
        let known_upstream = self.known_upstream();
        match chosen {
            Some(chosen) if known_upstream.as_deref() != Some(chosen) => Err(Failure::input(format!(
                "can't use the endpoint `{chosen}`: `local` is applied to {}",
                known_upstream.map_or("the emulated AWS of this project".into(), |url| format!(
                    "`{url}`"
                ))
            ))
            .help("run `portcullis destroy` first, or remove `--endpoint` and PORTCULLIS_ENDPOINT")),
            _ => Ok(known_upstream),
        }
    }

    /// The URL of another emulated AWS, if `local` was last in one.
    fn known_upstream(&self) -> Option<String> {
        let known = fs::read_to_string(self.work.join("instance")).ok()?;
        known.starts_with("http").then_some(known)
    }

    /// Returns whether an emulated AWS still contains the resources of the state. The age of another emulated AWS is
    /// unknown.
    fn holds_what_is_applied(&self) -> Outcome<bool> {
        let running = matches!(self.control_plane().status().or_tool()?, Status::Running { .. });
        Ok(self.terraform_state().exists() && (running || self.known_upstream().is_some()))
    }

    fn control_plane(&self) -> Background {
        Background::new(self.work.join(CONTROL_PLANE))
    }

    fn data_plane(&self) -> Background {
        Background::new(self.work.join("data-plane"))
    }

    fn ports(&self) -> Ports {
        let text = fs::read_to_string(self.work.join("ports.json")).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// A port of an earlier start that another program uses now.
    pub fn taken_port(&self) -> Option<u16> {
        let Ports {
            control_plane,
            data_plane,
            page: _, // another one is as good
        } = self.ports();
        let mut ports = [control_plane, data_plane].into_iter().flatten();
        ports.find(|port| !is_free(*port))
    }

    fn keep_ports(&self, ports: Ports) -> Outcome {
        let text = serde_json::to_string(&ports).or_tool()?;
        write(&self.work.join("ports.json"), &text)
    }

    /// Serves the page of `dev` on the port that it had before, if that is free.
    pub fn serve_page(&self) -> Outcome<Page> {
        let page = Page::serve(self.ports().page).or_tool()?;
        self.keep_ports(Ports {
            page: Some(page.port()),
            ..self.ports()
        })?;
        Ok(page)
    }

    /// Makes sure that the emulated AWS answers; `endpoint` is another one to forward to.
    pub fn start_control_plane(
        &self,
        tools: &Tools,
        endpoint: &Endpoint,
        region: &str,
    ) -> Outcome<ControlPlane> {
        let upstream = self.upstream(endpoint.url.as_deref())?;
        let background = self.control_plane();
        let started = match background.status().or_tool()? {
            Status::Running {
                ready: Some(ready), ..
            } if endpoint.is_that_of(&ready, upstream.as_deref()) => Started { ready, fresh: false },
            _ => {
                // The running one has other credentials, or forwards to another emulated AWS, in which nothing is
                // applied.
                background.stop(STOP).or_tool()?;
                let python = match upstream {
                    Some(_) => None,
                    None => Some(tools.moto().or_tool()?),
                };
                talk::step("Starting the emulated AWS", || {
                    self.start(&background, self.ports().control_plane, |command| {
                        command.arg("control-plane").arg("--mails").arg(self.mails());
                        if let Some(python) = &python {
                            // Relative to its working directory, because the path of a socket may only be short.
                            command
                                .arg("--python")
                                .arg(python)
                                .args(["--work", CONTROL_PLANE]);
                        }
                        if let Some(upstream) = &upstream {
                            command.args(["--upstream", upstream, "--region", region]);
                        }
                    })
                })?
            }
        };
        if started.fresh {
            endpoint::say_weaknesses(&started.ready);
        }
        let text = |key: &str| started.ready[key].as_str().unwrap_or_default().to_string();
        let control_plane = ControlPlane {
            endpoint: text("endpoint"),
            instance: text("instance"),
        };
        self.keep_ports(Ports {
            control_plane: port_of(&control_plane.endpoint),
            ..self.ports()
        })?;
        Ok(control_plane)
    }

    /// Starts a process of ours on its former port, or on a free one if that is taken.
    fn start(
        &self,
        background: &Background,
        port: Option<u16>,
        arguments: impl Fn(&mut Command),
    ) -> Outcome<Started> {
        let free = port.filter(|port| is_free(*port));
        if let (Some(port), None) = (port, free) {
            talk::warn(format!(
                "port {port} is in use by another program, so the URL changes"
            ));
        }
        let executable = std::env::current_exe().or_tool()?;
        let mut command = Command::new(executable);
        arguments(&mut command);
        // The log's file is its stderr, too. Only the log is capped.
        command.arg("--log").arg(background.log());
        if let Some(port) = free {
            command.args(["--port", &port.to_string()]);
        }
        command.current_dir(&self.work).announced();
        background.start(command, START).or_tool()
    }

    /// Deletes a state whose resources ended with their emulated AWS.
    pub fn forget_stale_state(&self, control_plane: &ControlPlane) -> Outcome {
        let file = self.work.join("instance");
        let known = fs::read_to_string(&file).unwrap_or_default();
        let state = self.terraform_state();
        if known != control_plane.instance && state.exists() {
            talk::say("The emulated AWS restarted without its resources. Terraform creates them again");
            for stale in [state.clone(), self.directory.join("terraform.tfstate.backup")] {
                match fs::remove_file(&stale) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(Failure::tool(format!(
                            "can't delete `{}`: {error}",
                            stale.display()
                        )));
                    }
                    _ => {}
                }
            }
        }
        write(&file, &control_plane.instance)
    }

    /// The URL of the emulated AWS; none while it does not run.
    pub fn endpoint(&self) -> Outcome<Option<String>> {
        ready_value(&self.control_plane(), "endpoint")
    }

    /// Stops every process and forgets what only they knew. The ports are kept.
    pub fn stop(&self) -> Outcome {
        self.data_plane().stop(STOP).or_tool()?;
        self.control_plane().stop(STOP).or_tool()?;
        for name in [
            "state.json",
            "outputs.json",
            "instance",
            SERVED_WITH,
            "first_user",
            "login.json",
            "unfinished",
            Redeployment::MARKER,
        ] {
            _ = fs::remove_file(self.work.join(name));
        }
        // What they knew of ended with them.
        for name in ["terraform.tfstate", "terraform.tfstate.backup"] {
            _ = fs::remove_file(self.directory.join(name));
        }
        _ = fs::remove_dir_all(self.mails());
        // AWS deletes the log groups of an environment, too.
        _ = fs::remove_dir_all(self.logs());
        _ = fs::remove_dir_all(self.work.join("data-plane/deployments"));
        _ = fs::remove_dir_all(self.work.join("data-plane/checkpoints"));
        Ok(())
    }

    /// Stops every process without Terraform. Fails if another emulated AWS has the resources, because they would stay.
    pub fn stop_without_destroying(&self) -> Outcome {
        if let Some(url) = self.upstream(None)? {
            return Err(Failure::refused(format!(
                "can't stop `local` without Terraform: its resources are in the emulated AWS at `{url}`"
            ))
            .help("delete them: `portcullis destroy`"));
        }
        self.stop()
    }

    /// Returns whether any process runs.
    pub fn runs(&self) -> Outcome<bool> {
        for background in [self.control_plane(), self.data_plane()] {
            if matches!(background.status().or_tool()?, Status::Running { .. }) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes the outputs that the scripts need.
    pub fn keep_outputs(&self, outputs: &serde_json::Map<String, Value>) -> Outcome {
        write(
            &self.work.join("outputs.json"),
            &serde_json::to_string_pretty(outputs).or_tool()?,
        )
    }
}

/// Returns whether no program listens on a port of 127.0.0.1.
fn is_free(port: u16) -> bool {
    std::net::TcpListener::bind(("127.0.0.1", port)).is_ok()
}

fn port_of(url: &str) -> Option<u16> {
    url.split_once("://")?
        .1
        .split('/')
        .next()?
        .rsplit(':')
        .next()?
        .parse()
        .ok()
}

/// Returns a value of the ready line of a running process.
fn ready_value(background: &Background, key: &str) -> Outcome<Option<String>> {
    match background.status().or_tool()? {
        Status::Running {
            ready: Some(ready), ..
        } => Ok(ready[key].as_str().map(String::from)),
        _ => Ok(None),
    }
}
