//! The sentence of a difference of a plan from its spec.
//!
//! Most say the name of a field, its value in the plan and in the spec. `special` has words for the others.

use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::rest_api::COGNITO_USER_POOLS;
use serde_json::Value;

use crate::sentences::names;
use crate::spec::toml_text;
use crate::surface::{Difference, DifferentValue, Differing, Invoker, Statement, Subject};

/// The note on something that exists on one side only.
const ONLY_FOUND: &str = "in the plan, but not in the spec";
const ONLY_EXPECTED: &str = "in the spec, but not in the plan";

impl Difference {
    /// Returns the difference: one line without a full stop.
    pub fn sentence(&self) -> String {
        match &self.differing {
            Differing::Value(one) => special(&self.subject, one).unwrap_or_else(|| plain(&self.subject, one)),
            Differing::Unknown(unknown) => unknown.sentence(),
            Differing::OwnPolicy(statement) => own_policy(&self.subject, statement),
            Differing::NoSurface(error) => error.to_string(),
            Differing::Region { expected, found } => both("the region", "is", &code(found), &code(expected)),
            Differing::FirstUser { expected, found } => match (expected, found) {
                (_, None) => "the plan invites no first user".into(),
                (Some(expected), Some(found)) => format!(
                    "the plan invites {} as the first user instead of {}",
                    code(found),
                    code(expected)
                ),
                (None, Some(found)) => format!(
                    "the plan invites {} as the first user, but neither the spec nor `first_user_email` names one",
                    code(found)
                ),
            },
            Differing::FirstUserDefault => {
                format!("the variable `first_user_email` has a default {ONLY_FOUND}")
            }
            Differing::Provider { address, source } => match source {
                None => format!("{} configures the AWS provider again {ONLY_FOUND}", code(address)),
                Some(source) => format!(
                    "{} runs the provider {} {ONLY_FOUND}",
                    code(address),
                    code(source)
                ),
            },
            Differing::ProviderArgument {
                name,
                is_expected,
                is_found,
            } => {
                let argument = format!("{} of `provider.aws`", code(name));
                match (is_expected, is_found) {
                    (true, true) => format!("{argument} has another value in the plan than in the spec"),
                    (false, _) => format!("{argument} is set {ONLY_FOUND}"),
                    (true, false) => format!("{argument} is set {ONLY_EXPECTED}"),
                }
            }
            Differing::Module { address, source } => {
                format!("module {} of {} is {ONLY_FOUND}", code(address), code(source))
            }
        }
    }
}

/// The words of what a field's name and value don't say well.
fn special(subject: &Subject, one: &DifferentValue) -> Option<String> {
    let DifferentValue {
        path,
        pattern,
        expected,
        found,
        is_item: _,
    } = one;
    let name = name(subject);
    let (item, place) = match (expected, found) {
        (Value::Null, item) => (item, ONLY_FOUND),
        (item, _) => (item, ONLY_EXPECTED),
    };
    let list_item = || Some(code(item.as_str()?));
    Some(match pattern.as_str() {
        "routes.*.callers" => {
            let [found, expected] = [found, expected].map(callers);
            format!("{name} is {found} in the plan, but {expected} in the spec")
        }
        "routes.*.handler" => {
            let [found, expected] = [found, expected].map(handler);
            format!("{name} is handled by {found} in the plan, but by {expected} in the spec")
        }
        "routes.*" if expected.is_null() => {
            format!(
                "{name}, {} and handled by {}, is {place}",
                callers(item),
                handler(item)
            )
        }
        "routes.*.cors" if expected.is_null() => {
            let origin = item["allow_origin"].as_str()?;
            format!("{name} allows the origin {} {place}", code(origin))
        }
        "routes.*.cors" if found.is_null() => format!("{name} has CORS headers {place}"),
        "api.other_stages" => format!("stage {} is {place}", list_item()?),
        "functions.*.assumed_by" => format!("{} may assume the role of {name} {place}", list_item()?),
        "functions.*.statements" => {
            let statement: Statement = serde_json::from_value(item.clone()).ok()?;
            format!("{name} {} {place}", may(&statement))
        }
        "functions.*.events.*" => {
            let function = code(path.get(1)?);
            format!("function {function} is invoked by {name} {place}")
        }
        "functions.*.events.*.patterns" => {
            let pattern = value(item);
            format!("{name} has the pattern {pattern} {place}")
        }
        "functions.*.events.*.role.assumed_by" => {
            format!("{} may assume the role of {name} {place}", list_item()?)
        }
        "functions.*.events.*.role.statements" => {
            let statement: Statement = serde_json::from_value(item.clone()).ok()?;
            format!("the role of {name} {} {place}", may(&statement))
        }
        "functions.*.invokers" => {
            let invoker: Invoker = serde_json::from_value(item.clone()).ok()?;
            format!("{} {place}", may_invoke(&invoker, &name))
        }
        "functions.*.url_auth" => {
            let url = |auth: &Value| match auth.as_str() {
                None => "no URL".to_owned(),
                Some("NONE") => "a public URL".to_owned(),
                Some(auth) => format!("a URL with {}", code(auth)),
            };
            let (found, expected) = (url(found), url(expected));
            format!("{name} has {found} in the plan, but {expected} in the spec")
        }
        // The values are hashes of what may be secret.
        _ if pattern.starts_with("functions.*.environment.") => {
            let variable = format!("variable {} of {name}", code(path.last()?));
            if expected.is_null() || found.is_null() {
                format!("{variable} is set {place}")
            } else {
                format!("{variable} has another value in the plan than in the spec")
            }
        }
        "other_arguments.*" => {
            let argument = format!(
                "{} of {}",
                code(item["argument"].as_str()?),
                code(item["address"].as_str()?)
            );
            if expected.is_null() || found.is_null() {
                format!("{argument} is set to {} {place}", value(&item["value"]))
            } else {
                both(
                    &argument,
                    "is",
                    &value(&found["value"]),
                    &value(&expected["value"]),
                )
            }
        }
        _ => return None,
    })
}

/// The name of the field, and its values.
fn plain(subject: &Subject, one: &DifferentValue) -> String {
    let DifferentValue {
        path,
        pattern,
        expected,
        found,
        is_item,
    } = one;
    let name = name(subject);
    let place = if expected.is_null() {
        ONLY_FOUND
    } else {
        ONLY_EXPECTED
    };
    // The part behind the name of an item, or behind the name of a table.
    let behind_name = pattern.split('.').rev().take_while(|part| *part != "*").count();
    let start = match path[0].as_str() {
        "api" | "user_pool" => (path.len() - behind_name).max(1),
        _ => path.len() - behind_name,
    };
    if start == path.len() {
        return format!("{name} is {place}");
    }
    let field = format!("{} of {name}", code(&path[start..].join(".")));
    match (expected, found) {
        (Value::Null, item) | (item, Value::Null) if *is_item => {
            format!("{field} includes {} {place}", value(item))
        }
        (Value::Null, found) => format!("{field} is {} in the plan, but not set in the spec", value(found)),
        (expected, Value::Null) => format!(
            "{field} is not set in the plan, but {} in the spec",
            value(expected)
        ),
        (expected, found) => both(&field, "is", &value(found), &value(expected)),
    }
}

fn both(what: &str, verb: &str, found: &str, expected: &str) -> String {
    format!("{what} {verb} {found} in the plan, but {expected} in the spec")
}

/// Returns the name of a subject.
fn name(subject: &Subject) -> String {
    match subject {
        Subject::Api => "the API".into(),
        Subject::UserPool => "the user pool".into(),
        Subject::Authorizer(name) => format!("authorizer {}", code(name)),
        Subject::Function(name) => format!("function {}", code(name)),
        Subject::Event(source) => format!("event source {}", code(source)),
        Subject::Client(name) => format!("client {}", code(name)),
        Subject::Table(name) => format!("table {}", code(name)),
        Subject::Bucket(name) => format!("bucket {}", code(name)),
        Subject::Queue(name) => format!("queue {}", code(name)),
        Subject::Topic(name) => format!("topic {}", code(name)),
        Subject::UsagePlan(name) => format!("usage plan {}", code(name)),
        Subject::GatewayResponse(kind) => format!("gateway response {}", code(kind)),
        Subject::Route(name) | Subject::Argument(name) | Subject::Other(name) | Subject::Unknown(name) => {
            code(name)
        }
    }
}

/// A value: a text as it is, all else as JSON.
fn value(value: &Value) -> String {
    match value {
        Value::String(text) => code(text),
        other => code(&other.to_string()),
    }
}

/// Returns the callers of a route.
pub(super) fn callers(route: &Value) -> String {
    let authorizer = route["authorizer"].as_str();
    let mut callers = match (route["auth_type"].as_str().unwrap_or_default(), authorizer) {
        ("NONE", _) => "public".to_owned(),
        ("?", _) => "protected by something unknown".to_owned(),
        (COGNITO_USER_POOLS, Some(authorizer)) => {
            format!("for signed-in users (authorizer {})", code(authorizer))
        }
        ("CUSTOM", Some(authorizer)) => {
            format!("for callers that the authorizer {} admits", code(authorizer))
        }
        (kind, Some(authorizer)) => {
            format!("protected by the {} authorizer {}", code(kind), code(authorizer))
        }
        (kind, None) => format!("protected by {}", code(kind)),
    };
    let scopes: Vec<&str> = route["scopes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !scopes.is_empty() {
        callers.push_str(&format!(" with a scope of {}", names(&scopes)));
    }
    if route["api_key_required"] == true {
        callers.push_str(" with an API key");
    }
    callers
}

/// Returns the handler of a route.
pub(super) fn handler(route: &Value) -> String {
    let text = |field: &str| route[field].as_str();
    let version = text("qualifier").map_or(String::new(), |version| format!(" in version {}", code(version)));
    let kind = text("integration").unwrap_or_default();
    match (text("function"), text("uri"), kind) {
        (.., "?") => "something unknown".to_owned(),
        (Some(function), _, "AWS_PROXY") => format!("{}{version}", code(function)),
        (Some(function), _, kind) => format!("{}{version} through {}", code(function), code(kind)),
        (None, Some(uri), kind) => format!("{} through {}", code(uri), code(kind)),
        (None, None, "MOCK") => "a mock".to_owned(),
        (None, None, "") => "nothing".to_owned(),
        (None, None, _) => "something unknown".to_owned(),
    }
}

/// A right that a policy in the own module gives, with what to write instead.
fn own_policy(subject: &Subject, statement: &Statement) -> String {
    let table = match subject {
        Subject::Function(function) => toml_text::key(&["functions", function]),
        _ => "functions.NAME".into(),
    };
    let list = |texts: &[String]| {
        let texts: Vec<String> = texts
            .iter()
            .map(|text| toml_text::string(text, usize::MAX))
            .collect();
        format!("[{}]", texts.join(", "))
    };
    let mut texts = statement.actions.iter().chain(&statement.resources);
    let reason = if texts.any(|text| text.contains('*')) {
        ", reason = \"…\""
    } else {
        ""
    };
    let entry = format!(
        "may = [{{ actions = {}, resources = {}{reason} }}]",
        list(&statement.actions),
        list(&statement.resources)
    );
    format!(
        "{} {} by a policy in `terraform/modules/own`: delete it and write {} into {}",
        name(subject),
        may(statement),
        code(&entry),
        code(&format!("[{table}]"))
    )
}

/// Returns the rights that a statement gives to a function.
pub(super) fn may(statement: &Statement) -> String {
    let verb = match statement.effect.as_str() {
        "Allow" => "may",
        _ => "may not",
    };
    let list = |these: &[String], not_these: &[String]| match (these, not_these) {
        ([], []) => "nothing".to_owned(),
        (these, []) => every(these),
        (_, not_these) => format!("everything but {}", every(not_these)),
    };
    let mut text = format!(
        "{verb} {} on {}",
        list(&statement.actions, &statement.not_actions),
        list(&statement.resources, &statement.not_resources)
    );
    if let Some(condition) = &statement.condition {
        text.push_str(&format!(" if {}", code(&condition.to_string())));
    }
    text
}

/// Rights in a row: none is left out.
fn every(rights: &[String]) -> String {
    let rights: Vec<String> = rights.iter().map(|right| code(right)).collect();
    rights.join(", ")
}

/// Returns the callers that may invoke a function, and the conditions.
pub(super) fn may_invoke(invoker: &Invoker, function: &str) -> String {
    let Invoker {
        principal,
        action,
        source,
        source_account,
        principal_org_id,
        function_url_auth_type,
        qualifier,
    } = invoker;
    let mut text = format!("{} may invoke {function}", code(principal));
    match source {
        None => text.push_str(" for any source"),
        Some(source) => text.push_str(&format!(" for {}", code(source))),
    }
    let more = [
        (
            "by",
            Some(action).filter(|action| *action != "lambda:InvokeFunction"),
        ),
        ("from account", source_account.as_ref()),
        ("from organization", principal_org_id.as_ref()),
        ("through a URL of type", function_url_auth_type.as_ref()),
        ("in version", qualifier.as_ref()),
    ];
    for (word, value) in more {
        if let Some(value) = value {
            text.push_str(&format!(" {word} {}", code(value)));
        }
    }
    text
}
