//! *Compte rendu des exports de nuit*: the last runs, and for each one what became of every dossier.
//!
//! | file | what it does |
//! |---|---|
//! | `lines` | the lists of the report, read from the journal a page at a time |
//! | `labels` | how states, moments and lengths are said |
//! | `tables`, `workbook`, `page` | the lists as tables, as a workbook, as one HTML page |
//! | `charts`, `escape` | the page's charts; how texts and figures stand in it |

mod charts;
mod escape;
mod labels;
mod lines;
mod page;
mod tables;
mod workbook;

use std::io::Write;

use super::Context;
use super::registry::{Contribution, DocumentEntry, Opens, text};
use crate::error::Error;
use crate::host::Run;
use crate::store::Store;
use crate::store::journal::{Execution, Journal, RunFilter, RunId};

pub use tables::tables;

/// The screen.
pub const SCREEN: Contribution = Contribution {
    id: c"compte-rendu",
    label: c"Compte rendu des exports de nuit",
    menu: c"Inscriptions > Imprimer > Exemple Mission Apprentissage",
    opens: Opens::Tables(|at, context| Ok(tables(at.store()?, context.run))),
};
/// Its id.
pub const ID: &str = text(SCREEN.id);

/// The report as the data of a program.
pub const COMPTE_RENDU_JSON: DocumentEntry = DocumentEntry {
    id: "compte-rendu.json",
    write: |at, context, _, to| write_json(&at.store()?, context, to),
    read: None,
};

/// The report as a workbook.
pub const COMPTE_RENDU_XLSX: DocumentEntry = DocumentEntry {
    id: "compte-rendu.xlsx",
    write: |at, context, run, to| write_workbook(&at.store()?, context, run, to),
    read: None,
};

/// The report as one page.
pub const COMPTE_RENDU_HTML: DocumentEntry = DocumentEntry {
    id: "compte-rendu.html",
    write: |at, context, run, to| write_page(&at.store()?, context, run, to),
    read: None,
};

/// Runs shown unless one is asked for.
const LAST: usize = 90;

/// The document `compte-rendu.json`.
///
/// # Errors
/// The run does not exist, the journal cannot be read, or `to` failed.
pub fn write_json(store: &Store, context: &Context, to: &mut dyn Write) -> Result<(), Error> {
    Ok(store.write_report_json(filter(context.run), to)?)
}

/// The document `compte-rendu.xlsx`.
///
/// # Errors
/// As [`write_json`]; `run` was cancelled, or a temporary file failed.
pub fn write_workbook(store: &Store, context: &Context, run: &dyn Run, to: &mut dyn Write) -> Result<(), Error> {
    let journal = store.journal()?;
    let executions = executions(&journal, filter(context.run))?;
    workbook::write(&journal, &executions, run, to)
}

/// The document `compte-rendu.html`.
///
/// # Errors
/// As [`write_json`]; `run` was cancelled.
pub fn write_page(store: &Store, context: &Context, run: &dyn Run, to: &mut dyn Write) -> Result<(), Error> {
    let journal = store.journal()?;
    let executions = executions(&journal, filter(context.run))?;
    page::write(&journal, &executions, run, to)
}

fn filter(run: Option<i64>) -> RunFilter {
    run.map_or(RunFilter::Last(LAST), |run| RunFilter::One(RunId(run)))
}

/// The runs that a report covers, newest first.
fn executions(journal: &Journal, filter: RunFilter) -> Result<Vec<Execution>, Error> {
    Ok(match filter {
        RunFilter::One(run) => vec![journal.run(run)?],
        RunFilter::Last(limit) => journal.runs(limit)?,
    })
}

/// Told while a document is written, every so many lines.
struct Told<'a> {
    run: &'a dyn Run,
    done: u64,
    total: u64,
}

impl<'a> Told<'a> {
    fn new(run: &'a dyn Run, executions: &[Execution]) -> Self {
        let lines = |run: &Execution| run.comptes.rejetes.saturating_add(run.comptes.non_envoyes);
        let total: i64 = executions.iter().map(lines).fold(0, i64::saturating_add);
        Self {
            run,
            done: 0,
            total: u64::try_from(total).unwrap_or(0),
        }
    }

    /// After a page of lines: tells how far the document is, and ends it if the host wants that.
    fn page(&mut self, lines: usize) -> Result<(), Error> {
        self.done = self.done.saturating_add(lines as u64);
        self.run
            .progress(self.done, self.total.max(self.done), "Écriture du compte rendu");
        if self.run.is_cancelled() {
            return Err(Error::cancelled());
        }
        Ok(())
    }
}
