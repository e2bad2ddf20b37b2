//! Attacks by the token's header, signed with the pool's key all the same.

use super::super::header as member;
use super::*;

const EXTENSIONS: &str = "it requires extensions (`crit`, `b64`)";
const NO_KEY: &str = "missing key (`kid`) in its header";
const UNKNOWN_KEY: &str = "no key of its issuer has its `kid`";
const NO_ALGORITHM: &str = "missing algorithm (`alg`) in its header";
const NO_OBJECT: &str = "its header must be a JSON object without duplicate members";
const TYPE: &str = "its type (`typ`) must be JWT";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, algorithm) in [
        ("alg none", "none"),
        ("alg None", "None"),
        ("alg NONE", "NONE"),
        ("alg nOnE", "nOnE"),
        ("alg empty", ""),
        ("alg HS256", "HS256"),
        ("alg HS384", "HS384"),
        ("alg HS512", "HS512"),
        ("alg RS384", "RS384"),
        ("alg RS512", "RS512"),
        ("alg PS256", "PS256"),
        ("alg ES256", "ES256"),
        ("alg EdDSA", "EdDSA"),
        ("alg RSA-OAEP", "RSA-OAEP"),
        ("alg dir", "dir"),
        ("alg in small letters", "rs256"),
        ("alg with a space behind", "RS256 "),
        ("alg with a NUL behind", "RS256\0"),
        ("alg in letters that look the same", "R\u{405}256"),
        ("alg RS1", "RS1"),
    ] {
        let reason = format!("its algorithm must be RS256, but it is {algorithm:?}");
        cases.push(case(name, id(), member("alg", json!(algorithm)), reason));
    }
    cases.push(case(
        "alg long and full of line ends",
        id(),
        member("alg", json!("\n".repeat(500))),
        format!("its algorithm must be RS256, but it is {:?}…", "\n".repeat(16)),
    ));
    for (name, algorithm) in [
        ("alg null", json!(null)),
        ("alg a list", json!(["RS256"])),
        ("alg a number", json!(256)),
        ("alg an object", json!({"RS256": true})),
    ] {
        cases.push(case(name, id(), member("alg", algorithm), NO_ALGORITHM));
    }
    cases.push(case(
        "no alg",
        id(),
        |attempt| set(&mut attempt.header, "alg", None),
        NO_ALGORITHM,
    ));
    cases.push(case(
        "Alg",
        id(),
        header_text(|text| text.replace("\"alg\"", "\"Alg\"")),
        NO_ALGORITHM,
    ));
    for (name, kid) in [
        ("kid unknown", "c"),
        ("kid empty", ""),
        ("kid a path", "../b"),
        ("kid a path to a file", "../../../../dev/null"),
        ("kid an absolute path", "/etc/passwd"),
        ("kid an address", "http://127.0.0.1:1/jwks.json"),
        ("kid SQL", "' UNION SELECT 'b"),
        ("kid a command", "b|id"),
        ("kid in another case", "A/+="),
        ("kid percent-encoded", "a%2F%2B%3D"),
        ("kid with a slash at its end", "a/+=/"),
        ("kid with a space", " a/+="),
        ("kid with a NUL", "a/+=\0"),
        ("kid in base64url", "a_-="),
        ("kid half", "a"),
        ("kid a star", "*"),
    ] {
        cases.push(case(name, id(), member("kid", json!(kid)), UNKNOWN_KEY));
    }
    cases.push(case(
        "kid long",
        id(),
        member("kid", json!("a".repeat(5_000))),
        UNKNOWN_KEY,
    ));
    for (name, kid) in [
        ("kid null", json!(null)),
        ("kid a number", json!(0)),
        ("kid true", json!(true)),
        ("kid a list", json!(["a/+="])),
        ("kid an object", json!({"b": "a/+="})),
    ] {
        cases.push(case(name, id(), member("kid", kid), NO_KEY));
    }
    cases.push(case(
        "no kid",
        id(),
        |attempt| set(&mut attempt.header, "kid", None),
        NO_KEY,
    ));
    // The key that the token itself contains.
    let jwk = serde_json::from_str::<Value>(JWKS).unwrap()["keys"][0].clone();
    cases.push(case(
        "no kid but the pool's own key embedded",
        id().with(member("jwk", jwk)),
        |attempt| set(&mut attempt.header, "kid", None),
        NO_KEY,
    ));
    for (name, value) in [
        ("crit with a name", json!(["x"])),
        ("crit with a known name", json!(["alg"])),
        ("crit with b64", json!(["b64"])),
        ("crit empty", json!([])),
        ("crit null", json!(null)),
        ("crit false", json!(false)),
        ("crit a word", json!("x")),
    ] {
        cases.push(case(name, id(), member("crit", value), EXTENSIONS));
    }
    for (name, value) in [
        ("b64 false", json!(false)),
        ("b64 true", json!(true)),
        ("b64 null", json!(null)),
    ] {
        // Stricter or unknown: from memory.
        cases.push(case(name, id(), member("b64", value), EXTENSIONS));
    }
    for (name, value) in [
        ("typ of an access token of RFC 9068", json!("at+jwt")),
        ("typ of a proof", json!("dpop+jwt")),
        ("typ of a logout token", json!("logout+jwt")),
        ("typ as a media type", json!("application/jwt")),
        ("typ JWE", json!("JWE")),
        ("typ empty", json!("")),
        ("typ null", json!(null)),
        ("typ a list", json!(["JWT"])),
        ("typ a number", json!(1)),
    ] {
        // Stricter or unknown: from memory.
        cases.push(case(
            name,
            id().with(member("typ", json!("JWT"))),
            member("typ", value),
            TYPE,
        ));
    }
    let text = |name, change| case(name, id(), header_text(change), NO_OBJECT);
    cases.extend([
        text("alg twice", |text| text.replacen('{', r#"{"alg":"none","#, 1)),
        text("alg twice the same", |text| {
            text.replacen('{', r#"{"alg":"RS256","#, 1)
        }),
        text("alg twice, once with escapes", |text| {
            text.replacen('{', r#"{"\u0061lg":"none","#, 1)
        }),
        text("kid twice", |text| text.replacen('{', r#"{"kid":"b","#, 1)),
        text("an unknown member twice", |text| {
            text.replacen('{', r#"{"x":1,"x":2,"#, 1)
        }),
        text("a list", |text| format!("[{text}]")),
        text("a word", |_| r#""RS256""#.into()),
        text("null", |_| "null".into()),
        text("text behind the object", |text| format!("{text}x")),
        text("two objects", |text| format!("{text}{text}")),
        text("a comma too many", |text| text.replace('}', ",}")),
        text("a comment", |text| text.replace('{', "{/**/")),
        text("single quotes", |text| text.replace('"', "'")),
        text("a mark of byte order", |text| format!("\u{feff}{text}")),
        text("a NUL behind it", |text| format!("{text}\0")),
        text("half a surrogate", |text| {
            text.replacen('{', r#"{"x":"\ud800","#, 1)
        }),
        text("nested a thousand times", |text| {
            text.replacen(
                '{',
                &format!("{{\"x\":{}{},", "[".repeat(1_000), "]".repeat(1_000)),
                1,
            )
        }),
        case(
            "UTF-16",
            id(),
            |attempt| {
                let text = String::from_utf8(attempt.header.clone()).unwrap();
                attempt.header = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            },
            NO_OBJECT,
        ),
        case(
            "bytes that are no UTF-8, in a member that nobody looks at",
            id().with(member("x", json!("?"))),
            |attempt| {
                let place = attempt.header.iter().position(|byte| *byte == b'?').unwrap();
                attempt.header[place] = 0xff;
            },
            "its header is not UTF-8",
        ),
        case(
            "an overlong form of a letter",
            id(),
            |attempt| {
                let text = String::from_utf8(attempt.header.clone()).unwrap();
                let (before, behind) = text.split_once("RS256").unwrap();
                attempt.header = [before.as_bytes(), b"\xc1\x92S256", behind.as_bytes()].concat();
            },
            "its header is not UTF-8",
        ),
    ]);
    cases
}
