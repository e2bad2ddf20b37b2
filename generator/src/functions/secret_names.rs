//! Names of secrets in AWS: their rules and limits.

use portcullis_foreign_text::printable::code;

use crate::text_rule::TextRule;

/// The prefix of a parameter of Systems Manager.
pub(crate) const PARAMETER: &str = "ssm:";
/// The prefix of a secret of Secrets Manager.
pub(crate) const SECRET: &str = "secretsmanager:";

/// Systems Manager counts the whole ARN of a parameter:
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
const PARAMETER_ARN_LENGTH: usize = 1011;
/// Levels of a parameter's name, from the same page.
const MOST_LEVELS: usize = 15;
/// Characters of a secret's name: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
const SECRET_LENGTH: usize = 512;
/// Parameters that stand for secrets of Secrets Manager, and need rights of both:
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html>
const STANDS_FOR_SECRET: &str = "/aws/reference/secretsmanager/";

/// The name of a secret, behind the service that stores it. It may have references.
pub(crate) static NAME: TextRule = TextRule {
    must_be: "the name of a secret, such as `ssm:/shop/${environment}/db-url` or `secretsmanager:shop/db-url`",
    help: "store the value in AWS, and write its name behind `ssm:` or `secretsmanager:`",
    check: |text| match (text.strip_prefix(PARAMETER), text.strip_prefix(SECRET)) {
        (Some(name), _) => is_of(name, "/_.-"),
        (None, Some(name)) => is_of(name, "/_.-+=@"),
        (None, None) => false,
    },
    pattern: r"^(ssm:([A-Za-z0-9/_.\-]|\$\{[^}]*(\}|$))+|secretsmanager:([A-Za-z0-9/_.\-+=@]|\$\{[^}]*(\}|$))+)$",
};

/// Returns whether a text may be a secret itself, because it does not begin as a name.
pub(crate) fn may_be_a_value(text: &str) -> bool {
    ![PARAMETER, SECRET].iter().any(|prefix| text.starts_with(prefix))
}

/// Returns whether a name has only ASCII letters, digits, these characters, and references.
fn is_of(name: &str, more: &str) -> bool {
    let is_right = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    let mut parts = name.split("${");
    let first = parts.next().is_some_and(is_right);
    // One that is open has an error of its own.
    let behind = |part: &str| part.split_once('}').is_none_or(|(_, text)| is_right(text));
    !name.is_empty() && first && parts.all(behind)
}

/// Returns the error in the name of a parameter, with help.
pub(crate) fn wrong_parameter(name: &str, arn: &str) -> Option<(String, String)> {
    let begin = |text: &str| {
        let name = name.trim_start_matches('/');
        name.get(..text.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(text))
    };
    let levels = name.trim_start_matches('/').split('/').count();
    let shown = code(name);
    if let Some(secret) = name.strip_prefix(STANDS_FOR_SECRET) {
        let summary = format!("the parameter {shown} must be named as a secret of Secrets Manager");
        Some((summary, format!("write `secretsmanager:{secret}`")))
    } else if begin("aws") || begin("ssm") {
        let summary = format!("the parameter {shown} must not begin with `aws` or `ssm`, which AWS reserves");
        Some((summary, "use a parameter of your own".into()))
    } else if name.ends_with('/') || name.contains("//") {
        let summary = format!("the parameter {shown} must not have an empty level");
        Some((summary, "delete a slash".into()))
    } else if name.contains('/') && !name.starts_with('/') {
        let summary = format!("the parameter {shown} must begin with `/`, because it has levels");
        Some((summary, format!("write `ssm:/{name}`")))
    } else if levels > MOST_LEVELS {
        let summary = format!("the parameter {shown} must have at most {MOST_LEVELS} levels, not {levels}");
        Some((summary, "write fewer slashes".into()))
    } else if arn.len() > PARAMETER_ARN_LENGTH {
        let summary = format!(
            "the ARN of a parameter must be at most {PARAMETER_ARN_LENGTH} characters, not {}",
            arn.len()
        );
        Some((summary, "shorten the parameter's name".into()))
    } else {
        None
    }
}

/// Returns the error in the name of a secret of Secrets Manager, with help.
pub(crate) fn wrong_secret(name: &str) -> Option<(String, String)> {
    let length = name.len();
    (length > SECRET_LENGTH).then(|| {
        let summary =
            format!("the name of a secret must be at most {SECRET_LENGTH} characters, not {length}");
        (summary, "shorten the secret's name".into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_have_a_service_and_its_characters() {
        for right in [
            "ssm:/shop/${environment}/db-url",
            "ssm:db.url_1",
            "secretsmanager:shop/db-url",
            "secretsmanager:${service}+=@x",
            "ssm:/${environment",
        ] {
            assert!((NAME.check)(right), "{right}");
        }
        for wrong in [
            "hunter2",
            "ssm:",
            "secretsmanager:",
            "ssm:/a b",
            "ssm:a@b",
            "ssm:/a$${b}",
            "ssm:/a}",
            "secretsmanager:arn:aws:x",
            "SSM:/a",
            "ssm:/é",
        ] {
            assert!(!(NAME.check)(wrong), "{wrong}");
        }
    }
}
