//! The data of a random service.

use toml::{Table, Value};

use super::dice::{Dice, kms_key, table, words};

pub(super) const TABLES: [&str; 3] = ["orders", "stock", "visits"];
pub(super) const BUCKETS: [&str; 2] = ["drafts", "scans"];
/// A queue for each worker, one of failures, and one that functions send to.
pub(super) const QUEUES: [&str; 6] = ["archive", "mailer", "night", "reports", "failures", "jobs"];
pub(super) const FAILURES: &str = "queues.failures";
pub(super) const TOPICS: [&str; 3] = ["alarms", "news", "shipments"];

/// The data of a service, and what functions may do with it.
pub(super) struct Data {
    /// The tables of the spec, by the key of their kind.
    pub(super) kinds: Vec<(&'static str, Table)>,
}

impl Data {
    pub(super) fn of(dice: &mut Dice, has_key: bool, has_cors: bool) -> Self {
        let mut kinds = Vec::new();
        for (kind, names) in [
            ("tables", &TABLES[..]),
            ("buckets", &BUCKETS),
            ("queues", &QUEUES),
            ("topics", &TOPICS),
        ] {
            let mut of_kind = Table::new();
            for name in names {
                let mut one = match kind {
                    "tables" => data_table(dice),
                    "buckets" => bucket(dice, has_cors),
                    "queues" => queue(dice, name),
                    _ => topic(dice, name),
                };
                if has_key {
                    dice.maybe(&mut one, "kms_key", 60, |_| kms_key('2'));
                }
                of_kind.insert((*name).into(), one.into());
            }
            kinds.push((kind, of_kind));
        }
        Self { kinds }
    }

    pub(super) fn get(&self, kind: &str, name: &str) -> &Table {
        let (_, of_kind) = self.kinds.iter().find(|(other, _)| *other == kind).unwrap();
        of_kind[name].as_table().unwrap()
    }
}

fn key(dice: &mut Dice, name: &str) -> Value {
    match dice.chance(50) {
        true => name.into(),
        false => {
            let kind = dice.one(&["text", "number", "binary"]);
            table([("name", name.into()), ("type", kind.into())])
        }
    }
}

fn data_table(dice: &mut Dice) -> Table {
    let mut one = Table::new();
    one.insert("partition_key".into(), key(dice, "id"));
    dice.maybe(&mut one, "sort_key", 40, |dice| key(dice, "at"));
    dice.maybe(&mut one, "capacity", 50, capacity);
    let mut indexes = Table::new();
    for attribute in ["shelf", "status"] {
        if dice.chance(40) {
            let mut index = Table::new();
            index.insert("partition_key".into(), key(dice, attribute));
            dice.maybe(&mut index, "attributes", 40, |_| words(vec!["name", "price"]));
            if one.contains_key("capacity") {
                dice.maybe(&mut index, "capacity", 50, capacity);
            }
            indexes.insert(format!("by_{attribute}"), index.into());
        }
    }
    one.insert("indexes".into(), indexes.into());
    dice.maybe(&mut one, "expires_at", 40, |_| "expires".into());
    dice.maybe(&mut one, "stream", 70, |dice| {
        dice.one(&["keys_only", "new_image", "old_image", "new_and_old_images"])
            .into()
    });
    dice.maybe(&mut one, "point_in_time_recovery", 50, Dice::flag);
    one
}

pub(super) fn capacity(dice: &mut Dice) -> Value {
    table([("read", dice.number(1, 20)), ("write", dice.number(1, 20))])
}

fn bucket(dice: &mut Dice, has_cors: bool) -> Table {
    let mut one = Table::new();
    if has_cors {
        dice.maybe(&mut one, "cors", 50, |dice| {
            words(dice.some(&["DELETE", "GET", "HEAD", "POST", "PUT"]))
        });
    }
    settings(dice, "buckets", &mut one);
    one
}

fn queue(dice: &mut Dice, name: &str) -> Table {
    let mut one = Table::new();
    if name != "failures" && dice.chance(30) {
        one.insert("fifo".into(), true.into());
        dice.maybe(&mut one, "content_based_deduplication", 50, Dice::flag);
    }
    dice.maybe(&mut one, "failed_after", 40, |dice| dice.number(1, 10));
    settings(dice, "queues", &mut one);
    one
}

fn topic(dice: &mut Dice, name: &str) -> Table {
    let mut one = Table::new();
    if name == "shipments" {
        one.insert("fifo".into(), dice.flag());
    }
    settings(dice, "topics", &mut one);
    one
}

/// Sets some of the keys that an environment may override, too.
pub(super) fn settings(dice: &mut Dice, kind: &str, one: &mut Table) {
    match kind {
        "tables" => dice.maybe(one, "point_in_time_recovery", 50, Dice::flag),
        "buckets" => {
            dice.maybe(one, "versioning", 50, Dice::flag);
            dice.maybe(one, "expire_days", 40, |dice| dice.number(1, 1000));
            dice.maybe(one, "expire_old_versions_days", 40, |dice| dice.number(1, 1000));
        }
        "queues" => {
            dice.maybe(one, "retention_days", 40, |dice| dice.number(1, 14));
            dice.maybe(one, "delay_seconds", 40, |dice| dice.number(0, 900));
            dice.maybe(one, "receive_wait_time_seconds", 40, |dice| dice.number(0, 20));
            dice.maybe(one, "max_message_kb", 40, |dice| dice.number(1, 256));
        }
        _ => dice.maybe(one, "display_name", 40, |dice| {
            dice.one(&["News", "Alarms (all)"]).into()
        }),
    }
}
