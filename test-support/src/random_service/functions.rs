//! The functions of a random service.

use proptest::prelude::*;
use toml::{Table, Value};

use super::api::Users;
use super::data::{BUCKETS, Data, FAILURES, TABLES, TOPICS};
use super::dice::{ACCOUNT, Dice, table, words};

/// The function whose binary all functions run: a project needs no other crate.
pub const BINARY: &str = "f";
/// The role that some functions of a random service have instead of their own.
const EXISTING_ROLE: &str = "platform";

/// The functions without routes.
pub(super) const WORKERS: [&str; 4] = ["archive", "mailer", "night", "reports"];

pub(super) fn function(dice: &mut Dice, name: &str, data: &Data, users: Users) -> Table {
    let mut one = Table::new();
    let is_worker = WORKERS.contains(&name);
    if name != BINARY {
        one.insert("binary".into(), BINARY.into());
    }
    dice.maybe(&mut one, "description", 50, |_| "Does something random".into());
    dice.maybe(&mut one, "timeout_seconds", 50, |dice| {
        dice.number(1, if is_worker { 300 } else { 29 })
    });
    of_function(dice, &mut one);
    dice.maybe(&mut one, "environment", 70, |dice| {
        environment_variables(dice, users)
    });
    if is_worker {
        one.insert("on".into(), Value::Array(events(dice, name, data)));
        of_failures(dice, &mut one);
        dice.maybe(&mut one, "on_failure", 30, |dice| {
            dice.one(&[FAILURES, "topics.alarms"]).into()
        });
    }
    // Portcullis gives no rights to an existing role.
    if is_worker && dice.chance(15) {
        let role = format!("arn:aws:iam::{ACCOUNT}:role/{EXISTING_ROLE}");
        one.insert("role".into(), role.into());
        return one;
    }
    dice.maybe(&mut one, "secrets", 30, |dice| {
        let secret = dice.one(&["ssm:/random/${environment}/url", "secretsmanager:random/url"]);
        table([("DB_URL", secret.into())])
    });
    let mut uses = Table::new();
    for (kind, names, verbs) in [
        ("tables", &TABLES[..], &["read", "scan", "write", "delete"][..]),
        ("buckets", &BUCKETS, &["read", "list", "write", "delete"]),
        ("queues", &["jobs"], &["send", "receive"]),
        ("topics", &TOPICS, &["publish"]),
    ] {
        for of in names {
            dice.maybe(&mut uses, &format!("{kind}.{of}"), 25, |dice| {
                words(dice.some(verbs))
            });
        }
    }
    one.insert("uses".into(), uses.into());
    dice.maybe(&mut one, "may", 40, |dice| {
        let statement = match dice.chance(50) {
            true => table([
                ("actions", words(vec!["ses:SendEmail", "ses:SendRawEmail"])),
                (
                    "resources",
                    words(vec!["arn:${partition}:ses:${region}:${account}:identity/*"]),
                ),
                ("reason", "It sends mails".into()),
            ]),
            false => table([
                ("actions", words(vec!["dynamodb:DescribeTable"])),
                ("resources", words(vec!["${tables.orders.arn}"])),
            ]),
        };
        Value::Array(vec![statement])
    });
    one
}

/// Sets some of the keys of a function that an environment may override, too.
pub(super) fn of_function(dice: &mut Dice, one: &mut Table) {
    dice.maybe(one, "memory_mb", 50, |dice| dice.number(128, 3008));
    dice.maybe(one, "log_retention_days", 40, |dice| {
        dice.one(&[1, 7, 30, 365]).into()
    });
    dice.maybe(one, "ephemeral_storage_mb", 30, |dice| dice.number(512, 10_240));
    dice.maybe(one, "reserved_concurrency", 30, |dice| dice.number(10, 20));
}

/// Sets some of the keys about asynchronous events that fail.
pub(super) fn of_failures(dice: &mut Dice, one: &mut Table) {
    dice.maybe(one, "retries", 30, |dice| dice.number(0, 2));
    dice.maybe(one, "max_age_seconds", 30, |dice| dice.number(60, 21_600));
}

fn environment_variables(dice: &mut Dice, users: Users) -> Value {
    let mut all = vec![
        ("API", "${api.url}"),
        ("LOG_LEVEL", "info"),
        ("PLACE", "${service}-${environment} in ${region} of ${account}"),
        ("NIGHT", "${functions.night.name}"),
        ("ORDERS", "${tables.orders.arn}"),
        ("DRAFTS", "${buckets.drafts.name}"),
        ("JOBS", "${queues.jobs.url}"),
        ("NEWS", "${topics.news.arn}"),
    ];
    if users != Users::None {
        all.push(("POOL", "${user_pool.id}"));
    }
    let all = dice.sample(prop::sample::subsequence(all.clone(), 1..=all.len()));
    let all = all.into_iter().map(|(key, value)| (key.to_owned(), value.into()));
    Value::Table(all.collect())
}

/// Events of a worker. Each has its own queue and its own objects, so that none gets what another does.
fn events(dice: &mut Dice, name: &str, data: &Data) -> Vec<Value> {
    let mut all = Vec::new();
    if dice.chance(50) {
        let mut event = Table::new();
        let schedule = dice.one(&["rate(1 day)", "cron(0 3 * * ? *)"]);
        event.insert("schedule".into(), schedule.into());
        dice.maybe(&mut event, "timezone", 50, |_| "Europe/Berlin".into());
        dice.maybe(&mut event, "input", 50, |_| table([("kind", "daily".into())]));
        all.push(event);
    }
    if dice.chance(40) {
        let mut event = Table::new();
        event.insert("event".into(), table([("source", words(vec!["shop.payments"]))]));
        dice.maybe(&mut event, "name", 50, |_| "paid".into());
        all.push(event);
    }
    if dice.chance(40) {
        let mut event = Table::new();
        event.insert("bucket".into(), dice.one(&BUCKETS).into());
        event.insert("prefix".into(), format!("{name}/").into());
        dice.maybe(&mut event, "suffix", 50, |_| ".pdf".into());
        dice.maybe(&mut event, "events", 50, |dice| {
            words(dice.some(&["created", "removed", "expired"]))
        });
        all.push(event);
    }
    if dice.chance(40) {
        let mut event = Table::new();
        event.insert("topic".into(), dice.one(&["alarms", "news"]).into());
        dice.maybe(&mut event, "filter", 50, |_| {
            table([("kind", words(vec!["order"]))])
        });
        dice.maybe(&mut event, "filter_on", 50, |dice| {
            dice.one(&["attributes", "body"]).into()
        });
        dice.maybe(&mut event, "on_failure", 50, |_| FAILURES.into());
        all.push(event);
    }
    let streamed: Vec<&str> = TABLES
        .into_iter()
        .filter(|name| data.get("tables", name).contains_key("stream"))
        .collect();
    if dice.chance(40) && !streamed.is_empty() {
        let mut event = Table::new();
        event.insert("table".into(), dice.one(&streamed).into());
        dice.maybe(&mut event, "batch", 40, |dice| dice.number(1, 1000));
        dice.maybe(&mut event, "filters", 40, |_| {
            Value::Array(vec![table([("eventName", words(vec!["INSERT"]))])])
        });
        dice.maybe(&mut event, "starting_position", 40, |_| "latest".into());
        dice.maybe(&mut event, "bisect", 40, Dice::flag);
        dice.maybe(&mut event, "retries", 40, |dice| dice.number(0, 100));
        dice.maybe(&mut event, "partial_failures", 40, Dice::flag);
        dice.maybe(&mut event, "on_failure", 40, |_| FAILURES.into());
        all.push(event);
    }
    if dice.chance(50) {
        let mut event = Table::new();
        event.insert("queue".into(), name.into());
        dice.maybe(&mut event, "batch", 40, |dice| dice.number(1, 10));
        dice.maybe(&mut event, "max_concurrency", 40, |dice| dice.number(2, 10));
        dice.maybe(&mut event, "filters", 40, |_| {
            let body = table([("kind", words(vec!["order"]))]);
            Value::Array(vec![table([("body", body)])])
        });
        all.push(event);
    }
    all.into_iter().map(Value::Table).collect()
}

/// Sets keys of a function that the emulated AWS has nothing for: it provisions nothing, and knows no layers, no networks and no
/// existing log groups.
pub(super) fn not_emulated(dice: &mut Dice, own: &mut Table) {
    dice.maybe(own, "provisioned_concurrency", 30, |dice| dice.number(1, 5));
    dice.maybe(own, "layers", 30, |_| {
        words(vec!["arn:aws:lambda:us-east-1:123456789012:layer:certificates:7"])
    });
    if !own.contains_key("log_retention_days") {
        dice.maybe(own, "log_group", 20, |_| "/company/random".into());
    }
    dice.maybe(own, "network", 30, |_| {
        table([
            ("subnets", words(vec!["subnet-0123456789abcdef0"])),
            ("security_groups", words(vec!["sg-0123456789abcdef0"])),
        ])
    });
}
