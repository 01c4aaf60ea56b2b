//! CONTRAT D'APPRENTISSAGE of v3: which conventions go out, and which one a rupture belongs to.

use std::cmp::Reverse;

use chrono::NaiveDate;

use super::Provenance;
use super::elements::{Trouve, de};
use super::formation;
use super::records::{Convention, Inscription, Manque, Trouvaille};
use super::statut::{self, Statut, sortie_reelle};

/// How many contracts v3 takes.
const CONTRATS_MAX: usize = 4;

/// A convention that has a `date_debut`, with the rupture that belongs to it.
#[derive(Debug, Clone)]
pub(super) struct Contrat<'a> {
    pub(super) convention: &'a Convention,
    pub(super) debut: NaiveDate,
    pub(super) rupture: Trouve<NaiveDate>,
    /// Lent by another inscription of the stagiaire.
    prete: bool,
}

/// The conventions that go out, and what is left of the others.
#[derive(Debug)]
pub(super) struct Contrats<'a> {
    /// By (`date_debut`, `id`); of more than four the last four.
    envoyes: Vec<Contrat<'a>>,
    /// How many older ones stay out.
    pub(super) de_trop: usize,
    /// Why the SIFA's rupture is left out, if it is.
    pub(super) rupture_perdue: Option<RupturePerdue>,
}

/// Why the SIFA's rupture goes on no contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RupturePerdue {
    /// No convention holds it.
    HorsContrat,
    /// The convention of this number, which holds it, has another of its own.
    AutreDate(Option<i64>),
}

impl<'a> Contrats<'a> {
    /// The contract number `rang`, from 0.
    pub(super) fn numero(&self, rang: usize) -> Result<&Contrat<'a>, Manque> {
        self.envoyes.get(rang).ok_or(Manque::Absent)
    }

    /// The contracts before the one of number `rang`.
    pub(super) fn avant(&self, rang: usize) -> impl Iterator<Item = &Contrat<'a>> {
        self.envoyes.iter().take(rang)
    }
}

/// What an inscription gives and borrows: its own contracts, and those that the stagiaire's other inscriptions at the site
/// lend. The receiver replaces the list that it had.
pub(super) fn contrats<'a>(
    inscription: &'a Inscription,
    statut: Option<Statut>,
    entree: Option<NaiveDate>,
    preteurs: &[&'a Inscription],
) -> Contrats<'a> {
    let (mut contrats, rupture_perdue) = contrats_propres(inscription, statut);
    for preteur in preteurs {
        contrats.extend(contrats_pretes(inscription, entree, preteur));
    }
    garder_une_fois(&mut contrats);
    contrats.sort_by_key(|c| (c.debut, c.convention.id.is_none(), c.convention.id));
    let de_trop = contrats.len().saturating_sub(CONTRATS_MAX);
    contrats.drain(..de_trop);
    Contrats {
        envoyes: contrats,
        de_trop,
        rupture_perdue,
    }
}

/// The inscription's conventions with a `date_debut`, by (`date_debut`, `id`), each with its rupture: its own; else the
/// SIFA's, on the latest one that holds it; else for an abandon the exit, on the latest one without a rupture that holds it.
fn contrats_propres(inscription: &Inscription, statut: Option<Statut>) -> (Vec<Contrat<'_>>, Option<RupturePerdue>) {
    let mut contrats: Vec<Contrat<'_>> = inscription
        .conventions
        .iter()
        .filter_map(|convention| {
            Some(Contrat {
                convention,
                debut: *convention.date_debut.valeur()?,
                rupture: de(&convention.date_rupture, Provenance::Convention),
                prete: false,
            })
        })
        .collect();
    contrats.sort_by_key(|c| (c.debut, c.convention.id.is_none(), c.convention.id));
    let perdue = placer_la_rupture_du_sifa(&mut contrats, rupture_sifa(inscription));
    if statut == Some(Statut::Abandon) {
        if let Ok((sortie, provenance)) = sortie_reelle(inscription) {
            let rompu = contrats
                .iter_mut()
                .rev()
                .filter(|c| c.rupture == Err(Manque::Absent))
                .find(|c| c.contient(sortie, |fin| sortie < fin) != Ok(false));
            if let Some(contrat) = rompu {
                contrat.rompre(contrat.contient(sortie, |fin| sortie < fin), (sortie, provenance));
            }
        }
    }
    (contrats, perdue)
}

/// The SIFA's rupture belongs to the latest convention with `date_debut ≤` it (and `≤ date_fin` where there is one), if
/// that has no `date_rupture` of its own. Hung on another, it would show a working apprentice as an abandon.
fn placer_la_rupture_du_sifa(contrats: &mut [Contrat<'_>], rupture: Trouve<NaiveDate>) -> Option<RupturePerdue> {
    let (date, provenance) = match rupture {
        Ok(rupture) => rupture,
        Err(Manque::Absent) => return None,
        Err(illisible) => {
            // It could belong to any contract; the latest one tells that it cannot be read.
            let sans_rupture = contrats.iter_mut().rev().find(|c| c.rupture == Err(Manque::Absent));
            if let Some(contrat) = sans_rupture {
                contrat.rupture = Err(illisible);
            }
            return None;
        }
    };
    let trouve = contrats
        .iter_mut()
        .rev()
        .find(|c| c.contient(date, |fin| date <= fin) != Ok(false));
    let Some(contrat) = trouve else {
        return Some(RupturePerdue::HorsContrat);
    };
    match &contrat.rupture {
        Err(Manque::Absent) => contrat.rompre(contrat.contient(date, |fin| date <= fin), (date, provenance)),
        Ok((propre, _)) if *propre != date => return Some(RupturePerdue::AutreDate(contrat.convention.id)),
        Ok(_) | Err(Manque::Illisible(_)) => {}
    }
    None
}

impl Contrat<'_> {
    /// Whether a date falls within it; `avant_la_fin` compares it with the end, where there is one.
    fn contient(&self, date: NaiveDate, avant_la_fin: impl FnOnce(NaiveDate) -> bool) -> Result<bool, Manque> {
        if self.debut > date {
            return Ok(false);
        }
        Ok(self.convention.date_fin.copie().facultatif()?.is_none_or(avant_la_fin))
    }

    /// Breaks it, unless whether it holds the date cannot be read.
    fn rompre(&mut self, contient: Result<bool, Manque>, rupture: (NaiveDate, Provenance)) {
        self.rupture = contient.map(|_| rupture);
    }

    /// Two contracts that agree in start, end and SIRET, or that have one number, are one.
    fn est_le_meme(&self, autre: &Contrat<'_>) -> bool {
        let siret = |c: &Contrat<'_>| c.convention.siret_employeur.compact().ok();
        (self.convention.id.is_some() && self.convention.id == autre.convention.id)
            || (self.debut == autre.debut
                && self.convention.date_fin == autre.convention.date_fin
                && siret(self) == siret(autre))
    }
}

/// What another inscription lends: the contracts for the same diploma; of another one those without an end, or that end on
/// or after the entry of the dossier sent. An older training's finished contract would show someone newly enrolled as
/// *rupturant*.
fn contrats_pretes<'a>(
    inscription: &Inscription,
    entree: Option<NaiveDate>,
    preteur: &'a Inscription,
) -> Vec<Contrat<'a>> {
    let code = formation::code(inscription);
    let meme_formation = code.is_some() && code == formation::code(preteur);
    let (mut contrats, _) = contrats_propres(preteur, statut::statut(preteur).ok());
    contrats.retain(|contrat| {
        let fin = contrat.convention.date_fin.valeur();
        meme_formation || fin.is_none_or(|fin| entree.is_none_or(|entree| *fin >= entree))
    });
    for contrat in &mut contrats {
        contrat.prete = true;
    }
    contrats
}

/// Each contract goes once: the dossier's own, else a broken one, else the lowest number.
fn garder_une_fois(contrats: &mut Vec<Contrat<'_>>) {
    contrats.sort_by_key(|c| {
        (
            c.prete,
            Reverse(c.rupture.is_ok()),
            c.convention.id.is_none(),
            c.convention.id,
        )
    });
    let mut gardes: Vec<Contrat<'_>> = Vec::with_capacity(contrats.len());
    for contrat in contrats.drain(..) {
        if !gardes.iter().any(|garde| garde.est_le_meme(&contrat)) {
            gardes.push(contrat);
        }
    }
    *contrats = gardes;
}

/// `sifa.date_rupture_contrat`
pub(super) fn rupture_sifa(inscription: &Inscription) -> Trouve<NaiveDate> {
    let sifa = inscription.sifa.as_ref().ok_or(Manque::Absent)?;
    de(&sifa.date_rupture_contrat, Provenance::Sifa)
}
