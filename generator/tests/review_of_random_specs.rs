//! Reviews of random changes, compared with a slow judge that sends every request of a small alphabet, and reviews of
//! specs with hostile text.

#![allow(clippy::unwrap_used)] // a test may panic

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use portcullis_generator::review::{AcceptedChange, ChangeKind};
use portcullis_generator::review::{Fact, Unseen, Verdict, compare, deployments, infrastructure, judge};
use portcullis_generator::service::Service;
use portcullis_generator::spec::Date;
use portcullis_test_support::random_routes::{FUNCTIONS, LONGEST, Route, allowed, route};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Segments that requests have: two that paths may name, one that none does, and an empty one, which only a greedy
/// parameter takes, and which is overlooked at the end.
const SENT: [&str; 4] = ["a", "b", "z", ""];
/// `PUT` stands for every method that no route names.
const METHODS: [&str; 4] = ["GET", "OPTIONS", "POST", "PUT"];
#[derive(Debug, Clone)]
struct Spec {
    routes: Vec<Route>,
    cors: bool,
}

fn spec() -> impl Strategy<Value = Spec> {
    (prop::collection::vec(route(), 1..9), any::<bool>()).prop_map(|(routes, cors)| Spec {
        routes: allowed(routes),
        cors,
    })
}

/// A spec, and what becomes of it: a few routes go, a few come, a few change.
fn change() -> impl Strategy<Value = (Spec, Spec)> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..4, route()), 0..4);
    let edited = (spec(), edits, any::<bool>()).prop_map(|(base, edits, other_cors)| {
        let mut head = base.clone();
        head.cors ^= other_cors && edits.len() > 2;
        for (index, edit, route) in edits {
            let index = index.index(head.routes.len());
            match edit {
                0 if head.routes.len() > 1 => _ = head.routes.remove(index),
                1 => head.routes[index].open = !head.routes[index].open,
                2 => head.routes[index].function = route.function,
                _ => head.routes.insert(0, route),
            }
        }
        head.routes = allowed(head.routes);
        (base, head)
    });
    prop_oneof![3 => edited, 1 => (spec(), spec())]
}

impl Spec {
    fn text(&self) -> String {
        let mut text = String::from(
            "[service]\nname = \"random\"\nregion = \"us-east-1\"\n\
             [user_pool.clients.cli]\nauth_flows = [\"user_srp\"]\n",
        );
        if self.cors {
            text.push_str("[api]\ncors = { allow_origin = \"https://example.com\" }\n");
        }
        text.push_str("[functions.f]\n[functions.g]\n[functions.h]\n[routes]\n");
        for route in &self.routes {
            let auth = if route.open { ", auth = \"none\"" } else { "" };
            let (key, function) = (route.key(), route.function);
            writeln!(text, "\"{key}\" = {{ function = \"{function}\"{auth} }}").unwrap();
        }
        text
    }

    fn service(&self) -> Service {
        let text = self.text();
        portcullis_generator::service(&text, None)
            .unwrap_or_else(|errors| panic!("{}", errors.render("spec", &text, false)))
    }

    /// The route that answers a request; the preflight is none.
    fn answer(&self, method: &str, sent: &[&str]) -> Option<&Route> {
        let patterns: Vec<(&[&str], &Route)> =
            self.routes.iter().map(|route| (&route.path[..], route)).collect();
        descend(&patterns, method, sent, self.cors)?
    }
}

/// A step down the resources, as API Gateway takes it. The outer option says whether anything answers, the inner
/// whether that is a route.
fn descend<'a>(
    routes: &[(&'a [&'static str], &'a Route)],
    method: &str,
    sent: &[&str],
    cors: bool,
) -> Option<Option<&'a Route>> {
    let of_resource = |routes: &[(&'a [&'static str], &'a Route)]| {
        let with = |name: &str| {
            routes
                .iter()
                .find(|(_, route)| route.method == name)
                .map(|(_, route)| *route)
        };
        if method == "OPTIONS" && cors && !routes.is_empty() {
            return Some(None);
        }
        with(method).or_else(|| with("ANY")).map(Some)
    };
    let Some((first, rest)) = sent.split_first() else {
        let here: Vec<_> = routes
            .iter()
            .copied()
            .filter(|(path, _)| path.is_empty())
            .collect();
        return of_resource(&here);
    };
    let below = |is_child: &dyn Fn(&str) -> bool| -> Vec<_> {
        let children = routes
            .iter()
            .filter(|(path, _)| path.first().is_some_and(|segment| is_child(segment)));
        children.map(|(path, route)| (&path[1..], *route)).collect()
    };
    let is_parameter =
        |segment: &str| segment.starts_with('{') && !segment.ends_with("+}") && !first.is_empty();
    descend_into(&below(&|segment| segment == *first), method, rest, cors)
        .or_else(|| descend_into(&below(&is_parameter), method, rest, cors))
        .or_else(|| of_resource(&below(&|segment| segment.ends_with("+}"))))
}

fn descend_into<'a>(
    routes: &[(&'a [&'static str], &'a Route)],
    method: &str,
    rest: &[&str],
    cors: bool,
) -> Option<Option<&'a Route>> {
    if routes.is_empty() {
        None
    } else {
        descend(routes, method, rest, cors)
    }
}

/// Every request of the alphabet.
fn requests() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut paths: Vec<Vec<&str>> = vec![Vec::new()];
    let mut longest = paths.clone();
    // One segment more than any path has.
    for _ in 0..=LONGEST {
        longest = longest
            .iter()
            .flat_map(|path| SENT.map(|segment| [&path[..], &[segment]].concat()))
            .collect();
        paths.extend(longest.clone());
    }
    let with_methods = |path: Vec<&'static str>| METHODS.map(|method| (method, path.clone()));
    paths.retain(|path| path.last() != Some(&""));
    paths.into_iter().flat_map(with_methods).collect()
}

/// Returns whether a subject such as `GET /a/{x}` holds a request.
fn holds(subject: &str, method: &str, sent: &[&str]) -> bool {
    let (of, path) = subject.split_once(' ').unwrap();
    let mut rest = sent.iter();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        match rest.next() {
            None => return false,
            Some(_) if segment.ends_with("+}") => return of == method || of == "ANY",
            Some(sent) if *sent == segment || (segment.starts_with('{') && !sent.is_empty()) => {}
            Some(_) => return false,
        }
    }
    rest.next().is_none() && (of == method || of == "ANY")
}

/// The subjects of a kind.
fn subjects(facts: &[Fact], kind: ChangeKind) -> BTreeSet<String> {
    facts
        .iter()
        .filter(|fact| fact.kind() == kind)
        .map(Fact::of)
        .collect()
}

/// Asserts that subjects contain these requests, each some of them, and that none could be narrower.
fn check_subjects(subjects: &BTreeSet<String>, moved: &[(&str, Vec<&str>)]) -> Result<(), TestCaseError> {
    for (method, sent) in moved {
        prop_assert!(
            subjects.iter().any(|subject| holds(subject, method, sent)),
            "{} {:?} is not told: {:?}",
            method,
            sent,
            subjects
        );
    }
    for subject in subjects {
        let held: Vec<_> = moved
            .iter()
            .filter(|(method, sent)| holds(subject, method, sent))
            .collect();
        prop_assert!(!held.is_empty(), "{} is invented", subject);
        let methods: BTreeSet<&str> = held.iter().map(|(method, _)| *method).collect();
        prop_assert!(
            !subject.starts_with("ANY") || methods.contains("PUT") || methods.len() > 1,
            "{} holds {:?} alone",
            subject,
            methods
        );
        let path = subject.split_once(" /").unwrap().1;
        for (index, _) in path
            .split('/')
            .enumerate()
            .filter(|(_, segment)| segment.starts_with('{'))
        {
            prop_assert!(
                held.iter().any(|(_, sent)| sent[index] == "z"),
                "{} could name a segment",
                subject
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(0), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_review_reports_exactly_what_happens_to_requests((base, head) in change()) {
        let facts = compare(Some(&base.service()), Some(&head.service()));
        let requests = requests();
        let moved = |was: bool, is: bool| -> Vec<_> {
            let goes = |(method, sent): &&(&'static str, Vec<&'static str>)| {
                let answers = base.answer(method, sent).zip(head.answer(method, sent));
                answers.is_some_and(|(before, after)| (before.open, after.open) == (was, is))
            };
            requests.iter().filter(goes).cloned().collect()
        };
        check_subjects(&subjects(&facts, ChangeKind::RouteOpened), &moved(false, true))?;
        check_subjects(&subjects(&facts, ChangeKind::RouteGuarded), &moved(true, false))?;
        let opened: BTreeSet<String> = FUNCTIONS
            .into_iter()
            .filter(|function| {
                let reached = |spec: &Spec, (method, sent): &(&str, Vec<&str>)| {
                    spec.answer(method, sent).filter(|route| route.function == *function).map(|route| route.open)
                };
                let before: BTreeSet<bool> = requests.iter().filter_map(|request| reached(&base, request)).collect();
                before == [false].into() && requests.iter().any(|request| {
                    reached(&head, request) == Some(true) && reached(&base, request).is_none()
                })
            })
            .map(String::from)
            .collect();
        prop_assert_eq!(subjects(&facts, ChangeKind::FunctionOpened), opened);
    }

    #[test]
    fn a_review_reports_added_and_removed_things_and_no_others((base, head) in change()) {
        let (before, after) = (base.service(), head.service());
        let facts = compare(Some(&before), Some(&after));
        let keys = |spec: &Spec, open: Option<bool>| -> BTreeSet<String> {
            let routes = spec.routes.iter().filter(|route| open.is_none_or(|open| route.open == open));
            routes.map(|route| route.key()).collect()
        };
        let only = |one: BTreeSet<String>, other: &Spec| -> BTreeSet<String> {
            one.difference(&keys(other, None)).cloned().collect()
        };
        prop_assert_eq!(subjects(&facts, ChangeKind::RouteRemoved), only(keys(&base, None), &head));
        prop_assert_eq!(subjects(&facts, ChangeKind::RouteAddedOpen), only(keys(&head, Some(true)), &base));
        prop_assert_eq!(subjects(&facts, ChangeKind::RouteAddedGuarded), only(keys(&head, Some(false)), &base));
        prop_assert_eq!(facts.is_empty(), before == after);
        for service in [&before, &after] {
            prop_assert!(compare(Some(service), Some(service)).is_empty());
        }
    }

    #[test]
    fn an_entry_for_each_blocked_change_lets_everything_through((base, head) in change()) {
        let facts = compare(Some(&base.service()), Some(&head.service()));
        let blocked = facts.iter().filter(|fact| fact.is_blocked());
        let lines: Vec<_> = blocked
            .map(|fact| AcceptedChange {
                change: fact.kind(),
                of: fact.of(),
                reason: "because".into(),
                until: None,
            })
            .collect();
        let today = Date { year: 2026, month: 12, day: 1 };
        let judged = judge(facts.clone(), &lines, today, Unseen::default());
        prop_assert_eq!(judged.len(), facts.len());
        prop_assert!(judged.iter().all(|one| one.verdict != Verdict::Blocked));
        let unanswered = judge(facts, &[], today, Unseen::default());
        let count = unanswered.iter().filter(|one| one.verdict == Verdict::Blocked).count();
        prop_assert_eq!(count, lines.len());
    }
}

/// Specs of other tests: among them one whose every text is hostile.
fn specs() -> Vec<Service> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    let folders = [("golden/specs", "portcullis.toml"), ("review/specs", "")];
    let paths = folders.iter().flat_map(|(folder, file)| {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        entries.map(move |entry| {
            let path = entry.unwrap().path();
            if file.is_empty() { path } else { path.join(file) }
        })
    });
    let mut paths: Vec<_> = paths.collect();
    paths.sort();
    assert!(paths.len() > 15);
    let service = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        portcullis_generator::service(&text, None)
            .unwrap_or_else(|errors| panic!("{}", errors.render(&path.display().to_string(), &text, false)))
    };
    paths.iter().map(|path| service(path)).collect()
}

#[test]
fn a_sentence_about_any_spec_is_one_printable_line() {
    let specs = specs();
    for base in &specs {
        assert!(compare(Some(base), Some(base)).is_empty(), "{}", base.name);
        assert!(
            !infrastructure(base, base) && deployments(base, base).is_empty(),
            "{}",
            base.name
        );
        for head in &specs {
            for fact in compare(Some(base), Some(head)) {
                let sentence = fact.sentence();
                assert_eq!(sentence.matches('`').count() % 2, 0, "{sentence}");
                let between = sentence.split('`').step_by(2).collect::<String>();
                assert!(between.chars().all(|c| c.is_ascii() || c == '→'), "{between}");
                let is_shown = |c: char| c == '\'' || c == '"' || c == '\\' || c.escape_debug().len() == 1;
                assert!(sentence.chars().all(is_shown), "{sentence}");
                for text in [Some(fact.of())].into_iter().chain(fact.values()).flatten() {
                    assert!(text.chars().all(|c| is_shown(c) && c != '`'), "{text}");
                }
            }
        }
    }
}
