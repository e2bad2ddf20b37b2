//! Attacks by another signature than that of the pool's key.

use super::super::header as member;
use super::*;

fn modulus() -> String {
    let jwks: Value = serde_json::from_str(JWKS).unwrap();
    jwks["keys"][0]["n"].as_str().unwrap().to_owned()
}

fn hashed(message: &str, secret: &[u8]) -> String {
    signed(message, secret, Algorithm::Hs256)
}

/// Changes the bytes of the signature.
fn bytes(token: &str, change: fn(&mut Vec<u8>)) -> String {
    let [header, payload, signature] = segments(token);
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    change(&mut bytes);
    format!("{header}.{payload}.{}", encoded(&bytes))
}

/// Signature and modulus added: the same number to who computes before comparing sizes.
fn plus_modulus(signature: &mut Vec<u8>) {
    let modulus = URL_SAFE_NO_PAD.decode(modulus()).unwrap();
    let mut carry = 0;
    for (digit, more) in signature.iter_mut().zip(&modulus).rev() {
        let sum = u16::from(*digit) + u16::from(*more) + carry;
        (*digit, carry) = ((sum & 0xff) as u8, sum >> 8);
    }
    if carry > 0 {
        signature.insert(0, 1);
    }
}

pub(super) fn cases() -> Vec<Case> {
    let sign = |name, sign| {
        case(
            name,
            id(),
            move |attempt| attempt.sign = sign,
            "invalid signature",
        )
    };
    let edited = |name, change| case(name, id(), edit(change), "invalid signature");
    let foreign: fn(&str) -> String = |message| signed(message, B, Algorithm::Rs256);
    // Only the first key is the pool's; who attacks has the second, and says so in the token.
    let alone = || {
        id().with(|attempt| {
            for jwks in attempt.keys.values_mut() {
                jwks["keys"].as_array_mut().unwrap().truncate(1);
            }
        })
    };
    let jwk = serde_json::from_str::<Value>(JWKS).unwrap()["keys"][1].clone();
    let embedded = |name, key: &'static str, value: Value| {
        case(
            name,
            alone().with(member(key, value)),
            |attempt| attempt.sign = foreign,
            "invalid signature",
        )
    };
    vec![
        sign("the pool's other key", foreign),
        sign("RS384 under the name of RS256", |message| {
            signed(message, A, Algorithm::Rs384)
        }),
        sign("RS512 under the name of RS256", |message| {
            signed(message, A, Algorithm::Rs512)
        }),
        sign("PS256 under the name of RS256", |message| {
            signed(message, A, Algorithm::Ps256)
        }),
        sign("a hash with the modulus as it is written", |message| {
            hashed(message, modulus().as_bytes())
        }),
        sign("a hash with the modulus as it is", |message| {
            hashed(message, &URL_SAFE_NO_PAD.decode(modulus()).unwrap())
        }),
        sign("a hash with the JWKS", |message| hashed(message, JWKS.as_bytes())),
        sign("a hash with nothing", |message| hashed(message, b"")),
        sign("nothing", |_| String::new()),
        sign("zeros", |_| encoded(&[0; 256])),
        sign("one", |_| {
            let mut one = [0; 256];
            one[255] = 1;
            encoded(&one)
        }),
        sign("the modulus", |_| modulus()),
        sign("ones", |_| encoded(&[0xff; 256])),
        sign("the message itself", encoded_text),
        sign("no base64", |_| "!".repeat(342)),
        sign("the digest without padding", |message| {
            use sha2::Digest;
            encoded(&sha2::Sha256::digest(message))
        }),
        sign("of the message with a dot behind", |message| {
            signed(&format!("{message}."), A, Algorithm::Rs256)
        }),
        sign("of the payload alone", |message| {
            signed(message.split_once('.').unwrap().1, A, Algorithm::Rs256)
        }),
        sign("of what the segments say", |message| {
            let (header, payload) = message.split_once('.').unwrap();
            let bytes = |text| URL_SAFE_NO_PAD.decode(text).unwrap();
            let text = [bytes(header), b".".to_vec(), bytes(payload)].concat();
            signed(std::str::from_utf8(&text).unwrap(), A, Algorithm::Rs256)
        }),
        edited("stripped", |token| {
            format!("{}.", token.rsplit_once('.').unwrap().0)
        }),
        edited("cut by a letter", |token| token[..token.len() - 1].into()),
        edited("cut by half", |token| token[..token.len() - 171].into()),
        edited("a letter more", |token| format!("{token}A")),
        edited("twice", |token| format!("{token}{}", segments(token)[2])),
        edited("a byte less", |token| bytes(token, |bytes| bytes.truncate(255))),
        edited("a byte more", |token| bytes(token, |bytes| bytes.push(0))),
        edited("a zero before it", |token| {
            bytes(token, |bytes| bytes.insert(0, 0))
        }),
        edited("its first bit", |token| bytes(token, |bytes| bytes[0] ^= 0x80)),
        edited("its last bit", |token| bytes(token, |bytes| bytes[255] ^= 1)),
        edited("backwards", |token| bytes(token, |bytes| bytes.reverse())),
        edited("the modulus added", |token| bytes(token, plus_modulus)),
        edited("in capitals", |token| {
            let [header, payload, signature] = segments(token);
            format!("{header}.{payload}.{}", signature.to_uppercase())
        }),
        edited("of a token with other claims", |token| {
            let [header, _, signature] = segments(token);
            let claims = id().with(claim("sub", json!("someone else"))).claims;
            format!("{header}.{}.{signature}", encoded(&claims))
        }),
        edited("of a token with another header", |token| {
            let [_, payload, signature] = segments(token);
            let header = id().with(member("typ", json!("JWT"))).header;
            format!("{}.{payload}.{signature}", encoded(&header))
        }),
        edited("of a token with the same claims in another order", |token| {
            let [header, payload, signature] = segments(token);
            let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
            let claims: Claims = claims.into_iter().rev().collect();
            format!(
                "{header}.{}.{signature}",
                encoded(Value::from(claims).to_string().as_bytes())
            )
        }),
        edited("of a token with other white space", |token| {
            let [header, payload, signature] = segments(token);
            let claims = [&URL_SAFE_NO_PAD.decode(payload).unwrap()[..], b" "].concat();
            format!("{header}.{}.{signature}", encoded(&claims))
        }),
        embedded("a key of one's own in jwk", "jwk", jwk.clone()),
        embedded("a key of one's own in jwks", "jwks", json!({"keys": [jwk]})),
        embedded("a key of one's own in x5c", "x5c", json!(["MIIB"])),
        embedded("an address in jku", "jku", json!("http://127.0.0.1:1/jwks.json")),
        embedded("an address in x5u", "x5u", json!("http://127.0.0.1:1/x.pem")),
        embedded("a file in jku", "jku", json!("file:///dev/null")),
        embedded("a thumbprint in x5t", "x5t", json!("AAAA")),
        embedded("a thumbprint in x5t#S256", "x5t#S256", json!("AAAA")),
        embedded(
            "an address in iss of the header",
            "iss",
            json!("http://127.0.0.1:1"),
        ),
        // The refusal does not use unverified claims: neither the expiry nor the audience.
        case(
            "forged and expired",
            id(),
            |attempt| {
                attempt.sign = |message| signed(message, B, Algorithm::Rs256);
                set(&mut attempt.claims, "exp", Some(json!(NOW - 200)));
            },
            "invalid signature",
        ),
    ]
}

fn encoded_text(text: &str) -> String {
    encoded(text.as_bytes())
}
