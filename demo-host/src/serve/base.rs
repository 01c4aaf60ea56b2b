//! The ERP's own tables, read and written by the ERP itself, through ODBC like everything else here.
//!
//! The names in the statements are those of the reference schema: an ERP knows its tables.

use odbc_api::buffers::{ColumnarBuffer, TextColumn, WCharColumn};
use odbc_api::handles::StatementConnection;
use odbc_api::parameter::VarWCharBox;
use odbc_api::{BlockCursor, Connection, ConnectionOptions, Cursor, CursorImpl, environment};

use crate::failure::Failure;

/// Rows of one block.
const BLOCK: usize = 200;
/// Characters of one cell at most: the widest column that is read here holds 254.
const CELL: usize = 260;

/// The ERP's database.
pub struct Base(String);

/// A legal entity or a site, for the pickers.
#[derive(Clone, serde::Serialize)]
pub struct Place {
    id: i64,
    /// Of a site: the legal entity that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    societe_id: Option<i64>,
    label: String,
}

/// The cells of a row, as text.
pub type Row = Vec<Option<String>>;

/// The rows of a query, read block after block.
pub struct Rows {
    block: Option<BlockCursor<CursorImpl<StatementConnection<Connection<'static>>>, ColumnarBuffer<WCharColumn>>>,
}

impl Base {
    /// With a connection string.
    pub fn new(connection: String) -> Self {
        Self(connection)
    }

    fn connect(&self) -> Result<Connection<'static>, Failure> {
        let environment = environment().map_err(refused)?;
        environment
            .connect_with_connection_string(&self.0, ConnectionOptions::default())
            .map_err(refused)
    }

    /// Legal entities and sites, by name.
    ///
    /// # Errors
    /// The tables are not there or cannot be read.
    pub fn places(&self) -> Result<(Vec<Place>, Vec<Place>), Failure> {
        let mut societes = self.all("SELECT id, NULL, raison_sociale FROM societe")?;
        let mut secteurs = self.all("SELECT id, societe_id, nom FROM secteur")?;
        for places in [&mut societes, &mut secteurs] {
            places.sort_by(|one, other| one.label.cmp(&other.label));
        }
        Ok((societes, secteurs))
    }

    fn all(&self, sql: &str) -> Result<Vec<Place>, Failure> {
        let mut rows = self.rows(sql, 3)?;
        let mut places = Vec::new();
        while let Some(block) = rows.next()? {
            places.extend(block.iter().filter_map(|row| place(row)));
        }
        Ok(places)
    }

    /// The rows of a query of so many columns.
    ///
    /// # Errors
    /// The database refuses.
    pub fn rows(&self, sql: &str, columns: u16) -> Result<Rows, Failure> {
        let cursor = self
            .connect()?
            .into_cursor(sql, (), None)
            .map_err(|error| refused(error.error))?;
        let Some(cursor) = cursor else {
            return Ok(Rows { block: None });
        };
        let column = |number| Ok((number, TextColumn::try_new(BLOCK, CELL).map_err(memory)?));
        let buffer = ColumnarBuffer::new((1..=columns).map(column).collect::<Result<Vec<_>, Failure>>()?);
        let block = cursor.bind_buffer(buffer).map_err(refused)?;
        Ok(Rows { block: Some(block) })
    }

    /// Executes a statement; gives how many rows it changed.
    ///
    /// # Errors
    /// The database refuses.
    pub fn execute(&self, sql: &str, parameters: &[Option<String>]) -> Result<usize, Failure> {
        let wide = |text: &Option<String>| {
            text.as_deref()
                .map_or_else(VarWCharBox::null, VarWCharBox::from_str_slice)
        };
        let bound: Vec<_> = parameters.iter().map(wide).collect();
        let connection = self.connect()?;
        let mut statement = connection.preallocate().map_err(refused)?;
        statement.execute(sql, &bound[..]).map(drop).map_err(refused)?;
        Ok(statement.row_count().map_err(refused)?.unwrap_or(1))
    }
}

impl Rows {
    /// The next rows; none after the last.
    ///
    /// # Errors
    /// The database refuses.
    pub fn next(&mut self) -> Result<Option<Vec<Row>>, Failure> {
        let Some(block) = &mut self.block else { return Ok(None) };
        let Some(read) = block.fetch().map_err(refused)? else {
            return Ok(None);
        };
        let cell = |column: usize, row: usize| {
            let text = read.column(column).get(row)?;
            Some(String::from_utf16_lossy(text))
        };
        let row = |row| (0..read.num_cols()).map(|column| cell(column, row)).collect();
        Ok(Some((0..read.num_rows()).map(row).collect()))
    }
}

fn place(row: &[Option<String>]) -> Option<Place> {
    let [Some(id), societe, label] = row else { return None };
    let id = id.trim().parse().ok()?;
    let label = label.as_deref().map(str::trim).filter(|label| !label.is_empty());
    Some(Place {
        id,
        societe_id: societe.as_deref().and_then(|id| id.trim().parse().ok()),
        label: label.map_or_else(|| format!("n° {id}"), str::to_owned),
    })
}

fn refused(error: odbc_api::Error) -> Failure {
    Failure::failed(
        "La base de données de l'ERP ne répond pas comme attendu : vérifiez qu'elle a les tables de référence \
         (demo-host seed les crée) et les droits du compte.",
        error,
    )
}

fn memory(_: odbc_api::TooLargeBufferSize) -> Failure {
    Failure::failed(
        "Mémoire insuffisante pour lire la base de données.",
        "a buffer is too large",
    )
}
