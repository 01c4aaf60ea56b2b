//! A table's rows on disk: memory stays flat whatever their number, and any of them is at hand.
//!
//! Two files without a name, gone with this value or with the process: the rows, and where each of them ends.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::cells::{Block, Cells, Key, contains, key};

/// Size of a place in the file of places.
const PLACE: u64 = 8;
/// Rows that a search looks at between two glances at the clock.
const STRIDE: u64 = 500;

/// Whole numbers in a file, one after the other.
struct Places {
    file: File,
    count: u64,
}

impl Places {
    fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile_in(folder)?,
            count: 0,
        })
    }

    fn append(&mut self, places: impl Iterator<Item = u64>) -> io::Result<()> {
        let bytes: Vec<u8> = places.flat_map(u64::to_le_bytes).collect();
        self.file.seek(SeekFrom::Start(self.count * PLACE))?;
        self.file.write_all(&bytes)?;
        self.count += bytes.len() as u64 / PLACE;
        Ok(())
    }

    /// Those from `start` on, at most `count`.
    fn read(&mut self, start: u64, count: u64) -> io::Result<Vec<u64>> {
        let count = count.min(self.count.saturating_sub(start));
        let mut bytes = vec![0; usize::try_from(count * PLACE).map_err(io::Error::other)?];
        self.file.seek(SeekFrom::Start(start * PLACE))?;
        self.file.read_exact(&mut bytes)?;
        let place = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_le_bytes);
        Ok(bytes.chunks_exact(8).map(place).collect())
    }
}

/// The rows of a table, as far as they are read.
pub struct Spool {
    rows: File,
    /// End of the rows' file.
    end: u64,
    ends: Places,
}

/// What somebody wants to see of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Texts that columns hold, folded; in the order of the columns.
    pub filters: Vec<(usize, String)>,
    /// Texts that some column holds, each of them.
    pub words: Vec<String>,
    /// A column to sort by, and whether from its end.
    pub sort: Option<(usize, bool)>,
}

impl Wanted {
    /// Whether it is the table as it is.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

/// Rows that hold certain texts, as far as they are sought; in order, once all are found.
pub struct View {
    wanted: Wanted,
    found: Places,
    /// What the rows found are sorted by, until they are.
    keys: Vec<(Key, u64)>,
    /// Rows looked at.
    pub sought: u64,
}

impl Spool {
    /// An empty one, with its files in `folder`.
    ///
    /// # Errors
    /// The system refuses the files.
    pub fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            rows: tempfile::tempfile_in(folder)?,
            end: 0,
            ends: Places::new(folder)?,
        })
    }

    /// How many rows are there.
    pub fn len(&self) -> u64 {
        self.ends.count
    }

    /// Adds rows.
    ///
    /// # Errors
    /// The disk is full.
    pub fn append(&mut self, block: &Block) -> io::Result<()> {
        self.rows.seek(SeekFrom::Start(self.end))?;
        self.rows.write_all(&block.bytes)?;
        let base = self.end;
        self.ends.append(block.ends.iter().map(|end| base + *end as u64))?;
        self.end += block.bytes.len() as u64;
        Ok(())
    }

    /// Gives rows from `start` on, at most `count`, with their numbers.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn read(&mut self, start: u64, count: u64, mut take: impl FnMut(u64, &[u8])) -> io::Result<()> {
        let ends = self.ends.read(start, count)?;
        let first = match start.checked_sub(1) {
            Some(before) => self.ends.read(before, 1)?.first().copied().unwrap_or(0),
            None => 0,
        };
        let last = ends.last().copied().unwrap_or(first);
        let mut bytes = vec![0; usize::try_from(last - first).map_err(io::Error::other)?];
        self.rows.seek(SeekFrom::Start(first))?;
        self.rows.read_exact(&mut bytes)?;
        let mut rest = &bytes[..];
        let mut from = first;
        for (number, end) in (start..).zip(ends) {
            let length = usize::try_from(end.saturating_sub(from)).map_err(io::Error::other)?;
            let (row, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            take(number, row);
            (rest, from) = (after, end);
        }
        Ok(())
    }

    /// A view of the rows that are wanted. Nothing is sought yet.
    ///
    /// # Errors
    /// The system refuses its file.
    pub fn view(folder: &Path, wanted: Wanted) -> io::Result<View> {
        Ok(View {
            wanted,
            found: Places::new(folder)?,
            keys: Vec::new(),
            sought: 0,
        })
    }

    /// Seeks on, until all rows that are there are looked at or `enough` says so.
    ///
    /// # Errors
    /// The files cannot be read or written.
    pub fn seek(&mut self, view: &mut View, enough: impl Fn() -> bool) -> io::Result<()> {
        while view.sought < self.len() && !enough() {
            let mut found = Vec::new();
            let View { wanted, keys, .. } = view;
            self.read(view.sought, STRIDE, |number, row| {
                if holds(row, wanted) {
                    found.push(number);
                    if let Some((column, _)) = wanted.sort {
                        keys.push((key(Cells(row).nth(column).flatten()), number));
                    }
                }
            })?;
            view.sought = self.len().min(view.sought + STRIDE);
            view.found.append(found.into_iter())?;
        }
        Ok(())
    }

    /// Gives rows of a view from its `start`-th on, at most `count`, with their numbers in the table.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn read_view(
        &mut self,
        view: &mut View,
        start: u64,
        count: u64,
        mut take: impl FnMut(u64, &[u8]),
    ) -> io::Result<()> {
        for number in view.found.read(start, count)? {
            self.read(number, 1, &mut take)?;
        }
        Ok(())
    }
}

impl View {
    /// How many rows are found.
    pub fn len(&self) -> u64 {
        self.found.count
    }

    /// Whether it is the view of what is wanted.
    pub fn is_of(&self, wanted: &Wanted) -> bool {
        self.wanted == *wanted
    }

    /// Puts the rows found in order; to be called once there are no more to come.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn sort(&mut self) -> io::Result<()> {
        let Some((_, backwards)) = self.wanted.sort else {
            return Ok(());
        };
        if self.keys.is_empty() {
            return Ok(());
        }
        let mut keys = std::mem::take(&mut self.keys);
        keys.sort_by(|(one, first), (other, second)| {
            let ordered = match (one, other) {
                // Cells without a value stand at the end, whichever way.
                (Key::Empty, _) | (_, Key::Empty) => one.cmp(other),
                _ if backwards => other.cmp(one),
                _ => one.cmp(other),
            };
            ordered.then(first.cmp(second))
        });
        self.found.count = 0;
        self.found.append(keys.into_iter().map(|(_, number)| number))
    }
}

/// Whether a row holds all texts.
fn holds(row: &[u8], wanted: &Wanted) -> bool {
    let somewhere = |word: &String| Cells(row).any(|cell| contains(cell, word));
    if !wanted.words.iter().all(somewhere) {
        return false;
    }
    let mut wanted = wanted.filters.iter().peekable();
    for (index, cell) in Cells(row).enumerate() {
        while let Some((column, text)) = wanted.peek() {
            if *column != index {
                break;
            }
            if !contains(cell, text) {
                return false;
            }
            wanted.next();
        }
        if wanted.peek().is_none() {
            return true;
        }
    }
    wanted.peek().is_none()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use passerelle_host_sdk::Cell;
    use serde_json::json;

    fn spool(folder: &Path, rows: i64) -> Spool {
        let mut spool = Spool::new(folder).unwrap();
        let mut block = Block::default();
        for number in 0..rows {
            let name = if number % 7 == 0 { "Noël" } else { "Durand" };
            block.row([Some(Cell::Integer(number)), None, Some(Cell::Text(name))]);
            if block.ends.len() == 90 {
                spool.append(&block).unwrap();
                block.clear();
            }
        }
        spool.append(&block).unwrap();
        spool
    }

    fn numbers(read: impl FnOnce(&mut dyn FnMut(u64, &[u8]))) -> Vec<u64> {
        let mut numbers = Vec::new();
        read(&mut |number, row| {
            assert_eq!(super::super::cells::json(row).get(0), Some(&json!(number)));
            numbers.push(number);
        });
        numbers
    }

    #[test]
    fn any_rows_are_at_hand() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = spool(folder.path(), 2000);
        assert_eq!(spool.len(), 2000);
        for (start, count, expected) in [(0, 3, 0..3), (88, 4, 88..92), (1998, 10, 1998..2000), (5000, 2, 0..0)] {
            let read = numbers(|take| spool.read(start, count, take).unwrap());
            assert_eq!(read, expected.collect::<Vec<u64>>(), "{start}");
        }
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "no file has a name"
        );
    }

    #[test]
    fn a_view_holds_what_is_found_so_far() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = spool(folder.path(), 2000);
        let wanted = Wanted {
            filters: vec![(0, "4".to_owned()), (2, "noel".to_owned())],
            ..Wanted::default()
        };
        let mut view = Spool::view(folder.path(), wanted.clone()).unwrap();
        assert!(view.is_of(&wanted) && !wanted.is_all());
        spool.seek(&mut view, || true).unwrap();
        assert_eq!((view.sought, view.len()), (0, 0));
        spool.seek(&mut view, || false).unwrap();
        assert_eq!(view.sought, 2000);
        let expected: Vec<u64> = (0..2000_u64)
            .filter(|number| number % 7 == 0 && number.to_string().contains('4'))
            .collect();
        assert_eq!(view.len(), expected.len() as u64);
        let read = numbers(|take| spool.read_view(&mut view, 1, 2, take).unwrap());
        assert_eq!(read, expected.into_iter().skip(1).take(2).collect::<Vec<_>>());
        let absent = Wanted {
            filters: vec![(9, "a".to_owned())],
            ..Wanted::default()
        };
        let mut absent = Spool::view(folder.path(), absent).unwrap();
        spool.seek(&mut absent, || false).unwrap();
        assert_eq!(absent.len(), 0);
    }

    #[test]
    fn a_view_is_sorted_and_searched_over_all_columns() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = spool(folder.path(), 2000);
        let mut seen = |wanted: Wanted| {
            let mut view = Spool::view(folder.path(), wanted).unwrap();
            spool.seek(&mut view, || false).unwrap();
            view.sort().unwrap();
            let len = view.len();
            numbers(|take| spool.read_view(&mut view, 0, len, take).unwrap())
        };
        let words = |words: &[&str]| Wanted {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            ..Wanted::default()
        };
        let by_columns = Wanted {
            filters: vec![(0, "4".to_owned()), (2, "noel".to_owned())],
            ..Wanted::default()
        };
        assert_eq!(
            seen(words(&["noel", "4"])),
            seen(by_columns),
            "each word in some column"
        );
        let sorted = |backwards| Wanted {
            sort: Some((0, backwards)),
            ..words(&["noel"])
        };
        let (up, down) = (seen(sorted(false)), seen(sorted(true)));
        assert!(up.len() > 100 && up.is_sorted(), "{up:?}");
        assert!(down.iter().rev().eq(&up), "{down:?}");
    }
}
