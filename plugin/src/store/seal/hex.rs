//! Lower-case hexadecimal, for what the database holds as text.

use std::fmt::Write as _;

use zeroize::Zeroizing;

/// The bytes as lower-case hexadecimal.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The bytes that the text stands for; none if it is not hexadecimal. Wiped when dropped: it may be a key.
pub(super) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() % 2 != 0 {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 2));
    let mut digits = text.chars();
    while let (Some(high), Some(low)) = (digits.next(), digits.next()) {
        let value = high.to_digit(16)? * 16 + low.to_digit(16)?;
        bytes.push(u8::try_from(value).ok()?);
    }
    Some(bytes)
}
