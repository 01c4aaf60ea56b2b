//! An access of the settings as the receiver's client wants it.

use crate::mission::{Access, Cle};
use crate::store::{Acces, Secret};

/// The access of an establishment with its opened key.
pub fn access(acces: &Acces, key: &Secret) -> Access {
    Access {
        uai: acces.uai.clone().unwrap_or_default(),
        protocole: acces.protocole,
        url: acces.url.clone().unwrap_or_default(),
        identifiant: acces.identifiant.clone(),
        cle: Cle::new(key.expose()),
    }
}
