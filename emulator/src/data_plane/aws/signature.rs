//! AWS Signature Version 4: who calls.
//!
//! An access key id alone proves nothing, because every presigned URL shows it. So each call must be signed with the
//! function's secret, as AWS requires, and a URL opens exactly what it was made for.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

use std::borrow::Cow;

use hmac::{Hmac, KeyInit, Mac};
use http::header::AUTHORIZATION;
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use portcullis_foreign_text::hex;
use sha2::{Digest, Sha256};
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use super::credentials::Credentials;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// Characters that a canonical request does not encode: letters, digits, `-`, `.`, `_` and `~`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const ENCODED_BUT_SLASH: &AsciiSet = &ENCODED.remove(b'/');

/// The signature of a request, still to be verified.
#[derive(Debug, PartialEq)]
pub struct Signature {
    /// The access key id.
    pub access_key_id: String,
    /// The region that is signed for.
    pub region: String,
    /// The service that is signed for, such as `dynamodb`.
    pub service: String,
    /// The service's name and the day are a part of the key.
    day: String,
    time: String,
    signed_headers: Vec<String>,
    signature: String,
    token: Option<String>,
    /// Seconds that a presigned URL is valid for; none if the signature is in the header.
    expires: Option<i64>,
}

/// The reason why a signature is not the caller's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SignatureError {
    /// It has no signature.
    Missing,
    /// Its signature is none that is verified here.
    Form,
    /// The signature is not that of the secret, or of another request.
    Signature,
    /// The session token is missing or another one.
    Token,
    /// The URL has expired.
    Expired,
}

impl Signature {
    /// Reads the signature of a request from the header or, in a presigned URL, from the query.
    pub fn of(head: &Parts) -> Result<Self, SignatureError> {
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(authorization) = header(AUTHORIZATION.as_str()) {
            let rest = authorization
                .strip_prefix(ALGORITHM)
                .ok_or(SignatureError::Form)?;
            let part = |name: &str| {
                let mut parts = rest.split(',').map(str::trim);
                parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
            };
            return Self::read(
                part("Credential"),
                part("SignedHeaders"),
                part("Signature"),
                header("x-amz-date"),
                header("x-amz-security-token").map(str::to_owned),
                None,
            );
        }
        let query = pairs(head.uri.query().unwrap_or_default());
        let parameter = |name: &str| {
            let found = query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_ref())
        };
        match parameter("X-Amz-Algorithm") {
            None => return Err(SignatureError::Missing),
            Some(ALGORITHM) => {}
            Some(_) => return Err(SignatureError::Form),
        }
        let expires = parameter("X-Amz-Expires").and_then(|seconds| seconds.parse().ok());
        Self::read(
            parameter("X-Amz-Credential"),
            parameter("X-Amz-SignedHeaders"),
            parameter("X-Amz-Signature"),
            parameter("X-Amz-Date"),
            parameter("X-Amz-Security-Token").map(str::to_owned),
            Some(expires.ok_or(SignatureError::Form)?),
        )
    }

    fn read(
        credential: Option<&str>,
        signed_headers: Option<&str>,
        signature: Option<&str>,
        time: Option<&str>,
        token: Option<String>,
        expires: Option<i64>,
    ) -> Result<Self, SignatureError> {
        let credential: Vec<&str> = credential.ok_or(SignatureError::Form)?.split('/').collect();
        let [access_key_id, day, region, service, "aws4_request"] = credential[..] else {
            return Err(SignatureError::Form);
        };
        let signed_headers = signed_headers.ok_or(SignatureError::Form)?.split(';');
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            day: day.to_owned(),
            time: time.ok_or(SignatureError::Form)?.to_owned(),
            signed_headers: signed_headers.map(str::to_owned).collect(),
            signature: signature.ok_or(SignatureError::Form)?.to_owned(),
            token,
            expires,
        })
    }

    /// Returns whether it is in the URL.
    pub fn is_presigned(&self) -> bool {
        self.expires.is_some()
    }

    /// Fails unless a request was signed with these credentials. The body is none if it is not read: a service that
    /// streams bodies signs their hash in a header.
    pub fn verify(
        &self,
        head: &Parts,
        body: Option<&[u8]>,
        credentials: &Credentials,
        now: OffsetDateTime,
    ) -> Result<(), SignatureError> {
        if self.token.as_deref() != Some(&*credentials.session_token) {
            return Err(SignatureError::Token);
        }
        // Otherwise a signature would be that of another machine's request.
        if !self.signed_headers.iter().any(|name| name == "host") || !self.time.starts_with(&self.day) {
            return Err(SignatureError::Form);
        }
        if let Some(seconds) = self.expires {
            let format = format_description!("[year][month][day]T[hour][minute][second]Z");
            let signed = PrimitiveDateTime::parse(&self.time, format).map_err(|_| SignatureError::Form)?;
            if signed.assume_utc() + Duration::seconds(seconds.clamp(0, 604_800)) < now {
                return Err(SignatureError::Expired);
            }
        }
        let payload = self.payload(head, body)?;
        let canonical = self.canonical(head, &payload)?;
        let scope = format!("{}/{}/{}/aws4_request", self.day, self.region, self.service);
        let text = format!(
            "{ALGORITHM}\n{}\n{scope}\n{}",
            self.time,
            hash(canonical.as_bytes())
        );
        let first = format!("AWS4{}", credentials.secret_access_key);
        let mut key = first.into_bytes();
        for part in [&*self.day, &*self.region, &*self.service, "aws4_request"] {
            key = mac(&key, part.as_bytes()).finalize().into_bytes().to_vec();
        }
        let signature = bytes(&self.signature).ok_or(SignatureError::Signature)?;
        // In constant time.
        let verified = mac(&key, text.as_bytes()).verify_slice(&signature);
        verified.map_err(|_| SignatureError::Signature)
    }

    /// The hash of the body as it was signed, which must be that of the body if this was read.
    fn payload(&self, head: &Parts, body: Option<&[u8]>) -> Result<String, SignatureError> {
        let header = head.headers.get("x-amz-content-sha256");
        let header = header.and_then(|value| value.to_str().ok());
        let actual = body.map(hash);
        match (header, actual) {
            (Some(signed), Some(actual)) if is_hash(signed) && signed != actual => {
                Err(SignatureError::Signature)
            }
            (Some(signed), _) => Ok(signed.to_owned()),
            (None, _) if self.is_presigned() && self.service == "s3" => Ok(UNSIGNED_PAYLOAD.to_owned()),
            (None, Some(actual)) => Ok(actual),
            (None, None) => Err(SignatureError::Form),
        }
    }

    fn canonical(&self, head: &Parts, payload: &str) -> Result<String, SignatureError> {
        let path = head.uri.path();
        let path = match self.service.as_str() {
            "s3" => Cow::Borrowed(path),
            _ => utf8_percent_encode(path, ENCODED_BUT_SLASH).into(),
        };
        let mut query: Vec<String> = pairs(head.uri.query().unwrap_or_default())
            .iter()
            .filter(|(name, _)| name != "X-Amz-Signature")
            .map(|(name, value)| {
                let [name, value] = [name, value].map(|text| utf8_percent_encode(text, ENCODED));
                format!("{name}={value}")
            })
            .collect();
        query.sort_unstable();
        let mut headers = String::new();
        for name in &self.signed_headers {
            let values = head.headers.get_all(name).iter();
            let values: Vec<String> = values
                .map(|value| value.to_str().map(in_one_line))
                .collect::<Result<_, _>>()
                .map_err(|_| SignatureError::Form)?;
            headers.push_str(&format!("{name}:{}\n", values.join(",")));
        }
        Ok(format!(
            "{}\n{path}\n{}\n{headers}\n{}\n{payload}",
            head.method,
            query.join("&"),
            self.signed_headers.join(";")
        ))
    }
}

/// The parameters of a query, decoded.
pub fn pairs(query: &str) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// A header's value without spaces at its ends, and with one between words.
fn in_one_line(value: &str) -> String {
    value
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn mac(key: &[u8], text: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of every length.
    #[allow(clippy::expect_used, reason = "never fails")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(text);
    mac
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let pairs = hexadecimal.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    is_hash(hexadecimal).then(|| pairs.map(byte).collect())?
}
