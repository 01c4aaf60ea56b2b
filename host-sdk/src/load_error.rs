//! Why a library is refused.

use std::path::{Path, PathBuf};

use crate::Error;

/// A library that cannot be used. Each says which file and why; nothing of the library was called before it passed all
/// the checks but `init`.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The path is relative: which file it means would depend on the current directory.
    #[error("{path}: the library's path must be absolute", path = path.display())]
    Relative {
        /// As given.
        path: PathBuf,
    },
    /// There is no such file, or it cannot be reached.
    #[error("{path}: {reason}", path = path.display())]
    Missing {
        /// As given.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The system cannot load it: not a library, of another processor, or something that it needs is missing.
    #[error("{path}: not loadable: {reason}", path = path.display())]
    Open {
        /// Canonical path.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The file is incomplete or damaged: a copy that was broken off. Nothing of it was mapped.
    #[error("{path}: incomplete or damaged ({size} bytes): {reason}", path = path.display())]
    Damaged {
        /// Canonical path.
        path: PathBuf,
        /// The file's size in bytes.
        size: u64,
        /// What is missing or wrong.
        reason: String,
    },
    /// A library for another system or processor, or for programs of 32 bits in one of 64.
    #[error("{path}: made for {found}, this program is {wanted}", path = path.display())]
    Machine {
        /// Canonical path.
        path: PathBuf,
        /// What the file was made for.
        found: String,
        /// What this program is.
        wanted: String,
    },
    /// A library, but not this product: it does not export the entry.
    #[error("{path}: does not export passerelle_plugin_entry_v1", path = path.display())]
    NoEntry {
        /// Canonical path.
        path: PathBuf,
    },
    /// The entry, or something that it points to, is NULL or malformed.
    #[error("{path}: malformed entry: {reason}", path = path.display())]
    Entry {
        /// Canonical path.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The library speaks another major version of the ABI.
    #[error("{path}: speaks version {found} of the ABI, this host speaks {wanted}", path = path.display())]
    Version {
        /// Canonical path.
        path: PathBuf,
        /// The library's, "major.minor".
        found: String,
        /// This crate's, "major.minor".
        wanted: String,
    },
    /// A structure is not laid out as this crate expects.
    #[error("{path}: other layout than this host's: {reason}", path = path.display())]
    Layout {
        /// Canonical path.
        path: PathBuf,
        /// Which structure, and how it differs.
        reason: String,
    },
    /// A function that every library must have is NULL.
    #[error("{path}: lacks the required slot {slot}", path = path.display())]
    MissingSlot {
        /// Canonical path.
        path: PathBuf,
        /// `structure.slot`.
        slot: &'static str,
    },
    /// The library refused to start.
    #[error("{path}: init failed: {error}", path = path.display())]
    Init {
        /// Canonical path.
        path: PathBuf,
        /// What it said.
        error: Error,
    },
}

impl LoadError {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Relative { path }
            | Self::Missing { path, .. }
            | Self::Open { path, .. }
            | Self::Damaged { path, .. }
            | Self::Machine { path, .. }
            | Self::NoEntry { path }
            | Self::Entry { path, .. }
            | Self::Version { path, .. }
            | Self::Layout { path, .. }
            | Self::MissingSlot { path, .. }
            | Self::Init { path, .. } => path,
        }
    }

    /// What the user reads: which file, what is wrong, how to mend it.
    #[must_use]
    pub fn user_text(&self) -> String {
        let path = self.path().display();
        match self {
            Self::Relative { .. } => {
                format!("Le chemin du plugin doit être absolu, et « {path} » ne l'est pas : donnez le chemin complet.")
            }
            Self::Missing { .. } => {
                format!("Le fichier du plugin « {path} » est introuvable : vérifiez son emplacement et vos droits.")
            }
            Self::Open { reason, .. } => format!(
                "Le système ne peut pas charger « {path} » : ce n'est pas une bibliothèque pour cette machine, ou il \
                 lui manque un composant ({reason}). Réinstallez le plugin."
            ),
            Self::Damaged { size, .. } => format!(
                "Le fichier du plugin « {path} » est incomplet ou abîmé ({size} octets) : copiez-le de nouveau depuis la \
                 livraison, ou réinstallez le plugin."
            ),
            Self::Machine { found, wanted, .. } => format!(
                "Le plugin « {path} » est fait pour un autre système ou un autre processeur ({found}) que cette \
                 application ({wanted}) : installez celui qui va avec elle, 32 ou 64 bits."
            ),
            Self::NoEntry { .. } => format!(
                "« {path} » n'est pas le plugin Passerelle Apprentissage : choisissez le fichier fourni avec le produit."
            ),
            Self::Entry { .. } | Self::Layout { .. } | Self::MissingSlot { .. } => format!(
                "Le plugin « {path} » n'est pas compatible avec cette application : installez la version qui va avec \
                 elle. Détail : {self}"
            ),
            Self::Version { found, wanted, .. } => format!(
                "Le plugin « {path} » parle la version {found} de l'interface et cette application la version \
                 {wanted} : mettez à jour le plus ancien des deux."
            ),
            Self::Init { error, .. } => format!("Le plugin « {path} » n'a pas pu démarrer : {}", error.user_text()),
        }
    }
}
