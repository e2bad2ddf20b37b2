//! The answer of an authorizer's function, and what its policy decides.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>.

use std::collections::BTreeMap;

use portcullis_terraform_json::policy::Document;
use serde_json::{Map, Value};

use crate::data_plane::gateway_error::GatewayError;
use crate::data_plane::iam::{Context, Need, RefusalReason, Refused, Rights, Verdict};

/// The action of a request. Source:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html>.
const INVOKE: &str = "execute-api:Invoke";

/// A function's answer.
#[derive(Debug, PartialEq)]
pub struct Answer {
    policy: Rights,
    /// The principal and the context, as the route's function gets them: every value is a text.
    pub handed_on: Map<String, Value>,
}

/// A request that the policy does not allow: the error, and the reason for the log.
pub type Refusal = (GatewayError, String);

impl Answer {
    /// Reads the result of the function. An error says what API Gateway can't use.
    pub fn parse(result: &[u8]) -> Result<Self, String> {
        let answer: Value =
            serde_json::from_slice(result).map_err(|error| format!("the answer must be JSON: {error}"))?;
        let principal = match &answer["principalId"] {
            Value::String(principal) => principal.clone(),
            number @ Value::Number(_) => number.to_string(),
            _ => return Err("the answer must have a `principalId`".to_owned()),
        };
        let document = match &answer["policyDocument"] {
            document @ Value::Object(_) => Document::parse(&document.to_string()),
            _ => return Err("the answer must have a `policyDocument`".to_owned()),
        };
        let mut handed_on = Map::new();
        match &answer["context"] {
            Value::Null => {}
            Value::Object(context) => {
                for (key, value) in context {
                    let text = match value {
                        Value::String(text) => text.clone(),
                        Value::Number(_) | Value::Bool(_) => value.to_string(),
                        _ => {
                            return Err(format!("`context.{key}` must be a text, a number or a boolean"));
                        }
                    };
                    handed_on.insert(key.clone(), text.into());
                }
            }
            _ => return Err("`context` must be an object".to_owned()),
        }
        handed_on.insert("principalId".to_owned(), principal.into());
        Ok(Self {
            policy: Rights {
                function_arn: String::new(),
                role_arn: String::new(),
                tags: BTreeMap::new(),
                policies: vec![document.map_err(|why| format!("invalid policy: {why}"))?],
                boundary: None,
                unknown: Vec::new(),
            },
            handed_on,
        })
    }

    /// Fails if the policy does not allow the method with this ARN. `context` has the condition keys of the request.
    pub fn decide(&self, method_arn: &str, context: &Context) -> Result<(), Refusal> {
        let Refused { reason, unsure, .. } =
            match self.policy.decide(&[Need::new(INVOKE, method_arn)], context) {
                Verdict::Allowed => return Ok(()),
                Verdict::Refused(refused) => refused,
            };
        let is_explicit = reason == RefusalReason::Denied;
        let mut why = match is_explicit {
            true => format!("a statement denies `{INVOKE}` on `{method_arn}`"),
            false => format!("no statement allows `{INVOKE}` on `{method_arn}`"),
        };
        if let Some(unsure) = unsure {
            why += &format!(". Not evaluated: {unsure}");
        }
        Err((GatewayError::access_denied(is_explicit), why))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(answer: Value) -> Result<Answer, String> {
        Answer::parse(answer.to_string().as_bytes())
    }

    #[test]
    fn what_api_gateway_cannot_use_is_an_error() {
        let policy = json!({"Version": "2012-10-17", "Statement": []});
        assert!(parse(json!({"principalId": "p", "policyDocument": policy})).is_ok());
        assert!(parse(json!({"principalId": 7, "policyDocument": policy, "context": null})).is_ok());
        for (answer, part) in [
            (json!(null), "principalId"),
            (json!("Unauthorized"), "principalId"),
            (json!({"policyDocument": policy}), "principalId"),
            (
                json!({"principalId": ["p"], "policyDocument": policy}),
                "principalId",
            ),
            (json!({"principalId": "p"}), "policyDocument"),
            (
                json!({"principalId": "p", "policyDocument": policy.to_string()}),
                "policyDocument",
            ),
            (
                json!({"principalId": "p", "policyDocument": {"Statement": "*"}}),
                "Statement",
            ),
            (
                json!({"principalId": "p", "policyDocument": policy, "context": "x"}),
                "context",
            ),
            (
                json!({"principalId": "p", "policyDocument": policy, "context": {"a": [1]}}),
                "context.a",
            ),
        ] {
            let error = parse(answer.clone()).unwrap_err();
            assert!(error.contains(part), "{answer}: {error}");
        }
        assert!(Answer::parse(b"").is_err());
    }

    #[test]
    fn a_context_cannot_name_another_principal() {
        let answer = parse(json!({"principalId": "p", "policyDocument": {"Statement": []},
            "context": {"principalId": "other", "n": 1.5}}));
        let handed_on = Value::Object(answer.unwrap().handed_on);
        assert_eq!(handed_on, json!({"principalId": "p", "n": "1.5"}));
    }
}
