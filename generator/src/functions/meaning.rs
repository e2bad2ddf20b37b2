//! From the keys of functions to the resolved types, with the crates that make them and the routes that lead to them.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Span};
use crate::functions::keys::{BINARY, NetworkTable};
use crate::functions::{Function, Network, secrets};
use crate::identifier::Identifier;
use crate::references::{Known, Template, Values};
use crate::resources::{api_gateway_integration, lambda_function};
use crate::service::meaning::{Handler, Handlers, Resolver, longest_environment};
use crate::spec::field::Keys;
use crate::spec::{FunctionTable, Given, Own, Placed, Spec, Strings};
use crate::text_rule::NAME_64;
use crate::uses::{self, Uses};

impl Resolver<'_> {
    pub(crate) fn functions(
        &mut self,
        spec: &Spec,
        tables: &[(Placed<String>, FunctionTable)],
        handlers: Option<&Handlers>,
    ) -> BTreeMap<String, Function> {
        let mut functions = BTreeMap::new();
        let mut identifiers = BTreeMap::new();
        let mut labels = BTreeMap::new();
        let binaries: BTreeSet<&String> = handlers
            .into_iter()
            .flat_map(|handlers| handlers.values().flat_map(|handler| &handler.binaries))
            .collect();
        let surroundings = Surroundings::of(spec);
        self.same_but_for_case(tables.iter().map(|(name, _)| name), "function");
        for (name, table) in tables {
            self.collision(&mut identifiers, Identifier::new(&name.value), name, "function");
            // An error in the name of a function would be repeated for the name of its crate.
            if let Some(handlers) = handlers
                && (NAME_64.check)(&name.value)
            {
                match table.binary.placed() {
                    Some((binary, place)) => self.named_binary(binary, place, &binaries),
                    // What is wrong with the key is reported by itself.
                    None if table.binary.is_written() || binaries.contains(&name.value) => {}
                    None => self.missing_binary(name, handlers),
                }
            }
            self.limits(spec, &name.value, table, table, &surroundings);
            let may = self.may(&table.may, &surroundings.known);
            let (uses, mut statements) = self.uses(spec, &table.uses);
            let secrets = templates(&table.secrets, &surroundings.known);
            statements.extend(secrets::statements(&secrets));
            statements.extend(may.iter().cloned());
            let (on, of_events) = self.events(spec, name, &table.on, &mut labels);
            statements.extend(of_events);
            let of_uses = table.uses.first().map(|(of, _)| of.span.clone());
            let place = table.may.first().map(|first| first.span.clone());
            let of_secrets = table.secrets.values().next().map(|(place, _)| place.clone());
            let place = place
                .or(of_uses)
                .or(of_secrets)
                .unwrap_or_else(|| name.span.clone());
            self.policy_size(
                &name.value,
                &place,
                &statements,
                &values(spec),
                spec.service.tracing.value,
            );
            functions.insert(
                name.value.clone(),
                Function {
                    binary: table.binary.value.clone().filter(|binary| *binary != name.value),
                    on,
                    uses,
                    may,
                    statements,
                    ..resolved(table, &surroundings.known)
                },
            );
        }
        let former = tables.iter().map(|(name, table)| (name, &table.formerly));
        self.former_names(former, "function");
        for (package, handler) in handlers.into_iter().flatten() {
            let mut names = handler.binaries.iter().chain([package]);
            let is_run = |binary: &String| {
                let mut functions = functions.values();
                functions.any(|function| function.binary.as_ref() == Some(binary))
            };
            if !names.any(|name| functions.contains_key(name) || is_run(name)) {
                self.report(
                    Diagnostic::new(
                        0..0,
                        format!(
                            "missing `[functions.{package}]` for the crate in `{}`",
                            handler.folder
                        ),
                    )
                    .help(format!("add `[functions.{package}]`, or delete the crate"))
                    .missing(format!("functions.{package}")),
                );
            }
        }
        functions
    }

    /// Reports a function without a binary of its name. It is built from that binary, which any package may have.
    fn missing_binary(&mut self, name: &Placed<String>, handlers: &Handlers) {
        let text = &name.value;
        let Some(Handler { folder, binaries }) = handlers.get(text) else {
            return self.function_without_crate(name, handlers);
        };
        let binaries: Vec<_> = binaries.iter().map(|binary| format!("`{binary}`")).collect();
        self.report(
            Diagnostic::new(
                name.span.clone(),
                format!("missing binary `{text}` in `{folder}` for the function `{text}`"),
            )
            .label(format!("`{folder}` builds {}", binaries.join(", ")))
            .help(format!(
                "set `name = \"{text}\"` under `[[bin]]` in `{folder}/Cargo.toml`"
            )),
        );
    }

    /// Reports a `binary` that no crate builds.
    fn named_binary(&mut self, binary: &str, place: Span, binaries: &BTreeSet<&String>) {
        if !(BINARY.check)(binary) || binaries.iter().any(|known| *known == binary) {
            return;
        }
        let known = binaries.iter().map(|known| known.as_str());
        self.report(
            Diagnostic::new(place, format!("unknown `binary` `{binary}`"))
                .similar(binary, "a binary", known.clone())
                .known(known),
        );
    }

    fn function_without_crate(&mut self, name: &Placed<String>, handlers: &Handlers) {
        let text = &name.value;
        let known = handlers.iter().flat_map(|(package, handler)| {
            let binaries = handler.binaries.iter().map(String::as_str);
            binaries.chain([package.as_str()])
        });
        let missing = Diagnostic::new(
            name.span.clone(),
            format!("missing crate `{text}` in `functions/` for the function `{text}`"),
        );
        let path = |near: &str| format!("functions.{near}");
        self.report(missing.similar_key(text, "a crate", known, path).help(format!(
            "copy a crate to `functions/{text}`, name its package `{text}`, and add it to the members of \
             `functions/Cargo.toml`"
        )));
    }

    /// The functions that differ in an environment.
    pub(crate) fn functions_of_environment(
        &mut self,
        spec: &Spec,
        environment: &str,
        tables: &[(Placed<String>, Own<FunctionTable>)],
        functions: &BTreeMap<String, Function>,
    ) -> BTreeMap<String, Function> {
        let mut differing = BTreeMap::new();
        if tables.is_empty() {
            return differing;
        }
        let surroundings = Surroundings::of(spec);
        for (name, Own(own)) in tables {
            let Some((_, table)) = spec.functions.iter().find(|(other, _)| other.value == name.value) else {
                let known = spec.functions.iter().map(|(name, _)| name.value.as_str());
                let summary = format!(
                    "unknown function `{}` in `[environments.{environment}]`",
                    name.value
                );
                let path = |near: &str| format!("functions.{near}");
                self.report(
                    Diagnostic::new(name.span.clone(), summary)
                        .similar_key(&name.value, "a function", known.clone(), path)
                        .known(known),
                );
                continue;
            };
            let here = table.overridden(own);
            self.limits(spec, &name.value, own, &here, &surroundings);
            self.known_in_a_root(environment, own, &surroundings.known);
            let everywhere = functions.get(&name.value);
            let mut here = resolved(&here, &surroundings.known);
            if let Some(everywhere) = everywhere {
                here.binary.clone_from(&everywhere.binary);
                here.on.clone_from(&everywhere.on);
                here.uses.clone_from(&everywhere.uses);
                here.may.clone_from(&everywhere.may);
                here.statements.clone_from(&everywhere.statements);
            }
            if everywhere != Some(&here) {
                differing.insert(name.value.clone(), here);
            }
        }
        differing
    }

    /// Reports what breaks a limit with other keys. `written` is the table that is read, and `whole` what holds then.
    fn limits(
        &mut self,
        spec: &Spec,
        name: &str,
        written: &FunctionTable,
        whole: &FunctionTable,
        surroundings: &Surroundings,
    ) {
        if surroundings.routed.contains(name) {
            self.timeout(written, surroundings.longest_timeout);
        }
        self.layers(&written.layers);
        self.concurrency(written, whole);
        self.concurrency_of_queues(written, whole);
        self.network(written.network.as_ref());
        let mut added = surroundings.added.clone();
        let values = values(spec);
        let of_uses = uses::meaning::variables(spec, &whole.uses);
        added.extend(of_uses.map(|(key, value)| (key, value.text(&values))));
        self.secrets(&written.secrets, &surroundings.known, &values);
        self.variables(spec, name, [written, whole], &added, &surroundings.known);
    }

    /// Reports references in an environment's own variables to what no root knows.
    fn known_in_a_root(&mut self, environment: &str, own: &FunctionTable, known: &Known) {
        for (key, (_, text)) in &own.environment {
            let template = known.template(&text.value);
            let mut references = template.iter().flat_map(Template::references);
            if let Some(reference) = references.find(|reference| !reference.is_known_in_a_root()) {
                self.report(
                    Diagnostic::new(
                        text.span.clone(),
                        format!(
                            "`${{{}}}` must be in `[functions.NAME.environment]`, not in `[environments.{environment}]`",
                            reference.path()
                        ),
                    )
                    .label("each environment has its own value already")
                    .help(format!("move `{key}` to the function's own `environment`")),
                );
            }
        }
    }

    /// Reports a function that may run for longer than API Gateway waits, which is `longest`.
    fn timeout(&mut self, table: &FunctionTable, longest: u32) {
        let seconds = table.timeout_seconds.value;
        if let Some(span) = &table.timeout_seconds.span
            && seconds > longest
        {
            self.report(
                Diagnostic::new(
                    span.clone(),
                    format!(
                        "`timeout_seconds` must be at most {longest} seconds for a function with routes, not {seconds}"
                    ),
                )
                .label("API Gateway waits no longer")
                .help(format!(
                    "lower it. If AWS raised \"Maximum integration timeout in milliseconds\" for your account, set \
                     `max_timeout_seconds = {}` in `[api]`",
                    seconds.min(*api_gateway_integration::RAISED_TIMEOUT_SECONDS.end())
                )),
            );
        }
    }

    /// Reports more provisioned concurrency than is reserved, which AWS refuses:
    /// <https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html>
    fn concurrency(&mut self, written: &FunctionTable, whole: &FunctionTable) {
        let (Some((provisioned, place)), Some((reserved, other))) = (
            whole.provisioned_concurrency.placed(),
            whole.reserved_concurrency.placed(),
        ) else {
            return;
        };
        let is_written =
            written.provisioned_concurrency.is_written() || written.reserved_concurrency.is_written();
        if is_written && provisioned > reserved {
            let summary = format!(
                "`provisioned_concurrency` must be at most `reserved_concurrency`, which is {reserved}, not {provisioned}"
            );
            self.report(
                Diagnostic::new(place, summary)
                    .related(other, "reserved here")
                    .help(format!(
                        "write `reserved_concurrency = {provisioned}`, or provision less"
                    )),
            );
        }
    }

    /// Reports empty and too long lists, and what is twice in one:
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html>
    fn network(&mut self, network: Option<&NetworkTable>) {
        let Some(NetworkTable {
            span: _,
            subnets,
            security_groups,
        }) = network
        else {
            return;
        };
        for (key, list, most) in [
            ("subnets", subnets, lambda_function::MOST_SUBNETS),
            (
                "security_groups",
                security_groups,
                lambda_function::MOST_SECURITY_GROUPS,
            ),
        ] {
            let Some((ids, place)) = list.placed() else {
                continue;
            };
            if !(1..=most).contains(&ids.len()) {
                let summary = format!("`{key}` must be 1 to {most} ids, not {}", ids.len());
                self.report(Diagnostic::new(place, summary).help(match ids.is_empty() {
                    true => "name one, or delete `network`".into(),
                    false => format!("keep {most} of them"),
                }));
            }
            let mut seen: BTreeMap<&str, &Span> = BTreeMap::new();
            for id in ids {
                if let Some(first) = seen.insert(&id.value, &id.span) {
                    self.report(
                        Diagnostic::new(id.span.clone(), format!("duplicate id `{}` in `{key}`", id.value))
                            .related(first.clone(), "first here")
                            .help("delete one of them"),
                    );
                }
            }
        }
    }

    /// Reports too many layers, and two versions of one.
    fn layers(&mut self, layers: &Given<Vec<Placed<String>>>) {
        let Some((layers, span)) = layers.placed() else {
            return;
        };
        if layers.len() > lambda_function::MOST_LAYERS {
            let most = lambda_function::MOST_LAYERS;
            let summary = format!(
                "`layers` must be at most {most} layer versions, not {}",
                layers.len()
            );
            let help = "put several layers into one, or build their contents into the function";
            self.report(Diagnostic::new(span, summary).help(help));
        }
        let mut seen: BTreeMap<&str, &Span> = BTreeMap::new();
        for layer in layers {
            let name = layer
                .value
                .rsplit_once(':')
                .map_or(layer.value.as_str(), |(name, _)| name);
            match seen.get(name) {
                Some(first) => self.report(
                    Diagnostic::new(layer.span.clone(), format!("duplicate layer `{name}`"))
                        .related((*first).clone(), "first here")
                        .help("keep one version of it"),
                ),
                None => _ = seen.insert(name, &layer.span),
            }
        }
    }

    /// Reports variables that a spec must not set, unknown references in them, and too many of them.
    fn variables(
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

    /// The longest name of an environment decides how long the names of functions may be.
    pub(crate) fn function_name_lengths(&mut self, spec: &Spec, service: &str) {
        let names: Vec<_> = spec.functions.iter().map(|(name, _)| name).collect();
        self.names_of_environments(spec, service, &names, "function");
        let longest = longest_environment(spec);
        for (name, _) in &spec.functions {
            let full = format!("{service}-{longest}-{}", name.value);
            let most = lambda_function::NAME_LENGTH;
            if full.len() > most && name.value.len() <= most {
                self.report(
                    Diagnostic::new(
                        name.span.clone(),
                        format!(
                            "the name `{full}` must be at most {most} characters, not {}",
                            full.len()
                        ),
                    )
                    .label("with service and environment")
                    .help("shorten the name: functions and their roles share it"),
                );
            }
        }
    }
}

/// Settings that the limits of a function's keys depend on.
struct Surroundings<'a> {
    /// The functions that handle a route.
    routed: BTreeSet<&'a str>,
    /// Seconds that API Gateway waits for them.
    longest_timeout: u32,
    /// The variables that Portcullis adds.
    added: BTreeMap<String, String>,
    /// The references that texts may contain.
    known: Known,
}

impl<'a> Surroundings<'a> {
    fn of(spec: &'a Spec) -> Self {
        let routes = spec.routes.iter();
        let longest = spec.api.max_timeout_seconds.value;
        Self {
            routed: routes
                .filter_map(|(_, route)| route.function.value.as_deref())
                .collect(),
            longest_timeout: longest.unwrap_or(api_gateway_integration::TIMEOUT_SECONDS),
            added: added_variables(spec),
            known: Known::of(spec),
        }
    }
}

/// A function of the keys that hold for it.
fn resolved(table: &FunctionTable, known: &Known) -> Function {
    let FunctionTable {
        span: _,
        formerly,
        binary: _, // `Resolver::functions`
        description,
        memory_mb,
        timeout_seconds,
        log_retention_days,
        ephemeral_storage_mb,
        reserved_concurrency,
        provisioned_concurrency,
        network,
        layers,
        on: _,   // `Resolver::events`
        uses: _, // `Resolver::uses`
        may: _,  // `Resolver::may`
        secrets,
        environment,
    } = table;
    Function {
        formerly: formerly.value.clone(),
        binary: None,
        description: description.value.clone(),
        memory_mb: memory_mb.value,
        timeout_seconds: timeout_seconds.value,
        log_retention_days: log_retention_days.value,
        ephemeral_storage_mb: ephemeral_storage_mb.value,
        reserved_concurrency: reserved_concurrency.value,
        provisioned_concurrency: provisioned_concurrency.value,
        network: network.as_ref().map(resolved_network),
        layers: texts(layers),
        on: Vec::new(),
        uses: Uses::new(),
        may: Vec::new(),
        statements: Vec::new(),
        secrets: templates(secrets, known),
        environment: templates(environment, known),
    }
}

/// Variables with their references, without those that are wrong.
fn templates(variables: &Strings, known: &Known) -> BTreeMap<String, Template> {
    let template =
        |(key, (_, text)): (&String, &(_, Placed<String>))| Some((key.clone(), known.template(&text.value)?));
    variables.iter().filter_map(template).collect()
}

/// Returns the values of references in the environment with the longest texts. Ids of AWS always have the same length.
fn values(spec: &Spec) -> Values {
    let service = spec.service.name.value.as_deref().unwrap_or_default();
    let of_service = spec.service.region.value.as_deref();
    let regions = spec
        .environments
        .iter()
        .map(|(_, table)| table.region.value.as_deref());
    let regions = regions.chain([of_service]).flatten();
    let region = regions.max_by_key(|region| region.len()).unwrap_or_default();
    let stage = &spec.api.stage.value;
    Values::example(service, stage, longest_environment(spec), region)
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

/// Returns a function's subnets and security groups in a VPC. The order of ids has no meaning.
fn resolved_network(table: &NetworkTable) -> Network {
    let NetworkTable {
        span: _,
        subnets,
        security_groups,
    } = table;
    let sorted = |list| {
        let mut ids = texts(list);
        ids.sort();
        ids
    };
    Network {
        subnets: sorted(subnets),
        security_groups: sorted(security_groups),
    }
}

/// The texts of a list.
fn texts(list: &Given<Vec<Placed<String>>>) -> Vec<String> {
    let texts = list.value.iter().flatten();
    texts.map(|text| text.value.clone()).collect()
}

/// The variables that the service module adds to each function, with the longest origin of any environment.
fn added_variables(spec: &Spec) -> BTreeMap<String, String> {
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
