//! `portcullis logs`

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use portcullis_generator::service::LOCAL;

use crate::announced::Announced;
use crate::aws::refuse_endpoint_override;
use crate::failure::{Failure, OrFail, Outcome};
use crate::followed_file::FollowedFile;
use crate::local::Local;
use crate::project::{Project, check_environment, check_function};
use crate::talk;
use crate::tools::Tools;

/// Prints the logs of the functions: from files in `local`, from CloudWatch in AWS.
pub fn run(project: &Project, environment: &str, function: Option<&str>, follow: bool) -> Outcome {
    let service = project.service()?;
    check_environment(&service, environment)?;
    if let Some(name) = function {
        check_function(&service, name)?;
    }
    let names: Vec<(&String, String)> = service
        .functions
        .keys()
        .filter(|name| function.is_none_or(|wanted| wanted == *name))
        .map(|name| (name, service.function_name(environment, name)))
        .collect();
    if follow && environment != LOCAL {
        return Err(Failure::input("`--follow` must be used with `local`")
            .help("follow a log group with AWS CLI version 2: `aws logs tail --follow GROUP`"));
    }
    if environment == LOCAL {
        let names: Vec<String> = names.into_iter().map(|(_, in_aws)| in_aws).collect();
        return print_local(&Local::of(project).logs(), &names, follow);
    }
    refuse_endpoint_override()?;
    let aws = Tools::new(project.root()).aws().or_tool()?;
    let region = &service.environments[environment].region;
    let names = names.iter().map(|(name, in_aws)| {
        let existing = &service.function_in(environment, name).log_group;
        existing
            .clone()
            .unwrap_or_else(|| format!("/aws/lambda/{in_aws}"))
    });
    // Several functions may write to one existing group.
    let groups: BTreeSet<String> = names.collect();
    groups.iter().try_for_each(|group| print_aws(&aws, region, group))
}

/// Prints the logs. With `follow` it goes on with new lines, including those of logs that don't exist yet.
fn print_local(folder: &Path, names: &[String], follow: bool) -> Outcome {
    let mut logs: Vec<FollowedFile> = names
        .iter()
        .map(|name| FollowedFile::from_start(folder.join(format!("{name}.log"))))
        .collect();
    if !follow && !logs.iter().any(|log| log.exists()) {
        return Err(Failure::input("no logs yet: no function has run")
            .help("call a route of the API, then try again"));
    }
    let mut printed_last = None;
    loop {
        for (index, log) in logs.iter_mut().enumerate() {
            let lines = log.read_new().or_tool()?;
            if lines.is_empty() {
                continue;
            }
            // As `tail` does for several files.
            let heading = match printed_last.replace(index) {
                last if names.len() == 1 || last == Some(index) => String::new(),
                _ => format!("==> {} <==\n", names[index]),
            };
            match talk::try_data(heading + &String::from_utf8_lossy(&lines)) {
                // The reader has closed the pipe.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                printed => printed.or_tool()?,
            }
        }
        if !follow {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The last hour of a log group, by a command that versions 1 and 2 of the AWS CLI have.
fn print_aws(aws: &Path, region: &str, group: &str) -> Outcome {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .or_tool()?;
    let since = (now - Duration::from_secs(3600)).as_millis().to_string();
    let output = Command::new(aws)
        .args([
            "logs",
            "filter-log-events",
            "--region",
            region,
            "--log-group-name",
            group,
        ])
        .args([
            "--start-time",
            &since,
            "--query",
            "events[].message",
            "--output",
            "text",
        ])
        .stderr(Stdio::inherit())
        .announced()
        .output()
        .or_tool()?;
    // A function's output may contain text of a request.
    talk::data(String::from_utf8_lossy(&output.stdout))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(Failure::tool(format!("can't read the log group `{group}`")))
    }
}
