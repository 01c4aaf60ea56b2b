//! Which proxy stands between this machine and a distant receiver: the host's setting's, else the environment's, else the
//! system's. One that cannot be understood is an error, never a direct connection.

use std::env;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use reqwest::Url;

use super::error::MissionError;

/// How long each step of a question to a proxy may take.
const STEP: Duration = Duration::from_secs(1);

/// The address of the proxy; none: the system's, if it has one.
///
/// # Errors
/// `InvalidProxy`, `InvalidProxyVariable`.
pub(super) fn address(setting: Option<&str>) -> Result<Option<Url>, MissionError> {
    if let Some(setting) = setting {
        return parsed(setting).map(Some).ok_or(MissionError::InvalidProxy);
    }
    // As curl has it: the first of two spellings, the one for https before the one for all.
    for names in [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]] {
        let set = names.into_iter().find_map(|name| Some((name, env::var_os(name)?)));
        let Some((name, value)) = set.filter(|(_, value)| !value.is_empty()) else {
            continue;
        };
        let found = value.to_str().and_then(parsed);
        return found
            .map(Some)
            .ok_or_else(|| MissionError::InvalidProxyVariable { name: name.to_owned() });
    }
    Ok(None)
}

/// `http://name:port`, or without `http://`.
fn parsed(text: &str) -> Option<Url> {
    let text = text.trim();
    let url = if text.contains("://") {
        Url::parse(text)
    } else {
        Url::parse(&format!("http://{text}"))
    };
    url.ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty()))
}

/// Whether the proxy itself forbids this receiver (403): asked anew, since the client does not tell what it was answered.
/// False where it cannot be asked so: a proxy over TLS, or with a login.
pub(super) fn forbids(proxy: &Url, receiver: &Url) -> bool {
    let asks_plainly = proxy.scheme() == "http" && proxy.username().is_empty();
    asks_plainly && connect_status(proxy, receiver) == Some(403)
}

fn connect_status(proxy: &Url, receiver: &Url) -> Option<u16> {
    let port = proxy.port_or_known_default()?;
    let name = proxy.host_str()?.trim_matches(['[', ']']);
    let address = (name, port).to_socket_addrs().ok()?.next()?;
    let mut stream = TcpStream::connect_timeout(&address, STEP).ok()?;
    stream.set_read_timeout(Some(STEP)).ok()?;
    stream.set_write_timeout(Some(STEP)).ok()?;
    let to = format!("{}:{}", receiver.host_str()?, receiver.port_or_known_default()?);
    let question = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n\r\n");
    stream.write_all(question.as_bytes()).ok()?;
    // HTTP/1.1 403
    let mut answer = [0_u8; 12];
    stream.read_exact(&mut answer).ok()?;
    std::str::from_utf8(answer.get(9..)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_no_address_is_an_error() {
        for (text, expected) in [
            ("http://proxy:3128", Some("http://proxy:3128/")),
            (" proxy.lan:8080 ", Some("http://proxy.lan:8080/")),
            ("10.0.0.1", Some("http://10.0.0.1/")),
            ("https://u:p@proxy", Some("https://u:p@proxy/")),
            ("http://:::bad", None),
            ("socks5://proxy:1080", None),
            ("http://", None),
            ("deux mots", None),
            ("proxy:port", None),
        ] {
            assert_eq!(parsed(text).as_ref().map(Url::as_str), expected, "{text}");
            let set = address(Some(text));
            assert_eq!(set.is_ok(), expected.is_some(), "{text}");
        }
    }
}
