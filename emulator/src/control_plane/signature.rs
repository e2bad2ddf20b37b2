//! AWS Signature Version 4, for the calls that the proxy changes or makes itself.
//!
//! An emulator that checks signatures refuses a call whose body is not what was signed. So a call that was signed
//! with the credentials of the endpoint is signed again once it is changed. Nobody else's signature can be made: a
//! call with other credentials goes on with the one it came with.
//!
//! Only calls of JSON and query services are signed here: their path is `/`, without a query, and their body is
//! known. A library for all of AWS brings fifteen packages for the same few lines.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use http::{HeaderMap, request};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::format_description;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What a caller of an emulated AWS signs with. Not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Many emulators take one of twelve digits for the account.
    pub access_key_id: String,
    /// The secret of that key.
    pub secret_access_key: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl Credentials {
    /// Signs a call of a service in a region.
    pub(super) fn sign(
        &self,
        head: &mut request::Parts,
        body: &[u8],
        region: &str,
        service: &str,
        now: OffsetDateTime,
    ) -> Result<()> {
        let time = now
            .format(format_description!("[year][month][day]T[hour][minute][second]Z"))
            .context("the time has a format")?;
        let scope = format!("{}/{region}/{service}/aws4_request", &time[..8]);
        head.headers.remove("x-amz-content-sha256");
        head.headers.insert("x-amz-date", HeaderValue::from_str(&time)?);

        let mut signed: Vec<(&str, &str)> = Vec::new();
        for (name, value) in &head.headers {
            if [HOST, CONTENT_TYPE].contains(name) || name.as_str().starts_with("x-amz-") {
                signed.push((
                    name.as_str(),
                    value.to_str().context("a header is not ASCII")?.trim(),
                ));
            }
        }
        signed.sort_unstable();
        let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let headers: String = signed
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let canonical = format!(
            "{}\n/\n\n{headers}\n{names}\n{}",
            head.method,
            hex(&Sha256::digest(body))
        );
        let to_sign = format!(
            "{ALGORITHM}\n{time}\n{scope}\n{}",
            hex(&Sha256::digest(canonical))
        );

        let mut key = format!("AWS4{}", self.secret_access_key).into_bytes();
        for part in scope.split('/').chain([to_sign.as_str()]) {
            key = hmac(&key, part)?;
        }
        let authorization = format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            self.access_key_id,
            hex(&key)
        );
        head.headers
            .insert(AUTHORIZATION, HeaderValue::from_str(&authorization)?);
        Ok(())
    }

    /// Signs a call that was changed, where it was signed with these credentials.
    pub(super) fn sign_again(
        &self,
        head: &mut request::Parts,
        body: &[u8],
        now: OffsetDateTime,
    ) -> Result<()> {
        let Some((region, service)) = self.scope(&head.headers) else {
            return Ok(());
        };
        self.sign(head, body, &region, &service, now)
    }

    /// Region and service that a request was signed for with these credentials.
    fn scope(&self, headers: &HeaderMap) -> Option<(String, String)> {
        let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let scope = value
            .split_once("Credential=")?
            .1
            .split(',')
            .next()?
            .strip_prefix(self.access_key_id.as_str())?
            .strip_prefix('/')?;
        let mut parts = scope.split('/').skip(1);
        Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
    }
}

fn hmac(key: &[u8], text: &str) -> Result<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).context("a key of any length")?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use http::Request;
    use time::macros::datetime;

    use super::*;

    fn credentials() -> Credentials {
        Credentials {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
        }
    }

    fn head(method: &str) -> request::Parts {
        let request = Request::builder().method(method).uri("/");
        request
            .header("Host", "example.amazonaws.com")
            .body(())
            .unwrap()
            .into_parts()
            .0
    }

    /// `post-vanilla` and `get-vanilla` of AWS's own test suite for Signature Version 4.
    #[test]
    fn the_signatures_are_those_of_awss_test_suite() {
        let now = datetime!(2015-08-30 12:36:00 UTC);
        for (method, signature) in [
            (
                "GET",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "POST",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ),
        ] {
            let mut head = head(method);
            credentials()
                .sign(&mut head, b"", "us-east-1", "service", now)
                .unwrap();
            assert_eq!(
                head.headers["authorization"],
                format!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                     SignedHeaders=host;x-amz-date, Signature={signature}"
                )
            );
        }
    }

    #[test]
    fn a_changed_call_is_signed_again_where_it_was_signed_with_these_credentials() {
        let now = datetime!(2015-08-30 12:36:00 UTC);
        for (key, again) in [("AKIDEXAMPLE", true), ("AKIDEXAMPLE2", false), ("other", false)] {
            let mut head = head("POST");
            let came_with = format!(
                "AWS4-HMAC-SHA256 Credential={key}/20150830/eu-west-1/cognito-idp/aws4_request, \
                 SignedHeaders=host, Signature=0"
            );
            head.headers.insert("authorization", came_with.parse().unwrap());
            credentials().sign_again(&mut head, b"{}", now).unwrap();
            let signed = head.headers["authorization"].to_str().unwrap();
            assert_eq!(signed != came_with, again, "{signed}");
            assert!(
                signed.contains("/20150830/eu-west-1/cognito-idp/aws4_request"),
                "{signed}"
            );
        }
        let mut unsigned = head("POST");
        credentials().sign_again(&mut unsigned, b"{}", now).unwrap();
        assert!(!unsigned.headers.contains_key("authorization"));
    }

    #[test]
    fn the_secret_is_not_shown() {
        assert!(!format!("{:?}", credentials()).contains("wJalr"));
    }
}
