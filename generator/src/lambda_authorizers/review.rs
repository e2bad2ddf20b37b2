//! Lambda authorizers: new ones, those that are gone, and those that ask another function.

use std::collections::BTreeSet;

use crate::lambda_authorizers::LambdaAuthorizer;
use crate::reach::Reach;
use crate::review::comparison::Comparison;
use crate::review::{ChangeKind, Fact};

/// `reaches` are those of the base and of the head.
pub(crate) fn facts(comparison: &Comparison, [base, head]: [&Reach; 2]) -> Vec<Fact> {
    let (before, after) = (&comparison.base.authorizers, &comparison.head.authorizers);
    let new = after.keys().filter(|name| !before.contains_key(*name));
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let added = new.map(|name| Fact::AuthorizerAdded {
        authorizer: name.clone(),
        function: after[name].function.clone(),
    });
    let removed = gone.map(|name| Fact::AuthorizerRemoved {
        authorizer: name.clone(),
    });
    let mut facts: Vec<Fact> = added.chain(removed).collect();
    for (name, after) in after {
        let Some(before) = before.get(name) else { continue };
        if comparison.functions.kept.get(&before.function) != Some(&after.function) {
            facts.extend(comparison.setting_with(
                &["authorizers", name, "function"],
                Some(&before.function),
                Some(&after.function),
                Some((
                    ChangeKind::AuthorizerWider,
                    "another function decides who may call",
                )),
            ));
        }
    }
    facts.extend(opened(comparison, base, head));
    facts
}

/// Functions that only callers with a token reached, and that decide about callers now, so that anyone makes them run.
fn opened(comparison: &Comparison, base: &Reach, head: &Reach) -> Vec<Fact> {
    let kept = comparison.functions.kept.iter();
    let opened = kept.filter(|(before, after)| {
        let is_new = !comparison.base.decides(before) && comparison.head.decides(after);
        is_new && !base.ways(before).is_empty() && base.public_ways(before).is_empty()
    });
    opened
        .filter_map(|(_, after)| {
            let ways = head.public_ways(after).into_iter();
            let requests: BTreeSet<String> = ways.map(|way| way.route).collect();
            (!requests.is_empty()).then(|| Fact::FunctionOpened {
                function: after.clone(),
                requests: requests.into_iter().collect(),
            })
        })
        .collect()
}

/// Returns whether two authorizers admit the same callers: the same function decides by the same.
pub(crate) fn are_alike(
    comparison: &Comparison,
    before: &LambdaAuthorizer,
    after: &LambdaAuthorizer,
) -> bool {
    let function = comparison.functions.kept.get(&before.function);
    function == Some(&after.function)
        && *after
            == LambdaAuthorizer {
                function: after.function.clone(),
                ..before.clone()
            }
}
