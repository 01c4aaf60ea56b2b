//! What a failed exchange means.

use super::error::MissionError;
use crate::tls;
use std::error::Error;
use std::io;

/// Sorts reqwest's errors by what the user can do about them. `host` names the receiver.
pub(super) fn classify(error: &reqwest::Error, host: &str) -> MissionError {
    let host = host.to_owned();
    match tls::find(causes(error)) {
        Some(tls::Fault::Certificate(fault)) => return MissionError::Certificate { host, fault },
        Some(tls::Fault::Other(detail)) => return MissionError::Tls { host, detail },
        None => {}
    }
    let texts: Vec<String> = causes(error).map(ToString::to_string).collect();
    let says = |wanted: &str| texts.iter().any(|text| text.contains(wanted));
    // hyper-util keeps these two types to itself: their fixed texts are all that tells them.
    let tunnel = texts.iter().find(|text| text.starts_with("tunnel error"));
    if let (Some(tunnel), false) = (tunnel, error.is_timeout()) {
        let detail = tunnel.clone();
        // 407; whatever else stands in the way may be gone in a moment.
        return if detail.ends_with("proxy authorization required") {
            MissionError::ProxyRefused { host, detail }
        } else {
            MissionError::ProxyDown { host, detail }
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

/// The error's causes, outermost first; the error itself is left out, because its text holds the address.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
