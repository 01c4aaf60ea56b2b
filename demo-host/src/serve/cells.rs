//! Rows as they lie in the spool: each cell a tag and its bytes, so that one cell is found without reading the others.

use chrono::{Days, NaiveDate};
use passerelle_host_sdk::Cell;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

const NULL: u8 = 0;
const TEXT: u8 = 1;
const INTEGER: u8 = 2;
const BOOLEAN: u8 = 3;
const DATE: u8 = 4;

/// Rows on their way into the spool.
#[derive(Default)]
pub struct Block {
    /// The rows, one after the other.
    pub bytes: Vec<u8>,
    /// Where each row ends.
    pub ends: Vec<usize>,
}

impl Block {
    /// Adds one row.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = Option<Cell<'a>>>) {
        for cell in cells {
            self.cell(cell);
        }
        self.ends.push(self.bytes.len());
    }

    fn cell(&mut self, cell: Option<Cell<'_>>) {
        match cell {
            None => self.bytes.push(NULL),
            Some(Cell::Text(text)) => {
                // A text of more than 4 GB cannot come through the ABI.
                let length = u32::try_from(text.len()).unwrap_or(0);
                self.bytes.push(TEXT);
                self.bytes.extend_from_slice(&length.to_le_bytes());
                if length > 0 {
                    self.bytes.extend_from_slice(text.as_bytes());
                }
            }
            Some(Cell::Integer(number)) => {
                self.bytes.push(INTEGER);
                self.bytes.extend_from_slice(&number.to_le_bytes());
            }
            Some(Cell::Boolean(yes)) => self.bytes.extend_from_slice(&[BOOLEAN, yes.into()]),
            Some(Cell::Date(date)) => {
                self.bytes.push(DATE);
                let days = date.signed_duration_since(NaiveDate::default()).num_days();
                self.bytes.extend_from_slice(&days.to_le_bytes());
            }
        }
    }

    /// Empties it for the next rows.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

/// The cells of one row of the spool.
pub struct Cells<'a>(pub &'a [u8]);

impl<'a> Iterator for Cells<'a> {
    type Item = Option<Cell<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (tag, rest) = self.0.split_first()?;
        let (cell, rest) = match *tag {
            TEXT => {
                let (length, rest) = rest.split_first_chunk::<4>()?;
                let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length).try_into().ok()?)?;
                (Some(Cell::Text(std::str::from_utf8(text).ok()?)), rest)
            }
            INTEGER => {
                let (number, rest) = rest.split_first_chunk::<8>()?;
                (Some(Cell::Integer(i64::from_le_bytes(*number))), rest)
            }
            BOOLEAN => {
                let (yes, rest) = rest.split_first()?;
                (Some(Cell::Boolean(*yes != 0)), rest)
            }
            DATE => {
                let (days, rest) = rest.split_first_chunk::<8>()?;
                (date(i64::from_le_bytes(*days)).map(Cell::Date), rest)
            }
            _ => (None, rest),
        };
        self.0 = rest;
        Some(cell)
    }
}

fn date(days: i64) -> Option<NaiveDate> {
    let distance = Days::new(days.unsigned_abs());
    if days < 0 {
        NaiveDate::default().checked_sub_days(distance)
    } else {
        NaiveDate::default().checked_add_days(distance)
    }
}

/// A row as JSON, as forms carry the rows of their lists: numbers, booleans, `YYYY-MM-DD`, null.
pub fn json(row: &[u8]) -> Value {
    let cell = |cell: Option<Cell<'_>>| match cell {
        None => Value::Null,
        Some(Cell::Text(text)) => text.into(),
        Some(Cell::Integer(number)) => number.into(),
        Some(Cell::Boolean(yes)) => yes.into(),
        Some(Cell::Date(date)) => date.to_string().into(),
    };
    Value::Array(Cells(row).map(cell).collect())
}

/// Whether a cell as it is shown contains a text, which is folded; a number or date, whether it compares so: `>10`, `<=3`,
/// `=12`, `>01/09/2026`.
pub fn contains(cell: Option<Cell<'_>>, folded: &str) -> bool {
    if let Some(compared) = compares(cell, folded) {
        return compared;
    }
    match cell {
        None => false,
        Some(Cell::Text(text)) => fold(text).contains(folded),
        Some(Cell::Integer(number)) => number.to_string().contains(folded),
        Some(Cell::Boolean(yes)) => (if yes { "oui" } else { "non" }).contains(folded),
        Some(Cell::Date(date)) => date.format("%d/%m/%Y").to_string().contains(folded),
    }
}

/// Whether a number or date stands as a filter such as `>10` says; none: the filter says no such thing of it.
fn compares(cell: Option<Cell<'_>>, filter: &str) -> Option<bool> {
    let (signs, wanted) = filter.split_at(filter.find(|sign: char| !"<>=".contains(sign))?);
    let ordering = match cell? {
        Cell::Integer(number) => number.cmp(&wanted.trim().parse().ok()?),
        Cell::Date(date) => date.cmp(&NaiveDate::parse_from_str(wanted.trim(), "%d/%m/%Y").ok()?),
        Cell::Text(_) | Cell::Boolean(_) => return None,
    };
    Some(match signs {
        ">" => ordering.is_gt(),
        "<" => ordering.is_lt(),
        ">=" => ordering.is_ge(),
        "<=" => ordering.is_le(),
        "=" => ordering.is_eq(),
        _ => return None,
    })
}

/// Where a cell stands in a sorted column: numbers as numbers, also those inside texts; texts without case and accents; cells
/// without a value at the end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A number, a date, no before yes.
    Number(i64),
    /// A text, its numbers filled up.
    Text(String),
    /// Nothing.
    Empty,
}

/// The key of a cell.
pub fn key(cell: Option<Cell<'_>>) -> Key {
    match cell {
        None | Some(Cell::Text("")) => Key::Empty,
        Some(Cell::Integer(number)) => Key::Number(number),
        Some(Cell::Boolean(yes)) => Key::Number(yes.into()),
        Some(Cell::Date(date)) => Key::Number(date.signed_duration_since(NaiveDate::default()).num_days()),
        Some(Cell::Text(text)) => Key::Text(filled_up(&fold(text))),
    }
}

/// A text whose numbers are as long as each other, as far as anybody looks.
fn filled_up(text: &str) -> String {
    const WIDTH: usize = 15;
    const LOOKED_AT: usize = 120;
    let mut filled = String::new();
    let mut number = String::new();
    for char in text.chars().take(LOOKED_AT).chain(['\0']) {
        if char.is_ascii_digit() {
            number.push(char);
            continue;
        }
        if !number.is_empty() {
            filled.push_str(&format!("{number:0>WIDTH$}"));
            number.clear();
        }
        if char != '\0' {
            filled.push(char);
        }
    }
    filled
}

/// A text without case and accents.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let base = |letter: &char| !unicode_normalization::char::is_combining_mark(*letter);
    text.nfkd().filter(base).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_comes_back_as_it_went_in() {
        let date = NaiveDate::from_ymd_opt(1957, 2, 28);
        let cells = [
            Some(Cell::Text("Zoé")),
            Some(Cell::Integer(-3)),
            None,
            Some(Cell::Boolean(true)),
            date.map(Cell::Date),
            Some(Cell::Text("")),
        ];
        let mut block = Block::default();
        block.row(cells);
        assert_eq!(Cells(&block.bytes).collect::<Vec<_>>(), cells);
        assert_eq!(json(&block.bytes), json!(["Zoé", -3, null, true, "1957-02-28", ""]));
    }

    #[test]
    fn numbers_and_dates_are_compared_as_such() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 23).map(Cell::Date);
        let number = Some(Cell::Integer(12));
        for (cell, filter, found) in [
            (number, ">9", true),
            (number, "> 12", false),
            (number, ">=12", true),
            (number, "<100", true),
            (number, "=1", false),
            (number, "1", true),
            (date, ">01/09/2026", true),
            (date, "<=22/11/2026", false),
            (Some(Cell::Text("<b>")), "<b", true),
            (None, ">1", false),
        ] {
            assert_eq!(contains(cell, filter), found, "{cell:?} {filter}");
        }
        let keys: Vec<_> = ["Élan", "Lot 2", "lot 10", "LOT 11a", "zoo", ""]
            .map(|text| key(Some(Cell::Text(text))))
            .to_vec();
        assert!(keys.is_sorted(), "{keys:?}");
        assert!(key(Some(Cell::Integer(9))) < key(Some(Cell::Integer(10))) && key(Some(Cell::Integer(10))) < key(None));
    }

    #[test]
    fn a_cell_is_found_whatever_its_case_and_accents() {
        let text = Some(Cell::Text("Élève À BESANÇON"));
        for (sought, found) in [("besancon", true), ("eleve a", true), ("nancy", false)] {
            assert_eq!(contains(text, &fold(sought)), found, "{sought}");
        }
        let date = NaiveDate::from_ymd_opt(2026, 11, 23).map(Cell::Date);
        assert!(contains(date, "23/11"));
        assert!(contains(Some(Cell::Boolean(true)), "ou"));
        assert!(!contains(None, "a"));
    }
}
