//! The few coercions of JavaScript on which the receiver's rules rest: `String()`, `Number()`, `parseInt()`, `trim()`, truthiness.

use serde_json::Value;

/// White space as JavaScript's `trim` and `\s` see it: unlike Rust's, with U+FEFF and without U+0085.
pub fn is_space(c: char) -> bool {
    match c {
        '\u{feff}' => true,
        '\u{85}' => false,
        _ => c.is_whitespace(),
    }
}

/// `String.prototype.trim`.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `String.prototype.length`: UTF-16 units.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Whether a value counts as true in a condition. An absent value is false.
pub fn truthy(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => number.as_f64().is_some_and(|n| n != 0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(_) | Value::Object(_)) => true,
    }
}

/// `String(value)`.
pub fn string(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number_text(number),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let parts: Vec<String> = items
                .iter()
                .map(|item| if item.is_null() { String::new() } else { string(item) })
                .collect();
            parts.join(",")
        }
        Value::Object(_) => "[object Object]".to_owned(),
    }
}

fn number_text(number: &serde_json::Number) -> String {
    if number.is_i64() || number.is_u64() {
        return number.to_string();
    }
    let value = number.as_f64().unwrap_or(f64::NAN);
    let size = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if (1e-6..1e21).contains(&size) {
        value.to_string()
    } else {
        // JavaScript writes the sign of a positive exponent, Rust does not.
        let text = format!("{value:e}");
        if size >= 1.0 { text.replace('e', "e+") } else { text }
    }
}

/// `Number(value)`; `NaN` for what is not a number.
pub fn number(value: &Value) -> f64 {
    match value {
        Value::Null => 0.0,
        Value::Bool(flag) => f64::from(u8::from(*flag)),
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN),
        Value::String(text) => number_of_text(text),
        Value::Array(_) => number_of_text(&string(value)),
        Value::Object(_) => f64::NAN,
    }
}

fn number_of_text(text: &str) -> f64 {
    let text = trim(text);
    if text.is_empty() {
        return 0.0;
    }
    for (lower, upper, radix) in [("0x", "0X", 16), ("0o", "0O", 8), ("0b", "0B", 2)] {
        if let Some(digits) = text.strip_prefix(lower).or_else(|| text.strip_prefix(upper)) {
            return u32::from_str_radix(digits, radix).map_or(f64::NAN, f64::from);
        }
    }
    // Rust's parser also reads `inf` and `nan`, which JavaScript does not.
    if text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) {
        text.parse().unwrap_or(f64::NAN)
    } else {
        f64::NAN
    }
}

/// `parseInt(text, 10)`; `NaN` when the text does not start with a number.
pub fn parse_int(text: &str) -> f64 {
    let text = text.trim_start_matches(is_space);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    match digits.get(..end) {
        Some(found) if !found.is_empty() => found.parse::<f64>().map_or(f64::NAN, |n| sign * n),
        _ => f64::NAN,
    }
}

/// `value.padStart(width, "0")`.
pub fn pad_start(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(length(text));
    let mut padded = "0".repeat(missing);
    padded.push_str(text);
    padded
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_of_values() {
        for (value, text) in [
            (json!(1.0), "1"),
            (json!(1.5), "1.5"),
            (json!(-0.0), "0"),
            (json!(1e21), "1e+21"),
            (json!(1e-7), "1e-7"),
            (json!(12_345_678_901_234_u64), "12345678901234"),
            (json!([1, null, "a"]), "1,,a"),
            (json!({}), "[object Object]"),
            (json!(true), "true"),
        ] {
            assert_eq!(string(&value), text);
        }
    }

    #[test]
    fn numbers_of_values() {
        for (value, expected) in [
            (json!(" 3 "), 3.0),
            (json!(""), 0.0),
            (json!("0x10"), 16.0),
            (json!("1e2"), 100.0),
            (json!(".5"), 0.5),
            (json!(true), 1.0),
            (json!(["4"]), 4.0),
        ] {
            assert_eq!(number(&value), expected, "{value}");
        }
        for value in [json!("1A"), json!("inf"), json!("NaN"), json!({}), json!("1 2")] {
            assert!(number(&value).is_nan(), "{value}");
        }
    }

    #[test]
    fn leading_integers() {
        assert_eq!(parse_int("3abc"), 3.0);
        assert_eq!(parse_int("\u{a0}-4 "), -4.0);
        assert!(parse_int("").is_nan());
        assert!(parse_int("abc").is_nan());
    }

    #[test]
    fn white_space_is_javascripts() {
        assert_eq!(trim("\u{feff}\u{a0} a\u{202f}"), "a");
        assert_eq!(trim("a\u{85}"), "a\u{85}");
    }
}
