//! What can go wrong with the sealing key and with sealed keys.

use crate::error::{Error, ErrorKind};
use std::path::PathBuf;

/// A sealing key that cannot be had, or a sealed key that cannot be opened.
///
/// Holds places and identifiers only, never a key.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The host's secret is too short to be a key.
    #[error("the host's secret holds {found} bytes; at least {needed} are needed")]
    SecretTooShort {
        /// Bytes given.
        found: usize,
        /// Bytes needed.
        needed: usize,
    },
    /// The key file cannot be read or created.
    #[error("key file {}: {source}", path.display())]
    KeyFileAccess {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others than the owner may read or write the key file.
    #[error("key file {}: mode {mode:03o} lets others than its owner in", path.display())]
    KeyFileRights {
        /// The key file.
        path: PathBuf,
        /// Its Unix rights.
        mode: u32,
    },
    /// The key file does not hold a key.
    #[error("key file {}: expected 64 hexadecimal digits", path.display())]
    KeyFileContent {
        /// The key file.
        path: PathBuf,
    },
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system: {0}")]
    Randomness(String),
    /// The text is no sealed key, or one of a form that this plugin does not know.
    #[error("the stored text is not a sealed key of a known form")]
    UnknownForm,
    /// Sealed with another sealing key.
    #[error("sealed with sealing key {found}, this machine has {expected}")]
    OtherSealingKey {
        /// Identifier of the key it was sealed with.
        found: String,
        /// Identifier of the key at hand.
        expected: String,
    },
    /// The key was entered for another address than the one beside it.
    #[error("the key was entered for another address")]
    AddressChanged,
    /// The key was sealed before keys belonged to an address, and was not bound to one since.
    #[error("the key was sealed by an earlier version, for no address")]
    WithoutOrigin,
    /// The sealed text was altered, or belongs to another line.
    #[error("the sealed key was altered, or belongs to another société, secteur, UAI or protocol")]
    Altered,
    /// The key could not be sealed.
    #[error("the key could not be sealed")]
    Sealing,
}

impl SealError {
    /// French text for the user: what, where, how to mend it.
    #[must_use]
    pub fn user_text(&self) -> String {
        match self {
            Self::SecretTooShort { found, needed } => format!(
                "Le secret fourni par le logiciel hôte est trop court ({found} octets, {needed} au moins). \
                 Demandez à l'administrateur d'en configurer un plus long."
            ),
            Self::KeyFileAccess { path, source } => format!(
                "Le fichier de clé « {} » ne peut être ni lu ni créé ({source}). \
                 Vérifiez le dossier et les droits du compte qui exécute le logiciel.",
                path.display()
            ),
            Self::KeyFileRights { path, mode } => format!(
                "Le fichier de clé « {} » est accessible à d'autres que son propriétaire (droits {mode:03o}). \
                 Restreignez-les (chmod 600), puis remplacez les clés API si quelqu'un a pu le lire.",
                path.display()
            ),
            Self::KeyFileContent { path } => format!(
                "Le fichier de clé « {} » est abîmé. Restaurez-le depuis une sauvegarde ; à défaut, supprimez-le \
                 et saisissez de nouveau les clés API.",
                path.display()
            ),
            Self::Randomness(_) => "Le système n'a pas fourni de nombres aléatoires : la clé n'a pas été enregistrée. \
                 Recommencez ; si cela persiste, prévenez l'administrateur du poste."
                .to_owned(),
            Self::UnknownForm => "La clé API enregistrée n'a pas la forme attendue. \
                 Saisissez-la de nouveau dans « Gestion des accès aux API tierces »."
                .to_owned(),
            Self::OtherSealingKey { .. } => {
                "La clé API enregistrée a été protégée sur un autre poste, ou le fichier de clé \
                 de ce poste a été perdu. Copiez ici le fichier de clé d'origine, ou saisissez de nouveau la clé dans \
                 « Gestion des accès aux API tierces »."
                    .to_owned()
            }
            Self::AddressChanged => {
                "L'adresse du service a changé depuis la saisie de la clé API : la clé ne part qu'à l'adresse pour laquelle \
                 elle a été saisie, et rien n'a été envoyé. Vérifiez l'adresse, puis saisissez de nouveau la clé dans \
                 « Gestion des accès aux API tierces »."
                    .to_owned()
            }
            Self::WithoutOrigin => {
                "La clé API a été enregistrée par une version précédente, sans l'adresse à laquelle elle appartient. Un \
                 administrateur doit lancer la commande « migrate », ou renouveler la clé de scellement : la clé est alors \
                 rattachée à l'adresse enregistrée."
                    .to_owned()
            }
            Self::Altered => {
                "La clé API enregistrée a été modifiée hors du logiciel, ou déplacée d'une ligne à une autre. \
                 Saisissez-la de nouveau dans « Gestion des accès aux API tierces »."
                    .to_owned()
            }
            Self::Sealing => {
                "La clé API n'a pas pu être protégée ; elle n'a pas été enregistrée. Recommencez.".to_owned()
            }
        }
    }
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        Self::new(ErrorKind::Secret, error.user_text(), error.to_string())
    }
}
