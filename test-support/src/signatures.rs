//! Signatures of tokens, as their last segment, by private keys of the tests.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::rand_core::OsRng;
use rsa::sha2::{Digest, Sha256, Sha384, Sha512};
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};

/// A value of `alg` in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Cognito's own.
    Rs256,
    /// As `Rs256`, with SHA-384.
    Rs384,
    /// As `Rs256`, with SHA-512.
    Rs512,
    /// The other padding.
    Ps256,
    /// A secret that both sides know.
    Hs256,
}

/// The signature of a message; `key` is a private key in DER (PKCS#1), or the secret of `Hs256`.
pub fn signature(algorithm: Algorithm, message: &[u8], key: &[u8]) -> String {
    let private = || RsaPrivateKey::from_pkcs1_der(key).unwrap();
    let signed = match algorithm {
        Algorithm::Rs256 => private().sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message)),
        Algorithm::Rs384 => private().sign(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(message)),
        Algorithm::Rs512 => private().sign(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(message)),
        Algorithm::Ps256 => {
            private().sign_with_rng(&mut OsRng, Pss::new::<Sha256>(), &Sha256::digest(message))
        }
        Algorithm::Hs256 => {
            let mut hmac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
            hmac.update(message);
            Ok(hmac.finalize().into_bytes().to_vec())
        }
    };
    URL_SAFE_NO_PAD.encode(signed.unwrap())
}
