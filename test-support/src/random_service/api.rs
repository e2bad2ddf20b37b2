//! The API of a random service, and its users.

use proptest::prelude::*;
use toml::{Table, Value};

use super::dice::{Dice, table, words};
use crate::random_routes::{allowed, route};

/// The callers of the routes that are not public.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Users {
    Own,
    Existing,
    None,
}

pub(super) fn user_pool(dice: &mut Dice) -> Table {
    let mut pool = Table::new();
    dice.maybe(&mut pool, "name", 50, |_| "Some users".into());
    dice.maybe(&mut pool, "self_sign_up", 50, Dice::flag);
    dice.maybe(&mut pool, "mfa", 70, |dice| {
        dice.one(&["off", "optional", "required"]).into()
    });
    let mut password = Table::new();
    dice.maybe(&mut password, "minimum_length", 50, |dice| dice.number(6, 99));
    for key in ["lowercase", "uppercase", "numbers", "symbols"] {
        dice.maybe(&mut password, key, 60, Dice::flag);
    }
    dice.maybe(&mut password, "temporary_password_validity_days", 50, |dice| {
        dice.number(1, 365)
    });
    pool.insert("password".into(), password.into());
    let mut clients = Table::new();
    for name in dice.some(&["cli", "web"]) {
        let mut flows = dice.some(&["user_srp", "user_password", "admin_user_password", "custom"]);
        flows.extend(dice.chance(50).then_some("refresh_token"));
        let mut client = Table::new();
        client.insert("auth_flows".into(), words(flows));
        for key in ["id_token_minutes", "access_token_minutes"] {
            dice.maybe(&mut client, key, 40, |dice| dice.number(5, 1440));
        }
        dice.maybe(&mut client, "refresh_token_days", 40, |dice| dice.number(1, 3650));
        dice.maybe(&mut client, "token_revocation", 40, Dice::flag);
        clients.insert(name.into(), client.into());
    }
    pool.insert("clients".into(), clients.into());
    let mut groups = Table::new();
    for name in ["staff", "back-office"] {
        if dice.chance(30) {
            let mut group = Table::new();
            dice.maybe(&mut group, "description", 50, |_| "Some users".into());
            groups.insert(name.into(), group.into());
        }
    }
    pool.insert("groups".into(), groups.into());
    pool
}

pub(super) fn cors(dice: &mut Dice) -> Table {
    let mut cors = Table::new();
    cors.insert("allow_origin".into(), "https://app.example.com".into());
    dice.maybe(&mut cors, "allow_methods", 30, |_| {
        words(vec!["DELETE", "GET", "POST", "PUT"])
    });
    dice.maybe(&mut cors, "allow_headers", 50, |dice| {
        words(dice.some(&["Content-Type", "X-Request-Id"]))
    });
    dice.maybe(&mut cors, "allow_credentials", 50, Dice::flag);
    dice.maybe(&mut cors, "max_age_seconds", 50, |dice| dice.number(1, 86_400));
    cors
}

pub(super) fn throttle(dice: &mut Dice) -> Value {
    table([("rate", dice.number(1, 200)), ("burst", dice.number(1, 200))])
}

/// The limits of each key of a usage plan.
pub(super) fn limits_of_keys(dice: &mut Dice, of: &mut Table, percent: u32) {
    dice.maybe(of, "quota", percent, |dice| {
        let per = dice.one(&["day", "week", "month"]);
        table([("requests", dice.number(1000, 100_000)), ("per", per.into())])
    });
    dice.maybe(of, "throttle", percent, throttle);
}

/// Two usage plans.
pub(super) fn usage_plans(dice: &mut Dice) -> Table {
    let mut plans = Table::new();
    for (name, keys) in [
        ("basic", ["acme", "globex"]),
        ("partners", ["initech", "umbrella"]),
    ] {
        let mut plan = Table::new();
        plan.insert("api_keys".into(), words(keys.into()));
        limits_of_keys(dice, &mut plan, 70);
        plans.insert(name.into(), plan.into());
    }
    plans
}

/// If `needs_keys`, some routes need a key of a usage plan.
pub(super) fn routes(dice: &mut Dice, users: Users, needs_keys: bool) -> Table {
    let routes = allowed(dice.sample(prop::collection::vec(route(), 25..40)));
    let mut all = Table::new();
    for route in routes {
        let mut own = Table::new();
        own.insert("function".into(), route.function.into());
        if route.open || users == Users::None {
            own.insert("auth".into(), "none".into());
        } else {
            dice.maybe(&mut own, "scopes", 20, |_| {
                words(vec!["aws.cognito.signin.user.admin"])
            });
        }
        dice.maybe(&mut own, "throttle", 20, throttle);
        if needs_keys {
            dice.maybe(&mut own, "api_key", 30, |_| true.into());
        }
        all.insert(route.key(), own.into());
    }
    // A plan opens one route at least.
    let first = all.iter_mut().next().filter(|_| needs_keys);
    if let Some((_, Value::Table(first))) = first {
        first.insert("api_key".into(), true.into());
    }
    all
}
