//! Where an establishment's dossiers go, and with which key.

use super::error::MissionError;
use super::transport::bearer;
use crate::dossier::Protocole;
use reqwest::Url;
use rustls::pki_types::ServerName;
use std::fmt;
use zeroize::Zeroizing;

/// An API key or password: wiped when dropped, shown as `***`.
#[derive(Clone)]
pub struct Cle(Zeroizing<String>);

impl Cle {
    /// Takes it over; white space around a pasted key is dropped.
    pub fn new(text: impl Into<String>) -> Self {
        let text = Zeroizing::new(text.into());
        Self(Zeroizing::new(text.trim().to_owned()))
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Cle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// One establishment's access to its receiver.
#[derive(Debug, Clone)]
pub struct Access {
    /// The establishment's UAI, for the logs.
    pub uai: String,
    /// The protocol.
    pub protocole: Protocole,
    /// Base address, e.g. `https://cfas.apprentissage.beta.gouv.fr/api`, with or without a final slash.
    pub url: String,
    /// User name; needed by the 2021 protocol, ignored by v3.
    pub identifiant: Option<String>,
    /// The API key (v3) or the password (2021).
    pub cle: Cle,
}

impl Access {
    /// Whether it can be used at all; nothing is sent.
    ///
    /// # Errors
    /// `InvalidUrl`, `ClearText`, `InvalidKey`, `MissingLogin`.
    pub fn check(&self) -> Result<(), MissionError> {
        self.checked().map(drop)
    }

    /// The address of the receiver's machine, `https://…`, without the service's path.
    ///
    /// # Errors
    /// `InvalidUrl`, `ClearText`.
    pub fn origin(url: &str) -> Result<String, MissionError> {
        Ok(Base::parse(url)?.url.origin().ascii_serialization())
    }

    /// The same check; the address to call.
    pub(super) fn checked(&self) -> Result<Base, MissionError> {
        let base = Base::parse(&self.url)?;
        if self.cle.expose().is_empty() {
            return Err(MissionError::InvalidKey);
        }
        match self.protocole {
            Protocole::V3 => drop(bearer(self.cle.expose())?),
            Protocole::StatutCandidats if self.identifiant.as_deref().unwrap_or_default().trim().is_empty() => {
                return Err(MissionError::MissingLogin);
            }
            Protocole::StatutCandidats => {}
        }
        Ok(base)
    }
}

/// An address that may be called with a key.
#[derive(Debug, Clone)]
pub(super) struct Base {
    url: Url,
    /// Host, and port if it is not the scheme's own: what errors name.
    pub(super) host: String,
    /// The machine itself: `http://` is allowed, and no proxy stands between.
    pub(super) loopback: bool,
}

impl Base {
    /// Checks a base address. A full v3 or 2021 address, as some guides print it, is cut back to its base.
    pub(super) fn parse(text: &str) -> Result<Self, MissionError> {
        let invalid = |reason| MissionError::InvalidUrl { reason };
        let mut url = Url::parse(text.trim()).map_err(|_| invalid("not an address"))?;
        let name = url.host_str().unwrap_or_default().to_owned();
        if name.is_empty() || !matches!(url.scheme(), "http" | "https") {
            return Err(invalid("neither http:// nor https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("it holds a user name or a password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("it holds a query or a fragment"));
        }
        if ServerName::try_from(name.trim_matches(['[', ']'])).is_err() {
            return Err(invalid("no machine has such a name"));
        }
        let loopback = is_loopback(&name);
        let host = match url.port() {
            Some(port) => format!("{name}:{port}"),
            None => name,
        };
        if url.scheme() == "http" && !loopback {
            return Err(MissionError::ClearText { host });
        }
        let path = url.path().trim_end_matches('/');
        let path = [super::v3::PATH, super::statut_candidats::PATH]
            .iter()
            .find_map(|known| path.strip_suffix(known)?.strip_suffix('/'))
            .unwrap_or(path)
            .to_owned();
        url.set_path(&path);
        Ok(Self { url, host, loopback })
    }

    /// The base itself.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// The address of a path under the base.
    pub(super) fn join(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let whole = format!("{}/{path}", url.path().trim_end_matches('/'));
        url.set_path(&whole);
        url
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn base_addresses() {
        for (text, expected) in [
            ("https://x.fr/api", Ok("https://x.fr/api/login")),
            (" https://x.fr/api/ ", Ok("https://x.fr/api/login")),
            ("https://x.fr", Ok("https://x.fr/login")),
            ("https://x.fr:8443/api//", Ok("https://x.fr:8443/api/login")),
            ("https://x.fr/api/v3/dossiers-apprenants", Ok("https://x.fr/api/login")),
            ("https://x.fr/api/statut-candidats/", Ok("https://x.fr/api/login")),
            ("http://127.0.0.1:8090/api", Ok("http://127.0.0.1:8090/api/login")),
            ("http://127.8.9.1/api", Ok("http://127.8.9.1/api/login")),
            ("http://[::1]:80/api", Ok("http://[::1]/api/login")),
            ("http://LOCALHOST/api", Ok("http://localhost/api/login")),
            ("http://x.fr/api", Err("ADRESSE_NON_CHIFFREE")),
            ("http://127.0.0.1.x.fr/api", Err("ADRESSE_NON_CHIFFREE")),
            ("http://localhost.x.fr/api", Err("ADRESSE_NON_CHIFFREE")),
            ("http://10.0.0.1/api", Err("ADRESSE_NON_CHIFFREE")),
            ("x.fr/api", Err("ADRESSE_INVALIDE")),
            ("", Err("ADRESSE_INVALIDE")),
            ("https://a..b/api", Err("ADRESSE_INVALIDE")),
            ("https://[2001:db8::1]/api", Ok("https://[2001:db8::1]/api/login")),
            ("https://été.fr/api", Ok("https://xn--t-9fab.fr/api/login")),
            ("ftp://x.fr/api", Err("ADRESSE_INVALIDE")),
            ("https://u:p@x.fr/api", Err("ADRESSE_INVALIDE")),
            ("https://x.fr/api?key=1", Err("ADRESSE_INVALIDE")),
            ("https://x.fr/api#a", Err("ADRESSE_INVALIDE")),
        ] {
            let found = Base::parse(text).map(|base| base.join("login").to_string());
            assert_eq!(found.as_deref().map_err(MissionError::code), expected, "{text}");
        }
    }

    #[test]
    fn a_key_is_never_shown() {
        let access = Access {
            uai: "0570079B".into(),
            protocole: Protocole::V3,
            url: "https://x.fr/api".into(),
            identifiant: None,
            cle: Cle::new(" secret\n"),
        };
        assert_eq!(access.cle.expose(), "secret");
        let shown = format!("{access:?}");
        assert!(shown.contains("***") && !shown.contains("secret"), "{shown}");
    }
}
