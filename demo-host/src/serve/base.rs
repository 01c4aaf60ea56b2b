//! The ERP's own tables, read and written by the ERP itself, through ODBC like everything else here.

use odbc_api::buffers::TextRowSet;
use odbc_api::parameter::VarWCharBox;
use odbc_api::{Connection, ConnectionOptions, Cursor, IntoParameter, ResultSetMetadata, environment};

use crate::failure::Failure;
use crate::seed::quoting;

/// Rows of one block.
const BLOCK: usize = 200;
/// Bytes of one cell at most: the widest column that is read here holds 254 characters.
const CELL: usize = 1100;

/// The ERP's database.
pub struct Base {
    connection: String,
}

/// A legal entity or a site, for the pickers.
#[derive(Clone, serde::Serialize)]
pub struct Place {
    id: i64,
    /// Of a site: the legal entity that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    societe_id: Option<i64>,
    label: String,
}

impl Base {
    /// With a connection string.
    pub fn new(connection: String) -> Self {
        Self { connection }
    }

    fn connect(&self) -> Result<Connection<'static>, Failure> {
        let environment = environment().map_err(|error| refused(&error))?;
        environment
            .connect_with_connection_string(&self.connection, ConnectionOptions::default())
            .map_err(|error| refused(&error))
    }

    /// Legal entities and sites, by name.
    ///
    /// # Errors
    /// The tables are not there or cannot be read.
    pub fn places(&self) -> Result<(Vec<Place>, Vec<Place>), Failure> {
        let connection = self.connect()?;
        let names = Names::of(&connection)?;
        let (mut societes, mut secteurs) = (Vec::new(), Vec::new());
        let sql = names.sql("SELECT {id}, {raison_sociale} FROM {societe}");
        rows(&connection, &sql, &[], &mut |cells| {
            if let [Some(id), label] = cells {
                societes.extend(place(id, None, label.as_deref()));
            }
            true
        })?;
        let sql = names.sql("SELECT {id}, {societe_id}, {nom} FROM {secteur}");
        rows(&connection, &sql, &[], &mut |cells| {
            if let [Some(id), societe, label] = cells {
                let societe = societe.as_deref().and_then(|id| id.trim().parse().ok());
                secteurs.extend(place(id, societe, label.as_deref()));
            }
            true
        })?;
        societes.sort_by(|one, other| one.label.cmp(&other.label));
        secteurs.sort_by(|one, other| one.label.cmp(&other.label));
        Ok((societes, secteurs))
    }

    /// Rows of a query with the names of tables and columns in braces; `take` says false to stop.
    ///
    /// # Errors
    /// The database refuses.
    pub fn rows(
        &self,
        sql: &str,
        parameters: &[String],
        take: &mut dyn FnMut(&[Option<String>]) -> bool,
    ) -> Result<(), Failure> {
        let connection = self.connect()?;
        let sql = Names::of(&connection)?.sql(sql);
        rows(&connection, &sql, parameters, take)
    }

    /// Executes a statement with the names of tables and columns in braces.
    ///
    /// # Errors
    /// The database refuses.
    pub fn execute(&self, sql: &str, parameters: &[Option<String>]) -> Result<(), Failure> {
        let connection = self.connect()?;
        let sql = Names::of(&connection)?.sql(sql);
        let bound: Vec<_> = parameters.iter().map(|text| wide(text.as_deref())).collect();
        connection
            .execute(&sql, &bound[..], None)
            .map(drop)
            .map_err(|error| refused(&error))
    }
}

fn wide(text: Option<&str>) -> VarWCharBox {
    text.map_or_else(VarWCharBox::null, VarWCharBox::from_str_slice)
}

fn place(id: &str, societe_id: Option<i64>, label: Option<&str>) -> Option<Place> {
    let id = id.trim().parse().ok()?;
    let label = label.map(str::trim).filter(|label| !label.is_empty());
    Some(Place {
        id,
        societe_id,
        label: label.map_or_else(|| format!("n° {id}"), str::to_owned),
    })
}
