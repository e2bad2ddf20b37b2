//! Every key of the spec, compared by its value.
//!
//! The keys are those of the resolved [`Service`], serialized: a new field is compared from then on, as a
//! `setting_changed`. The declaration of a key says what else a change of it may mean.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::environments::overridable::Overridable;
use crate::review::Direction::{self, Added, Less, More, Other, Removed};
use crate::review::Meaning::{Elsewhere, Harmless, Secret, When};
use crate::review::comparison::Comparison;
use crate::review::{ChangeKind, Fact, SubjectKind};
use crate::service::{Bucket, Function, OwnUserPool, Queue, Service, Table, Topic, UsagePlan, UserPool};
use crate::spec;
use crate::spec::declaration::Kind;
use crate::spec::toml_text;

/// The keys that changed, but for those of which another file tells.
pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let (base, head) = comparable(comparison);
    let mut settings = compare(&base, &head);
    let overridden = overridden(comparison, &settings);
    settings.retain(|setting| !overridden.contains(&setting.path));
    settings.extend(of_environments(comparison));
    leave_out_retentions(&mut settings);
    settings.sort_by(|a, b| a.path.cmp(&b.path));
    settings
        .iter()
        .filter_map(|setting| setting.fact(comparison))
        .collect()
}

/// Leaves out the retention of a function's logs if their group is another one, too. An existing group has its own retention, and the
/// function's own group is new or deleted.
fn leave_out_retentions(settings: &mut Vec<Setting>) {
    let of_group = settings.iter().filter_map(|setting| {
        let (key, function) = setting.path.split_last()?;
        (key == "log_group").then(|| function.to_vec())
    });
    let of_group: BTreeSet<Vec<String>> = of_group.collect();
    settings.retain(|setting| {
        let is_retention = |key: &String| key == "log_retention_days";
        !matches!(setting.path.split_last(), Some((key, function)) if is_retention(key) && of_group.contains(function))
    });
}

/// Keys of functions and data that change in an environment, and not as they change everywhere.
fn of_environments(comparison: &Comparison) -> Vec<Setting> {
    let mut settings = Vec::new();
    for Here {
        environment,
        table,
        name,
        everywhere,
        here,
    } in all_here(comparison)
    {
        let is_here_only = |setting: &Setting| !everywhere.contains(setting);
        settings.extend(here.into_iter().filter(is_here_only).map(|mut setting| {
            let place = ["environments", environment, table, &name].map(String::from);
            setting.path.splice(..0, place);
            setting
        }));
    }
    settings
}

/// The paths of those settings that reach no environment, because each has its own.
fn overridden(comparison: &Comparison, settings: &[Setting]) -> BTreeSet<Vec<String>> {
    let mut reached: BTreeMap<(&str, String), Vec<Vec<Setting>>> = BTreeMap::new();
    for Here {
        table, name, here, ..
    } in all_here(comparison)
    {
        reached.entry((table, name)).or_default().push(here);
    }
    let is_overridden = |setting: &&Setting| {
        let [table, name, key @ ..] = &setting.path[..] else {
            return false;
        };
        // An environment that overrides nothing of it has what holds everywhere.
        reached
            .get(&(table.as_str(), name.clone()))
            .is_some_and(|environments| {
                let is_same = |other: &Setting| {
                    other.path == key && (&other.before, &other.after) == (&setting.before, &setting.after)
                };
                environments.len() == comparison.environments.len()
                    && !environments.iter().flatten().any(is_same)
            })
    };
    settings
        .iter()
        .filter(is_overridden)
        .map(|setting| setting.path.clone())
        .collect()
}

/// Something that an environment overrides, before or after the change.
struct Here<'a> {
    environment: &'a str,
    /// The key of its tables in the spec.
    table: &'static str,
    /// Its name in the head.
    name: String,
    /// Its changes everywhere.
    everywhere: Vec<Setting>,
    /// Its changes here.
    here: Vec<Setting>,
}

fn all_here<'a>(comparison: &Comparison<'a>) -> Vec<Here<'a>> {
    let Comparison { base, head, .. } = comparison;
    let mut all = of_kind::<Function>(comparison, &comparison.functions.kept);
    all.extend(of_kind::<Table>(comparison, &in_both(&base.tables, &head.tables)));
    all.extend(of_kind::<Bucket>(
        comparison,
        &in_both(&base.buckets, &head.buckets),
    ));
    all.extend(of_kind::<Queue>(comparison, &in_both(&base.queues, &head.queues)));
    all.extend(of_kind::<Topic>(comparison, &in_both(&base.topics, &head.topics)));
    all.extend(of_kind::<UsagePlan>(
        comparison,
        &in_both(&base.usage_plans, &head.usage_plans),
    ));
    all
}

/// Those of one kind. `kept` has the names that they had and have.
fn of_kind<'a, T: Overridable>(
    comparison: &Comparison<'a>,
    kept: &BTreeMap<String, String>,
) -> Vec<Here<'a>> {
    let Comparison {
        base,
        head,
        environments,
        ..
    } = comparison;
    let changes = |before: &T, after: &T| {
        let [before, after] =
            [before, after].map(|one| serde_json::to_value(one).expect("the keys of every map are strings"));
        compare(&before, &after)
    };
    let here = environments.iter().flat_map(|environment| {
        kept.iter().filter_map(move |(before, after)| {
            let is_overridden = |service: &Service, name: &String| {
                T::differing(&service.environments[*environment]).contains_key(name)
            };
            let is_here = is_overridden(base, before) || is_overridden(head, after);
            is_here.then(|| Here {
                environment,
                table: T::KEY,
                name: after.clone(),
                everywhere: changes(&T::everywhere(base)[before], &T::everywhere(head)[after]),
                here: changes(base.here(environment, before), head.here(environment, after)),
            })
        })
    });
    here.collect()
}

/// The names that two revisions share, each beside itself.
fn in_both<T>(base: &BTreeMap<String, T>, head: &BTreeMap<String, T>) -> BTreeMap<String, String> {
    let shared = base.keys().filter(|name| head.contains_key(*name));
    shared.map(|name| (name.clone(), name.clone())).collect()
}

/// Both revisions as they are compared: what is in one of them only is left out, because others tell of it, and what
/// has another name in the base has the head's.
fn comparable(comparison: &Comparison) -> (Value, Value) {
    let with_pool = with_pool_of(comparison);
    let (mut base, mut head) = (tree(&with_pool), tree(comparison.head));
    let pools = with_pool.own_user_pool().zip(comparison.head.own_user_pool());
    let groups = pools.map(|(base, head)| in_both(&base.groups, &head.groups));
    if comparison.head.own_user_pool().is_none() {
        // The users' part of the review tells of the pool.
        for side in [&mut base, &mut head] {
            side.as_object_mut().map(|tables| tables.remove("user_pool"));
        }
    }
    let routes = comparison.routes.kept.iter();
    let routes = routes.map(|(base, head)| (base.0.key(base.1), head.0.key(head.1)));
    let environments = comparison
        .environments
        .iter()
        .map(|name| (name.to_string(), name.to_string()));
    let tables = in_both(&comparison.base.tables, &comparison.head.tables);
    let buckets = in_both(&comparison.base.buckets, &comparison.head.buckets);
    let queues = in_both(&comparison.base.queues, &comparison.head.queues);
    let topics = in_both(&comparison.base.topics, &comparison.head.topics);
    let authorizers = in_both(&comparison.base.authorizers, &comparison.head.authorizers);
    let usage_plans = in_both(&comparison.base.usage_plans, &comparison.head.usage_plans);
    for (table, kept) in [
        ("/functions", &comparison.functions.kept),
        ("/user_pool/clients", &comparison.clients.kept),
        ("/user_pool/groups", &groups.unwrap_or_default()),
        ("/tables", &tables),
        ("/buckets", &buckets),
        ("/queues", &queues),
        ("/topics", &topics),
        ("/authorizers", &authorizers),
        ("/usage_plans", &usage_plans),
        ("/routes", &routes.collect()),
        ("/environments", &environments.collect()),
    ] {
        rename(&mut base, table, kept);
        rename(
            &mut head,
            table,
            &kept.values().map(|name| (name.clone(), name.clone())).collect(),
        );
    }
    if comparison.base.api.cors.is_some() != comparison.head.api.cors.is_some() {
        for side in [&mut base, &mut head] {
            if let Some(api) = side.get_mut("api").and_then(Value::as_object_mut) {
                api.remove("cors");
            }
        }
    }
    if comparison.base.own.is_some() != comparison.head.own.is_some() {
        for side in [&mut base, &mut head] {
            side.as_object_mut().map(|tables| tables.remove("own"));
        }
    }
    (base, head)
}

/// Returns the base, with the head's pool if that is new. A new pool is compared with one without registration.
fn with_pool_of(comparison: &Comparison) -> Service {
    let mut base = comparison.base.clone();
    if let (None, Some(new)) = (base.own_user_pool(), comparison.head.own_user_pool()) {
        base.user_pool = Some(UserPool::Own(OwnUserPool {
            self_sign_up: false,
            ..new.clone()
        }));
    }
    base
}

/// A service under the keys of the spec: what stands at its top is the table `[service]`.
fn tree(service: &Service) -> Value {
    let value = serde_json::to_value(service).expect("the keys of every map are strings");
    let Value::Object(fields) = value else {
        return value;
    };
    let (tables, own): (Map<_, _>, Map<_, _>) = fields.into_iter().partition(|(_, value)| value.is_object());
    let mut tree = tables;
    tree.insert("service".into(), own.into());
    tree.into()
}

/// Leaves in a table what is named, under its new name.
fn rename(tree: &mut Value, table: &str, names: &BTreeMap<String, String>) {
    if let Some(Value::Object(table)) = tree.pointer_mut(table) {
        *table = std::mem::take(table)
            .into_iter()
            .filter_map(|(name, value)| Some((names.get(&name)?.clone(), value)))
            .collect();
    }
}

/// A key whose value is another one.
#[derive(Debug, PartialEq)]
pub(crate) struct Setting {
    pub(crate) path: Vec<String>,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

/// The keys that two trees differ in. Lists are sets: nowhere in a spec does their order mean anything.
pub(crate) fn compare(base: &Value, head: &Value) -> Vec<Setting> {
    let mut settings: BTreeMap<Vec<String>, (Option<Value>, Option<Value>)> = BTreeMap::new();
    leaves(base, &mut Vec::new(), &mut |path, value| {
        settings.entry(path.to_vec()).or_default().0 = Some(value);
    });
    leaves(head, &mut Vec::new(), &mut |path, value| {
        settings.entry(path.to_vec()).or_default().1 = Some(value);
    });
    settings
        .into_iter()
        .filter(|(_, (before, after))| before != after)
        .map(|(path, (before, after))| Setting { path, before, after })
        .collect()
}

fn leaves(value: &Value, path: &mut Vec<String>, add: &mut impl FnMut(&[String], Value)) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                path.push(key.clone());
                leaves(value, path, add);
                path.pop();
            }
        }
        Value::Null => {}
        Value::Array(items) => {
            let mut items = items.clone();
            items.sort_by_cached_key(Value::to_string);
            items.dedup();
            add(path, items.into());
        }
        leaf => add(path, leaf.clone()),
    }
}

impl Setting {
    fn fact(&self, comparison: &Comparison) -> Option<Fact> {
        let key = spec::key(&self.path);
        let rule = key.map(|key| key.meaning);
        let consequences = match rule {
            Some(Elsewhere) => return None,
            Some(When(consequences)) => consequences,
            Some(Harmless | Secret) | None => &[],
        };
        let consequence = consequences
            .iter()
            .find(|consequence| self.goes(consequence.if_, key.map(|key| &key.kind)));
        let meaning = consequence.map(|found| (found.kind, found.so));
        let is_secret = matches!(rule, Some(Secret));
        let shown = |value: &Option<Value>| match is_secret {
            true => value.as_ref().map(|_| Value::Null),
            false => value.clone(),
        };
        Some(Fact::Setting {
            path: self.path.clone(),
            of: meaning.map_or_else(|| toml_text::key(&self.path), |(kind, _)| self.subject(kind)),
            before: shown(&self.before),
            after: shown(&self.after),
            is_secret,
            meaning,
            signs_in: comparison.signs_in(),
        })
    }

    fn goes(&self, direction: Direction, kind: Option<&Kind>) -> bool {
        let (Some(before), Some(after)) = (&self.before, &self.after) else {
            return direction == if self.after.is_some() { Added } else { Removed };
        };
        match direction {
            Less => is_less(after, before, kind),
            More => is_less(before, after, kind),
            Other => true,
            Added | Removed => false,
        }
    }

    /// The subject: the environment if the change is one of it as a whole, else the key.
    fn subject(&self, kind: ChangeKind) -> String {
        match (kind.subject(), &self.path[..]) {
            (SubjectKind::Environment, [table, name, ..]) if table == "environments" => name.clone(),
            _ => toml_text::key(&self.path),
        }
    }
}

/// Returns whether a value is less than another one of its key, as [`Direction::Less`] defines it.
fn is_less(value: &Value, other: &Value, kind: Option<&Kind>) -> bool {
    match (value, other, kind) {
        (Value::Array(items), Value::Array(others), _) => others.iter().any(|item| !items.contains(item)),
        (Value::String(word), Value::String(other), Some(Kind::Choice(words))) => {
            let place = |word: &str| words.iter().position(|choice| choice.name == word);
            place(word) < place(other)
        }
        _ => number(value) < number(other),
    }
}

/// A number, or a switch as one.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_bool().map(i64::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::references::Template;
    use crate::service::LOCAL;
    use crate::spec::declaration::{Choice, Table};
    use crate::spec::field::Keys;
    use serde_json::json;

    const EVERY_KEY: &str = include_str!("../../../tests/review/specs/fleet.toml");

    /// A service that has a value for every key.
    fn fleet() -> Service {
        let mut service = crate::service(EVERY_KEY, None).unwrap();
        for function in service.functions.values_mut() {
            function.formerly = Some("old".into());
        }
        if let Some(UserPool::Own(pool)) = &mut service.user_pool {
            for client in pool.clients.values_mut() {
                client.formerly = Some("old".into());
            }
        }
        // Its table has no effect.
        service.environments.remove(LOCAL);
        service
    }

    fn keys_of(service: &Service) -> Vec<Setting> {
        compare(&json!({}), &tree(service))
    }

    #[test]
    fn every_key_of_a_service_is_declared() {
        let tree = tree(&fleet()).to_string();
        assert!(!tree.contains(":null"), "`fleet.toml` sets every key: {tree}");
        for setting in keys_of(&fleet()) {
            let key = toml_text::key(&setting.path);
            assert!(spec::key(&setting.path).is_some(), "{key} is no key of the spec");
        }
    }

    /// The declared keys that hold a value, each as a pattern in which `*` stands for any name.
    fn declared(table: &'static Table, at: &str) -> Vec<String> {
        let of = |key: &'static spec::declaration::Key| {
            let path = format!("{at}{}", key.name);
            match &key.kind {
                Kind::Table(table) | Kind::TextOrTable(_, table) => declared(table, &format!("{path}.")),
                Kind::Tables { table, .. } => declared(table, &format!("{path}.*.")),
                Kind::Strings { .. } | Kind::Lists { .. } => vec![format!("{path}.*")],
                // Compared as what holds of each function in an environment.
                Kind::Overrides { .. } => Vec::new(),
                _ => vec![path],
            }
        };
        table.keys.iter().flat_map(of).collect()
    }

    /// A key that is read and then forgotten would never be compared.
    #[test]
    fn every_declared_key_is_one_of_a_service() {
        // Each environment has the service's region, boundary, keys, tags and origin; users sign in with nothing but e-mail addresses yet.
        // A pool that exists stands in place of the other keys of a pool. KMS keys and layers are in their environment's region,
        // which cases of the review change. An existing role is in its environment's account, and can't be beside other keys. An existing log
        // group has its own retention.
        const RESOLVED: [&str; 18] = [
            "service.region",
            "service.permissions_boundary",
            "service.variables_kms_key",
            "service.logs_kms_key",
            "service.tags.*",
            "api.cors.allow_origin",
            "user_pool.sign_in_with",
            "user_pool.existing",
            "environments.*.existing_user_pool",
            "environments.*.variables_kms_key",
            "environments.*.logs_kms_key",
            "functions.*.role",
            "functions.*.log_group",
            "functions.*.layers",
            "tables.*.kms_key",
            "buckets.*.kms_key",
            "queues.*.kms_key",
            "topics.*.kms_key",
        ];
        let keys = keys_of(&fleet());
        for pattern in declared(spec::Spec::table(), "") {
            if RESOLVED.contains(&pattern.as_str()) || pattern.starts_with("review.") {
                continue;
            }
            let parts: Vec<&str> = pattern.split('.').collect();
            let is_of = |setting: &Setting| {
                let mut pairs = parts.iter().zip(&setting.path);
                setting.path.len() == parts.len() && pairs.all(|(part, key)| *part == "*" || *part == key)
            };
            assert!(keys.iter().any(is_of), "{pattern}");
        }
    }

    #[test]
    fn a_value_is_less_by_its_kind() {
        let (doc, kind) = ("", Some(&Kind::Flag));
        let words = Box::leak(Box::new(
            ["off", "optional", "on"].map(|name| Choice { name, doc }),
        ));
        let choice = Kind::Choice(words);
        for (less, more, kind) in [
            (json!(1), json!(2), kind),
            (json!(false), json!(true), kind),
            (json!("optional"), json!("on"), Some(&choice)),
            (json!("off"), json!("optional"), Some(&choice)),
            (json!([]), json!(["a"]), None),
            (json!(["b"]), json!(["a", "b"]), None),
        ] {
            assert!(is_less(&less, &more, kind), "{less} {more}");
            assert!(!is_less(&more, &less, kind), "{less} {more}");
        }
        // Something is missing on either side.
        assert!(is_less(&json!(["a"]), &json!(["b"]), None) && is_less(&json!(["b"]), &json!(["a"]), None));
    }

    /// Like a new field in a struct, without any other change.
    #[test]
    fn a_key_that_no_line_is_of_is_told() {
        let service = fleet();
        let comparison = Comparison::new(&service, &service);
        let (base, head) = comparable(&comparison);
        let mut more = head.clone();
        more["functions"]["ships"]["tracing"] = json!(true);
        more["routes"]["GET /ships"]["groups"] = json!(["readers", "all"]);
        more["throttling"] = json!({"rate_limit": 10});
        let reported = |base: &Value, head: &Value| -> Vec<String> {
            let facts = compare(base, head)
                .into_iter()
                .filter_map(|setting| setting.fact(&comparison));
            facts
                .inspect(|fact| assert_eq!(fact.kind(), ChangeKind::SettingChanged))
                .map(|fact| fact.sentence())
                .collect()
        };
        assert_eq!(
            reported(&base, &more),
            [
                "`functions.ships.tracing` set to true",
                "`routes.\"GET /ships\".groups` set to `\"all\"` and `\"readers\"`",
                "`throttling.rate_limit` set to 10",
            ]
        );
        let mut reordered = more.clone();
        reordered["routes"]["GET /ships"]["groups"] = json!(["all", "readers", "all"]);
        assert!(reported(&more, &reordered).is_empty());
        assert_eq!(reported(&more, &base).len(), 3);
    }

    #[test]
    fn the_value_of_a_variable_is_shown_nowhere() {
        let base = fleet();
        let mut head = base.clone();
        let variables = &mut head.functions.get_mut("ships").unwrap().environment;
        variables.insert("LOG_LEVEL".into(), Template::of_text("hunter2"));
        variables.insert("TOKEN".into(), Template::of_text("hunter2"));
        let facts = facts(&Comparison::new(&base, &head));
        assert_eq!(facts.len(), 2);
        assert!(!format!("{facts:?}").contains("hunter2"));
        assert!(!format!("{facts:?}").contains("info"));
    }
}
