//! The rules: pure functions from ERP records to a dossier, its reasons, its warnings and its provenance.
//!
//! They follow `dossier.md` in its order and words. Nothing here reads a clock, a database or a setting:
//! the run's date, the UAI list and the records are arguments.

pub mod records;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The receiving protocol, which decides fields and reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Protocole {
    /// Today's API.
    #[default]
    #[serde(rename = "v3")]
    V3,
    /// The API of 2021.
    #[serde(rename = "statut-candidats")]
    StatutCandidats,
}

/// One record to export, or the reasons why it stays out.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// `inscription.id`.
    pub inscription_id: i64,
    /// `stagiaire.id`; absent for an orphan inscription.
    pub stagiaire_id: Option<i64>,
    /// The protocol it was computed for.
    pub protocole: Protocole,
    /// The UAI line that it goes out under.
    pub ligne_uai: Option<i64>,
    /// `entree`, which decides between several dossiers of one stagiaire.
    pub entree: Option<NaiveDate>,
    /// The fields, in the protocol's order; an absent value has no field.
    pub champs: Vec<Champ>,
    /// Why it is not sent, in `dossier.md`'s order; none: it is sent.
    pub motifs: Vec<Motif>,
    /// What the user should know although it is sent.
    pub avertissements: Vec<Avertissement>,
}

/// One exported value and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Champ {
    /// The protocol's name of the field.
    pub nom: &'static str,
    /// What goes out.
    pub valeur: Valeur,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// What a field holds; serialises as it goes out, dates as `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Valeur {
    /// Text.
    Texte(String),
    /// A whole number.
    Entier(i64),
    /// A boolean.
    Booleen(bool),
    /// A calendar date.
    Date(NaiveDate),
}

/// The ERP screen, or the computation, that a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// The SIFA screen.
    Sifa,
    /// *fiche Stagiaire*.
    Stagiaire,
    /// *fiche Inscrit*.
    Inscrit,
    /// *fiche Action*.
    Action,
    /// *Centre d'intérêt*.
    CentreInteret,
    /// *Convention*.
    Convention,
    /// *Liste UAI*.
    ListeUai,
    /// *Secteur*.
    Secteur,
    /// Computed from several values.
    Calcul,
}

/// A reason why a dossier is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Motif {
    /// Which reason.
    pub code: CodeMotif,
    /// For the user: which value, from which screen, where to put it right.
    pub detail: String,
}

/// The reasons, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeMotif {
    /// `EMAIL_CONTACT_MANQUANT`
    EmailContactManquant,
    /// `UAI_SIRET_MANQUANT`
    UaiSiretManquant,
    /// `CODE_DIPLOME_MANQUANT`
    CodeDiplomeManquant,
    /// `NOM_MANQUANT`
    NomManquant,
    /// `DATE_NAISSANCE_MANQUANTE`
    DateNaissanceManquante,
    /// `DATES_FORMATION_MANQUANTES`
    DatesFormationManquantes,
    /// `DATES_FORMATION_INCOHERENTES`
    DatesFormationIncoherentes,
    /// `VALEUR_ILLISIBLE`: a value of the ERP cannot be read.
    ValeurIllisible,
    /// `AUTRE_INSCRIPTION`
    AutreInscription,
    /// `ACCES_MANQUANT`: decided by the night, not by the rules.
    AccesManquant,
}

/// Something lost or doubtful on the way; the dossier is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Avertissement {
    /// Stable code, e.g. `TELEPHONE_INVALIDE`.
    pub code: &'static str,
    /// The field concerned.
    pub champ: &'static str,
    /// For the user.
    pub detail: String,
}
