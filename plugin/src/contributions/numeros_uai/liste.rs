//! The list *Numéros UAI (CFA)*.

use serde_json::Value;

use super::{ADD, CLOSE, DELETE, EDIT, ID, Places, REFRESH, TITLE, VERIFY, VERIFY_ALL};
use crate::contributions::verification_etablissement;
use crate::dossier::records::LigneUai;
use crate::dossier::{TYPES_CFA, defauts_de_ligne, siret_lisible};
use crate::form::{Button, Content, Description, Field, Group, ListColumn, Row};
use crate::store::Line;

/// Malformed lines told at once; the rest is counted.
const SHOWN: usize = 5;

/// In the order and with the names of the user guide.
const COLUMNS: [ListColumn; 9] = [
    ListColumn::text("uai", "Numéro UAI du CFA"),
    ListColumn::text("nom", "Nom du CFA"),
    ListColumn::text("siret", "Siret du CFA"),
    ListColumn::text("organisme_gestionnaire", "Organisme gestionnaire"),
    ListColumn::text("societe", "Société"),
    ListColumn::text("secteur", "Secteur"),
    ListColumn::text("type_cfa", "Type de CFA").folded(),
    ListColumn::text("uai_formateur", "UAI de l'établissement formateur").folded(),
    ListColumn::text("siret_formateur", "SIRET de l'établissement formateur").folded(),
];

/// The list as it is stored.
pub fn describe(places: &Places, lines: &[Line<LigneUai>]) -> Description {
    let list = Content::List {
        columns: COLUMNS.to_vec(),
        rows: lines.iter().map(|line| row(places, &line.value)).collect(),
        row_actions: vec![
            Button::new(EDIT, "Modifier"),
            Button::new(VERIFY, "Vérifier l'établissement").job(verification_etablissement::ID),
            Button::new(DELETE, "Supprimer").confirm(
                "Supprimer cette ligne ? Les apprentis de cet établissement ne partiront plus la nuit, faute d'UAI et de \
                 SIRET.",
            ),
        ],
    };
    let help =
        "Une ligne par société et secteur qui forment des apprentis ; un secteur vide vaut pour toute la société.";
    let field = Field {
        warning: malformed(lines).map(Into::into),
        ..Field::new("lignes", TITLE, list)
    }
    .help(help);
    Description::new(
        ID,
        TITLE,
        vec![Group::new("", vec![field])],
        vec![
            Button::new(ADD, "Ajouter"),
            Button::new(VERIFY_ALL, "Vérifier tous les établissements").job(verification_etablissement::ID),
            Button::new(REFRESH, "Actualiser"),
            Button::new(CLOSE, "Fermer"),
        ],
    )
}

fn row(places: &Places, line: &LigneUai) -> Row {
    let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::String);
    let siret = |text: &Option<String>| text.as_deref().map_or(Value::Null, |siret| siret_lisible(siret).into());
    Row {
        id: line.id.to_string(),
        cells: vec![
            text(&line.uai),
            text(&line.nom),
            siret(&line.siret),
            text(&line.organisme_gestionnaire),
            line.societe_id.map_or(Value::Null, |id| places.societe(id).into()),
            line.secteur_id.map_or(Value::Null, |id| places.secteur(id).into()),
            line.type_cfa
                .as_deref()
                .map_or(Value::Null, |code| type_cfa(code).into()),
            text(&line.uai_formateur),
            siret(&line.siret_formateur),
        ],
    }
}

/// A type of CFA with its label.
pub fn type_cfa(code: &str) -> String {
    match TYPES_CFA.iter().find(|(known, _)| *known == code) {
        Some((code, label)) => format!("{code} {label}"),
        None => code.to_owned(),
    }
}

/// An import stores lines as they are: what is wrong with them is told here.
fn malformed(lines: &[Line<LigneUai>]) -> Option<String> {
    let mut texts: Vec<String> = lines
        .iter()
        .flat_map(|line| {
            let id = line.value.id;
            let defauts = defauts_de_ligne(&line.value).into_iter();
            defauts.map(move |defaut| format!("Ligne n° {id} : {}", defaut.texte))
        })
        .collect();
    if let Some(more) = texts.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        texts.truncate(SHOWN);
        texts.push(format!("Et {more} autre(s) : voir le Diagnostic."));
    }
    (!texts.is_empty()).then(|| texts.join("\n"))
}
