//! `portcullis doctor`

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use portcullis_foreign_text::printable;
use portcullis_generator::service::{Environment, LOCAL, Service};
use portcullis_generator::warnings::Warning;
use serde::Serialize;

use crate::announced::Announced;
use crate::failure::{Failure, OrFail, Outcome};
use crate::local::Local;
use crate::project::Project;
use crate::terraform_program::{ProviderSource, Terraform};
use crate::tools::Tools;
use crate::{aws, placeholders, talk};

/// Something that a command needs.
#[derive(Debug, PartialEq, Serialize)]
struct Finding {
    /// The name of the program, tool or setting.
    name: String,
    state: State,
    /// Its version or place, or what is wrong.
    detail: String,
    /// The command or the advice that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// It is there.
    Ok,
    /// Portcullis installs or starts it when it needs it, or it is only needed for some commands.
    Later,
    /// A command that needs it fails.
    Missing,
}

/// Lists what the commands need: programs, tools, the provider, ports and credentials. Exit 1 if anything is missing.
pub fn run(project: &Outcome<Project>, json: bool) -> Outcome {
    let mut findings = programs();
    findings.push(terraform());
    findings.push(provider());
    match project {
        Ok(project) => of_project(project, &mut findings),
        Err(_) => findings.push(Finding {
            name: "project".into(),
            state: State::Later,
            detail: "missing `portcullis.toml` in this folder and those above".into(),
            help: Some("start a service: `portcullis new DIR`".into()),
        }),
    }
    let missing = findings
        .iter()
        .filter(|finding| finding.state == State::Missing)
        .count();
    if json {
        talk::json(serde_json::to_string_pretty(&findings).or_tool()?)?;
    } else {
        for finding in &findings {
            talk::data(line(finding))?;
        }
    }
    match missing {
        0 => Ok(()),
        1 => Err(Failure::refused("1 thing is missing")),
        _ => Err(Failure::refused(format!("{missing} things are missing"))),
    }
}

fn line(finding: &Finding) -> String {
    let Finding {
        name,
        state,
        detail,
        help,
    } = finding;
    let stdout = std::io::stdout();
    let mark = match state {
        State::Ok => talk::paint_on(&stdout, "32", "✓"),
        State::Later => talk::paint_on(&stdout, "36", "·"),
        State::Missing => talk::paint_on(&stdout, "31", "✗"),
    };
    let help = help
        .as_ref()
        .map(|help| format!("\n    help: {help}"))
        .unwrap_or_default();
    format!("{mark} {name}: {}{help}\n", printable::line(detail))
}

/// A program that prints its version, and what mends its absence.
const PROGRAMS: [(&str, &[&str], &str); 4] = [
    (
        "cargo",
        &["--version"],
        "install Rust to build the functions: https://rustup.rs",
    ),
    (
        "python3",
        &[
            "-I",
            "-c",
            "import ensurepip, sys, venv; assert sys.version_info >= (3, 10); print('Python', sys.version.split()[0])",
        ],
        "install Python 3.10 or newer with `venv`, on Debian: `apt install python3 python3-venv`",
    ),
    (
        "curl",
        &["--version"],
        "install curl for `portcullis call`, on Debian: `apt install curl`",
    ),
    (
        "git",
        &["--version"],
        "install Git for `portcullis review`, on Debian: `apt install git`",
    ),
];

fn programs() -> Vec<Finding> {
    let finding = |(name, arguments, help): &(&str, &[&str], &str)| match first_line(name, arguments) {
        Some(detail) => ok(name, detail),
        None => missing(name, format!("`{name}` is missing, or too old"), help),
    };
    PROGRAMS.iter().map(finding).collect()
}

/// The first line that a program prints, if it succeeds.
fn first_line(program: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .announced()
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next().unwrap_or_default().to_owned();
    output.status.success().then_some(line)
}

fn terraform() -> Finding {
    match Terraform::version() {
        Ok(version) => ok("terraform", version),
        Err(failure) => of_failure("terraform", &failure),
    }
}

fn provider() -> Finding {
    match ProviderSource::find(None, None) {
        Ok(source) => ok("AWS provider", format!("from {source}")),
        Err(failure) => of_failure("AWS provider", &failure),
    }
}

fn of_project(project: &Project, findings: &mut Vec<Finding>) {
    findings.push(ok("project", project.root().display().to_string()));
    let tools = Tools::new(project.root());
    for (name, is_installed) in tools.installed() {
        findings.push(match is_installed {
            true => ok(&name, "installed".into()),
            false => Finding {
                help: Some("install it now: `portcullis tools`".into()),
                ..later(&name, "the first command that needs it installs it".into())
            },
        });
    }
    findings.push(local(project));
    match project.service() {
        Ok(service) => {
            findings.push(ok(
                "portcullis.toml",
                format!(
                    "{} functions, {} routes",
                    service.functions.len(),
                    service.routes.count()
                ),
            ));
            findings.extend(examples(&service));
            credentials(&tools, &service, findings);
        }
        Err(_) => findings.push(missing(
            "portcullis.toml",
            "it has errors".into(),
            "see them: `portcullis check`",
        )),
    }
}

/// The processes and the ports of `local`.
fn local(project: &Project) -> Finding {
    let local = Local::of(project);
    let addresses = [local.api_url(), local.endpoint()].map(|address| address.ok().flatten());
    if let [Some(api), Some(endpoint)] = addresses {
        return ok(LOCAL, format!("the API at {api}, the emulated AWS at {endpoint}"));
    }
    match local.taken_port() {
        Some(port) => later(
            LOCAL,
            format!("not running; another program uses its port {port}, so its URL will change"),
        ),
        None => Finding {
            help: Some("start it: `portcullis dev`".into()),
            ..later(LOCAL, "not running".into())
        },
    }
}

/// The examples of a new service that environments in AWS still have. `local` needs neither.
fn examples(service: &Service) -> Vec<Finding> {
    let of_environment = |(name, environment): (&String, &Environment)| {
        let found = [
            ("state", placeholders::state_bucket(environment)),
            ("first user", placeholders::first_user(environment)),
        ];
        found.map(|(what, warning)| {
            let Warning { summary, help } = warning?;
            Some(Finding {
                help: Some(help),
                ..later(&format!("{what} of `{name}`"), summary)
            })
        })
    };
    service
        .environments
        .iter()
        .flat_map(of_environment)
        .flatten()
        .collect()
}

/// The credentials for each environment in AWS.
fn credentials(tools: &Tools, service: &Service, findings: &mut Vec<Finding>) {
    for (name, environment) in &service.environments {
        if environment.is_local() {
            continue;
        }
        let title = format!("credentials for `{name}`");
        let identity = aws::refuse_endpoint_override()
            .and_then(|()| tools.aws().or_tool())
            .and_then(|program| aws::identity(&program, &environment.region));
        findings.push(match identity {
            Ok(identity) => match aws::check_account(&identity, environment.account.as_deref(), name) {
                Ok(()) => ok(
                    &title,
                    format!("{} in account {}", identity.arn, identity.account),
                ),
                Err(failure) => of_failure(&title, &failure),
            },
            // Who only works in `local` needs none.
            Err(failure) => Finding {
                state: State::Later,
                ..of_failure(&title, &failure)
            },
        });
    }
}

fn ok(name: &str, detail: String) -> Finding {
    Finding {
        name: name.into(),
        state: State::Ok,
        detail,
        help: None,
    }
}

fn later(name: &str, detail: String) -> Finding {
    Finding {
        state: State::Later,
        ..ok(name, detail)
    }
}

fn missing(name: &str, detail: String, help: &str) -> Finding {
    Finding {
        state: State::Missing,
        help: Some(help.into()),
        ..ok(name, detail)
    }
}

fn of_failure(name: &str, failure: &Failure) -> Finding {
    let (message, help) = failure.message().unwrap_or_default();
    Finding {
        help: help.map(String::from),
        ..missing(name, message.into(), "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_shown_with_what_mends_it() {
        assert_eq!(first_line("portcullis-has-no-such-program", &[]), None);
        let finding = missing("curl", "`curl` is missing".into(), "install it");
        assert!(line(&finding).ends_with(" curl: `curl` is missing\n    help: install it\n"));
    }

    #[test]
    fn examples_of_a_new_service_are_shown_until_they_are_replaced() {
        let found = |spec: &str| {
            let service = portcullis_generator::service(spec, None).unwrap();
            let findings = examples(&service).into_iter();
            findings
                .map(|finding| (finding.name, finding.state))
                .collect::<Vec<_>>()
        };
        let spec = crate::new_service::embedded::DEMO.spec;
        assert_eq!(
            found(spec),
            [
                ("state of `dev`".to_owned(), State::Later),
                ("first user of `dev`".to_owned(), State::Later)
            ]
        );
        let replaced = spec.replace("my-terraform-state", "catalogue-state");
        assert_eq!(
            found(&replaced.replace("someone@example.com", "me@company.com")),
            []
        );
    }
}
