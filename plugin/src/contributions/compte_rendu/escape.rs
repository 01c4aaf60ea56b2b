//! How texts and figures stand in the page.

use std::fmt::{self, Display, Formatter, Write as _};

use crate::workbook::writable;

/// A text as HTML shows it, in an element or in a quoted attribute: nothing in it is markup.
pub struct Escaped<'a>(pub &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => f.write_char(char)?,
                control if control.is_control() => f.write_char('\u{FFFD}')?,
                other => f.write_char(writable(other))?,
            }
        }
        Ok(())
    }
}

/// A count with its thousands apart, as French writes it.
pub struct Grouped(pub i64);

impl Display for Grouped {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_char('-')?;
        }
        let digits = self.0.unsigned_abs().to_string();
        for (number, digit) in digits.chars().enumerate() {
            if number > 0 && (digits.len() - number) % 3 == 0 {
                // A narrow space that does not break.
                f.write_char('\u{202F}')?;
            }
            f.write_char(digit)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn a_page_holds_no_character_that_html_forbids() {
        for point in (0..=0x9F).chain([0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1_FFFE, 0x10_FFFF]) {
            let Some(char) = char::from_u32(point) else { continue };
            let shown = Escaped(&format!("a{char}z")).to_string();
            let kept = !char.is_control() && point < 0xA0 || matches!(char, '\n' | '\t');
            let replaced = shown == "a\u{FFFD}z";
            assert_eq!(!replaced, kept, "U+{point:04X}: {shown:?}");
        }
    }
}
