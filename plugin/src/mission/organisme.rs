//! The receiver's directory: whether it knows an establishment, before anything is sent for it. Needs no key.

use super::access::Base;
use super::error::MissionError;
use super::retry::{self, Meaning};
use super::transport::{Reply, Request, Transport};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

/// Where couples are looked up, under the base address.
const PATH: &str = "v1/organismes/get-by-uai-siret";

/// The receiver's words for a couple that it does not know.
const UNKNOWN: &str = "Aucun organisme trouvé";

/// What the directory says of a couple UAI and SIRET.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Organisme {
    /// It knows the couple.
    Connu {
        /// It has the establishment as closed. Dossiers are taken all the same.
        ferme: bool,
    },
    /// It does not know the couple: dossiers that name it are refused later, out of sight.
    Inconnu,
}

#[derive(Deserialize)]
struct Found {
    uai: String,
    siret: String,
    #[serde(default)]
    ferme: Option<bool>,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

impl Transport {
    /// Look a couple up, both in the form in which they are sent. One exchange, no second attempt; at most 300 a minute
    /// are answered.
    ///
    /// # Errors
    /// What is wrong with the address or the connection.
    pub fn find_organisme(
        &self,
        url: &str,
        uai: &str,
        siret: &str,
        cancel: &dyn Fn() -> bool,
    ) -> Result<Organisme, MissionError> {
        let base = Base::parse(url)?;
        let body = json!({"uai": uai, "siret": siret}).to_string();
        let request = Request {
            base: &base,
            path: PATH,
            bearer: None,
            body: Bytes::from(body),
            late: &|| false,
        };
        let reply = self.exchange(request, cancel)?;
        read(&reply, &base, uai, siret)
    }
}

fn read(reply: &Reply, base: &Base, uai: &str, siret: &str) -> Result<Organisme, MissionError> {
    let (host, http) = (base.host.clone(), reply.http);
    match retry::meaning(reply, &host, &base.join(PATH), u32::MAX) {
        Meaning::Readable => match serde_json::from_slice::<Found>(&reply.body) {
            Ok(found) if found.uai == uai && found.siret == siret => Ok(Organisme::Connu {
                ferme: found.ferme == Some(true),
            }),
            _ => Err(MissionError::Unreadable {
                host,
                http,
                page: reply.page,
            }),
        },
        Meaning::Halve => match serde_json::from_slice::<Refusal>(&reply.body) {
            Ok(refusal) if http == 400 && refusal.message == UNKNOWN => Ok(Organisme::Inconnu),
            _ => Err(MissionError::Unexpected { host, http }),
        },
        // No key goes along: what asks for one is not this service.
        Meaning::Permanent(MissionError::KeyRefused { .. }) => Err(MissionError::WrongUrl { host, http }),
        Meaning::Permanent(error) | Meaning::Transient(error) => Err(error),
    }
}
