//! Fills the records of the rules from rows.

use std::sync::Arc;

use super::fields::Fields;
use super::merge::{Key, Keyed};
use super::references::References;
use super::schema::{ACTION, CONVENTION, INSCRIPTION, INTERLOCUTEUR, SIFA, SIFA_RESPONSABLE, STAGIAIRE};
use crate::database::Row;
use crate::dossier::records::{Action, Convention, Inscription, Interlocuteur, Lecture, Responsable, Sifa, Stagiaire};

/// Where each entity starts in a row of inscriptions.
pub(super) struct Layout {
    stagiaire: usize,
    action: usize,
    sifa: usize,
}

impl Layout {
    pub(super) fn new() -> Layout {
        let stagiaire = INSCRIPTION.read().count();
        let action = stagiaire + STAGIAIRE.read().count();
        Layout {
            stagiaire,
            action,
            sifa: action + ACTION.read().count(),
        }
    }

    /// The inscription, and where it stands among the others; none: the row is no inscription to read.
    pub(super) fn read(&self, row: Row<'_>, references: &References) -> Option<(Place, Inscription)> {
        let mut fields = Fields::new(row, 0, &INSCRIPTION);
        // One whose key cannot be read is none: it is counted elsewhere.
        let id = *fields.id().valeur()?;
        let stagiaire_id = fields.integer("stagiaire_id");
        let action_id = fields.integer("action_id");
        let secteur_id = fields.integer("secteur_id");
        if fields.boolean("apprentissage") == Lecture::Lue(false) {
            return None;
        }
        let Some(secteur) = secteur_id.valeur().and_then(|id| references.secteurs.get(id)) else {
            tracing::warn!(
                inscription = id,
                "an inscription's sector changed while it was being read"
            );
            return None;
        };
        let stagiaire = Fields::new(row, self.stagiaire, &STAGIAIRE);
        let place = match stagiaire.id() {
            Lecture::Absente => Place::At((None, id)),
            Lecture::Lue(stagiaire) => Place::At((Some(*stagiaire), id)),
            Lecture::Illisible(_) => Place::Nowhere,
        };
        let inscription = Inscription {
            id,
            date_inscription: fields.date("date_inscription"),
            date_entree: fields.date("date_entree"),
            date_entree_groupe: fields.date("date_entree_groupe"),
            sortie_prevue: fields.date("sortie_prevue"),
            sortie_reelle: fields.date("sortie_reelle"),
            motif_sortie: fields.text("motif_sortie"),
            secteur: Arc::clone(secteur),
            stagiaire: led_to(stagiaire_id, stagiaire, read_stagiaire),
            action: led_to(action_id, Fields::new(row, self.action, &ACTION), |id, fields| {
                read_action(id, fields, references)
            }),
            sifa: read_sifa(Fields::new(row, self.sifa, &SIFA), references),
            conventions: Vec::new(),
            interlocuteurs: Vec::new(),
        };
        Some((place, inscription))
    }
}

/// Where an inscription stands among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the order of everything.
    At(Key),
    /// The key of its stagiaire cannot be read: nothing that hangs on it can be found.
    Nowhere,
}

/// The row that a foreign key was joined with.
fn led_to<T>(key: Lecture<i64>, mut fields: Fields<'_>, read: impl FnOnce(i64, &mut Fields<'_>) -> T) -> Lecture<T> {
    // A key that cannot be read may be that of any row, whatever it was joined with.
    if let Lecture::Illisible(valeur) = key {
        return Lecture::Illisible(valeur);
    }
    let id = fields.id().clone();
    id.and_then(|id| Lecture::Lue(read(id, &mut fields)))
}

fn read_stagiaire(id: i64, fields: &mut Fields<'_>) -> Stagiaire {
    Stagiaire {
        id,
        nom: fields.text("nom"),
        prenom: fields.text("prenom"),
        date_naissance: fields.date("date_naissance"),
        email: fields.text("email"),
        telephone: fields.text("telephone"),
        ne_pas_solliciter: fields.boolean("ne_pas_solliciter"),
        sexe: fields.text("sexe"),
        adresse: fields.text("adresse"),
        code_postal: fields.text("code_postal"),
        rqth: fields.boolean("rqth"),
    }
}

fn read_action(id: i64, fields: &mut Fields<'_>, references: &References) -> Action {
    Action {
        id,
        date_debut: fields.date("date_debut"),
        date_fin: fields.date("date_fin"),
        diplome: references.diplome(fields.integer("diplome_id")),
        centre_interet_diplome: references.diplome_du_centre(fields.integer("centre_interet_id")),
    }
}

/// The SIFA row that was joined, which has what it was joined by, whatever its own key is.
fn read_sifa(mut fields: Fields<'_>, references: &References) -> Option<Sifa> {
    if fields.integer("inscription_id").est_absente() {
        return None;
    }
    Some(Sifa {
        id: fields.id().clone(),
        ine: fields.text("ine"),
        diplome: references.diplome(fields.integer("diplome_id")),
        uai_etablissement: fields.text("uai_etablissement"),
        date_entree_cfa: fields.date("date_entree_cfa"),
        date_rupture_contrat: fields.date("date_rupture_contrat"),
        sans_contrat_initial: fields.boolean("sans_contrat_initial"),
        derniere_situation: fields.integer("derniere_situation"),
        dernier_organisme_uai: fields.text("dernier_organisme_uai"),
        responsables: Vec::new(),
    })
}

/// A responsable, and the SIFA row that it hangs on.
pub(super) struct OfSifa {
    pub sifa_id: Option<i64>,
    pub responsable: Responsable,
}

/// The first two columns of what hangs on an inscription.
fn key(row: Row<'_>) -> Option<Key> {
    let inscription = row.integer(1).ok().flatten()?;
    Some((row.integer(0).ok()?, inscription))
}

pub(super) fn read_convention(row: Row<'_>) -> Option<Keyed<Convention>> {
    let key = key(row)?;
    let mut fields = Fields::new(row, 2, &CONVENTION);
    fields.skip();
    let convention = Convention {
        id: fields.id().valeur().copied(),
        date_debut: fields.date("date_debut"),
        date_fin: fields.date("date_fin"),
        date_rupture: fields.date("date_rupture"),
        cause_rupture: fields.text("cause_rupture"),
        siret_employeur: fields.text("siret_employeur"),
    };
    Some((key, convention))
}

pub(super) fn read_responsable(row: Row<'_>) -> Option<Keyed<OfSifa>> {
    let key = key(row)?;
    let mut fields = Fields::new(row, 2, &SIFA_RESPONSABLE);
    let sifa_id = fields.integer("sifa_id").valeur().copied();
    let responsable = Responsable {
        id: fields.id().valeur().copied(),
        rang: fields.integer("rang"),
        email: fields.text("email"),
    };
    Some((key, OfSifa { sifa_id, responsable }))
}

pub(super) fn read_interlocuteur(row: Row<'_>) -> Option<Keyed<Interlocuteur>> {
    let mut fields = Fields::new(row, 0, &INTERLOCUTEUR);
    let stagiaire = *fields.integer("stagiaire_id").valeur()?;
    let interlocuteur = Interlocuteur {
        id: fields.id().valeur().copied(),
        rang: fields.integer("rang"),
        profil: fields.text("profil"),
        email: fields.text("email"),
    };
    Some(((Some(stagiaire), 0), interlocuteur))
}
