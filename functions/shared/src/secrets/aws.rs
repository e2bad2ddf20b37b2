//! The two calls that read secrets, signed with the function's credentials.
//!
//! The AWS SDKs of both services would make each function several times as large, so this uses the SDK's signer alone.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use http_body_util::{BodyExt, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use lambda_http::http::{Request, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::{Secret, name::Name};
use crate::Error;

/// Bytes of an answer. A secret has at most 64 KB:
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
const LARGEST: usize = 512 * 1024;

/// The most time that all attempts may take.
const LONGEST: Duration = Duration::from_secs(10);

/// The pauses before further attempts.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// AWS as a function reaches it.
pub(super) struct Aws {
    region: String,
    endpoint: Option<String>,
    credentials: Credentials,
}

/// A failed call.
enum Failure {
    /// Another attempt may succeed.
    Passing(Error),
    Lasting(Error),
}

impl Aws {
    /// By the variables that Lambda sets, and `AWS_ENDPOINT_URL`, which an emulated AWS sets.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let needed = |name: &str| variable(name).ok_or_else(|| format!("`{name}` is not set"));
        Ok(Self {
            region: needed("AWS_REGION")?,
            endpoint: variable("AWS_ENDPOINT_URL").filter(|url| !url.is_empty()),
            credentials: Credentials::new(
                needed("AWS_ACCESS_KEY_ID")?,
                needed("AWS_SECRET_ACCESS_KEY")?,
                variable("AWS_SESSION_TOKEN"),
                None,
                "Lambda",
            ),
        })
    }

    /// Reads a secret. AWS may be busy for a moment, so it is asked up to three times.
    pub(super) async fn read(&self, name: Name<'_>) -> Result<Secret, Error> {
        let attempts = async {
            for pause in PAUSES {
                match self.call(name).await {
                    Err(Failure::Passing(_)) => sleep(pause).await,
                    Err(Failure::Lasting(error)) => return Err(error),
                    Ok(output) => return Ok(output),
                }
            }
            self.call(name).await.map_err(|failure| match failure {
                Failure::Passing(error) | Failure::Lasting(error) => error,
            })
        };
        let output = timeout(LONGEST, attempts)
            .await
            .map_err(|_| format!("no answer in {} seconds", LONGEST.as_secs()))??;
        let value = name.value(&output).ok_or("it is not a text")?;
        Ok(Secret(value.into()))
    }

    /// One attempt.
    async fn call(&self, name: Name<'_>) -> Result<Value, Failure> {
        let request = self.request(name).map_err(Failure::Lasting)?;
        let provider = rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)
            .map_err(|error| Failure::Lasting(error.into()))?
            .https_or_http()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let response = client.request(request).await;
        let response = response.map_err(|error| Failure::Passing(error.into()))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), LARGEST).collect().await;
        let body = body.map_err(Failure::Passing)?.to_bytes();
        if status == StatusCode::OK {
            // The error would quote the answer.
            return serde_json::from_slice(&body)
                .map_err(|_| Failure::Lasting("the answer is not JSON".into()));
        }
        let (code, message) = refusal(&body);
        let is_passing = status.is_server_error() || code.contains("Throttl");
        let error = format!("{status}: {code} {message}");
        Err(match is_passing {
            true => Failure::Passing(error.into()),
            false => Failure::Lasting(error.into()),
        })
    }

    /// The signed request.
    fn request(&self, name: Name<'_>) -> Result<Request<String>, Error> {
        let service = name.service();
        let url = self.endpoint.clone().unwrap_or_else(|| {
            let suffix = if self.region.starts_with("cn-") { ".cn" } else { "" };
            format!("https://{service}.{}.amazonaws.com{suffix}/", self.region)
        });
        let headers = [
            (CONTENT_TYPE.as_str(), "application/x-amz-json-1.1"),
            ("x-amz-target", name.target()),
        ];
        let body = name.input().to_string();
        let mut request = Request::post(&url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut request = request.body(body.clone())?;
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let uri = request.uri().to_string();
        let signable = SignableRequest::new(
            "POST",
            uri,
            headers.into_iter(),
            SignableBody::Bytes(body.as_bytes()),
        )?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}

/// The code and the message of an error of AWS, which never has a secret's value.
/// <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization>
fn refusal(body: &[u8]) -> (String, String) {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |keys: [&str; 2]| {
        let found = keys.iter().find_map(|key| body[*key].as_str());
        found.unwrap_or_default().to_owned()
    };
    let code = text(["__type", "code"]);
    let code = code.rsplit('#').next().unwrap_or_default().to_owned();
    (code, text(["message", "Message"]))
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread::{self, JoinHandle},
    };

    use super::*;

    const PARAMETER: Name = Name::Ssm("/hello/db-url");
    const SECRET: Name = Name::SecretsManager("hello/mail");

    /// An AWS that gives these answers, one for each connection, and returns the requests.
    fn aws(answers: &'static [(&'static str, &'static str)]) -> (Aws, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let requests = thread::spawn(move || {
            let request = |(status, body): &(&str, &str)| {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 4096];
                let mut length = 0;
                while !request[..length].ends_with(b"}") {
                    length += stream.read(&mut request[length..]).unwrap();
                }
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close",
                    body.len()
                );
                write!(stream, "{head}\r\n\r\n{body}").unwrap();
                String::from_utf8_lossy(&request[..length]).into_owned()
            };
            answers.iter().map(request).collect()
        });
        let aws = Aws::of(|name| {
            let value = match name {
                "AWS_REGION" => "eu-central-1",
                "AWS_ACCESS_KEY_ID" => "AKIDEXAMPLE",
                "AWS_SECRET_ACCESS_KEY" => "a-secret-key",
                "AWS_SESSION_TOKEN" => "a-session",
                "AWS_ENDPOINT_URL" => &endpoint,
                other => panic!("{other}"),
            };
            Some(value.to_owned())
        });
        (aws.unwrap(), requests)
    }

    #[tokio::test]
    async fn a_parameter_is_read_with_a_signed_request() {
        let (aws, requests) = aws(&[("200 OK", r#"{"Parameter": {"Value": "postgres://"}}"#)]);
        assert_eq!(aws.read(PARAMETER).await.unwrap().expose(), "postgres://");
        let request = requests.join().unwrap().remove(0);
        for part in [
            "POST / HTTP/1.1\r\n",
            "content-type: application/x-amz-json-1.1\r\n",
            "x-amz-target: AmazonSSM.GetParameter\r\n",
            "x-amz-security-token: a-session\r\n",
            "authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/",
            "/eu-central-1/ssm/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
            "\r\n\r\n{\"Name\":\"/hello/db-url\",\"WithDecryption\":true}",
        ] {
            assert!(request.contains(part), "{part} in {request}");
        }
        assert!(!request.contains("a-secret-key"), "{request}");
    }

    #[tokio::test]
    async fn a_busy_aws_is_asked_again() {
        let throttled = (
            "400 Bad Request",
            r#"{"__type": "ThrottlingException", "message": "Rate exceeded"}"#,
        );
        let answers = Box::leak(Box::new([
            throttled,
            ("500 Internal Server Error", ""),
            ("200 OK", r#"{"SecretString": "token"}"#),
        ]));
        let (aws, requests) = aws(answers);
        assert_eq!(aws.read(SECRET).await.unwrap().expose(), "token");
        let requests = requests.join().unwrap();
        assert_eq!(requests.len(), 3);
        assert!(requests[2].contains("x-amz-target: secretsmanager.GetSecretValue\r\n"));
        assert!(requests[2].ends_with(r#"{"SecretId":"hello/mail"}"#));
    }

    #[tokio::test]
    async fn a_refusal_is_final_and_says_why() {
        let (aws, requests) = aws(&[(
            "400 Bad Request",
            r#"{"__type": "com.amazon#AccessDeniedException", "message": "not authorized to perform: ssm:GetParameter"}"#,
        )]);
        let error = aws.read(PARAMETER).await.unwrap_err().to_string();
        assert_eq!(
            error,
            "400 Bad Request: AccessDeniedException not authorized to perform: ssm:GetParameter"
        );
        assert_eq!(requests.join().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn an_answer_is_not_in_an_error() {
        for answer in [r#"{"Parameter": {"Value": ["hunter2"]}}"#, "hunter2"] {
            let answers = Box::leak(Box::new([("200 OK", answer)]));
            let (aws, _) = aws(answers);
            let error = aws.read(PARAMETER).await.unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn each_region_has_its_endpoint() {
        for (region, url) in [
            ("eu-central-1", "https://ssm.eu-central-1.amazonaws.com/"),
            ("cn-north-1", "https://ssm.cn-north-1.amazonaws.com.cn/"),
        ] {
            let aws = Aws::of(|name| match name {
                "AWS_REGION" => Some(region.to_owned()),
                "AWS_ENDPOINT_URL" => None,
                other => Some(other.to_owned()),
            });
            assert_eq!(aws.unwrap().request(PARAMETER).unwrap().uri(), url);
        }
    }

    #[test]
    fn a_missing_variable_is_named() {
        let error = Aws::of(|_| None).err().unwrap().to_string();
        assert_eq!(error, "`AWS_REGION` is not set");
    }
}
