//! Attacks by the time in the token.

use super::*;

/// Puts a number, as it is written, in the place of `exp`.
fn expires(written: &'static str) -> impl Fn(&mut Attempt) {
    move |attempt| {
        let text = String::from_utf8(attempt.claims.clone()).unwrap();
        attempt.claims = text.replace(&(NOW + 60).to_string(), written).into();
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, ago, told) in [
        ("expired this second", 0, "0 s"),
        ("expired a second ago", 1, "1 s"),
        ("expired a minute ago", 60, "1 min"),
        ("expired three minutes ago", 200, "3 min"),
        ("expired an hour ago", 3_600, "1 h"),
        ("expired a week ago", 604_800, "7 days"),
        ("exp 0", NOW, "19891 days"),
        ("exp negative", NOW + 1, "19891 days"),
    ] {
        let reason = format!("expired {told} ago");
        cases.push(case(name, id(), claim("exp", json!(NOW - ago)), reason));
    }
    let reason = "its `exp` must be a time in whole seconds";
    for (name, written) in [
        ("exp a word", r#""1718636486""#),
        ("exp an empty word", r#""""#),
        ("exp a date", r#""2999-01-01T00:00:00Z""#),
        ("exp with a fraction", "1718636486.5"),
        ("exp with a fraction of nothing", "1718636486.0"),
        ("exp with an exponent", "1.8e9"),
        ("exp 1e308", "1e308"),
        ("exp the largest of 64 bits", "9223372036854775807"),
        ("exp over 63 bits", "9223372036854775808"),
        ("exp the largest of 64 bits without sign", "18446744073709551615"),
        ("exp over 64 bits", "99999999999999999999999"),
        ("exp the smallest of 64 bits", "-9223372036854775808"),
        ("exp in milliseconds", "1718636486000"),
        ("exp in the year 10000", "253402300800"),
        ("exp minus nothing", "-0"),
        ("exp null", "null"),
        ("exp true", "true"),
        ("exp a list", "[1718636486]"),
        ("exp an object", r#"{"$numberLong":"1718636486"}"#),
    ] {
        cases.push(case(name, id(), expires(written), reason));
    }
    for (name, written) in [
        ("exp Infinity", "Infinity"),
        ("exp NaN", "NaN"),
        ("exp 1e400", "1e400"),
        ("exp with a plus", "+1718636486"),
        ("exp with a zero before it", "01718636486"),
        ("exp in hexadecimals", "0x6670a000"),
        ("exp with an underscore", "1_718_636_486"),
    ] {
        let reason = "its payload must be a JSON object without duplicate members";
        cases.push(case(name, id(), expires(written), reason));
    }
    cases.push(case("no exp", id(), without_claim("exp"), "missing `exp`"));
    cases.push(case(
        "EXP",
        id(),
        claims_text(|text| text.replace("\"exp\"", "\"EXP\"")),
        "missing `exp`",
    ));
    cases.push(case(
        "an access token that expired",
        access(),
        claim("exp", json!(NOW - 200)),
        "expired 3 min ago",
    ));
    cases.push(case(
        "a clock that went on",
        id(),
        |attempt| attempt.now += Duration::seconds(60),
        "expired 0 s ago",
    ));
    cases.push(case(
        "a part of a second too late",
        id().with(|attempt| attempt.now += Duration::milliseconds(59_999)),
        |attempt| attempt.now += Duration::milliseconds(2),
        "expired 0 s ago",
    ));
    let begun = || id().with(claim("nbf", json!(NOW)));
    for (name, begins, reason) in [
        ("nbf in a second", json!(NOW + 1), "not valid for another 1 s"),
        ("nbf in an hour", json!(NOW + 3_600), "not valid for another 1 h"),
        (
            "nbf in the year 9999",
            json!(253_402_300_799_i64),
            "not valid for another 2913005 days",
        ),
        (
            "nbf a word",
            json!("1"),
            "its `nbf` must be a time in whole seconds",
        ),
        (
            "nbf null",
            json!(null),
            "its `nbf` must be a time in whole seconds",
        ),
        (
            "nbf with a fraction",
            json!(1.5),
            "its `nbf` must be a time in whole seconds",
        ),
        (
            "nbf over 63 bits",
            json!(u64::MAX),
            "its `nbf` must be a time in whole seconds",
        ),
        (
            "nbf a list",
            json!([1]),
            "its `nbf` must be a time in whole seconds",
        ),
    ] {
        cases.push(case(name, begun(), claim("nbf", begins), reason));
    }
    cases.push(case(
        "a clock that went back",
        begun(),
        |attempt| attempt.now -= Duration::seconds(120),
        "not valid for another 2 min",
    ));
    cases
}
