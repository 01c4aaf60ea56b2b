//! What the fields of one dossier are drawn from, and the warnings raised on the way.

use chrono::NaiveDate;

use super::avertissements::Alerte;
use super::contrats_envoyes::{self, Contrats};
use super::email::Emails;
use super::etablissement::Etablissement;
use super::formation::DiplomeRetenu;
use super::liste_uai::ListeUai;
use super::records::{Action, Inscription, Lecture, Manque, Sifa, Stagiaire};
use super::statut::Statut;
use super::{Avertissement, Provenance, Valeur, email, etablissement, formation, perimetre, statut};

/// A value and where it comes from, or why there is none.
pub(super) type Trouve<T> = Result<(T, Provenance), Manque>;

/// Everything decided about an inscription before its fields are written.
#[derive(Debug)]
pub(super) struct Elements<'a> {
    pub(super) run_date: NaiveDate,
    pub(super) inscription: &'a Inscription,
    pub(super) entree: Trouve<NaiveDate>,
    pub(super) emails: Emails<'a>,
    pub(super) diplome: Result<DiplomeRetenu<'a>, Manque>,
    pub(super) etablissement: Etablissement<'a>,
    pub(super) statut: Result<Statut, Manque>,
    pub(super) contrats: Contrats<'a>,
    /// The field being written, which a warning names.
    pub(super) champ: &'static str,
    pub(super) avertissements: Vec<Avertissement>,
}

impl<'a> Elements<'a> {
    /// `preteurs`: the stagiaire's other inscriptions at the site, which lend their contracts.
    pub(super) fn new(
        inscription: &'a Inscription,
        run_date: NaiveDate,
        liste: &'a ListeUai,
        preteurs: &[&'a Inscription],
    ) -> Self {
        let statut = statut::statut(inscription);
        let entree = perimetre::entree(inscription);
        let date_entree = entree.as_ref().ok().map(|(date, _)| *date);
        Self {
            run_date,
            inscription,
            entree,
            emails: email::emails(inscription, run_date),
            diplome: formation::diplome(inscription),
            etablissement: etablissement::etablissement(inscription, liste),
            contrats: contrats_envoyes::contrats(inscription, statut.as_ref().ok().copied(), date_entree, preteurs),
            statut,
            champ: "",
            avertissements: Vec::new(),
        }
    }

    /// `entree`, wherever it comes from, if there is one that can be read.
    pub(super) fn date_entree(&self) -> Option<NaiveDate> {
        self.entree.as_ref().ok().map(|(date, _)| *date)
    }

    pub(super) fn stagiaire(&self) -> Result<&'a Stagiaire, Manque> {
        self.inscription.stagiaire.lue()
    }

    pub(super) fn action(&self) -> Result<&'a Action, Manque> {
        self.inscription.action.lue()
    }

    /// The diploma; borrowed from `self` since its code may be put together.
    pub(super) fn diplome(&self) -> Result<&DiplomeRetenu<'a>, Manque> {
        self.diplome.as_ref().map_err(Clone::clone)
    }

    pub(super) fn sifa(&self) -> Result<&'a Sifa, Manque> {
        self.inscription.sifa.as_ref().ok_or(Manque::Absent)
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
    Ok((Valeur::Texte(valeur.into()), provenance))
}

/// A date, if it is found.
pub(super) fn date(trouve: Trouve<NaiveDate>) -> Trouve<Valeur> {
    trouve.map(|(date, provenance)| (Valeur::Date(date), provenance))
}

/// A column's date with the screen it comes from.
pub(super) fn de(valeur: &Lecture<NaiveDate>, provenance: Provenance) -> Trouve<NaiveDate> {
    Ok((valeur.copie()?, provenance))
}
