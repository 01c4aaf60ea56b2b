//! A request as the receiver's routes see it, and the answers they make.

use super::body::{self, Parsed};
use super::faults::Rejection;
use crate::doors::PATIENCE;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use futures_util::StreamExt;
use serde_json::{Value, json};

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

    /// The body as the receiver's parser reads it: an object or an array, of at most `limit` bytes.
    pub fn json(&self, limit: usize) -> Parsed {
        body::parse(&self.headers, &self.upload, limit)
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

    /// A text of no type.
    pub fn untyped(status: StatusCode, body: &'static str) -> Self {
        Self {
            body: Bytes::from_static(body.as_bytes()),
            ..Self::empty(status)
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

/// Joi's complaint about a body that is not the list it should be, the whole body in it; or the items.
pub fn batch(body: Value, limit: usize) -> Result<Vec<Value>, Value> {
    let (message, kind, limit) = match body {
        Value::Array(items) if items.len() <= limit => return Ok(items),
        Value::Array(_) => (
            format!("\"value\" must contain less than or equal to {limit} items"),
            "array.max",
            Some(limit),
        ),
        _ => ("\"value\" must be an array".to_owned(), "array.base", None),
    };
    let mut context = json!({"label": "value", "value": body});
    if let (Some(limit), Some(context)) = (limit, context.as_object_mut()) {
        context.insert("limit".to_owned(), json!(limit));
    }
    Err(json!([{"message": message, "path": [], "type": kind, "context": context}]))
}
