//! Who may send: API keys of v3, accounts of 2021, and the organisations that the directory does not know.

use super::rules;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The establishment that created a v3 key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisme {
    /// Its UAI.
    pub uai: String,
    /// Its SIRET.
    pub siret: String,
}

/// An account of a 2021 ERP vendor.
#[derive(Clone)]
pub struct Account {
    /// User name.
    pub identifiant: String,
    /// Password.
    pub mot_de_passe: String,
    /// Whether the account has the permission `apiStatutsSeeder`; without it, dossiers are answered with 403.
    pub permission: bool,
}

/// What the sandbox knows of its senders. The default takes every well-formed key, every account, every well-formed organisation.
#[derive(Clone, Default)]
pub struct Keys {
    /// v3 keys; when empty, every UUID v4 and every `cle-de-test-…` is taken.
    pub v3: BTreeMap<String, Organisme>,
    /// 2021 accounts; when empty, every name with a password is taken.
    pub accounts: Vec<Account>,
    /// Couples (UAI, SIRET) that the directory does not know.
    pub unknown_organismes: HashSet<(String, String)>,
    /// Couples that the directory has as closed.
    pub closed_organismes: HashSet<(String, String)>,
}

/// Why a v3 request is answered with 403.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRefusal {
    /// No `Authorization` header.
    Missing,
    /// Another scheme than `Bearer `.
    NotBearer,
    /// Unknown or revoked.
    Unknown,
}

impl KeyRefusal {
    /// The receiver's words.
    pub fn message(self) -> &'static str {
        match self {
            Self::Missing => "Clé API manquante",
            Self::NotBearer => "La clé API doit etre au format Bearer",
            Self::Unknown => "La clé API n'est pas valide",
        }
    }
}

impl Keys {
    /// Who sends, by its `Authorization` header; a sender of no configured key is named by the key's own digest.
    pub fn sender(&self, authorization: Option<&str>) -> Result<String, KeyRefusal> {
        let header = authorization
            .filter(|header| !header.is_empty())
            .ok_or(KeyRefusal::Missing)?;
        let key = header.strip_prefix("Bearer ").ok_or(KeyRefusal::NotBearer)?;
        if self.v3.is_empty() {
            return if is_well_formed(key) {
                Ok(object_id(&key))
            } else {
                Err(KeyRefusal::Unknown)
            };
        }
        let organisme = self.v3.get(key).ok_or(KeyRefusal::Unknown)?;
        Ok(object_id(&(&organisme.uai, &organisme.siret)))
    }

    /// Whether a couple is in the directory: well formed, and not configured as unknown.
    pub fn knows_organisme(&self, uai: &str, siret: &str) -> bool {
        rules::organisme_couple(uai, siret).is_some_and(|couple| !self.unknown_organismes.contains(&couple))
    }

    /// Whether the directory lists a couple written exactly so; one without a UAI it has by its SIRET.
    pub fn lists_organisme(&self, uai: Option<&str>, siret: &str) -> bool {
        let written = uai.unwrap_or("0000000A");
        let as_is = (written.to_owned(), siret.to_owned());
        rules::organisme_couple(written, siret) == Some(as_is) && uai.is_none_or(|uai| self.knows_organisme(uai, siret))
    }

    /// Whether the directory has a couple as closed.
    pub fn is_closed(&self, uai: &str, siret: &str) -> bool {
        rules::organisme_couple(uai, siret).is_some_and(|couple| self.closed_organismes.contains(&couple))
    }

    /// The permission of an account; `None` when name or password are wrong.
    fn login(&self, identifiant: &str, mot_de_passe: &str) -> Option<bool> {
        if self.accounts.is_empty() {
            return (!identifiant.is_empty() && !mot_de_passe.is_empty()).then_some(true);
        }
        let account = self
            .accounts
            .iter()
            .find(|known| known.identifiant == identifiant && known.mot_de_passe == mot_de_passe)?;
        Some(account.permission)
    }
}

fn is_well_formed(key: &str) -> bool {
    let test_key = key.strip_prefix("cle-de-test-").is_some_and(|rest| !rest.is_empty());
    // A UUID is also read in other notations, which are not those of a key; the receiver looks it up letter by letter.
    let small = !key.bytes().any(|byte| byte.is_ascii_uppercase());
    let uuid = small && key.len() == 36 && uuid::Uuid::try_parse(key).is_ok_and(|id| id.get_version_num() == 4);
    test_key || uuid
}

/// Twenty-four hexadecimal digits, as a MongoDB identifier looks; the same for the same thing as long as the program runs.
pub fn object_id<T: std::hash::Hash>(thing: &T) -> String {
    let hasher = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default();
    format!("64f0c0de{:016x}", hasher.hash_one(thing))
}

/// The tokens handed out by `/api/login`, with their permission and end. They die with the sandbox.
pub struct Tokens {
    secret: RandomState,
    issued: Mutex<Issued>,
}

#[derive(Default)]
struct Issued {
    count: u64,
    tokens: HashMap<String, (bool, Instant)>,
}

/// How long a token lives.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

impl Tokens {
    /// No token yet.
    pub fn new() -> Self {
        Self {
            secret: RandomState::new(),
            issued: Mutex::default(),
        }
    }

    /// A new token for an account, shaped like a JWT without carrying anything; `None` for bad credentials.
    pub fn login(&self, keys: &Keys, identifiant: &str, mot_de_passe: &str) -> Option<String> {
        let permission = keys.login(identifiant, mot_de_passe)?;
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        issued.tokens.retain(|_, (_, end)| *end > now);
        issued.count += 1;
        let part = |salt: u8| format!("{:016x}", self.secret.hash_one((issued.count, salt)));
        let token = format!("eyJhbGciOiJIUzI1NiJ9.{}{}.{}", part(0), part(1), part(2));
        issued.tokens.insert(token.clone(), (permission, now + LIFETIME));
        Some(token)
    }

    /// The permission of the token in an `Authorization` header; `None` when it is missing, unknown or expired.
    pub fn permission(&self, authorization: Option<&str>) -> Option<bool> {
        let (scheme, token) = authorization?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return None;
        }
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let (permission, end) = issued.tokens.get(token)?;
        (*end > Instant::now()).then_some(*permission)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn without_configured_keys_any_well_formed_one_passes() {
        let keys = Keys::default();
        for good in ["cle-de-test-1", "0b9d5e1c-6f1f-4c2d-9a57-0f5a0e6f7b11"] {
            assert!(keys.sender(Some(&format!("Bearer {good}"))).is_ok(), "{good}");
        }
        for bad in [
            "cle-de-test-",
            "abc",
            "0b9d5e1c-6f1f-1c2d-9a57-0f5a0e6f7b11",
            "0b9d5e1c6f1f4c2d9a570f5a0e6f7b11",
            "0B9D5E1C-6F1F-4C2D-9A57-0F5A0E6F7B11",
            "CLE-DE-TEST-1",
        ] {
            assert_eq!(
                keys.sender(Some(&format!("Bearer {bad}"))),
                Err(KeyRefusal::Unknown),
                "{bad}"
            );
        }
        assert_eq!(keys.sender(None), Err(KeyRefusal::Missing));
        assert_eq!(keys.sender(Some("")), Err(KeyRefusal::Missing));
        for other in ["bearer cle-de-test-1", "Bearer", "Basic x"] {
            assert_eq!(keys.sender(Some(other)), Err(KeyRefusal::NotBearer), "{other}");
        }
    }

    #[test]
    fn configured_keys_are_the_only_ones() {
        let organisme = Organisme {
            uai: "0123456A".into(),
            siret: "12345678901234".into(),
        };
        let keys = Keys {
            v3: [("mienne".to_owned(), organisme)].into(),
            ..Keys::default()
        };
        assert!(keys.sender(Some("Bearer mienne")).is_ok());
        assert_eq!(keys.sender(Some("Bearer cle-de-test-1")), Err(KeyRefusal::Unknown));
    }

    #[test]
    fn tokens_belong_to_one_sandbox() {
        let keys = Keys::default();
        let (one, other) = (Tokens::new(), Tokens::new());
        assert_eq!(one.login(&keys, "erp", ""), None);
        let token = format!("Bearer {}", one.login(&keys, "erp", "secret").unwrap());
        assert_eq!(one.permission(Some(&token)), Some(true));
        assert_eq!(one.permission(Some(&token.replace("Bearer", "bEARER"))), Some(true));
        assert_eq!(other.permission(Some(&token)), None);
    }
}
