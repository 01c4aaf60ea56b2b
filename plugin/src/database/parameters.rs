//! Parameters: one set, or arrays of them.

use odbc_api::buffers::{AnyBuffer, AnySliceMut, BufferDesc};
use odbc_api::handles::StatementImpl;
use odbc_api::parameter::{InputParameter, VarCharBox, VarWCharBox};
use odbc_api::{ColumnarBulkInserter, Nullable, Prepared, U16String};

use super::{DatabaseError, Param, TextBinding};

/// Bytes that the arrays of one execution may take.
const ARRAY_BUDGET: usize = 4 << 20;

/// One set of parameters, in the form that the driver takes.
pub(super) fn bind(params: &[Param], binding: TextBinding) -> Vec<Box<dyn InputParameter>> {
    params
        .iter()
        .map(|param| -> Box<dyn InputParameter> {
            match (param, binding) {
                (Param::Integer(value), _) => Box::new(Nullable::new(*value)),
                (Param::Text(text), TextBinding::Narrow) => Box::new(VarCharBox::from_string(text.clone())),
                (Param::Text(text), TextBinding::Wide) => {
                    Box::new(VarWCharBox::from_u16_string(U16String::from_str(text)))
                }
                (Param::Null, TextBinding::Narrow) => Box::new(VarCharBox::null()),
                (Param::Null, TextBinding::Wide) => Box::new(VarWCharBox::null()),
            }
        })
        .collect()
}

/// Executes a prepared statement for every row, an array of parameters at a time.
pub(super) fn execute_arrays(
    prepared: Prepared<StatementImpl<'_>>,
    rows: &[Vec<Param>],
    binding: TextBinding,
) -> Result<(), DatabaseError> {
    let width = rows.first().map_or(0, Vec::len);
    if rows.iter().any(|row| row.len() != width) {
        return Err(DatabaseError::DriverFault);
    }
    let descriptions: Vec<BufferDesc> = (0..width).map(|column| describe(rows, column, binding)).collect();
    let bytes: usize = descriptions.iter().map(BufferDesc::bytes_per_row).sum();
    let capacity = (ARRAY_BUDGET / bytes.max(1)).clamp(1, rows.len().clamp(1, 1000));
    let mut inserter = prepared.into_column_inserter(capacity, descriptions)?;
    for chunk in rows.chunks(capacity) {
        inserter.set_num_rows(chunk.len());
        for column in 0..width {
            fill(&mut inserter, column, chunk)?;
        }
        inserter.execute()?;
    }
    Ok(())
}

/// Whole numbers stay numbers where all of a column are; else text of the longest length.
fn describe(rows: &[Vec<Param>], column: usize, binding: TextBinding) -> BufferDesc {
    let cells = || rows.iter().filter_map(|row| row.get(column));
    if cells().any(|cell| matches!(cell, Param::Integer(_))) && !cells().any(|cell| matches!(cell, Param::Text(_))) {
        return BufferDesc::I64 { nullable: true };
    }
    let longest = cells()
        .map(|cell| match (cell, binding) {
            (Param::Text(text), TextBinding::Narrow) => text.len(),
            (Param::Text(text), TextBinding::Wide) => text.encode_utf16().count(),
            _ => 20,
        })
        .max();
    let max_str_len = longest.unwrap_or(1).max(1);
    match binding {
        TextBinding::Narrow => BufferDesc::Text { max_str_len },
        TextBinding::Wide => BufferDesc::WText { max_str_len },
    }
}

fn fill(
    inserter: &mut ColumnarBulkInserter<StatementImpl<'_>, AnyBuffer>,
    column: usize,
    rows: &[Vec<Param>],
) -> Result<(), DatabaseError> {
    let cells = rows
        .iter()
        .map(|row| row.get(column).unwrap_or(&Param::Null))
        .enumerate();
    match inserter.column_mut(column) {
        AnySliceMut::NullableI64(mut target) => {
            for (row, cell) in cells {
                target.set_cell(
                    row,
                    if let Param::Integer(value) = cell {
                        Some(*value)
                    } else {
                        None
                    },
                );
            }
        }
        AnySliceMut::Text(mut target) => {
            for (row, cell) in cells {
                target.set_cell(row, as_text(cell).as_ref().map(|text| text.as_bytes()));
            }
        }
        AnySliceMut::WText(mut target) => {
            for (row, cell) in cells {
                let units: Option<Vec<u16>> = as_text(cell).map(|text| text.encode_utf16().collect());
                target.set_cell(row, units.as_deref());
            }
        }
        // The three kinds above are the ones that `describe` asks for.
        _ => return Err(DatabaseError::DriverFault),
    }
    Ok(())
}

fn as_text(param: &Param) -> Option<String> {
    match param {
        Param::Null => None,
        Param::Integer(value) => Some(value.to_string()),
        Param::Text(text) => Some(text.clone()),
    }
}
