//! Three segments of base64url, no more and no less.

use super::*;

fn count(segments: usize) -> String {
    format!("not a token: it must have 3 segments, but it has {segments}")
}

fn padded(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE.encode(bytes)
}

fn standard(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes)
}

/// The last letter is another that stands for the same bytes.
fn with_bits_left_over(bytes: &[u8]) -> String {
    let mut text = encoded(bytes);
    let last = text.pop().unwrap();
    text.push(match last {
        'A'..='Y' | 'a'..='y' | '0'..='8' => char::from(last as u8 + 1),
        'Z' => 'a',
        'z' => '0',
        _ => panic!("{last} can't be raised"),
    });
    text
}

fn with_line_ends(bytes: &[u8]) -> String {
    let text = encoded(bytes);
    format!("{}\r\n{}", &text[..20], &text[20..])
}

/// A member for headers and claims whose base64 has letters in which the alphabets differ.
const TELLING: &str = "???>>>~~~???>>>~~~???>>>~~~";

pub(super) fn cases() -> Vec<Case> {
    let edited = |name, change, reason: String| case(name, id(), edit(change), reason);
    let header = || "its header must be base64url without padding".to_owned();
    let payload = || "its payload must be base64url without padding".to_owned();
    let signature = || "invalid signature".to_owned();
    // Lengths that are not multiples of three, so that there is something to pad.
    let uneven = || {
        id().with(|attempt| {
            for json in [&mut attempt.header, &mut attempt.claims] {
                json.extend(std::iter::repeat_n(b' ', 4 - json.len() % 3));
                assert_eq!(json.len() % 3, 1);
            }
        })
    };
    let telling = || {
        id().with(super::super::header("x", json!(TELLING)))
            .with(claim("x", json!(TELLING)))
    };
    vec![
        edited("one letter", |_| "x".into(), count(1)),
        edited("one dot", |_| ".".into(), count(2)),
        edited(
            "two dots alone",
            |_| "..".into(),
            "its header must be a JSON object without duplicate members".into(),
        ),
        edited("the header alone", |token| segments(token)[0].into(), count(1)),
        edited(
            "no signature and no dot",
            |token| token.rsplit_once('.').unwrap().0.into(),
            count(2),
        ),
        edited(
            "no header",
            |token| token.split_once('.').unwrap().1.into(),
            count(2),
        ),
        edited(
            "another signature behind it",
            |token| format!("{token}.{}", segments(token)[2]),
            count(4),
        ),
        edited(
            "an empty segment behind it",
            |token| format!("{token}."),
            count(4),
        ),
        edited(
            "an empty segment before it",
            |token| format!(".{token}"),
            count(4),
        ),
        edited(
            "a second header before it",
            |token| format!("{}.{token}", segments(token)[0]),
            count(4),
        ),
        edited(
            "the five segments of an encrypted token",
            |token| format!("{token}.x.y"),
            format!("{} (an encrypted one has 5)", count(5)),
        ),
        edited(
            "a token in a token's place of three",
            |token| format!("{token}.{token}"),
            count(6),
        ),
        edited("a thousand dots", |_| ".".repeat(1_000), count(1_001)),
        edited(
            "an empty header",
            |token| token.replace(segments(token)[0], ""),
            "its header must be a JSON object without duplicate members".into(),
        ),
        edited(
            "an empty payload",
            |token| token.replace(segments(token)[1], ""),
            "its payload must be a JSON object without duplicate members".into(),
        ),
        edited(
            "header and payload swapped",
            |token| {
                let [header, payload, signature] = segments(token);
                format!("{payload}.{header}.{signature}")
            },
            "missing algorithm (`alg`) in its header".into(),
        ),
        edited("no base64 at all", |_| "ä.ö.ü".into(), header()),
        edited(
            "JSON without base64",
            |token| {
                format!(
                    r#"{{"alg":"RS256","kid":"b"}}.{}.{}"#,
                    segments(token)[1],
                    segments(token)[2]
                )
            },
            "not a token: the header must be a token, or `Bearer ` and a token".into(),
        ),
        edited(
            "a token of 1 MB",
            |token| format!("{token}{}", "A".repeat(1 << 20)),
            {
                let length = id().token().len() + (1 << 20);
                format!(
                    "not a token: it has {length} bytes, but API Gateway takes at most 10240 in all headers"
                )
            },
        ),
        // 10,240 bytes are taken and one more is not. Stricter or unknown: from memory.
        {
            let room = 10_240 - 3 - 342 - encoded(&id().header).len();
            let filled = move |more: usize| {
                move |attempt: &mut Attempt| {
                    let length = (room + more) / 4 * 3 - 2 + more;
                    attempt.claims.resize(length, b' ');
                }
            };
            case(
                "one byte more than all headers may have",
                id().with(filled(0)),
                filled(3),
                {
                    let length = id().with(filled(3)).token().len();
                    format!(
                        "not a token: it has {length} bytes, but API Gateway takes at most 10240 in all headers"
                    )
                },
            )
        },
        // Stricter or unknown: from memory.
        case(
            "a header with padding",
            uneven(),
            |attempt| attempt.encode_header = padded,
            header(),
        ),
        case(
            "a payload with padding",
            uneven(),
            |attempt| attempt.encode_claims = padded,
            payload(),
        ),
        edited(
            "a signature with padding",
            |token| format!("{token}=="),
            signature(),
        ),
        edited(
            "a sign of padding too many",
            |token| format!("{token}="),
            signature(),
        ),
        case(
            "a header in the alphabet of mail",
            telling(),
            |attempt| attempt.encode_header = standard,
            header(),
        ),
        case(
            "a payload in the alphabet of mail",
            telling(),
            |attempt| attempt.encode_claims = standard,
            payload(),
        ),
        case(
            "a header with bits left over",
            uneven(),
            |attempt| attempt.encode_header = with_bits_left_over,
            header(),
        ),
        case(
            "a payload with bits left over",
            uneven(),
            |attempt| attempt.encode_claims = with_bits_left_over,
            payload(),
        ),
        edited(
            "a signature with bits left over",
            |token| {
                let [header, payload, signature] = segments(token);
                let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
                format!("{header}.{payload}.{}", with_bits_left_over(&bytes))
            },
            signature(),
        ),
        case(
            "line ends in the header",
            id(),
            |attempt| attempt.encode_header = with_line_ends,
            header(),
        ),
        case(
            "line ends in the payload",
            id(),
            |attempt| attempt.encode_claims = with_line_ends,
            payload(),
        ),
        edited(
            "a letter of another alphabet that looks the same",
            |token| token.replacen('e', "\u{435}", 1),
            header(),
        ),
    ]
}
