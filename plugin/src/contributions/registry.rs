//! The lists of what the plugin contributes. Each screen, job and document describes itself in its own file: a new one is
//! that file, and a line here.

use std::ffi::CStr;
use std::io::Write;

use super::{
    Context, acces_api, complements_secteur, compte_rendu, correspondance, courriel_compte_rendu, diagnostic,
    exemple_export_nuit, export_de_nuit, numeros_uai, reglages, rotation_scellement, verification_etablissement,
};
use crate::error::Error;
use crate::form::Form;
use crate::host::Run;
use crate::installation::Installation;
use crate::night::Outcome;
use crate::table::Table;

/// A screen, or a job that the scheduler runs, as it describes itself.
#[derive(Debug)]
pub struct Contribution {
    /// Stable id.
    pub id: &'static CStr,
    /// Label in French.
    pub label: &'static CStr,
    /// Where the host puts it: menu labels parted by " > ", empty for what has no place in a menu.
    pub menu: &'static CStr,
    /// What opening it shows.
    pub opens: Opens,
}

/// What opening a contribution shows.
#[derive(Debug, Clone, Copy)]
pub enum Opens {
    /// A form.
    Form(OpenForm),
    /// Tables.
    Tables(OpenTables),
    /// Nothing: the scheduler runs it.
    Nothing,
}

/// A job, as it describes itself.
#[derive(Debug)]
pub struct JobEntry {
    /// Stable id.
    pub id: &'static str,
    /// Runs it to its end, with the parameters that its documentation names.
    pub run: fn(&Installation, &str, &dyn Run) -> Result<Outcome, Error>,
}

/// A document, as it describes itself.
#[derive(Debug)]
pub struct DocumentEntry {
    /// Stable id: its usual file name.
    pub id: &'static str,
    /// Writes it, for a context.
    pub write: WriteDocument,
    /// Takes it in; none: it is only written.
    pub read: Option<ReadDocument>,
}

/// How a form is opened.
pub type OpenForm = fn(&Installation, &Context) -> Result<Box<dyn Form>, Error>;
/// How tables are opened.
pub type OpenTables = fn(&Installation, &Context) -> Result<Vec<Table>, Error>;
/// How a document is taken in.
pub type ReadDocument = fn(&Installation, &[u8]) -> Result<(), Error>;
/// How a document is written.
pub type WriteDocument = fn(&Installation, &Context, &dyn Run, &mut dyn Write) -> Result<(), Error>;

/// What the host lists, in the order of the menus.
pub static CONTRIBUTIONS: &[&Contribution] = &[
    &complements_secteur::SCREEN,
    &numeros_uai::SCREEN,
    &exemple_export_nuit::SCREEN,
    &acces_api::SCREEN,
    &compte_rendu::SCREEN,
    &diagnostic::SCREEN,
    &export_de_nuit::SCREEN,
];

/// Screens that stand in no menu: opened from another one, or by whoever installs.
pub static SCREENS: &[&Contribution] = &[&courriel_compte_rendu::SCREEN, &correspondance::SCREEN];

/// Every job.
pub static JOBS: &[&JobEntry] = &[
    &export_de_nuit::RUN,
    &courriel_compte_rendu::essai::RUN,
    &acces_api::essai::RUN,
    &rotation_scellement::RUN,
    &verification_etablissement::RUN,
    &reglages::MIGRATION,
];

/// Every document.
pub static DOCUMENTS: &[&DocumentEntry] = &[
    &exemple_export_nuit::APERCU_JSON,
    &exemple_export_nuit::APERCU_XLSX,
    &compte_rendu::COMPTE_RENDU_JSON,
    &compte_rendu::COMPTE_RENDU_XLSX,
    &compte_rendu::COMPTE_RENDU_HTML,
    &reglages::REGLAGES,
    &reglages::A_VERIFIER,
    &correspondance::CORRESPONDANCE,
    &reglages::SCHEMA,
];

/// The text of an id or label.
pub(super) const fn text(of: &'static CStr) -> &'static str {
    match of.to_str() {
        Ok(text) => text,
        Err(_) => "",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_id_and_label_stands_once_and_is_text() {
        let screens: Vec<_> = CONTRIBUTIONS.iter().chain(SCREENS).collect();
        let ids: BTreeSet<_> = screens.iter().map(|screen| text(screen.id)).collect();
        let labels: BTreeSet<_> = screens.iter().map(|screen| text(screen.label)).collect();
        assert_eq!((ids.len(), labels.len()), (screens.len(), screens.len()));
        assert!(!ids.contains("") && !labels.contains(""));
        let jobs: BTreeSet<_> = JOBS.iter().map(|job| job.id).collect();
        assert_eq!(jobs.len(), JOBS.len());
        let documents: BTreeSet<_> = DOCUMENTS.iter().map(|document| document.id).collect();
        assert_eq!(documents.len(), DOCUMENTS.len());
    }
}
