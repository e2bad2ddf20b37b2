//! Each check of the authorizer, with cases that its loss would admit. If the table names a later check, that check
//! still refuses the case, for another reason. To try: remove a check and run this module's tests.

use super::*;

type Cases = fn() -> Vec<Case>;

/// Check, group, and cases of the group that nothing else refuses.
const ALONE: &[(&str, Cases, &[&str])] = &[
    (
        "one header",
        field::cases,
        &["the same token in two headers", "a bad one behind a good one"],
    ),
    (
        "white space of HTTP alone",
        field::cases,
        &["a space that is none in HTTP before it", "a line end behind it"],
    ),
    (
        "at most 10,240 bytes",
        shape::cases,
        &["one byte more than all headers may have"],
    ),
    (
        "base64url without padding",
        shape::cases,
        &["a header with padding", "a payload with bits left over"],
    ),
    (
        "each member once, in the header",
        header::cases,
        &["alg twice the same", "an unknown member twice"],
    ),
    (
        "each member once, in the payload",
        payload::cases,
        &["iss twice, ours last", "exp twice, the good one last"],
    ),
    (
        "`alg` is RS256",
        header::cases,
        &["alg none", "alg HS256", "alg in small letters"],
    ),
    ("`alg` is there", header::cases, &["no alg", "alg a list"]),
    ("no `crit`", header::cases, &["crit with a name", "crit null"]),
    ("no `b64`", header::cases, &["b64 false"]),
    ("`typ` is JWT", header::cases, &["typ of a proof", "typ null"]),
    ("`kid` is there", header::cases, &["no kid"]),
    (
        "`kid` is known",
        header::cases,
        &["kid unknown", "kid a path", "kid empty"],
    ),
    (
        "`iss` is a pool of the authorizer",
        issuer::cases,
        &["another pool with the same key", "empty"],
    ),
    (
        "`iss` is so as a whole",
        issuer::cases,
        &["a pool whose name begins with ours", "a slash behind it"],
    ),
    (
        "the key is the issuer's own",
        keys::cases,
        &["a key that only the other pool has"],
    ),
    (
        "the signature",
        signature::cases,
        &["the pool's other key", "stripped", "a key of one's own in jwk"],
    ),
    ("`exp` is there", time::cases, &["no exp"]),
    (
        "`exp` is a time",
        time::cases,
        &["exp a word", "exp with a fraction", "exp over 63 bits"],
    ),
    (
        "`exp` is ahead",
        time::cases,
        &["expired three minutes ago", "exp negative"],
    ),
    ("`exp` is not now", time::cases, &["expired this second"]),
    ("`nbf` is behind", time::cases, &["nbf in a second"]),
    ("`nbf` is a time", time::cases, &["nbf a word", "nbf null"]),
    (
        "no access token without scopes",
        purpose::cases,
        &["an access token on a route without scopes"],
    ),
    (
        "no id token with scopes",
        purpose::cases,
        &["an id token on a route with scopes"],
    ),
    (
        "`token_use`",
        purpose::cases,
        &["a refresh token", "no token_use for an id token"],
    ),
    (
        "one of the scopes",
        purpose::cases,
        &["no scope", "scope of another kind"],
    ),
    (
        "scopes are whole words",
        purpose::cases,
        &["scopes with a comma", "scopes with a tab"],
    ),
    (
        "`aud` matches",
        purpose::cases,
        &["aud of another client", "no aud"],
    ),
    (
        "a key may verify",
        keys::cases,
        &["a key that encrypts", "a key that may only sign"],
    ),
    (
        "a key is for RS256",
        keys::cases,
        &["a key for RS512", "a key of a curve"],
    ),
    (
        "a key has 2048 bits",
        keys::cases,
        &["a key that is too short", "a key that is too short behind zeros"],
    ),
];

/// Check, group, and cases that something behind the check refuses too, with a reason that tells less.
const FOR_ITS_REASON: &[(&str, Cases, &[&str])] = &[
    (
        "UTF-8",
        header::cases,
        &["bytes that are no UTF-8, in a member that nobody looks at"],
    ),
    (
        "nothing beside a token",
        field::cases,
        &["Basic", "two spaces", "two tokens with a comma"],
    ),
    (
        "three segments",
        shape::cases,
        &["an empty segment behind it", "another signature behind it"],
    ),
    (
        "keys have names of their own",
        keys::cases,
        &["two keys of one name"],
    ),
];

#[test]
fn every_check_has_cases() {
    for (check, cases, names) in ALONE.iter().chain(FOR_ITS_REASON) {
        let cases = cases();
        for name in *names {
            assert!(
                cases.iter().any(|case| case.name == *name),
                "{check}: no case `{name}`"
            );
        }
    }
}
