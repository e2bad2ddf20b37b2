//! The public keys of user pools, from sources on the command line: a JWKS file or URL for each issuer.
//!
//! A URL is never derived from a token's `iss`. Keys are read at start, and again when a token names a `kid` that is
//! not among them, at most once in [`REFETCH_INTERVAL`]: unknown kids are free to send.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Uri;
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpInfo;
use hyper_util::rt::TokioExecutor;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPublicKey};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::guard::is_own;

/// Time until an unknown `kid` leads to another look at the source.
pub const REFETCH_INTERVAL: Duration = Duration::from_secs(5);
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
const JWKS_LIMIT: usize = 1 << 20;
/// Smallest key of RS256 in bits. Source: <https://www.rfc-editor.org/rfc/rfc7518#section-3.3>.
const KEY_BITS: usize = 2048;

/// The source of the keys of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file that holds a JWKS.
    File(PathBuf),
    /// An `http://` address of this machine that answers with one.
    Url(String),
}

impl FromStr for KeySource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("https://") {
            return Err(format!(
                "the data plane can't read `{text}` because it has no TLS: save it to a file and name that file"
            ));
        }
        if text.is_empty() {
            return Err("a JWKS must be a file or an `http://` address".to_owned());
        }
        if text.starts_with("http://") {
            own(text)?;
            return Ok(Self::Url(text.to_owned()));
        }
        Ok(Self::File(PathBuf::from(text)))
    }
}

impl std::fmt::Display for KeySource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Url(url) => formatter.write_str(url),
        }
    }
}

type KeysById = BTreeMap<String, RsaPublicKey>;

/// The keys of one issuer.
#[derive(Debug)]
pub struct Keys {
    source: KeySource,
    current: RwLock<Arc<KeysById>>,
    looked: Mutex<Instant>,
    generation: AtomicU64,
}

impl Keys {
    /// Reads the keys. An error names the source.
    pub async fn load(source: KeySource) -> Result<Self> {
        let current = RwLock::new(Arc::new(read(&source).await?));
        Ok(Self {
            source,
            current,
            looked: Mutex::new(Instant::now()),
            generation: AtomicU64::new(0),
        })
    }

    /// Returns the key of this id. If the id is new, it reads the source once more.
    pub async fn key(&self, id: &str) -> Option<RsaPublicKey> {
        if let Some(key) = self.known(id) {
            return Some(key);
        }
        let mut looked = self.looked.lock().await;
        if looked.elapsed() >= REFETCH_INTERVAL {
            *looked = Instant::now();
            match read(&self.source).await {
                Ok(keys) => {
                    *self
                        .current
                        .write()
                        .unwrap_or_else(|poisoned| poisoned.into_inner()) = Arc::new(keys);
                    self.generation.fetch_add(1, Ordering::SeqCst);
                }
                Err(error) => tracing::warn!("the keys did not change: {error:#}"),
            }
        }
        self.known(id)
    }

    /// Returns how often the keys were read again. A token that was verified under a smaller number may be invalid now.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    fn known(&self, id: &str) -> Option<RsaPublicKey> {
        self.current
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .get(id)
            .cloned()
    }
}

async fn read(source: &KeySource) -> Result<KeysById> {
    let text = match source {
        KeySource::File(path) => tokio::fs::read(path).await.map_err(anyhow::Error::from),
        KeySource::Url(url) => match tokio::time::timeout(FETCH_TIMEOUT, fetch(url)).await {
            Ok(answer) => answer,
            Err(_) => Err(anyhow::anyhow!("no answer within {FETCH_TIMEOUT:?}")),
        },
    };
    let text = text.with_context(|| format!("can't read the JWKS `{source}`"))?;
    parse(&text).with_context(|| format!("`{source}` must be a JWKS with a key for RS256"))
}

/// A URL of this machine. Plain text from other machines can be forged, and a forged key would make tokens.
fn own(url: &str) -> Result<Uri, String> {
    let uri = url.parse::<Uri>().ok();
    let own = uri.filter(|uri| uri.authority().is_some_and(is_own));
    own.ok_or_else(|| {
        format!(
            "`{url}` must be a loopback address: save keys of other machines to a file and name that file"
        )
    })
}

async fn fetch(url: &str) -> Result<Vec<u8>> {
    let uri = own(url).map_err(anyhow::Error::msg)?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<bytes::Bytes>>();
    let response = client.get(uri).await?;
    let peer = response.extensions().get::<HttpInfo>().map(HttpInfo::remote_addr);
    if !peer.is_some_and(|peer| peer.ip().is_loopback()) {
        bail!("its host is another machine");
    }
    if !response.status().is_success() {
        bail!("it answers with status {}", response.status());
    }
    let body = Limited::new(response.into_body(), JWKS_LIMIT).collect().await;
    Ok(body.map_err(|error| anyhow::anyhow!(error))?.to_bytes().into())
}

/// The key of a modulus and an exponent, as a JWK has them.
fn public_key(modulus: &str, exponent: &str) -> Result<RsaPublicKey> {
    let number = |text: &str| Ok::<_, anyhow::Error>(BigUint::from_bytes_be(&URL_SAFE_NO_PAD.decode(text)?));
    Ok(RsaPublicKey::new(number(modulus)?, number(exponent)?)?)
}

fn parse(text: &[u8]) -> Result<KeysById> {
    #[derive(Deserialize)]
    struct Jwks {
        keys: Vec<Jwk>,
    }
    #[derive(Deserialize)]
    struct Jwk {
        kid: Option<String>,
        kty: String,
        alg: Option<String>,
        #[serde(rename = "use")]
        purpose: Option<String>,
        key_ops: Option<Vec<String>>,
        n: Option<String>,
        e: Option<String>,
    }
    let jwks: Jwks = serde_json::from_slice(text)?;
    let mut keys = KeysById::new();
    for jwk in jwks.keys {
        let verifies = jwk.kty == "RSA"
            && jwk.alg.is_none_or(|algorithm| algorithm == "RS256")
            && jwk.purpose.is_none_or(|purpose| purpose == "sig")
            && jwk
                .key_ops
                .is_none_or(|operations| operations.iter().any(|operation| operation == "verify"));
        if let (true, Some(id), Some(n), Some(e)) = (verifies, jwk.kid, jwk.n, jwk.e) {
            let key = public_key(&n, &e).with_context(|| format!("key `{id}`"))?;
            if key.n().bits() < KEY_BITS {
                bail!("key `{id}` has fewer than {KEY_BITS} bits");
            }
            if keys.contains_key(&id) {
                bail!("duplicate key `{id}`");
            }
            keys.insert(id, key);
        }
    }
    if keys.is_empty() {
        bail!("missing RSA key with `kid`, `n` and `e`");
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::authorizer::tests::JWKS;

    #[test]
    fn a_source_is_a_file_or_an_http_address() {
        assert_eq!(
            "http://127.0.0.1:5000/p/jwks.json".parse(),
            Ok(KeySource::Url("http://127.0.0.1:5000/p/jwks.json".into()))
        );
        assert_eq!("keys.json".parse(), Ok(KeySource::File("keys.json".into())));
        assert!(KeySource::from_str("https://a").unwrap_err().contains("no TLS"));
        assert!(KeySource::from_str("").is_err());
    }

    #[tokio::test]
    async fn an_address_is_one_of_this_machine() {
        for own in [
            "http://127.0.0.1:5000/a",
            "http://[::1]:5000/a",
            "http://localhost/a",
            "http://LOCALHOST:1",
        ] {
            assert_eq!(own.parse(), Ok(KeySource::Url(own.into())));
        }
        for other in [
            "http://keys.example.com/jwks.json",
            "http://127.0.0.1.example.com/a",
            "http://127.0.0.1@example.com/a",
            "http://example.com#@127.0.0.1/",
            "http://user:word@127.0.0.1/a",
            "http://0.0.0.0:5000/a",
            "http://10.0.0.1/a",
            "http://[::ffff:10.0.0.1]/a",
            "http://2130706433/a",
            "http://localhost.example.com/a",
            "http://",
            "http:///a",
        ] {
            let error = KeySource::from_str(other).unwrap_err();
            assert!(error.contains("must be a loopback address"), "{error}");
            // A source that was made otherwise fails later.
            let error = Keys::load(KeySource::Url(other.into())).await.unwrap_err();
            assert!(
                format!("{error:#}").contains("must be a loopback address"),
                "{error:#}"
            );
        }
    }

    #[test]
    fn only_rsa_keys_that_may_sign_are_taken() {
        let ids = |text: &str| parse(text.as_bytes()).map(|keys| keys.into_keys().collect::<Vec<_>>());
        assert_eq!(ids(JWKS).unwrap(), ["a/+=", "b"]);
        let text = r#"{"keys":[{"kty":"oct","kid":"x","k":"c2VjcmV0"},
            {"kty":"RSA","kid":"y","alg":"RS512","n":"AQAB","e":"AQAB"},
            {"kty":"RSA","kid":"z","use":"enc","n":"AQAB","e":"AQAB"}]}"#;
        assert!(ids(text).is_err());
        assert!(ids("{}").is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_kid_leads_to_one_look_in_an_interval() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jwks.json");
        std::fs::write(&path, JWKS.replace("\"b\"", "\"c\"")).unwrap();
        let keys = Keys::load(KeySource::File(path.clone())).await.unwrap();
        std::fs::write(&path, JWKS).unwrap();
        assert!(keys.key("b").await.is_none(), "too early for another look");
        assert!(keys.key("c").await.is_some());
        tokio::time::advance(REFETCH_INTERVAL).await;
        assert!(keys.key("b").await.is_some());
        assert!(keys.key("c").await.is_none(), "a key that was withdrawn is gone");
    }

    #[tokio::test]
    async fn an_unreadable_source_is_named() {
        let error = Keys::load(KeySource::File("/nonexistent/jwks.json".into()))
            .await
            .unwrap_err();
        assert!(
            format!("{error:#}").starts_with("can't read the JWKS `/nonexistent/jwks.json`: "),
            "{error:#}"
        );
    }

    /// An address that answers once with these bytes.
    async fn address(answer: String) -> KeySource {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4096];
            let read = tokio::io::AsyncReadExt::read(&mut stream, &mut head)
                .await
                .unwrap();
            assert!(head[..read].starts_with(b"GET /pool/.well-known/jwks.json HTTP/1.1\r\n"));
            tokio::io::AsyncWriteExt::write_all(&mut stream, answer.as_bytes())
                .await
                .unwrap();
        });
        KeySource::Url(format!("http://{address}/pool/.well-known/jwks.json"))
    }

    #[tokio::test]
    async fn keys_are_fetched_from_an_address() {
        let length = JWKS.len();
        let source = address(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{JWKS}"
        ))
        .await;
        let keys = Keys::load(source).await.unwrap();
        assert!(keys.key("b").await.is_some());

        let source = address("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".into()).await;
        let error = format!("{:#}", Keys::load(source).await.unwrap_err());
        assert!(
            error.ends_with("jwks.json`: it answers with status 404 Not Found"),
            "{error}"
        );

        let gone = KeySource::Url("http://127.0.0.1:1/jwks.json".into());
        let error = format!("{:#}", Keys::load(gone).await.unwrap_err());
        assert!(
            error.starts_with("can't read the JWKS `http://127.0.0.1:1/jwks.json`: "),
            "{error}"
        );
    }
}
