//! What the host shows: menu entries, screens, tables, documents and jobs, one file each; `registry` lists them.

use serde::{Deserialize, Serialize};

use crate::dossier::Protocole;
use crate::error::Error;

pub mod acces_api;
pub mod complements_secteur;
pub mod compte_rendu;
pub mod correspondance;
pub mod courriel_compte_rendu;
pub mod diagnostic;
pub mod exemple_export_nuit;
pub mod export_de_nuit;
mod fields;
pub mod numeros_uai;
mod registry;
pub mod reglages;
pub mod rotation_scellement;
#[cfg(test)]
mod testing;
pub mod verification_etablissement;

pub use registry::{CONTRIBUTIONS, Contribution, DOCUMENTS, DocumentEntry, JOBS, JobEntry, Opens, SCREENS};

/// Where the user stands when he opens a contribution, and what he wants to preview.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Context {
    /// The société; none: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub societe_id: Option<i64>,
    /// The sector; none: all of the société.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secteur_id: Option<i64>,
    /// The protocol of the preview.
    pub protocole: Protocole,
    /// Whether the preview holds the optional SIFA data.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub donnees_sifa: bool,
    /// The run that a report is about; none: the last ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<i64>,
}

impl Context {
    /// Read a context; an empty one says nothing.
    ///
    /// # Errors
    /// It is not the JSON object expected; the error says where and why.
    pub fn parse(json: &str) -> Result<Self, Error> {
        parse_object(json)
    }

    /// As [`Context::parse`] reads it.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Media type of a workbook.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Media type of JSON.
const JSON: &str = "application/json";
/// Media type of a page.
const HTML: &str = "text/html; charset=utf-8";

/// Read a JSON object of parameters; an empty text is an empty object.
///
/// # Errors
/// It is not the object expected; the error says where and why.
pub fn parse_object<'a, T: Deserialize<'a> + Default>(json: &'a str) -> Result<T, Error> {
    if json.trim().is_empty() {
        return Ok(T::default());
    }
    serde_json::from_str(json).map_err(|error| {
        Error::argument(
            format!(
                "Le programme hôte a transmis des paramètres incompréhensibles (ligne {}, colonne {}).",
                error.line(),
                error.column()
            ),
            format!("parameters: {error}"),
        )
    })
}
