//! Messages of the pipeline: requests and answers without a socket.

use std::net::IpAddr;

use base64::Engine;
use bytes::Bytes;
use portcullis_foreign_text::hex;
use time::OffsetDateTime;

/// Header fields in the order and the case in which they were written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the value of the last field of this name, in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// All values of the fields of this name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Adds a field behind those that are there, of the same name too.
    pub fn append(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Replaces every field of this name by one.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.append(name, value);
    }

    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<Name: Into<String>, Value: Into<String>> FromIterator<(Name, Value)> for Headers {
    fn from_iter<Fields: IntoIterator<Item = (Name, Value)>>(fields: Fields) -> Self {
        Self(
            fields
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// The names that API Gateway gives to one request.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestIds {
    /// `requestContext.requestId` and the header `x-amzn-RequestId`: a UUID.
    pub request: String,
    /// `requestContext.extendedRequestId` and the header `x-amz-apigw-id`: 16 characters of base64.
    pub extended: String,
    /// The X-Ray root, `Root=1-<8 hex digits of seconds>-<24 hex digits>`.
    pub trace: String,
    /// The X-Ray parent, 16 hex digits.
    pub parent: String,
}

impl RequestIds {
    /// Fresh ids of a request that arrived at `now`.
    pub fn new(now: OffsetDateTime) -> Self {
        let random = uuid::Uuid::new_v4().into_bytes();
        Self {
            request: uuid::Uuid::new_v4().to_string(),
            extended: base64::engine::general_purpose::STANDARD.encode(&random[..11]),
            trace: format!("Root=1-{:08x}-{}", now.unix_timestamp(), hex(&random[4..])),
            parent: hex(&uuid::Uuid::new_v4().into_bytes()[8..]),
        }
    }
}

/// An HTTP request, read to its end.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method of the request line, in the case it was written in.
    pub method: String,
    /// Path of the request line with the stage, percent-encoded as it was sent.
    pub path: String,
    /// Query of the request line without `?`, as it was sent; empty if there is none.
    pub query: String,
    /// Header fields as they were sent.
    pub headers: Headers,
    /// Body, at most [`super::REQUEST_LIMIT`] bytes.
    pub body: Bytes,
    /// The address at the other end of the connection.
    pub source_ip: IpAddr,
    /// The port that was connected to.
    pub port: u16,
    /// Time of arrival in UTC. Times of tokens are compared with it.
    pub received: OffsetDateTime,
    /// Its ids.
    pub ids: RequestIds,
}

impl Request {
    /// The trace header that events carry: the client's own, or a fresh one. A client's goes on into other headers,
    /// so it must be fit for one.
    pub fn trace(&self) -> &str {
        let fit = |value: &&str| value.len() <= 1024 && value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        self.headers
            .get("X-Amzn-Trace-Id")
            .filter(fit)
            .unwrap_or(&self.ids.trace)
    }

    /// Returns the trace header of the invocation and of the answer. If the client named no parent, it gets one that is
    /// not sampled. Recorded by LocalStack (`test_invocation_trace_id`).
    pub fn trace_with_parent(&self) -> String {
        let trace = self.trace();
        if trace.contains("Parent=") {
            trace.to_owned()
        } else {
            format!("{trace};Parent={};Sampled=0", self.ids.parent)
        }
    }
}

/// An HTTP answer, complete but for the fields that belong to the connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Status code, 200 to 999.
    pub status: u16,
    /// Header fields.
    pub headers: Headers,
    /// Body.
    pub body: Bytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_any_case_and_the_last_value_wins() {
        let headers: Headers = [("X-One", "1"), ("x-one", "2")].into_iter().collect();
        assert_eq!(headers.get("X-ONE"), Some("2"));
        assert_eq!(headers.all("x-one").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn setting_a_field_leaves_one_of_its_name() {
        let mut headers: Headers = [("a", "1"), ("A", "2")].into_iter().collect();
        headers.set("A", "3");
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("A", "3")]);
    }

    #[test]
    fn a_clients_trace_is_kept_only_where_a_header_can_hold_it() {
        let trace = |value: &str| {
            let headers = [("x-amzn-trace-id", value)];
            crate::data_plane::call::tests::request("GET", "/v1/x", &headers, b"")
                .trace()
                .to_owned()
        };
        assert_eq!(trace("Root=1-1-1;Self=1-2-3"), "Root=1-1-1;Self=1-2-3");
        for unfit in ["Root=\u{e4}", "Root=\u{7}", &"x".repeat(1025)] {
            assert_eq!(trace(unfit), "Root=1-66704f1a-0123456789abcdef01234567");
        }
    }

    #[test]
    fn ids_have_the_shape_that_aws_gives_them() {
        let ids = RequestIds::new(OffsetDateTime::from_unix_timestamp(0x665f_0000).unwrap());
        assert_eq!((ids.request.len(), ids.extended.len()), (36, 16));
        assert!(ids.extended.ends_with('='), "{}", ids.extended);
        assert!(
            ids.trace.starts_with("Root=1-665f0000-") && ids.trace.len() == 40,
            "{}",
            ids.trace
        );
    }
}
