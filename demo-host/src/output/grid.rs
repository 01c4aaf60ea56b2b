//! The plugin's tables on a terminal, as tab-separated text, and as JSON.

use std::io::Write;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell as GridCell, ContentArrangement, Table as Grid};
use passerelle_host_sdk::{Batch, Cell, Table};
use serde_json::{Map, Value, json};

use super::document::Description;
use super::{Output, output_failure};
use crate::failure::Failure;

/// Rows asked of the plugin at a time.
const BATCH_ROWS: u32 = 500;
/// Room that a column of long texts gets on a terminal, in characters; they wrap in it.
const LONG_TEXT: usize = 36;

/// A table's first rows, read and ready to be drawn.
pub struct FirstRows {
    description: Description,
    rows: Vec<Vec<String>>,
    more: bool,
    total: u64,
}

impl FirstRows {
    /// Reads at most so many rows and ends the table.
    ///
    /// # Errors
    /// The plugin cannot read the table.
    pub fn read(mut table: Table, limit: usize) -> Result<Self, Failure> {
        let description = Description::read(&table.describe()?)?;
        let mut rows: Vec<Vec<String>> = Vec::new();
        // One row more than shown tells whether there are more.
        while rows.len() <= limit {
            let Some(batch) = table.next(u32::try_from(limit + 1 - rows.len()).unwrap_or(BATCH_ROWS))? else {
                break;
            };
            for row in 0..batch.rows() {
                rows.push(
                    (0..batch.columns())
                        .map(|column| shown(batch.cell(row, column)))
                        .collect(),
                );
            }
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
        let (_, total) = table.progress()?;
        Ok(Self {
            description,
            rows,
            more,
            total,
        })
    }

    /// The texts of the column with an id; none if the table has no such column.
    pub fn column<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a str> {
        let index = self.description.columns.iter().position(|column| column.id == id);
        index
            .into_iter()
            .flat_map(|index| self.rows.iter().filter_map(move |row| row.get(index)))
            .map(String::as_str)
    }

    /// Writes the rows read, as suits the output.
    ///
    /// # Errors
    /// The output is closed.
    pub fn print(&self, output: &Output) -> Result<(), Failure> {
        if output.terminal {
            return show_terminal(output, self);
        }
        let columns = &self.description.columns;
        if output.json {
            let object = |row: &Vec<String>| {
                let cells = columns
                    .iter()
                    .zip(row)
                    .map(|(column, cell)| (column.id.clone(), cell.as_str().into()));
                Value::Object(cells.collect())
            };
            return output.value(&Value::Array(self.rows.iter().map(object).collect()));
        }
        let labels: Vec<_> = columns.iter().map(|column| column.label.as_str()).collect();
        output.line(&format!("# {}\n{}", self.description.title, labels.join("\t")))?;
        self.rows.iter().try_for_each(|row| output.line(&plain_row(row)))?;
        if self.more { output.line("…") } else { Ok(()) }
    }
}

/// Draws the first rows of a table, as many columns as the terminal is wide; says what it left out.
fn show_terminal(output: &Output, first: &FirstRows) -> Result<(), Failure> {
    output.heading(&first.description.title)?;
    if first.rows.is_empty() {
        return output.say("  (aucune ligne)");
    }
    let mut grid = Grid::new();
    grid.load_preset(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic);
    let hidden = fill(first, grid.width().map_or(120, usize::from), &mut grid);
    output.line(&grid.to_string())?;
    let whole = "--out FICHIER écrit tout";
    if first.more {
        let total = if first.total > 0 {
            format!(" ({} dossiers lus en tout)", first.total)
        } else {
            String::new()
        };
        output.say(&format!(
            "  … les {} premières lignes{total} ; {whole}.",
            first.rows.len()
        ))?;
    }
    if hidden > 0 {
        output.say(&format!("  … et {hidden} autres colonnes ; {whole}."))?;
    }
    Ok(())
}

/// Puts what fits a width into a grid; returns the number of columns left out.
fn fill(first: &FirstRows, width: usize, grid: &mut Grid) -> usize {
    // The origins of values stand in the workbook and in the mini ERP; here they would push the values off the screen.
    let columns = first.description.columns.iter().enumerate();
    let columns: Vec<_> = columns.filter(|(_, column)| column.provenance_of.is_none()).collect();
    let cell = |row: &[String], index: usize| row.get(index).cloned().unwrap_or_default();
    let needed = columns.iter().map(|(index, column)| {
        let width_of = |text: String| text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        let widest = first
            .rows
            .iter()
            .map(|row| width_of(cell(row, *index)))
            .max()
            .unwrap_or(0);
        column.label.chars().count().max(widest.min(LONG_TEXT))
    });
    let fitting = fit(needed, width);
    let (shown, hidden) = columns.split_at_checked(fitting).unwrap_or((&columns, &[]));
    grid.set_header(
        shown
            .iter()
            .map(|(_, column)| GridCell::new(&column.label).add_attribute(Attribute::Bold)),
    );
    for row in &first.rows {
        grid.add_row(shown.iter().map(|(index, _)| cell(row, *index)));
    }
    hidden.len()
}

/// How many columns of these widths stand side by side; a handful always does, wrapped.
fn fit(needed: impl ExactSizeIterator<Item = usize>, width: usize) -> usize {
    const HANDFUL: usize = 8;
    let all = needed.len();
    let mut used = 1;
    let fitting = needed
        .take_while(|column| {
            used += column + 3;
            used <= width
        })
        .count();
    if all <= HANDFUL { all } else { fitting.max(1) }
}

/// Writes all rows as tab-separated text: title, headings, rows.
///
/// # Errors
/// The plugin cannot read the table, or the output is closed.
pub fn show_plain(mut table: Table, to: &mut dyn Write) -> Result<(), Failure> {
    let description = Description::read(&table.describe()?)?;
    let labels: Vec<&str> = description.columns.iter().map(|column| column.label.as_str()).collect();
    writeln!(to, "# {}\n{}", description.title, labels.join("\t")).map_err(output_failure)?;
    while let Some(batch) = table.next(BATCH_ROWS)? {
        for row in 0..batch.rows() {
            let cells: Vec<_> = (0..batch.columns())
                .map(|column| shown(batch.cell(row, column)))
                .collect();
            writeln!(to, "{}", plain_row(&cells)).map_err(output_failure)?;
        }
    }
    to.flush().map_err(output_failure)
}

/// Writes tables as one JSON array, each with its title and its rows as objects; streamed.
///
/// # Errors
/// The plugin cannot read a table, or the output is closed.
pub fn show_json(tables: Vec<Table>, to: &mut dyn Write) -> Result<(), Failure> {
    let mut put = |text: String| to.write_all(text.as_bytes()).map_err(output_failure);
    put("[".to_owned())?;
    for (number, mut table) in tables.into_iter().enumerate() {
        let description = Description::read(&table.describe()?)?;
        let separator = if number > 0 { "," } else { "" };
        let (id, title) = (json!(description.id), json!(description.title));
        put(format!("{separator}{{\"id\":{id},\"titre\":{title},\"lignes\":["))?;
        let mut first = true;
        while let Some(batch) = table.next(BATCH_ROWS)? {
            for row in 0..batch.rows() {
                let separator = if std::mem::take(&mut first) { "\n" } else { ",\n" };
                put(format!("{separator}{}", json_row(&description, &batch, row)))?;
            }
        }
        put("]}".to_owned())?;
    }
    put("]\n".to_owned())?;
    to.flush().map_err(output_failure)
}

fn json_row(description: &Description, batch: &Batch<'_>, row: usize) -> Value {
    let cells = description.columns.iter().enumerate();
    let cells = cells.map(|(index, column)| (column.id.clone(), json_cell(batch.cell(row, index))));
    Value::Object(cells.collect::<Map<_, _>>())
}

fn shown(cell: Option<Cell<'_>>) -> String {
    match cell {
        None => String::new(),
        Some(Cell::Text(text)) => text.chars().map(harmless).collect(),
        Some(Cell::Integer(number)) => number.to_string(),
        Some(Cell::Boolean(yes)) => (if yes { "oui" } else { "non" }).to_owned(),
        Some(Cell::Date(date)) => date.format("%d/%m/%Y").to_string(),
    }
}

/// What a cell holds is data: line breaks stay, terminal commands do not.
fn harmless(letter: char) -> char {
    if letter.is_control() && letter != '\n' {
        ' '
    } else {
        letter
    }
}

/// A row of tab-separated text; a line break inside a cell becomes a mark.
fn plain_row(cells: &[String]) -> String {
    cells.join("\t").replace('\n', " ; ")
}

fn json_cell(cell: Option<Cell<'_>>) -> Value {
    match cell {
        None => Value::Null,
        Some(Cell::Text(text)) => text.into(),
        Some(Cell::Integer(number)) => number.into(),
        Some(Cell::Boolean(yes)) => yes.into(),
        Some(Cell::Date(date)) => date.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn cells_are_shown_without_commands() {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 11, 3).unwrap();
        let cases = [
            (None, "", Value::Null),
            (Some(Cell::Text("a\u{1b}[31m\nb")), "a [31m\nb", json!("a\u{1b}[31m\nb")),
            (Some(Cell::Integer(-3)), "-3", json!(-3)),
            (Some(Cell::Boolean(true)), "oui", json!(true)),
            (Some(Cell::Date(date)), "03/11/2026", json!("2026-11-03")),
        ];
        for (cell, text, value) in cases {
            assert_eq!(shown(cell), text);
            assert_eq!(json_cell(cell), value);
        }
    }

    #[test]
    fn wide_tables_are_cut_and_narrow_ones_wrapped() {
        for (columns, width, expected) in [(30, 80, 6), (30, 5, 1), (30, 1000, 30), (8, 20, 8)] {
            assert_eq!(fit(vec![10; columns].into_iter(), width), expected, "{columns} {width}");
        }
    }

    #[test]
    fn a_grid_holds_values_but_not_their_origins() {
        let description = Description::read(
            r#"{"schema": "passerelle.table/1", "id": "t", "title": "T", "columns": [
                {"id": "nom", "label": "nom", "group": "CANDIDAT", "kind": "text", "provenance_of": null},
                {"id": "nom.origine", "label": "origine", "kind": "text", "provenance_of": "nom"}]}"#,
        );
        let rows = vec![vec!["Noël".to_owned(), "fiche Stagiaire".to_owned()]];
        let first = FirstRows {
            description: description.unwrap(),
            rows,
            more: false,
            total: 0,
        };
        assert_eq!(first.column("nom").collect::<Vec<_>>(), ["Noël"]);
        assert_eq!(first.column("absente").count(), 0);
        let mut grid = Grid::new();
        assert_eq!(fill(&first, 80, &mut grid), 0);
        let drawn = grid.to_string();
        assert!(drawn.contains("Noël") && !drawn.contains("Stagiaire"), "{drawn}");
    }
}
