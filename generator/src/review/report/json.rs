//! For a machine. A contract: fields may be added, none removed.

use serde_json::{Value, json as object};

use crate::review::report::{Plan, Report};
use crate::review::{Judged, Verdict};

/// The version of the JSON.
const FORMAT: u32 = 3;

/// The report as one JSON object.
pub fn json(report: &Report) -> String {
    let fact = |Judged { fact, verdict }: &Judged| {
        let (verdict, reason) = match verdict {
            Verdict::Info => ("info", None),
            Verdict::Blocked => ("blocked", None),
            Verdict::Accepted(reason) => ("accepted", Some(reason)),
        };
        let [before, after] = fact.values();
        object!({
            "change": fact.kind().as_str(), "of": fact.of(), "sentence": fact.sentence(),
            "before": before, "after": after, "verdict": verdict, "reason": reason,
        })
    };
    let plan = |plan: &Plan| {
        let actions = plan.actions.iter();
        object!({
            "environment": Some(&plan.environment).filter(|name| !name.is_empty()), "add": plan.add, "change": plan.change, "destroy": plan.destroy,
            "deployment": plan.deployment, "known_after_apply": plan.notes,
            "actions": actions.map(|(address, action)| object!({"address": address, "action": action})).collect::<Vec<_>>(),
        })
    };
    let report = object!({
        "format": FORMAT,
        "base": Some(&report.base).filter(|base| !base.is_empty()),
        "head": report.head,
        "blocked": report.is_blocked(),
        "facts": report.facts.iter().map(fact).collect::<Vec<Value>>(),
        "deployments": report.deployments,
        "infrastructure": report.infrastructure,
        "plans": report.plans.iter().map(plan).collect::<Vec<Value>>(),
    });
    format!("{report:#}\n")
}
