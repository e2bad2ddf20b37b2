//! The ways in a surface, compared with those that a review and `reachable_by` follow.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;
use crate::surface::of_service;

/// Everything below a folder of the tests with this ending.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests")
        .join(folder);
    let mut open = vec![folder];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.to_string_lossy().ends_with(ending) {
            files.push(path);
        }
    }
    files
}

/// The specs of the golden files, and both sides of the review cases.
fn specs() -> BTreeSet<String> {
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let golden = files("golden/specs", "portcullis.toml");
    let mut specs: BTreeSet<String> = golden.iter().map(|path| read(path)).collect();
    for path in files("review/cases", ".toml") {
        let case: toml::Table = read(&path).parse().unwrap();
        let Some(base) = case.get("base").and_then(|base| base.as_str()) else {
            continue;
        };
        let mut text = read(&path.with_file_name(format!("../specs/{base}.toml")));
        for edits in ["base_edit", "edit"] {
            let edits = case.get(edits).and_then(|edits| edits.as_array());
            for edit in edits.into_iter().flatten() {
                let [from, to] = ["replace", "with"].map(|key| edit[key].as_str().unwrap());
                text = text.replacen(from, to, 1);
            }
            specs.insert(text.clone());
        }
    }
    specs
}

/// A way to data: the data, the route with its callers, and the steps.
type Found = (String, String, Vec<(Option<String>, String)>);

fn by_service(service: &Service) -> BTreeSet<Found> {
    let reach = Reach::of(service);
    let mut found = BTreeSet::new();
    for datum in data(service) {
        for (function, _) in reach.functions_on(&datum) {
            for Way { route, auth, steps } in reach.ways(function) {
                let callers = match auth {
                    Auth::None => "public",
                    Auth::UserPool => "user_pool",
                    Auth::Authorizer(_) => "CUSTOM",
                };
                let steps = steps
                    .into_iter()
                    .map(|Step { through, function }| (through.map(|through| through.to_string()), function));
                found.insert((datum.to_string(), format!("{callers} {route}"), steps.collect()));
            }
        }
    }
    found
}

fn by_surfaces(service: &Service) -> BTreeSet<Found> {
    let reach = Reach::of(service);
    let used: BTreeSet<(String, &str)> = data(service)
        .iter()
        .flat_map(|datum| {
            let functions = reach.functions_on(datum).into_iter();
            functions.map(move |(function, _)| (datum.to_string(), function))
        })
        .collect();
    let mut found = BTreeSet::new();
    for environment in service.environments.values() {
        for reached in of_service(service, environment).reach {
            for way in reached.by {
                // An event gives a function more rights than `uses` and `may`.
                let last = way.steps.last().unwrap().function.as_str();
                let is_route = way.entry.contains(" /");
                if is_route && used.contains(&(reached.data.clone(), last)) {
                    let steps = way.steps.into_iter().map(|step| (step.through, step.function));
                    let entry = format!("{} {}", way.callers, way.entry);
                    found.insert((reached.data.clone(), entry, steps.collect()));
                }
            }
        }
    }
    found
}

#[test]
fn a_surface_has_the_ways_that_a_review_follows() {
    let mut ways = 0;
    for spec in specs() {
        let Ok(service) = crate::service(&spec, None) else {
            continue;
        };
        let expected = by_service(&service);
        assert_eq!(by_surfaces(&service), expected, "{spec}");
        ways += expected.iter().filter(|(.., steps)| steps.len() > 1).count();
    }
    // Each over at least one function that another one invokes.
    assert!(ways > 20, "{ways}");
}

const SHOP: &str = r#"
[service]
name   = "shop"
region = "eu-central-1"

[tables.orders]
partition_key = "id"

[queues.mails]
fifo         = true
failed_after = 3

[functions.orders]
uses = { "tables.orders" = ["read", "write"] }
may  = [{ actions = ["sqs:SendMessage"], resources = ["${queues.mails.arn}"] }]

[functions.clerk]
uses = { "tables.orders" = ["delete"] }
on   = [{ queue = "mails-failed" }, { schedule = "rate(1 day)" }]

[routes]
"POST /orders" = { function = "orders", auth = "none" }

[environments.dev]
account = "123456789012"
"#;

#[test]
fn a_surface_says_who_reaches_data() {
    let service = crate::service(SHOP, None).unwrap();
    let surface = of_service(&service, &service.environments["dev"]);
    let json: Value = serde_json::to_value(&surface.reach).unwrap();
    let by_orders = json!([{"function": "orders"}]);
    let by_clerk = json!([{"function": "orders"}, {"through": "queues.mails-failed", "function": "clerk"}]);
    let post = "POST /orders";
    let receive = [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    ];
    let actions = &json[2]["by"][0]["actions"];
    assert!(
        actions
            .as_array()
            .unwrap()
            .iter()
            .all(|action| receive.contains(&action.as_str().unwrap()))
    );
    assert_eq!(
        json,
        json!([
            {"data": "tables.orders", "by": [
                {
                    "callers": "events",
                    "entry": "schedule shop-dev-clerk.schedule",
                    "steps": [{"function": "clerk"}],
                    "verbs": ["delete"],
                    "actions": ["dynamodb:DeleteItem"],
                },
                {
                    "callers": "public",
                    "entry": post,
                    "steps": by_orders,
                    "verbs": ["read", "write"],
                    "actions": [
                        "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DescribeTable", "dynamodb:GetItem",
                        "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
                    ],
                },
                {
                    "callers": "public",
                    "entry": post,
                    "steps": by_clerk,
                    "verbs": ["delete"],
                    "actions": ["dynamodb:DeleteItem"],
                },
            ]},
            {"data": "queues.mails", "by": [{
                "callers": "public",
                "entry": post,
                "steps": by_orders,
                "verbs": ["send"],
                "actions": ["sqs:SendMessage"],
            }]},
            {"data": "queues.mails-failed", "by": [
                {
                    "callers": "events",
                    "entry": "schedule shop-dev-clerk.schedule",
                    "steps": [{"function": "clerk"}],
                    "verbs": [],
                    "actions": actions,
                },
                {
                    "callers": "public",
                    "entry": post,
                    "steps": by_clerk,
                    "verbs": [],
                    "actions": actions,
                },
            ]},
        ])
    );
}
