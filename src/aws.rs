//! AWS through its own command line: who we are, before anything is done.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::failure::{Failure, OrFail, Outcome};

/// Who the credentials belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The account's twelve digits.
    pub account: String,
    /// The ARN of the user or role.
    pub arn: String,
}

/// Fails where something would lead a command for AWS to another endpoint.
pub fn refuse_endpoint_override() -> Outcome {
    let set: Vec<String> = std::env::vars_os()
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .filter(|name| name.starts_with("AWS_ENDPOINT_URL"))
        .collect();
    if set.is_empty() {
        return Ok(());
    }
    Err(
        Failure::input(format!("`{}` is set: this would not go to AWS", set.join("`, `")))
            .hint("unset it, or leave `ENV` out for the emulated AWS of this machine"),
    )
}

/// Asks STS who we are: proves the credentials before Terraform starts.
pub fn identity(aws: &Path, region: &str) -> Outcome<Identity> {
    let output = Command::new(aws)
        .args([
            "sts",
            "get-caller-identity",
            "--output",
            "json",
            "--region",
            region,
            // Its defaults, a minute and five times, are minutes where there is no network.
            "--cli-connect-timeout",
            "5",
            "--cli-read-timeout",
            "10",
        ])
        .env("AWS_MAX_ATTEMPTS", "2")
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
        .stdin(Stdio::null())
        .output()
        .or_tool()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(
            Failure::tool(format!("AWS does not know who you are: {}", said.trim()))
                .hint("sign in (`aws sso login`, `aws configure`) or set AWS_PROFILE, then try again"),
        );
    }
    let json: Value = serde_json::from_slice(&output.stdout).or_tool()?;
    let text = |key: &str| json[key].as_str().unwrap_or_default().to_string();
    Ok(Identity {
        account: text("Account"),
        arn: text("Arn"),
    })
}

/// Fails where the account is not the one that the spec allows.
pub fn check_account(identity: &Identity, allowed: Option<&str>, environment: &str) -> Outcome {
    match allowed {
        Some(allowed) if allowed != identity.account => Err(Failure::refused(format!(
            "the credentials are of account {}, and `{environment}` belongs to {allowed}",
            identity.account
        ))
        .hint("use the other account's credentials, or change `account` in the spec")),
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
        assert!(failure.render().contains("belongs to 222222222222"));
    }
}
