//! A request of a function's as a call: service, operation and parameters.

use std::collections::BTreeMap;

use http::header::CONTENT_TYPE;
use http::request::Parts;
use portcullis_terraform_json::Resource;
use serde_json::{Map, Value};

use super::signature::pairs;
use crate::data_plane::iam::Rights;

/// The protocol of a service, and its form of errors: <https://smithy.io/2.0/aws/protocols/index.html>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Protocol {
    /// The operation is in `X-Amz-Target`; bodies are JSON.
    Json,
    /// The operation is a parameter of a form; answers are XML.
    Query,
    /// The operation is method and path; bodies are JSON.
    RestJson,
    /// The same with XML: S3.
    RestXml,
}

/// A call of a function's.
pub struct Call<'a> {
    /// The service that was signed for, such as `dynamodb`.
    pub service: &'a str,
    /// The region that was signed for.
    pub region: &'a str,
    /// Partition of the function's ARN.
    pub partition: &'a str,
    /// Account of the function's ARN.
    pub account: &'a str,
    /// Its method, path and headers.
    pub head: &'a Parts,
    /// Its protocol.
    pub protocol: Protocol,
    /// The operation; empty if method and path say it.
    pub operation: String,
    /// Parameters of a JSON body or a form.
    pub parameters: Value,
    /// The body as it came; empty if it is not read.
    pub body: &'a [u8],
    /// Names of the state that stand for ARNs.
    pub names: &'a Names,
}

/// ARNs by the names that calls use instead, if no rule makes the one of the other.
#[derive(Debug, Default)]
pub struct Names {
    /// Secrets, whose ARNs end with six random characters.
    pub secrets: BTreeMap<String, String>,
    /// KMS keys by alias, such as `alias/orders`.
    pub keys: BTreeMap<String, String>,
}

impl Names {
    /// The names in a state.
    pub fn of(resources: &[Resource]) -> Self {
        let of = |kind: &str, name: &str, arn: &str| {
            let resources = resources.iter().filter(|resource| resource.kind == kind);
            let pair = |resource: &Resource| {
                let text = |key: &str| Some(resource.values[key].as_str()?.to_owned());
                Some((text(name)?, text(arn)?))
            };
            resources.filter_map(pair).collect()
        };
        Self {
            secrets: of("aws_secretsmanager_secret", "name", "arn"),
            keys: of("aws_kms_alias", "name", "target_key_arn"),
        }
    }
}

/// The protocol of a request.
pub fn protocol(service: &str, head: &Parts) -> Protocol {
    let form = head
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    match service {
        "s3" => Protocol::RestXml,
        _ if head.headers.contains_key("x-amz-target") => Protocol::Json,
        _ if form => Protocol::Query,
        _ => Protocol::RestJson,
    }
}

impl<'a> Call<'a> {
    /// Reads a request. An error says what is not understood.
    pub fn of(
        (service, region): (&'a str, &'a str),
        rights: &'a Rights,
        names: &'a Names,
        head: &'a Parts,
        body: &'a [u8],
    ) -> Result<Self, String> {
        let arn: Vec<&str> = rights.function_arn.split(':').collect();
        let [_, partition, _, _, account, ..] = arn[..] else {
            return Err(format!("invalid ARN `{}` of the function", rights.function_arn));
        };
        let protocol = protocol(service, head);
        let (operation, parameters) = match protocol {
            Protocol::Json => {
                let target = head
                    .headers
                    .get("x-amz-target")
                    .and_then(|target| target.to_str().ok());
                let parameters =
                    serde_json::from_slice(body).map_err(|error| format!("invalid JSON: {error}"))?;
                (target.unwrap_or_default().to_owned(), parameters)
            }
            // The emulated AWS would also read parameters of the URL.
            Protocol::Query if head.uri.query().is_some() => {
                return Err("parameters in a URL are not evaluated".to_owned());
            }
            Protocol::Query => {
                let form = String::from_utf8_lossy(body).replace('+', " ");
                let mut parameters = Map::new();
                for (name, value) in pairs(&form) {
                    if parameters.insert(name.to_string(), value.into()).is_some() {
                        return Err(format!("duplicate parameter `{name}`"));
                    }
                }
                let action = parameters
                    .get("Action")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                (action.to_owned(), parameters.into())
            }
            Protocol::RestJson => (String::new(), serde_json::from_slice(body).unwrap_or_default()),
            Protocol::RestXml => (String::new(), Value::Null),
        };
        Ok(Self {
            service,
            region,
            partition,
            account,
            head,
            protocol,
            operation,
            parameters,
            body,
            names,
        })
    }

    /// Returns a parameter that is a text and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        text(&self.parameters, name)
    }

    /// Returns an ARN in this region and account; the resource itself if it is an ARN.
    pub fn arn(&self, service: &str, prefix: &str, name: &str) -> String {
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        let Self {
            partition,
            region,
            account,
            ..
        } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{prefix}{name}")
    }
}

/// Returns a member of an object that is a text and not empty.
pub fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str().filter(|text| !text.is_empty())
}
