//! HTTPS, with the certificate that the scenario asks for, signed by an authority made for the occasion.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde::Deserialize;
use tokio_rustls::TlsAcceptor;

/// The name that a sandbox with a certificate is called by.
pub const NAME: &str = "localhost";

/// What a scenario asks for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// What the sandbox shows.
    #[serde(default)]
    pub certificate: Kind,
    /// Where to write the authority's certificate (PEM), for whoever is to trust it; none: nowhere.
    pub authority: Option<PathBuf>,
}

/// A certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// As it should be, for whoever trusts the authority.
    #[default]
    Good,
    /// Expired long ago.
    Expired,
    /// Another machine's.
    WrongName,
    /// Signed by nobody but itself.
    UnknownIssuer,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Good, Self::Expired, Self::WrongName, Self::UnknownIssuer];
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// It cannot be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// It cannot be served.
    #[error("cannot serve TLS: {0}")]
    Serve(#[from] rustls::Error),
    /// The authority's file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Signs certificates; nobody trusts it who was not told to.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key.
pub struct Identity {
    certificate: Certificate,
    key: KeyPair,
}

impl Authority {
    /// A new one.
    ///
    /// # Errors
    /// [`TlsError::Certificate`].
    pub fn new() -> Result<Self, TlsError> {
        let mut params = CertificateParams::new(Vec::<String>::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Autorité du bac à sable");
        Ok(Self(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?))
    }

    /// Its certificate, for whoever is to trust it.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate of this kind for this machine.
    ///
    /// # Errors
    /// [`TlsError::Certificate`].
    pub fn issue(&self, kind: Kind) -> Result<Identity, TlsError> {
        let name = if kind == Kind::WrongName {
            "ailleurs.example"
        } else {
            NAME
        };
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        if kind == Kind::Expired {
            params.not_before = date_time_ymd(1990, 1, 1);
            params.not_after = date_time_ymd(2000, 1, 1);
        }
        if kind != Kind::WrongName {
            let address = std::net::Ipv4Addr::LOCALHOST.into();
            params.subject_alt_names.push(SanType::IpAddress(address));
        }
        let key = KeyPair::generate()?;
        let certificate = if kind == Kind::UnknownIssuer {
            params.self_signed(&key)?
        } else {
            params.signed_by(&key, &self.0)?
        };
        Ok(Identity { certificate, key })
    }
}

impl Identity {
    /// The certificate, then its key, as servers read them.
    pub fn pem(&self) -> (String, String) {
        (self.certificate.pem(), self.key.serialize_pem())
    }
}

impl Tls {
    /// What connections are accepted with; writes the authority's file.
    pub(super) fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let authority = Authority::new()?;
        let identity = authority.issue(self.certificate)?;
        let chain = vec![identity.certificate.der().clone()];
        let key = PrivateKeyDer::Pkcs8(identity.key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        if let Some(path) = &self.authority {
            std::fs::write(path, authority.pem()).map_err(|source| TlsError::Write {
                path: path.clone(),
                source,
            })?;
        }
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}
