//! Limits that depend on several keys of a function, or on other tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::environments::LOCAL;
use crate::environments::data::Here;
use crate::functions::keys::NetworkTable;
use crate::functions::variables::{added_variables, values};
use crate::references::Known;
use crate::resources::{api_gateway_integration, lambda_function};
use crate::service::meaning::Resolver;
use crate::spec::{EnvironmentTable, FunctionTable, Given, Own, Placed, Spec};
use crate::text_rule::REGION;
use crate::uses;

/// Settings that the limits of a function's keys depend on.
pub(super) struct Surroundings<'a> {
    /// The functions that handle a route or decide about its callers.
    routed: BTreeSet<&'a str>,
    /// Seconds that API Gateway waits for them.
    longest_timeout: u32,
    /// The variables that Portcullis adds.
    added: BTreeMap<String, String>,
    /// The references that texts may contain.
    pub(super) known: Known,
}

impl<'a> Surroundings<'a> {
    pub(super) fn of(spec: &'a Spec) -> Self {
        let routes = spec.routes.iter();
        let authorizers = spec.authorizers.iter();
        let decide = authorizers.filter_map(|(_, authorizer)| authorizer.function.value.as_deref());
        let longest = spec.api.max_timeout_seconds.value;
        Self {
            routed: routes
                .filter_map(|(_, route)| route.function.value.as_deref())
                .chain(decide)
                .collect(),
            longest_timeout: longest.unwrap_or(api_gateway_integration::TIMEOUT_SECONDS),
            added: added_variables(spec),
            known: Known::of(spec),
        }
    }
}

impl Resolver<'_> {
    /// Reports what breaks a limit with other keys. `written` is the table that is read, and `whole` what holds then.
    pub(super) fn limits(
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
        self.log_group(written, whole);
        let mut added = surroundings.added.clone();
        let values = values(spec);
        let of_uses = uses::meaning::variables(spec, &whole.uses);
        added.extend(of_uses.map(|(key, value)| (key, value.text(&values))));
        self.secrets(&written.secrets, &surroundings.known, &values);
        self.variables(spec, name, [written, whole], &added, &surroundings.known);
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
                        "`timeout_seconds` must be at most {longest} seconds for a function that API Gateway invokes, not {seconds}"
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
            let summary = |id: &str| format!("duplicate id `{id}` in `{key}`");
            self.duplicates(ids, |id| id, summary, "delete one of them");
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
        let name = |layer| str::rsplit_once(layer, ':').map_or(layer, |(name, _)| name);
        let summary = |name: &str| format!("duplicate layer `{name}`");
        self.duplicates(layers, name, summary, "keep one version of it");
    }

    /// Reports layers of another region than the environment's. Lambda refuses them: "Layers are not in the same region as the
    /// function". LocalStack has this message from AWS:
    /// <https://github.com/localstack/localstack/blob/main/localstack-core/localstack/services/lambda_/provider.py>
    pub(crate) fn layers_here(&mut self, spec: &Spec, table: &EnvironmentTable, here: Here<'_>) {
        let Here { environment, region } = here;
        if environment == LOCAL || !(REGION.check)(region) {
            return;
        }
        for (name, function) in &spec.functions {
            let mut functions = table.functions.iter();
            let own = functions.find(|(other, _)| other.value == name.value);
            let own = own.map(|(_, Own(own))| &own.layers);
            let own = own.filter(|layers| layers.is_written());
            let Some((layers, _)) = own.unwrap_or(&function.layers).placed() else {
                continue;
            };
            let of = |layer: &str| layer.split(':').nth(3).map(str::to_owned);
            let others = layers
                .iter()
                .filter_map(|layer| Some((&layer.span, of(&layer.value)?)));
            let mut others = others.filter(|(_, of)| of != region);
            if let Some((span, of)) = others.next() {
                let summary = format!(
                    "each of `layers` must be in `{region}`, the region of `{environment}`, not in `{of}`"
                );
                let help = match own {
                    Some(_) => "name the layer of that region, or publish it there".to_owned(),
                    None => format!(
                        "add `layers = [\"arn:…\"]` with layers of that region to `[environments.{environment}.functions.{}]`",
                        name.value
                    ),
                };
                let report = Diagnostic::new(span.clone(), summary);
                let report = others.fold(report, |report, (span, _)| {
                    report.related(span.clone(), "and this one")
                });
                self.report(report.help(help));
            }
        }
    }
}
