//! ERPs as nasty as real ones: a handful of rows of every table, their keys, and what they hold.
//!
//! The rows refer to each other by keys that may lead nowhere; [`World::inscriptions`] joins them in memory, naively,
//! which is what any way of reading the same rows from a database must come to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod values;

use std::sync::Arc;

use passerelle::dossier::records::{
    Action, Convention, Diplome, Inscription, Interlocuteur, Lecture, LigneUai, Responsable, Secteur, Sifa, Stagiaire,
};
use passerelle::dossier::{Contexte, Dossier};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;

use values::{address, birth, code_postal, code_uai, day, degrees, email, ine, name};
use values::{libelle, motif, organisme, profil, rang, sex, siret, situation, start, telephone, title, type_cfa};

/// A row: its record without what other tables hold, and its keys.
#[derive(Debug, Clone)]
pub struct Row<T> {
    pub record: T,
    pub keys: Vec<Option<i64>>,
}

/// The tables. Each row's id is its place, from 1.
#[derive(Debug, Clone)]
pub struct World {
    /// Sociétés 1 and 2 exist.
    pub secteurs: Vec<Secteur>,
    pub diplomes: Vec<Diplome>,
    /// Their diploma.
    pub centres_interet: Vec<Option<i64>>,
    /// Keys: diploma, centre d'intérêt.
    pub actions: Vec<Row<Action>>,
    pub stagiaires: Vec<Stagiaire>,
    /// Key: stagiaire.
    pub interlocuteurs: Vec<Row<Interlocuteur>>,
    /// Keys: stagiaire, action, secteur; the secteur always exists.
    pub inscriptions: Vec<Row<Inscription>>,
    /// Key: inscription.
    pub conventions: Vec<Row<Convention>>,
    /// Keys: inscription, diploma. One an inscription.
    pub sifas: Vec<Row<Sifa>>,
    /// Key: SIFA row.
    pub responsables: Vec<Row<Responsable>>,
    /// *Numéros UAI (CFA)*, which is not the ERP's.
    pub lignes_uai: Vec<LigneUai>,
}

/// Their dossiers, decided stagiaire by stagiaire; the inscriptions come in the order of the stagiaires.
pub fn decided(
    contexte: &Contexte<'_>,
    inscriptions: &[Inscription],
    dossier: impl Fn(&Inscription) -> Dossier,
) -> Vec<Dossier> {
    let mut all: Vec<Dossier> = inscriptions.iter().map(dossier).collect();
    let mut at = 0;
    for group in all.chunk_by_mut(|a, b| a.stagiaire_id.is_some() && a.stagiaire_id == b.stagiaire_id) {
        let theirs: Vec<_> = inscriptions[at..at + group.len()].iter().collect();
        at += group.len();
        contexte.decider(&theirs, group);
    }
    all
}

/// The société of a secteur.
pub fn societe_of(secteur: i64) -> i64 {
    1 + secteur % 2
}

/// Rows of the tables that many others refer to.
const SHARED: usize = 3;

impl World {
    /// The inscriptions with all that hangs on them, in the order (stagiaire, those without one first; inscription).
    pub fn inscriptions(&self) -> Vec<Inscription> {
        let secteurs: Vec<Arc<Secteur>> = self.secteurs.iter().cloned().map(Arc::new).collect();
        let mut joined: Vec<Inscription> = self
            .inscriptions
            .iter()
            .map(|row| {
                let stagiaire = at(&self.stagiaires, row.keys[0]).cloned();
                let sifa = self.sifas.iter().find(|sifa| sifa.keys[0] == Some(row.record.id));
                Inscription {
                    action: at(&self.actions, row.keys[1]).map(|action| self.action(action)).into(),
                    secteur: Arc::clone(at(&secteurs, row.keys[2]).unwrap()),
                    sifa: sifa.map(|sifa| self.sifa(sifa)),
                    conventions: of_parent(&self.conventions, Some(row.record.id)),
                    interlocuteurs: of_parent(&self.interlocuteurs, stagiaire.as_ref().map(|s| s.id)),
                    stagiaire: stagiaire.into(),
                    ..row.record.clone()
                }
            })
            .collect();
        joined.sort_by_key(|inscription| (inscription.stagiaire.valeur().map(|s| s.id), inscription.id));
        joined
    }

    fn action(&self, action: &Row<Action>) -> Action {
        let of_centre = at(&self.centres_interet, action.keys[1]).copied().flatten();
        Action {
            diplome: self.diplome(action.keys[0]),
            centre_interet_diplome: self.diplome(of_centre),
            ..action.record.clone()
        }
    }

    fn sifa(&self, sifa: &Row<Sifa>) -> Sifa {
        Sifa {
            diplome: self.diplome(sifa.keys[1]),
            responsables: of_parent(&self.responsables, sifa.record.id.valeur().copied()),
            ..sifa.record.clone()
        }
    }

    fn diplome(&self, key: Option<i64>) -> Lecture<Arc<Diplome>> {
        at(&self.diplomes, key).cloned().map(Arc::new).into()
    }
}

/// The row that a key leads to.
fn at<T>(rows: &[T], key: Option<i64>) -> Option<&T> {
    rows.get(usize::try_from(key?).ok()?.checked_sub(1)?)
}

fn of_parent<T: Clone>(rows: &[Row<T>], parent: Option<i64>) -> Vec<T> {
    let of_it = rows.iter().filter(|row| parent.is_some() && row.keys[0] == parent);
    of_it.map(|row| row.record.clone()).collect()
}

/// A key to one of the rows `1..=most`, or to none.
fn key(most: usize) -> BoxedStrategy<Option<i64>> {
    let most = i64::try_from(most).unwrap();
    prop_oneof![30 => (1..=most).prop_map(Some), 1 => Just(None), 1 => Just(Some(most + 90))].boxed()
}

/// A key that is often NULL.
fn seldom(most: usize) -> BoxedStrategy<Option<i64>> {
    prop_oneof![2 => key(most), 1 => Just(None)].boxed()
}

/// Rows of which each gets its place as its id.
fn rows<T: std::fmt::Debug + 'static>(
    row: impl Strategy<Value = T> + 'static,
    count: impl Into<proptest::collection::SizeRange>,
    set_id: fn(&mut T, i64),
) -> BoxedStrategy<Vec<T>> {
    let numbered = move |mut rows: Vec<T>| {
        (1..).zip(&mut rows).for_each(|(id, row)| set_id(row, id));
        rows
    };
    vec(row, count).prop_map(numbered).boxed()
}

fn secteur() -> impl Strategy<Value = Secteur> {
    (code_postal(), degrees(), degrees()).prop_map(|(code_postal, latitude, longitude)| Secteur {
        code_postal: code_postal.into(),
        latitude: latitude.into(),
        longitude: longitude.into(),
        ..Secteur::default()
    })
}

fn diplome() -> impl Strategy<Value = Diplome> {
    (libelle(), libelle(), values::cfd(), values::rncp()).prop_map(|(libelle, libelle_court, code, rncp)| Diplome {
        libelle: libelle.into(),
        libelle_court: libelle_court.into(),
        code: code.into(),
        rncp: rncp.into(),
        ..Diplome::default()
    })
}

fn action() -> impl Strategy<Value = Row<Action>> {
    (start(), values::end(), key(SHARED), seldom(SHARED)).prop_map(|(date_debut, date_fin, diplome, centre)| Row {
        record: Action {
            date_debut: date_debut.into(),
            date_fin: date_fin.into(),
            ..Action::default()
        },
        keys: vec![diplome, centre],
    })
}

fn stagiaire() -> impl Strategy<Value = Stagiaire> {
    let who = (name(), name(), birth(), email(), telephone());
    let rest = (any::<bool>(), sex(), address(), code_postal(), any::<Option<bool>>());
    (who, rest).prop_map(|((nom, prenom, date_naissance, email, telephone), rest)| {
        let (ne_pas_solliciter, sexe, adresse, code_postal, rqth) = rest;
        Stagiaire {
            nom: nom.into(),
            prenom: prenom.into(),
            date_naissance: date_naissance.into(),
            email: email.into(),
            telephone: telephone.into(),
            ne_pas_solliciter: Lecture::Lue(ne_pas_solliciter),
            sexe: sexe.into(),
            adresse: adresse.into(),
            code_postal: code_postal.into(),
            rqth: rqth.into(),
            ..Stagiaire::default()
        }
    })
}

fn interlocuteur() -> impl Strategy<Value = Row<Interlocuteur>> {
    (rang(), profil(), email(), key(SHARED)).prop_map(|(rang, profil, email, stagiaire)| Row {
        record: Interlocuteur {
            id: None,
            rang: rang.into(),
            profil: profil.into(),
            email: email.into(),
        },
        keys: vec![stagiaire],
    })
}

fn responsable() -> impl Strategy<Value = Row<Responsable>> {
    (rang(), email(), key(SHARED)).prop_map(|(rang, email, sifa)| Row {
        record: Responsable {
            id: None,
            rang: rang.into(),
            email: email.into(),
        },
        keys: vec![sifa],
    })
}

fn convention(inscriptions: usize) -> impl Strategy<Value = Row<Convention>> {
    let dates = (start(), values::end(), of(day()));
    (dates, motif(), siret(), key(inscriptions)).prop_map(|(dates, cause_rupture, siret_employeur, inscription)| Row {
        record: Convention {
            id: None,
            date_debut: dates.0.into(),
            date_fin: dates.1.into(),
            date_rupture: dates.2.into(),
            cause_rupture: cause_rupture.into(),
            siret_employeur: siret_employeur.into(),
        },
        keys: vec![inscription],
    })
}

fn sifa(inscriptions: usize) -> impl Strategy<Value = Row<Sifa>> {
    let texts = (ine(), prop_oneof![2 => Just(None), 1 => code_uai()], organisme());
    let rest = (start(), weighted(0.2, day()), any::<bool>(), situation());
    (texts, rest, key(inscriptions), seldom(SHARED)).prop_map(|(texts, rest, inscription, diplome)| Row {
        record: Sifa {
            ine: texts.0.into(),
            uai_etablissement: texts.1.into(),
            dernier_organisme_uai: texts.2.into(),
            date_entree_cfa: rest.0.into(),
            date_rupture_contrat: rest.1.into(),
            sans_contrat_initial: Lecture::Lue(rest.2),
            derniere_situation: rest.3.into(),
            ..Sifa::default()
        },
        keys: vec![inscription, diplome],
    })
}

fn inscription() -> impl Strategy<Value = Row<Inscription>> {
    let dates = (weighted(0.5, day()), start(), weighted(0.5, day()));
    let exit = (values::end(), weighted(0.3, day()), weighted(0.4, motif()));
    let keys = (key(SHARED), key(SHARED), 1..=i64::try_from(SHARED).unwrap());
    (dates, exit, keys).prop_map(|(dates, exit, keys)| Row {
        record: Inscription {
            date_inscription: dates.0.into(),
            date_entree: dates.1.into(),
            date_entree_groupe: dates.2.into(),
            sortie_prevue: exit.0.into(),
            sortie_reelle: exit.1.into(),
            motif_sortie: exit.2.flatten().into(),
            ..Inscription::default()
        },
        keys: vec![keys.0, keys.1, Some(keys.2)],
    })
}

/// A line for a secteur, or one that fits another way or not at all, or none.
fn ligne_uai(id: i64) -> BoxedStrategy<Option<LigneUai>> {
    let secteur = 1 + id % 3;
    let (own, of_the_site) = (
        (code_uai(), title(), siret()),
        (half(code_uai()), half(siret()), type_cfa()),
    );
    let place = prop_oneof![2 => Just((Some(societe_of(secteur)), Some(secteur))), 1 => (of(0..3_i64), of(0..4_i64))];
    let line = (own, of_the_site, place).prop_map(move |(own, of_the_site, place)| LigneUai {
        id,
        uai: own.0,
        nom: own.1,
        siret: own.2,
        organisme_gestionnaire: None,
        type_cfa: of_the_site.2,
        societe_id: place.0,
        secteur_id: place.1,
        uai_formateur: of_the_site.0,
        siret_formateur: of_the_site.1,
    });
    weighted(if id <= 3 { 0.95 } else { 0.3 }, line).boxed()
}

/// NULL in half of the rows.
fn half(text: values::Text) -> values::Text {
    weighted(0.5, text).prop_map(Option::flatten).boxed()
}

/// A whole ERP, and the UAI list.
pub fn world() -> BoxedStrategy<World> {
    (1..6_usize)
        .prop_flat_map(|inscriptions| {
            let shared = (
                rows(secteur(), SHARED, |row, id| {
                    (row.id, row.societe_id) = (id, societe_of(id));
                }),
                rows(diplome(), SHARED, |row, id| row.id = id),
                vec(seldom(SHARED), SHARED),
                rows(action(), SHARED, |row, id| row.record.id = id),
            );
            let people = (
                rows(stagiaire(), SHARED, |row, id| row.id = id),
                rows(interlocuteur(), 0..7, |row, id| row.record.id = Some(id)),
            );
            let trainings = (
                rows(inscription(), inscriptions, |row, id| row.record.id = id),
                rows(convention(inscriptions), 0..12, |row, id| row.record.id = Some(id)),
                rows(sifa(inscriptions), 0..5, |row, id| row.record.id = Lecture::Lue(id)),
                rows(responsable(), 0..7, |row, id| row.record.id = Some(id)),
            );
            (shared, people, trainings, (1..7).map(ligne_uai).collect::<Vec<_>>())
        })
        .prop_map(|(shared, people, trainings, lignes_uai)| {
            let (secteurs, diplomes, centres_interet, actions) = shared;
            let (stagiaires, interlocuteurs) = people;
            let (inscriptions, conventions, mut sifas, responsables) = trainings;
            let mut seen = Vec::new();
            sifas.retain(|row| {
                let first = !seen.contains(&row.keys[0]);
                seen.push(row.keys[0]);
                first
            });
            World {
                secteurs,
                diplomes,
                centres_interet,
                actions,
                stagiaires,
                interlocuteurs,
                inscriptions,
                conventions,
                sifas,
                responsables,
                lignes_uai: lignes_uai.into_iter().flatten().collect(),
            }
        })
        .boxed()
}
