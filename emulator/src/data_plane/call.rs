//! A request on its way through the pipeline, with what is known of it by then.

use std::net::IpAddr;

use percent_encoding::percent_decode;
use serde::Serialize;
use serde_json::{Map, Value};
use time::macros::format_description;

use super::api::{ApiIdentity, ApiKey, Route, Stage};
use super::claims::Stringified;
use super::content;
use super::message::Request;
use portcullis_terraform_json::router::PathParameters;

/// A request with a known stage, and its route if it has one.
#[derive(Debug)]
pub struct Call<'a> {
    /// The API's names.
    pub api: &'a ApiIdentity,
    /// The stage named by the first segment.
    pub stage: &'a Stage,
    /// The request.
    pub request: &'a Request,
    /// Its method, after `X-HTTP-Method-Override`.
    pub method: &'a str,
    /// Its path behind the stage, beginning with one slash, percent-encoded.
    pub path: &'a str,
    /// The route that was found.
    pub route: Option<&'a Route>,
    /// Parameters of the path.
    pub parameters: PathParameters,
    /// The API key in the request, if the route requires one and the stage knows it.
    pub api_key: Option<&'a ApiKey>,
}

/// `requestContext`, in AWS's order. It is written for every call: typed, it needs no maps of strings.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestContext<'a> {
    resource_id: Option<&'a str>,
    resource_path: Option<&'a str>,
    http_method: &'a str,
    extended_request_id: &'a str,
    request_time: String,
    path: &'a str,
    account_id: &'a str,
    protocol: &'static str,
    stage: &'a str,
    domain_prefix: &'a str,
    request_time_epoch: i64,
    request_id: &'a str,
    identity: Identity<'a>,
    domain_name: String,
    deployment_id: &'a str,
    api_id: &'a str,
    /// The data from the authorizer, on routes that have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer: Option<AuthorizerContext<'a>>,
}

/// The data from an authorizer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum AuthorizerContext<'a> {
    /// Of a `COGNITO_USER_POOLS` authorizer.
    User {
        /// Claims of the token.
        claims: Stringified<'a>,
    },
    /// Of a Lambda authorizer: the principal and the context of its function, and the milliseconds that it took.
    Admitted(Map<String, Value>),
}

/// The sender of a request. The fields of IAM are always null, because it is not emulated.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    cognito_identity_pool_id: (),
    account_id: (),
    cognito_identity_id: (),
    caller: (),
    source_ip: IpAddr,
    principal_org_id: (),
    access_key: (),
    cognito_authentication_type: (),
    cognito_authentication_provider: (),
    user_arn: (),
    user_agent: Option<&'a str>,
    user: (),
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key_id: Option<&'a str>,
}

impl Call<'_> {
    /// Returns the query parameters in order, decoded: `+` is a space, and bytes that are not UTF-8 become U+FFFD. A
    /// semicolon splits as `&` does:
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html>.
    pub fn query(&self) -> Vec<(String, String)> {
        let decoded = |text: &str| {
            let spaced = text.replace('+', " ");
            percent_decode(spaced.as_bytes()).decode_utf8_lossy().into_owned()
        };
        let pairs = self
            .request
            .query
            .split(['&', ';'])
            .filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect()
    }

    /// Returns whether its body is bytes.
    pub fn has_binary_body(&self, binary_media_types: &[String]) -> bool {
        content::is_binary(content::type_of_body(&self.request.headers), binary_media_types)
    }

    /// The ARN of the called method, which permissions are held against.
    pub fn method_arn(&self) -> String {
        let path = self.route.map_or("/", |route| &route.resource_path);
        format!(
            "{}/{}/{}{path}",
            self.api.execution_arn, self.stage.name, self.method
        )
    }

    /// The event's `requestContext` without `authorizer`, and the `$context` of templates.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html> and captures: see `tests/conformance`.
    pub fn request_context(&self) -> RequestContext<'_> {
        let request = self.request;
        let time = request.received.format(format_description!(
            "[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000"
        ));
        RequestContext {
            resource_id: self.route.map(|route| route.resource_id.as_str()),
            resource_path: self.route.map(|route| route.resource_path.as_str()),
            http_method: self.method,
            extended_request_id: &request.ids.extended,
            request_time: time.unwrap_or_default(),
            path: one_slash(&request.path),
            account_id: &self.api.account,
            protocol: "HTTP/1.1",
            stage: &self.stage.name,
            domain_prefix: &self.api.id,
            request_time_epoch: (request.received.unix_timestamp_nanos() / 1_000_000) as i64,
            request_id: &request.ids.request,
            identity: Identity {
                cognito_identity_pool_id: (),
                account_id: (),
                cognito_identity_id: (),
                caller: (),
                source_ip: request.source_ip,
                principal_org_id: (),
                access_key: (),
                cognito_authentication_type: (),
                cognito_authentication_provider: (),
                user_arn: (),
                user_agent: request.headers.get("User-Agent"),
                user: (),
                api_key: self.api_key.map(|key| key.value.as_str()),
                api_key_id: self.api_key.map(|key| key.id.as_str()),
            },
            domain_name: format!("{}.execute-api.{}.amazonaws.com", self.api.id, self.api.region),
            deployment_id: &self.stage.deployment,
            api_id: &self.api.id,
            authorizer: None,
        }
    }
}

/// The path with one slash in front, however many were sent. Recorded.
fn one_slash(path: &str) -> &str {
    let rest = path.trim_start_matches('/');
    &path[(path.len() - rest.len()).saturating_sub(1)..]
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::data_plane::api::NotEmulated;
    use crate::data_plane::message::RequestIds;
    use bytes::Bytes;
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use time::macros::datetime;

    /// A request from loopback at a fixed time; the target is a path with or without a query.
    pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.iter().copied().collect(),
            body: Bytes::copy_from_slice(body),
            source_ip: [127, 0, 0, 1].into(),
            port: 4000,
            received: datetime!(2024-06-17 15:00:26 UTC),
            ids: RequestIds {
                request: "8c8f4b0e-5f4b-4f6e-9d39-3f2a3d1b6c11".into(),
                extended: "ZfYQ8HzFIAMEPvA=".into(),
                trace: "Root=1-66704f1a-0123456789abcdef01234567".into(),
                parent: "53995c3f42cd8ad8".into(),
            },
        }
    }

    /// Runs `test` with a call on stage `v1` whose route is `/pets/{id}` with `id` 7.
    pub fn with_call<Result>(
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        test: impl FnOnce(&Call) -> Result,
    ) -> Result {
        with_request(&request(method, target, headers, b""), test)
    }

    /// The same with a request of one's own.
    pub fn with_request<Result>(request: &Request, test: impl FnOnce(&Call) -> Result) -> Result {
        let api = ApiIdentity {
            id: "abc123".into(),
            name: "ServiceApi".into(),
            region: "eu-central-1".into(),
            account: "123456789012".into(),
            execution_arn: "arn:aws:execute-api:eu-central-1:123456789012:abc123".into(),
        };
        let stage = Stage {
            name: "v1".into(),
            deployment: "dep123".into(),
            deployed: Arc::default(),
            variables: BTreeMap::from([("colour".into(), "blue".into())]),
            api_keys: vec![],
            throttles: BTreeMap::new(),
            access_log: None,
        };
        let route = Route {
            resource_id: "res123".into(),
            resource_path: "/pets/{id}".into(),
            http_method: "ANY".into(),
            authorization: Ok(None),
            admission: Ok(()),
            api_key_required: false,
            required: vec![],
            models: Ok(BTreeMap::new()),
            integration: Err(NotEmulated("nothing".into())),
        };
        test(&Call {
            api: &api,
            stage: &stage,
            request,
            method: &request.method,
            path: request.path.strip_prefix("/v1").unwrap(),
            route: Some(&route),
            parameters: BTreeMap::from([("id".into(), "7".into())]),
            api_key: None,
        })
    }

    #[test]
    fn a_query_is_decoded_and_keeps_its_order() {
        with_call("GET", "/v1/x?b=1+2&a=%C3%A4&b=%26&flag&=x&&", &[], |call| {
            let pairs = [("b", "1 2"), ("a", "ä"), ("b", "&"), ("flag", ""), ("", "x")];
            assert_eq!(
                call.query(),
                pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))
            );
        });
    }

    #[test]
    fn the_method_arn_names_stage_method_and_resource() {
        with_call("GET", "/v1/pets/7", &[], |call| {
            let arn = "arn:aws:execute-api:eu-central-1:123456789012:abc123/v1/GET/pets/{id}";
            assert_eq!(call.method_arn(), arn);
        });
    }

    #[test]
    fn times_and_the_twelve_keys_of_the_identity_are_those_of_aws() {
        with_call("GET", "/v1/pets/7", &[("user-agent", "curl/8")], |call| {
            let context = serde_json::to_value(call.request_context()).unwrap();
            assert_eq!(context["requestTime"], "17/Jun/2024:15:00:26 +0000");
            assert_eq!(context["requestTimeEpoch"], 1718636426000_i64);
            assert_eq!(context["path"], "/v1/pets/7");
            let identity = context["identity"].as_object().unwrap();
            assert_eq!(identity.len(), 12);
            let given: Vec<_> = identity
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, _)| key)
                .collect();
            assert_eq!(given, ["sourceIp", "userAgent"]);
        });
    }
}
