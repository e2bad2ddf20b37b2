//! `portcullis logs`

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use portcullis_generator::access_logs;
use portcullis_generator::service::{LOCAL, Service};

use crate::announced::Announced;
use crate::aws::refuse_endpoint_override;
use crate::failure::{Failure, OrFail, Outcome};
use crate::followed_file::FollowedFile;
use crate::local::Local;
use crate::project::{Project, check_environment, check_function};
use crate::talk;
use crate::tools::Tools;

/// Logs of a service.
pub enum Which {
    /// Those of its functions, or of one of them.
    Functions(Option<String>),
    /// The access log.
    Access,
}

/// A log.
struct Log {
    /// Its name in a heading.
    name: String,
    /// Its file in the folder of the logs of `local`.
    file: String,
    /// Its log group in AWS.
    group: String,
}

/// Prints logs: from files in `local`, from CloudWatch in AWS.
pub fn run(project: &Project, environment: &str, which: &Which, follow: bool) -> Outcome {
    let service = project.service()?;
    check_environment(&service, environment)?;
    let logs = match which {
        Which::Functions(function) => of_functions(&service, environment, function.as_deref())?,
        Which::Access => vec![access_log(&service, environment)?],
    };
    if follow && environment != LOCAL {
        return Err(Failure::input("`--follow` must be used with `local`")
            .help("follow a log group with AWS CLI version 2: `aws logs tail --follow GROUP`"));
    }
    if environment == LOCAL {
        return print_local(&Local::of(project).logs(), &logs, follow);
    }
    refuse_endpoint_override()?;
    let aws = Tools::new(project.root()).aws().or_tool()?;
    let region = &service.environments[environment].region;
    // Several functions may write to one existing group.
    let groups: BTreeSet<String> = logs.into_iter().map(|log| log.group).collect();
    groups.iter().try_for_each(|group| print_aws(&aws, region, group))
}

fn of_functions(service: &Service, environment: &str, function: Option<&str>) -> Outcome<Vec<Log>> {
    if let Some(name) = function {
        check_function(service, name)?;
    }
    let names = service.functions.keys();
    let names = names.filter(|name| function.is_none_or(|wanted| wanted == *name));
    let logs = names.map(|function| {
        let name = service.function_name(environment, function);
        Log {
            file: format!("{name}.log"),
            group: service.log_group(environment, function),
            name,
        }
    });
    Ok(logs.collect())
}

fn access_log(service: &Service, environment: &str) -> Outcome<Log> {
    if service.api.access_logs.is_none() {
        return Err(Failure::input("`--access` needs `access_logs` in `[api]`")
            .help("add `access_logs = { retention_days = 30 }` to `[api]`, then apply"));
    }
    let stage = &service.api.stage;
    Ok(Log {
        name: "access".to_owned(),
        file: format!("access/{stage}.log"),
        group: access_logs::log_group(&service.name, environment),
    })
}

/// Prints the logs. With `follow` it goes on with new lines, including those of logs that don't exist yet.
fn print_local(folder: &Path, logs: &[Log], follow: bool) -> Outcome {
    let mut files: Vec<FollowedFile> = logs
        .iter()
        .map(|log| FollowedFile::from_start(folder.join(&log.file)))
        .collect();
    if !follow && !files.iter().any(|file| file.exists()) {
        return Err(
            Failure::input("no logs yet: nothing has run").help("call a route of the API, then try again")
        );
    }
    let mut printed_last = None;
    loop {
        for (index, file) in files.iter_mut().enumerate() {
            let lines = file.read_new().or_tool()?;
            if lines.is_empty() {
                continue;
            }
            // As `tail` does for several files.
            let heading = match printed_last.replace(index) {
                last if logs.len() == 1 || last == Some(index) => String::new(),
                _ => format!("==> {} <==\n", logs[index].name),
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
