//! Environment variables of functions: their values, their limits, and those that Portcullis adds.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::functions::secrets;
use crate::references::{Known, Template, Values};
use crate::resources::lambda_function;
use crate::service::meaning::{Resolver, longest_environment};
use crate::spec::{FunctionTable, Placed, Spec, Strings};
use crate::uses::{self, declared};

impl Resolver<'_> {
    /// Reports variables that a spec must not set, unknown references in them, and too many of them.
    pub(super) fn variables(
        &mut self,
        spec: &Spec,
        function: &str,
        [written, whole]: [&FunctionTable; 2],
        added: &BTreeMap<String, String>,
        known: &Known,
    ) {
        for (key, (span, _)) in written.environment.iter().chain(&written.secrets) {
            if let Some(owner) = lambda_function::owner_of(key) {
                self.report(
                    Diagnostic::new(
                        span.clone(),
                        format!("the name of an environment variable must not be `{key}`, which {owner}"),
                    )
                    .help("choose another name"),
                );
            } else if uses::meaning::variables(spec, &whole.uses).any(|(set, _)| set == *key) {
                self.report(
                    Diagnostic::new(
                        span.clone(),
                        format!("the name of an environment variable must not be `{key}`, which `uses` sets"),
                    )
                    .help("choose another name, or delete it and read the one that Portcullis sets"),
                );
            }
        }
        for (key, (span, text)) in &written.environment {
            if let Some((other, _)) = whole.secrets.get(key) {
                self.report(
                    Diagnostic::new(span.clone(), format!("duplicate environment variable `{key}`"))
                        .related(other.clone(), "in `secrets`, too")
                        .help("delete one of them"),
                );
            } else if secrets::is_called_secret(key) {
                let service = spec.service.name.value.as_deref().unwrap_or("shop");
                self.secret_in_a_variable(service, function, key, text);
            }
        }
        let mut places = written.environment.values().chain(written.secrets.values());
        let Some((first, _)) = places.next() else {
            return;
        };
        for (_, text) in written.environment.values() {
            if let Some(template) = self.template(text, known) {
                self.output_is_whole(text, &template);
            }
        }
        let mut own = templates(&whole.secrets, known);
        own.extend(templates(&whole.environment, known));
        let bytes = bytes(spec, added, &own);
        if bytes > lambda_function::ENVIRONMENT_BYTES {
            let added: Vec<String> = added.keys().map(|key| format!("`{key}`")).collect();
            self.report(
                Diagnostic::new(
                    first.clone(),
                    format!(
                        "the environment variables of `{function}` must be at most {} bytes, not {bytes}",
                        lambda_function::ENVIRONMENT_BYTES
                    ),
                )
                .help(format!("shorten them: Portcullis adds {}", added.join(", "))),
            );
        }
    }
}

/// Variables with their references, without those that are wrong.
pub(super) fn templates(variables: &Strings, known: &Known) -> BTreeMap<String, Template> {
    let template =
        |(key, (_, text)): (&String, &(_, Placed<String>))| Some((key.clone(), known.template(&text.value)?));
    variables.iter().filter_map(template).collect()
}

/// Returns the values of references in the environment with the longest texts. Ids of AWS always have the same length.
pub(super) fn values(spec: &Spec) -> Values {
    let service = spec.service.name.value.as_deref().unwrap_or_default();
    let of_service = spec.service.region.value.as_deref();
    let regions = spec
        .environments
        .iter()
        .map(|(_, table)| table.region.value.as_deref());
    let regions = regions.chain([of_service]).flatten();
    let region = regions.max_by_key(|region| region.len()).unwrap_or_default();
    let stage = &spec.api.stage.value;
    let mut values = Values::example(service, stage, longest_environment(spec), region);
    let keys = declared::all(spec).into_iter();
    values.kms_keys = keys
        .filter_map(|declared| Some((declared.datum, declared.kms_key?.to_owned())))
        .collect();
    values
}

/// The bytes of a function's variables.
fn bytes(spec: &Spec, added: &BTreeMap<String, String>, own: &BTreeMap<String, Template>) -> usize {
    let values = values(spec);
    let own_texts: BTreeMap<&String, String> =
        own.iter().map(|(key, text)| (key, text.text(&values))).collect();
    let mut variables: BTreeMap<&String, &String> = added.iter().collect();
    variables.extend(own_texts.iter().map(|(key, text)| (*key, text)));
    variables.iter().map(|(key, value)| key.len() + value.len()).sum()
}

/// The variables that the service module adds to each function, with the longest origin of any environment.
pub(super) fn added_variables(spec: &Spec) -> BTreeMap<String, String> {
    let mut added = BTreeMap::from([(lambda_function::IGNORE_STAGE_IN_PATH.into(), "true".into())]);
    if let Some(cors) = &spec.api.cors {
        let own = spec.environments.iter().map(|(_, table)| &table.allow_origin);
        let origins = own
            .chain([&cors.allow_origin])
            .filter_map(|origin| origin.value.clone());
        added.insert(
            lambda_function::CORS_ALLOW_ORIGIN.into(),
            origins.max_by_key(String::len).unwrap_or_default(),
        );
        if cors.allow_credentials.value {
            added.insert(lambda_function::CORS_ALLOW_CREDENTIALS.into(), "true".into());
        }
    }
    added
}
