//! Functions that decide who may call: Lambda authorizers.

use std::{collections::BTreeMap, future::Future};

use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Error;

/// The question of an authorizer: may this request go to its route? A `token` authorizer has the token alone, and a `request`
/// authorizer the request without its body.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// The ARN of the called method, with the path of the request.
    pub method_arn: String,
    /// The header of a `token` authorizer, as it was sent.
    #[serde(default)]
    pub authorization_token: Option<String>,
    /// The method of the request.
    #[serde(default)]
    pub http_method: Option<String>,
    /// The path of the request.
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    headers: Option<BTreeMap<String, String>>,
    #[serde(default)]
    query_string_parameters: Option<BTreeMap<String, String>>,
}

impl Question {
    /// Returns the token of a `token` authorizer, without `Bearer`.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        let token = self.authorization_token.as_deref()?;
        Some(token.strip_prefix("Bearer ").unwrap_or(token))
    }

    /// Returns the value of a header, in any case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().flatten();
        headers
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Returns the value of a query parameter.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        let parameters = self.query_string_parameters.as_ref()?;
        parameters.get(name).map(String::as_str)
    }
}

/// The answer of an authorizer.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// The request goes to its route, whose function gets the principal and the context.
    Admitted(Admitted),
    /// 403: the caller is known and may not do this.
    Forbidden,
    /// 401: it is not known who calls.
    Unauthorized,
}

/// A caller that gets in.
#[derive(Debug, Clone, PartialEq)]
pub struct Admitted {
    principal: String,
    context: BTreeMap<String, String>,
    everywhere: bool,
}

impl Admitted {
    /// A caller of this name, for the route that it called and no other.
    #[must_use]
    pub fn new(principal: impl Into<String>) -> Self {
        Self {
            principal: principal.into(),
            context: BTreeMap::new(),
            everywhere: false,
        }
    }

    /// Hands a value to the route's function, which finds it in `requestContext.authorizer`.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.context.insert(name.into(), value.into());
        self
    }

    /// Admits the caller to every route of the authorizer. With `ttl_seconds`, API Gateway uses a decision for all of them:
    /// one for a single route would refuse the caller everywhere else.
    #[must_use]
    pub fn everywhere(mut self) -> Self {
        self.everywhere = true;
        self
    }
}

impl Decision {
    /// Returns the answer to API Gateway: a policy, and the context. An error is the one that it answers 401.
    fn answer(self, method_arn: &str) -> Result<Value, Error> {
        let (effect, resource, principal, context) = match self {
            Self::Unauthorized => return Err("Unauthorized".into()),
            Self::Forbidden => (
                "Deny",
                method_arn.to_owned(),
                "anyone".to_owned(),
                BTreeMap::new(),
            ),
            Self::Admitted(admitted) if admitted.everywhere => {
                ("Allow", stage(method_arn), admitted.principal, admitted.context)
            }
            Self::Admitted(admitted) => (
                "Allow",
                method_arn.to_owned(),
                admitted.principal,
                admitted.context,
            ),
        };
        // A `*` or `?` in the path would be a wildcard of the policy.
        let resource = match resource == method_arn && method_arn.contains(['*', '?']) {
            true => return Err("the path has a wildcard, so no policy can name it".into()),
            false => resource,
        };
        Ok(json!({
            "principalId": principal,
            "policyDocument": {
                "Version": "2012-10-17",
                "Statement": [{ "Effect": effect, "Action": "execute-api:Invoke", "Resource": resource }],
            },
            "context": context,
        }))
    }
}

/// The pattern of every method of a stage: `arn:aws:execute-api:<region>:<account>:<api>/<stage>/*`.
fn stage(method_arn: &str) -> String {
    let parts: Vec<&str> = method_arn.splitn(3, '/').collect();
    match parts[..] {
        [api, stage, ..] => format!("{api}/{stage}/*"),
        _ => method_arn.to_owned(),
    }
}

/// Serves the events of an authorizer with `decide` until Lambda ends the process. An error of `decide` is answered 500, and
/// its text is in the log alone.
///
/// ```no_run
/// use shared::{Admitted, Decision, Question};
///
/// #[tokio::main]
/// async fn main() -> Result<(), shared::Error> {
///     shared::run_authorizer(decide).await
/// }
///
/// async fn decide(question: Question) -> Result<Decision, shared::Error> {
///     Ok(match question.header("X-Key") {
///         Some("secret of the partner") => Decision::Admitted(Admitted::new("partner")),
///         Some(_) => Decision::Forbidden,
///         None => Decision::Unauthorized,
///     })
/// }
/// ```
///
/// # Errors
/// If Lambda (or its emulation) did not start the process, or if the Runtime API fails.
pub async fn run_authorizer<Decide, Decided>(decide: Decide) -> Result<(), Error>
where
    Decide: Fn(Question) -> Decided,
    Decided: Future<Output = Result<Decision, Error>>,
{
    crate::started_by_lambda()?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Question>| {
        let method_arn = event.payload.method_arn.clone();
        let decided = decide(event.payload);
        async move { decided.await?.answer(&method_arn) }
    }))
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:execute-api:eu-central-1:123456789012:abc123/v1/GET/orders/7";

    fn resource(decision: Decision) -> Value {
        let answer = decision.answer(ARN).expect("an answer");
        answer["policyDocument"]["Statement"][0].clone()
    }

    #[test]
    fn a_caller_gets_in_where_it_called_and_nowhere_else() {
        let admitted = Admitted::new("partner").with("shop", "north");
        let answer = Decision::Admitted(admitted).answer(ARN).expect("an answer");
        let expected = json!({
            "principalId": "partner",
            "policyDocument": {
                "Version": "2012-10-17",
                "Statement": [{ "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": ARN }],
            },
            "context": { "shop": "north" },
        });
        assert_eq!(answer, expected);
    }

    #[test]
    fn everywhere_is_every_method_of_the_stage() {
        let admitted = Decision::Admitted(Admitted::new("partner").everywhere());
        let stage = "arn:aws:execute-api:eu-central-1:123456789012:abc123/v1/*";
        assert_eq!(resource(admitted)["Resource"], stage);
    }

    #[test]
    fn refusals_are_a_denial_and_the_error_of_a_401() {
        let denial = resource(Decision::Forbidden);
        assert_eq!(
            (&denial["Effect"], &denial["Resource"]),
            (&json!("Deny"), &json!(ARN))
        );
        let error = Decision::Unauthorized.answer(ARN).expect_err("an error");
        assert_eq!(error.to_string(), "Unauthorized");
    }

    #[test]
    fn a_path_is_never_a_pattern() {
        for path in ["*", "orders/?"] {
            let arn = format!("arn:aws:execute-api:eu-central-1:123456789012:abc123/v1/GET/{path}");
            assert!(Decision::Admitted(Admitted::new("partner")).answer(&arn).is_err());
        }
    }

    #[test]
    fn a_question_has_the_token_or_the_request() {
        let question: Question = serde_json::from_value(
            json!({ "type": "TOKEN", "authorizationToken": "Bearer t", "methodArn": ARN }),
        )
        .expect("an event");
        assert_eq!((question.token(), question.header("X-Key")), (Some("t"), None));
        let question: Question = serde_json::from_value(json!({
            "type": "REQUEST", "methodArn": ARN, "headers": { "x-key": "k" }, "queryStringParameters": { "shop": "7" },
            "pathParameters": {}, "requestContext": {},
        }))
        .expect("an event");
        assert_eq!(
            (question.token(), question.header("X-Key"), question.query("shop")),
            (None, Some("k"), Some("7"))
        );
        assert_eq!(question.query("other"), None);
    }
}
