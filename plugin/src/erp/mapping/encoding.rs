//! The characters of a mapping file: UTF-8, with or without a mark, and what it is where it is not.

/// A file that is not in UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotUtf8 {
    /// What it is, as far as can be told.
    pub encoding: &'static str,
    /// The line, from 1, that cannot be read.
    pub line: usize,
}

/// The text of a file, without the mark that some editors put first.
pub(super) fn text(bytes: &[u8]) -> Result<&str, NotUtf8> {
    // Every other byte of what is written in UTF-16 is zero, and no text file holds one.
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") || bytes.contains(&0) {
        return Err(NotUtf8 {
            encoding: "UTF-16",
            line: 1,
        });
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text)),
        Err(error) => Err(NotUtf8 {
            encoding: "Windows-1252 (« ANSI »)",
            line: line_of(bytes, error.valid_up_to()),
        }),
    }
}

/// The line, from 1, of a position in a text.
pub(super) fn line_of(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_is_read_with_and_without_its_mark() {
        for bytes in ["[entity]", "\u{FEFF}[entity]"] {
            assert_eq!(text(bytes.as_bytes()), Ok("[entity]"));
        }
        assert_eq!(text("é\u{FEFF}".as_bytes()), Ok("é\u{FEFF}"));
        assert_eq!(text(b""), Ok(""));
    }

    #[test]
    fn another_encoding_is_told() {
        let utf_16 = |swap: bool, mark: bool, text: &str| -> Vec<u8> {
            let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
            units
                .flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect()
        };
        for swap in [false, true] {
            for mark in [false, true] {
                for content in ["# GALIA\n[entity.stagiaire]", "[entity.stagiaire]\nnom = \"Prénom\""] {
                    let bytes = utf_16(swap, mark, content);
                    let found = text(&bytes).map_err(|wrong| wrong.encoding);
                    assert_eq!(found, Err("UTF-16"), "{swap} {mark} {content}");
                }
            }
        }
        let found = text(b"[entity.stagiaire]\nnom = \"Nom\"\nprenom = \"Pr\xE9nom\"\n");
        assert_eq!(found.map_err(|wrong| wrong.line), Err(3));
        let found = text(b"nom = \"\x80\"").map_err(|wrong| wrong.encoding);
        assert_eq!(found, Err("Windows-1252 (« ANSI »)"));
    }
}
