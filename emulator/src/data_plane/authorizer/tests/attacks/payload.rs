//! Claims that readers of JSON could take differently, signed by the pool all the same.

use super::*;

const NO_OBJECT: &str = "its payload must be a JSON object without duplicate members";

pub(super) fn cases() -> Vec<Case> {
    let text = |name, change| case(name, id(), claims_text(change), NO_OBJECT);
    vec![
        // Stricter or unknown: from memory. Cognito writes no claim twice.
        text("iss twice, ours last", |text| {
            text.replacen('{', r#"{"iss":"https://evil.test","#, 1)
        }),
        text("iss twice, ours first", |text| {
            text.replacen('}', r#","iss":"https://evil.test"}"#, 1)
        }),
        text("iss twice, once with escapes", |text| {
            text.replacen('{', r#"{"\u0069ss":"x","#, 1)
        }),
        text("exp twice, the good one last", |text| {
            text.replacen('{', r#"{"exp":1,"#, 1)
        }),
        text("exp twice, the good one first", |text| {
            text.replacen('}', r#","exp":1}"#, 1)
        }),
        text("exp twice the same", |text| {
            text.replacen('{', &format!("{{\"exp\":{},", NOW + 60), 1)
        }),
        text("token_use twice", |text| {
            text.replacen('{', r#"{"token_use":"access","#, 1)
        }),
        text("sub twice", |text| {
            text.replacen('{', r#"{"sub":"someone else","#, 1)
        }),
        text("an unknown claim twice", |text| {
            text.replacen('{', r#"{"x":1,"x":2,"#, 1)
        }),
        text("a list", |text| format!("[{text}]")),
        text("an empty list", |_| "[]".into()),
        text("null", |_| "null".into()),
        text("a number", |_| "1".into()),
        text("a word", |_| r#""iss""#.into()),
        text("nothing but white space", |_| "  ".into()),
        text("a token in the token", |text| {
            format!("{}.{}.x", encoded(b"{}"), encoded(text.as_bytes()))
        }),
        text("a token in the token, as a string", |text| {
            format!("\"{}\"", encoded(text.as_bytes()))
        }),
        text("text behind it", |text| format!("{text}x")),
        text("two objects", |text| format!("{text}{{}}")),
        text("a NUL behind it", |text| format!("{text}\0")),
        text("a mark of byte order", |text| format!("\u{feff}{text}")),
        text("cut off", |text| text[..text.len() - 1].into()),
        text("a comma too many", |text| text.replace('}', ",}")),
        text("NaN", |text| text.replacen('{', r#"{"x":NaN,"#, 1)),
        text("a number beyond numbers", |text| {
            text.replacen('{', r#"{"x":1e999,"#, 1)
        }),
        text("half a surrogate", |text| {
            text.replacen('{', r#"{"x":"\udc00","#, 1)
        }),
        text("a line end in a string", |text| {
            text.replacen('{', "{\"x\":\"\n\",", 1)
        }),
        text("nested a thousand times", |text| {
            text.replacen(
                '{',
                &format!("{{\"x\":{}{},", "[".repeat(1_000), "]".repeat(1_000)),
                1,
            )
        }),
        text("nested objects", |text| {
            text.replacen(
                '{',
                &format!("{{\"x\":{}1{},", r#"{"x":"#.repeat(500), "}".repeat(500)),
                1,
            )
        }),
        case(
            "bytes that are no UTF-8",
            id().with(claim("x", json!("?"))),
            |attempt| {
                let place = attempt.claims.iter().position(|byte| *byte == b'?').unwrap();
                attempt.claims[place] = 0xff;
            },
            "its payload is not UTF-8",
        ),
        case(
            "a surrogate in UTF-8",
            id().with(claim("x", json!("???"))),
            |attempt| {
                let place = attempt.claims.iter().position(|byte| *byte == b'?').unwrap();
                attempt.claims[place..place + 3].copy_from_slice(b"\xed\xa0\x80");
            },
            "its payload is not UTF-8",
        ),
        case(
            "compressed",
            id(),
            |attempt| attempt.claims = vec![0x78, 0x9c, 3, 0, 0, 0, 0, 1],
            "its payload is not UTF-8",
        ),
        case(
            "an empty object",
            id(),
            claims_text(|_| "{}".into()),
            "missing issuer (`iss`)",
        ),
        case("claims of 1 MB", id(), claim("x", json!("x".repeat(1 << 20))), {
            let length = id().with(claim("x", json!("x".repeat(1 << 20)))).token().len();
            format!("not a token: it has {length} bytes, but API Gateway takes at most 10240 in all headers")
        }),
    ]
}
