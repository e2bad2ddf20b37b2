//! The names of AWS's actions, as its Service Authorization Reference has them: the judge of what a policy names.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
//! `scripts/iam_actions.py` writes the list, whose head names its source and its licence.

use crate::diagnostic::nearest;
use crate::text_rule::TextRule;

static LIST: &str = include_str!("iam_actions.txt");

/// The form of an action: a service's prefix and a name, each in AWS's own spelling. IAM itself ignores case.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
pub static ACTION: TextRule = TextRule {
    must_be: "an action such as `dynamodb:GetItem`",
    help: "begin it with its service, as in `dynamodb:GetItem`",
    check: |text| {
        text == "*"
            || text.split_once(':').is_some_and(|(service, name)| {
                let is_prefix = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '*';
                !service.is_empty()
                    && service.chars().all(is_prefix)
                    && !name.is_empty()
                    && name.chars().all(is_name)
            })
    },
    pattern: r"^(\*|[a-z0-9-]+:[A-Za-z0-9*]+)$",
};

/// An action of AWS's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// Its name behind the prefix.
    pub name: &'static str,
    /// True if it manages permissions, so that a role with it could extend its own rights.
    pub manages_permissions: bool,
    /// True if it takes no resource, so that a policy can only name `*`.
    pub takes_no_resource: bool,
}

/// An error in the name of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unknown {
    /// No service has this prefix. The nearest one is behind it.
    Service(String, Option<&'static str>),
    /// The service has no such action. The nearest one is behind it.
    Action(Option<String>),
}

/// The day of AWS's reference that the list is of.
pub fn date() -> &'static str {
    let head = LIST.split_once("Reference of ").map_or("", |(_, rest)| rest);
    head.split(',').next().unwrap_or_default()
}

fn services() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' '))
}

/// The actions of a service, sorted. None if no service has this prefix.
pub fn of_service(prefix: &str) -> Option<impl Iterator<Item = Action>> {
    let (_, names) = services().find(|(service, _)| *service == prefix)?;
    Some(names.split(' ').map(|marked| {
        let name = marked.trim_end_matches(['!', '*']);
        let marks = &marked[name.len()..];
        Action {
            name,
            manages_permissions: marks.contains('!'),
            takes_no_resource: marks.contains('*'),
        }
    }))
}

/// Returns whether a name with `*` in it covers another one, in any case.
pub fn covers(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_ascii_lowercase(), name.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(place) = rest.find(part) else {
            return false;
        };
        rest = &rest[place + part.len()..];
    }
    rest.ends_with(last)
}

/// Returns the actions that an action or a pattern names.
pub fn find(text: &str) -> Result<Vec<Action>, Unknown> {
    let (prefix, name) = text.split_once(':').unwrap_or((text, "*"));
    let Some(actions) = of_service(prefix) else {
        let near = nearest(prefix, services().map(|(service, _)| service));
        return Err(Unknown::Service(prefix.into(), near));
    };
    let actions: Vec<Action> = actions.collect();
    let found: Vec<Action> = if name.contains('*') {
        let covered = actions.iter().filter(|action| covers(name, action.name));
        covered.copied().collect()
    } else {
        actions
            .iter()
            .filter(|action| action.name == name)
            .copied()
            .collect()
    };
    if found.is_empty() {
        let same = actions
            .iter()
            .find(|action| action.name.eq_ignore_ascii_case(name));
        let near = same.map(|action| action.name);
        let near = near.or_else(|| nearest(name, actions.iter().map(|action| action.name)));
        return Err(Unknown::Action(near.map(|near| format!("{prefix}:{near}"))));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_what_is_known_of_it() {
        let all: Vec<_> = services().map(|(service, _)| service).collect();
        assert!(all.len() > 400 && all.is_sorted(), "{}", all.len());
        let (year, rest) = date().split_once('-').unwrap();
        assert!(
            year.parse::<u32>().unwrap() >= 2026 && rest.len() == 5,
            "{}",
            date()
        );
        let one = |text| find(text).unwrap()[0];
        assert!(!one("dynamodb:GetItem").takes_no_resource);
        assert!(one("xray:PutTraceSegments").takes_no_resource);
        assert!(one("iam:PutRolePolicy").manages_permissions);
        assert!(find("s3:Get*").unwrap().len() > 20);
    }

    #[test]
    fn an_unknown_action_has_a_near_one() {
        let near = |text| find(text).unwrap_err();
        assert_eq!(
            near("dynamodb:GetItm"),
            Unknown::Action(Some("dynamodb:GetItem".into()))
        );
        assert_eq!(
            near("dynamodb:getitem"),
            Unknown::Action(Some("dynamodb:GetItem".into()))
        );
        assert_eq!(near("dynamodb:Frobnicate*"), Unknown::Action(None));
        assert_eq!(
            near("dinamodb:GetItem"),
            Unknown::Service("dinamodb".into(), Some("dynamodb"))
        );
    }

    #[test]
    fn a_star_covers_any_text() {
        for (pattern, name, is_covered) in [
            ("*", "", true),
            ("*", "s3:GetObject", true),
            ("s3:Get*", "s3:GetObject", true),
            ("s3:*Object", "s3:GetObject", true),
            ("s3:*Object", "s3:GetObjectAcl", false),
            ("s3:G*t*t", "s3:GetObject", true),
            ("s3:GetObject", "S3:getobject", true),
            ("a*a", "a", false),
            ("table/*", "table/x/index/y", true),
        ] {
            assert_eq!(covers(pattern, name), is_covered, "{pattern} {name}");
        }
    }
}
