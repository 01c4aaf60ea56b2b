//! The report as tables: the runs; of one run, its lists as well.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::lines::{self, Line, List, Reader, Value};
use super::{ID, executions, filter};
use crate::contributions::courriel_compte_rendu;
use crate::error::Error;
use crate::store::journal::RunId;
use crate::store::{Journal, Store};
use crate::table::{Action, Batch, Column, Description, Progress, Rows, Table};

/// The tables of the last runs; of one run, its establishments, batches, rejected dossiers and those left out as well.
#[must_use]
pub fn tables(store: Store, run: Option<i64>) -> Vec<Table> {
    let title = "Compte rendu des exports de nuit";
    let mut tables = vec![table(ID, title, lines::execution_columns(), &store, Source::Runs(run))];
    if let Some(runs) = tables.first_mut() {
        runs.description.actions.push(Action {
            label: "Envoi par courriel…".into(),
            opens: courriel_compte_rendu::ID,
            context: serde_json::json!({}),
        });
    }
    if let Some(run) = run {
        tables.extend(List::ALL.map(|list| {
            let source = Source::List(Reader::new(list, RunId(run)));
            table(list.id(), list.title(), list.columns(), &store, source)
        }));
    }
    tables
}

fn table(id: &'static str, title: &str, columns: Vec<Column>, store: &Store, source: Source) -> Table {
    let progress = Arc::new(Progress::default());
    Table {
        description: Description::new(id, title, columns),
        rows: Box::new(Report {
            store: store.clone(),
            journal: None,
            source,
            waiting: VecDeque::new(),
            progress: progress.clone(),
        }),
        progress,
    }
}

enum Source {
    Runs(Option<i64>),
    List(Reader),
    Ended,
}

struct Report {
    store: Store,
    journal: Option<Journal>,
    source: Source,
    waiting: VecDeque<Line>,
    progress: Arc<Progress>,
}

impl Rows for Report {
    fn next(&mut self, max_rows: usize, batch: &mut Batch) -> Result<(), Error> {
        while batch.rows() < max_rows {
            if self.waiting.is_empty() {
                self.waiting = self.page()?.into();
            }
            let Some(line) = self.waiting.pop_front() else { break };
            batch.push(line.iter().map(Value::cell));
        }
        self.progress.done.fetch_add(batch.rows() as u64, Ordering::Relaxed);
        Ok(())
    }
}

impl Report {
    fn page(&mut self) -> Result<Vec<Line>, Error> {
        let journal = match &self.journal {
            Some(journal) => journal,
            None => self.journal.insert(self.store.journal()?),
        };
        match &mut self.source {
            Source::Ended => Ok(Vec::new()),
            Source::List(reader) => reader.page(journal),
            Source::Runs(run) => {
                let runs = executions(journal, filter(*run))?;
                self.source = Source::Ended;
                Ok(runs.iter().map(lines::execution).collect())
            }
        }
    }
}
