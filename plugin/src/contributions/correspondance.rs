//! The mapping of the ERP's tables: proposed from the database's catalogue, and what each entity yields by it. Opened by
//! whoever installs, not from a menu.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::registry::{Contribution, DocumentEntry, Opens, text};
use crate::database::Database;
use crate::erp::{Erp, Examined, Values};
use crate::error::Error;
use crate::table::{Batch, Cell, Column, Description, Kind, Progress, Rows, Table};

/// The screen.
pub const SCREEN: Contribution = Contribution {
    id: c"correspondance",
    label: c"Correspondance des tables",
    menu: c"",
    opens: Opens::Tables(|at, _| Ok(tables(&at.erp()?))),
};

/// A mapping file, proposed.
pub const CORRESPONDANCE: DocumentEntry = DocumentEntry {
    id: "correspondance.toml",
    write: |at, _, _, to| propose(&at.database()?, to),
    read: None,
};

/// Letters of a value that are shown.
const SHOWN_LETTERS: usize = 30;

/// Write a mapping file proposed from the tables that the database has.
///
/// # Errors
/// The catalogue cannot be read, or `to` failed.
pub fn propose(database: &Database, to: &mut dyn Write) -> Result<(), Error> {
    let text = Erp::propose_mapping(database)?;
    to.write_all(text.as_bytes()).map_err(|error| Error::io(&error))
}

/// *Correspondance des tables*: each entity, its rows and what is doubtful in them; and *Premières valeurs*, which are
/// personal data: to be shown, not to be kept.
pub fn tables(erp: &Erp) -> Vec<Table> {
    let entities = vec![
        Column::new("entite", "Entité", Kind::Text),
        Column::new("etat", "État", Kind::Text),
        Column::new("source", "Source", Kind::Text),
        Column::new("lignes", "Lignes", Kind::Integer),
        Column::new("repetees", "Répétées", Kind::Integer),
        Column::new("illisibles", "Valeurs illisibles", Kind::Text),
        Column::new("dates_fictives", "Dates fictives", Kind::Text),
        Column::new("a_faire", "À faire", Kind::Text),
    ];
    let values = vec![
        Column::new("entite", "Entité", Kind::Text),
        Column::new("colonne", "Colonne", Kind::Text),
        Column::new("nom", "Dans la base", Kind::Text),
        Column::new("valeurs", "Premières valeurs", Kind::Text),
    ];
    vec![
        table(erp, text(SCREEN.id), text(SCREEN.label), entities, examined),
        table(erp, "premieres-valeurs", "Premières valeurs", values, first_values),
    ]
}

/// Appends the lines of the entity at a position; false after the last.
type Lines = fn(&Erp, usize, &Progress, &mut Batch) -> Result<bool, Error>;

fn table(erp: &Erp, id: &'static str, title: &str, columns: Vec<Column>, lines: Lines) -> Table {
    let progress = Arc::new(Progress::default());
    progress.total.store(Erp::entities().len() as u64, Ordering::Relaxed);
    Table {
        description: Description::new(id, title, columns),
        rows: Box::new(Entities {
            erp: erp.clone(),
            progress: progress.clone(),
            position: 0,
            lines,
        }),
        progress,
    }
}

/// One entity after the other, when the host pulls.
struct Entities {
    erp: Erp,
    progress: Arc<Progress>,
    position: usize,
    lines: Lines,
}

impl Rows for Entities {
    fn next(&mut self, _: usize, batch: &mut Batch) -> Result<(), Error> {
        while batch.rows() == 0 {
            if self.progress.is_cancelled() {
                return Err(Error::cancelled());
            }
            if !(self.lines)(&self.erp, self.position, &self.progress, batch)? {
                return Ok(());
            }
            self.position += 1;
            self.progress.done.store(self.position as u64, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn examined(erp: &Erp, position: usize, progress: &Progress, batch: &mut Batch) -> Result<bool, Error> {
    let Some(examined) = erp.examine(position, &|| progress.is_cancelled())? else {
        return Ok(false);
    };
    let number = |count: u64| Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX));
    let (unreadable, placeholders) = (counts(&examined.illisibles), counts(&examined.dates_fictives));
    let to_do = to_do(&examined).join("\n");
    let state = if examined.problemes.is_empty() {
        "OK"
    } else {
        "À corriger"
    };
    batch.push([
        Cell::Text(examined.entite),
        Cell::Text(state),
        Cell::Text(&examined.source),
        examined.lignes.map_or(Cell::Empty, number),
        number(examined.repetees + examined.differentes),
        Cell::Text(&unreadable),
        Cell::Text(&placeholders),
        Cell::Text(&to_do),
    ]);
    Ok(true)
}

/// `date_fin : 3, date_debut : 1`.
fn counts(counted: &[(String, u64)]) -> String {
    let texts: Vec<_> = counted
        .iter()
        .map(|(name, count)| format!("{name} : {count}"))
        .collect();
    texts.join(", ")
}

/// What is wrong, and what should be looked at.
fn to_do(examined: &Examined) -> Vec<String> {
    let mut lines = examined.problemes.clone();
    lines.extend(examined.cles_douteuses());
    if examined.lignes == Some(0) && lines.is_empty() && !examined.absente {
        lines.push("Aucune ligne : vérifier que c'est la bonne table.".to_owned());
    }
    lines
}

fn first_values(erp: &Erp, position: usize, _: &Progress, batch: &mut Batch) -> Result<bool, Error> {
    let Some(found) = erp.first_values(position)? else {
        return Ok(false);
    };
    for Values {
        entite,
        colonne,
        nom,
        valeurs,
    } in &found
    {
        let shown: Vec<_> = valeurs.iter().map(|value| short(value)).collect();
        let shown = shown.join(" · ");
        batch.push([
            Cell::Text(entite),
            Cell::Text(colonne),
            Cell::Text(nom),
            Cell::Text(&shown),
        ]);
    }
    Ok(true)
}

fn short(value: &str) -> String {
    match value.char_indices().nth(SHOWN_LETTERS) {
        Some((at, _)) => format!("{}…", value.get(..at).unwrap_or(value)),
        None => value.to_owned(),
    }
}
