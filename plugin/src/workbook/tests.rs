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
                Data::String("é".repeat(CELL_UNITS - 1) + "…"),
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
    assert_eq!(error.code, passerelle_abi::PASSERELLE_E_IO);
    assert!(error.message.contains("place disponible"), "{error}");
}
