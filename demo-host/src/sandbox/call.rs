//! A request as the receiver's routes see it, and the answers they make.

use super::faults::Rejection;
use crate::doors::PATIENCE;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::borrow::Cow;

/// A body that came, or not.
pub enum Upload {
    /// All of it.
    Whole(Bytes),
    /// More than the route takes; what was too much is thrown away.
    TooLarge(usize),
    /// The client went away.
    Broken,
}

/// Bodies beyond this are not even read to their end.
const DRAIN: usize = 64 << 20;

impl Upload {
    /// Reads a body of at most `limit` bytes.
    pub async fn read(body: Body, limit: usize) -> Self {
        let mut stream = body.into_data_stream();
        let mut bytes = Vec::new();
        let mut size = 0;
        loop {
            // A sender that pauses longer is cut off, as by the receiver's front.
            let piece = match tokio::time::timeout(PATIENCE, stream.next()).await {
                Ok(Some(Ok(piece))) => piece,
                Ok(None) => break,
                Ok(Some(Err(_))) | Err(_) => return Self::Broken,
            };
            size += piece.len();
            if size <= limit {
                bytes.extend_from_slice(&piece);
            } else if size > DRAIN {
                break;
            } else {
                // Reading on lets the client see the answer instead of a broken pipe.
                bytes = Vec::new();
            }
        }
        if size > limit {
            Self::TooLarge(size)
        } else {
            Self::Whole(Bytes::from(bytes))
        }
    }

    /// How many bytes were read.
    pub fn size(&self) -> usize {
        match self {
            Self::Whole(bytes) => bytes.len(),
            Self::TooLarge(size) => *size,
            Self::Broken => 0,
        }
    }
}

/// What the body parser makes of a body.
pub enum Parsed {
    /// JSON; `{}` for no body or another content type.
    Json(Value),
    /// Not JSON.
    Malformed(String),
    /// Over the limit.
    TooLarge,
}

/// One request.
pub struct Call {
    /// POST for all routes.
    pub method: Method,
    /// Without its query.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub upload: Upload,
    /// Dossiers to refuse, from the scenario.
    pub rejections: Vec<Rejection>,
}

impl Call {
    /// The `Authorization` header.
    pub fn authorization(&self) -> Option<&str> {
        self.headers.get(header::AUTHORIZATION)?.to_str().ok()
    }

    /// The body as the receiver's strict JSON parser reads it: an object or an array.
    pub fn json(&self) -> Parsed {
        let content_type = self
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        let bytes = match &self.upload {
            Upload::TooLarge(_) => return Parsed::TooLarge,
            Upload::Whole(bytes) if kind.eq_ignore_ascii_case("application/json") && !bytes.is_empty() => bytes,
            Upload::Whole(_) | Upload::Broken => return Parsed::Json(json!({})),
        };
        // As in JavaScript, what is not UTF-8 becomes U+FFFD.
        let text: Cow<'_, str> = String::from_utf8_lossy(bytes);
        match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
            Ok(value @ (Value::Array(_) | Value::Object(_))) => Parsed::Json(value),
            Ok(_) => Parsed::Malformed("Unexpected token, an object or an array was expected".to_owned()),
            Err(error) => Parsed::Malformed(format!(
                "Unexpected token at line {} column {}",
                error.line(),
                error.column()
            )),
        }
    }
}

/// An answer.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers, the content type among them.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// How many dossiers the request carried, when it got so far.
    pub items: Option<usize>,
}

impl Answer {
    /// A JSON answer.
    pub fn json(status: StatusCode, body: &Value) -> Self {
        Self::typed(status, "application/json; charset=utf-8", body.to_string())
    }

    /// A plain text.
    pub fn text(status: StatusCode, body: &str) -> Self {
        Self::typed(status, "text/plain; charset=utf-8", body.to_owned())
    }

    /// An answer of some content type.
    pub fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Self {
            status,
            headers,
            body: body.into(),
            items: None,
        }
    }

    /// No body at all.
    pub fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            items: None,
        }
    }

    /// The same answer, to a request that carried so many dossiers.
    pub fn about(mut self, items: usize) -> Self {
        self.items = Some(items);
        self
    }

    /// What a route answers when it could not keep what it got: the receiver's "database failure".
    pub fn not_kept(error: &std::io::Error) -> Self {
        Self::json(
            StatusCode::BAD_REQUEST,
            &json!({"status": "ERROR", "message": format!("Storage failure: {}", error.kind())}),
        )
    }
}

/// Joi's complaint about a body that is not the list it should be; `None` when it is one, with its items.
pub fn batch(body: Value, limit: usize) -> Result<Vec<Value>, Value> {
    let detail = |message: String, kind: &str| json!([{"message": message, "path": [], "type": kind, "context": {"label": "value"}}]);
    match body {
        Value::Array(items) if items.len() <= limit => Ok(items),
        Value::Array(_) => Err(detail(
            format!("\"value\" must contain less than or equal to {limit} items"),
            "array.max",
        )),
        _ => Err(detail("\"value\" must be an array".to_owned(), "array.base")),
    }
}
