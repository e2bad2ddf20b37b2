//! Environments: where the service goes, and what differs there.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Span};
use crate::service::meaning::{Resolver, is_email};
use crate::service::{Environment, LOCAL, S3State};
use crate::spec::{EnvironmentTable, Spec, StateTable, StringMap, Written};

impl Resolver<'_> {
    pub(crate) fn environment_name(&mut self, name: &Written<String>) {
        if name.get_ref().eq_ignore_ascii_case(LOCAL) {
            self.report(
                Diagnostic::new(
                    name.span(),
                    format!("an environment can't be called `{}`", name.get_ref()),
                )
                    .label("built in")
                    .hint("`local` is the emulated AWS of this machine and needs no table; give this one another name"),
            );
            return;
        }
        self.check_name(name, "an environment", 32);
    }

    pub(crate) fn environment(
        &mut self,
        spec: &Spec,
        service: &str,
        name: &str,
        table: Option<&EnvironmentTable>,
        service_tags: &BTreeMap<String, String>,
    ) -> Environment {
        let default = EnvironmentTable::default();
        let own = table.unwrap_or(&default);
        let region = own.region.as_ref().or(spec.service.region.as_ref());
        // The service's own region is checked once, with `local`.
        if let Some(region) = own
            .region
            .as_ref()
            .or(table.is_none().then_some(region).flatten())
        {
            self.region(region);
        }
        if let Some(account) = &own.account
            && (account.get_ref().len() != 12 || !account.get_ref().bytes().all(|b| b.is_ascii_digit()))
        {
            self.report(
                Diagnostic::new(account.span(), "an AWS account has twelve digits")
                    .hint("`aws sts get-caller-identity` prints yours"),
            );
        }
        let api_origin = spec.api.cors.as_ref().and_then(|cors| cors.allow_origin.as_ref());
        if let Some(origin) = &own.allow_origin {
            match &spec.api.cors {
                Some(cors) => self.origin(origin, cors),
                None => self.report(
                    Diagnostic::new(
                        origin.span(),
                        "`allow_origin` overrides nothing: the API has no `cors`",
                    )
                    .hint("add `cors = { allow_origin = \"…\" }` to `[api]`"),
                ),
            }
        }
        if let Some(state) = &own.state {
            self.state(state);
        }
        if let Some(email) = &own.first_user {
            self.email(email);
        }
        let mut tags = service_tags.clone();
        tags.extend(self.tags(&own.tags, &spec.service.tags));
        tags.insert("Service".into(), service.into());
        tags.insert("Environment".into(), name.into());
        if tags.len() > 50 {
            let span = own.tags.values().next().map_or(0..0, |(span, _)| span.clone());
            self.report(Diagnostic::new(
                span,
                format!("{} tags; AWS allows 50 a resource", tags.len()),
            ));
        }
        let value = |written: Option<&Written<String>>| written.map(|written| written.get_ref().clone());
        Environment {
            region: value(region).unwrap_or_default(),
            account: value(own.account.as_ref()),
            allow_origin: value(own.allow_origin.as_ref().or(api_origin)).unwrap_or_else(|| "*".into()),
            first_user: value(own.first_user.as_ref()),
            deletion_protection: name != LOCAL
                && own
                    .deletion_protection
                    .as_ref()
                    .is_none_or(|written| *written.get_ref()),
            tags,
            state: own.state.as_ref().map(|state| S3State {
                bucket: value(state.bucket.as_ref()).unwrap_or_default(),
                region: value(state.region.as_ref()).unwrap_or_default(),
                key: value(state.key.as_ref())
                    .unwrap_or_else(|| format!("{service}/{name}/terraform.tfstate")),
            }),
        }
    }

    fn state(&mut self, state: &StateTable) {
        if let Some(bucket) = &state.bucket
            && !is_bucket_name(bucket.get_ref())
        {
            let summary = format!("`{}` can't be the name of a bucket", bucket.get_ref());
            self.report(Diagnostic::new(bucket.span(), summary).hint(
                "3 to 63 lower-case letters, digits, `-` and `.`, with a letter or digit at both ends",
            ));
        }
        if let Some(region) = &state.region {
            self.region(region);
        }
        if let Some(key) = &state.key
            && (key.get_ref().is_empty() || key.get_ref().len() > 1024)
        {
            self.report(
                Diagnostic::new(key.span(), "S3 refuses this key")
                    .hint("1 to 1024 bytes, such as `hello/dev/terraform.tfstate`"),
            );
        }
    }

    /// The shape of a region's name; which exist changes too often to list.
    pub(crate) fn region(&mut self, region: &Written<String>) {
        let parts: Vec<_> = region.get_ref().split('-').collect();
        let word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
        let valid = parts.len() >= 3
            && parts[..parts.len() - 1].iter().all(word)
            && parts
                .last()
                .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        if !valid {
            self.report(
                Diagnostic::new(
                    region.span(),
                    format!("`{}` is not an AWS region", region.get_ref()),
                )
                .hint("write it as in `us-east-1` or `eu-central-1`"),
            );
        }
    }

    pub(crate) fn email(&mut self, email: &Written<String>) {
        if !is_email(email.get_ref()) {
            self.report(
                Diagnostic::new(
                    email.span(),
                    format!("`{}` is not an e-mail address", email.get_ref()),
                )
                .hint("Cognito sends the invitation there: write it as in `you@example.com`"),
            );
        }
    }

    /// Two environments with one state: each `apply` would delete what the other made.
    pub(crate) fn shared_states(&mut self, spec: &Spec, environments: &BTreeMap<String, Environment>) {
        let mut seen: BTreeMap<(&str, &str), Span> = BTreeMap::new();
        for (name, table) in &spec.environments {
            let written = table.state.as_ref().and_then(|state| {
                let bucket = state.bucket.as_ref()?;
                Some(state.key.as_ref().unwrap_or(bucket).span())
            });
            let resolved = environments
                .get(name.get_ref())
                .and_then(|environment| environment.state.as_ref());
            let (Some(span), Some(state)) = (written, resolved) else {
                continue;
            };
            if let Some(other) = seen.get(&(state.bucket.as_str(), state.key.as_str())) {
                self.report(
                    Diagnostic::new(
                        span,
                        format!(
                            "two environments keep their state in `{}` of `{}`",
                            state.key, state.bucket
                        ),
                    )
                    .related(other.clone(), "the other one")
                    .hint("give each a `key` of its own: each would delete what the other made"),
                );
            } else {
                seen.insert((&state.bucket, &state.key), span);
            }
        }
    }

    /// The tags of a table, which stand beside those of the table that it overrides. Keys that differ only in case
    /// are the same to IAM: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules>
    pub(crate) fn tags(&mut self, tags: &StringMap, overridden: &StringMap) -> BTreeMap<String, String> {
        let mut resolved = BTreeMap::new();
        for (key, (span, value)) in tags {
            let same = |other: &str| other.to_lowercase() == key.to_lowercase();
            let earlier = tags.range(..key.clone()).chain(overridden);
            if ["Service", "Environment"].into_iter().any(same) {
                self.report(
                    Diagnostic::new(span.clone(), format!("the tag `{key}` is set by Portcullis")).hint(
                        "choose another key, not only in case; every resource carries `Service` and `Environment`",
                    ),
                );
            } else if let Err(why) = check_tag_key(key) {
                self.report(Diagnostic::new(span.clone(), format!("AWS refuses the tag `{key}`")).hint(why));
            } else if let Some((other, (place, _))) = earlier
                .into_iter()
                .find(|(other, _)| *other != key && same(other))
            {
                self.report(
                    Diagnostic::new(
                        span.clone(),
                        format!("the tags `{other}` and `{key}` differ only in case"),
                    )
                    .related(place.clone(), "the other one")
                    .hint("IAM refuses both on one role: spell them alike, or rename one"),
                );
            }
            if let Err(why) = check_tag_value(value.get_ref()) {
                let summary = format!("AWS refuses this value of the tag `{key}`");
                self.report(Diagnostic::new(value.span(), summary).hint(why));
            }
            resolved.insert(key.clone(), value.get_ref().clone());
        }
        resolved
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn is_bucket_name(name: &str) -> bool {
    let is_inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    (3..=63).contains(&name.len())
        && name.bytes().all(is_inner)
        && !name.starts_with(['-', '.'])
        && !name.ends_with(['-', '.'])
}

/// <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>
fn check_tag_key(key: &str) -> Result<(), &'static str> {
    if key.is_empty() || key.chars().count() > 128 || key.to_ascii_lowercase().starts_with("aws:") {
        return Err("a key has 1 to 128 characters and does not begin with `aws:`");
    }
    has_tag_characters(key)
}

fn check_tag_value(value: &str) -> Result<(), &'static str> {
    if value.chars().count() > 256 {
        return Err("a value has at most 256 characters");
    }
    has_tag_characters(value)
}

fn has_tag_characters(text: &str) -> Result<(), &'static str> {
    let valid =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@');
    if text.chars().all(valid) {
        Ok(())
    } else {
        Err("letters, digits, spaces and `_ . : / = + - @`")
    }
}
