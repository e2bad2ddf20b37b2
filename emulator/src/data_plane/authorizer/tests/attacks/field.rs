//! Attacks by the header field: other fields, and more or less than a token in it.

use super::*;

const NOTHING: &str = "no token in the header `Authorization`";
const TWICE: &str = "more than one header `Authorization`";
const BESIDE: &str = "not a token: the header must be a token, or `Bearer ` and a token";

pub(super) fn cases() -> Vec<Case> {
    let send = |name, send: fn(&str) -> Vec<(&'static str, String)>, reason: &str| {
        case(name, id(), |attempt| attempt.send = send, reason)
    };
    let value = |name, send: fn(&str) -> Vec<(&'static str, String)>| {
        let bearer =
            id().with(|attempt| attempt.send = |token| vec![("Authorization", format!("Bearer {token}"))]);
        // AWS's answer to these is unknown, so only the documented scheme is accepted.
        case(name, bearer, |attempt| attempt.send = send, BESIDE)
    };
    vec![
        send("no header", |_| vec![], NOTHING),
        send(
            "an empty header",
            |_| vec![("Authorization", String::new())],
            NOTHING,
        ),
        send(
            "white space alone",
            |_| vec![("Authorization", " \t ".into())],
            NOTHING,
        ),
        send("another header", |token| vec![("X-Token", token.into())], NOTHING),
        send(
            "a header whose name begins so",
            |token| vec![("Authorization2", token.into())],
            NOTHING,
        ),
        send(
            "a header with a hyphen",
            |token| vec![("X-Authorization", token.into())],
            NOTHING,
        ),
        send(
            "the proxy's header",
            |token| vec![("Proxy-Authorization", token.into())],
            NOTHING,
        ),
        send(
            "a cookie",
            |token| vec![("Cookie", format!("Authorization={token}"))],
            NOTHING,
        ),
        send(
            "the same token in two headers",
            |token| vec![("Authorization", token.into()), ("Authorization", token.into())],
            TWICE,
        ),
        send(
            "two headers in different case",
            |token| vec![("Authorization", token.into()), ("authorization", token.into())],
            TWICE,
        ),
        send(
            "a good one and an empty one",
            |token| vec![("Authorization", token.into()), ("Authorization", String::new())],
            TWICE,
        ),
        send(
            "a bad one behind a good one",
            |token| vec![("Authorization", token.into()), ("AUTHORIZATION", "x".into())],
            TWICE,
        ),
        send(
            "a bad one before a good one",
            |token| vec![("Authorization", "x".into()), ("Authorization", token.into())],
            TWICE,
        ),
        case(
            "the usual header where the authorizer names another",
            id().with(|attempt| attempt.authorizer.header = "X-Token".into())
                .with(|attempt| attempt.send = |token| vec![("X-Token", token.into())]),
            |attempt| attempt.send = |token| vec![("Authorization", token.into())],
            "no token in the header `X-Token`",
        ),
        value("a scheme in small letters", |token| {
            vec![("Authorization", format!("bearer {token}"))]
        }),
        value("a scheme in capitals", |token| {
            vec![("Authorization", format!("BEARER {token}"))]
        }),
        value("Basic", |token| vec![("Authorization", format!("Basic {token}"))]),
        value("Digest", |token| {
            vec![("Authorization", format!("Digest {token}"))]
        }),
        value("DPoP", |token| vec![("Authorization", format!("DPoP {token}"))]),
        value("the scheme twice", |token| {
            vec![("Authorization", format!("Bearer Bearer {token}"))]
        }),
        value("two schemes", |token| {
            vec![("Authorization", format!("Basic eDp5, Bearer {token}"))]
        }),
        value("two spaces", |token| {
            vec![("Authorization", format!("Bearer  {token}"))]
        }),
        value("a tab behind the scheme", |token| {
            vec![("Authorization", format!("Bearer\t{token}"))]
        }),
        value("two tokens with a comma", |token| {
            vec![("Authorization", format!("{token},{token}"))]
        }),
        value("two tokens with a space", |token| {
            vec![("Authorization", format!("{token} {token}"))]
        }),
        value("text behind it", |token| {
            vec![("Authorization", format!("{token} x"))]
        }),
        value("a parameter's name", |token| {
            vec![("Authorization", format!("Bearer token={token}, x=y"))]
        }),
        send(
            "the scheme alone",
            |_| vec![("Authorization", "Bearer ".into())],
            "not a token: it must have 3 segments, but it has 1",
        ),
        send(
            "no space behind the scheme",
            |token| vec![("Authorization", format!("Bearer{token}"))],
            "its header is not UTF-8",
        ),
        send(
            "a colon behind the scheme",
            |token| vec![("Authorization", format!("Bearer:{token}"))],
            "its header must be base64url without padding",
        ),
        send(
            "quotes round it",
            |token| vec![("Authorization", format!("\"{token}\""))],
            "its header must be base64url without padding",
        ),
        send(
            "a space that is none in HTTP before it",
            |token| vec![("Authorization", format!("\u{a0}{token}"))],
            "its header must be base64url without padding",
        ),
        send(
            "a line end of Unicode behind it",
            |token| vec![("Authorization", format!("{token}\u{2028}"))],
            "invalid signature",
        ),
        send(
            "a line end behind it",
            |token| vec![("Authorization", format!("{token}\n"))],
            "invalid signature",
        ),
        send(
            "a NUL behind it",
            |token| vec![("Authorization", format!("{token}\0"))],
            "invalid signature",
        ),
        send(
            "percent-encoded",
            |token| vec![("Authorization", token.replace('.', "%2E"))],
            "not a token: it must have 3 segments, but it has 1",
        ),
    ]
}
