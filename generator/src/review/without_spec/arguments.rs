//! Arguments whose change has a meaning of its own, and what is harmless. Everything else of a type that decides about
//! access is not classified.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::resources::{self, EVERYWHERE, Meaning};
use crate::review::ChangeKind;
use crate::surface::is_unset;
use portcullis_terraform_json::plan::{Change, holds_unknown};

/// The direction of a change that has the meaning.
#[derive(Clone, Copy)]
enum When {
    /// A lower number, or none instead of one.
    Lower,
    /// A higher number.
    Higher,
    /// `true` or this text is no longer the value.
    NoLonger(&'static str),
    /// `true` becomes the value.
    On,
    /// A list gets another item.
    Gains,
    /// A value that stands further left in this list.
    Before(&'static [&'static str]),
}

/// An argument with a meaning.
struct Rule {
    kind: &'static str,
    argument: &'static str,
    when: When,
    change: ChangeKind,
    so: &'static str,
    /// True if a new resource has the meaning, too.
    is_of_new: bool,
}

const fn rule(
    kind: &'static str,
    argument: &'static str,
    when: When,
    change: ChangeKind,
    so: &'static str,
) -> Rule {
    Rule {
        kind,
        argument,
        when,
        change,
        so,
        is_of_new: false,
    }
}

const fn of_new(rule: Rule) -> Rule {
    Rule {
        is_of_new: true,
        ..rule
    }
}

const POOL: &str = "aws_cognito_user_pool";
const TABLE: &str = "aws_dynamodb_table";
const BUCKET: &str = "aws_s3_bucket";
const BLOCK: &str = "aws_s3_bucket_public_access_block";
const STAGE: &str = "aws_api_gateway_stage";
const REST_API: &str = "aws_api_gateway_rest_api";
const TRUE: &str = "true";

const WEAKER: &str = "passwords may be **weaker**";
const NOT_PROTECTED: &str = "AWS **no longer refuses** to delete it";
const OPEN_BUCKET: &str = "a policy or an ACL may open the bucket **to the public**";

const RULES: [Rule; 23] = [
    rule(
        POOL,
        "deletion_protection",
        When::NoLonger("ACTIVE"),
        ChangeKind::DeletionProtectionOff,
        NOT_PROTECTED,
    ),
    of_new(rule(
        POOL,
        "admin_create_user_config.allow_admin_create_user_only",
        When::NoLonger(TRUE),
        ChangeKind::SelfSignUpOn,
        "**anyone** may sign up, and then call routes for signed-in users",
    )),
    rule(
        POOL,
        "password_policy.minimum_length",
        When::Lower,
        ChangeKind::PasswordWeaker,
        WEAKER,
    ),
    rule(
        POOL,
        "password_policy.require_lowercase",
        When::NoLonger(TRUE),
        ChangeKind::PasswordWeaker,
        WEAKER,
    ),
    rule(
        POOL,
        "password_policy.require_numbers",
        When::NoLonger(TRUE),
        ChangeKind::PasswordWeaker,
        WEAKER,
    ),
    rule(
        POOL,
        "password_policy.require_symbols",
        When::NoLonger(TRUE),
        ChangeKind::PasswordWeaker,
        WEAKER,
    ),
    rule(
        POOL,
        "password_policy.require_uppercase",
        When::NoLonger(TRUE),
        ChangeKind::PasswordWeaker,
        WEAKER,
    ),
    rule(
        POOL,
        "password_policy.temporary_password_validity_days",
        When::Higher,
        ChangeKind::PasswordWeaker,
        "temporary passwords are valid for longer",
    ),
    rule(
        POOL,
        "mfa_configuration",
        When::Before(&["OFF", "OPTIONAL", "ON"]),
        ChangeKind::MfaWeaker,
        "Cognito asks fewer users for a second factor",
    ),
    rule(
        "aws_cognito_user_pool_client",
        "explicit_auth_flows",
        When::Gains,
        ChangeKind::ClientFlowAdded,
        "the client may sign users in by them",
    ),
    rule(
        TABLE,
        "deletion_protection_enabled",
        When::NoLonger(TRUE),
        ChangeKind::DeletionProtectionOff,
        NOT_PROTECTED,
    ),
    rule(
        TABLE,
        "point_in_time_recovery.enabled",
        When::NoLonger(TRUE),
        ChangeKind::BackupsOff,
        "AWS **deletes** the backups of the past 35 days",
    ),
    rule(
        TABLE,
        "ttl.enabled",
        When::On,
        ChangeKind::ItemsExpire,
        "DynamoDB **deletes** items whose time is over",
    ),
    rule(
        BUCKET,
        "force_destroy",
        When::On,
        ChangeKind::DeletionProtectionOff,
        "Terraform may delete it **with its objects**",
    ),
    of_new(rule(
        BLOCK,
        "block_public_acls",
        When::NoLonger(TRUE),
        ChangeKind::AccessWidened,
        OPEN_BUCKET,
    )),
    of_new(rule(
        BLOCK,
        "block_public_policy",
        When::NoLonger(TRUE),
        ChangeKind::AccessWidened,
        OPEN_BUCKET,
    )),
    of_new(rule(
        BLOCK,
        "ignore_public_acls",
        When::NoLonger(TRUE),
        ChangeKind::AccessWidened,
        OPEN_BUCKET,
    )),
    of_new(rule(
        BLOCK,
        "restrict_public_buckets",
        When::NoLonger(TRUE),
        ChangeKind::AccessWidened,
        OPEN_BUCKET,
    )),
    rule(
        "aws_sqs_queue",
        "message_retention_seconds",
        When::Lower,
        ChangeKind::MessageRetentionShorter,
        "SQS **deletes** messages that are older",
    ),
    rule(
        REST_API,
        "endpoint_configuration.types",
        When::NoLonger("[\"PRIVATE\"]"),
        ChangeKind::AccessWidened,
        "callers outside of the network reach the API",
    ),
    rule(
        REST_API,
        "disable_execute_api_endpoint",
        When::NoLonger(TRUE),
        ChangeKind::AccessWidened,
        "the API also answers at the address that AWS gives it",
    ),
    rule(
        STAGE,
        "client_certificate_id",
        When::Gains,
        ChangeKind::SettingChanged,
        "other backends accept its calls",
    ),
    rule(
        "aws_cognito_user_pool_client",
        "enable_token_revocation",
        When::NoLonger(TRUE),
        ChangeKind::TokenLifetimeLonger,
        "a refresh token can't be revoked",
    ),
];

/// Types whose arguments are compared as parts of a surface: as routes, authorizers, functions and their roles. Answers to
/// requests that the gateway itself refuses reach nothing.
const COMPARED: [&str; 20] = [
    "aws_api_gateway_authorizer",
    "aws_api_gateway_deployment",
    "aws_api_gateway_gateway_response",
    "aws_api_gateway_integration",
    "aws_api_gateway_integration_response",
    "aws_api_gateway_method",
    "aws_api_gateway_method_response",
    "aws_api_gateway_resource",
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_iam_policy",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_lambda_alias",
    "aws_lambda_event_source_mapping",
    "aws_lambda_function",
    "aws_lambda_function_url",
    "aws_lambda_permission",
    "aws_scheduler_schedule",
];

/// Arguments of other types that surfaces show, and that decide nothing about access by themselves.
const NAMES_AND_KEYS: [(&str, &str); 11] = [
    (POOL, "name"),
    ("aws_cognito_user_pool_client", "name"),
    (REST_API, "body"), // compared as routes
    (REST_API, "name"),
    (STAGE, "deployment_id"), // compared as routes
    (TABLE, "attribute"),
    (TABLE, "stream_enabled"),
    (TABLE, "stream_view_type"),
    ("aws_sqs_queue", "kms_master_key_id"),
    ("aws_sqs_queue", "sqs_managed_sse_enabled"),
    ("aws_sns_topic", "display_name"),
];

/// The meaning of a changed argument.
pub(super) enum Judged {
    /// It decides nothing about access or data.
    Harmless,
    /// This, with the kind of change if it is in the direction that has one.
    Setting(Option<(ChangeKind, &'static str)>),
    /// It is not classified.
    Unclassified,
}

/// Judges the change of an argument of a type that surfaces know. `is_compared` says that a surface accounts for the
/// resource.
pub(super) fn judge(kind: &str, argument: &str, is_compared: bool, before: &Value, after: &Value) -> Judged {
    if let Some(rule) = find(kind, argument) {
        let meaning = rule.when.holds(before, after).then_some((rule.change, rule.so));
        return Judged::Setting(meaning);
    }
    let of_type = resources::of(kind).map_or(&[][..], |of| of.arguments);
    let parents = || argument.split('.').next().unwrap_or(argument);
    let meaning = |name: &str| {
        let mut all = of_type.iter().chain(&EVERYWHERE);
        all.find(|(other, _)| *other == name).map(|(_, meaning)| *meaning)
    };
    match meaning(argument).or_else(|| meaning(parents())) {
        Some(Meaning::Harmless) => Judged::Harmless,
        Some(Meaning::Shown) if is_compared && COMPARED.contains(&kind) => Judged::Harmless,
        Some(Meaning::Shown) if NAMES_AND_KEYS.contains(&(kind, argument)) => Judged::Harmless,
        Some(Meaning::Default(default)) if is_default(before, default) && is_default(after, default) => {
            Judged::Harmless
        }
        Some(Meaning::Default(_) | Meaning::Secret | Meaning::Shown) | None => Judged::Unclassified,
    }
}

/// Returns the meanings of a new resource.
pub(super) fn of_new_resource(kind: &str, after: &Value) -> Vec<(String, Value, ChangeKind, &'static str)> {
    let values = leaves(after);
    let rules = RULES.iter().filter(|rule| rule.kind == kind && rule.is_of_new);
    rules
        .filter_map(|rule| {
            let value = values.get(rule.argument).cloned().unwrap_or_default();
            let safe = match rule.when {
                When::NoLonger(TRUE) => Value::Bool(true),
                _ => Value::Null,
            };
            let holds = rule.when.holds(&safe, &value);
            holds.then(|| (rule.argument.to_owned(), value, rule.change, rule.so))
        })
        .collect()
}

fn find(kind: &str, argument: &str) -> Option<&'static Rule> {
    RULES
        .iter()
        .find(|rule| rule.kind == kind && rule.argument == argument)
}

impl When {
    fn holds(self, before: &Value, after: &Value) -> bool {
        match self {
            Self::Lower => number(before) > number(after),
            Self::Higher => number(before) < number(after),
            Self::NoLonger(value) => text(before) == value && text(after) != value,
            Self::On => *after == Value::Bool(true) && *before != Value::Bool(true),
            Self::Gains => items(after).any(|item| !items(before).any(|other| other == item)),
            Self::Before(order) => {
                let place = |value: &Value| {
                    let text = text(value);
                    order.iter().position(|one| *one == text).unwrap_or(0)
                };
                place(after) < place(before)
            }
        }
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    let one = Some(value).filter(|value| value.is_string());
    value.as_array().into_iter().flatten().chain(one)
}

fn is_default(value: &Value, default: &str) -> bool {
    is_unset(value, false) || serde_json::from_str::<Value>(default).is_ok_and(|default| default == *value)
}

/// The arguments that a change gives other known values, each with both, sorted. An argument in a block is written with it.
pub(super) fn changed(change: &Change) -> Vec<(String, Value, Value)> {
    let [before, after] = [&change.before, &change.after].map(leaves);
    let unknown: Vec<String> = unknown(change).collect();
    let is_open = |name: &str| {
        let is_below = |one: &String| one == name || one.starts_with(&format!("{name}."));
        let is_above = |one: &String| name.starts_with(&format!("{one}."));
        unknown.iter().any(|one| is_below(one) || is_above(one))
    };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |values: &BTreeMap<String, Value>, name: &str| values.get(name).cloned().unwrap_or_default();
    let names = names.into_iter().filter(|name| !is_open(name));
    names
        .map(|name| (name.clone(), value(&before, name), value(&after, name)))
        .filter(|(_, before, after)| before != after && !(is_unset(before, false) && is_unset(after, false)))
        .collect()
}

/// The arguments of a resource that a plan leaves open, as far as the resource has a value for each before.
pub(super) fn opened(change: &Change) -> Vec<String> {
    let before = leaves(&change.before);
    unknown(change)
        .filter(|name| before.get(name).is_some_and(|value| !is_unset(value, false)))
        .collect()
}

/// The arguments that a plan leaves open, at least in part.
fn unknown(change: &Change) -> impl Iterator<Item = String> {
    let leaves = leaves(&change.after_unknown).into_iter();
    leaves
        .filter(|(_, part)| holds_unknown(part))
        .map(|(name, _)| name)
}

/// The arguments of a resource by name. Those of one block are written with it, and of several blocks together.
fn leaves(values: &Value) -> BTreeMap<String, Value> {
    fn collect(name: &str, value: &Value, into: &mut BTreeMap<String, Value>) {
        let blocks: Vec<&Value> = match value {
            Value::Array(items) => items.iter().filter(|item| item.is_object()).collect(),
            _ => Vec::new(),
        };
        match blocks[..] {
            [Value::Object(map)] => {
                for (key, value) in map {
                    collect(&format!("{name}.{key}"), value, into);
                }
            }
            _ => _ = into.insert(name.to_owned(), value.clone()),
        }
    }
    let mut leaves = BTreeMap::new();
    for (name, value) in values.as_object().into_iter().flatten() {
        collect(name, value, &mut leaves);
    }
    leaves
}
