//! Splits a stream of serialised dossiers into batches, by number and by bytes.

use crate::dossier::Protocole;
use bytes::Bytes;
use std::ops::Range;

/// The most that one batch may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    dossiers: usize,
    bytes: usize,
}

impl Limits {
    /// What the protocol takes. `wanted` is the setting *dossiers per batch*; it is held within what the receiver accepts.
    pub fn new(protocole: Protocole, wanted: Option<usize>) -> Self {
        let (default, most, bytes) = match protocole {
            Protocole::V3 => (500, 2000, 8 * 1024 * 1024),
            Protocole::StatutCandidats => (100, 100, 95_000),
        };
        Self {
            dossiers: wanted.unwrap_or(default).clamp(1, most),
            bytes,
        }
    }

    /// No limit: for what was within the limits already.
    pub(super) fn none() -> Self {
        Self {
            dossiers: usize::MAX,
            bytes: usize::MAX,
        }
    }

    /// Dossiers per batch.
    pub fn dossiers(&self) -> usize {
        self.dossiers
    }

    /// Bytes of JSON per batch, brackets and commas included.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Dossiers that go out together: a JSON array in one piece, and the caller's tag (an identifier) for each.
pub struct Batch<T> {
    body: Bytes,
    items: Vec<Range<usize>>,
    tags: Vec<T>,
}

impl<T> Batch<T> {
    /// How many dossiers.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none; a [`Splitter`] never makes such a batch.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Size of the whole body, in bytes.
    pub fn bytes(&self) -> usize {
        self.body.len()
    }

    /// The caller's tags, in the order in which the dossiers were pushed.
    pub fn tags(&self) -> &[T] {
        &self.tags
    }

    /// The JSON of one dossier.
    pub fn item(&self, index: usize) -> Option<&[u8]> {
        self.items.get(index).and_then(|range| self.body.get(range.clone()))
    }

    /// The JSON array of a part; the whole batch is shared, not copied.
    pub(super) fn body(&self, part: Range<usize>) -> Bytes {
        if part.start == 0 && part.end >= self.len() {
            return self.body.clone();
        }
        let last = part.end.checked_sub(1).and_then(|index| self.items.get(index));
        let inside = match (self.items.get(part.start), last) {
            (Some(first), Some(last)) => self.body.get(first.start..last.end),
            _ => None,
        }
        .unwrap_or_default();
        let mut body = Vec::with_capacity(inside.len() + 2);
        body.push(b'[');
        body.extend_from_slice(inside);
        body.push(b']');
        Bytes::from(body)
    }
}

/// What became of a dossier given to a [`Splitter`].
pub enum Pushed<T> {
    /// It waits in the batch being filled.
    Kept,
    /// It waits; the batch before it is full and must go.
    Full(Batch<T>),
    /// Alone it weighs more than a batch may: it can never go out, and is given back.
    TooLarge {
        /// The caller's tag.
        tag: T,
        /// What a body with this dossier alone would weigh, in bytes.
        bytes: usize,
        /// The most that the receiver takes, in bytes.
        limit: usize,
    },
}

/// Fills batches in the order of the pushes.
pub struct Splitter<T> {
    limits: Limits,
    body: Vec<u8>,
    items: Vec<Range<usize>>,
    tags: Vec<T>,
}

impl<T> Splitter<T> {
    /// An empty one.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            body: Vec::new(),
            items: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// Adds the JSON object of one dossier.
    pub fn push(&mut self, tag: T, item: &[u8]) -> Pushed<T> {
        let alone = item.len().saturating_add(2);
        if alone > self.limits.bytes {
            return Pushed::TooLarge {
                tag,
                bytes: alone,
                limit: self.limits.bytes,
            };
        }
        // The item, its comma, and the closing bracket that is not there yet.
        let overflows =
            self.items.len() >= self.limits.dossiers || self.body.len() + item.len() + 2 > self.limits.bytes;
        let full = if overflows { self.finish() } else { None };
        self.body.push(if self.body.is_empty() { b'[' } else { b',' });
        let start = self.body.len();
        self.body.extend_from_slice(item);
        self.items.push(start..self.body.len());
        self.tags.push(tag);
        full.map_or(Pushed::Kept, Pushed::Full)
    }

    /// What waits, as a batch; none if nothing does. The splitter is empty afterwards and holds no memory.
    pub fn finish(&mut self) -> Option<Batch<T>> {
        if self.items.is_empty() {
            return None;
        }
        let mut body = std::mem::take(&mut self.body);
        body.push(b']');
        Some(Batch {
            body: Bytes::from(body),
            items: std::mem::take(&mut self.items),
            tags: std::mem::take(&mut self.tags),
        })
    }

    /// Dossiers that wait.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Bytes that wait: lets a caller with many establishments bound what they hold together.
    pub fn bytes(&self) -> usize {
        self.body.len()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn split(limits: Limits, sizes: &[usize]) -> (Vec<Batch<usize>>, Vec<usize>) {
        let mut splitter = Splitter::new(limits);
        let (mut batches, mut too_large) = (Vec::new(), Vec::new());
        for (tag, size) in sizes.iter().enumerate() {
            let item = format!("\"{}\"", "x".repeat(size - 2));
            match splitter.push(tag, item.as_bytes()) {
                Pushed::Kept => {}
                Pushed::Full(batch) => batches.push(batch),
                Pushed::TooLarge { tag, bytes, limit } => {
                    assert!(bytes > limit);
                    too_large.push(tag);
                }
            }
        }
        batches.extend(splitter.finish());
        assert!(splitter.is_empty() && splitter.bytes() == 0 && splitter.finish().is_none());
        (batches, too_large)
    }

    #[test]
    fn limits_are_held_within_the_receivers() {
        for (protocole, wanted, dossiers, bytes) in [
            (Protocole::V3, None, 500, 8_388_608),
            (Protocole::V3, Some(0), 1, 8_388_608),
            (Protocole::V3, Some(2001), 2000, 8_388_608),
            (Protocole::StatutCandidats, None, 100, 95_000),
            (Protocole::StatutCandidats, Some(500), 100, 95_000),
            (Protocole::StatutCandidats, Some(7), 7, 95_000),
        ] {
            let limits = Limits::new(protocole, wanted);
            assert_eq!(
                (limits.dossiers(), limits.bytes()),
                (dossiers, bytes),
                "{protocole:?} {wanted:?}"
            );
        }
    }

    #[test]
    fn splits_by_number_and_by_bytes_to_the_byte() {
        // "[" + 2 items of 4 + "," + "]" = 11 bytes.
        for (dossiers, bytes, sizes, lengths, refused) in [
            (2, 1000, vec![4, 4, 4, 4, 4], vec![2, 2, 1], vec![]),
            (9, 11, vec![4, 4, 4], vec![2, 1], vec![]),
            (9, 10, vec![4, 4, 4], vec![1, 1, 1], vec![]),
            (9, 10, vec![4, 9, 8], vec![1, 1], vec![1]),
            (9, 10, vec![], vec![], vec![]),
        ] {
            let (batches, too_large) = split(Limits { dossiers, bytes }, &sizes);
            assert_eq!(batches.iter().map(Batch::len).collect::<Vec<_>>(), lengths, "{sizes:?}");
            assert_eq!(too_large, refused);
            let mut order = Vec::new();
            for batch in &batches {
                assert!(batch.bytes() <= bytes, "{} > {bytes}", batch.bytes());
                let whole: Vec<String> = serde_json::from_slice(&batch.body(0..batch.len())).unwrap();
                assert_eq!(whole.len(), batch.len());
                order.extend_from_slice(batch.tags());
            }
            assert!(order.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn a_part_is_an_array_of_its_items() {
        let (batches, _) = split(
            Limits {
                dossiers: 9,
                bytes: 999,
            },
            &[3, 4, 5, 6],
        );
        let lengths = |part: Range<usize>| {
            serde_json::from_slice::<Vec<String>>(&batches[0].body(part))
                .unwrap()
                .iter()
                .map(String::len)
                .collect::<Vec<_>>()
        };
        assert_eq!(lengths(0..4), [1, 2, 3, 4]);
        assert_eq!(lengths(0..2), [1, 2]);
        assert_eq!(lengths(1..3), [2, 3]);
        assert_eq!(lengths(3..4), [4]);
        assert_eq!(batches[0].item(2), Some(&b"\"xxx\""[..]));
        assert_eq!(batches[0].item(4), None);
    }
}
