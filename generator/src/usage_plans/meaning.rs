//! From the keys of usage plans to the resolved types.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_foreign_text::printable::code;

use crate::diagnostic::Diagnostic;
use crate::environments::overridable::Overridable;
use crate::identifier::Identifier;
use crate::service::meaning::Resolver;
use crate::spec::field::Keys;
use crate::spec::{Own, Placed, QuotaTable, RouteTable, Spec, UsagePlanTable};
use crate::throttling::Throttle;
use crate::usage_plans::{Quota, UsagePlan};

impl Resolver<'_> {
    /// The usage plans.
    pub(crate) fn usage_plans(&mut self, spec: &Spec) -> BTreeMap<String, UsagePlan> {
        // AWS lets a key into a stage by one plan only:
        // <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html>
        let keys = spec.usage_plans.iter();
        let keys = keys.flat_map(|(_, table)| table.api_keys.value.iter().flatten());
        let summary = |key: &str| format!("duplicate API key {}", code(key));
        let help = "delete one of them: AWS takes a key in one usage plan of a stage";
        self.duplicates(keys.clone(), |key| key, summary, help);
        let (mut identifiers, mut seen) = (BTreeMap::new(), BTreeSet::new());
        for key in keys.filter(|key| seen.insert(&key.value)) {
            self.collision(&mut identifiers, Identifier::new(&key.value), key, "API key");
        }
        let mut plans = BTreeMap::new();
        let mut identifiers = BTreeMap::new();
        for (name, table) in &spec.usage_plans {
            self.collision(&mut identifiers, Identifier::new(&name.value), name, "usage plan");
            plans.insert(name.value.clone(), self.usage_plan(table));
        }
        self.keys_and_plans(spec);
        plans
    }

    /// The usage plans that differ in an environment.
    pub(crate) fn usage_plans_of_environment(
        &mut self,
        spec: &Spec,
        environment: &str,
        tables: &[(Placed<String>, Own<UsagePlanTable>)],
        everywhere: &BTreeMap<String, UsagePlan>,
    ) -> BTreeMap<String, UsagePlan> {
        let mut differing = BTreeMap::new();
        for (name, Own(own)) in tables {
            let table = self.overridden(environment, "usage plan", UsagePlan::KEY, name, &spec.usage_plans);
            let Some(table) = table else { continue };
            // A module has a block or not, in every environment.
            let quota = own.quota.as_ref().filter(|_| table.quota.is_none());
            let throttle = own.throttle.as_ref().filter(|_| table.throttle.is_none());
            let quota = quota.map(|own| ("quota", "{ requests = 10000, per = \"month\" }", &own.span));
            let throttle = throttle.map(|own| ("throttle", "{ rate = 5, burst = 10 }", &own.span));
            for (key, example, place) in quota.into_iter().chain(throttle) {
                let path = format!("{}.{}", UsagePlan::KEY, name.value);
                self.report(
                    Diagnostic::new(
                        place.clone(),
                        format!("`{key}` of an environment needs `{key}` in `[{path}]`"),
                    )
                    .help(format!(
                        "add `{key} = {example}` to `[{path}]`: that of the other environments"
                    )),
                );
            }
            // The same errors in the plan of every environment are reported already.
            let reported = self.diagnostics.count();
            let here = self.usage_plan(&table.overridden(own));
            self.diagnostics.drop_repeated(reported);
            if everywhere.get(&name.value) != Some(&here) {
                differing.insert(name.value.clone(), here);
            }
        }
        differing
    }

    fn usage_plan(&mut self, table: &UsagePlanTable) -> UsagePlan {
        let UsagePlanTable {
            span: _,
            api_keys,
            quota,
            throttle,
        } = table;
        if let Some((keys, place)) = api_keys.placed()
            && keys.is_empty()
        {
            let help = "name a key such as `acme`, or delete the plan";
            self.report(Diagnostic::new(place, "`api_keys` must not be empty").help(help));
        }
        let keys = api_keys.value.iter().flatten();
        UsagePlan {
            api_keys: keys.map(|key| key.value.clone()).collect(),
            quota: quota.as_ref().and_then(self::quota),
            throttle: throttle.as_ref().map(Throttle::of),
        }
    }

    /// Reports routes that no key opens, and plans that open no route.
    fn keys_and_plans(&mut self, spec: &Spec) {
        let needs_key = |table: &RouteTable| {
            let written = table.api_key.span.as_ref();
            table.api_key.value || written.is_some_and(|value| self.diagnostics.are_about(value))
        };
        let mut routes = spec.routes.iter().filter(|(_, table)| needs_key(table));
        match (routes.next(), spec.usage_plans.first()) {
            (Some((route, table)), None) => {
                let place = table.api_key.span.clone().unwrap_or_else(|| route.span.clone());
                self.report(
                    Diagnostic::new(place, "`api_key` needs a usage plan")
                        .label("no plan has a key for it")
                        .help("add `[usage_plans.basic]` with `api_keys = [\"acme\"]`")
                        .missing("usage_plans"),
                );
            }
            (None, Some((name, _))) => {
                let path = format!("{}.{}", UsagePlan::KEY, name.value);
                self.report(
                    Diagnostic::new(
                        name.span.clone(),
                        format!("`[{path}]` needs a route with `api_key = true`"),
                    )
                    .label("its keys open no route")
                    .help("add `api_key = true` to the routes that need a key, or delete the plan"),
                );
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
}

fn quota(table: &QuotaTable) -> Option<Quota> {
    let QuotaTable {
        span: _,
        requests,
        per,
    } = table;
    Some(Quota {
        requests: requests.value?,
        per: per.value?,
    })
}
