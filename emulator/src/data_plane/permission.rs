//! Who may invoke a function: its resource policy, as `aws_lambda_permission` wrote it.
//!
//! API Gateway calls with the principal `apigateway.amazonaws.com` and the ARN of the called method as source:
//! `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<resource path>`. Without a permission that fits,
//! the caller gets a 500.
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#apigateway-permissions>.

use portcullis_terraform_json::aws::arn_like;
use serde::Deserialize;

/// A function as ARNs and permissions name it.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionReference {
    /// The name alone.
    pub name: String,
    /// Version or alias, where one is named.
    pub qualifier: Option<String>,
}

impl FunctionReference {
    /// Reads a name, a partial ARN or an ARN, each with or without a qualifier behind it.
    pub fn parse(text: &str) -> Self {
        let behind = text.split_once(":function:").map(|(_, tail)| tail);
        let tail = behind.or_else(|| text.strip_prefix("function:")).unwrap_or(text);
        match tail.split_once(':') {
            Some((name, qualifier)) => Self {
                name: name.to_owned(),
                qualifier: Some(qualifier.to_owned()),
            },
            None => Self {
                name: tail.to_owned(),
                qualifier: None,
            },
        }
    }
}

/// One `aws_lambda_permission`, its attributes as the state holds them.
#[derive(Debug, Clone, Deserialize)]
pub struct Permission {
    action: String,
    function_name: String,
    principal: String,
    qualifier: Option<String>,
    source_account: Option<String>,
    source_arn: Option<String>,
}

impl Permission {
    /// Whether it lets API Gateway call `function` for the method with the ARN `source`.
    pub fn allows(&self, function: &FunctionReference, source: &str) -> bool {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let mut reference = FunctionReference::parse(&self.function_name);
        reference.qualifier = given(&self.qualifier).or(reference.qualifier);
        let account = source.split(':').nth(4);
        matches!(self.action.as_str(), "lambda:InvokeFunction" | "lambda:*" | "*")
            && matches!(self.principal.as_str(), "apigateway.amazonaws.com" | "*")
            && reference == *function
            && given(&self.source_account).is_none_or(|wanted| account == Some(wanted.as_str()))
            && given(&self.source_arn).is_none_or(|pattern| arn_like(&pattern, source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SOURCE: &str = "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/pets/{id}";

    fn permission(change: serde_json::Value) -> Permission {
        let mut values = json!({
            "action": "lambda:InvokeFunction", "function_name": "open", "principal": "apigateway.amazonaws.com",
            "qualifier": "", "source_account": null, "source_arn": SOURCE,
        });
        values
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        serde_json::from_value(values).unwrap()
    }

    fn allows(change: serde_json::Value) -> bool {
        permission(change).allows(&FunctionReference::parse("open"), SOURCE)
    }

    #[test]
    fn a_name_that_ends_in_function_is_told_from_an_arn() {
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:shop-function";
        for text in [
            arn,
            "123456789012:function:shop-function",
            "function:shop-function",
            "shop-function",
        ] {
            let plain = FunctionReference::parse(text);
            assert_eq!(
                (plain.name.as_str(), plain.qualifier),
                ("shop-function", None),
                "{text}"
            );
            let alias = FunctionReference::parse(&format!("{text}:live"));
            assert_eq!(
                (alias.name.as_str(), alias.qualifier.as_deref()),
                ("shop-function", Some("live")),
                "{text}"
            );
        }
    }

    #[test]
    fn the_source_arn_is_a_pattern() {
        assert!(allows(json!({})));
        assert!(allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abc/*/*"})
        ));
        assert!(allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abc/*/GET/pets/*"})
        ));
        assert!(allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abc/v?/G?T/pets/*"})
        ));
        assert!(allows(json!({"source_arn": null})));
        assert!(!allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abc/*/POST/pets/*"})
        ));
        assert!(!allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abd/*/*"})
        ));
        assert!(!allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/pets"})
        ));
        assert!(!allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/pets/{id}?"})
        ));
    }

    #[test]
    fn principal_action_function_and_account_must_fit() {
        assert!(!allows(json!({"principal": "events.amazonaws.com"})));
        assert!(!allows(json!({"action": "lambda:GetFunction"})));
        assert!(!allows(json!({"function_name": "other"})));
        assert!(allows(
            json!({"function_name": "arn:aws:lambda:us-east-1:123456789012:function:open"})
        ));
        assert!(allows(json!({"source_account": "123456789012"})));
        assert!(!allows(json!({"source_account": "210987654321"})));
    }

    #[test]
    fn a_permission_of_an_alias_is_none_of_the_function() {
        assert!(!allows(json!({"qualifier": "live"})));
        let alias = FunctionReference::parse("arn:aws:lambda:us-east-1:123456789012:function:open:live");
        assert!(permission(json!({"qualifier": "live"})).allows(&alias, SOURCE));
        assert!(permission(json!({"function_name": "open:live"})).allows(&alias, SOURCE));
        assert!(!permission(json!({})).allows(&alias, SOURCE));
    }
}
