//! From the spec as written to the service it means, with every mistake on the way.
//!
//! The limits that are checked here are the resources' own and stand in their files.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::diagnostic::{Diagnostic, Diagnostics, Span, nearest};
use crate::identifier::Identifier;
use crate::service::{Architecture, LOCAL, Service};
use crate::spec::{Spec, StringMap, Written};

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

/// What the spec means. It is held against the `handlers` that there are; without them it is read by itself, as that
/// of another revision, whose crates are not there.
///
/// None where anything is wrong; then `diagnostics` says what.
pub fn resolve(spec: &Spec, handlers: Option<&Handlers>, diagnostics: &mut Diagnostics) -> Option<Service> {
    let mut resolver = Resolver { diagnostics };
    let service = resolver.service(spec, handlers);
    resolver.diagnostics.is_empty().then_some(service)
}

pub(crate) struct Resolver<'a> {
    pub(crate) diagnostics: &'a mut Diagnostics,
}

impl Resolver<'_> {
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(crate) fn service(&mut self, spec: &Spec, handlers: Option<&Handlers>) -> Service {
        let name = self.service_name(spec);
        let functions = self.functions(spec, handlers);
        let mut environments = BTreeMap::new();
        let service_tags = self.tags(&spec.service.tags, &StringMap::new());
        let cors = spec.api.cors.as_ref();
        environments.insert(
            LOCAL.into(),
            self.environment(spec, &name, LOCAL, None, &service_tags),
        );
        for (environment, table) in &spec.environments {
            let key = environment.get_ref();
            self.environment_name(environment);
            environments.insert(
                key.clone(),
                self.environment(spec, &name, key, Some(table), &service_tags),
            );
        }
        self.same_but_for_case(spec.environments.iter().map(|(name, _)| name), "environments");
        self.shared_states(spec, &environments);
        self.function_name_lengths(spec, &name);
        Service {
            architecture: self.architecture(spec),
            user_pool: self.user_pool(&spec.user_pool, &name),
            api: self.api(&spec.api, &name, cors),
            routes: self.routes(spec),
            name,
            functions,
            environments,
            accepted_changes: self.accepted_changes(&spec.review),
        }
    }

    pub(crate) fn service_name(&mut self, spec: &Spec) -> String {
        let Some(name) = &spec.service.name else {
            return String::new();
        };
        self.check_name(name, "a service", 32);
        name.get_ref().clone()
    }

    /// Names that become parts of names in AWS and folders on disk; whether this can be one.
    pub(crate) fn check_name(&mut self, name: &Written<String>, what: &str, longest: usize) -> bool {
        let text = name.get_ref();
        let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let holds = text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        let valid = starts && holds && text.len() <= longest;
        if !valid {
            self.report(
                Diagnostic::new(name.span(), format!("`{text}` can't be the name of {what}")).hint(format!(
                    "a name begins with a letter and holds letters, digits, `-` and `_`, at most {longest}: \
                     it becomes part of names in AWS"
                )),
            );
        }
        valid
    }

    pub(crate) fn architecture(&mut self, spec: &Spec) -> Architecture {
        let Some(written) = &spec.service.architecture else {
            return Architecture::X86_64;
        };
        Architecture::parse(written.get_ref()).unwrap_or_else(|| {
            self.report(
                Diagnostic::new(
                    written.span(),
                    format!("`{}` is not an architecture of Lambda", written.get_ref()),
                )
                .hint("write `x86_64` or `arm64`"),
            );
            Architecture::X86_64
        })
    }

    /// Reports a word that is none of the known ones.
    pub(crate) fn unknown<'k>(
        &mut self,
        word: &Written<String>,
        what: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let mut diagnostic = Diagnostic::new(word.span(), format!("unknown {what} `{}`", word.get_ref()));
        if let Some(near) = nearest(word.get_ref(), known.clone()) {
            diagnostic = diagnostic.label(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic.hint(format!("known: {}", known.collect::<Vec<_>>().join(", "))));
    }

    /// Two names of the spec that would be the same in Terraform.
    pub(crate) fn collision(
        &mut self,
        seen: &mut BTreeMap<Identifier, (Span, String)>,
        identifier: Identifier,
        written: &Written<String>,
        what: &str,
    ) {
        if let Some((span, other)) = seen.get(&identifier) {
            self.report(
                Diagnostic::new(
                    written.span(),
                    format!(
                        "the {what} `{other}` and `{}` would both be `{identifier}` in Terraform",
                        written.get_ref()
                    ),
                )
                .related(span.clone(), "the other one")
                .hint("rename one of them"),
            );
        } else {
            seen.insert(identifier, (written.span(), written.get_ref().clone()));
        }
    }

    /// The names that things had before: each is nobody's any more, and claimed once. They are Terraform's addresses,
    /// so one that maps to the same address as a name that is there is taken, but for its own.
    pub(crate) fn former_names<'n>(
        &mut self,
        names: impl Iterator<Item = (&'n Written<String>, Option<&'n Written<String>>)> + Clone,
        what: &str,
        longest: usize,
    ) {
        let mut claimed: BTreeMap<Identifier, &Written<String>> = BTreeMap::new();
        for (name, formerly) in names.clone() {
            let Some(formerly) = formerly else { continue };
            if !self.check_name(formerly, &format!("a {what}"), longest) {
                continue;
            }
            let text = formerly.get_ref();
            let identifier = Identifier::new(text);
            let taken = names.clone().find(|(other, _)| {
                other.get_ref() == text
                    || (other.get_ref() != name.get_ref() && Identifier::new(other.get_ref()) == identifier)
            });
            if let Some((other, _)) = taken {
                self.report(
                    Diagnostic::new(
                        formerly.span(),
                        format!("`{}` can't be the former name: a {what} has it", formerly.get_ref()),
                    )
                    .related(other.span(), "here")
                    .hint("`formerly` names what this one was called before it was renamed; leave it out where nothing was renamed"),
                );
            } else if let Some(other) = claimed.get(&identifier) {
                self.report(
                    Diagnostic::new(
                        formerly.span(),
                        format!("two {what}s were `{}` before", formerly.get_ref()),
                    )
                    .related(other.span(), "the other one")
                    .hint("one thing becomes one thing: leave one of them out"),
                );
            } else {
                claimed.insert(identifier, formerly);
            }
        }
    }

    /// Names that differ only in case: IAM's names of roles are unique regardless of it, and so are folders on some
    /// machines.
    pub(crate) fn same_but_for_case<'n>(
        &mut self,
        names: impl Iterator<Item = &'n Written<String>>,
        what: &str,
    ) {
        let mut seen: BTreeMap<String, &Written<String>> = BTreeMap::new();
        for name in names {
            if let Some(other) = seen.get(&name.get_ref().to_ascii_lowercase()) {
                self.report(
                    Diagnostic::new(
                        name.span(),
                        format!(
                            "the {what} `{}` and `{}` differ only in case",
                            other.get_ref(),
                            name.get_ref()
                        ),
                    )
                    .related(other.span(), "the other one")
                    .hint("rename one of them: IAM ignores case in the names of their roles"),
                );
            } else {
                seen.insert(name.get_ref().to_ascii_lowercase(), name);
            }
        }
    }

    pub(crate) fn display_name(
        &mut self,
        written: &Option<Written<String>>,
        default: &str,
        what: &str,
        check: fn(&str) -> Result<(), &'static str>,
    ) -> String {
        let Some(name) = written else {
            return default.into();
        };
        if let Err(why) = check(name.get_ref()) {
            self.report(
                Diagnostic::new(
                    name.span(),
                    format!("`{}` can't be the name of {what}", name.get_ref()),
                )
                .hint(why),
            );
        }
        name.get_ref().clone()
    }

    /// A number of the spec within its limits, or the default.
    pub(crate) fn number(
        &mut self,
        key: &str,
        written: &Option<Written<i64>>,
        default: u32,
        limits: RangeInclusive<u32>,
        unit: &str,
    ) -> u32 {
        let Some(written) = written else { return default };
        match u32::try_from(*written.get_ref())
            .ok()
            .filter(|value| limits.contains(value))
        {
            Some(value) => value,
            None => {
                self.report(Diagnostic::new(
                    written.span(),
                    format!(
                        "`{key}` must be between {} and {} {unit}",
                        limits.start(),
                        limits.end()
                    ),
                ));
                default
            }
        }
    }
}

/// Whether Cognito would take a text for an e-mail address: something on both sides of one `@`, a dot in the
/// domain, nothing that would need quoting.
pub fn is_email(text: &str) -> bool {
    let valid = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| {
                c.is_ascii_graphic() && !matches!(c, '@' | '"' | '\\' | ',' | ';' | '<' | '>' | '(' | ')')
            })
    };
    text.len() <= 254
        && text.split_once('@').is_some_and(|(user, domain)| {
            valid(user)
                && valid(domain)
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        })
}
