//! What the sandbox has received: one entry per identity, the texts in a temporary file, so that memory stays small whatever the number.

use super::rules::FieldError;
use axum::body::Bytes;
use serde_json::Value;
use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

/// How much of the list one piece of the answer holds, in bytes, at least.
const PIECE: usize = 64 * 1024;

/// A dossier to keep, with what was found wrong with it, late refusals included.
pub struct Received<'a> {
    /// Who it is, for its protocol.
    pub identity: String,
    /// The dossier as it came.
    pub dossier: &'a Value,
    /// Why it is refused; empty when it is not.
    pub errors: Vec<FieldError>,
    /// The status that the dashboard displays, where it computes one.
    pub statut_affiche: Option<&'static str>,
}

/// One line of the list; its texts are in the file.
struct Entry {
    offset: u64,
    length: usize,
    times: u32,
    valid: bool,
}

struct Contents {
    requests: u64,
    batches: u64,
    /// Changes each time the inbox is emptied, so that a list being read ends there.
    generation: u64,
    index: HashMap<u128, usize>,
    entries: Vec<Entry>,
    file: File,
    end: u64,
}

/// The inbox; shared by all requests.
pub struct Inbox {
    contents: Mutex<Contents>,
    hashers: [RandomState; 2],
}

/// Where a reading of the list has got to.
pub struct Cursor {
    generation: u64,
    next: usize,
    last: usize,
    finished: bool,
}

impl Inbox {
    /// An empty inbox, with its temporary file.
    ///
    /// # Errors
    /// When the temporary file cannot be created.
    pub fn new() -> io::Result<Self> {
        let contents = Contents {
            requests: 0,
            batches: 0,
            generation: 0,
            index: HashMap::new(),
            entries: Vec::new(),
            file: tempfile::tempfile()?,
            end: 0,
        };
        Ok(Self {
            contents: Mutex::new(contents),
            hashers: [RandomState::new(), RandomState::new()],
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hash(&self, identity: &str) -> u128 {
        let [first, second] = &self.hashers;
        u128::from(first.hash_one(identity)) << 64 | u128::from(second.hash_one(identity))
    }

    /// Whether a dossier of this identity was received before.
    pub fn knows(&self, identity: &str) -> bool {
        self.lock().index.contains_key(&self.hash(identity))
    }

    /// Counts a request to the API.
    pub fn count_request(&self) {
        self.lock().requests += 1;
    }

    /// Keeps the dossiers of a batch, replacing those of the same identity.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn keep(&self, batch: &[Received<'_>]) -> io::Result<()> {
        let mut text = Vec::new();
        let mut places = Vec::with_capacity(batch.len());
        for received in batch {
            let start = text.len();
            serde_json::to_writer(&mut text, received.dossier)?;
            write!(text, ",\"valide\":{},\"erreurs\":", received.errors.is_empty())?;
            serde_json::to_writer(&mut text, &received.errors)?;
            if let Some(statut) = received.statut_affiche {
                write!(text, ",\"statut_affiche\":\"{statut}\"")?;
            }
            let identity = self.hash(&received.identity);
            places.push((identity, start, text.len() - start, received.errors.is_empty()));
        }
        let mut contents = self.lock();
        let base = contents.end;
        contents.file.seek(SeekFrom::Start(base))?;
        contents.file.write_all(&text)?;
        contents.end = base + text.len() as u64;
        contents.batches += 1;
        for (identity, start, length, valid) in places {
            let mut entry = Entry {
                offset: base + start as u64,
                length,
                times: 1,
                valid,
            };
            let Contents { index, entries, .. } = &mut *contents;
            let place = *index.entry(identity).or_insert(entries.len());
            match entries.get_mut(place) {
                Some(known) => {
                    entry.times += known.times;
                    *known = entry;
                }
                None => entries.push(entry),
            }
        }
        Ok(())
    }

    /// Forgets everything, the counts too.
    ///
    /// # Errors
    /// When the temporary file cannot be emptied.
    pub fn clear(&self) -> io::Result<()> {
        let mut contents = self.lock();
        contents.file.set_len(0)?;
        contents.end = 0;
        contents.index = HashMap::new();
        contents.entries = Vec::new();
        contents.requests = 0;
        contents.batches = 0;
        contents.generation += 1;
        Ok(())
    }

    /// How many different dossiers are there, and how many of them are valid.
    pub fn counts(&self) -> (usize, usize) {
        let contents = self.lock();
        (
            contents.entries.len(),
            contents.entries.iter().filter(|entry| entry.valid).count(),
        )
    }

    /// Starts a reading of the list as it is now: the head of the answer, and where to go on.
    pub fn open_list(&self) -> (Bytes, Cursor) {
        let contents = self.lock();
        let head = format!(
            "{{\"requetes\":{},\"lots\":{},\"dossiers\":[",
            contents.requests, contents.batches
        );
        let cursor = Cursor {
            generation: contents.generation,
            next: 0,
            last: contents.entries.len(),
            finished: false,
        };
        (Bytes::from(head), cursor)
    }

    /// The next piece of the answer; `None` after its end.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn next_piece(&self, cursor: &mut Cursor) -> io::Result<Option<Bytes>> {
        if cursor.finished {
            return Ok(None);
        }
        let mut contents = self.lock();
        let mut piece = Vec::with_capacity(PIECE * 2);
        while piece.len() < PIECE && cursor.next < cursor.last && contents.generation == cursor.generation {
            let Contents { entries, file, .. } = &mut *contents;
            let Some(entry) = entries.get(cursor.next) else { break };
            if cursor.next > 0 {
                piece.push(b',');
            }
            write!(piece, "{{\"fois\":{},\"dossier\":", entry.times)?;
            let start = piece.len();
            piece.resize(start + entry.length, 0);
            file.seek(SeekFrom::Start(entry.offset))?;
            file.read_exact(piece.get_mut(start..).unwrap_or_default())?;
            piece.push(b'}');
            cursor.next += 1;
        }
        if piece.len() < PIECE {
            piece.extend_from_slice(b"]}");
            cursor.finished = true;
        }
        Ok(Some(Bytes::from(piece)))
    }

    /// The entries of the next piece; `None` after the last.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn next_entries(&self, cursor: &mut Cursor) -> io::Result<Option<Vec<Value>>> {
        let Some(piece) = self.next_piece(cursor)? else {
            return Ok(None);
        };
        let end = if cursor.finished { "]}" } else { "" };
        let entries = piece.strip_suffix(end.as_bytes()).unwrap_or(&piece);
        let entries = entries.strip_prefix(b",").unwrap_or(entries);
        Ok(Some(serde_json::from_slice(&[b"[", entries, b"]"].concat())?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use serde_json::json;

    fn list(inbox: &Inbox) -> Value {
        let (head, mut cursor) = inbox.open_list();
        let mut text = head.to_vec();
        while let Some(piece) = inbox.next_piece(&mut cursor).unwrap() {
            text.extend_from_slice(&piece);
        }
        serde_json::from_slice(&text).unwrap()
    }

    fn keep(inbox: &Inbox, identity: &str, dossier: &Value, errors: Vec<FieldError>) {
        inbox
            .keep(&[Received {
                identity: identity.to_owned(),
                dossier,
                errors,
                statut_affiche: None,
            }])
            .unwrap();
    }

    #[test]
    fn the_last_one_received_counts() {
        let inbox = Inbox::new().unwrap();
        assert_eq!(list(&inbox), json!({"requetes": 0, "lots": 0, "dossiers": []}));
        inbox.count_request();
        keep(&inbox, "a", &json!({"x": 1}), vec![FieldError::new("x", "non")]);
        keep(&inbox, "b", &json!({"x": 2}), vec![]);
        keep(&inbox, "a", &json!({"x": "un nom plus long"}), vec![]);
        let expected = json!({"requetes": 1, "lots": 3, "dossiers": [
            {"fois": 2, "dossier": {"x": "un nom plus long"}, "valide": true, "erreurs": []},
            {"fois": 1, "dossier": {"x": 2}, "valide": true, "erreurs": []},
        ]});
        assert_eq!(list(&inbox), expected);
        assert_eq!(inbox.counts(), (2, 2));
        inbox.clear().unwrap();
        keep(&inbox, "b", &json!(null), vec![FieldError::new("x", "non")]);
        let expected =
            json!({"fois": 1, "dossier": null, "valide": false, "erreurs": [{"message": "non", "path": ["x"]}]});
        assert_eq!(list(&inbox)["dossiers"], json!([expected]));
    }

    #[test]
    fn a_long_list_comes_in_pieces_and_ends_when_emptied() {
        let inbox = Inbox::new().unwrap();
        let dossier = json!({"texte": "x".repeat(1000)});
        let batch: Vec<Received<'_>> = (0..500)
            .map(|i| Received {
                identity: i.to_string(),
                dossier: &dossier,
                errors: vec![],
                statut_affiche: None,
            })
            .collect();
        inbox.keep(&batch).unwrap();
        assert_eq!(list(&inbox)["dossiers"].as_array().unwrap().len(), 500);
        let (_, mut cursor) = inbox.open_list();
        let mut entries = 0;
        while let Some(piece) = inbox.next_entries(&mut cursor).unwrap() {
            assert!(piece.iter().all(|entry| entry["fois"] == 1));
            entries += piece.len();
        }
        assert_eq!(entries, 500);

        let (_, mut cursor) = inbox.open_list();
        let first = inbox.next_piece(&mut cursor).unwrap().unwrap();
        assert!(first.len() < 2 * PIECE);
        inbox.clear().unwrap();
        assert_eq!(inbox.next_piece(&mut cursor).unwrap().unwrap(), "]}");
        assert_eq!(inbox.next_piece(&mut cursor).unwrap(), None);
    }
}
