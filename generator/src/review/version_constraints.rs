//! The oldest Terraform and AWS provider that may run: older ones lack fixes, and their plans show less.

use hcl_edit::structure::Body;

use crate::own_files::Tree;
use crate::review::{Fact, Program};

/// Version constraints that became lower. Terraform holds every module to its constraints, so the strictest counts. A
/// revision without files, such as a spec that is a file of its own, has none.
pub fn version_constraints(base: &Tree, head: &Tree) -> Vec<Fact> {
    if base.is_empty() || head.is_empty() {
        return Vec::new();
    }
    let (base, head) = (Constraints::of(base), Constraints::of(head));
    let pairs = [
        (Program::Terraform, base.terraform, head.terraform),
        (Program::AwsProvider, base.aws, head.aws),
    ];
    let lowered = pairs.into_iter().filter(|(_, before, after)| {
        let lowest = |constraint: &Option<String>| constraint.as_deref().and_then(lowest);
        // A constraint that can't be read keeps nothing.
        match (lowest(before), lowest(after)) {
            (Some(before), after) => after.is_none_or(|after| after < before),
            (None, _) => false,
        }
    });
    let facts = lowered.map(|(program, before, after)| Fact::VersionConstraintLowered {
        program,
        before,
        after,
    });
    facts.collect()
}

#[derive(Default)]
struct Constraints {
    terraform: Option<String>,
    aws: Option<String>,
}

impl Constraints {
    fn of(tree: &Tree) -> Self {
        let mut strictest = Self::default();
        let files = tree.iter().filter(|(path, _)| path.ends_with(".tf"));
        for one in files.filter_map(|(_, file)| file.text()).map(Self::read) {
            for (kept, found) in [
                (&mut strictest.terraform, one.terraform),
                (&mut strictest.aws, one.aws),
            ] {
                let lowest = |constraint: &Option<String>| constraint.as_deref().and_then(lowest);
                if lowest(&found) > lowest(kept) {
                    *kept = found;
                }
            }
        }
        strictest
    }

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

/// The lowest version that a constraint such as `>= 5.100, < 7` allows; none if it has no lower end.
fn lowest(constraint: &str) -> Option<Vec<u64>> {
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

    fn reported(before: (&str, &str), after: (&str, &str)) -> Vec<String> {
        let tree = |(terraform, aws): (&str, &str)| {
            let modules = ["modules/service", "modules/user", "environments/dev"];
            let text = versions(terraform, aws);
            modules
                .map(|folder| (format!("{folder}/versions.tf"), text.clone().into()))
                .into()
        };
        let facts = version_constraints(&tree(before), &tree(after));
        facts.iter().map(Fact::of).collect()
    }

    #[test]
    fn an_older_version_that_may_run_is_reported() {
        let today = (">= 1.11", ">= 5.100, < 7");
        assert_eq!(reported(today, today), [""; 0]);
        assert_eq!(reported(today, (">= 1.12", ">= 6.0, < 8")), [""; 0]);
        assert_eq!(reported((">= 1.11.0", ">= 6.0.0"), (">= 1.11", ">= 6")), [""; 0]);
        assert_eq!(reported(today, (">= 1.9", ">= 5.100, < 7")), ["terraform"]);
        assert_eq!(reported(today, (">= 1.11.0", ">= 5.99, < 7")), ["aws"]);
        assert_eq!(reported(today, ("< 2", "~> 5.0")), ["terraform", "aws"]);
    }

    #[test]
    fn the_strictest_of_all_modules_counts_and_what_cannot_be_read_keeps_nothing() {
        let file = |folder: &str, text: &str| (format!("{folder}/versions.tf"), text.into());
        let today = versions(">= 1.11", ">= 5.100, < 7");
        let older = versions(">= 1.5", ">= 5.0");
        let both = Tree::from([file("a", &today), file("b", &today)]);
        assert_eq!(
            version_constraints(&both, &[file("a", &older), file("b", &today)].into()),
            []
        );
        assert_eq!(version_constraints(&both, &[file("a", &today)].into()), []);
        assert_eq!(
            version_constraints(&both, &[file("a", &older), file("b", &older)].into()).len(),
            2
        );
        assert_eq!(
            version_constraints(&both, &[file("a", "terraform {")].into()).len(),
            2
        );
        // Without a tree nothing is known.
        assert_eq!(version_constraints(&Tree::new(), &both), []);
        assert_eq!(version_constraints(&both, &Tree::new()), []);
    }
}
