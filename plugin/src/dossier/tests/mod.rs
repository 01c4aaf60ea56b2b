//! The rules as a whole, line by line of the document. What a small rule does by itself is tested beside it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod candidat;
mod champs;
mod contrat_et_statut;
mod contrats;
mod dates;
mod dossiers;
mod etablissement;
mod formation;
mod illisibles;
mod options;
mod parcours;
mod statut_affiche;
mod textes;
mod textes_des_alertes;
mod textes_des_motifs;

use std::sync::Arc;

use chrono::NaiveDate;

use super::lecture::Lecture::{Absente, Illisible, Lue};
use super::records::*;
use super::*;

pub(super) fn d(texte: &str) -> NaiveDate {
    texte.parse().unwrap()
}

fn od(texte: &str) -> Lecture<NaiveDate> {
    (!texte.is_empty()).then(|| d(texte)).into()
}

fn t(texte: &str) -> Lecture<String> {
    Lue(texte.to_owned())
}

/// A text of the settings.
fn r(texte: &str) -> Option<String> {
    Some(texte.to_owned())
}

fn diplome(id: i64, code: Option<&str>) -> Lecture<Arc<Diplome>> {
    Lue(Arc::new(Diplome {
        id,
        libelle: t(&format!("Libellé {id}")),
        libelle_court: t(&format!("COURT {id}")),
        code: code.map(str::to_owned).into(),
        rncp: t("35316"),
    }))
}

fn convention(id: i64, debut: &str, fin: &str) -> Convention {
    Convention {
        id: Some(id),
        date_debut: od(debut),
        date_fin: od(fin),
        ..Convention::default()
    }
}

pub(super) fn ligne(id: i64, uai: &str, societe: Option<i64>, secteur: Option<i64>) -> LigneUai {
    LigneUai {
        id,
        uai: r(uai),
        nom: r(&format!("CFA {id}")),
        siret: r("73282932000074"),
        societe_id: societe,
        secteur_id: secteur,
        ..LigneUai::default()
    }
}

pub(super) fn lignes() -> Vec<LigneUai> {
    vec![ligne(1, "0570033B", Some(1), Some(3))]
}

/// An adult apprentice with nothing missing.
pub(super) fn inscription() -> Inscription {
    Inscription {
        id: 10,
        date_inscription: od("2026-06-01"),
        date_entree: od("2026-09-01"),
        date_entree_groupe: od("2026-09-07"),
        sortie_prevue: od("2028-08-31"),
        stagiaire: Lue(Stagiaire {
            id: 20,
            nom: t("Lenôtre"),
            prenom: t("Gaston"),
            date_naissance: od("2004-05-12"),
            email: t("gaston@exemple.fr"),
            telephone: t("06 12 34 56 78"),
            ..Stagiaire::default()
        }),
        action: Lue(Action {
            id: 30,
            date_debut: od("2026-09-01"),
            date_fin: od("2028-08-31"),
            diplome: diplome(40, Some("50022141")),
            centre_interet_diplome: Absente,
        }),
        secteur: Arc::new(Secteur {
            id: 3,
            societe_id: 1,
            nom: r("METZ"),
            code_postal: t("57000"),
            latitude: Lue(49.12),
            longitude: Lue(6.177),
        }),
        conventions: vec![Convention {
            siret_employeur: t("732 829 320 00074"),
            ..convention(50, "2026-09-01", "2028-08-31")
        }],
        ..Inscription::default()
    }
}

fn contexte_avec<T>(lignes: Vec<LigneUai>, f: impl FnOnce(Contexte<'_>) -> T) -> T {
    let liste = ListeUai::new(lignes);
    f(Contexte {
        run_date: d("2026-11-23"),
        lignes_uai: &liste,
    })
}

type Change = fn(&mut Inscription);

/// The complete inscription with one change.
fn avec(change: impl FnOnce(&mut Inscription)) -> Inscription {
    let mut i = inscription();
    change(&mut i);
    i
}

fn v3(i: &Inscription) -> Dossier {
    contexte_avec(lignes(), |c| c.dossier(i, Protocole::V3, true))
}

fn v2021(i: &Inscription) -> Dossier {
    contexte_avec(lignes(), |c| c.dossier(i, Protocole::StatutCandidats, false))
}

/// The dossier of the complete inscription, with one change to the UAI line.
fn avec_ligne(protocole: Protocole, change: fn(&mut LigneUai)) -> Dossier {
    let mut lignes = lignes();
    change(&mut lignes[0]);
    contexte_avec(lignes, |c| c.dossier(&inscription(), protocole, true))
}

/// The field as JSON text, without quotes; "" when absent.
fn val(dossier: &Dossier, nom: &str) -> String {
    let champ = dossier.champ(nom).map(|c| serde_json::to_value(&c.valeur).unwrap());
    match champ {
        None => String::new(),
        Some(serde_json::Value::String(texte)) => texte,
        Some(autre) => autre.to_string(),
    }
}

fn de(dossier: &Dossier, nom: &str) -> (String, Option<Provenance>) {
    (val(dossier, nom), dossier.champ(nom).map(|c| c.provenance))
}

fn motifs(dossier: &Dossier) -> Vec<&'static str> {
    dossier.motifs.iter().map(|m| m.code.code()).collect()
}

fn alertes(dossier: &Dossier) -> Vec<&'static str> {
    dossier.avertissements.iter().map(|a| a.code).collect()
}

fn stagiaire(i: &mut Inscription) -> &mut Stagiaire {
    valeur(&mut i.stagiaire)
}

fn action(i: &mut Inscription) -> &mut Action {
    valeur(&mut i.action)
}

fn valeur<T>(lecture: &mut Lecture<T>) -> &mut T {
    match lecture {
        Lue(valeur) => valeur,
        Absente | Illisible(_) => panic!("nothing is there"),
    }
}

fn sifa(i: &mut Inscription) -> &mut Sifa {
    i.sifa.get_or_insert_with(Sifa::default)
}

fn secteur(i: &mut Inscription) -> &mut Secteur {
    Arc::make_mut(&mut i.secteur)
}
