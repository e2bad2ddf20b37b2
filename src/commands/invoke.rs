//! `portcullis invoke`

use std::path::PathBuf;

use portcullis_emulator::data_plane::{self, EmulatedAws, Invoked};
use portcullis_foreign_text::printable;
use portcullis_generator::service::LOCAL;

use crate::endpoint::access_key_id;
use crate::failure::{Failure, OrFail, Outcome};
use crate::local::Local;
use crate::project::{Project, check_environment, check_function};
use crate::{input, talk};

/// The event to send.
pub enum Event {
    /// An empty object.
    Empty,
    /// The JSON of a file, or of stdin for `-`.
    File(PathBuf),
    /// Those of the function's schedules.
    Schedule,
}

impl Event {
    /// The event that the options name.
    pub fn of(file: Option<PathBuf>, schedule: bool) -> Self {
        match (file, schedule) {
            (_, true) => Self::Schedule,
            (Some(file), false) => Self::File(file),
            (None, false) => Self::Empty,
        }
    }
}

/// Invokes a function, and prints its result on stdout and its log on stderr.
pub fn run(project: &Project, environment: &str, function: &str, event: &Event) -> Outcome {
    let service = project.service()?;
    check_environment(&service, environment)?;
    check_function(&service, function)?;
    let name = service.function_name(environment, function);
    if environment != LOCAL {
        return Err(Failure::input("`invoke` must be used with `local`").help(format!(
            "invoke it with the AWS CLI: `aws lambda invoke --function-name {name} --region {} \
             --payload fileb://event.json result.json`",
            service.environments[environment].region
        )));
    }
    let local = Local::of(project);
    let not_running = || Failure::input("`local` does not run").help("start it: `portcullis apply`");
    let endpoint = local.endpoint()?.ok_or_else(not_running)?;
    local.api_url()?.ok_or_else(not_running)?;
    let aws = EmulatedAws {
        url: endpoint,
        access_key_id: access_key_id(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.or_tool()?;
    let mut failed = false;
    for event in events(&local, &name, event)? {
        let invoked = runtime.block_on(data_plane::invoke(&aws, &name, event));
        let Invoked {
            failed: has_failed,
            payload,
            log,
        } = invoked.or_tool()?;
        talk::show(log);
        match has_failed {
            true => talk::say(payload),
            false => talk::json(payload)?,
        }
        failed |= has_failed;
    }
    match failed {
        true => Err(Failure::refused(format!(
            "function {} failed",
            printable::code(function)
        ))),
        false => Ok(()),
    }
}

/// The events to send, one after the other.
fn events(local: &Local, name: &str, event: &Event) -> Outcome<Vec<Vec<u8>>> {
    match event {
        Event::Empty => Ok(vec![b"{}".to_vec()]),
        Event::File(path) => {
            let text = input::read(path)?;
            serde_json::from_slice::<serde::de::IgnoredAny>(&text)
                .map_err(|error| Failure::input(format!("the event must be JSON: {error}")))?;
            Ok(vec![text])
        }
        Event::Schedule => {
            let resources = portcullis_terraform_json::resources(&local.served_state()?).or_tool()?;
            let found = data_plane::on_demand(&resources, name).or_tool()?;
            if found.is_empty() {
                return Err(
                    Failure::input(format!("no schedule invokes {}", printable::code(name)))
                        .help("send an event of your own: `--event FILE`"),
                );
            }
            let event = |found: data_plane::OnDemand| {
                talk::say(format!(
                    "{}: {}",
                    printable::code(&found.schedule),
                    printable::code(&found.expression)
                ));
                let event = found.event.map_err(|missing| {
                    Failure::refused(format!(
                        "{} invokes nothing: {missing}",
                        printable::code(&found.schedule)
                    ))
                })?;
                Ok(event.into_bytes())
            };
            found.into_iter().map(event).collect()
        }
    }
}
