//! What a TLS error means, whoever met it: HTTPS and SMTP speak through the same library.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// Why a certificate was not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFault {
    /// Signed by nobody that this machine trusts.
    Unknown,
    /// Its dates do not cover the present hour (or this machine's clock is wrong).
    Expired,
    /// It belongs to another name.
    WrongName,
    /// Revoked, malformed, or refused for another reason.
    Invalid,
}

/// What TLS failed on.
pub(crate) enum Fault {
    /// The certificate is not trusted.
    Certificate(CertificateFault),
    /// The two sides find no common TLS, or one of them does not speak it; the library's words.
    Other(String),
}

/// The TLS error in a chain of causes; none if the fault is elsewhere.
///
/// An `io::Error` gives its inner error's source, not the inner error itself: both ways are tried.
pub(crate) fn find<'a>(causes: impl Iterator<Item = &'a (dyn Error + 'static)>) -> Option<Fault> {
    let mut causes = causes;
    let found = causes.find_map(|cause| {
        cause.downcast_ref::<rustls::Error>().or_else(|| {
            let mut inner = cause.downcast_ref::<io::Error>()?.get_ref()?;
            // An io::Error around an io::Error around the TLS error.
            while let Some(next) = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                inner = next;
            }
            inner.downcast_ref::<rustls::Error>()
        })
    })?;
    Some(match found {
        rustls::Error::InvalidCertificate(why) => Fault::Certificate(certificate(why)),
        other => Fault::Other(other.to_string()),
    })
}

fn certificate(why: &CertificateError) -> CertificateFault {
    match why {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => CertificateFault::Expired,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::WrongName
        }
        CertificateError::UnknownIssuer => CertificateFault::Unknown,
        // A self-signed certificate that calls itself an authority comes out as one of webpki's own errors.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => CertificateFault::Unknown,
        _ => CertificateFault::Invalid,
    }
}
