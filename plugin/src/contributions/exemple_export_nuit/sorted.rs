//! Numbers put in order without holding them all: sorted by handfuls in a temporary file, then merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};

/// Numbers sorted in memory at once.
const TOGETHER: usize = 1 << 16;
/// Read of each handful at once, in bytes.
const BUFFER: usize = 4 << 10;

/// Numbers, in any order.
pub struct Sorted {
    handful: Vec<i64>,
    most: usize,
    /// One handful after the other, each in order.
    file: Option<File>,
    /// How many numbers each handful in the file has.
    handfuls: Vec<u64>,
}

impl Sorted {
    /// None yet.
    pub fn new() -> Self {
        Self::with_handfuls_of(TOGETHER)
    }

    fn with_handfuls_of(most: usize) -> Self {
        Self {
            handful: Vec::new(),
            most,
            file: None,
            handfuls: Vec::new(),
        }
    }

    /// One more.
    ///
    /// # Errors
    /// The temporary file.
    pub fn push(&mut self, number: i64) -> io::Result<()> {
        self.handful.push(number);
        if self.handful.len() < self.most {
            return Ok(());
        }
        self.handful.sort_unstable();
        let bytes: Vec<u8> = self.handful.iter().flat_map(|number| number.to_le_bytes()).collect();
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        file.write_all(&bytes)?;
        self.handfuls.push(self.handful.len() as u64);
        self.handful.clear();
        Ok(())
    }

    /// All of them, in order.
    ///
    /// # Errors
    /// The temporary file.
    pub fn finish(mut self) -> io::Result<InOrder> {
        self.handful.sort_unstable();
        let mut sources = vec![Source::Memory(self.handful.into_iter())];
        let mut start = 0;
        for count in self.handfuls {
            if let Some(file) = &self.file {
                sources.push(Source::File {
                    file: file.try_clone()?,
                    at: start,
                    left: count,
                    buffer: Vec::new().into_iter(),
                });
            }
            start += count * 8;
        }
        let mut order = InOrder {
            sources,
            next: BinaryHeap::new(),
        };
        for index in 0..order.sources.len() {
            order.advance(index)?;
        }
        Ok(order)
    }
}

/// The numbers in order.
pub struct InOrder {
    sources: Vec<Source>,
    next: BinaryHeap<Reverse<(i64, usize)>>,
}

enum Source {
    Memory(std::vec::IntoIter<i64>),
    File {
        file: File,
        at: u64,
        left: u64,
        buffer: std::vec::IntoIter<i64>,
    },
}

impl InOrder {
    /// The lowest that is left, without taking it.
    pub fn peek(&self) -> Option<i64> {
        self.next.peek().map(|Reverse((number, _))| *number)
    }

    /// Takes the lowest that is left.
    ///
    /// # Errors
    /// The temporary file.
    pub fn pop(&mut self) -> io::Result<Option<i64>> {
        let Some(Reverse((number, index))) = self.next.pop() else {
            return Ok(None);
        };
        self.advance(index)?;
        Ok(Some(number))
    }

    fn advance(&mut self, index: usize) -> io::Result<()> {
        if let Some(source) = self.sources.get_mut(index) {
            if let Some(number) = source.next()? {
                self.next.push(Reverse((number, index)));
            }
        }
        Ok(())
    }
}

impl Source {
    fn next(&mut self) -> io::Result<Option<i64>> {
        match self {
            Self::Memory(numbers) => Ok(numbers.next()),
            Self::File { file, at, left, buffer } => {
                if let Some(number) = buffer.next() {
                    return Ok(Some(number));
                }
                let bytes = (*left * 8).min(BUFFER as u64);
                file.seek(SeekFrom::Start(*at))?;
                let mut read = Vec::new();
                BufReader::new(file.take(bytes)).read_to_end(&mut read)?;
                let numbers = read.chunks_exact(8).filter_map(|chunk| chunk.try_into().ok());
                let numbers: Vec<i64> = numbers.map(i64::from_le_bytes).collect();
                *at += bytes;
                *left -= bytes / 8;
                *buffer = numbers.into_iter();
                Ok(buffer.next())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_come_in_order_however_many_handfuls_they_make() {
        for (count, together) in [(0, 4), (3, 4), (4, 4), (1000, 4), (5000, 700), (5000, 1)] {
            let mut numbers = Sorted::with_handfuls_of(together);
            // All of them, in an order of their own.
            for number in 0..count {
                numbers.push((number * 7919) % count.max(1) - 10).unwrap();
            }
            let mut order = numbers.finish().unwrap();
            for number in 0..count {
                assert_eq!(order.peek(), Some(number - 10));
                assert_eq!(order.pop().unwrap(), Some(number - 10));
            }
            assert_eq!(order.pop().unwrap(), None);
        }
    }
}
