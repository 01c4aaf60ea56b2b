//! What the host shows: menu entries, screens, tables, documents and jobs, one file each.

use std::ffi::CStr;

use serde::{Deserialize, Serialize};

use crate::dossier::Protocole;
use crate::error::Error;

pub mod acces_api;
pub mod complements_secteur;
pub mod compte_rendu;
pub mod courriel_compte_rendu;
pub mod diagnostic;
pub mod exemple_export_nuit;
pub mod export_de_nuit;
mod fields;
pub mod numeros_uai;
pub mod reglages;
pub mod rotation_scellement;
#[cfg(test)]
mod testing;
pub mod verification_etablissement;

/// One entry for the host's menus.
#[derive(Debug)]
pub struct Contribution {
    /// What opening it shows.
    pub kind: Kind,
    /// Stable id.
    pub id: &'static CStr,
    /// Label in French.
    pub label: &'static CStr,
    /// Where it goes: menu labels parted by " > ".
    pub menu: &'static CStr,
}

/// What opening a contribution shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A form.
    Form,
    /// Tables.
    Table,
    /// Nothing: the scheduler runs it.
    Job,
}

/// All of them, in the order of the menus.
pub static CONTRIBUTIONS: &[Contribution] = &[
    Contribution {
        kind: Kind::Form,
        id: c"complements-secteur",
        label: c"Compléments secteur",
        menu: c"Fichier > Paramètres sociétés > Secteurs",
    },
    Contribution {
        kind: Kind::Form,
        id: c"numeros-uai",
        label: c"Gestion des numéros UAI",
        menu: c"Inscriptions > Imprimer > Exemple Mission Apprentissage",
    },
    Contribution {
        kind: Kind::Table,
        id: c"exemple-export-nuit",
        label: c"Exemple de l'export automatique de nuit",
        menu: c"Inscriptions > Imprimer > Exemple Mission Apprentissage",
    },
    Contribution {
        kind: Kind::Form,
        id: c"acces-api",
        label: c"Gestion des accès aux API tierces",
        menu: c"Administration > Gestion des accès aux API tierces > Mission Apprentissage",
    },
    Contribution {
        kind: Kind::Table,
        id: c"compte-rendu",
        label: c"Compte rendu des exports de nuit",
        menu: c"Inscriptions > Imprimer > Exemple Mission Apprentissage",
    },
    Contribution {
        kind: Kind::Table,
        id: c"diagnostic",
        label: c"Diagnostic",
        menu: c"Administration",
    },
    Contribution {
        kind: Kind::Job,
        id: c"export-de-nuit",
        label: c"Export de nuit vers la Mission interministérielle pour l'apprentissage",
        menu: c"",
    },
];

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
