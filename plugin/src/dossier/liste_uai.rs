//! *Numéros UAI (CFA)*: the list, prepared once for a run, and which of its lines an inscription goes out under.

use std::collections::HashMap;

use super::cleaning::compact;
use super::records::{Inscription, LigneUai};
use super::saisie::{Formateur, formateur};

/// The UAI list with its codes in compact form and its look-ups made; cheap to ask a million times, from any thread.
#[derive(Debug, Default)]
pub struct ListeUai {
    /// By number of the line.
    lignes: Vec<LignePreparee>,
    par_uai: HashMap<String, Vec<usize>>,
    /// By (société, secteur); no secteur: the whole société.
    par_secteur: HashMap<(i64, Option<i64>), Choix>,
}

/// A line as entered, and its codes without white space, dots or dashes, in upper case.
#[derive(Debug)]
pub(super) struct LignePreparee {
    pub(super) ligne: LigneUai,
    pub(super) uai: Option<String>,
    pub(super) siret: Option<String>,
    pub(super) formateur: Formateur,
}

/// The place of a line in the list, and whether other lines fit equally.
#[derive(Debug, Clone, Copy)]
struct Choix {
    rang: usize,
    ex_aequo: bool,
}

/// The line chosen for an inscription.
#[derive(Debug, Clone, Copy)]
pub(super) struct LigneChoisie<'a> {
    pub(super) preparee: &'a LignePreparee,
    /// Several lines fit equally; this one has the lowest number.
    pub(super) ex_aequo: bool,
}

impl ListeUai {
    /// Prepares the list; the lines may come in any order.
    pub fn new(mut lignes: Vec<LigneUai>) -> Self {
        lignes.sort_by_key(|ligne| ligne.id);
        let mut liste = Self::default();
        for (rang, ligne) in lignes.into_iter().enumerate() {
            let preparee = LignePreparee {
                uai: compact(&ligne.uai),
                siret: compact(&ligne.siret),
                formateur: formateur(&ligne),
                ligne,
            };
            if let Some(uai) = &preparee.uai {
                liste.par_uai.entry(uai.clone()).or_default().push(rang);
            }
            if let Some(societe) = preparee.ligne.societe_id {
                liste
                    .par_secteur
                    .entry((societe, preparee.ligne.secteur_id))
                    .and_modify(|choix| choix.ex_aequo = true)
                    .or_insert(Choix { rang, ex_aequo: false });
            }
            liste.lignes.push(preparee);
        }
        liste
    }

    /// The line of an inscription; `uai_sifa` is its SIFA's UAI in compact form, if it is filled.
    ///
    /// With a SIFA UAI: the line with that UAI, or none. Without: the line of the (société, secteur); else the
    /// société's line that has no secteur; else, where the whole list is one line, that line; else none.
    pub(super) fn ligne(&self, inscription: &Inscription, uai_sifa: Option<&str>) -> Option<LigneChoisie<'_>> {
        let societe = inscription.secteur.societe_id;
        let secteur = inscription.secteur.id;
        let choix = match uai_sifa {
            Some(uai) => self
                .par_uai
                .get(uai)
                .and_then(|rangs| self.plus_proche(rangs, societe, secteur)),
            None => self.du_secteur(societe, secteur),
        }?;
        let preparee = self.lignes.get(choix.rang)?;
        Some(LigneChoisie {
            preparee,
            ex_aequo: choix.ex_aequo,
        })
    }

    /// The line of a sector's inscriptions whose SIFA names no other.
    pub fn ligne_du_secteur(&self, societe: i64, secteur: i64) -> Option<&LigneUai> {
        let choix = self.du_secteur(societe, secteur)?;
        self.lignes.get(choix.rang).map(|preparee| &preparee.ligne)
    }

    fn du_secteur(&self, societe: i64, secteur: i64) -> Option<Choix> {
        let of = |secteur| self.par_secteur.get(&(societe, secteur)).copied();
        of(Some(secteur)).or_else(|| of(None)).or_else(|| {
            (self.lignes.len() == 1).then_some(Choix {
                rang: 0,
                ex_aequo: false,
            })
        })
    }

    /// Of lines with one UAI: same société and secteur first, then same société, then the lowest number.
    fn plus_proche(&self, rangs: &[usize], societe: i64, secteur: i64) -> Option<Choix> {
        let eloignement = |rang: &usize| match self.lignes.get(*rang).map(|l| (l.ligne.societe_id, l.ligne.secteur_id))
        {
            Some((Some(s), Some(t))) if s == societe && t == secteur => 0,
            Some((Some(s), _)) if s == societe => 1,
            _ => 2,
        };
        let rang = *rangs.iter().min_by_key(|rang| eloignement(rang))?;
        let ex_aequo = rangs
            .iter()
            .filter(|autre| eloignement(autre) == eloignement(&rang))
            .count()
            > 1;
        Some(Choix { rang, ex_aequo })
    }
}
