//! Content type conversions: which bodies are bytes, and what `content_handling` makes of them.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html>,
//! whose two tables are [`ContentHandling::request`] and [`ContentHandling::response`].

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::message::Headers;

/// `content_handling` of an integration or of an integration response.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum ContentHandling {
    /// Not set.
    #[default]
    Unset,
    /// `CONVERT_TO_TEXT`.
    ToText,
    /// `CONVERT_TO_BINARY`.
    ToBinary,
}

/// The body of a request on its way to an integration.
#[derive(Debug, PartialEq)]
pub enum Payload<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes, as base64.
    Base64(String),
    /// Bytes.
    Binary(Cow<'a, [u8]>),
}

impl ContentHandling {
    /// The value of an attribute; the error says why it has none.
    pub fn parse(value: Option<&str>) -> Result<Self, String> {
        match value.unwrap_or_default() {
            "" => Ok(Self::Unset),
            "CONVERT_TO_TEXT" => Ok(Self::ToText),
            "CONVERT_TO_BINARY" => Ok(Self::ToBinary),
            other => Err(format!("unknown `content_handling` `{other}`")),
        }
    }

    /// The payload of an integration. The error says why there is none.
    pub fn request(self, body: &[u8], is_binary: bool) -> Result<Payload<'_>, String> {
        let decoded = || decoded(body).map_err(|why| format!("the request's body is {why}"));
        match (self, is_binary) {
            (Self::Unset | Self::ToText, false) => Ok(Payload::Text(String::from_utf8_lossy(body))),
            (Self::ToBinary, false) => Ok(Payload::Binary(decoded()?.into())),
            (Self::Unset | Self::ToBinary, true) => Ok(Payload::Binary(body.into())),
            (Self::ToText, true) => Ok(Payload::Base64(encoded(body))),
        }
    }

    /// The body of an answer that an integration made as text. The error says why there is none.
    pub fn response(self, text: String, accepts_binary: bool) -> Result<Bytes, String> {
        let decoded = || decoded(text.as_bytes()).map_err(|why| format!("the answer's body is {why}"));
        match (self, accepts_binary) {
            (Self::ToText, _) | (Self::Unset, false) => Ok(text.into()),
            (Self::ToBinary, _) | (Self::Unset, true) => Ok(decoded()?.into()),
        }
    }
}

/// Bytes as text.
pub fn encoded(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of a text. The error says why it stands for none.
pub fn decoded(text: &[u8]) -> Result<Vec<u8>, String> {
    STANDARD
        .decode(text)
        .map_err(|error| format!("not base64: {error}"))
}

/// A media type without its parameters.
pub fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// The media type of a request's body. The default is JSON. Source:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html>.
pub fn type_of_body(headers: &Headers) -> &str {
    headers.get("Content-Type").map_or("application/json", media_type)
}

/// The first media type that a client accepts; AWS asks for no other.
pub fn first_accepted(headers: &Headers) -> &str {
    let accept = headers.get("Accept").unwrap_or_default();
    media_type(accept.split(',').next().unwrap_or_default())
}

/// Returns whether bodies of a media type are bytes: it, its kind (`image/*`) or everything (`*/*`) is configured.
/// Other stars in front (`*/png`) take nothing. Recorded by LocalStack (`test_aws_proxy_binary_response`) for answers.
pub fn is_binary(media_type: &str, binary_media_types: &[String]) -> bool {
    binary_media_types
        .iter()
        .any(|configured| match configured.split_once('/') {
            Some(("*", "*")) => true,
            Some(("*", _)) => false,
            Some((kind, "*")) => media_type
                .split_once('/')
                .is_some_and(|(other, _)| other.eq_ignore_ascii_case(kind)),
            _ => configured.eq_ignore_ascii_case(media_type),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ContentHandling::{ToBinary, ToText, Unset};

    #[test]
    fn requests_are_converted_by_the_table_of_aws() {
        let text = || Ok(Payload::Text("aGk=".into()));
        let bytes = |bytes: &'static [u8]| Ok(Payload::Binary(bytes.into()));
        for (handling, is_binary, expected) in [
            (Unset, false, text()),
            (ToBinary, false, bytes(b"hi")),
            (ToText, false, text()),
            (Unset, true, bytes(b"aGk=")),
            (ToBinary, true, bytes(b"aGk=")),
            (ToText, true, Ok(Payload::Base64("YUdrPQ==".into()))),
        ] {
            assert_eq!(
                handling.request(b"aGk=", is_binary),
                expected,
                "{handling:?} {is_binary}"
            );
        }
        assert!(ToBinary.request(b"no base64", false).is_err());
    }

    #[test]
    fn answers_are_converted_by_the_table_of_aws() {
        for (handling, accepts_binary, expected) in [
            (Unset, false, "aGk="),
            (ToBinary, false, "hi"),
            (ToText, false, "aGk="),
            (Unset, true, "hi"),
            (ToBinary, true, "hi"),
            (ToText, true, "aGk="),
        ] {
            let body = handling.response("aGk=".to_owned(), accepts_binary);
            assert_eq!(body.unwrap(), expected, "{handling:?} {accepts_binary}");
        }
        assert!(Unset.response("{}".to_owned(), true).is_err());
    }
}
