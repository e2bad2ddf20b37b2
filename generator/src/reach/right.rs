//! Statements that allow something, compared with an action and an ARN.

use portcullis_terraform_json::aws::arn_like;

use crate::resources::iam_actions::covers;

/// A statement of a function's role that allows something.
#[derive(Debug, Default)]
pub(crate) struct Right {
    /// The verbs that it is made of. Empty if it is in AWS's own words.
    pub(crate) verbs: Vec<&'static str>,
    /// Actions and patterns of them.
    pub(crate) actions: Vec<String>,
    /// Or every action but these.
    pub(crate) not_actions: Vec<String>,
    /// ARNs and patterns of them.
    pub(crate) resources: Vec<String>,
    /// Or everything but these.
    pub(crate) not_resources: Vec<String>,
}

impl Right {
    /// Returns `true` if it is about this action.
    pub(crate) fn has(&self, action: &str) -> bool {
        let is_one = |patterns: &[String]| patterns.iter().any(|pattern| covers(pattern, action));
        is_one(&self.actions) || !self.not_actions.is_empty() && !is_one(&self.not_actions)
    }

    /// Returns `true` if it is about an ARN, or a part of it behind a separator.
    pub(crate) fn is_on(&self, arn: &str, separator: char) -> bool {
        let part = format!("{arn}{separator}");
        let mut patterns = self.resources.iter().map(|pattern| comparable(pattern));
        patterns.any(|pattern| arn_like(&pattern, arn) || has_parts(&pattern, &part))
            || !self.not_resources.is_empty() && !covers_all(&self.not_resources, arn)
    }

    /// Returns `true` if it is about an ARN itself.
    pub(crate) fn is_on_itself(&self, arn: &str) -> bool {
        let mut patterns = self.resources.iter().map(|pattern| comparable(pattern));
        patterns.any(|pattern| arn_like(&pattern, arn))
            || !self.not_resources.is_empty() && !covers_all(&self.not_resources, arn)
    }
}

/// Returns `true` if an action is one of a service of AWS, such as `dynamodb`.
pub(crate) fn is_of(service: &str, action: &str) -> bool {
    let (of, _) = action.split_once(':').unwrap_or((action, ""));
    of == service || of == "*"
}

/// A pattern for ARNs whose partition, region and account are names, such as `${region}`. A part with a wildcard, such as
/// `eu-*`, stands for every one, because the name hides the part.
fn comparable(pattern: &str) -> String {
    let parts = pattern.splitn(6, ':').enumerate().map(|(place, part)| {
        let is_wild = place < 5 && part.contains(['*', '?']);
        if is_wild { "*" } else { part }
    });
    parts.collect::<Vec<_>>().join(":")
}

/// Returns `true` if a pattern covers an ARN for certain.
fn covers_all(patterns: &[String], arn: &str) -> bool {
    patterns.iter().any(|pattern| arn_like(pattern, arn))
}

/// Returns `true` if a text with this beginning matches the pattern.
fn has_parts(pattern: &str, beginning: &str) -> bool {
    let mut ends = (1..=pattern.len()).filter(|end| pattern.is_char_boundary(*end));
    ends.any(|end| arn_like(&pattern[..end], beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_parts_of_what_it_begins_with() {
        let bucket = "arn:aws:s3:::shop-dev-uploads/";
        for pattern in [
            "arn:aws:s3:::shop-dev-uploads/*",
            "arn:aws:s3:::shop-*/new/*",
            "*",
            "arn:aws:s3:::shop*",
        ] {
            assert!(has_parts(pattern, bucket), "{pattern}");
        }
        for pattern in [
            "arn:aws:s3:::shop-dev-uploads",
            "arn:aws:s3:::shop-dev-uploads-old/*",
        ] {
            assert!(!has_parts(pattern, bucket), "{pattern}");
        }
    }

    #[test]
    fn a_right_is_on_what_its_patterns_may_cover() {
        let right = |resources: &[&str], not: &[&str]| Right {
            actions: vec!["dynamodb:*".into()],
            resources: resources.iter().map(ToString::to_string).collect(),
            not_resources: not.iter().map(ToString::to_string).collect(),
            ..Right::default()
        };
        let table = "arn:${partition}:dynamodb:${region}:${account}:table/shop-dev-orders";
        for pattern in [
            table,
            "arn:${partition}:dynamodb:eu-*:${account}:table/shop-dev-orders",
            "arn:${partition}:dynamodb:${region}:????????????:table/shop-*",
            "arn:aws*:dynamodb:*:table/shop-dev-orders",
            "*",
        ] {
            assert!(right(&[pattern], &[]).is_on_itself(table), "{pattern}");
        }
        for pattern in [
            "arn:${partition}:dynamodb:eu-*:${account}:table/shop-dev-stock",
            "arn:${partition}:dynamodb:${region}:999999999999:table/shop-dev-orders",
            "arn:${partition}:sqs:*:*:table/shop-dev-orders",
        ] {
            assert!(!right(&[pattern], &[]).is_on_itself(table), "{pattern}");
        }
        let others = ["arn:${partition}:dynamodb:${region}:${account}:table/shop-dev-stock"];
        assert!(right(&[], &others).is_on_itself(table));
        assert!(!right(&[], &[table]).is_on_itself(table));
    }

    #[test]
    fn a_right_has_actions_or_all_but_some() {
        let not = Right {
            not_actions: vec!["iam:*".into()],
            ..Right::default()
        };
        assert!(not.has("dynamodb:GetItem") && !not.has("iam:PassRole"));
        assert!(!Right::default().has("dynamodb:GetItem"));
    }
}
