//! The ERP's own screens, described like the plugin's: apprentices, one of them, and what the sandbox received.

use std::sync::Arc;

use passerelle_host_sdk::Cell;
use serde_json::{Value, json};

use super::base::{Base, Rows};
use super::cells::Block;
use super::reading::Source;
use crate::failure::Failure;
use crate::sandbox::Contents;
use crate::sandbox::rules::Statut;

/// The ERP's own entries for its menus; their ids start like no plugin's.
pub fn contributions() -> Value {
    json!([
        {"id": "erp.stagiaires", "kind": "table", "label": "Stagiaires", "menu": "Inscriptions"},
        {"id": "erp.planificateur", "kind": "screen", "label": "Planificateur et horloge", "menu": "Administration"},
        {"id": "erp.recus", "kind": "table", "label": "Bac à sable : dossiers reçus", "menu": "Administration"},
    ])
}

/// Apprentices and other trainees.
pub fn stagiaires_description() -> Value {
    json!({
        "schema": "passerelle.table/1", "id": "erp.stagiaires", "title": "Stagiaires",
        "columns": [
            {"id": "id", "label": "N°", "kind": "integer"},
            {"id": "nom", "label": "Nom", "kind": "text"},
            {"id": "prenom", "label": "Prénom", "kind": "text"},
            {"id": "email", "label": "E-mail", "kind": "text"},
            {"id": "telephone", "label": "Téléphone", "kind": "text"},
            {"id": "code_postal", "label": "Code postal", "kind": "text"},
        ],
        "row_actions": [
            {"label": "Ouvrir la fiche", "opens": "erp.stagiaire", "context": {}, "context_columns": {"id": "id"}},
        ],
    })
}

/// The rows of that table.
pub struct Stagiaires {
    base: Arc<Base>,
    rows: Option<Rows>,
    read: u64,
}

impl Stagiaires {
    /// Of a database.
    pub fn new(base: Arc<Base>) -> Self {
        Self {
            base,
            rows: None,
            read: 0,
        }
    }
}

impl Source for Stagiaires {
    fn next(&mut self, _: u32, block: &mut Block) -> Result<(), Failure> {
        let rows = match &mut self.rows {
            Some(rows) => rows,
            None => self.rows.insert(self.base.rows(
                "SELECT id, nom, prenom, email, telephone, code_postal FROM stagiaire ORDER BY nom, prenom, id",
                6,
            )?),
        };
        for row in rows.next()?.unwrap_or_default() {
            let (id, texts) = row.split_first().unwrap_or((&None, &[]));
            let id = id.as_deref().and_then(|id| id.trim().parse().ok()).map(Cell::Integer);
            block.row(std::iter::once(id).chain(texts.iter().map(|text| text.as_deref().map(Cell::Text))));
            self.read += 1;
        }
        Ok(())
    }

    fn progress(&self) -> (u64, u64) {
        (self.read, 0)
    }
}

/// What the sandbox received.
pub fn received_description() -> Value {
    json!({
        "schema": "passerelle.table/1", "id": "erp.recus", "title": "Dossiers reçus par le bac à sable",
        "columns": [
            {"id": "id_erp_apprenant", "label": "Apprenti", "kind": "text"},
            {"id": "nom_apprenant", "label": "Nom", "kind": "text"},
            {"id": "prenom_apprenant", "label": "Prénom", "kind": "text"},
            {"id": "uai", "label": "UAI", "kind": "text"},
            {"id": "valide", "label": "Valide", "kind": "boolean"},
            {"id": "statut", "label": "Statut affiché par le tableau de bord", "kind": "text"},
            {"id": "fois", "label": "Reçu (fois)", "kind": "integer"},
            {"id": "erreurs", "label": "Erreurs", "kind": "text"},
            {"id": "dossier", "label": "Dossier tel que reçu", "kind": "text"},
        ],
    })
}

/// The rows of that table.
pub struct Received(pub Contents);

impl Source for Received {
    fn next(&mut self, _: u32, block: &mut Block) -> Result<(), Failure> {
        let unreadable = |error| Failure::failed("Le bac à sable ne retrouve pas ce qu'il a reçu.", error);
        // A piece may be empty; an empty block would be the end.
        while block.ends.is_empty() {
            let Some(entries) = self.0.next_entries().map_err(unreadable)? else {
                break;
            };
            for entry in &entries {
                received(entry, block);
            }
        }
        Ok(())
    }

    fn progress(&self) -> (u64, u64) {
        (0, 0)
    }
}

fn received(entry: &Value, block: &mut Block) {
    let dossier = entry.get("dossier").unwrap_or(&Value::Null);
    let text = |keys: &[&str]| {
        keys.iter()
            .find_map(|key| dossier.get(key)?.as_str().map(str::to_owned))
    };
    let errors = entry.get("erreurs").and_then(Value::as_array);
    let errors: Vec<_> = errors.into_iter().flatten().map(error).collect();
    let texts = [
        dossier
            .get("id_erp_apprenant")
            .map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)),
        text(&["nom_apprenant"]),
        text(&["prenom_apprenant"]),
        text(&[
            "etablissement_formateur_uai",
            "uai_etablissement",
            "etablissement_responsable_uai",
        ]),
    ];
    let (errors, dossier) = (errors.join("\n"), dossier.to_string());
    let valid = entry.get("valide").and_then(Value::as_bool);
    let statut = entry
        .get("statut_affiche")
        .and_then(Value::as_str)
        .and_then(Statut::label);
    let times = entry.get("fois").and_then(Value::as_i64);
    let cells = texts.iter().map(|text| text.as_deref().map(Cell::Text));
    block.row(cells.chain([
        valid.map(Cell::Boolean),
        statut.map(Cell::Text),
        times.map(Cell::Integer),
        (!errors.is_empty()).then_some(Cell::Text(&errors)),
        Some(Cell::Text(&dossier)),
    ]));
}

fn error(error: &Value) -> String {
    let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
    let path = error.get("path").and_then(Value::as_array);
    let fields: Vec<_> = path.into_iter().flatten().filter_map(Value::as_str).collect();
    if fields.is_empty() {
        message.to_owned()
    } else {
        format!("{} : {message}", fields.join(", "))
    }
}
