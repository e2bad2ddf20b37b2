//! Names of secrets, as `secrets` in `portcullis.toml` writes them.

use serde_json::{Value, json};

/// The name of a secret in one of AWS's services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name<'a> {
    /// A parameter of Systems Manager.
    Ssm(&'a str),
    /// A secret of Secrets Manager.
    SecretsManager(&'a str),
}

impl<'a> Name<'a> {
    /// `ssm:NAME` or `secretsmanager:ID`.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        match text.split_once(':')? {
            (_, "") => None,
            ("ssm", name) => Some(Self::Ssm(name)),
            ("secretsmanager", id) => Some(Self::SecretsManager(id)),
            _ => None,
        }
    }

    /// The service that has it, as endpoints and signatures call it.
    pub(super) fn service(self) -> &'static str {
        match self {
            Self::Ssm(_) => "ssm",
            Self::SecretsManager(_) => "secretsmanager",
        }
    }

    /// The call that reads it.
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>,
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>
    pub(super) fn target(self) -> &'static str {
        match self {
            Self::Ssm(_) => "AmazonSSM.GetParameter",
            Self::SecretsManager(_) => "secretsmanager.GetSecretValue",
        }
    }

    /// The input of that call.
    pub(super) fn input(self) -> Value {
        match self {
            Self::Ssm(name) => json!({"Name": name, "WithDecryption": true}),
            Self::SecretsManager(id) => json!({"SecretId": id}),
        }
    }

    /// The value in the output of that call.
    pub(super) fn value(self, output: &Value) -> Option<&str> {
        match self {
            Self::Ssm(_) => output["Parameter"]["Value"].as_str(),
            Self::SecretsManager(_) => output["SecretString"].as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_service_in_front() {
        for (text, name) in [
            ("ssm:/hello/dev/db-url", Some(Name::Ssm("/hello/dev/db-url"))),
            ("ssm:arn:aws:ssm:x", Some(Name::Ssm("arn:aws:ssm:x"))),
            (
                "secretsmanager:hello/mail",
                Some(Name::SecretsManager("hello/mail")),
            ),
            ("ssm:", None),
            ("postgres://user:password@host", None),
            ("hunter2", None),
        ] {
            assert_eq!(Name::parse(text), name, "{text}");
        }
    }
}
