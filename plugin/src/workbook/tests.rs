#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation
)]

use std::io::Cursor;
use std::sync::atomic::{AtomicUsize, Ordering};

use calamine::{Data, DataType as _, Range, Reader as _, Xlsx};

use super::*;
use crate::table::Kind;

/// A host that stops after being asked so often.
struct Patience(AtomicUsize);

impl Patience {
    fn of(asked: usize) -> Self {
        Self(AtomicUsize::new(asked))
    }
}

impl Run for Patience {
    fn is_cancelled(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_err()
    }

    fn progress(&self, _: u64, _: u64, _: &str) {}
}

fn columns() -> Vec<Column> {
    vec![
        Column::new("t", "Texte", Kind::Text),
        Column::new("d", "Jour", Kind::Date),
        Column::new("n", "Nombre", Kind::Integer),
        Column::new("b", "Vrai", Kind::Boolean),
    ]
}

fn book() -> Book {
    Book::new("Essai", day("2026-11-23")).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn written(book: Book, sheets: Vec<Sheet>) -> Xlsx<Cursor<Vec<u8>>> {
    let mut bytes = Vec::new();
    book.write(sheets, &Patience::of(usize::MAX), &mut bytes).unwrap();
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

fn cell(range: &Range<Data>, row: u32, column: u32) -> Data {
    range.get_value((row, column)).cloned().unwrap_or(Data::Empty)
}

#[test]
fn values_are_read_back_as_what_they_are() {
    let long = "é".repeat(40_000);
    let rows: Vec<([Value<'_>; 4], [Data; 4])> = vec![
        (
            [
                Cell::Text("=1+1").into(),
                Cell::Date(day("2008-02-29")).into(),
                Cell::Integer(-3).into(),
                Cell::Boolean(true).into(),
            ],
            [
                Data::String("=1+1".into()),
                Data::String("2008-02-29".into()),
                Data::Float(-3.0),
                Data::Bool(true),
            ],
        ),
        (
            [
                Cell::Text("<b>\u{1}&\u{1F600} \"\n ").into(),
                Cell::Date(day("1899-12-31")).into(),
                Cell::Integer(i64::MAX).into(),
                Cell::Empty.into(),
            ],
            [
                // As Excel writes a control character.
                Data::String("<b>_x0001_&\u{1F600} \"\n ".into()),
                Data::String("31/12/1899".into()),
                Data::String(i64::MAX.to_string()),
                Data::Empty,
            ],
        ),
        (
            [
                Cell::Text(&long).into(),
                Cell::Empty.into(),
                Cell::Integer(0).into(),
                Cell::Boolean(false).into(),
            ],
            [
                Data::String("é".repeat(text::CELL_UNITS - 1) + "…"),
                Data::Empty,
                Data::Float(0.0),
                Data::Bool(false),
            ],
        ),
    ];
    let mut book = book();
    let mut sheet = book.sheet("Essai", &columns(), &["t"]).unwrap();
    for (row, _) in &rows {
        sheet.row(&mut book, *row).unwrap();
    }
    let range = written(book, vec![sheet]).worksheet_range("Essai").unwrap();
    for (number, (_, expected)) in (1..).zip(&rows) {
        for (column, expected) in (0..).zip(expected) {
            let found = match cell(&range, number, column) {
                found @ Data::DateTime(_) => Data::String(found.as_date().unwrap().to_string()),
                found => found,
            };
            assert_eq!(&found, expected, "row {number}, column {column}");
        }
    }
}

#[test]
fn a_moment_is_a_date_with_a_time() {
    let at = day("2026-11-24").and_hms_opt(2, 0, 3).unwrap();
    let mut book = book();
    let mut sheet = book.sheet("Essai", &columns()[..1], &[]).unwrap();
    sheet.row(&mut book, [Value::Moment(at)]).unwrap();
    let range = written(book, vec![sheet]).worksheet_range("Essai").unwrap();
    let read = cell(&range, 1, 0).as_datetime().unwrap();
    assert!((read - at).num_milliseconds().abs() < 500, "{read}");
}

#[test]
fn rows_beyond_a_worksheet_go_on_in_the_next_in_place() {
    for (rows, expected) in [
        (0, vec!["A", "B"]),
        (3, vec!["A", "B"]),
        (4, vec!["A", "A (2)", "B"]),
        (7, vec!["A", "A (2)", "A (3)", "B"]),
    ] {
        let mut book = book();
        let mut first = book.sheet_of("A", Layout::new(&columns(), &[]), 4).unwrap();
        let second = book.sheet("B", &columns(), &[]).unwrap();
        for number in 0..rows {
            first
                .row(&mut book, [Cell::Text("x"), Cell::Empty, Cell::Integer(number)])
                .unwrap();
        }
        let mut read = written(book, vec![first, second]);
        assert_eq!(read.sheet_names(), expected);
        let mut found = Vec::new();
        for name in expected.iter().filter(|name| name.starts_with('A')) {
            let range = read.worksheet_range(name).unwrap();
            assert_eq!(
                cell(&range, 0, 2),
                Data::String("Nombre".into()),
                "{name} has the header"
            );
            found.extend((1..range.height() as u32).map(|row| cell(&range, row, 2).as_i64().unwrap()));
        }
        assert_eq!(found, (0..rows).collect::<Vec<_>>());
    }
}

#[test]
fn a_host_that_stops_gets_no_whole_workbook_wherever_it_stops() {
    for asked in 0.. {
        let mut book = book();
        let mut sheet = book.sheet("A", &columns(), &[]).unwrap();
        for number in 0..400 {
            sheet
                .row(&mut book, [Cell::Text("x"), Cell::Empty, Cell::Integer(number)])
                .unwrap();
        }
        let mut bytes = Vec::new();
        match book.write([sheet], &Patience::of(asked), &mut bytes) {
            Ok(()) => {
                assert!(asked > 5, "it was asked only {asked} times");
                return;
            }
            Err(error) => assert!(matches!(error, WorkbookError::Cancelled), "{error}"),
        }
    }
}

#[test]
fn a_sink_that_fails_is_told_in_french() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut book = book();
    let sheet = book.sheet("A", &columns(), &[]).unwrap();
    let error = Error::from(book.write([sheet], &Patience::of(99), &mut Full).unwrap_err());
    assert_eq!(error.kind, ErrorKind::Io);
    assert!(error.message.contains("place disponible"), "{error}");
}

/// Texts that an XML file cannot hold, or that the library stumbles over, and what a reader has to find in their place.
fn nasty() -> Vec<(String, String)> {
    let same = |text: &str| (text.to_owned(), text.to_owned());
    let replaced = |char: char| (format!("a{char}z"), "a\u{FFFD}z".to_owned());
    let planes = (0..=16).flat_map(|plane| [plane << 16 | 0xFFFE, plane << 16 | 0xFFFF]);
    let mut texts: Vec<_> = planes
        .chain([0xFDD0, 0xFDEF])
        .filter_map(char::from_u32)
        .map(replaced)
        .collect();
    let controls = (0..=0x9F).filter_map(char::from_u32).filter(|char| char.is_control());
    texts.extend(controls.map(|char| same(&format!("a{char}z"))));
    let literal = [
        "_x0041_",
        "_x005F_",
        "_x005F_xFFFE_",
        "_xfffe_",
        "_x",
        "_x00",
        "_xéééé",
        "_xaéé",
        "__xaaaé_xaé€",
        "_xa\u{1F600}b",
    ];
    texts.extend(literal.iter().map(|text| same(text)));
    texts.extend(
        ["]]>", "<t>&amp;\"'", " a ", "\n", "\u{FDCF}\u{FFFD}\u{E000}\u{10FFFD}"]
            .iter()
            .map(|text| same(text)),
    );
    let full = "é".repeat(text::CELL_UNITS);
    texts.push(same(&full));
    texts.push((full + "é", "é".repeat(text::CELL_UNITS - 1) + "…"));
    let pairs = "\u{1F600}".repeat(text::CELL_UNITS / 2);
    texts.push(same(&pairs));
    texts.push((format!("{pairs}éé"), format!("{pairs}…")));
    texts.push((
        format!("\u{FFFE}{}", "é".repeat(text::CELL_UNITS)),
        format!("\u{FFFD}{}…", "é".repeat(text::CELL_UNITS - 2)),
    ));
    texts
}

/// A workbook of two columns and two sheets, with the texts in rows, headers, the title and the sheets' names.
fn nasty_book(texts: &[(String, String)]) -> Vec<u8> {
    let mut book = Book::new("Titre\u{FFFE}\u{1}", day("2026-11-23")).unwrap();
    let mut sheet = book
        .sheet(
            "L'essai\u{FFFF}/\u{1}",
            &[
                Column::new("t", "Texte", Kind::Text),
                Column::new("n", "Nombre", Kind::Integer),
            ],
            &[],
        )
        .unwrap();
    for (number, (text, _)) in (0..).zip(texts) {
        sheet.row(&mut book, [Cell::Text(text), Cell::Integer(number)]).unwrap();
    }
    let columns: Vec<_> = texts
        .iter()
        .map(|(text, _)| Column::new("t", text, Kind::Text))
        .collect();
    let headers = book
        .sheet(
            &"'Un nom plus long que ce qu'Excel admet'".replace(' ', "\u{1F600}"),
            &columns,
            &[],
        )
        .unwrap();
    let mut bytes = Vec::new();
    book.write([sheet, headers], &Patience::of(usize::MAX), &mut bytes)
        .unwrap();
    bytes
}

#[test]
fn no_text_makes_a_part_of_the_workbook_unreadable_or_takes_a_row_away() {
    let texts = nasty();
    let bytes = nasty_book(&texts);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
    let names = book.sheet_names();
    assert_eq!(names[0], "L'essai\u{FFFD} \u{FFFD}");
    assert!(
        names[1].encode_utf16().count() <= 31 && names[1].starts_with("Un\u{1F600}nom"),
        "{names:?}"
    );
    let range = book.worksheet_range(&names[0]).unwrap();
    assert_eq!(range.height(), texts.len() + 1);
    for (row, (text, _)) in (1..).zip(&texts) {
        assert_eq!(
            cell(&range, row, 1),
            Data::Float(f64::from(row - 1)),
            "the row of {text:.20?}"
        );
    }
    #[cfg(unix)]
    read_by_another_language(&bytes, &texts);
}

/// Every part goes through Python's XML parser; the cells are read as Excel reads them.
#[cfg(unix)]
fn read_by_another_language(bytes: &[u8], texts: &[(String, String)]) {
    const SCRIPT: &str = r#"
import json, re, sys, zipfile
import xml.etree.ElementTree as ET
book = zipfile.ZipFile(sys.argv[1])
parts = {name: ET.fromstring(book.read(name)) for name in book.namelist()}
tag = lambda name: "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}" + name
def text(cell):
    raw = "".join(one.text or "" for one in cell.iter(tag("t")))
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), raw)
def rows(number):
    sheet = parts["xl/worksheets/sheet%d.xml" % number]
    return [[text(cell) for cell in row] for row in sheet.iter(tag("row"))]
print(json.dumps([len(parts), rows(1), rows(2)]))
"#;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let output = std::process::Command::new("python3")
        .arg("-c")
        .arg(SCRIPT)
        .arg(file.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (parts, rows, headers): (usize, Vec<Vec<String>>, Vec<Vec<String>>) =
        serde_json::from_slice(&output.stdout).unwrap();
    assert!(parts > 7, "{parts} parts");
    let expected: Vec<_> = texts.iter().map(|(_, expected)| expected).collect();
    assert_eq!(rows[1..].iter().map(|row| &row[0]).collect::<Vec<_>>(), expected);
    assert_eq!(headers[0].iter().collect::<Vec<_>>(), expected);
}
