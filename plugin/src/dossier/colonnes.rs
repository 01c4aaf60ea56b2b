//! The fields of a protocol: each one's name, group, kind, rule, and the reason that its absence gives.

use super::elements::{Elements, Trouve};
use super::{CodeMotif, Protocole, Valeur, statut_candidats, v3};

pub(super) const CANDIDAT: &str = "CANDIDAT";
pub(super) const FORMATION: &str = "FORMATION";
pub(super) const CONTRAT: &str = "CONTRAT D'APPRENTISSAGE";
pub(super) const STATUTS: &str = "STATUTS DU JEUNE";

/// A field of a protocol, as tables and workbooks show it.
#[derive(Debug, Clone, Copy)]
pub struct Colonne {
    /// The protocol's name of the field.
    pub nom: &'static str,
    /// The guide's group: `CANDIDAT`, `FORMATION`, `CONTRAT D'APPRENTISSAGE` or `STATUTS DU JEUNE`.
    pub groupe: &'static str,
    /// What its values are.
    pub genre: Genre,
    /// The rule that finds its value.
    pub(super) valeur: Regle,
    /// For a required field, the reason that its absence gives, and the advice that goes with it.
    pub(super) requis: Option<(CodeMotif, Conseil)>,
}

/// What a column's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Genre {
    /// Text.
    Texte,
    /// A whole number.
    Entier,
    /// A boolean.
    Booleen,
    /// A calendar date.
    Date,
}

pub(super) type Regle = fn(&mut Elements<'_>) -> Trouve<Valeur>;
pub(super) type Conseil = fn(&Elements<'_>) -> String;

/// The fields of a protocol, in output order; `donnees_sifa` adds the option's fields to v3.
pub fn colonnes(protocole: Protocole, donnees_sifa: bool) -> &'static [Colonne] {
    match protocole {
        Protocole::V3 if donnees_sifa => v3::COLONNES,
        Protocole::V3 => v3::COLONNES.split_at(v3::COLONNES.len() - v3::DONNEES_SIFA).0,
        Protocole::StatutCandidats => statut_candidats::COLONNES,
    }
}

pub(super) const fn texte(groupe: &'static str, nom: &'static str, valeur: Regle) -> Colonne {
    Colonne {
        nom,
        groupe,
        genre: Genre::Texte,
        valeur,
        requis: None,
    }
}

pub(super) const fn entier(groupe: &'static str, nom: &'static str, valeur: Regle) -> Colonne {
    Colonne {
        nom,
        groupe,
        genre: Genre::Entier,
        valeur,
        requis: None,
    }
}

pub(super) const fn booleen(groupe: &'static str, nom: &'static str, valeur: Regle) -> Colonne {
    Colonne {
        nom,
        groupe,
        genre: Genre::Booleen,
        valeur,
        requis: None,
    }
}

pub(super) const fn date(groupe: &'static str, nom: &'static str, valeur: Regle) -> Colonne {
    Colonne {
        nom,
        groupe,
        genre: Genre::Date,
        valeur,
        requis: None,
    }
}

impl Colonne {
    /// Without this field the dossier is not sent.
    pub(super) const fn requis(self, motif: CodeMotif, conseil: Conseil) -> Self {
        Self {
            requis: Some((motif, conseil)),
            ..self
        }
    }
}
