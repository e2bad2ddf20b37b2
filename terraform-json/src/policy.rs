//! IAM policy documents, as statements.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use serde_json::Value;

/// A policy document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// True if `${…}` in its texts are variables: since version 2012-10-17.
    pub has_variables: bool,
    /// Its statements.
    pub statements: Vec<Statement>,
}

/// A statement of a policy document.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// True for `Allow`, false for `Deny`.
    pub allows: bool,
    /// The actions that it is about.
    pub actions: Selection,
    /// The resources that it is about.
    pub resources: Selection,
    /// Its conditions, which must all be met.
    pub conditions: Vec<Condition>,
}

/// A list of patterns, as in `Action` or `NotAction`.
#[derive(Debug, Clone, PartialEq)]
pub enum Selection {
    /// Everything that fits a pattern.
    Of(Vec<String>),
    /// Everything that fits no pattern.
    AllBut(Vec<String>),
}

/// One key of a condition block.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The operator, such as `StringEquals` or `ForAnyValue:StringLikeIfExists`.
    pub operator: String,
    /// The context key, such as `aws:SecureTransport`.
    pub key: String,
    /// The values, of which one must fit.
    pub values: Vec<String>,
}

impl Document {
    /// Reads a document. An error says which part is not as IAM takes it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let document: Value =
            serde_json::from_str(text).map_err(|error| format!("a policy must be JSON: {error}"))?;
        let statements = match document.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().map(Statement::of).collect(),
            Some(one @ Value::Object(_)) => Statement::of(one).map(|one| vec![one]),
            _ => Err("`Statement` must be a statement or a list of statements".to_owned()),
        };
        Ok(Self {
            has_variables: document["Version"] == "2012-10-17",
            statements: statements?,
        })
    }
}

impl Statement {
    fn of(value: &Value) -> Result<Self, String> {
        let allows = match value["Effect"].as_str() {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err("`Effect` must be `Allow` or `Deny`".to_owned()),
        };
        let mut conditions = Vec::new();
        match &value["Condition"] {
            Value::Null => {}
            Value::Object(operators) => {
                for (operator, keys) in operators {
                    let keys = keys.as_object();
                    let keys = keys.ok_or_else(|| format!("`{operator}` must be an object of keys"))?;
                    for (key, values) in keys {
                        conditions.push(Condition {
                            operator: operator.clone(),
                            key: key.clone(),
                            values: texts(values).ok_or_else(|| format!("`{key}` must be texts"))?,
                        });
                    }
                }
            }
            _ => return Err("`Condition` must be an object".to_owned()),
        }
        Ok(Self {
            allows,
            actions: selection(value, "Action", "NotAction")?,
            resources: selection(value, "Resource", "NotResource")?,
            conditions,
        })
    }
}

fn selection(statement: &Value, of: &str, all_but: &str) -> Result<Selection, String> {
    let read = |name: &str| {
        let value = statement.get(name)?;
        Some(texts(value).ok_or_else(|| format!("`{name}` must be texts")))
    };
    match (read(of), read(all_but)) {
        (Some(patterns), None) => Ok(Selection::Of(patterns?)),
        (None, Some(patterns)) => Ok(Selection::AllBut(patterns?)),
        _ => Err(format!("a statement must have either `{of}` or `{all_but}`")),
    }
}

/// One text or several. IAM takes numbers, `true` and `false` for texts.
fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        one => Some(vec![text(one)?]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_and_a_list_of_one_mean_the_same() {
        let of = |statement: Value| Document::parse(&json!({ "Statement": statement }).to_string()).unwrap();
        let one = json!({"Sid": "A", "Effect": "Allow", "Action": "a:b", "Resource": "*"});
        let many = json!([{"Effect": "Allow", "Action": ["a:b"], "Resource": ["*"]}]);
        assert_eq!(of(one), of(many));
    }

    #[test]
    fn each_key_of_a_condition_is_one() {
        let text = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "NotAction": "iam:*",
            "NotResource": ["x"], "Condition": {"Bool": {"aws:SecureTransport": false}, "StringLike": {"k": ["a", "b"]}}}});
        let document = Document::parse(&text.to_string()).unwrap();
        assert!(document.has_variables);
        let [statement] = &document.statements[..] else {
            panic!()
        };
        assert!(!statement.allows);
        assert_eq!(statement.actions, Selection::AllBut(vec!["iam:*".to_owned()]));
        let keys: Vec<_> = statement
            .conditions
            .iter()
            .map(|one| (&*one.key, &one.values[..]))
            .collect();
        let false_ = ["false".to_owned()];
        let either = ["a".to_owned(), "b".to_owned()];
        assert_eq!(keys, [("aws:SecureTransport", &false_[..]), ("k", &either[..])]);
    }

    #[test]
    fn what_iam_would_refuse_is_an_error() {
        for statement in [
            json!({"Action": "*", "Resource": "*"}),
            json!({"Effect": "allow", "Action": "*", "Resource": "*"}),
            json!({"Effect": "Allow", "Resource": "*"}),
            json!({"Effect": "Allow", "Action": "*"}),
            json!({"Effect": "Allow", "Action": "*", "NotAction": "a:b", "Resource": "*"}),
            json!({"Effect": "Allow", "Action": [["a"]], "Resource": "*"}),
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": true}}),
            json!("*"),
        ] {
            let text = json!({ "Statement": [statement] }).to_string();
            assert!(Document::parse(&text).is_err(), "{text}");
        }
        for text in ["", "{}", "[]", r#"{"Statement": "x"}"#] {
            assert!(Document::parse(text).is_err(), "{text}");
        }
    }
}
