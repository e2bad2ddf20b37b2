//! From the spec as written to the service it means, with every error on the way.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::identifier::Identifier;
use crate::service::{Bucket, Function, LOCAL, Queue, Service, Table, Topic, UsagePlan};
use crate::spec::{Given, Placed, ServiceTable, Spec, Strings};

/// The packages of the functions workspace that have a binary, by name.
pub type Handlers = BTreeMap<String, Handler>;

/// A package that functions can be made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Handler {
    /// Its folder below the project.
    pub folder: String,
    /// The names of its binaries. A function is the binary of its name.
    pub binaries: BTreeSet<String>,
}

/// Returns what the spec means. It is held against the `handlers` that there are. Without them it is read by itself, as
/// that of another revision, whose crates are not there.
///
/// Returns nothing if anything is wrong; then `diagnostics` says what.
pub fn resolve(spec: &Spec, handlers: Option<&Handlers>, diagnostics: &mut Diagnostics) -> Option<Service> {
    let mut resolver = Resolver { diagnostics };
    let service = resolver.service(spec, handlers);
    resolver.diagnostics.is_empty().then_some(service)
}

/// The meaning of case in names of AWS.
#[derive(Clone, Copy)]
pub(crate) enum Case {
    /// Names that differ only in case are the same: those of roles, which functions share.
    Ignored,
    /// Names that differ only in case are two names.
    Matters,
}

/// Everything that environments may override, as it is in those that override nothing.
pub(crate) struct Everywhere {
    pub(crate) functions: BTreeMap<String, Function>,
    pub(crate) tables: BTreeMap<String, Table>,
    pub(crate) buckets: BTreeMap<String, Bucket>,
    pub(crate) queues: BTreeMap<String, Queue>,
    pub(crate) topics: BTreeMap<String, Topic>,
    pub(crate) usage_plans: BTreeMap<String, UsagePlan>,
}

pub(crate) struct Resolver<'a> {
    pub(crate) diagnostics: &'a mut Diagnostics,
}

impl Resolver<'_> {
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn service(&mut self, spec: &Spec, handlers: Option<&Handlers>) -> Service {
        let Spec {
            span: _,
            service,
            user_pool: _, // read with the environments
            api,
            authorizers: _, // read whole: a function decides
            usage_plans: _, // read whole: routes need them
            functions,
            tables,
            buckets,
            queues: _, // read whole: names have the service's
            topics: _, // read whole, as well
            own,
            routes,
            environments,
            review,
        } = spec;
        let ServiceTable {
            span: _,
            name,
            required_version,
            // Each environment has these.
            region: _,
            permissions_boundary: _,
            variables_kms_key: _,
            logs_kms_key: _,
            architecture,
            tracing,
            tags,
        } = service;
        let name = name.value.clone().unwrap_or_default();
        let functions = self.functions(spec, functions, handlers);
        let service_tags = self.tags(tags, &Strings::new());
        let everywhere = Everywhere {
            functions,
            tables: self.tables(spec, tables),
            buckets: self.buckets(spec, buckets),
            queues: self.queues(spec),
            topics: self.topics(spec),
            usage_plans: self.usage_plans(spec),
        };
        let environments = self.environments(spec, environments, &name, &service_tags, &everywhere);
        let Everywhere {
            functions,
            tables,
            buckets,
            queues,
            topics,
            usage_plans,
        } = everywhere;
        self.function_name_lengths(spec, &name);
        self.log_groups_of_others(spec);
        let service = Service {
            required_version: self.required_version(required_version, handlers),
            architecture: architecture.value,
            tracing: tracing.value,
            user_pool: self.user_pool(spec, &name),
            api: self.api(spec, api, &name),
            authorizers: self.lambda_authorizers(spec),
            usage_plans,
            tables,
            buckets,
            queues,
            topics,
            own: self.own(own.as_ref()),
            routes: self.routes(spec, routes),
            name,
            functions,
            environments,
            accepted_changes: self.accepted_changes(review),
        };
        self.reachable_by(spec, &service);
        self.endless_events(spec, &service);
        service
    }

    /// Reports each entry of a list if an earlier one has the same `key`.
    pub(crate) fn duplicates<'l>(
        &mut self,
        list: impl IntoIterator<Item = &'l Placed<String>>,
        key: impl Fn(&'l str) -> &'l str,
        summary: impl Fn(&str) -> String,
        help: &str,
    ) {
        let mut seen: BTreeMap<&str, &Span> = BTreeMap::new();
        for entry in list {
            let key = key(&entry.value);
            let first = *seen.entry(key).or_insert(&entry.span);
            if *first != entry.span {
                self.report(
                    Diagnostic::new(entry.span.clone(), summary(key))
                        .related(first.clone(), "first here")
                        .help(help),
                );
            }
        }
    }

    /// Reports two names of the spec that would be the same in Terraform.
    pub(crate) fn collision(
        &mut self,
        seen: &mut BTreeMap<Identifier, (Span, String)>,
        identifier: Identifier,
        name: &Placed<String>,
        what: &str,
    ) {
        if let Some((span, other)) = seen.get(&identifier) {
            self.report(
                Diagnostic::new(
                    name.span.clone(),
                    format!(
                        "duplicate {what} `{}`: in Terraform it would be `{identifier}`, as `{other}` is",
                        name.value
                    ),
                )
                .related(span.clone(), "the other one")
                .help("rename one of them"),
            );
        } else {
            seen.insert(identifier, (name.span.clone(), name.value.clone()));
        }
    }

    /// Environments may live in one account: `a` with `b-c` and `a-b` with `c` would be one function there. Each name has a
    /// suffix in AWS, such as `.fifo`.
    pub(crate) fn names_of_environments(
        &mut self,
        spec: &Spec,
        names: &[(&Placed<String>, &str)],
        what: &str,
        case: Case,
    ) {
        let service = spec.service.name.value.as_deref().unwrap_or_default();
        let mut seen: BTreeMap<String, &Placed<String>> = BTreeMap::new();
        for (environment, _) in &spec.environments {
            for (name, suffix) in names {
                let full = format!("{service}-{}-{}{suffix}", environment.value, name.value);
                let key = match case {
                    Case::Ignored => full.to_ascii_lowercase(),
                    Case::Matters => full.clone(),
                };
                if let Some(other) = seen.get(&key) {
                    // Then the names of the environments, or these two, are reported as differing only in case.
                    if other.value.eq_ignore_ascii_case(&name.value) {
                        continue;
                    }
                    self.report(
                        Diagnostic::new(
                            name.span.clone(),
                            format!("duplicate {what} `{full}` in AWS, of two environments"),
                        )
                        .label(format!("as `{}` in `{}`", name.value, environment.value))
                        .related(other.span.clone(), "as this one in another environment")
                        .help(format!("rename one of the {what}s or environments")),
                    );
                } else {
                    seen.insert(key, name);
                }
            }
        }
    }

    /// Checks former names: nothing has one any more, and each is claimed once. They are addresses in Terraform, so one
    /// that maps to the same address as a name that is there is taken, but for its own.
    pub(crate) fn former_names<'n>(
        &mut self,
        names: impl Iterator<Item = (&'n Placed<String>, &'n Given<String>)> + Clone,
        what: &str,
    ) {
        let mut claimed: BTreeMap<Identifier, Span> = BTreeMap::new();
        for (name, formerly) in names.clone() {
            let Some((text, span)) = formerly.placed() else {
                continue;
            };
            let identifier = Identifier::new(text);
            let taken = names.clone().find(|(other, _)| {
                other.value == *text
                    || (other.value != name.value && Identifier::new(&other.value) == identifier)
            });
            if let Some((other, _)) = taken {
                self.report(
                    Diagnostic::new(
                        span,
                        format!("`formerly` must be a name that no {what} has, not `{text}`"),
                    )
                    .related(other.span.clone(), format!("this {what} has it"))
                    .help("name what this one was called before you renamed it, or delete `formerly`"),
                );
            } else if let Some(other) = claimed.get(&identifier) {
                self.report(
                    Diagnostic::new(span, format!("duplicate `formerly` `{text}`"))
                        .related(other.clone(), "first here")
                        .help(format!("delete one of them: one {what} becomes one {what}")),
                );
            } else {
                claimed.insert(identifier, span);
            }
        }
    }

    /// Reports names that differ only in case: IAM's names of roles are unique regardless of it, and so are folders on
    /// some machines.
    pub(crate) fn same_but_for_case<'n>(
        &mut self,
        names: impl Iterator<Item = &'n Placed<String>>,
        what: &str,
    ) {
        let mut seen: BTreeMap<String, &Placed<String>> = BTreeMap::new();
        for name in names {
            if let Some(other) = seen.get(&name.value.to_ascii_lowercase()) {
                self.report(
                    Diagnostic::new(
                        name.span.clone(),
                        format!(
                            "duplicate {what} `{}`: it differs from `{}` only in case",
                            name.value, other.value
                        ),
                    )
                    .related(other.span.clone(), "the other one")
                    .help("rename one of them: IAM ignores case in the names of their roles"),
                );
            } else {
                seen.insert(name.value.to_ascii_lowercase(), name);
            }
        }
    }

    /// The tags of a table, which stand beside those of the table that it overrides. Keys that differ only in case
    /// are the same to IAM: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules>
    pub(crate) fn tags(&mut self, tags: &Strings, overridden: &Strings) -> BTreeMap<String, String> {
        let mut resolved = BTreeMap::new();
        for (key, (span, value)) in tags {
            let same = |other: &str| other.to_lowercase() == key.to_lowercase();
            let mut earlier = tags.range(..key.clone()).chain(overridden);
            if ["Service", "Environment"].into_iter().any(same) {
                self.report(
                    Diagnostic::new(
                        span.clone(),
                        format!("the name of a tag must not be `{key}`, which Portcullis sets"),
                    )
                    .help("choose another key, not only in case: every resource has `Service` and `Environment`"),
                );
            } else if let Some((other, (place, _))) = earlier.find(|(other, _)| *other != key && same(other))
            {
                self.report(
                    Diagnostic::new(
                        span.clone(),
                        format!("duplicate tag `{key}`: it differs from `{other}` only in case"),
                    )
                    .related(place.clone(), "the other one")
                    .help("spell them alike or rename one: IAM refuses both on one role"),
                );
            }
            resolved.insert(key.clone(), value.value.clone());
        }
        resolved
    }
}

/// The name of the environment that has the longest one.
pub(crate) fn longest_environment(spec: &Spec) -> &str {
    let names = spec.environments.iter().map(|(name, _)| name.value.as_str());
    names
        .chain([LOCAL])
        .max_by_key(|name| name.len())
        .unwrap_or(LOCAL)
}
