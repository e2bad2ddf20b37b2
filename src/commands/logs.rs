//! `portcullis logs`

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use portcullis_generator::service::LOCAL;

use crate::aws::refuse_endpoint_override;
use crate::failure::{Failure, OrFail, Outcome};
use crate::local::Local;
use crate::project::{Project, check_environment};
use crate::talk;
use crate::tools::Tools;

/// Prints the logs of the functions, of `local` from their files and of AWS from CloudWatch.
pub fn run(project: &Project, environment: &str, function: Option<&str>, follow: bool) -> Outcome {
    let service = project.service()?;
    check_environment(&service, environment)?;
    if let Some(name) = function.filter(|name| !service.functions.contains_key(*name)) {
        let known: Vec<_> = service.functions.keys().map(String::as_str).collect();
        return Err(Failure::input(format!("there is no function `{name}`"))
            .hint(format!("known: {}", known.join(", "))));
    }
    let names: Vec<String> = service
        .functions
        .keys()
        .filter(|name| function.is_none_or(|wanted| wanted == *name))
        .map(|name| service.function_name(environment, name))
        .collect();
    if follow && environment != LOCAL {
        return Err(Failure::input("`--follow` is for `local`")
            .hint("`aws logs tail --follow` of AWS CLI version 2 follows a log group"));
    }
    if environment == LOCAL {
        return print_local(&Local::of(project).logs(), &names, follow);
    }
    refuse_endpoint_override()?;
    let aws = Tools::new(project.root()).aws().or_tool()?;
    let region = &service.environments[environment].region;
    for name in names {
        print_aws(&aws, region, &name)?;
    }
    Ok(())
}

/// Prints what each file holds, then, where asked, what comes.
fn print_local(folder: &Path, names: &[String], follow: bool) -> Outcome {
    let mut read: BTreeMap<PathBuf, u64> = names
        .iter()
        .map(|name| (folder.join(format!("{name}.log")), 0))
        .collect();
    if !follow && !read.keys().any(|path| path.exists()) {
        return Err(Failure::input("no function was called yet").hint("call one: `curl $api_url/open`"));
    }
    loop {
        for (path, position) in &mut read {
            *position = print_from(path, *position).or_tool()?;
        }
        if !follow {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Prints a file from a position on; the position after it. A file that was cut begins anew.
fn print_from(path: &Path, position: u64) -> std::io::Result<u64> {
    let Ok(mut file) = fs::File::open(path) else {
        return Ok(0);
    };
    let length = file.metadata()?.len();
    let start = if length < position { 0 } else { position };
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    let count = file.take(length - start).read_to_end(&mut bytes)?;
    talk::data(String::from_utf8_lossy(&bytes)).map_err(|_| std::io::ErrorKind::Other)?;
    Ok(start + count as u64)
}

/// The last hour of a log group, by a command that versions 1 and 2 of the AWS CLI have.
fn print_aws(aws: &Path, region: &str, function: &str) -> Outcome {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .or_tool()?;
    let since = (now - Duration::from_secs(3600)).as_millis().to_string();
    let group = format!("/aws/lambda/{function}");
    let status = Command::new(aws)
        .args([
            "logs",
            "filter-log-events",
            "--region",
            region,
            "--log-group-name",
            &group,
        ])
        .args([
            "--start-time",
            &since,
            "--query",
            "events[].message",
            "--output",
            "text",
        ])
        .status()
        .or_tool()?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::tool(format!("can't read the log group `{group}`")))
    }
}
