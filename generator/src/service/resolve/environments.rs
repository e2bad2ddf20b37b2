//! Environments: where the service goes, and what differs there.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Span};
use crate::service::resolve::{Resolver, is_email};
use crate::service::{Environment, LOCAL, S3State};
use crate::spec::{EnvironmentTable, Spec, Written};

impl Resolver<'_> {
    pub(super) fn environment_name(&mut self, name: &Written<String>) {
        if name.get_ref() == LOCAL {
            self.report(
                Diagnostic::new(name.span(), "an environment can't be called `local`")
                    .label("built in")
                    .hint("`local` is the emulated AWS of this machine and needs no table; give this one another name"),
            );
            return;
        }
        self.check_name(name, "an environment", 32);
    }

    pub(super) fn environment(
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
        if let Some(email) = &own.first_user {
            self.email(email);
        }
        let mut tags = service_tags.clone();
        tags.extend(self.tags(&own.tags));
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
            tags,
            state: own.state.as_ref().map(|state| S3State {
                bucket: value(state.bucket.as_ref()).unwrap_or_default(),
                region: value(state.region.as_ref()).unwrap_or_default(),
                key: value(state.key.as_ref())
                    .unwrap_or_else(|| format!("{service}/{name}/terraform.tfstate")),
            }),
        }
    }

    /// The shape of a region's name; which exist changes too often to list.
    pub(super) fn region(&mut self, region: &Written<String>) {
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

    pub(super) fn email(&mut self, email: &Written<String>) {
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

    pub(super) fn tags(
        &mut self,
        tags: &BTreeMap<String, (Span, Written<String>)>,
    ) -> BTreeMap<String, String> {
        let mut resolved = BTreeMap::new();
        for (key, (span, value)) in tags {
            if ["Service", "Environment"].contains(&key.as_str()) {
                self.report(
                    Diagnostic::new(span.clone(), format!("the tag `{key}` is set by Portcullis"))
                        .hint("choose another key; every resource carries `Service` and `Environment`"),
                );
            } else if let Err(why) = check_tag(key, value.get_ref()) {
                self.report(Diagnostic::new(span.clone(), format!("AWS refuses the tag `{key}`")).label(why));
            }
            resolved.insert(key.clone(), value.get_ref().clone());
        }
        resolved
    }
}

/// <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>
fn check_tag(key: &str, value: &str) -> Result<(), &'static str> {
    let valid = |text: &str| {
        text.chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@'))
    };
    if key.is_empty() || key.chars().count() > 128 || key.to_ascii_lowercase().starts_with("aws:") {
        return Err("a key has 1 to 128 characters and does not begin with `aws:`");
    }
    if value.chars().count() > 256 {
        return Err("a value has at most 256 characters");
    }
    if !valid(key) || !valid(value) {
        return Err("letters, digits, spaces and `_ . : / = + - @`");
    }
    Ok(())
}
