//! Calls to Cognito through the AWS CLI.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::refusal::Refusal;
use crate::announced::Announced;
use crate::failure::{Failure, OrFail, Outcome};

/// Cognito in a region of AWS, or in the emulated AWS.
pub struct Cognito {
    /// The AWS CLI.
    pub aws: PathBuf,
    /// The region of the user pool.
    pub region: String,
    /// The address of the emulated AWS.
    pub endpoint: Option<String>,
}

impl Cognito {
    /// Makes a call that needs no credentials, and returns its answer. The input reaches the AWS CLI on standard input,
    /// because every user of a machine can read arguments.
    pub fn call(&self, operation: &str, input: &Value) -> Outcome<Result<Value, Refusal>> {
        let mut command = Command::new(&self.aws);
        command
            .args(["cognito-idp", operation, "--no-sign-request", "--output", "json"])
            .args(["--region", &self.region])
            .args(["--cli-input-json", "file:///dev/stdin"])
            .args(["--cli-connect-timeout", "10", "--cli-read-timeout", "30"])
            .env("AWS_PAGER", "")
            .env("AWS_CLI_FILE_ENCODING", "UTF-8")
            .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        if let Some(endpoint) = &self.endpoint {
            command.args(["--endpoint-url", endpoint]);
            for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
                command.env_remove(name);
            }
            // Nothing on this machine goes through a proxy or is tried again.
            command.env("AWS_MAX_ATTEMPTS", "1").envs(without_proxy());
        }
        let output = command
            .stdin(file_of(input).or_tool()?)
            .announced()
            .output()
            .map_err(|error| Failure::tool(format!("can't run `{}`: {error}", self.aws.display())))?;
        if !output.status.success() {
            return Ok(Err(Refusal::read(&String::from_utf8_lossy(&output.stderr))));
        }
        // Some operations answer with nothing.
        match output.stdout.trim_ascii() {
            [] => Ok(Ok(Value::Null)),
            answer => serde_json::from_slice(answer).or_tool().map(Ok),
        }
    }
}

/// A file without a name that has the input. The AWS CLI opens its standard input twice, so it can't be a pipe.
fn file_of(input: &Value) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(input.to_string().as_bytes())?;
    file.rewind()?;
    Ok(file)
}

/// The variables that keep calls to this machine from a proxy.
fn without_proxy() -> impl Iterator<Item = (&'static str, String)> {
    ["NO_PROXY", "no_proxy"].into_iter().map(|name| {
        let others = std::env::var(name).unwrap_or_default();
        (name, format!("127.0.0.1,localhost,{others}"))
    })
}
