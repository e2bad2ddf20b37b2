//! A function's request as it goes on to the emulated AWS: under the credentials that Terraform uses there.

use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::PathAndQuery;

use crate::guard::is_of_browser;

/// Replaces a function's access key id by the emulated AWS's: emulators take the account from it, and none but this
/// listener knows the function's. The signature does not hold any more, and none of them verifies it.
pub fn under(mut head: Parts, from: &str, to: &str) -> Option<Parts> {
    head.headers.remove("x-amz-security-token");
    // The emulated AWS answers no pages: that this one may ask has been decided.
    let of_browser = head.headers.keys().filter(|name| is_of_browser(name));
    let names: Vec<HeaderName> = of_browser.cloned().collect();
    for name in names {
        head.headers.remove(name);
    }
    if let Some(authorization) = head.headers.get(AUTHORIZATION) {
        let changed = authorization.to_str().ok()?.replacen(
            &format!("Credential={from}/"),
            &format!("Credential={to}/"),
            1,
        );
        head.headers
            .insert(AUTHORIZATION, HeaderValue::try_from(changed).ok()?);
    }
    let query = head.uri.query().unwrap_or_default();
    if query.contains(from) {
        let kept = query
            .split('&')
            .filter(|pair| !pair.to_ascii_lowercase().starts_with("x-amz-security-token="));
        let query: Vec<String> = kept.map(|pair| pair.replacen(from, to, 1)).collect();
        let target = format!("{}?{}", head.uri.path(), query.join("&"));
        let mut parts = head.uri.into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
        head.uri = http::Uri::from_parts(parts).ok()?;
    }
    Some(head)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn the_emulated_aws_sees_its_own_access_key() {
        let request = Request::get("/b/k?X-Amz-Credential=ASIA%2F2&X-Amz-Security-Token=t&x=1")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=ASIA/1/r/s/aws4_request, SignedHeaders=host",
            )
            .header("x-amz-security-token", "t");
        let head = under(request.body(()).unwrap().into_parts().0, "ASIA", "123").unwrap();
        assert_eq!(head.uri, "/b/k?X-Amz-Credential=123%2F2&x=1");
        assert_eq!(
            head.headers["authorization"],
            "AWS4-HMAC-SHA256 Credential=123/1/r/s/aws4_request, SignedHeaders=host"
        );
        assert!(!head.headers.contains_key("x-amz-security-token"));
    }
}
