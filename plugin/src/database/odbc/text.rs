//! Texts for a driver.

use odbc_api::handles::SqlChar;

/// A text with a zero behind its length: some drivers look for it, whatever length they are told.
pub(super) struct Text {
    characters: Vec<SqlChar>,
}

impl Text {
    pub(super) fn new(text: &str) -> Text {
        #[cfg(not(windows))]
        let characters = text.bytes();
        #[cfg(windows)]
        let characters = text.encode_utf16();
        Text {
            characters: characters.chain(std::iter::once(0)).collect(),
        }
    }

    pub(super) fn as_ptr(&self) -> *const SqlChar {
        self.characters.as_ptr()
    }

    /// NULL for the empty text, where asking for nothing and asking for what has an empty name are two things.
    pub(super) fn as_ptr_or_null(&self) -> *const SqlChar {
        if self.length() == 0 {
            std::ptr::null()
        } else {
            self.as_ptr()
        }
    }

    /// Characters before the zero.
    pub(super) fn length(&self) -> usize {
        self.characters.len() - 1
    }
}
