//! The settings: sectors' boxes, the UAI list, the API accesses; read, saved, imported and exported.

mod acces;
mod courriel;
mod json;
mod tables;
#[cfg(test)]
mod tests;
mod uai;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

pub use acces::AccesEnregistre;
pub(super) use courriel::read_courriel;
pub use courriel::{Courriel, Quand, ReglageCourriel, Securite};
pub use json::Problem;
pub(super) use tables::read_acces;

use super::seal::{Adresse, SealContext, SealError, Sealer, Secret, sealed_origin};
use crate::dossier::records::LigneUai;
use crate::dossier::{Options, Protocole};

/// Everything that `settings import` takes and `settings export` gives. Serialises without keys.
#[derive(Debug, Default, Serialize)]
pub struct Settings {
    /// *Compléments secteur*.
    pub secteurs: Vec<ReglageSecteur>,
    /// *Numéros UAI (CFA)*.
    pub uai: Vec<LigneUai>,
    /// *Gestion des accès aux API tierces*.
    pub acces: Vec<ReglageAcces>,
    /// *Envoi du compte rendu par courriel*; none: an import leaves what is stored as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub courriel: Option<ReglageCourriel>,
}

/// The boxes of *Compléments secteur* for one (société, secteur).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReglageSecteur {
    /// The société.
    pub societe_id: i64,
    /// The sector.
    pub secteur_id: i64,
    /// *Passerelle SIFA*.
    pub passerelle_sifa: bool,
    /// *Mission interministérielle pour l'apprentissage*.
    pub mission_apprentissage: bool,
    /// *Autorisation de transfert la nuit*.
    pub transfert_nuit: bool,
    /// The option *données SIFA*, off by default and then left out of the file.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub donnees_sifa: bool,
    /// *Envoyer aussi sans e-mail de contact*, off by default.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sans_email: bool,
    /// *Envoyer aussi sans code diplôme*, off by default.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sans_code_diplome: bool,
}

impl ReglageSecteur {
    /// Whether the night exports this sector: the three boxes are ticked.
    #[must_use]
    pub fn exporte_la_nuit(&self) -> bool {
        self.passerelle_sifa && self.mission_apprentissage && self.transfert_nuit
    }

    /// What the rules need to know of it.
    #[must_use]
    pub fn options(&self) -> Options {
        Options {
            donnees_sifa: self.donnees_sifa,
            sans_email: self.sans_email,
            sans_code_diplome: self.sans_code_diplome,
        }
    }

    /// The same boxes with what follows from them: without *Passerelle SIFA*, *Mission* is not ticked either.
    #[must_use]
    pub fn with_consequences(self) -> Self {
        Self {
            mission_apprentissage: self.mission_apprentissage && self.passerelle_sifa,
            ..self
        }
    }
}

/// A sector's boxes as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secteur {
    /// The boxes.
    pub reglage: ReglageSecteur,
    /// Who changed them last, as the host names its user.
    pub modifie_par: Option<String>,
    /// When, as ISO 8601 with the UTC offset.
    pub modifie_le: Option<String>,
    /// Changes each time they are saved; hand it back to [`super::Store::save_secteur`].
    pub revision: i64,
}

/// A line of a list as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<T> {
    /// What it holds.
    pub value: T,
    /// Changes each time it is saved; hand it back when it is saved or deleted.
    pub revision: i64,
}

/// Who changes settings, and when: both from the host.
#[derive(Debug, Clone)]
pub struct Auteur {
    /// As the host names its user.
    pub nom: Option<String>,
    /// The host's local time.
    pub le: DateTime<FixedOffset>,
}

/// An API access in the settings file.
#[derive(Debug, Serialize)]
pub struct ReglageAcces {
    /// The société.
    pub societe_id: Option<i64>,
    /// The sector.
    pub secteur_id: Option<i64>,
    /// The UAI, as entered.
    pub uai: Option<String>,
    /// The protocol; `v3` if the file does not say.
    pub protocole: Protocole,
    /// Base URL.
    pub url: Option<String>,
    /// User name, for `statut-candidats` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifiant: Option<String>,
    /// The key or password: read on import, never written.
    #[serde(skip)]
    pub cle: Option<Secret>,
}

/// An API access as stored, its key still sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acces {
    /// Number of the line.
    pub id: i64,
    /// The société.
    pub societe_id: Option<i64>,
    /// The sector.
    pub secteur_id: Option<i64>,
    /// The UAI, as entered.
    pub uai: Option<String>,
    /// The protocol.
    pub protocole: Protocole,
    /// Base URL.
    pub url: Option<String>,
    /// User name, for `statut-candidats`.
    pub identifiant: Option<String>,
    /// The sealed key; none was entered yet if absent.
    pub cle_scellee: Option<String>,
}

impl Acces {
    /// Opens the key; none if none was entered.
    ///
    /// # Errors
    /// As [`Sealer::open`].
    pub fn open_key(&self, sealer: &Sealer) -> Result<Option<Secret>, SealError> {
        self.cle_scellee
            .as_deref()
            .map(|sealed| sealer.open(sealed, &self.context()))
            .transpose()
    }

    /// Whether its key was sealed before keys belonged to an address, and was not bound to one since.
    #[must_use]
    pub fn is_unbound(&self) -> bool {
        self.cle_scellee
            .as_deref()
            .is_some_and(|sealed| sealed_origin(sealed).is_none())
    }

    fn context(&self) -> SealContext<'_> {
        self.context_at(Adresse::Url(self.url.as_deref()))
    }

    pub(super) fn context_at<'a>(&'a self, adresse: Adresse<'a>) -> SealContext<'a> {
        SealContext {
            adresse,
            societe_id: self.societe_id,
            secteur_id: self.secteur_id,
            uai: self.uai.as_deref(),
            protocole: self.protocole,
        }
    }
}

impl std::fmt::Debug for Acces {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Acces")
            .field("id", &self.id)
            .field("societe_id", &self.societe_id)
            .field("secteur_id", &self.secteur_id)
            .field("uai", &self.uai)
            .field("protocole", &self.protocole)
            .field("cle", &self.cle_scellee.as_ref().map(|_| "***"))
            .finish_non_exhaustive()
    }
}
