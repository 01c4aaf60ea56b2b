//! What the rules read: ERP records, already joined, and the lines of the UAI list.
//!
//! Text is as the database holds it; cleaning is a rule, and belongs to the rules.
//! A foreign key that is NULL or leads nowhere is a record that is absent.

use std::sync::Arc;

use chrono::NaiveDate;

pub use super::lecture::{Lecture, Manque, Trouvaille};

/// One inscription in apprenticeship, with everything its dossier can draw on.
#[derive(Debug, Clone, Default)]
pub struct Inscription {
    /// `inscription.id`.
    pub id: i64,
    /// `inscription.date_inscription`.
    pub date_inscription: Lecture<NaiveDate>,
    /// `inscription.date_entree`.
    pub date_entree: Lecture<NaiveDate>,
    /// `inscription.date_entree_groupe`.
    pub date_entree_groupe: Lecture<NaiveDate>,
    /// `inscription.sortie_prevue`.
    pub sortie_prevue: Lecture<NaiveDate>,
    /// `inscription.sortie_reelle`.
    pub sortie_reelle: Lecture<NaiveDate>,
    /// `inscription.motif_sortie`.
    pub motif_sortie: Lecture<String>,
    /// The trainee.
    pub stagiaire: Lecture<Stagiaire>,
    /// The training action.
    pub action: Lecture<Action>,
    /// The inscription's own sector, never the action's.
    pub secteur: Arc<Secteur>,
    /// The inscription's SIFA row.
    pub sifa: Option<Sifa>,
    /// The inscription's conventions, in any order.
    pub conventions: Vec<Convention>,
    /// The stagiaire's interlocuteurs, in any order.
    pub interlocuteurs: Vec<Interlocuteur>,
}

/// `stagiaire`.
#[derive(Debug, Clone, Default)]
pub struct Stagiaire {
    /// `stagiaire.id`.
    pub id: i64,
    /// `stagiaire.nom`.
    pub nom: Lecture<String>,
    /// `stagiaire.prenom`.
    pub prenom: Lecture<String>,
    /// `stagiaire.date_naissance`.
    pub date_naissance: Lecture<NaiveDate>,
    /// `stagiaire.email`.
    pub email: Lecture<String>,
    /// `stagiaire.telephone`.
    pub telephone: Lecture<String>,
    /// `stagiaire.ne_pas_solliciter`; NULL and 0 are false.
    pub ne_pas_solliciter: Lecture<bool>,
    /// `stagiaire.sexe`.
    pub sexe: Lecture<String>,
    /// `stagiaire.adresse`.
    pub adresse: Lecture<String>,
    /// `stagiaire.code_postal`.
    pub code_postal: Lecture<String>,
    /// `stagiaire.rqth`; NULL stays absent.
    pub rqth: Lecture<bool>,
}

/// `action_formation`.
#[derive(Debug, Clone, Default)]
pub struct Action {
    /// `action_formation.id`.
    pub id: i64,
    /// `action_formation.date_debut`.
    pub date_debut: Lecture<NaiveDate>,
    /// `action_formation.date_fin`.
    pub date_fin: Lecture<NaiveDate>,
    /// The diploma that the action names.
    pub diplome: Lecture<Arc<Diplome>>,
    /// The diploma of the action's *centre d'intérêt*.
    pub centre_interet_diplome: Lecture<Arc<Diplome>>,
}

/// `diplome`.
#[derive(Debug, Clone, Default)]
pub struct Diplome {
    /// `diplome.id`.
    pub id: i64,
    /// `diplome.libelle`.
    pub libelle: Lecture<String>,
    /// `diplome.libelle_court`.
    pub libelle_court: Lecture<String>,
    /// `diplome.code`, the CFD.
    pub code: Lecture<String>,
    /// `diplome.rncp`.
    pub rncp: Lecture<String>,
}

/// `secteur`.
#[derive(Debug, Clone, Default)]
pub struct Secteur {
    /// `secteur.id`.
    pub id: i64,
    /// `secteur.societe_id`.
    pub societe_id: i64,
    /// `secteur.nom`, which no rule reads.
    pub nom: Option<String>,
    /// `secteur.code_postal`.
    pub code_postal: Lecture<String>,
    /// `secteur.latitude`, decimal degrees.
    pub latitude: Lecture<f64>,
    /// `secteur.longitude`, decimal degrees.
    pub longitude: Lecture<f64>,
}

/// `sifa`.
#[derive(Debug, Clone, Default)]
pub struct Sifa {
    /// `sifa.id`, which its responsables name.
    pub id: Lecture<i64>,
    /// `sifa.ine`.
    pub ine: Lecture<String>,
    /// The diploma that the SIFA names.
    pub diplome: Lecture<Arc<Diplome>>,
    /// `sifa.uai_etablissement`.
    pub uai_etablissement: Lecture<String>,
    /// `sifa.date_entree_cfa`.
    pub date_entree_cfa: Lecture<NaiveDate>,
    /// `sifa.date_rupture_contrat`.
    pub date_rupture_contrat: Lecture<NaiveDate>,
    /// `sifa.sans_contrat_initial`; NULL and 0 are false.
    pub sans_contrat_initial: Lecture<bool>,
    /// `sifa.derniere_situation`.
    pub derniere_situation: Lecture<i64>,
    /// `sifa.dernier_organisme_uai`.
    pub dernier_organisme_uai: Lecture<String>,
    /// The SIFA row's responsables, in any order.
    pub responsables: Vec<Responsable>,
}

/// `convention`.
#[derive(Debug, Clone, Default)]
pub struct Convention {
    /// `convention.id`; none: the row has no key of its own.
    pub id: Option<i64>,
    /// `convention.date_debut`.
    pub date_debut: Lecture<NaiveDate>,
    /// `convention.date_fin`.
    pub date_fin: Lecture<NaiveDate>,
    /// `convention.date_rupture`.
    pub date_rupture: Lecture<NaiveDate>,
    /// `convention.cause_rupture`.
    pub cause_rupture: Lecture<String>,
    /// `convention.siret_employeur`.
    pub siret_employeur: Lecture<String>,
}

/// `interlocuteur`.
#[derive(Debug, Clone, Default)]
pub struct Interlocuteur {
    /// `interlocuteur.id`; none: the row has no key of its own.
    pub id: Option<i64>,
    /// `interlocuteur.rang`.
    pub rang: Lecture<i64>,
    /// `interlocuteur.profil`.
    pub profil: Lecture<String>,
    /// `interlocuteur.email`.
    pub email: Lecture<String>,
}

/// `sifa_responsable`.
#[derive(Debug, Clone, Default)]
pub struct Responsable {
    /// `sifa_responsable.id`; none: the row has no key of its own.
    pub id: Option<i64>,
    /// `sifa_responsable.rang`.
    pub rang: Lecture<i64>,
    /// `sifa_responsable.email`.
    pub email: Lecture<String>,
}

/// A value of the ERP that could not be read: which one, never what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValeurIllisible {
    /// The logical entity, e.g. `stagiaire`.
    pub entite: &'static str,
    /// The logical column, e.g. `date_naissance`.
    pub colonne: &'static str,
    /// `id` of the row concerned, if it has one.
    pub id: Option<i64>,
    /// What was expected.
    pub attendu: Attendu,
}

/// A row, as texts name it.
pub(super) fn numero(id: Option<i64>) -> String {
    id.map_or_else(|| "sans numéro".to_owned(), |id| format!("n° {id}"))
}

/// What an unreadable value should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attendu {
    /// A calendar date, `AAAA-MM-JJ`.
    Date,
    /// A whole number.
    Entier,
    /// A decimal number.
    Decimal,
    /// A boolean: 0 or 1.
    Booleen,
    /// Unicode text.
    Texte,
}

/// A line of *Numéros UAI (CFA)*, as entered or imported.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct LigneUai {
    /// Number of the line.
    pub id: i64,
    /// UAI of the CFA.
    pub uai: Option<String>,
    /// Name of the CFA.
    pub nom: Option<String>,
    /// SIRET of the CFA.
    pub siret: Option<String>,
    /// *Organisme gestionnaire*.
    pub organisme_gestionnaire: Option<String>,
    /// SIFA type of CFA, `01` to `10`.
    pub type_cfa: Option<String>,
    /// The société that the line is for.
    pub societe_id: Option<i64>,
    /// The sector that the line is for; none: the whole société.
    pub secteur_id: Option<i64>,
    /// UAI of the *établissement formateur*, when it differs: with its SIRET, or not at all.
    pub uai_formateur: Option<String>,
    /// SIRET of the *établissement formateur*, when it differs.
    pub siret_formateur: Option<String>,
}
