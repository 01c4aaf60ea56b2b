//! The report as a workbook: the runs, and one sheet for each of their lists.

use std::io::Write;

use super::Told;
use super::lines::{self, Line, List, Reader, SENTENCES, Value};
use crate::error::Error;
use crate::host::Run;
use crate::store::Journal;
use crate::store::journal::Execution;
use crate::table::{Cell, Column, Kind};
use crate::workbook::{self, Book, Sheet};

/// Write the workbook of these runs.
///
/// # Errors
/// The journal cannot be read, `run` was cancelled, or `to` or a temporary file failed.
pub fn write(journal: &Journal, executions: &[Execution], run: &dyn Run, to: &mut dyn Write) -> Result<(), Error> {
    let date = executions.first().map(|run| run.run_date).unwrap_or_default();
    let mut book = Book::new("Compte rendu des exports de nuit", date)?;
    let mut runs = book.sheet("Exécutions", &lines::execution_columns(), SENTENCES)?;
    for execution in executions {
        row(&mut runs, &mut book, &lines::execution(execution))?;
    }
    let mut sheets = vec![runs];
    let mut told = Told::new(run, executions);
    for list in List::ALL {
        // Sheets are filtered and sorted: each line says of which run it is.
        let mut columns = vec![
            Column::new("execution", "Exécution", Kind::Integer),
            Column::new("nuit", "Nuit", Kind::Date),
        ];
        columns.extend(list.columns());
        let mut sheet = book.sheet(list.title(), &columns, SENTENCES)?;
        for execution in executions {
            let mut reader = Reader::new(list, execution.id);
            loop {
                let page = reader.page(journal)?;
                if page.is_empty() {
                    break;
                }
                for line in &page {
                    let run = [Cell::Integer(execution.id.0), Cell::Date(execution.nuit)];
                    let cells = run.into_iter().map(workbook::Value::Cell).chain(line.iter().map(value));
                    sheet.row(&mut book, cells)?;
                }
                let dossiers = !matches!(list, List::Etablissements | List::Lots);
                told.page(if dossiers { page.len() } else { 0 })?;
            }
        }
        sheets.push(sheet);
    }
    Ok(book.write(sheets, run, to)?)
}

fn row(sheet: &mut Sheet, book: &mut Book, line: &Line) -> Result<(), Error> {
    Ok(sheet.row(book, line.iter().map(value))?)
}

fn value(value: &Value) -> workbook::Value<'_> {
    match value {
        Value::Moment(at, _) => workbook::Value::Moment(*at),
        other => workbook::Value::Cell(other.cell()),
    }
}
