//! The oldest Terraform and AWS provider that the generated tree lets run: older ones miss fixes, and know less of what
//! a plan has to tell.

use hcl_edit::structure::Body;

use crate::review::Fact;
use crate::service::ChangeKind;

/// The file of the generated tree that says it.
pub const FILE: &str = "terraform/modules/service/versions.tf";

/// What changed between two texts of [`FILE`] for the worse.
pub fn floors(base: &str, head: &str) -> Vec<Fact> {
    let (base, head) = (Constraints::read(base), Constraints::read(head));
    [
        ("terraform", "Terraform", base.terraform, head.terraform),
        ("aws", "the AWS provider", base.aws, head.aws),
    ]
    .into_iter()
    .filter_map(|(of, what, before, after)| {
        // Of what can't be read, nothing is known to be kept.
        let lower = match (
            before.as_deref().and_then(floor),
            after.as_deref().and_then(floor),
        ) {
            (Some(before), Some(after)) => after < before,
            (Some(_), None) => true,
            (None, _) => false,
        };
        let text = |constraint: Option<String>| constraint.unwrap_or_else(|| "none".into());
        lower.then(|| Fact {
            kind: ChangeKind::FloorLowered,
            of: of.into(),
            sentence: format!(
                "an older version of {what} may run: `{}` → `{}`",
                text(before),
                text(after)
            ),
            denied: true,
            before: None,
            after: None,
        })
    })
    .collect()
}

#[derive(Default)]
struct Constraints {
    terraform: Option<String>,
    aws: Option<String>,
}

impl Constraints {
    fn read(text: &str) -> Self {
        let Ok(body) = text.parse::<Body>() else {
            return Self::default();
        };
        let blocks = |body: &Body, name: &str| body.get_blocks(name).cloned().collect::<Vec<_>>();
        let mut constraints = Self::default();
        for terraform in blocks(&body, "terraform") {
            let version = terraform.body.get_attribute("required_version");
            constraints.terraform = version.and_then(|version| version.value.as_str().map(String::from));
            for providers in blocks(&terraform.body, "required_providers") {
                let aws = providers.body.get_attribute("aws");
                constraints.aws = aws.and_then(|aws| {
                    let object = aws.value.as_object()?;
                    let (_, value) = object
                        .iter()
                        .find(|(key, _)| key.as_ident().is_some_and(|ident| ident.as_str() == "version"))?;
                    value.expr().as_str().map(String::from)
                });
            }
        }
        constraints
    }
}

/// The lowest version that a constraint such as `>= 5.100, < 7` admits; none where it has no lower end.
fn floor(constraint: &str) -> Option<Vec<u64>> {
    constraint
        .split(',')
        .filter_map(|part| {
            let part = part.trim();
            let version = part
                .strip_prefix(">=")
                .or_else(|| part.strip_prefix("~>"))
                .or_else(|| part.strip_prefix('>'))
                .or_else(|| part.strip_prefix('='))
                .unwrap_or(part);
            let mut numbers = version
                .trim()
                .split('.')
                .map(|number| number.parse().ok())
                .collect::<Option<Vec<u64>>>()?;
            // `1.11.0` is `1.11`.
            while numbers.last() == Some(&0) {
                numbers.pop();
            }
            Some(numbers)
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(terraform: &str, aws: &str) -> String {
        format!(
            "terraform {{\n  required_version = \"{terraform}\"\n\n  required_providers {{\n    aws = {{\n      source  = \
             \"hashicorp/aws\"\n      version = \"{aws}\"\n    }}\n  }}\n}}\n"
        )
    }

    fn told(before: (&str, &str), after: (&str, &str)) -> Vec<String> {
        let facts = floors(&versions(before.0, before.1), &versions(after.0, after.1));
        facts.into_iter().map(|fact| fact.of).collect()
    }

    #[test]
    fn an_older_version_that_may_run_is_told() {
        let today = (">= 1.11", ">= 5.100, < 7");
        assert_eq!(told(today, today), [""; 0]);
        assert_eq!(told(today, (">= 1.12", ">= 6.0, < 8")), [""; 0]);
        assert_eq!(told((">= 1.11.0", ">= 6.0.0"), (">= 1.11", ">= 6")), [""; 0]);
        assert_eq!(told(today, (">= 1.9", ">= 5.100, < 7")), ["terraform"]);
        assert_eq!(told(today, (">= 1.11.0", ">= 5.99, < 7")), ["aws"]);
        assert_eq!(told(today, ("< 2", "~> 5.0")), ["terraform", "aws"]);
    }

    #[test]
    fn what_cannot_be_read_keeps_nothing() {
        let today = versions(">= 1.11", ">= 5.100, < 7");
        assert_eq!(floors(&today, "terraform {").len(), 2);
        assert_eq!(floors("", &today), []);
    }
}
