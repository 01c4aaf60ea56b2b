//! What the forms share: values as hosts tell them, and choices of the ERP's sociétés and sectors.

use serde_json::Value;

use crate::erp::{Erp, References};
use crate::error::{Error, ErrorKind};
use crate::form::ChoiceOption;

/// The value of an option that stands for none.
pub const NONE: &str = "";

/// A text as the host told it.
///
/// # Errors
/// It is none.
pub fn text(field: &str, value: &Value) -> Result<String, Error> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| wrong(field, "a string"))
}

/// Whether a box is ticked, as the host told it.
///
/// # Errors
/// It is neither true nor false.
pub fn ticked(field: &str, value: &Value) -> Result<bool, Error> {
    value.as_bool().ok_or_else(|| wrong(field, "true or false"))
}

/// The option picked, as the host told it.
///
/// # Errors
/// It is none of the options.
pub fn picked(field: &str, value: &Value, options: &[ChoiceOption]) -> Result<Option<String>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::String(value) if options.iter().any(|option| option.value == *value) => Ok(Some(value.clone())),
        _ => Err(wrong(field, "one of its options, or null")),
    }
}

fn wrong(field: &str, wanted: &str) -> Error {
    Error::argument(
        format!("Le programme hôte a transmis une valeur qui ne convient pas au champ {field}."),
        format!("field {field} wants {wanted}"),
    )
}

/// A field, button or row that a form does not have.
pub fn unknown(form: &str, id: &str) -> Error {
    Error::new(
        ErrorKind::UnknownId,
        "Le programme hôte a transmis un champ, un bouton ou une ligne inconnus.",
        format!("{form} has no field, button or row `{}`", id.escape_debug()),
    )
}

/// The ERP's sociétés and sectors, by name.
pub struct Places(References);

impl Places {
    /// Reads them.
    ///
    /// # Errors
    /// The ERP cannot be read.
    pub fn read(erp: &Erp) -> Result<Self, Error> {
        Ok(Self(erp.places()?))
    }

    /// The name of a société; its number if the ERP has no name for it.
    pub fn societe(&self, id: i64) -> String {
        let name = self
            .0
            .societes
            .get(&id)
            .and_then(|societe| societe.raison_sociale.clone());
        name.unwrap_or_else(|| format!("société n° {id}"))
    }

    /// The name of a sector; its number if the ERP has no name for it.
    pub fn secteur(&self, id: i64) -> String {
        let name = self.0.secteurs.get(&id).and_then(|secteur| secteur.nom.clone());
        name.unwrap_or_else(|| format!("secteur n° {id}"))
    }

    /// All sociétés, and one that is kept though the ERP has it no more.
    pub fn societes(&self, kept: Option<i64>) -> Vec<ChoiceOption> {
        let mut ids: Vec<i64> = self.0.societes.keys().copied().collect();
        ids.extend(kept.filter(|id| !self.0.societes.contains_key(id)));
        options(ids, |id| self.societe(id))
    }

    /// The sectors of a société, and one that is kept though the ERP has it no more.
    pub fn secteurs(&self, societe: Option<i64>, kept: Option<i64>) -> Vec<ChoiceOption> {
        let of = |id: i64| self.0.secteurs.get(&id).map(|secteur| secteur.societe_id);
        let mut ids: Vec<i64> = self
            .0
            .secteurs
            .keys()
            .copied()
            .filter(|id| of(*id) == societe)
            .collect();
        ids.extend(kept.filter(|id| of(*id).is_none()));
        options(ids, |id| self.secteur(id))
    }
}

/// By name, then by number.
fn options(ids: Vec<i64>, name: impl Fn(i64) -> String) -> Vec<ChoiceOption> {
    let mut named: Vec<_> = ids.into_iter().map(|id| (name(id), id)).collect();
    named.sort();
    named
        .into_iter()
        .map(|(name, id)| ChoiceOption {
            value: id.to_string(),
            label: name.into(),
        })
        .collect()
}

/// An option that stands for none.
pub fn none(label: &'static str) -> ChoiceOption {
    ChoiceOption {
        value: NONE.to_owned(),
        label: label.into(),
    }
}

/// The number that an option picked stands for; that of none is none.
pub fn number(picked: Option<&str>) -> Option<i64> {
    picked.and_then(|value| value.parse().ok())
}
