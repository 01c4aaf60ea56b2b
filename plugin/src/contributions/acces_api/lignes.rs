//! Which lines there are: one per SIRET-UAI of the list, and the accesses that the list has no more.

use crate::dossier::records::LigneUai;
use crate::dossier::{normaliser_uai, siret_lisible};
use crate::store::{Acces, Line, SealError, Sealer};

/// Before the number of a UAI line, in the id of a row whose establishment has no access of its own there.
const OF_LIST: &str = "uai-";

/// An establishment of the société and sector shown.
#[derive(Clone)]
pub struct Ligne {
    /// The id of its row: the number of its access, else that of its line of the list.
    pub row: String,
    /// The société.
    pub societe_id: Option<i64>,
    /// The sector for which a key is entered.
    pub secteur_id: Option<i64>,
    /// As the access is stored, or is to be.
    pub uai: Option<String>,
    /// SIRET of the list.
    pub siret: Option<String>,
    /// Name of the list.
    pub nom: Option<String>,
    /// Its own access.
    pub acces: Option<Line<Acces>>,
    /// Where it stands with its key.
    pub cle: EtatCle,
}

/// Where an establishment stands with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EtatCle {
    /// None was entered.
    ASaisir,
    /// One is kept and opens.
    Enregistree,
    /// None of its own, but one of the whole société.
    DeLaSociete,
    /// One is kept that was entered for another address.
    AdresseChangee,
    /// One is kept that this machine cannot open.
    Illisible,
}

impl Ligne {
    /// Number and revision of its access.
    pub fn seen(&self) -> Option<(i64, i64)> {
        self.acces.as_ref().map(|acces| (acces.value.id, acces.revision))
    }

    /// `SIRET-UAI`, as people read it.
    pub fn etablissement(&self) -> String {
        let siret = self.siret.as_deref().map_or("SIRET inconnu".to_owned(), siret_lisible);
        format!("{siret} - {}", self.uai.as_deref().unwrap_or("UAI inconnu"))
    }
}

/// The lines of a société and sector, in the order of the list; then the accesses of establishments that are not in it.
pub fn of(
    societe: Option<i64>,
    secteur: Option<i64>,
    liste: &[LigneUai],
    acces: &[Line<Acces>],
    sealer: Option<&Sealer>,
) -> Vec<Ligne> {
    if societe.is_none() {
        return Vec::new();
    }
    let mut lignes: Vec<Ligne> = Vec::new();
    let here =
        |ligne: &&LigneUai| ligne.societe_id == societe && (ligne.secteur_id.is_none() || ligne.secteur_id == secteur);
    for ligne in liste.iter().filter(here) {
        let uai = uai(ligne.uai.as_deref());
        // A second line of the same UAI has the same access.
        if uai.is_empty() || lignes.iter().any(|known| self::uai(known.uai.as_deref()) == uai) {
            continue;
        }
        let own = acces.iter().find(|line| is_at(&line.value, societe, secteur, &uai));
        let of_societe = || find(acces, ligne).filter(|_| own.is_none());
        let cle = match (own, of_societe()) {
            (Some(own), _) => state(&own.value, sealer),
            (None, Some(shared)) if state(&shared.value, sealer) == EtatCle::Enregistree => EtatCle::DeLaSociete,
            _ => EtatCle::ASaisir,
        };
        lignes.push(Ligne {
            row: own.map_or_else(|| format!("{OF_LIST}{}", ligne.id), |own| own.value.id.to_string()),
            societe_id: societe,
            secteur_id: secteur,
            uai: own.map_or_else(|| Some(uai), |own| own.value.uai.clone()),
            siret: ligne.siret.clone(),
            nom: ligne.nom.clone(),
            acces: own.cloned(),
            cle,
        });
    }
    let listed: Vec<i64> = lignes
        .iter()
        .filter_map(|ligne| ligne.seen().map(|(id, _)| id))
        .collect();
    let others = acces.iter().filter(|line| {
        line.value.societe_id == societe && line.value.secteur_id == secteur && !listed.contains(&line.value.id)
    });
    lignes.extend(others.map(|line| Ligne {
        row: line.value.id.to_string(),
        societe_id: societe,
        secteur_id: secteur,
        uai: line.value.uai.clone(),
        siret: None,
        nom: None,
        acces: Some(line.clone()),
        cle: state(&line.value, sealer),
    }));
    lignes
}

/// The access that a row stands for: its own, else that of the line's whole société.
pub fn of_row(row: &str, liste: &[LigneUai], acces: &[Line<Acces>]) -> Option<Acces> {
    let found = match row.strip_prefix(OF_LIST) {
        Some(line) => {
            let id: i64 = line.parse().ok()?;
            find(acces, liste.iter().find(|ligne| ligne.id == id)?)
        }
        None => {
            let id: i64 = row.parse().ok()?;
            acces.iter().find(|line| line.value.id == id)
        }
    };
    found.map(|line| line.value.clone())
}

/// The access of the line's own sector, or of its whole société.
fn find<'a>(acces: &'a [Line<Acces>], ligne: &LigneUai) -> Option<&'a Line<Acces>> {
    let uai = uai(ligne.uai.as_deref());
    acces
        .iter()
        .find(|line| is_at(&line.value, ligne.societe_id, ligne.secteur_id, &uai))
}

fn is_at(acces: &Acces, societe: Option<i64>, secteur: Option<i64>, uai: &str) -> bool {
    acces.societe_id == societe && acces.secteur_id == secteur && self::uai(acces.uai.as_deref()) == uai
}

fn state(acces: &Acces, sealer: Option<&Sealer>) -> EtatCle {
    match (&acces.cle_scellee, sealer.map(|sealer| acces.open_key(sealer))) {
        (None, _) => EtatCle::ASaisir,
        (Some(_), Some(Ok(_))) => EtatCle::Enregistree,
        (Some(_), Some(Err(SealError::AddressChanged))) => EtatCle::AdresseChangee,
        (Some(_), _) => EtatCle::Illisible,
    }
}

fn uai(text: Option<&str>) -> String {
    text.and_then(normaliser_uai).unwrap_or_default()
}
