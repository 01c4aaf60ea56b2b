//! What a driver reports of a call.

use odbc_api::sys::{Handle, HandleType, SQLGetDiagRecW, SqlReturn};

/// Records that are read of one call at most.
const MOST: i16 = 8;

/// One record. Its message may hold anything, personal data included: it has no way out through `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// SQLSTATE.
    pub state: [u8; 5],
    /// The database's own number.
    pub native: i32,
    /// In the language of the driver or the server.
    pub message: String,
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record")
            .field("state", &String::from_utf8_lossy(&self.state))
            .field("native", &self.native)
            .finish_non_exhaustive()
    }
}

impl Record {
    /// Whether it only warns.
    pub fn is_a_warning(&self) -> bool {
        self.state.starts_with(b"01")
    }
}

/// A call that the driver refused, with its records; none where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refused {
    /// In the driver's order.
    pub records: Vec<Record>,
}

/// The records of the last call on a handle.
///
/// # Safety
///
/// The handle is allocated, and of that type.
pub(super) unsafe fn records(kind: HandleType, handle: Handle) -> Vec<Record> {
    let mut found = Vec::new();
    for number in 1..=MOST {
        let (mut state, mut native, mut length) = ([0_u16; 6], 0_i32, 0_i16);
        let mut message = [0_u16; 1024];
        // SAFETY: the handle is the caller's promise, and the buffers are as long as is said.
        let answer = unsafe {
            SQLGetDiagRecW(
                kind,
                handle,
                number,
                state.as_mut_ptr(),
                &mut native,
                message.as_mut_ptr(),
                i16::try_from(message.len()).unwrap_or(i16::MAX),
                &mut length,
            )
        };
        if answer != SqlReturn::SUCCESS && answer != SqlReturn::SUCCESS_WITH_INFO {
            break;
        }
        let [a, b, c, d, e, _] = state.map(|unit| u8::try_from(unit).unwrap_or(b'?'));
        // A longer message is cut.
        let length = usize::try_from(length).unwrap_or(0).min(message.len() - 1);
        let message = message.iter().take(length).take_while(|unit| **unit != 0).copied();
        found.push(Record {
            state: [a, b, c, d, e],
            native,
            message: char::decode_utf16(message)
                .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect(),
        });
    }
    found
}
