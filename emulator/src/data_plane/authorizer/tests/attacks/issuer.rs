//! Attacks by the token's issuer. All of these are signed with a key that the pool has too, as with moto.

use super::*;

const HOST: &str = "https://cognito-idp.eu-central-1.amazonaws.com/";

pub(super) fn cases() -> Vec<Case> {
    let reason = |shown: &str| format!("issuer is {shown}, but the route requires pool `eu-central-1_One`");
    let mut cases = Vec::new();
    for (name, pool) in [
        ("another pool with the same key", "eu-central-1_Two"),
        ("a pool whose name begins with ours", "eu-central-1_Onex"),
        ("a pool whose name ends with ours", "eu-central-1_xOne"),
        ("ours without its last letter", "eu-central-1_On"),
        ("our pool in capitals", "eu-central-1_ONE"),
        ("our pool in small letters", "eu-central-1_one"),
    ] {
        let issuer = format!("{HOST}{pool}");
        cases.push(case(
            name,
            id(),
            claim("iss", json!(issuer)),
            reason(&format!("pool `{pool}`")),
        ));
    }
    for (name, issuer) in [
        ("empty", String::new()),
        ("the pool alone", "eu-central-1_One".into()),
        ("a slash behind it", format!("{POOL}/")),
        ("a space behind it", format!("{POOL} ")),
        ("a space before it", format!(" {POOL}")),
        ("a NUL behind it", format!("{POOL}\0")),
        ("a line end behind it", format!("{POOL}\n")),
        ("a question behind it", format!("{POOL}?")),
        ("a fragment behind it", format!("{POOL}#")),
        ("a path that leads back", format!("{HOST}x/../eu-central-1_One")),
        ("two slashes", POOL.replace(".com/", ".com//")),
        ("a port", POOL.replace(".com/", ".com:443/")),
        ("a user", POOL.replace("https://", "https://x@")),
        ("http", POOL.replace("https", "http")),
        ("no scheme", POOL.replace("https://", "")),
        ("the scheme in capitals", POOL.replace("https", "HTTPS")),
        ("the host in capitals", POOL.replace("cognito", "Cognito")),
        ("a dot behind the host", POOL.replace(".com/", ".com./")),
        (
            "another host that begins with ours",
            POOL.replace(".com/", ".com.evil.test/"),
        ),
        (
            "another host that ends with ours",
            POOL.replace("cognito-idp", "evil-cognito-idp"),
        ),
        (
            "another host with ours as a user",
            POOL.replace(".com/", ".com@evil.test/"),
        ),
        (
            "another region's host",
            POOL.replace("idp.eu-central-1", "idp.us-east-1"),
        ),
        (
            "the issuer of an emulator",
            "https://localhost.localstack.cloud:4566/eu-central-1_One".into(),
        ),
        ("the key's address", format!("{POOL}/.well-known/jwks.json")),
        ("percent-encoded", POOL.replace('_', "%5F")),
        ("a letter that looks the same", POOL.replace("One", "\u{41e}ne")),
        ("letters that are wide", POOL.replace("One", "\u{ff2f}ne")),
        (
            "letters in another form of Unicode",
            POOL.replace("One", "O\u{200b}ne"),
        ),
        ("an escape for terminals", format!("\u{1b}[2J{POOL}")),
        ("ours twice", format!("{POOL} {POOL}")),
        ("two with a comma", format!("{POOL},{HOST}")),
        (
            "its ARN",
            "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_One".into(),
        ),
    ] {
        let shown = quoted(&issuer, 120);
        cases.push(case(name, id(), claim("iss", json!(issuer)), reason(&shown)));
    }
    cases.push(case(
        "long",
        id(),
        claim("iss", json!("x".repeat(4_000))),
        reason(&format!("\"{}\"…", "x".repeat(120))),
    ));
    for (name, issuer) in [
        ("a list with ours", json!([POOL])),
        ("an object", json!({"iss": POOL})),
        ("null", json!(null)),
        ("a number", json!(1)),
        ("true", json!(true)),
    ] {
        cases.push(case(name, id(), claim("iss", issuer), "missing issuer (`iss`)"));
    }
    cases.push(case(
        "missing",
        id(),
        without_claim("iss"),
        "missing issuer (`iss`)",
    ));
    cases.push(case(
        "under another name",
        id(),
        claims_text(|text| text.replace("\"iss\"", "\"Iss\"")),
        "missing issuer (`iss`)",
    ));
    cases.push(case(
        "a third pool where two are taken",
        id().with(|attempt| attempt.authorizer.issuers.push(OTHER_POOL.into()))
            .with(claim("iss", json!(OTHER_POOL))),
        claim("iss", json!(format!("{HOST}eu-central-1_Three"))),
        "issuer is pool `eu-central-1_Three`, but the route requires pool `eu-central-1_One` or pool `eu-central-1_Two`",
    ));
    cases.push(case(
        "a pool that the authorizer no longer names",
        id().with(|attempt| attempt.authorizer.issuers.push(OTHER_POOL.into()))
            .with(claim("iss", json!(OTHER_POOL))),
        |attempt| attempt.authorizer.issuers.truncate(1),
        reason("pool `eu-central-1_Two`"),
    ));
    cases.push(case(
        "of an authorizer without pools",
        id(),
        |attempt| attempt.authorizer.issuers.clear(),
        "issuer is pool `eu-central-1_One`, but the route requires no pool",
    ));
    cases
}
