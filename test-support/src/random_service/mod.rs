//! Random services: large specs with everything that the emulated AWS can hold, and environments that override it.

mod api;
mod data;
mod dice;
mod functions;

use toml::Table;

use self::api::{Users, cors, limits_of_keys, routes, throttle, usage_plans, user_pool};
use self::data::{Data, capacity, settings};
use self::dice::{ACCOUNT, Dice, kms_key, table};
use self::functions::{WORKERS, function, not_emulated, of_failures, of_function};
use crate::random_routes::FUNCTIONS;

pub use self::functions::BINARY;

/// The environment of a random service that the emulated AWS can hold.
pub const APPLIED: &str = "dev";
/// The environment of a random service that can only be planned.
pub const PLANNED: &str = "prod";

/// Returns the spec of a random service. Two seeds are two services, and a seed is one service on every machine.
pub fn random_service(seed: u64) -> String {
    let dice = &mut Dice::of(seed);
    let cors = dice.chance(70).then(|| cors(dice));
    let users = dice.one(&[Users::Own, Users::Own, Users::Existing, Users::None]);
    let has_key = dice.chance(30);
    let data = Data::of(dice, has_key, cors.is_some());

    let mut spec = Table::new();
    spec.insert("service".into(), service(dice).into());
    match users {
        Users::Own => _ = spec.insert("user_pool".into(), user_pool(dice).into()),
        Users::Existing => {
            let arn = format!("arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_Existing1");
            spec.insert("user_pool".into(), table([("existing", arn.into())]));
        }
        Users::None => {}
    }
    let mut api = Table::new();
    dice.maybe(&mut api, "name", 30, |_| "An API".into());
    dice.maybe(&mut api, "stage", 30, |_| "v2".into());
    if users != Users::None {
        dice.maybe(&mut api, "authorizer_ttl_seconds", 50, |dice| {
            dice.number(0, 3600)
        });
    }
    dice.maybe(&mut api, "throttle", 30, throttle);
    if let Some(cors) = &cors {
        api.insert("cors".into(), cors.clone().into());
    }
    dice.maybe(&mut api, "access_logs", 50, |_| {
        table([("retention_days", 60.into())])
    });
    let has_access_logs = api.contains_key("access_logs");
    spec.insert("api".into(), api.into());
    let functions: Table = FUNCTIONS
        .iter()
        .chain(&WORKERS)
        .map(|name| ((*name).to_owned(), function(dice, name, &data, users).into()))
        .collect();
    let plans = match dice.chance(50) {
        true => usage_plans(dice),
        false => Table::new(),
    };
    spec.insert("routes".into(), routes(dice, users, !plans.is_empty()).into());
    for environment in [APPLIED, PLANNED] {
        let mut own = self::environment(dice, environment, &functions, &data, cors.as_ref());
        if has_access_logs {
            dice.maybe(&mut own, "access_log_retention_days", 50, |_| 90.into());
        }
        own.insert("usage_plans".into(), own_plans(dice, &plans).into());
        let environments = spec.entry("environments").or_insert_with(|| Table::new().into());
        let environments = environments.as_table_mut().unwrap();
        environments.insert(environment.into(), own.into());
    }
    spec.insert("functions".into(), functions.into());
    spec.insert("usage_plans".into(), plans.into());
    for (kind, of_kind) in data.kinds {
        spec.insert(kind.into(), of_kind.into());
    }
    toml::to_string(&spec).unwrap()
}

fn service(dice: &mut Dice) -> Table {
    let mut service = Table::new();
    service.insert("name".into(), "random".into());
    service.insert("region".into(), "us-east-1".into());
    dice.maybe(&mut service, "tracing", 40, Dice::flag);
    dice.maybe(&mut service, "permissions_boundary", 40, |_| {
        "arn:aws:iam::aws:policy/PowerUserAccess".into()
    });
    dice.maybe(&mut service, "variables_kms_key", 20, |_| kms_key('0'));
    dice.maybe(&mut service, "logs_kms_key", 20, |_| kms_key('1'));
    dice.maybe(&mut service, "tags", 50, |_| table([("Team", "random".into())]));
    service
}

/// Limits of an environment in place of those that the plans have everywhere.
fn own_plans(dice: &mut Dice, plans: &Table) -> Table {
    let own = plans.iter().map(|(name, everywhere)| {
        let mut own = Table::new();
        limits_of_keys(dice, &mut own, 50);
        own.retain(|key, _| everywhere.get(key).is_some());
        (name.clone(), own.into())
    });
    own.collect()
}

/// An environment that overrides what it can.
fn environment(dice: &mut Dice, name: &str, functions: &Table, data: &Data, cors: Option<&Table>) -> Table {
    let mut one = Table::new();
    one.insert("account".into(), ACCOUNT.into());
    if cors.is_some() {
        dice.maybe(&mut one, "allow_origin", 50, |_| {
            format!("https://{name}.example.com").into()
        });
    }
    dice.maybe(&mut one, "throttle", 30, throttle);
    dice.maybe(&mut one, "deletion_protection", 50, Dice::flag);
    dice.maybe(&mut one, "permissions_boundary", 30, |_| {
        "arn:aws:iam::aws:policy/ReadOnlyAccess".into()
    });
    dice.maybe(&mut one, "tags", 50, |_| table([("Stage", name.into())]));
    let mut overridden = Table::new();
    for (function, everywhere) in functions {
        let mut own = Table::new();
        if dice.chance(50) {
            of_function(dice, &mut own);
            if everywhere.get("on").is_some() {
                of_failures(dice, &mut own);
            }
            dice.maybe(&mut own, "environment", 50, |_| {
                table([("LOG_LEVEL", "warn".into())])
            });
        }
        if name == PLANNED {
            not_emulated(dice, &mut own);
        }
        overridden.insert(function.clone(), own.into());
    }
    one.insert("functions".into(), overridden.into());
    for (kind, of_kind) in &data.kinds {
        let mut overridden = Table::new();
        for (of, everywhere) in of_kind {
            let mut own = Table::new();
            if dice.chance(50) {
                settings(dice, kind, &mut own);
            }
            if *kind == "tables" && dice.chance(30) {
                let own_capacity = match dice.chance(50) {
                    true => "on_demand".into(),
                    false => capacity(dice),
                };
                own.insert("capacity".into(), own_capacity);
            }
            if everywhere.as_table().unwrap().contains_key("kms_key") {
                dice.maybe(&mut own, "kms_key", 50, |_| kms_key('3'));
            }
            overridden.insert(of.clone(), own.into());
        }
        one.insert((*kind).into(), overridden.into());
    }
    one
}
