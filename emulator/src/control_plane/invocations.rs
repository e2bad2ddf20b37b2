//! Lambda's Invoke: `POST /2015-03-31/functions/NAME/invocations`.
//!
//! No emulator behind the proxy runs the functions, so the data plane answers. By this way `portcullis invoke`, the AWS
//! CLI and functions that invoke functions reach them, and no listener beside the proxy is needed.
//! Source: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.

use http::Method;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use portcullis_terraform_json::lambda::FunctionReference;
use serde::{Deserialize, Serialize};

/// Limit of the payload: Lambda's 6 MB, and some more, for which the data plane has Lambda's own error.
pub(super) const READ: usize = 8 << 20;

/// A call of Invoke.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Invoke {
    /// Names the caller that waits.
    pub id: String,
    /// The function by name or ARN.
    pub function: String,
    /// Version or alias.
    pub qualifier: Option<String>,
    /// `RequestResponse`, `Event` or `DryRun`.
    pub kind: String,
    /// True if the caller requests the end of the log.
    pub tail: bool,
    /// The payload in Base64.
    pub payload: String,
}

impl Invoke {
    /// Returns the function with its qualifier: the one of the query, or else the one behind the name.
    pub fn target(&self) -> FunctionReference {
        let mut target = FunctionReference::parse(&self.function);
        if self.qualifier.is_some() {
            target.qualifier.clone_from(&self.qualifier);
        }
        target
    }
}

/// Returns the call that a request is, without its payload.
pub(crate) fn call(head: &Parts) -> Option<Invoke> {
    if head.method != Method::POST {
        return None;
    }
    let segments: Vec<&str> = head.uri.path().split('/').collect();
    let ["", "2015-03-31", "functions", function, "invocations"] = segments[..] else {
        return None;
    };
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let query = head.uri.query().unwrap_or_default();
    let qualifier = query.split('&').find_map(|pair| pair.strip_prefix("Qualifier="));
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    Some(Invoke {
        id: String::new(),
        function: decoded(function),
        qualifier: qualifier.map(decoded),
        kind: header("x-amz-invocation-type")
            .unwrap_or("RequestResponse")
            .to_owned(),
        tail: header("x-amz-log-type") == Some("Tail"),
        payload: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_is_read_from_path_query_and_headers() {
        let request = http::Request::post(
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Aorders/invocations?Qualifier=live",
        )
        .header("X-Amz-Invocation-Type", "Event")
        .header("X-Amz-Log-Type", "Tail");
        let call = call(&request.body(()).unwrap().into_parts().0).unwrap();
        assert_eq!(call.function, "arn:aws:lambda:us-east-1:1:function:orders");
        assert_eq!(call.qualifier.as_deref(), Some("live"));
        assert_eq!((call.kind.as_str(), call.tail), ("Event", true));
    }

    #[test]
    fn the_qualifier_of_the_query_wins_over_the_one_of_the_name() {
        for (path, qualifier) in [
            ("orders/invocations", None),
            ("orders%3Alive/invocations", Some("live")),
            ("orders/invocations?Qualifier=7", Some("7")),
            ("orders%3Alive/invocations?Qualifier=7", Some("7")),
        ] {
            let request = http::Request::post(format!("/2015-03-31/functions/{path}"));
            let target = call(&request.body(()).unwrap().into_parts().0).unwrap().target();
            assert_eq!(target.name, "orders");
            assert_eq!(target.qualifier.as_deref(), qualifier, "{path}");
        }
    }

    #[test]
    fn other_calls_of_lambda_are_none() {
        for (method, path) in [
            ("GET", "/2015-03-31/functions/orders/invocations"),
            ("POST", "/2015-03-31/functions/orders/aliases"),
            ("POST", "/2015-03-31/functions"),
        ] {
            let request = http::Request::builder().method(method).uri(path);
            assert_eq!(call(&request.body(()).unwrap().into_parts().0), None, "{path}");
        }
    }
}
