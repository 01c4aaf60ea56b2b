//! What a failed exchange means.

use super::error::{CertificateFault, MissionError};
use rustls::CertificateError;
use std::error::Error;
use std::io;

/// Sorts reqwest's errors by what the user can do about them. `host` names the receiver.
pub(super) fn classify(error: &reqwest::Error, host: &str) -> MissionError {
    let host = host.to_owned();
    if let Some(tls) = find_tls(error) {
        return match tls {
            rustls::Error::InvalidCertificate(why) => MissionError::Certificate {
                host,
                fault: certificate(why),
            },
            other => MissionError::Tls {
                host,
                detail: other.to_string(),
            },
        };
    }
    let texts: Vec<String> = causes(error).map(ToString::to_string).collect();
    let says = |wanted: &str| texts.iter().any(|text| text.contains(wanted));
    // hyper-util keeps these two types to itself: their fixed texts are all that tells them.
    let tunnel = texts.iter().find(|text| text.starts_with("tunnel error"));
    if let (Some(tunnel), false) = (tunnel, error.is_timeout()) {
        return MissionError::ProxyRefused {
            host,
            detail: tunnel.clone(),
        };
    }
    let detail = texts.last().cloned().unwrap_or_default();
    if says("dns error") {
        return MissionError::NameNotFound { host, detail };
    }
    if error.is_timeout() {
        return MissionError::TimedOut { host };
    }
    match causes(error)
        .find_map(|cause| cause.downcast_ref::<io::Error>())
        .map(io::Error::kind)
    {
        Some(io::ErrorKind::ConnectionRefused) => MissionError::ConnectionRefused { host },
        Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkDown) => {
            MissionError::NoNetwork { host, detail }
        }
        _ => MissionError::Cut { host, detail },
    }
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

/// The error's causes, outermost first; the error itself is left out, because its text holds the address.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// The TLS error in the chain. An `io::Error` gives its inner error's source, not the inner error itself: both ways are tried.
fn find_tls(error: &reqwest::Error) -> Option<&rustls::Error> {
    causes(error).find_map(|cause| {
        cause.downcast_ref::<rustls::Error>().or_else(|| {
            let mut inner = cause.downcast_ref::<io::Error>()?.get_ref()?;
            // An io::Error around an io::Error around the TLS error.
            while let Some(next) = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                inner = next;
            }
            inner.downcast_ref::<rustls::Error>()
        })
    })
}
