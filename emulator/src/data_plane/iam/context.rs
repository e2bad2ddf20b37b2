//! The request context: what condition keys and policy variables stand for.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>

use std::collections::BTreeMap;

use super::need::Need;

/// Keys that a call of a function never has: it is not a service's call for a user, it has no signed-in user, and it
/// has no federation.
const ABSENT: [&str; 8] = [
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:federatedprovider",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principalservicename",
    "aws:username",
];

/// The values of a condition key.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// The request has these.
    Values(Vec<String>),
    /// The request does not have it.
    Absent,
    /// AWS may have it, and this is not known here.
    Unknown,
}

/// The condition keys of a call, but for those that belong to one of its actions.
#[derive(Debug, Clone, Default)]
pub struct Context {
    keys: BTreeMap<String, Vec<String>>,
    /// The role's tags, by key in lower case.
    tags: BTreeMap<String, String>,
}

impl Context {
    /// A context with these tags of the role.
    pub fn new(tags: &BTreeMap<String, String>) -> Self {
        let lower = tags
            .iter()
            .map(|(key, value)| (key.to_ascii_lowercase(), value.clone()));
        Self {
            keys: BTreeMap::new(),
            tags: lower.collect(),
        }
    }

    /// Sets a key.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.keys.insert(key.to_ascii_lowercase(), vec![value.into()]);
    }

    /// Returns the values of a key. The case of keys does not matter.
    pub fn key(&self, key: &str, need: &Need) -> Key {
        let key = key.to_ascii_lowercase();
        if let Some(values) = need.keys.get(&key).or_else(|| self.keys.get(&key)) {
            return match values.is_empty() {
                true => Key::Absent,
                false => Key::Values(values.clone()),
            };
        }
        if let Some(tag) = key.strip_prefix("aws:principaltag/") {
            let value = self.tags.get(tag);
            return value.map_or(Key::Absent, |value| Key::Values(vec![value.clone()]));
        }
        match ABSENT.contains(&key.as_str()) {
            true => Key::Absent,
            false => Key::Unknown,
        }
    }

    /// Returns a text with its variables replaced; none if the request lacks one of them, so that nothing fits. An error
    /// says what is not evaluated.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    pub fn expanded(&self, text: &str, has_variables: bool, need: &Need) -> Result<Option<String>, String> {
        if !has_variables || !text.contains("${") {
            return Ok(Some(text.to_owned()));
        }
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            expanded.push_str(before);
            let unknown = || format!("the variable in `{text}`");
            let (name, after) = behind.split_once('}').ok_or_else(unknown)?;
            let (name, default) = match name.split_once(',') {
                Some((name, default)) => (name.trim(), Some(default.trim().trim_matches('\''))),
                None => (name.trim(), None),
            };
            let value = match (name, self.key(name, need)) {
                ("$", _) => "$".to_owned(),
                (_, Key::Values(values)) if values.len() == 1 => values[0].clone(),
                (_, Key::Absent) => match default {
                    Some(default) => default.to_owned(),
                    None => return Ok(None),
                },
                // This includes `${*}` and `${?}`, which stand for literal characters instead of wildcards.
                _ => return Err(unknown()),
            };
            if value.contains(['*', '?']) {
                return Err(unknown());
            }
            expanded.push_str(&value);
            rest = after;
        }
        expanded.push_str(rest);
        Ok(Some(expanded))
    }
}

/// The keys that every call has. [`super::super::aws`] sets them.
pub const OF_EVERY_CALL: [&str; 14] = [
    "aws:currenttime",
    "aws:epochtime",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principaltype",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:securetransport",
    "aws:useragent",
    "aws:viaawsservice",
    "lambda:sourcefunctionarn",
    "s3:resourceaccount",
    "s3:signatureversion",
];

/// The keys that services set for some actions.
const OF_SOME_CALLS: [&str; 9] = [
    "events:detail-type",
    "events:source",
    "s3:delimiter",
    "s3:max-keys",
    "s3:prefix",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-storage-class",
    "ses:fromaddress",
];

/// Returns whether a condition key is evaluated.
pub fn is_known(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let lists = [&OF_EVERY_CALL[..], &OF_SOME_CALLS[..], &ABSENT[..]];
    key.starts_with("aws:principaltag/") || lists.iter().any(|list| list.contains(&key.as_str()))
}
