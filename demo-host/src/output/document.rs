//! The description of a table, `passerelle.table/1`.

use serde::Deserialize;

use crate::failure::Failure;

/// A table's description.
#[derive(Clone, Debug, Deserialize)]
pub struct Description {
    /// Stable id.
    #[serde(default)]
    pub id: String,
    /// Title in French.
    pub title: String,
    /// Columns, in the order of the cells.
    pub columns: Vec<Column>,
}

/// One column.
#[derive(Clone, Debug, Deserialize)]
pub struct Column {
    /// Stable id.
    pub id: String,
    /// Heading in French.
    pub label: String,
    /// Heading over several columns.
    #[serde(default)]
    pub group: Option<String>,
    /// Id of the column whose values' origin this one tells.
    #[serde(default)]
    pub provenance_of: Option<String>,
}

impl Description {
    /// Reads a description.
    ///
    /// # Errors
    /// It is not what `passerelle.table/1` says.
    pub fn read(json: &str) -> Result<Self, Failure> {
        serde_json::from_str(json).map_err(|error| {
            Failure::failed(
                "Le plugin a décrit un tableau que cette application ne sait pas lire : vérifiez que leurs versions \
                 vont ensemble.",
                error,
            )
        })
    }
}
