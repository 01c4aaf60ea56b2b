//! What the receiver's body parser makes of a request's body: its type, its charset, its encoding, its size, its JSON.

use super::call::Upload;
use axum::http::header::{self, HeaderMap, HeaderName};
use flate2::read::{GzDecoder, ZlibDecoder};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::io::{self, Read};

/// What came out.
pub enum Parsed {
    /// JSON; `{}` for no body or another content type.
    Json(Value),
    /// Not JSON, or not what it is announced as.
    Malformed(String),
    /// Over the limit, as it came or inflated.
    TooLarge,
    /// A charset or an encoding that the parser does not have.
    Unsupported(String),
}

/// Depth from which what is nested deeper is taken for nothing: the receiver reads any, and this program must survive it.
const DEEPEST: usize = 100;

/// Parses a body of at most `limit` bytes.
pub fn parse(headers: &HeaderMap, upload: &Upload, limit: usize) -> Parsed {
    let text_of = |name: HeaderName| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let Some(charset) = json_charset(text_of(header::CONTENT_TYPE)) else {
        return match upload {
            Upload::TooLarge(_) => Parsed::TooLarge,
            Upload::Whole(_) | Upload::Broken => Parsed::Json(json!({})),
        };
    };
    if !charset.starts_with("utf-") {
        return Parsed::Unsupported(format!("unsupported charset \"{}\"", charset.to_uppercase()));
    }
    let encoding = text_of(header::CONTENT_ENCODING).trim().to_ascii_lowercase();
    if !matches!(encoding.as_str(), "" | "identity" | "gzip" | "deflate") {
        return Parsed::Unsupported(format!("unsupported content encoding \"{encoding}\""));
    }
    let bytes = match upload {
        Upload::TooLarge(_) => return Parsed::TooLarge,
        Upload::Broken => return Parsed::Json(json!({})),
        Upload::Whole(bytes) => bytes,
    };
    let inflated = match encoding.as_str() {
        "gzip" => inflate(GzDecoder::new(&bytes[..]), limit),
        "deflate" => inflate(ZlibDecoder::new(&bytes[..]), limit),
        _ => Ok(bytes.to_vec()),
    };
    let bytes = match inflated {
        Ok(bytes) if bytes.len() > limit => return Parsed::TooLarge,
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Parsed::Malformed("unexpected end of file".to_owned());
        }
        Err(_) => return Parsed::Malformed("incorrect header check".to_owned()),
    };
    if bytes.is_empty() {
        return Parsed::Json(json!({}));
    }
    let text = if charset.starts_with("utf-16") {
        let units: Vec<u16> = bytes
            .chunks(2)
            .map(|pair| pair.iter().rev().fold(0, |unit, byte| unit << 8 | u16::from(*byte)))
            .collect();
        String::from_utf16_lossy(&units).into()
    } else {
        // As in JavaScript, what is not UTF-8 becomes U+FFFD.
        String::from_utf8_lossy(&bytes)
    };
    json(text.trim_start_matches('\u{feff}'))
}

/// At most one byte more than the limit.
fn inflate(from: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The charset of a JSON body, in small letters; none: it is not announced as JSON, or not as the grammar wants it.
fn json_charset(content_type: &str) -> Option<String> {
    let mut parts = content_type.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case("application/json") {
        return None;
    }
    let mut charset = "utf-8".to_owned();
    for part in parts {
        let (name, value) = part.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("charset") {
            charset = value.trim().trim_matches('"').to_ascii_lowercase();
        }
    }
    Some(charset)
}

/// An object or an array; the words about anything else have the shape of V8's, a piece of the body in them.
fn json(text: &str) -> Parsed {
    let unexpected = |char: char, piece: &str| format!("Unexpected token '{char}', {piece} is not valid JSON");
    match text.trim_start().chars().next() {
        None => return Parsed::Malformed("Unexpected end of JSON input".to_owned()),
        Some('[' | '{') => {}
        Some(other) => {
            let piece: String = text.chars().take(20).collect();
            return Parsed::Malformed(unexpected(other, &format!("\"{piece}\"")));
        }
    }
    let error = match serde_json::from_str(&readable(text)) {
        Ok(value) => return Parsed::Json(value),
        Err(error) => error,
    };
    if error.is_eof() {
        let told = if text.trim_end().ends_with('{') {
            format!("Expected property name or '}}' in JSON at position {}", text.len())
        } else {
            "Unexpected end of JSON input".to_owned()
        };
        return Parsed::Malformed(told);
    }
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let at = error.column().saturating_sub(1);
    let char = String::from_utf8_lossy(line.as_bytes().get(at..).unwrap_or_default())
        .chars()
        .next()
        .unwrap_or(' ');
    if error.to_string().starts_with("trailing characters") {
        return Parsed::Malformed(format!(
            "Unexpected non-whitespace character after JSON at position {at}"
        ));
    }
    let around = line
        .as_bytes()
        .get(at.saturating_sub(10)..line.len().min(at + 10))
        .unwrap_or_default();
    Parsed::Malformed(unexpected(
        char,
        &format!("...\"{}\"...", String::from_utf8_lossy(around)),
    ))
}

/// The same text for a stricter reader than V8: numbers beyond every number are null, halves of a surrogate pair U+FFFD,
/// and what is nested beyond every depth is null.
fn readable(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut edits: Vec<(usize, usize, &str)> = Vec::new();
    let (mut at, mut depth, mut deep_from) = (0, 0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'"' => at = string_end(text, at, &mut edits),
            b'[' | b'{' => {
                depth += 1;
                if depth == DEEPEST {
                    deep_from = start;
                }
            }
            b']' | b'}' => {
                if depth == DEEPEST {
                    edits.retain(|(from, _, _)| *from < deep_from);
                    edits.push((deep_from, at, "null"));
                }
                depth = depth.saturating_sub(1);
            }
            b'-' | b'0'..=b'9' => {
                let digits = bytes
                    .iter()
                    .skip(at)
                    .take_while(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte));
                at += digits.count();
                let number = text.get(start..at).and_then(|number| number.parse::<f64>().ok());
                if number.is_some_and(f64::is_infinite) {
                    edits.push((start, at, "null"));
                }
            }
            _ => {}
        }
    }
    if edits.is_empty() {
        return text.into();
    }
    let (mut readable, mut before) = (String::with_capacity(text.len()), 0);
    for (from, to, instead) in edits {
        readable.push_str(text.get(before..from).unwrap_or_default());
        readable.push_str(instead);
        before = to;
    }
    readable.push_str(text.get(before..).unwrap_or_default());
    readable.into()
}

/// Where a string ends whose inside starts here; notes its halves of surrogate pairs.
fn string_end(text: &str, start: usize, edits: &mut Vec<(usize, usize, &str)>) -> usize {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut at = start;
    loop {
        match text.as_bytes().get(at) {
            None => return at,
            Some(b'"') => return at + 1,
            Some(b'\\') => match unit(at) {
                Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
                Some(0xD800..=0xDFFF) => {
                    edits.push((at, at + 6, "\\ufffd"));
                    at += 6;
                }
                _ => at += 2,
            },
            Some(_) => at += 1,
        }
    }
}
