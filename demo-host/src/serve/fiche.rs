//! The ERP's own form: one trainee's name and addresses, which the user can put right.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::base::Base;
use crate::failure::Failure;

/// Columns that the form shows, with their labels.
const FIELDS: [(&str, &str, u32); 6] = [
    ("nom", "Nom", 80),
    ("prenom", "Prénom", 80),
    ("email", "E-mail", 254),
    ("telephone", "Téléphone", 30),
    ("adresse", "Adresse", 200),
    ("code_postal", "Code postal", 5),
];

/// One open form.
struct Fiche {
    tab: u64,
    stagiaire: i64,
    values: Vec<String>,
    message: Option<(&'static str, String)>,
}

/// The open forms of trainees. Any thread; blocks on the database.
pub struct Fiches {
    base: Arc<Base>,
    next: AtomicU64,
    open: Mutex<HashMap<u64, Fiche>>,
}

impl Fiches {
    /// None open.
    pub fn new(base: Arc<Base>) -> Self {
        Self {
            base,
            next: AtomicU64::new(1),
            open: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Fiche>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a trainee's form for a browser tab; gives its number and description.
    ///
    /// # Errors
    /// There is no such trainee, or the database refuses.
    pub fn open(&self, tab: u64, context: &Value) -> Result<(u64, Value), Failure> {
        let unknown = || Failure::usage("Ce stagiaire n'existe plus : actualisez la liste.", "no such stagiaire");
        let stagiaire = context.get("id").and_then(Value::as_i64).ok_or_else(unknown)?;
        let columns = FIELDS.map(|(column, ..)| column).join(", ");
        let sql = format!("SELECT {columns} FROM stagiaire WHERE id = {stagiaire}");
        let mut rows = self.base.rows(&sql, 6)?;
        let row = rows
            .next()?
            .and_then(|rows| rows.into_iter().next())
            .ok_or_else(unknown)?;
        let fiche = Fiche {
            tab,
            stagiaire,
            values: row.into_iter().map(Option::unwrap_or_default).collect(),
            message: None,
        };
        let description = fiche.describe();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock().insert(number, fiche);
        Ok((number, description))
    }

    /// The user did something; gives the form's description now, none when it is closed.
    ///
    /// # Errors
    /// The form is not this browser tab's, or the database refuses.
    pub fn event(
        &self,
        tab: u64,
        number: u64,
        kind: &str,
        field: &str,
        value: &Value,
    ) -> Result<Option<Value>, Failure> {
        let mut open = self.lock();
        let fiche = open
            .get_mut(&number)
            .filter(|fiche| fiche.tab == tab)
            .ok_or_else(|| Failure::usage("Cet écran est fermé : ouvrez-le de nouveau.", "no such form"))?;
        match (kind, field) {
            ("changed", field) => fiche.change(field, value),
            ("action", "enregistrer") => fiche.save(&self.base)?,
            _ => {
                open.remove(&number);
                return Ok(None);
            }
        }
        Ok(Some(fiche.describe()))
    }

    /// Closes the forms of a browser tab.
    pub fn leave(&self, tab: u64) {
        self.lock().retain(|_, fiche| fiche.tab != tab);
    }
}

impl Fiche {
    fn change(&mut self, field: &str, value: &Value) {
        let text = value.as_str().unwrap_or_default().trim();
        for ((column, ..), kept) in FIELDS.iter().zip(&mut self.values) {
            if *column == field {
                text.clone_into(kept);
            }
        }
        self.message = None;
    }

    fn save(&mut self, base: &Base) -> Result<(), Failure> {
        let sets = FIELDS.map(|(column, ..)| format!("{column} = ?")).join(", ");
        let values: Vec<_> = self
            .values
            .iter()
            .map(|text| (!text.is_empty()).then(|| text.clone()))
            .collect();
        base.execute(
            &format!("UPDATE stagiaire SET {sets} WHERE id = {}", self.stagiaire),
            &values,
        )?;
        self.message = Some(("success", "La fiche est enregistrée.".into()));
        Ok(())
    }

    fn describe(&self) -> Value {
        let fields = FIELDS.iter().zip(&self.values).map(|((id, label, length), value)| {
            json!({"id": id, "kind": "text", "label": label, "value": value, "enabled": true, "indent": 0,
                "max_length": length})
        });
        let name = self
            .values
            .iter()
            .take(2)
            .filter(|part| !part.is_empty())
            .cloned()
            .collect::<Vec<_>>();
        let mut form = json!({
            "schema": "passerelle.form/1", "id": "erp.stagiaire",
            "title": format!("Stagiaire n° {} – {}", self.stagiaire, name.join(" ")),
            "groups": [{"label": "Fiche", "fields": fields.collect::<Vec<_>>()}],
            "buttons": [{"id": "enregistrer", "label": "Enregistrer"}, {"id": "fermer", "label": "Fermer"}],
        });
        if let (Some((kind, text)), Some(form)) = (&self.message, form.as_object_mut()) {
            form.insert("message".into(), json!({"kind": kind, "text": text}));
        }
        form
    }
}
