//! Checks the AWS credentials through the AWS CLI before a command changes anything.

use std::path::Path;
use std::process::{Command, Stdio};

use portcullis_generator::service::Environment;
use serde_json::Value;

use crate::announced::Announced;
use crate::failure::{Failure, OrFail, Outcome};
use crate::talk;
use crate::tools::Tools;

/// The owner of the credentials.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The account's twelve digits.
    pub account: String,
    /// The ARN of the user or role.
    pub arn: String,
}

/// Fails if an environment variable redirects AWS calls to another endpoint.
pub fn refuse_endpoint_override() -> Outcome {
    let set: Vec<String> = std::env::vars_os()
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .filter(|name| name.starts_with("AWS_ENDPOINT_URL"))
        .collect();
    if set.is_empty() {
        return Ok(());
    }
    Err(Failure::input(format!(
        "can't use AWS: `{}` redirects calls to another endpoint",
        set.join("`, `")
    ))
    .help("unset it, or use the emulated AWS on this machine: `--env local`"))
}

/// The ways to get credentials.
const SIGN_IN: &str = "sign in with `aws sso login` or `aws configure`, or set AWS_PROFILE";

/// Makes the command that asks AWS about the account, and prints it with `--verbose`.
fn asking(aws: &Path, region: &str, operation: [&str; 2]) -> Command {
    let mut command = Command::new(aws);
    command
        .args(operation)
        .args(["--output", "json", "--region", region])
        // The defaults, five attempts of a minute each, take minutes without a network.
        .args(["--cli-connect-timeout", "5", "--cli-read-timeout", "10"])
        .env("AWS_MAX_ATTEMPTS", "2")
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
        .stdin(Stdio::null())
        .announced();
    command
}

/// Returns the owner of the credentials, as STS reports it.
pub fn identity(aws: &Path, region: &str) -> Outcome<Identity> {
    let output = asking(aws, region, ["sts", "get-caller-identity"])
        .output()
        .or_tool()?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let why = stderr.trim();
        // The sentences of botocore's NoCredentialsError and EndpointConnectionError:
        // <https://github.com/boto/botocore/blob/develop/botocore/exceptions.py>
        let (what, help) = if why.contains("Unable to locate credentials") {
            ("missing credentials for AWS", SIGN_IN)
        } else if why.contains("Could not connect to the endpoint") || why.contains("Connect timeout") {
            ("can't reach AWS", "check the network, its proxy, and the region")
        } else {
            ("AWS rejected the credentials", SIGN_IN)
        };
        return Err(Failure::tool(format!("{what}: {why}")).help(help));
    }
    let json: Value = serde_json::from_slice(&output.stdout).or_tool()?;
    let text = |key: &str| json[key].as_str().unwrap_or_default().to_string();
    Ok(Identity {
        account: text("Account"),
        arn: text("Arn"),
    })
}

/// Returns the owner of the credentials. Fails unless AWS accepts them for the account of an environment.
pub fn check_credentials(tools: &Tools, environment: &Environment) -> Outcome<Identity> {
    refuse_endpoint_override()?;
    let cli = tools.aws().or_tool()?;
    let identity = talk::step("Checking your AWS credentials", || {
        identity(&cli, &environment.region)
    })?;
    check_account(&identity, environment.account.as_deref(), &environment.name)?;
    Ok(identity)
}

/// The role with which API Gateway writes logs in a region of the account.
#[derive(Debug, Clone, PartialEq)]
pub enum LogsRole {
    /// There is one.
    Set,
    /// There is none.
    Missing,
    /// AWS doesn't tell, for this reason.
    Unknown(String),
}

/// Returns the role with which API Gateway writes logs.
pub fn logs_role(aws: &Path, region: &str) -> Outcome<LogsRole> {
    let output = asking(aws, region, ["apigateway", "get-account"])
        .output()
        .or_tool()?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Ok(LogsRole::Unknown(stderr.trim().to_owned()));
    }
    let account: Value = serde_json::from_slice(&output.stdout).or_tool()?;
    let role = account["cloudwatchRoleArn"].as_str().unwrap_or_default();
    Ok(match role.is_empty() {
        true => LogsRole::Missing,
        false => LogsRole::Set,
    })
}

/// Fails unless the account is the one in the spec.
pub fn check_account(identity: &Identity, allowed: Option<&str>, environment: &str) -> Outcome {
    match allowed {
        Some(allowed) if allowed != identity.account => Err(Failure::refused(format!(
            "`{environment}` must be deployed to account {allowed}, but the credentials belong to {}",
            identity.account
        ))
        .help("use credentials of that account, or change `account` in the spec")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_account_than_the_specs_is_refused() {
        let identity = Identity {
            account: "111111111111".into(),
            arn: String::new(),
        };
        assert!(check_account(&identity, Some("111111111111"), "dev").is_ok());
        assert!(check_account(&identity, None, "dev").is_ok());
        let failure = check_account(&identity, Some("222222222222"), "dev").unwrap_err();
        assert!(
            failure
                .render()
                .contains("must be deployed to account 222222222222")
        );
    }
}
