//! Sets of keys that are not what they should be, and keys in the wrong set.

use super::*;

const UNKNOWN: &str = "no key of its issuer has its `kid`";
const WEAK: &[u8] = include_bytes!("../../../../../tests/fixtures/keys/weak.der");
const WEAK_MODULUS: &str = "pbgWI7tzfGvnTnSlaA7rlU1HKrCKEArB1h5vMHrhte_qH-bRWzF632YZNiCfzkyCcm-r9mF5KGoKryy7eZezFipem54D2XRihOohvCu68yCwPSPtv35UQ0NiHtgKoeCxbR3-9HeGWPs1boeU9XaZEcsT66HEEyKKkclwS8MOthk";

/// Changes the pool's first key, with which the token is signed.
fn first(change: impl Fn(&mut Claims)) -> impl Fn(&mut Attempt) {
    move |attempt| {
        let jwks = attempt.keys.get_mut(POOL).unwrap();
        change(jwks["keys"][0].as_object_mut().unwrap());
    }
}

fn member(name: &'static str, value: Value) -> impl Fn(&mut Attempt) {
    first(move |key| {
        key.insert(name.to_owned(), value.clone());
    })
}

fn without(name: &'static str) -> impl Fn(&mut Attempt) {
    first(move |key| {
        key.shift_remove(name);
    })
}

pub(super) fn cases() -> Vec<Case> {
    let changed = |name, key, value| case(name, id(), member(key, value), UNKNOWN);
    vec![
        changed("a key that encrypts", "use", json!("enc")),
        changed("a key for no use", "use", json!("")),
        changed("a key for RS512", "alg", json!("RS512")),
        changed("a key for PS256", "alg", json!("PS256")),
        changed("a key for RSA-OAEP", "alg", json!("RSA-OAEP")),
        changed("a key for HS256", "alg", json!("HS256")),
        changed("a key of a curve", "kty", json!("EC")),
        changed("a key of bytes", "kty", json!("oct")),
        changed("a key of a kind in small letters", "kty", json!("rsa")),
        changed("a key that may only sign", "key_ops", json!(["sign"])),
        changed(
            "a key that may only wrap",
            "key_ops",
            json!(["wrapKey", "encrypt"]),
        ),
        changed("a key of another name", "kid", json!("c")),
        case("a key without a name", id(), without("kid"), UNKNOWN),
        case("a key without modulus", id(), without("n"), UNKNOWN),
        case("a key without exponent", id(), without("e"), UNKNOWN),
        case(
            "a key that was withdrawn",
            id(),
            |attempt| {
                attempt.keys.get_mut(POOL).unwrap()["keys"]
                    .as_array_mut()
                    .unwrap()
                    .remove(0);
            },
            UNKNOWN,
        ),
        case(
            "a key that only the other pool has",
            id(),
            |attempt| {
                attempt.keys.get_mut(POOL).unwrap()["keys"]
                    .as_array_mut()
                    .unwrap()
                    .remove(0);
                assert_eq!(attempt.keys[OTHER_POOL]["keys"][0]["kid"], "a/+=");
            },
            UNKNOWN,
        ),
        case(
            "the other pool's key of the same name",
            id().with(|attempt| {
                let other = attempt.keys.get_mut(OTHER_POOL).unwrap();
                other["keys"][0]["kid"] = json!("c");
                other["keys"][1]["kid"] = json!("a/+=");
            }),
            |attempt| attempt.sign = |message| signed(message, B, Algorithm::Rs256),
            "invalid signature",
        ),
        case(
            "a pool whose keys nobody has named",
            id(),
            |attempt| {
                attempt.keys.remove(POOL);
            },
            "the keys of its issuer are unknown",
        ),
        case(
            "a modulus with a bit changed",
            id(),
            first(|key| {
                let mut modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
                modulus[100] ^= 1;
                key["n"] = json!(encoded(&modulus));
            }),
            "invalid signature",
        ),
        // These are refused at start: the sentences are those of the error.
        case(
            "an exponent of one",
            id(),
            member("e", json!("AQ")),
            "public exponent too small",
        ),
        case(
            "an even exponent",
            id(),
            member("e", json!("AQAA")),
            "invalid exponent",
        ),
        case(
            "two keys of one name",
            id(),
            |attempt| attempt.keys.get_mut(POOL).unwrap()["keys"][1]["kid"] = json!("a/+="),
            "duplicate key `a/+=`",
        ),
        case(
            "a key that is too short",
            id(),
            |attempt| {
                attempt.keys.get_mut(POOL).unwrap()["keys"][0]["n"] = json!(WEAK_MODULUS);
                attempt.sign = |message| signed(message, WEAK, Algorithm::Rs256);
            },
            "key `a/+=` has fewer than 2048 bits",
        ),
        case(
            "a key that is too short behind zeros",
            id(),
            |attempt| {
                let modulus = URL_SAFE_NO_PAD.decode(WEAK_MODULUS).unwrap();
                let modulus = encoded(&[&[0; 128][..], &modulus].concat());
                attempt.keys.get_mut(POOL).unwrap()["keys"][0]["n"] = json!(modulus);
                attempt.sign = |message| signed(message, WEAK, Algorithm::Rs256);
            },
            "key `a/+=` has fewer than 2048 bits",
        ),
        case(
            "a modulus of nothing",
            id(),
            member("n", json!("")),
            "invalid modulus",
        ),
        case(
            "no key at all",
            id(),
            |attempt| attempt.keys.get_mut(POOL).unwrap()["keys"] = json!([]),
            "missing RSA key with `kid`, `n` and `e`",
        ),
    ]
}
