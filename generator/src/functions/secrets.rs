//! Secrets that a function reads by their names: what `secrets` means, and which variables look as if they held one.
//!
//! A variable holds the name, such as `ssm:/shop/prod/db-url`, and the function asks AWS for the value. So no plan and no
//! state has the value, and the function's role says which ones it may read.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::functions::secret_names::{PARAMETER, SECRET, wrong_parameter, wrong_secret};
use crate::functions::statement::Statement;
use crate::references::{Known, Reference, Template, Values};
use crate::service::meaning::Resolver;
use crate::spec::{Placed, Strings};

/// Endings of variable names that suggest a secret.
const ENDINGS: [&str; 9] = [
    "SECRET",
    "SECRET_KEY",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
];

/// Returns whether the name of a variable suggests a secret.
pub(crate) fn is_called_secret(variable: &str) -> bool {
    let name = variable.to_ascii_uppercase();
    let is_word = |before: &str| before.is_empty() || before.ends_with('_');
    ENDINGS
        .iter()
        .any(|ending| name.strip_suffix(ending).is_some_and(is_word))
}

/// The line that a spec has instead of a variable with a secret.
pub(crate) fn example(service: &str, variable: &str) -> String {
    let name = variable.to_ascii_lowercase().replace('_', "-");
    format!("secrets = {{ {variable} = \"ssm:/{service}/${{environment}}/{name}\" }}")
}

/// The statements that let a function read its secrets, one each.
pub(crate) fn statements(secrets: &BTreeMap<String, Template>) -> Vec<Statement> {
    let statement = |(variable, secret): (&String, &Template)| {
        let (action, arn) = read(secret)?;
        Some(Statement::new(
            [action.to_owned()],
            [arn],
            format!("Reads the secret `{variable}`."),
        ))
    };
    secrets.iter().filter_map(statement).collect()
}

/// The action that reads a secret, and the ARN that it needs.
fn read(secret: &Template) -> Option<(&'static str, Template)> {
    if let Some(name) = secret.strip_prefix(PARAMETER) {
        // The ARN has one slash behind `parameter`, whether the name begins with one or not:
        // <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html>
        let name = name.strip_prefix("/").unwrap_or(name);
        Some(("ssm:GetParameter", Template::arn("ssm", "parameter/", name, "")))
    } else {
        let name = secret.strip_prefix(SECRET)?;
        // Secrets Manager adds a dash and six characters to a name:
        // <https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html>
        let arn = Template::arn("secretsmanager", "secret:", name, "-??????");
        Some(("secretsmanager:GetSecretValue", arn))
    }
}

/// Secrets in words, behind "may": "read the secret `ssm:/shop/db-url`".
pub(crate) fn phrases(secrets: &BTreeMap<String, Template>) -> impl Iterator<Item = String> {
    let names = secrets.values().map(Template::written);
    names.map(|name| format!("read the secret `{name}`"))
}

impl Resolver<'_> {
    /// Reports names that AWS does not have or that no first plan knows.
    pub(crate) fn secrets(&mut self, secrets: &Strings, known: &Known, values: &Values) {
        for (_, text) in secrets.values() {
            let Some(template) = self.template(text, known) else {
                continue;
            };
            let is_in_names = |reference: &&Reference| {
                reference.is_known_in_a_root() || matches!(reference, Reference::Account)
            };
            let mut references = template.references();
            if let Some(reference) = references.find(|reference| !is_in_names(reference)) {
                let summary = format!("`${{{}}}` must not be in the name of a secret", reference.path());
                self.report(
                    Diagnostic::new(text.span.clone(), summary)
                        .label("no first plan knows it, and the role's policy needs it")
                        .help("use `${environment}`, `${service}`, `${region}` or `${account}`"),
                );
                continue;
            }
            let wrong = match template.text(values) {
                name if name.starts_with(PARAMETER) => {
                    let arn = read(&template).map(|(_, arn)| arn.text(values));
                    wrong_parameter(&name[PARAMETER.len()..], &arn.unwrap_or_default())
                }
                name => wrong_secret(&name[SECRET.len()..]),
            };
            if let Some((summary, help)) = wrong {
                self.report(Diagnostic::new(text.span.clone(), summary).help(help));
            }
        }
    }

    /// Reports a variable that is called as a secret and holds its value.
    pub(crate) fn secret_in_a_variable(
        &mut self,
        service: &str,
        function: &str,
        variable: &str,
        text: &Placed<String>,
    ) {
        self.report(
            Diagnostic::new(
                text.span.clone(),
                format!("the secret `{variable}` must be in `secrets`, not in `environment`"),
            )
            .hide(text.span.clone())
            .label("every plan and state would have the value")
            .help(format!(
                "store the value in AWS, and write `{}` in `[functions.{function}]`",
                example(service, variable)
            )),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_with_secrets_are_told_by_whole_words() {
        for secret in [
            "DB_PASSWORD",
            "TOKEN",
            "stripe_api_key",
            "JWT_SECRET",
            "AWS_SECRET_KEY",
            "MAILS_APIKEY",
        ] {
            assert!(is_called_secret(secret), "{secret}");
        }
        for other in [
            "TOKENS",
            "BROKEN",
            "TOKEN_URL",
            "PASSWORD_LENGTH",
            "KEY",
            "TABLE_KEY",
            "MYTOKEN",
        ] {
            assert!(!is_called_secret(other), "{other}");
        }
    }
}
