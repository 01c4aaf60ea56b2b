//! The rules against the worked example in `tests/golden`: counts, dossiers field by field in order, reasons in order.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use odbc_api::buffers::TextRowSet;
use odbc_api::{Connection, ConnectionOptions, Cursor, Environment, ResultSetMetadata};
use passerelle::dossier::records::{
    Action, Convention, Diplome, Inscription, Interlocuteur, LigneUai, Responsable, Secteur, Sifa, Stagiaire,
};
use passerelle::dossier::{Contexte, Dossier, ListeUai, Protocole, retenir_une_inscription};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

type Ligne = HashMap<String, String>;

#[derive(serde::Deserialize)]
struct Apercu {
    run_date: NaiveDate,
    resume: Resume,
    envoyes: Vec<Envoye>,
    non_envoyes: Vec<NonEnvoye>,
}

#[derive(serde::Deserialize, Debug, PartialEq)]
struct Resume {
    lus: usize,
    envoyes: usize,
    non_envoyes: usize,
}

#[derive(serde::Deserialize, Debug, PartialEq)]
struct Envoye {
    inscription_id: i64,
    dossier: Paires,
}

#[derive(serde::Deserialize, Debug, PartialEq)]
struct NonEnvoye {
    inscription_id: i64,
    id_erp_apprenant: Option<String>,
    motifs: Vec<String>,
}

/// A JSON object with its keys in order.
#[derive(Debug, PartialEq)]
struct Paires(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Paires {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Objet;
        impl<'de> Visitor<'de> for Objet {
            type Value = Paires;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut objet: A) -> Result<Paires, A::Error> {
                let mut paires = Vec::new();
                while let Some(paire) = objet.next_entry()? {
                    paires.push(paire);
                }
                Ok(Paires(paires))
            }
        }
        source.deserialize_map(Objet)
    }
}

#[test]
fn v3() {
    compare(Protocole::V3);
}

#[test]
fn statut_candidats() {
    compare(Protocole::StatutCandidats);
}

fn compare(protocole: Protocole) {
    let attendu: Apercu = serde_json::from_str(&lire(&format!("{protocole}.json"))).unwrap();
    let obtenu = apercu(protocole, attendu.run_date);
    for (obtenu, attendu) in obtenu.envoyes.iter().zip(&attendu.envoyes) {
        assert_eq!(obtenu, attendu);
    }
    for (obtenu, attendu) in obtenu.non_envoyes.iter().zip(&attendu.non_envoyes) {
        assert_eq!(obtenu, attendu);
    }
    assert_eq!(obtenu.resume, attendu.resume);
}

fn apercu(protocole: Protocole, run_date: NaiveDate) -> Apercu {
    let reglages: Value = serde_json::from_str(&lire("settings.json")).unwrap();
    let lignes: Vec<LigneUai> = serde_json::from_value(reglages["uai"].clone()).unwrap();
    let liste = ListeUai::new(lignes);
    let contexte = Contexte {
        run_date,
        lignes_uai: &liste,
    };
    let nommes: Vec<_> = reglages["secteurs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["secteur_id"].as_i64())
        .collect();

    let mut par_stagiaire: BTreeMap<Option<i64>, Vec<Dossier>> = BTreeMap::new();
    for inscription in inscriptions() {
        if nommes.contains(&Some(inscription.secteur.id)) && contexte.dans_le_perimetre(&inscription) {
            let dossier = contexte.dossier(&inscription, protocole, false);
            par_stagiaire.entry(dossier.stagiaire_id).or_default().push(dossier);
        }
    }
    let (mut envoyes, mut non_envoyes) = (Vec::new(), Vec::new());
    for mut dossiers in par_stagiaire.into_values() {
        retenir_une_inscription(&mut dossiers);
        dossiers.sort_by_key(|d| d.inscription_id);
        for dossier in dossiers {
            let inscription_id = dossier.inscription_id;
            if dossier.envoyable() {
                let corps = serde_json::to_string(&dossier.corps()).unwrap();
                envoyes.push(Envoye {
                    inscription_id,
                    dossier: serde_json::from_str(&corps).unwrap(),
                });
            } else {
                let motifs = dossier.motifs.iter().map(|m| m.code.code().to_owned()).collect();
                let id_erp_apprenant = dossier.stagiaire_id.map(|id| id.to_string());
                non_envoyes.push(NonEnvoye {
                    inscription_id,
                    id_erp_apprenant,
                    motifs,
                });
            }
        }
    }
    let resume = Resume {
        lus: envoyes.len() + non_envoyes.len(),
        envoyes: envoyes.len(),
        non_envoyes: non_envoyes.len(),
    };
    Apercu {
        run_date,
        resume,
        envoyes,
        non_envoyes,
    }
}

fn chemin(fichier: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/golden")
        .join(fichier)
}

fn lire(fichier: &str) -> String {
    std::fs::read_to_string(chemin(fichier)).unwrap()
}

fn inscriptions() -> Vec<Inscription> {
    let env = Environment::new().unwrap();
    let dsn = format!("Driver=SQLite3;Database={};StepAPI=1", chemin("erp.db").display());
    let base = env
        .connect_with_connection_string(&dsn, ConnectionOptions::default())
        .unwrap();
    let diplomes: HashMap<i64, Arc<Diplome>> = table(&base, "diplome").iter().map(diplome).collect();
    let interets: HashMap<i64, Option<i64>> = table(&base, "centre_interet")
        .iter()
        .map(|l| (id(l), entier(l, "diplome_id")))
        .collect();
    let secteurs: HashMap<i64, Arc<Secteur>> = table(&base, "secteur").iter().map(secteur).collect();
    let trouve = |id: Option<i64>| id.and_then(|id| diplomes.get(&id).cloned());
    let actions: HashMap<i64, Action> = table(&base, "action_formation")
        .iter()
        .map(|l| {
            let interet = entier(l, "centre_interet_id").and_then(|id| interets.get(&id).copied().flatten());
            let action = Action {
                id: id(l),
                date_debut: date(l, "date_debut"),
                date_fin: date(l, "date_fin"),
                diplome: trouve(entier(l, "diplome_id")),
                centre_interet_diplome: trouve(interet),
            };
            (action.id, action)
        })
        .collect();
    let stagiaires: HashMap<i64, Stagiaire> = table(&base, "stagiaire").iter().map(stagiaire).collect();
    let mut responsables = groupes(&base, "sifa_responsable", "sifa_id", |l| Responsable {
        id: id(l),
        rang: entier(l, "rang"),
        email: texte(l, "email"),
    });
    let mut sifas: HashMap<i64, Sifa> = table(&base, "sifa")
        .iter()
        .filter_map(|l| {
            let sifa = Sifa {
                id: id(l),
                ine: texte(l, "ine"),
                diplome: trouve(entier(l, "diplome_id")),
                uai_etablissement: texte(l, "uai_etablissement"),
                date_entree_cfa: date(l, "date_entree_cfa"),
                date_rupture_contrat: date(l, "date_rupture_contrat"),
                sans_contrat_initial: entier(l, "sans_contrat_initial").unwrap_or(0) != 0,
                derniere_situation: entier(l, "derniere_situation"),
                dernier_organisme_uai: texte(l, "dernier_organisme_uai"),
                responsables: responsables.remove(&id(l)).unwrap_or_default(),
            };
            Some((entier(l, "inscription_id")?, sifa))
        })
        .collect();
    let mut conventions = groupes(&base, "convention", "inscription_id", |l| Convention {
        id: id(l),
        date_debut: date(l, "date_debut"),
        date_fin: date(l, "date_fin"),
        date_rupture: date(l, "date_rupture"),
        cause_rupture: texte(l, "cause_rupture"),
        siret_employeur: texte(l, "siret_employeur"),
    });
    let interlocuteurs = groupes(&base, "interlocuteur", "stagiaire_id", |l| Interlocuteur {
        id: id(l),
        rang: entier(l, "rang"),
        profil: texte(l, "profil"),
        email: texte(l, "email"),
    });
    let en_apprentissage = |l: &&Ligne| entier(l, "apprentissage").unwrap_or(0) != 0;
    table(&base, "inscription")
        .iter()
        .filter(en_apprentissage)
        .filter_map(|l| {
            let stagiaire_id = entier(l, "stagiaire_id").unwrap_or_default();
            Some(Inscription {
                id: id(l),
                date_inscription: date(l, "date_inscription"),
                date_entree: date(l, "date_entree"),
                date_entree_groupe: date(l, "date_entree_groupe"),
                sortie_prevue: date(l, "sortie_prevue"),
                sortie_reelle: date(l, "sortie_reelle"),
                motif_sortie: texte(l, "motif_sortie"),
                stagiaire: stagiaires.get(&stagiaire_id).cloned(),
                action: entier(l, "action_id").and_then(|id| actions.get(&id).cloned()),
                secteur: secteurs.get(&entier(l, "secteur_id")?)?.clone(),
                sifa: sifas.remove(&id(l)),
                conventions: conventions.remove(&id(l)).unwrap_or_default(),
                interlocuteurs: interlocuteurs.get(&stagiaire_id).cloned().unwrap_or_default(),
                illisibles: Vec::new(),
            })
        })
        .collect()
}

fn secteur(l: &Ligne) -> (i64, Arc<Secteur>) {
    let secteur = Secteur {
        id: id(l),
        societe_id: entier(l, "societe_id").unwrap(),
        nom: texte(l, "nom"),
        code_postal: texte(l, "code_postal"),
        latitude: l.get("latitude").map(|v| v.parse().unwrap()),
        longitude: l.get("longitude").map(|v| v.parse().unwrap()),
    };
    (secteur.id, Arc::new(secteur))
}

fn diplome(l: &Ligne) -> (i64, Arc<Diplome>) {
    let diplome = Diplome {
        id: id(l),
        libelle: texte(l, "libelle"),
        libelle_court: texte(l, "libelle_court"),
        code: texte(l, "code"),
        rncp: texte(l, "rncp"),
    };
    (diplome.id, Arc::new(diplome))
}

fn stagiaire(l: &Ligne) -> (i64, Stagiaire) {
    let stagiaire = Stagiaire {
        id: id(l),
        nom: texte(l, "nom"),
        prenom: texte(l, "prenom"),
        date_naissance: date(l, "date_naissance"),
        email: texte(l, "email"),
        telephone: texte(l, "telephone"),
        ne_pas_solliciter: entier(l, "ne_pas_solliciter").unwrap_or(0) != 0,
        sexe: texte(l, "sexe"),
        adresse: texte(l, "adresse"),
        code_postal: texte(l, "code_postal"),
        rqth: entier(l, "rqth").map(|v| v != 0),
    };
    (stagiaire.id, stagiaire)
}

fn groupes<T>(base: &Connection<'_>, nom: &str, cle: &str, lire: impl Fn(&Ligne) -> T) -> HashMap<i64, Vec<T>> {
    let mut groupes: HashMap<i64, Vec<T>> = HashMap::new();
    for ligne in table(base, nom) {
        if let Some(cle) = entier(&ligne, cle) {
            groupes.entry(cle).or_default().push(lire(&ligne));
        }
    }
    groupes
}

/// A whole table as text; NULLs have no entry.
fn table(base: &Connection<'_>, nom: &str) -> Vec<Ligne> {
    let mut curseur = base
        .execute(&format!("SELECT * FROM {nom}"), (), None)
        .unwrap()
        .unwrap();
    let noms: Vec<String> = curseur.column_names().unwrap().collect::<Result<_, _>>().unwrap();
    let tampon = TextRowSet::for_cursor(100, &mut curseur, Some(1024)).unwrap();
    let mut lots = curseur.bind_buffer(tampon).unwrap();
    let mut lignes = Vec::new();
    while let Some(lot) = lots.fetch().unwrap() {
        for rang in 0..lot.num_rows() {
            let valeurs = noms.iter().enumerate().filter_map(|(colonne, nom)| {
                let valeur = lot.at_as_str(colonne, rang).unwrap()?;
                Some((nom.clone(), valeur.to_owned()))
            });
            lignes.push(valeurs.collect());
        }
    }
    lignes
}

fn id(ligne: &Ligne) -> i64 {
    entier(ligne, "id").unwrap()
}

fn texte(ligne: &Ligne, colonne: &str) -> Option<String> {
    ligne.get(colonne).cloned()
}

fn entier(ligne: &Ligne, colonne: &str) -> Option<i64> {
    ligne.get(colonne).map(|v| v.parse().unwrap())
}

fn date(ligne: &Ligne, colonne: &str) -> Option<NaiveDate> {
    ligne.get(colonne).map(|v| v.parse().unwrap())
}
