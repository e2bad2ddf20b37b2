//! From the keys of functions to the resolved types.

use std::collections::BTreeMap;

use crate::asynchronous;
use crate::diagnostic::Diagnostic;
use crate::functions::existing_role::Needs;
use crate::functions::keys::NetworkTable;
use crate::functions::limits::Surroundings;
use crate::functions::variables::{templates, values};
use crate::functions::{Function, Network, log_groups, secrets};
use crate::identifier::Identifier;
use crate::references::{Known, Template};
use crate::resources::lambda_function;
use crate::service::meaning::{Case, Handlers, Resolver, longest_environment};
use crate::spec::field::Keys;
use crate::spec::{FunctionTable, Given, Own, Placed, Spec};
use crate::uses::{Kind, Uses, declared};

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
        let surroundings = Surroundings::of(spec);
        self.same_but_for_case(tables.iter().map(|(name, _)| name), "function");
        for (name, table) in tables {
            self.collision(&mut identifiers, Identifier::new(&name.value), name, "function");
            if let Some(handlers) = handlers {
                self.binary(name, table, handlers);
            }
            self.limits(spec, &name.value, table, table, &surroundings);
            let may = self.may(&table.may, &surroundings.known);
            let (uses, of_uses) = self.uses(spec, &table.uses);
            let secrets = secrets::statements(&templates(&table.secrets, &surroundings.known));
            let (on, of_events) = self.events(spec, name, &table.on, &mut labels);
            let on_failure = self.failure_destination(spec, &table.on_failure, &[Kind::Queues, Kind::Topics]);
            let of_failures = on_failure.iter().flat_map(|to| {
                let declared = declared::find(spec, &to.to_string());
                asynchronous::rights::statements(to, declared.is_some_and(|of| of.kms_key.is_some()))
            });
            let of_failures: Vec<_> = of_failures.collect();
            let needs = Needs {
                uses: &of_uses,
                secrets: &secrets,
                may: &may,
            };
            self.beside_an_existing_role(table, &needs);
            let mut statements = [of_uses, secrets, may.clone()].concat();
            // An existing role gets none, and a warning says what it needs.
            if !table.role.is_written() {
                statements.extend(of_events);
                let of_failures = of_failures.into_iter();
                let of_failures = of_failures.filter(|one| !statements.contains(one));
                let of_failures: Vec<_> = of_failures.collect();
                statements.extend(of_failures);
            }
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
                log_groups::longest(spec, name, table),
            );
            functions.insert(
                name.value.clone(),
                Function {
                    architecture: table
                        .architecture
                        .value
                        .filter(|own| *own != spec.service.architecture.value),
                    binary: table.binary.value.clone().filter(|binary| *binary != name.value),
                    on,
                    on_failure,
                    uses,
                    may,
                    statements,
                    ..resolved(table, &surroundings.known)
                },
            );
        }
        let former = tables.iter().map(|(name, table)| (name, &table.formerly));
        self.former_names(former, "function");
        self.unused_crates(handlers, &functions);
        functions
    }

    /// The functions that differ in an environment.
    pub(crate) fn functions_of_environment(
        &mut self,
        spec: &Spec,
        environment: &str,
        tables: &[(Placed<String>, Own<FunctionTable>)],
        functions: &BTreeMap<String, Function>,
    ) -> BTreeMap<String, Function> {
        let mut differing = log_groups::of_local(environment, functions);
        if tables.is_empty() {
            return differing;
        }
        let surroundings = Surroundings::of(spec);
        for (name, Own(own)) in tables {
            let table = self.overridden(environment, "function", "functions", name, &spec.functions);
            let Some(table) = table else { continue };
            let here = table.overridden(own);
            self.limits(spec, &name.value, own, &here, &surroundings);
            self.known_in_a_root(environment, own, &surroundings.known);
            self.existing_role_here(&name.value, own, table);
            let everywhere = functions.get(&name.value);
            let mut here = resolved(&here, &surroundings.known);
            if let Some(everywhere) = everywhere {
                here.architecture = everywhere.architecture;
                here.binary.clone_from(&everywhere.binary);
                here.on.clone_from(&everywhere.on);
                here.on_failure.clone_from(&everywhere.on_failure);
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

    /// The longest name of an environment decides how long the names of functions may be.
    pub(crate) fn function_name_lengths(&mut self, spec: &Spec, service: &str) {
        let names: Vec<_> = spec.functions.iter().map(|(name, _)| (name, "")).collect();
        self.names_of_environments(spec, &names, "function", Case::Ignored);
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

/// A function of the keys that hold for it.
fn resolved(table: &FunctionTable, known: &Known) -> Function {
    let FunctionTable {
        span: _,
        formerly,
        binary: _,       // `Resolver::functions`
        architecture: _, // `Resolver::functions`
        description,
        memory_mb,
        timeout_seconds,
        log_retention_days,
        log_group,
        ephemeral_storage_mb,
        reserved_concurrency,
        provisioned_concurrency,
        network,
        layers,
        on: _,         // `Resolver::events`
        on_failure: _, // `Resolver::failure_destination`
        retries,
        max_age_seconds,
        uses: _, // `Resolver::uses`
        role,
        may: _, // `Resolver::may`
        secrets,
        environment,
    } = table;
    Function {
        formerly: formerly.value.clone(),
        binary: None,
        architecture: None,
        description: description.value.clone(),
        memory_mb: memory_mb.value,
        timeout_seconds: timeout_seconds.value,
        log_retention_days: log_retention_days.value,
        log_group: log_group.value.clone(),
        ephemeral_storage_mb: ephemeral_storage_mb.value,
        reserved_concurrency: reserved_concurrency.value,
        provisioned_concurrency: provisioned_concurrency.value,
        network: network.as_ref().map(resolved_network),
        layers: texts(layers),
        on: Vec::new(),
        on_failure: None,
        retries: retries.value,
        max_age_seconds: max_age_seconds.value,
        uses: Uses::new(),
        role: role.value.clone(),
        may: Vec::new(),
        statements: Vec::new(),
        secrets: templates(secrets, known),
        environment: templates(environment, known),
    }
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
