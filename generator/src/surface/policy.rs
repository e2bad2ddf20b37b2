//! IAM policy documents → statements.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use serde_json::Value;

use super::names::Names;
use super::types::Statement;

/// Returns the statements of a policy; none if the text is not a policy, such as one that is unknown in a plan.
pub(crate) fn statements(text: &str, names: &Names) -> Option<Vec<Statement>> {
    let statements = documents(text)?
        .iter()
        .map(|statement| statement_of(statement, names))
        .collect();
    Some(statements)
}

/// The principals of a trust policy, as `Service:lambda.amazonaws.com`; with what is unusual behind it.
pub(crate) fn trusted(text: &str, names: &Names) -> Vec<String> {
    let mut trusted = Vec::new();
    for value in documents(text).unwrap_or_default() {
        let statement = statement_of(&value, names);
        let mut suffix = String::new();
        if statement.actions != ["sts:AssumeRole"] {
            let not = if statement.not_actions.is_empty() {
                ""
            } else {
                "all but "
            };
            let actions = [statement.actions, statement.not_actions].concat();
            suffix.push_str(&format!(" to {not}{}", actions.join(", ")));
        }
        if let Some(condition) = statement.condition {
            suffix.push_str(&format!(" if {condition}"));
        }
        let effect = match statement.effect.as_str() {
            "Allow" => String::new(),
            other => format!("{other} "),
        };
        for (key, not) in [("Principal", ""), ("NotPrincipal", "all but ")] {
            let principals = principals(&value[key], names);
            trusted.extend(
                principals
                    .into_iter()
                    .map(|principal| format!("{effect}{not}{principal}{suffix}")),
            );
        }
    }
    trusted.sort();
    trusted.dedup();
    trusted
}

/// The statements of a policy that says itself whom each is about, as in `Allow AWS:… to s3:GetObject on …`.
pub(crate) fn sentences(text: &str, names: &Names) -> Vec<String> {
    let mut sentences: Vec<String> = documents(text)
        .unwrap_or_default()
        .iter()
        .map(|value| {
            let statement = statement_of(value, names);
            let all_but = |texts: &[String]| match texts {
                [] => String::new(),
                texts => format!("all but {}", texts.join(", ")),
            };
            let principals = principals(&value["Principal"], names).join(", ");
            let actions = statement.actions.join(", ") + &all_but(&statement.not_actions);
            let resources = statement.resources.join(", ") + &all_but(&statement.not_resources);
            let condition = statement.condition.map(|condition| format!(" if {condition}"));
            format!(
                "{} {principals}{} to {actions} on {resources}{}",
                statement.effect,
                all_but(&self::principals(&value["NotPrincipal"], names)),
                condition.unwrap_or_default()
            )
        })
        .collect();
    sentences.sort();
    sentences
}

/// Returns whether a text is a policy.
pub(crate) fn is_policy(text: &str) -> bool {
    documents(text).is_some()
}

fn documents(text: &str) -> Option<Vec<Value>> {
    let document: Value = serde_json::from_str(text).ok()?;
    match document.get("Statement")? {
        Value::Array(statements) => Some(statements.clone()),
        one => Some(vec![one.clone()]),
    }
}

fn statement_of(value: &Value, names: &Names) -> Statement {
    let list = |key: &str| {
        let text = |text: &String| match key {
            "Resource" => names.in_resource(text),
            _ => names.without(text),
        };
        let mut texts: Vec<String> = one_or_many(&value[key]).iter().map(text).collect();
        texts.sort();
        texts.dedup();
        texts
    };
    Statement {
        effect: value["Effect"].as_str().unwrap_or_default().to_owned(),
        actions: list("Action"),
        not_actions: list("NotAction"),
        resources: list("Resource"),
        not_resources: list("NotResource"),
        condition: value
            .get("Condition")
            .map(|condition| names.without_all(condition)),
    }
}

fn principals(value: &Value, names: &Names) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Object(map) => {
            let each = |(kind, value): (&String, &Value)| {
                let principals = one_or_many(value).into_iter();
                principals
                    .map(|principal| format!("{kind}:{}", names.without(&principal)))
                    .collect::<Vec<_>>()
            };
            map.iter().flat_map(each).collect()
        }
        other => one_or_many(other),
    }
}

fn one_or_many(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(one_or_many).collect(),
        other => vec![other.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_and_a_list_of_one_mean_the_same() {
        let of = |statement: Value| {
            let text = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
            statements(&text, &Names::default()).unwrap()
        };
        let one = json!({"Sid": "A", "Effect": "Allow", "Action": "a:b", "Resource": "*"});
        let many = json!([{"Effect": "Allow", "Action": ["a:b", "a:b"], "Resource": ["*"]}]);
        assert_eq!(of(one), of(many));
        let inverted = json!({"Effect": "Allow", "NotAction": "iam:*", "NotResource": ["x"], "Condition": {"Bool": {"a": true}}});
        let [inverted] = &of(inverted)[..] else { panic!() };
        assert_eq!(
            (&inverted.not_actions[..], &inverted.not_resources[..]),
            (&["iam:*".into()][..], &["x".into()][..])
        );
        assert_eq!(inverted.condition, Some(json!({"Bool": {"a": true}})));
    }

    #[test]
    fn what_is_no_policy_has_no_statements() {
        for text in ["", "${a.b}", "{}", "[]"] {
            assert_eq!(statements(text, &Names::default()), None, "{text}");
        }
    }

    #[test]
    fn a_trust_policy_says_who_and_what_is_unusual() {
        let of =
            |statement: Value| trusted(&json!({ "Statement": statement }).to_string(), &Names::default());
        let action = "sts:AssumeRole";
        assert_eq!(
            of(json!([{"Effect": "Allow", "Action": action, "Principal": {"Service": ["b", "a"]}}])),
            ["Service:a", "Service:b"]
        );
        assert_eq!(
            of(json!({"Effect": "Allow", "Action": action, "Principal": "*"})),
            ["*"]
        );
        assert_eq!(
            of(json!({"Effect": "Allow", "Action": action, "NotPrincipal": {"AWS": "x"}})),
            ["all but AWS:x"]
        );
        assert_eq!(
            of(
                json!({"Effect": "Deny", "Action": ["sts:*"], "Principal": {"AWS": "x"}, "Condition": {"a": 1}})
            ),
            [r#"Deny AWS:x to sts:* if {"a":1}"#]
        );
    }
}
