//! The report as tables: the runs; of one run, its lists as well.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::json;

use super::super::registry::text;
use super::lines::{self, Line, List, Reader, Value};
use super::{ID, SCREEN, executions, filter};
use crate::contributions::{HTML, JSON, XLSX, courriel_compte_rendu};
use crate::error::Error;
use crate::store::journal::RunId;
use crate::store::{Journal, Store};
use crate::table::{Action, Batch, Column, Description, Document, Progress, RowAction, Rows, Table};

/// The tables of the last runs; of one run, its establishments, batches, rejected dossiers and those left out as well.
#[must_use]
pub fn tables(store: Store, run: Option<i64>) -> Vec<Table> {
    let title = match run {
        Some(run) => format!("Compte rendu de l'exécution n° {run}"),
        None => text(SCREEN.label).to_owned(),
    };
    let mut tables = vec![table(ID, title, lines::execution_columns(), &store, Source::Runs(run))];
    match run {
        Some(run) => tables.extend(List::ALL.map(|list| {
            let source = Source::List(Reader::new(list, RunId(run)));
            table(list.id(), list.title().to_owned(), list.columns(), &store, source)
        })),
        None => {
            for table in &mut tables {
                table.description.row_actions = vec![RowAction {
                    label: "Ouvrir".into(),
                    opens: ID,
                    context: json!({}),
                    context_columns: BTreeMap::from([("run", "id")]),
                }];
            }
        }
    }
    for table in &mut tables {
        table.description.documents = documents(run);
        table.description.actions = actions(run);
    }
    tables
}

/// What the report can be saved as.
fn documents(run: Option<i64>) -> Vec<Document> {
    let (name, parameters) = match run {
        Some(run) => (format!("compte-rendu-{run}"), json!({"run": run})),
        None => ("compte-rendu".to_owned(), json!({})),
    };
    let document = |id, label, extension, media_type| Document {
        id,
        label,
        file_name: format!("{name}.{extension}"),
        media_type,
        parameters: parameters.clone(),
    };
    vec![
        document("compte-rendu.xlsx", "Classeur Excel", "xlsx", XLSX),
        document("compte-rendu.html", "Page web à imprimer", "html", HTML),
        document("compte-rendu.json", "JSON", "json", JSON),
    ]
}

fn actions(run: Option<i64>) -> Vec<Action> {
    let action = |label: &'static str, opens| Action {
        label: label.into(),
        opens,
        context: json!({}),
    };
    let all = run.map(|_| action("Tous les exports de nuit", ID));
    all.into_iter()
        .chain([action("Envoi par courriel…", courriel_compte_rendu::ID)])
        .collect()
}

fn table(id: &'static str, title: String, columns: Vec<Column>, store: &Store, source: Source) -> Table {
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
