//! Parameters: one set, or arrays of them.

use odbc_api::Nullable;
use odbc_api::buffers::{AnyBuffer, BufferDesc, Indicator};
use odbc_api::parameter::{InputParameter, VarCharBox, VarWCharBox};

use super::odbc::{Refused, Statement};
use super::{Param, TextBinding};

/// Bytes that the arrays of one execution may take.
const ARRAY_BUDGET: usize = 4 << 20;

/// One set of parameters, in the form that the driver takes.
pub(super) fn bind(params: &[Param], binding: TextBinding) -> Vec<Box<dyn InputParameter>> {
    params
        .iter()
        .map(|param| -> Box<dyn InputParameter> {
            match (param, binding) {
                (Param::Integer(value), _) => Box::new(Nullable::new(*value)),
                // A zero follows each text: some drivers look for it, whatever length they are told.
                (Param::Text(text), TextBinding::Narrow) => {
                    let bytes = text.bytes().chain([0]).collect();
                    Box::new(VarCharBox::from_buffer(bytes, Indicator::Length(text.len())))
                }
                (Param::Text(text), TextBinding::Wide) => {
                    let units: Box<[u16]> = text.encode_utf16().chain([0]).collect();
                    let length = Indicator::Length(2 * (units.len() - 1));
                    Box::new(VarWCharBox::from_buffer(units, length))
                }
                (Param::Null, TextBinding::Narrow) => Box::new(VarCharBox::null()),
                (Param::Null, TextBinding::Wide) => Box::new(VarWCharBox::null()),
            }
        })
        .collect()
}

/// Executes a prepared statement for every row, an array of parameters at a time. All rows have the same length.
pub(super) fn execute_arrays(
    mut statement: Statement<'_>,
    rows: &[Vec<Param>],
    binding: TextBinding,
) -> Result<(), Refused> {
    let width = rows.first().map_or(0, Vec::len);
    let descriptions: Vec<BufferDesc> = (0..width).map(|column| describe(rows, column, binding)).collect();
    let bytes: usize = descriptions.iter().map(BufferDesc::bytes_per_row).sum();
    let capacity = (ARRAY_BUDGET / bytes.max(1)).clamp(1, rows.len().clamp(1, 1000));
    let mut buffers: Vec<AnyBuffer> = descriptions
        .into_iter()
        .map(|description| AnyBuffer::from_desc(capacity, description))
        .collect();
    for chunk in rows.chunks(capacity) {
        for (column, buffer) in buffers.iter_mut().enumerate() {
            fill(buffer, column, chunk);
        }
        statement.execute_arrays(chunk.len(), &buffers)?;
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

fn fill(buffer: &mut AnyBuffer, column: usize, rows: &[Vec<Param>]) {
    let cells = rows
        .iter()
        .map(|row| row.get(column).unwrap_or(&Param::Null))
        .enumerate();
    match buffer {
        AnyBuffer::NullableI64(target) => {
            let mut target = target.writer_n(rows.len());
            for (row, cell) in cells {
                let number = if let Param::Integer(value) = cell {
                    Some(*value)
                } else {
                    None
                };
                target.set_cell(row, number);
            }
        }
        AnyBuffer::WText(target) => {
            for (row, cell) in cells {
                let units: Option<Vec<u16>> = as_text(cell).map(|text| text.encode_utf16().collect());
                target.set_value(row, units.as_deref());
            }
        }
        AnyBuffer::Text(target) => {
            for (row, cell) in cells {
                target.set_value(row, as_text(cell).as_ref().map(|text| text.as_bytes()));
            }
        }
        // The three kinds above are the ones that `describe` asks for.
        _ => {}
    }
}

fn as_text(param: &Param) -> Option<String> {
    match param {
        Param::Null => None,
        Param::Integer(value) => Some(value.to_string()),
        Param::Text(text) => Some(text.clone()),
    }
}
