//! Signatures of requests, as in `t=1764300000,v1=5257a869…`: the time, and an HMAC-SHA256 of `<time>.<body>`.
//!
//! Several payment providers sign like this: <https://docs.stripe.com/webhooks#verify-manually>. While the provider changes
//! its secret, it sends one `v1` for each of the two.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The most seconds between the time of a signature and now. An older request may be a recorded one.
const TOLERANCE: u64 = 300;

/// Checks a signature of a body, with the secret that the provider shares.
///
/// # Errors
/// The reason, if the secret's owner did not sign this body in the last five minutes.
pub fn verify(header: &str, body: &[u8], secret: &str, now: u64) -> Result<(), &'static str> {
    let values = |wanted| {
        let pairs = header.split(',').filter_map(|pair| pair.split_once('='));
        pairs
            .filter(move |(key, _)| *key == wanted)
            .map(|(_, value)| value)
    };
    let mut times = values("t");
    let (Some(time), None) = (times.next(), times.next()) else {
        return Err("the header must have one time");
    };
    let signed_at: u64 = time.parse().map_err(|_| "the time must be a number")?;
    if now.abs_diff(signed_at) > TOLERANCE {
        return Err("the time is not within five minutes");
    }
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| "the secret must be a key")?;
    let mac = mac.chain_update(time).chain_update(".").chain_update(body);
    // `verify_slice` takes the same time for every signature. With `==`, a caller could find a signature byte by byte.
    let mut signatures = values("v1").filter_map(|text| hex::decode(text).ok());
    match signatures.any(|signature| mac.clone().verify_slice(&signature).is_ok()) {
        true => Ok(()),
        false => Err("no signature fits"),
    }
}
