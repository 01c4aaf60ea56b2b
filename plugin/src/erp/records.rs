//! Fills the records of the rules from rows.

use std::sync::Arc;

use super::fields::{Fields, Id};
use super::merge::{Child, Key, Keyed};
use super::references::References;
use super::schema::{
    ACTION, CENTRE_INTERET, CONVENTION, DIPLOME, INSCRIPTION, INTERLOCUTEUR, SECTEUR, SIFA, SIFA_RESPONSABLE, STAGIAIRE,
};
use crate::database::Row;
use crate::dossier::records::{
    Action, Attendu, Convention, Inscription, Interlocuteur, Responsable, Sifa, Stagiaire, ValeurIllisible,
};

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

    /// The key, unless a part of it cannot be read, and the inscription, unless it is not in apprenticeship.
    pub(super) fn read(&self, row: Row<'_>, references: &References) -> (Option<Key>, Option<Inscription>) {
        let mut illisibles = Vec::new();
        let id = Id::read(row, 0);
        let mut fields = Fields::new(row, 0, &INSCRIPTION, &mut illisibles);
        if id.value().is_none() {
            fields.note("id", Attendu::Entier);
        }
        // The joins say what these two lead to; here they are only checked.
        fields.integer("stagiaire_id");
        fields.integer("action_id");
        let secteur_id = fields.integer("secteur_id");
        if fields.boolean("apprentissage") == Some(false) {
            return (None, None);
        }
        let Some(secteur) = secteur_id.and_then(|id| references.secteurs.get(&id)) else {
            tracing::warn!(
                inscription = fields.id(),
                "an inscription's sector changed while it was being read"
            );
            return (None, None);
        };
        let mut inscription = Inscription {
            id: fields.id(),
            date_inscription: fields.date("date_inscription"),
            date_entree: fields.date("date_entree"),
            date_entree_groupe: fields.date("date_entree_groupe"),
            sortie_prevue: fields.date("sortie_prevue"),
            sortie_reelle: fields.date("sortie_reelle"),
            motif_sortie: fields.text("motif_sortie"),
            secteur: Arc::clone(secteur),
            ..Inscription::default()
        };
        illisibles.extend_from_slice(references.illisibles(&SECTEUR, secteur.id));
        let stagiaire_id = Id::read(row, self.stagiaire);
        inscription.stagiaire = read_stagiaire(row, self.stagiaire, stagiaire_id, &mut illisibles);
        inscription.action = read_action(row, self.action, references, &mut illisibles);
        inscription.sifa = read_sifa(row, self.sifa, references, &mut illisibles);
        inscription.illisibles = illisibles;
        let key = match (stagiaire_id, id) {
            (Id::Illisible, _) | (_, Id::Illisible | Id::Absent) => None,
            (stagiaire, Id::Is(id)) => Some((stagiaire.value(), id)),
        };
        (key, Some(inscription))
    }
}

fn read_stagiaire(row: Row<'_>, at: usize, id: Id, illisibles: &mut Vec<ValeurIllisible>) -> Option<Stagiaire> {
    let mut fields = Fields::new(row, at, &STAGIAIRE, illisibles);
    match id {
        Id::Absent => return None,
        Id::Illisible => {
            fields.note("id", Attendu::Entier);
            return None;
        }
        Id::Is(_) => {}
    }
    Some(Stagiaire {
        id: fields.id(),
        nom: fields.text("nom"),
        prenom: fields.text("prenom"),
        date_naissance: fields.date("date_naissance"),
        email: fields.text("email"),
        telephone: fields.text("telephone"),
        ne_pas_solliciter: fields.boolean("ne_pas_solliciter").unwrap_or(false),
        sexe: fields.text("sexe"),
        adresse: fields.text("adresse"),
        code_postal: fields.text("code_postal"),
        rqth: fields.boolean("rqth"),
    })
}

fn read_action(
    row: Row<'_>,
    at: usize,
    references: &References,
    illisibles: &mut Vec<ValeurIllisible>,
) -> Option<Action> {
    let id = Id::read(row, at);
    if id == Id::Absent {
        return None;
    }
    let mut fields = Fields::new(row, at, &ACTION, illisibles);
    if id == Id::Illisible {
        fields.note("id", Attendu::Entier);
    }
    let mut action = Action {
        id: fields.id(),
        date_debut: fields.date("date_debut"),
        date_fin: fields.date("date_fin"),
        ..Action::default()
    };
    let diplome = fields.integer("diplome_id");
    let centre = fields.integer("centre_interet_id");
    action.diplome = diplome.and_then(|id| references.diplomes.get(&id)).cloned();
    action.centre_interet_diplome = centre.and_then(|id| references.centres_interet.get(&id)).cloned();
    if let Some(centre) = centre {
        illisibles.extend_from_slice(references.illisibles(&CENTRE_INTERET, centre));
    }
    for diplome in [&action.diplome, &action.centre_interet_diplome].into_iter().flatten() {
        illisibles.extend_from_slice(references.illisibles(&DIPLOME, diplome.id));
    }
    Some(action)
}

fn read_sifa(row: Row<'_>, at: usize, references: &References, illisibles: &mut Vec<ValeurIllisible>) -> Option<Sifa> {
    let id = Id::read(row, at);
    if id == Id::Absent {
        return None;
    }
    let mut fields = Fields::new(row, at, &SIFA, illisibles);
    if id == Id::Illisible {
        fields.note("id", Attendu::Entier);
    }
    let sifa_id = fields.id();
    fields.skip();
    let ine = fields.text("ine");
    let diplome = fields
        .integer("diplome_id")
        .and_then(|id| references.diplomes.get(&id))
        .cloned();
    let sifa = Sifa {
        id: sifa_id,
        ine,
        uai_etablissement: fields.text("uai_etablissement"),
        date_entree_cfa: fields.date("date_entree_cfa"),
        date_rupture_contrat: fields.date("date_rupture_contrat"),
        sans_contrat_initial: fields.boolean("sans_contrat_initial").unwrap_or(false),
        derniere_situation: fields.integer("derniere_situation"),
        dernier_organisme_uai: fields.text("dernier_organisme_uai"),
        diplome,
        responsables: Vec::new(),
    };
    if let Some(diplome) = &sifa.diplome {
        illisibles.extend_from_slice(references.illisibles(&DIPLOME, diplome.id));
    }
    Some(sifa)
}

/// A responsable, and the SIFA row that it hangs on.
pub(super) struct OfSifa {
    pub sifa_id: Option<i64>,
    pub responsable: Responsable,
}

/// The first two columns of what hangs on an inscription.
fn key(row: Row<'_>) -> Option<Key> {
    match (Id::read(row, 0), Id::read(row, 1)) {
        (Id::Illisible, _) => None,
        (stagiaire, inscription) => Some((stagiaire.value(), inscription.value()?)),
    }
}

pub(super) fn read_convention(row: Row<'_>) -> Option<Keyed<Convention>> {
    let key = key(row)?;
    let mut illisibles = Vec::new();
    let mut fields = Fields::new(row, 2, &CONVENTION, &mut illisibles);
    let id = fields.id();
    fields.skip();
    let record = Convention {
        id,
        date_debut: fields.date("date_debut"),
        date_fin: fields.date("date_fin"),
        date_rupture: fields.date("date_rupture"),
        cause_rupture: fields.text("cause_rupture"),
        siret_employeur: fields.text("siret_employeur"),
    };
    Some((key, Child { record, illisibles }))
}

pub(super) fn read_responsable(row: Row<'_>) -> Option<Keyed<OfSifa>> {
    let key = key(row)?;
    let mut illisibles = Vec::new();
    let mut fields = Fields::new(row, 2, &SIFA_RESPONSABLE, &mut illisibles);
    let id = fields.id();
    let sifa_id = fields.integer("sifa_id");
    let responsable = Responsable {
        id,
        rang: fields.integer("rang"),
        email: fields.text("email"),
    };
    Some((
        key,
        Child {
            record: OfSifa { sifa_id, responsable },
            illisibles,
        },
    ))
}

pub(super) fn read_interlocuteur(row: Row<'_>) -> Option<Keyed<Interlocuteur>> {
    let stagiaire = Id::read(row, 1).value()?;
    let mut illisibles = Vec::new();
    let mut fields = Fields::new(row, 0, &INTERLOCUTEUR, &mut illisibles);
    let id = fields.id();
    fields.skip();
    let record = Interlocuteur {
        id,
        rang: fields.integer("rang"),
        profil: fields.text("profil"),
        email: fields.text("email"),
    };
    Some(((Some(stagiaire), 0), Child { record, illisibles }))
}
