//! Halving a batch that is refused as a whole, down to the culprit.

use super::answer::{ErreurChamp, Verdict};
use std::ops::Range;

/// So many dossiers refused one by one, and none ever answered: the fault is the address's or the receiver's.
const SUSPECTS: u32 = 10;

/// Which parts are still to go, and what is known of each dossier.
pub(super) struct Search {
    parts: Vec<Range<usize>>,
    /// Parts refused as a whole while nothing at all was being answered: not divided until something is.
    aside: Vec<Range<usize>>,
    verdicts: Vec<Verdict>,
    any_answer: bool,
    refused_alone: u32,
    last_refusal: u16,
    /// The status, once the search has ended without a single answer.
    pub(super) hopeless: Option<u16>,
}

impl Search {
    pub(super) fn new(dossiers: usize) -> Self {
        Self {
            parts: if dossiers == 0 {
                Vec::new()
            } else {
                std::iter::once(0..dossiers).collect()
            },
            aside: Vec::new(),
            // Each is overwritten by its answer, or an error is returned in place of them all.
            verdicts: vec![Verdict::Accepte; dossiers],
            any_answer: false,
            refused_alone: 0,
            last_refusal: 0,
            hopeless: None,
        }
    }

    pub(super) fn next_part(&mut self) -> Option<Range<usize>> {
        if let Some(part) = self.parts.pop() {
            return Some(part);
        }
        if self.any_answer {
            while let Some(part) = self.aside.pop() {
                self.halve(part);
            }
            return self.parts.pop();
        }
        if !self.aside.is_empty() {
            self.hopeless = Some(self.last_refusal);
        }
        None
    }

    pub(super) fn answered(&mut self, part: Range<usize>, verdicts: Vec<Verdict>) {
        self.any_answer = true;
        if let Some(places) = self.verdicts.get_mut(part) {
            for (place, verdict) in places.iter_mut().zip(verdicts) {
                *place = verdict;
            }
        }
    }

    pub(super) fn refused_alone(&mut self, part: Range<usize>, verdict: Verdict) {
        self.refused_alone = self.refused_alone.saturating_add(1);
        if let Some(place) = self.verdicts.get_mut(part.start) {
            *place = verdict;
        }
    }

    pub(super) fn divide(&mut self, part: Range<usize>, http: u16) {
        self.last_refusal = http;
        if self.any_answer || self.refused_alone < SUSPECTS {
            self.halve(part);
        } else {
            self.aside.push(part);
        }
    }

    /// The first half goes first.
    fn halve(&mut self, part: Range<usize>) {
        let middle = part.start + part.len().div_ceil(2);
        self.parts.push(middle..part.end);
        self.parts.push(part.start..middle);
    }

    pub(super) fn into_verdicts(self) -> Vec<Verdict> {
        self.verdicts
    }
}

/// The verdict of a dossier that is refused alone, with the receiver's words if it gave any.
pub(super) fn culprit(http: u16, message: Option<String>) -> Verdict {
    let message = message.unwrap_or_else(|| format!("Refusé par le serveur sans explication (HTTP {http})"));
    let error = ErreurChamp {
        champ: String::new(),
        message,
    };
    Verdict::Rejete {
        http,
        erreurs: vec![error],
        seconde: None,
    }
}
