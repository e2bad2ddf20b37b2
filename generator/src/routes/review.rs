//! Routes: by their keys, which are new, gone and changed; by requests, which are open now, and which are not any more.

use std::collections::{BTreeMap, BTreeSet};

use crate::review::Fact;
use crate::review::comparison::{Comparison, who};
use crate::review::words::{code, list};
use crate::routes::requests::{Entry, Shift};
use crate::service::{Auth, ChangeKind, Segment};

pub(crate) fn facts(comparison: &Comparison, shifts: &[Shift]) -> Vec<Fact> {
    let mut facts: Vec<Fact> = new(comparison).collect();
    facts.extend(gone(comparison, shifts));
    facts.extend(answered_by_another(comparison));
    facts.extend(parameters(comparison));
    facts.extend(opened(comparison, shifts));
    facts.extend(guarded(comparison, shifts));
    facts.extend(of_no_request(comparison, shifts));
    facts
}

fn new(comparison: &Comparison) -> impl Iterator<Item = Fact> {
    comparison.routes.new.iter().map(|name| {
        let (route, key) = (&comparison.head.routes[name], name.0.key(name.1));
        let (kind, new) = match route.auth {
            Auth::None => (ChangeKind::RouteAddedOpen, "new and **open**"),
            Auth::UserPool => (ChangeKind::RouteAddedGuarded, "new"),
        };
        let who = who(comparison.head, route.auth);
        let sentence = format!(
            "{} is {new}: {who} may call it, {} answers",
            code(&key),
            code(&route.function)
        );
        comparison.fact(kind, key, sentence).states(None, Some(who))
    })
}

/// What the route answered finds another one now, or none.
fn gone(comparison: &Comparison, shifts: &[Shift]) -> impl Iterator<Item = Fact> {
    comparison.routes.gone.iter().map(|name| {
        let (route, key) = (&comparison.base.routes[name], name.0.key(name.1));
        let heirs: Vec<String> = shifts
            .iter()
            .filter(|shift| {
                shift
                    .before
                    .is_some_and(|before| (before.path, before.method) == (&name.0, name.1))
            })
            .filter_map(|shift| shift.after)
            .map(|after| code(&after.key()))
            .collect();
        let now = match heirs.len() {
            0 => "nothing answers its requests any more".into(),
            1 => format!("{} answers its requests now", heirs[0]),
            _ => format!("{} answer its requests now", list(heirs)),
        };
        comparison
            .fact(
                ChangeKind::RouteRemoved,
                key.clone(),
                format!("{} is gone: {now}", code(&key)),
            )
            .states(Some(who(comparison.base, route.auth)), None)
    })
}

fn answered_by_another(comparison: &Comparison) -> impl Iterator<Item = Fact> {
    comparison.routes.kept.iter().filter_map(|(base, head)| {
        let (before, after) = (
            &comparison.base.routes[base].function,
            &comparison.head.routes[head].function,
        );
        let key = head.0.key(head.1);
        let sentence = format!(
            "{} is answered by {}, no longer by {}",
            code(&key),
            code(after),
            code(before)
        );
        let fact = comparison.fact(ChangeKind::RouteFunctionChanged, key, sentence);
        (comparison.functions.kept.get(before) != Some(after)).then(|| fact.states(Some(before), Some(after)))
    })
}

fn parameters(comparison: &Comparison) -> Vec<Fact> {
    let mut readers: BTreeMap<String, (&Segment, &Segment, Vec<String>)> = BTreeMap::new();
    for (base, head) in comparison.routes.renamed() {
        let paths = base
            .0
            .resources()
            .zip(base.0.segments().iter().zip(head.0.segments()));
        for (path, (before, after)) in paths.filter(|(_, (before, after))| before != after) {
            let function = code(&comparison.head.routes[head].function);
            let (.., functions) = readers
                .entry(path.to_string())
                .or_insert((before, after, Vec::new()));
            if !functions.contains(&function) {
                functions.push(function);
            }
        }
    }
    let fact = |(path, (before, after, functions)): (String, (&Segment, &Segment, Vec<String>))| {
        let (before, after) = (before.to_string(), after.to_string());
        let verb = if functions.len() == 1 { "reads" } else { "read" };
        let sentence = format!(
            "{} is called {} in {}: {} {verb} it by that name",
            code(&before),
            code(&after),
            code(&path),
            list(functions)
        );
        comparison
            .fact(ChangeKind::RouteParameterRenamed, path, sentence)
            .states(Some(&before), Some(&after))
    };
    readers.into_iter().map(fact).collect()
}

/// Requests that needed a sign-in are anyone's.
fn opened(comparison: &Comparison, shifts: &[Shift]) -> Vec<Fact> {
    each(
        shifts,
        Auth::UserPool,
        Auth::None,
        |shift, before, after, requests| {
            let mut sentence = format!("{} becomes **open**: ", code(&requests));
            if !is_same(comparison, before, after) && before.key() != requests {
                sentence += &format!("{} guarded it, ", code(&before.key()));
            }
            let function = code(&after.route.function);
            sentence += &if after.key() == requests {
                format!("anyone may call it now, {function} answers")
            } else {
                format!(
                    "{} answers it now, by {function}, and anyone may call",
                    code(&after.key())
                )
            };
            let is_guarded = |entry: Option<Entry>| entry.is_some_and(|entry| entry.route.auth != Auth::None);
            let kept: BTreeSet<String> = shifts
                .iter()
                .filter(|other| is_guarded(other.before) && is_guarded(other.after) && shift.holds(other))
                .map(|other| code(&other.requests()))
                .collect();
            if !kept.is_empty() {
                let verb = if kept.len() == 1 { "stays" } else { "stay" };
                sentence += &format!("; {} {verb} guarded", list(kept));
            }
            comparison
                .fact(ChangeKind::RouteOpened, requests, sentence)
                .states(Some(who(comparison.base, Auth::UserPool)), Some("anyone"))
        },
    )
}

/// Requests that were anyone's need a sign-in.
fn guarded(comparison: &Comparison, shifts: &[Shift]) -> Vec<Fact> {
    each(
        shifts,
        Auth::None,
        Auth::UserPool,
        |_, before, after, requests| {
            let who = who(comparison.head, Auth::UserPool);
            let mut sentence = format!("{} needs a sign-in now: ", code(&requests));
            if !is_same(comparison, before, after) && before.key() != requests {
                sentence += &format!("{} was open to anyone, ", code(&before.key()));
            }
            sentence += &if after.key() == requests {
                format!("only {who} may call it, {} answers", code(&after.route.function))
            } else {
                format!("{} answers it, and only {who} may call", code(&after.key()))
            };
            comparison
                .fact(ChangeKind::RouteGuarded, requests, sentence)
                .states(Some("anyone"), Some(who))
        },
    )
}

/// Routes of another guard that answer no request of theirs, before or after: others go before them.
fn of_no_request(comparison: &Comparison, shifts: &[Shift]) -> Vec<Fact> {
    let told: BTreeSet<String> = shifts
        .iter()
        .filter_map(|shift| shift.before.zip(shift.after))
        .filter(|(before, after)| is_same(comparison, *before, *after))
        .map(|(_, after)| after.key())
        .collect();
    let mut facts = Vec::new();
    for (base, head) in &comparison.routes.kept {
        let (before, after) = (&comparison.base.routes[base], &comparison.head.routes[head]);
        let key = head.0.key(head.1);
        if before.auth != after.auth && !told.contains(&key) {
            facts.extend(comparison.setting(&["routes", &key, "auth"], Some(before.auth), Some(after.auth)));
        }
    }
    facts
}

/// A fact for each `METHOD /path` whose requests go from the one guard to the other.
fn each<'a>(
    shifts: &[Shift<'a>],
    from: Auth,
    to: Auth,
    fact: impl Fn(&Shift<'a>, Entry<'a>, Entry<'a>, String) -> Fact,
) -> Vec<Fact> {
    let mut facts = BTreeMap::new();
    for shift in shifts {
        if let (Some(before), Some(after)) = (shift.before, shift.after)
            && (before.route.auth, after.route.auth) == (from, to)
        {
            let requests = shift.requests();
            facts
                .entry(requests.clone())
                .or_insert_with(|| fact(shift, before, after, requests));
        }
    }
    facts.into_values().collect()
}

/// Whether two routes are one, in both revisions.
fn is_same(comparison: &Comparison, before: Entry, after: Entry) -> bool {
    let name = |entry: Entry| (entry.path.clone(), entry.method);
    comparison.routes.kept.get(&name(before)) == Some(&name(after))
}
