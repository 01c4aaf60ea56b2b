//! What the fields of one dossier are drawn from, and the warnings raised on the way.

use chrono::NaiveDate;

use super::avertissements::Alerte;
use super::contrat::Contrats;
use super::email::Emails;
use super::etablissement::Etablissement;
use super::formation::DiplomeRetenu;
use super::liste_uai::ListeUai;
use super::records::Inscription;
use super::statut::Statut;
use super::{Avertissement, Provenance, Valeur, contrat, email, etablissement, formation, perimetre, statut};

/// A value and where it comes from; nothing when it is absent.
pub(super) type Trouve<T> = Option<(T, Provenance)>;

/// Everything decided about an inscription before its fields are written.
#[derive(Debug)]
pub(super) struct Elements<'a> {
    pub(super) run_date: NaiveDate,
    pub(super) inscription: &'a Inscription,
    pub(super) entree: Trouve<NaiveDate>,
    pub(super) emails: Emails<'a>,
    pub(super) diplome: Option<DiplomeRetenu<'a>>,
    pub(super) etablissement: Etablissement<'a>,
    pub(super) statut: Statut,
    pub(super) contrats: Contrats<'a>,
    /// The field being written, which a warning names.
    pub(super) champ: &'static str,
    pub(super) avertissements: Vec<Avertissement>,
}

impl<'a> Elements<'a> {
    pub(super) fn new(inscription: &'a Inscription, run_date: NaiveDate, liste: &'a ListeUai) -> Self {
        let statut = statut::statut(inscription);
        Self {
            run_date,
            inscription,
            entree: perimetre::entree(inscription),
            emails: email::emails(inscription, run_date),
            diplome: formation::diplome(inscription),
            etablissement: etablissement::etablissement(inscription, liste),
            statut,
            contrats: contrat::contrats(inscription, statut),
            champ: "",
            avertissements: Vec::new(),
        }
    }

    /// `entree`, wherever it comes from.
    pub(super) fn date_entree(&self) -> Option<NaiveDate> {
        self.entree.map(|(date, _)| date)
    }

    /// Says what the field being written loses, or what is doubtful about it.
    pub(super) fn avertir(&mut self, alerte: &Alerte, detail: impl Into<String>) {
        let champ = self.champ;
        self.avertissements.push(Avertissement {
            code: alerte.code,
            champ,
            detail: detail.into(),
        });
    }
}

/// A text that is found.
pub(super) fn texte(valeur: impl Into<String>, provenance: Provenance) -> Trouve<Valeur> {
    Some((Valeur::Texte(valeur.into()), provenance))
}

/// A date, if it is found.
pub(super) fn date(trouve: Trouve<NaiveDate>) -> Trouve<Valeur> {
    trouve.map(|(date, provenance)| (Valeur::Date(date), provenance))
}

/// A column's value with the screen it comes from.
pub(super) fn de<T>(valeur: Option<T>, provenance: Provenance) -> Trouve<T> {
    valeur.map(|valeur| (valeur, provenance))
}
