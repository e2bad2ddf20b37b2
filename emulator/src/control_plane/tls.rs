//! TLS to an emulator whose certificate a private authority has signed.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// What a server has to prove: that one of these authorities knows it by this name.
#[derive(Debug, Clone)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Tls {
    /// `host` as it stands in a URL, known to an authority of the PEM file. No other authority is trusted: none
    /// that is public signs for the loopback address.
    ///
    /// # Errors
    /// When the file cannot be read or holds no certificate.
    pub(super) fn new(host: &str, ca_file: &Path) -> Result<Self> {
        let certificates = CertificateDer::pem_file_iter(ca_file)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .with_context(|| format!("cannot read the certificates of `{}`", ca_file.display()))?;
        let mut authorities = RootCertStore::empty();
        let (taken, _) = authorities.add_parsable_certificates(certificates);
        ensure!(
            taken > 0,
            "`{}` holds no certificate: it has to be a PEM file with the authority that signed the emulator's",
            ca_file.display()
        );
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .context("no version of TLS")?
            .with_root_certificates(authorities)
            .with_no_client_auth();
        let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self {
            config: Arc::new(config),
            name: ServerName::try_from(name).with_context(|| format!("`{host}` is no name of a server"))?,
        })
    }

    /// The handshake, on a connection that was just made.
    pub(super) async fn connect(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>> {
        let connector = TlsConnector::from(Arc::clone(&self.config));
        connector
            .connect(self.name.clone(), stream)
            .await
            .context("TLS fails")
    }
}
