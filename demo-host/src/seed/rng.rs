//! The sample's own small generator (splitmix64): the same numbers on every machine and in every release, which no
//! crate promises.

/// A stream of numbers. Every row of the sample has a stream of its own, so that a change to one row's making moves no
/// other row.
pub struct Rng(u64);

/// What a stream makes: two streams of one index do not repeat each other.
#[derive(Clone, Copy)]
pub enum Stream {
    /// Sociétés, secteurs, diplomas: everything that inscriptions refer to.
    World = 1,
    /// One training action.
    Action = 2,
    /// One inscription and all that belongs to it.
    Inscription = 3,
    /// The lines of the settings file.
    Settings = 4,
}

impl Rng {
    /// The stream number `index` of a kind, for a seed.
    pub fn of(seed: u64, stream: Stream, index: u64) -> Self {
        let mut rng = Self(seed ^ (stream as u64).rotate_left(56));
        let start = rng.next() ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut rng = Self(start);
        rng.next();
        rng
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound - 1`; 0 when `bound` is 0 or less.
    pub fn below(&mut self, bound: i32) -> i32 {
        let bound = u64::try_from(bound).unwrap_or(0);
        i32::try_from(((self.next() >> 32) * bound) >> 32).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below(high - low + 1)
    }

    /// True `per_mille` times out of a thousand.
    pub fn chance(&mut self, per_mille: i32) -> bool {
        self.below(1000) < per_mille
    }

    /// One of the items; the type's default of none.
    pub fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        let index = self.below(i32::try_from(items.len()).unwrap_or(i32::MAX));
        usize::try_from(index)
            .ok()
            .and_then(|index| items.get(index))
            .copied()
            .unwrap_or_default()
    }

    /// `count` digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from_digit(self.below(10).unsigned_abs(), 10).unwrap_or('0'))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_never_change() {
        // Reference values of splitmix64 from state 0 (Vigna's own program).
        let mut rng = Rng(0);
        assert_eq!(rng.next(), 0xE220_A839_7B1D_CDAF);
        assert_eq!(rng.next(), 0x6E78_9E6A_A1B9_65F4);
    }

    #[test]
    fn streams_differ_and_bounds_hold() {
        let mut first = Rng::of(7, Stream::Inscription, 1);
        let mut second = Rng::of(7, Stream::Inscription, 2);
        let mut other = Rng::of(7, Stream::Action, 1);
        let numbers = [first.next(), second.next(), other.next()];
        assert!(numbers[0] != numbers[1] && numbers[0] != numbers[2] && numbers[1] != numbers[2]);
        for _ in 0..1000 {
            assert!((3..=9).contains(&first.between(3, 9)));
            assert_eq!(first.below(0), 0);
        }
    }

    #[test]
    fn chances_come_out_as_asked() {
        let mut rng = Rng::of(1, Stream::World, 0);
        let hits = (0..100_000).filter(|_| rng.chance(80)).count();
        assert!((7_600..8_400).contains(&hits), "{hits}");
    }
}
