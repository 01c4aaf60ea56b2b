//! Writes rows through ODBC in bulk: one block of parameters a table, all tables in one transaction.

use chrono::Datelike;
use odbc_api::buffers::{AnyBuffer, BufferDesc};
use odbc_api::handles::StatementImpl;
use odbc_api::sys::Date;
use odbc_api::{ColumnarBulkInserter, Connection};

use super::dialect::Dialect;
use super::schema::{Kind, TABLES, Table, TableDef};
use super::{SeedError, Sink, Value};

/// Rows a block: the driver's round trips vanish, and the widest table stays within a few megabytes.
const BLOCK_ROWS: usize = 1000;

/// The sink that fills a database.
pub struct Loader<'c> {
    blocks: Vec<Block<'c>>,
}

impl<'c> Loader<'c> {
    /// Prepares one statement a table; the tables must be there.
    pub fn new(connection: &'c Connection<'c>, dialect: Dialect) -> Result<Self, SeedError> {
        let blocks = TABLES
            .iter()
            .map(|table| Block::new(connection, dialect, table))
            .collect::<Result<_, _>>()?;
        Ok(Self { blocks })
    }

    /// Writes what the blocks still hold.
    pub fn finish(mut self) -> Result<(), SeedError> {
        self.blocks.iter_mut().try_for_each(Block::flush)
    }
}

impl Sink for Loader<'_> {
    fn row(&mut self, table: Table, values: &[Value<'_>]) -> Result<(), SeedError> {
        match self.blocks.get_mut(table as usize) {
            Some(block) => block.push(values),
            None => Err(SeedError::Shape {
                table: table.def().name,
            }),
        }
    }
}

struct Block<'c> {
    table: &'static TableDef,
    inserter: ColumnarBulkInserter<StatementImpl<'c>, AnyBuffer>,
    rows: usize,
    scratch: Vec<u16>,
}

impl<'c> Block<'c> {
    fn new(connection: &'c Connection<'c>, dialect: Dialect, table: &'static TableDef) -> Result<Self, SeedError> {
        let problem = |source| SeedError::Database {
            doing: "préparer le remplissage",
            table: table.name,
            source,
        };
        let statement = connection.prepare(&dialect.insert(table)).map_err(problem)?;
        let descriptions = table.columns.iter().map(|column| describe(column.kind));
        let inserter = statement
            .into_column_inserter(BLOCK_ROWS, descriptions)
            .map_err(problem)?;
        Ok(Self {
            table,
            inserter,
            rows: 0,
            scratch: Vec::new(),
        })
    }

    fn push(&mut self, values: &[Value<'_>]) -> Result<(), SeedError> {
        if values.len() != self.table.columns.len() {
            return Err(SeedError::Shape { table: self.table.name });
        }
        self.inserter.set_num_rows(self.rows + 1);
        for (index, (value, column)) in values.iter().zip(self.table.columns).enumerate() {
            if !self.put(index, *value, column.kind) {
                return Err(SeedError::Value {
                    table: self.table.name,
                    column: column.name,
                });
            }
        }
        self.rows += 1;
        if self.rows == BLOCK_ROWS { self.flush() } else { Ok(()) }
    }

    /// Puts one cell into the block; false if the value does not fit the column.
    fn put(&mut self, index: usize, value: Value<'_>, kind: Kind) -> bool {
        let row = self.rows;
        let cell = self.inserter.column_mut(index);
        match kind {
            Kind::Key | Kind::Integer | Kind::Boolean => {
                let Some(mut cells) = cell.as_nullable_slice::<i32>() else {
                    return false;
                };
                match value {
                    Value::Null => cells.set_cell(row, None),
                    Value::Int(number) => cells.set_cell(row, Some(number)),
                    _ => return false,
                }
            }
            Kind::Decimal => {
                let Some(mut cells) = cell.as_nullable_slice::<f64>() else {
                    return false;
                };
                match value {
                    Value::Null => cells.set_cell(row, None),
                    Value::Decimal(number) => cells.set_cell(row, Some(number)),
                    _ => return false,
                }
            }
            Kind::Date => {
                let Some(mut cells) = cell.as_nullable_slice::<Date>() else {
                    return false;
                };
                match value {
                    Value::Null => cells.set_cell(row, None),
                    Value::Date(date) => {
                        let part = |number: u32| u16::try_from(number).unwrap_or(1);
                        let year = i16::try_from(date.year()).unwrap_or(i16::MAX);
                        cells.set_cell(
                            row,
                            Some(Date {
                                year,
                                month: part(date.month()),
                                day: part(date.day()),
                            }),
                        );
                    }
                    _ => return false,
                }
            }
            Kind::Text(_) | Kind::Char => {
                let Some(mut cells) = cell.as_w_text_view() else {
                    return false;
                };
                match value {
                    Value::Null => cells.set_cell(row, None),
                    Value::Text(text) => {
                        if text.chars().count() > characters(kind) {
                            return false;
                        }
                        self.scratch.clear();
                        self.scratch.extend(text.encode_utf16());
                        cells.set_cell(row, Some(&self.scratch));
                    }
                    _ => return false,
                }
            }
        }
        true
    }

    fn flush(&mut self) -> Result<(), SeedError> {
        if self.rows == 0 {
            return Ok(());
        }
        let table = self.table.name;
        self.inserter.execute().map_err(|source| SeedError::Database {
            doing: "remplir",
            table,
            source,
        })?;
        self.inserter.clear();
        self.rows = 0;
        Ok(())
    }
}

fn characters(kind: Kind) -> usize {
    match kind {
        Kind::Text(length) => length,
        _ => 1,
    }
}

/// UTF-16 for text: narrow text is in the machine's code page on Windows.
fn describe(kind: Kind) -> BufferDesc {
    match kind {
        Kind::Key | Kind::Integer | Kind::Boolean => BufferDesc::I32 { nullable: true },
        Kind::Decimal => BufferDesc::F64 { nullable: true },
        Kind::Date => BufferDesc::Date { nullable: true },
        // A character outside the basic plane takes two units.
        Kind::Text(_) | Kind::Char => BufferDesc::WText {
            max_str_len: 2 * characters(kind),
        },
    }
}
