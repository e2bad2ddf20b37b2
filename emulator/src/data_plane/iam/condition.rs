//! Evaluates the conditions of a statement.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use portcullis_terraform_json::aws::arn_like;
use portcullis_terraform_json::policy::Condition;
use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;

use super::context::{Context, Key};
use super::fit::Fit;
use super::need::Need;

/// The number of a key's values that must match.
#[derive(Clone, Copy, PartialEq)]
enum Set {
    /// The key has one value.
    One,
    /// Every one; met without any.
    All,
    /// At least one.
    Any,
}

/// The comparison of one value of the request with one of the policy.
type Compare = fn(&str, &str) -> Option<bool>;

/// An operator without `ForAllValues:`, `IfExists` and negation.
fn compare(operator: &str) -> Option<(Compare, bool)> {
    let equal: Compare = |value, wanted| Some(value == wanted);
    let equal_in_any_case: Compare = |value, wanted| Some(value.eq_ignore_ascii_case(wanted));
    let like: Compare = |value, pattern| Some(arn_like(pattern, value));
    let arn: Compare = |value, pattern| Some(is_arn_like(pattern, value));
    Some(match operator {
        "StringEquals" => (equal, false),
        "StringNotEquals" => (equal, true),
        "StringEqualsIgnoreCase" => (equal_in_any_case, false),
        "StringNotEqualsIgnoreCase" => (equal_in_any_case, true),
        "StringLike" => (like, false),
        "StringNotLike" => (like, true),
        "ArnEquals" | "ArnLike" => (arn, false),
        "ArnNotEquals" | "ArnNotLike" => (arn, true),
        "Bool" => (equal_in_any_case, false),
        "NumericEquals" => (|a, b| Some(number(a)? == number(b)?), false),
        "NumericNotEquals" => (|a, b| Some(number(a)? == number(b)?), true),
        "NumericLessThan" => (|a, b| Some(number(a)? < number(b)?), false),
        "NumericLessThanEquals" => (|a, b| Some(number(a)? <= number(b)?), false),
        "NumericGreaterThan" => (|a, b| Some(number(a)? > number(b)?), false),
        "NumericGreaterThanEquals" => (|a, b| Some(number(a)? >= number(b)?), false),
        "DateEquals" => (|a, b| Some(date(a)? == date(b)?), false),
        "DateNotEquals" => (|a, b| Some(date(a)? == date(b)?), true),
        "DateLessThan" => (|a, b| Some(date(a)? < date(b)?), false),
        "DateLessThanEquals" => (|a, b| Some(date(a)? <= date(b)?), false),
        "DateGreaterThan" => (|a, b| Some(date(a)? > date(b)?), false),
        "DateGreaterThanEquals" => (|a, b| Some(date(a)? >= date(b)?), false),
        _ => return None,
    })
}

/// An operator as it is written → how many values must fit, the operator, and whether a missing key meets it.
fn parts(operator: &str) -> (Set, &str, bool) {
    let (set, operator) = match operator.split_once(':') {
        Some(("ForAllValues", operator)) => (Set::All, operator),
        Some(("ForAnyValue", operator)) => (Set::Any, operator),
        _ => (Set::One, operator),
    };
    match operator.strip_suffix("IfExists") {
        Some(operator) => (set, operator, true),
        None => (set, operator, false),
    }
}

/// Returns why a condition can't be evaluated by its operator alone, if it can't.
pub fn unknown_operator(condition: &Condition) -> Option<String> {
    let (_, operator, _) = parts(&condition.operator);
    let known = operator == "Null" || compare(operator).is_some();
    // Conditions on the origin of a call can be evaluated only on AWS.
    (!known).then(|| format!("the condition operator `{}`", condition.operator))
}

/// Returns whether a condition is met.
pub fn is_met(condition: &Condition, has_variables: bool, need: &Need, context: &Context) -> Fit {
    let (set, operator, if_exists) = parts(&condition.operator);
    let values = match context.key(&condition.key, need) {
        Key::Values(values) => values,
        Key::Absent => Vec::new(),
        Key::Unknown => return Fit::Unknown(format!("the condition key `{}`", condition.key)),
    };
    if operator == "Null" {
        let wants_absent = condition.values.iter().map(|wanted| Fit::of(wanted == "true"));
        return Fit::of((Fit::any(wants_absent) == Fit::Yes) == values.is_empty());
    }
    let Some((compare, negated)) = compare(operator) else {
        return Fit::Unknown(format!("the condition operator `{}`", condition.operator));
    };
    if values.is_empty() {
        return match set {
            Set::All => Fit::Yes,
            Set::One => Fit::of(negated || if_exists),
            Set::Any => Fit::of(if_exists),
        };
    }
    let fits = |value: &String| {
        let each =
            condition
                .values
                .iter()
                .map(|wanted| match context.expanded(wanted, has_variables, need) {
                    Ok(Some(wanted)) => match compare(value, &wanted) {
                        Some(fits) => Fit::of(fits),
                        None => Fit::Unknown(format!("the value `{wanted}` of `{}`", condition.operator)),
                    },
                    Ok(None) => Fit::No,
                    Err(why) => Fit::Unknown(why),
                });
        let fits = Fit::any(each);
        if negated { fits.not() } else { fits }
    };
    match set {
        Set::Any => Fit::any(values.iter().map(fits)),
        Set::One | Set::All => values.iter().fold(Fit::Yes, |fit, value| fit.and(|| fits(value))),
    }
}

/// Returns whether an ARN matches a pattern. Each of the six parts between colons is compared by itself.
fn is_arn_like(pattern: &str, arn: &str) -> bool {
    let (patterns, parts): (Vec<&str>, Vec<&str>) =
        (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    pattern == "*"
        || patterns.len() == parts.len()
            && patterns
                .iter()
                .zip(parts)
                .all(|(pattern, part)| arn_like(pattern, part))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// A time, as a date of ISO 8601 or in seconds since 1970.
fn date(text: &str) -> Option<OffsetDateTime> {
    match text.parse() {
        Ok(seconds) => OffsetDateTime::from_unix_timestamp(seconds).ok(),
        Err(_) => OffsetDateTime::parse(text, &Iso8601::DEFAULT).ok(),
    }
}
