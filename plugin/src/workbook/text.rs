//! What a workbook can hold of a text: the parts of its file are XML 1.0, and one character that XML forbids makes a
//! reader refuse the file, or lose the rows after it without a word.

use std::borrow::Cow;

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

/// UTF-16 units that a cell holds at most.
pub(super) const CELL_UNITS: usize = 32_767;
/// UTF-16 units that the name of a worksheet holds at most.
const NAME_UNITS: usize = 31;
/// Stands for what cannot be written.
const REPLACEMENT: char = '\u{FFFD}';

/// What may stand in a document for a character: itself, or U+FFFD for one of Unicode's noncharacters. (Some of them
/// XML allows and HTML does not: none has a meaning for anybody who reads.)
pub(crate) fn writable(char: char) -> char {
    let point = u32::from(char);
    if point & 0xFFFE == 0xFFFE || (0xFDD0..=0xFDEF).contains(&point) {
        REPLACEMENT
    } else {
        char
    }
}

/// A text as a cell holds it. Control characters stay: the library writes them as Excel does, `_x0001_`.
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    if text.len() <= CELL_UNITS && text.chars().all(|char| writable(char) == char) {
        return text.into();
    }
    shortened(text.chars().map(writable), CELL_UNITS).into()
}

/// A text where the library writes it as it is, in an attribute or a property.
pub(super) fn plain(text: &str) -> String {
    let shown = |char: char| if char.is_control() { REPLACEMENT } else { writable(char) };
    text.chars().map(shown).collect()
}

/// The name of a worksheet, the `number`th of its table: what Excel forbids in it is left out, and it fits.
pub(super) fn sheet_name(name: &str, number: usize) -> String {
    let allowed: String = plain(name).replace(['[', ']', ':', '*', '?', '/', '\\'], " ");
    let ending = if number > 1 {
        format!(" ({number})")
    } else {
        String::new()
    };
    let room = NAME_UNITS - ending.len();
    let trimmed = allowed.trim_matches(|char: char| char == '\'' || char.is_whitespace());
    let stem = shortened(trimmed.chars(), room);
    match stem.trim_end_matches(|char: char| char == '\'' || char.is_whitespace()) {
        "" => format!("Feuille{ending}"),
        stem => format!("{stem}{ending}"),
    }
}

/// Writes a text into a cell.
pub(super) fn write(
    worksheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let text = cell(text);
    let cuts: Vec<usize> = text
        .match_indices("_x")
        .map(|(at, _)| at + 1)
        .filter(|cut| is_trap(&text, *cut))
        .collect();
    if cuts.is_empty() {
        worksheet.write_string_with_format(row, column, text, format)?;
        return Ok(());
    }
    let plain = Format::new();
    let (mut pieces, mut rest, mut start) = (Vec::new(), &*text, 0);
    for cut in cuts {
        let (piece, after) = rest.split_at(cut - start);
        pieces.push((&plain, piece));
        (rest, start) = (after, cut);
    }
    pieces.push((&plain, rest));
    worksheet.write_rich_string_with_format(row, column, &pieces, format)?;
    Ok(())
}

/// Whether the library panics at the `_x` whose `x` stands at `at`: it looks there for an escape such as `_x0041_`, byte
/// by byte, and a longer character stands across the end. Parted before the `x`, there is nothing to look for.
fn is_trap(text: &str, at: usize) -> bool {
    at + 6 <= text.len() && !text.is_char_boundary(at + 5)
}

/// As many of the characters as fit; with an ellipsis if they do not all.
fn shortened(chars: impl Iterator<Item = char> + Clone, units: usize) -> String {
    let length = |chars: &mut dyn Iterator<Item = char>| chars.map(char::len_utf16).sum::<usize>();
    if length(&mut chars.clone()) <= units {
        return chars.collect();
    }
    let mut used = 0;
    let fits = |char: &char| {
        used += char.len_utf16();
        used < units
    };
    chars.take_while(fits).chain(['…']).collect()
}
