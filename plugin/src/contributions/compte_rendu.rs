//! *Compte rendu des exports de nuit*: the last runs, and for each one what became of every dossier.

use std::io::Write;
use std::sync::Arc;

use super::Context;
use crate::error::Error;
use crate::store::Store;
use crate::store::journal::{EtablissementJournal, Execution, Journal, RunFilter, RunId};
use crate::table::{Batch, Cell, Column, Description, Kind, Progress, Rows, Table};

/// Id of the contribution.
pub const ID: &str = "compte-rendu";

/// Runs shown unless one is asked for.
const LAST: usize = 90;

/// The tables of the last runs; of one run, its establishments as well.
#[must_use]
pub fn tables(store: Store, run: Option<i64>) -> Vec<Table> {
    let runs = match run {
        None => Source::Last,
        Some(run) => Source::One(RunId(run)),
    };
    let mut tables = vec![table(
        ID,
        "Compte rendu des exports de nuit",
        run_columns(),
        store.clone(),
        runs,
    )];
    if let Some(run) = run {
        let source = Source::Etablissements(RunId(run));
        tables.push(table(
            "etablissements",
            "Établissements",
            establishment_columns(),
            store,
            source,
        ));
    }
    tables
}

fn number(id: &str, label: &str) -> Column {
    Column::new(id, label, Kind::Integer)
}

fn text(id: &str, label: &str) -> Column {
    Column::new(id, label, Kind::Text)
}

fn run_columns() -> Vec<Column> {
    vec![
        number("id", "Numéro"),
        Column::new("nuit", "Nuit", Kind::Date),
        text("etat", "État"),
        text("debut", "Début"),
        text("fin", "Fin"),
        number("lus", "Lus"),
        number("acceptes", "Acceptés"),
        number("rejetes", "Rejetés"),
        number("non_envoyes", "Non envoyés"),
        number("en_attente", "En attente"),
    ]
}

fn establishment_columns() -> Vec<Column> {
    vec![
        text("uai", "UAI"),
        text("siret", "SIRET"),
        text("protocole", "Protocole"),
        text("etat", "État"),
        number("lots", "Lots"),
        number("dossiers", "Dossiers"),
        number("http", "Dernier statut HTTP"),
        number("tentatives", "Tentatives"),
    ]
}

fn table(id: &'static str, title: &str, columns: Vec<Column>, store: Store, source: Source) -> Table {
    Table {
        description: Description::new(id, title, columns),
        rows: Box::new(Report {
            store,
            source: Some(source),
        }),
        progress: Arc::new(Progress::default()),
    }
}

/// What a table shows: few rows, read at once.
enum Source {
    Last,
    One(RunId),
    Etablissements(RunId),
}

struct Report {
    store: Store,
    source: Option<Source>,
}

impl Rows for Report {
    fn next(&mut self, _: usize, batch: &mut Batch) -> Result<(), Error> {
        let Some(source) = self.source.take() else {
            return Ok(());
        };
        let journal = self.store.journal()?;
        match source {
            Source::Last => journal.runs(LAST)?.iter().for_each(|run| push_run(run, batch)),
            Source::One(run) => push_run(&journal.run(run)?, batch),
            Source::Etablissements(run) => {
                for etablissement in journal.etablissements(run)? {
                    push_establishment(&journal, &etablissement, batch)?;
                }
            }
        }
        Ok(())
    }
}

fn push_run(run: &Execution, batch: &mut Batch) {
    batch.push([
        Cell::Integer(run.id.0),
        Cell::Date(run.nuit),
        Cell::Text(run.etat.code()),
        Cell::Text(&run.debut),
        optional(run.fin.as_deref()),
        Cell::Integer(run.comptes.lus),
        Cell::Integer(run.comptes.acceptes),
        Cell::Integer(run.comptes.rejetes),
        Cell::Integer(run.comptes.non_envoyes),
        Cell::Integer(run.comptes.en_attente),
    ]);
}

fn push_establishment(journal: &Journal, line: &EtablissementJournal, batch: &mut Batch) -> Result<(), Error> {
    let (mut lots, mut dossiers, mut tentatives, mut http) = (0, 0, 0, None);
    journal.each_lot(line.id, |lot| {
        lots += 1;
        dossiers += lot.dossiers;
        tentatives += lot.tentatives;
        http = lot.http.or(http);
        Ok(())
    })?;
    batch.push([
        optional(line.etablissement.uai.as_deref()),
        optional(line.etablissement.siret.as_deref()),
        Cell::Text(line.etablissement.protocole.code()),
        line.etat.map_or(Cell::Empty, |etat| Cell::Text(etat.code())),
        Cell::Integer(lots),
        Cell::Integer(dossiers),
        http.map_or(Cell::Empty, Cell::Integer),
        Cell::Integer(tentatives),
    ]);
    Ok(())
}

fn optional(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Empty, Cell::Text)
}

/// The document `compte-rendu.json`.
///
/// # Errors
/// The run does not exist, the journal cannot be read, or `to` failed.
pub fn write_json(store: &Store, context: &Context, to: &mut dyn Write) -> Result<(), Error> {
    let filter = context
        .run
        .map_or(RunFilter::Last(LAST), |run| RunFilter::One(RunId(run)));
    Ok(store.write_report_json(filter, to)?)
}
