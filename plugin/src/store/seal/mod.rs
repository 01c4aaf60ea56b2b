//! Keys at rest: sealed with XChaCha20-Poly1305, bound to the line that they belong to.

mod error;
mod hex;
mod key;
mod origin;
mod secret;
#[cfg(test)]
mod tests;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

pub use error::SealError;
pub use key::SealingKey;
pub use origin::origin;
pub use secret::Secret;

use crate::dossier::Protocole;

const NONCE_LEN: usize = 24;

/// The line that a sealed key belongs to. The seal covers it: a key moved to another line does not open.
#[derive(Debug, Clone, Copy)]
pub struct SealContext<'a> {
    /// The société.
    pub societe_id: Option<i64>,
    /// The sector.
    pub secteur_id: Option<i64>,
    /// The UAI, as stored.
    pub uai: Option<&'a str>,
    /// The protocol.
    pub protocole: Protocole,
    /// Where the key may go.
    pub adresse: Adresse<'a>,
}

/// The address that a key was entered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adresse<'a> {
    /// This one, as stored.
    Url(Option<&'a str>),
    /// The one of a sealed text, see [`sealed_origin`].
    Origine(&'a str),
    /// None: as the keys of version 0.1 were sealed. Nothing is opened so but to be sealed anew.
    Aucune,
}

/// The origin that a sealed key was entered for; none if it was sealed before keys had one.
#[must_use]
pub fn sealed_origin(sealed: &str) -> Option<&str> {
    sealed.strip_prefix("v2:")?.splitn(3, ':').nth(2)
}

/// What a sealed secret belongs to; the seal covers it.
pub trait Bound {
    /// Its bytes: no two things have the same.
    fn associated_data(&self) -> String;

    /// The origin that it may go to, which the seal covers too and shows; none if it goes nowhere.
    fn origin(&self) -> Option<String> {
        None
    }
}

/// All that a seal covers.
fn covered(context: &impl Bound, origin: Option<&str>) -> String {
    let data = context.associated_data();
    match origin {
        // The length parts it from the rest.
        Some(origin) => format!("origine|{}|{origin}|{data}", origin.len()),
        None => data,
    }
}

impl Bound for SealContext<'_> {
    fn associated_data(&self) -> String {
        let number = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
        // The UAI is free text, so it comes last: no other line yields the same bytes.
        format!(
            "{}|{}|{}|{}",
            number(self.societe_id),
            number(self.secteur_id),
            self.protocole.code(),
            self.uai.unwrap_or_default()
        )
    }

    fn origin(&self) -> Option<String> {
        match self.adresse {
            Adresse::Url(url) => Some(origin(url)),
            Adresse::Origine(origin) => Some(origin.to_owned()),
            Adresse::Aucune => None,
        }
    }
}

/// The SMTP server that a sealed password is for: one that was entered for a server is not told to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CourrielContext<'a> {
    /// The server, as stored.
    pub serveur: Option<&'a str>,
    /// The user name, as stored.
    pub identifiant: Option<&'a str>,
}

impl Bound for CourrielContext<'_> {
    fn associated_data(&self) -> String {
        // No line of an access begins with a word. The server's length parts it from the user name.
        let (serveur, identifiant) = (self.serveur.unwrap_or_default(), self.identifiant.unwrap_or_default());
        format!("courriel|{}|{serveur}|{identifiant}", serveur.len())
    }
}

/// Seals and opens API keys, and makes fingerprints that mean nothing without the sealing key. `Send + Sync`.
pub struct Sealer {
    present: Cipher,
    /// Opens what was sealed before the sealing key was renewed.
    previous: Option<Cipher>,
    fingerprint_key: Zeroizing<[u8; 32]>,
    /// Ready to be fed: thousands of short texts a second go through it.
    field_mac: Hmac<Sha256>,
}

struct Cipher {
    cipher: XChaCha20Poly1305,
    key_id: String,
}

impl Cipher {
    fn new(key: &SealingKey) -> Result<Self, SealError> {
        let sealing = subkey(key, b"passerelle seal v1")?;
        let id = subkey(key, b"passerelle key id v1")?;
        Ok(Self {
            cipher: XChaCha20Poly1305::new(sealing.as_slice().into()),
            key_id: hex::encode(id.get(..4).unwrap_or_default()),
        })
    }
}

/// Each use of a sealing key has a subkey of its own.
fn subkey(key: &SealingKey, purpose: &[u8]) -> Result<Zeroizing<[u8; 32]>, SealError> {
    key.mac(&[purpose]).ok_or(SealError::Sealing)
}

impl Sealer {
    /// From a key that the caller has.
    ///
    /// # Errors
    /// As [`Sealer::new`].
    pub fn from_key(key: [u8; 32]) -> Result<Self, SealError> {
        Self::new(&SealingKey::from_bytes(key))
    }

    /// From a sealing key.
    ///
    /// # Errors
    /// [`SealError::Sealing`], which does not happen with keys of the right size.
    pub fn new(key: &SealingKey) -> Result<Self, SealError> {
        let fields = subkey(key, b"passerelle field fingerprint v1")?;
        Ok(Self {
            present: Cipher::new(key)?,
            previous: None,
            field_mac: <Hmac<Sha256> as Mac>::new_from_slice(fields.as_slice()).map_err(|_| SealError::Sealing)?,
            fingerprint_key: subkey(key, b"passerelle fingerprint v1")?,
        })
    }

    /// The same, which also opens what the previous key has sealed.
    ///
    /// # Errors
    /// As [`Sealer::new`].
    pub fn with_previous(self, key: &SealingKey) -> Result<Self, SealError> {
        Ok(Self {
            previous: Some(Cipher::new(key)?),
            ..self
        })
    }

    /// Names the present key; says nothing about it.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.present.key_id
    }

    /// Whether the present key has sealed this text.
    #[must_use]
    pub fn is_present(&self, sealed: &str) -> bool {
        sealed.split(':').nth(1) == Some(self.key_id())
    }

    /// Seals a key for what it belongs to: `v1:<key id>:<nonce and ciphertext in hexadecimal>`, or the same with `v2` and
    /// `:<origin>` at its end where it may go somewhere; different each time.
    ///
    /// # Errors
    /// [`SealError::Randomness`], [`SealError::Sealing`].
    pub fn seal(&self, secret: &Secret, context: &impl Bound) -> Result<String, SealError> {
        let mut nonce = [0_u8; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|error| SealError::Randomness(error.to_string()))?;
        let origin = context.origin();
        let data = covered(context, origin.as_deref());
        let payload = Payload {
            msg: secret.expose().as_bytes(),
            aad: data.as_bytes(),
        };
        let sealed = self
            .present
            .cipher
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| SealError::Sealing)?;
        let body = format!("{}:{}{}", self.key_id(), hex::encode(&nonce), hex::encode(&sealed));
        Ok(match origin {
            Some(origin) => format!("v2:{body}:{origin}"),
            None => format!("v1:{body}"),
        })
    }

    /// Opens a sealed key for what it was sealed for.
    ///
    /// # Errors
    /// [`SealError::UnknownForm`], [`SealError::WithoutOrigin`], [`SealError::AddressChanged`],
    /// [`SealError::OtherSealingKey`], [`SealError::Altered`].
    pub fn open(&self, sealed: &str, context: &impl Bound) -> Result<Secret, SealError> {
        let mut parts = sealed.splitn(4, ':');
        let (form, key_id, body) = (parts.next(), parts.next(), parts.next());
        let (found, origin) = (parts.next(), context.origin());
        match (form, found, &origin) {
            (Some("v1"), None, None) => {}
            (Some("v1"), None, Some(_)) => return Err(SealError::WithoutOrigin),
            (Some("v2"), Some(found), Some(origin)) if found == origin => {}
            (Some("v2"), Some(_), Some(_)) => return Err(SealError::AddressChanged),
            _ => return Err(SealError::UnknownForm),
        }
        let (Some(key_id), Some(body)) = (key_id, body) else {
            return Err(SealError::UnknownForm);
        };
        let mut ciphers = std::iter::once(&self.present).chain(&self.previous);
        let Some(cipher) = ciphers.find(|cipher| cipher.key_id == key_id) else {
            // Cut, so that an arbitrary text in the column does not become an arbitrarily long message.
            let found = key_id.chars().take(16).collect();
            return Err(SealError::OtherSealingKey {
                found,
                expected: self.key_id().to_owned(),
            });
        };
        let body = hex::decode(body).ok_or(SealError::Altered)?;
        if body.len() < NONCE_LEN {
            return Err(SealError::Altered);
        }
        let (nonce, text) = body.split_at(NONCE_LEN);
        let data = covered(context, origin.as_deref());
        let payload = Payload {
            msg: text,
            aad: data.as_bytes(),
        };
        let opened = cipher
            .cipher
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| SealError::Altered)?;
        match String::from_utf8(opened) {
            Ok(text) => Ok(Secret::new(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Err(SealError::Altered)
            }
        }
    }

    /// Fingerprint of what was sent: the same bytes give the same text on this installation, and nobody without the
    /// sealing key can guess back from it (64 hexadecimal digits).
    #[must_use]
    pub fn fingerprint(&self, bytes: &[u8]) -> String {
        key::keyed_hash(&self.fingerprint_key, &[bytes])
            .map(|hash| hex::encode(hash.as_slice()))
            .unwrap_or_default()
    }

    /// The first 24 bits of a keyed hash of the parts, as [`Sealer::fingerprint`] under a key of its own: enough to tell
    /// that a value has changed, too little to be a value's name.
    #[must_use]
    pub fn short_fingerprint(&self, parts: &[&[u8]]) -> u32 {
        let mut mac = self.field_mac.clone();
        for part in parts {
            mac.update(part);
        }
        let hash = mac.finalize().into_bytes();
        hash.iter().take(3).fold(0, |bits, byte| (bits << 8) | u32::from(*byte))
    }
}
