//! The sandbox's own routes, beside those of the receiver: what it holds. They are this machine's user's alone.

use super::call::Answer;
use super::mischief;
use super::server::Shared;
use crate::doors::{self, Origin, Pass};
use axum::body::Body;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

/// Who is let in.
pub struct Doors {
    /// The sandbox's port.
    pub port: u16,
    /// What must be shown; none: nothing, by a program on this machine.
    pub pass: Option<Pass>,
}

impl Doors {
    /// Lets in a program or page of this machine; with a pass, one that shows its cookie (browsers send it to every port
    /// of a name) or its token, as `Authorization: Bearer`.
    fn check(&self, request: &Parts) -> Result<(), (StatusCode, &'static str)> {
        let headers = &request.headers;
        let Some(host) = doors::own_host(&request.uri, headers, self.port) else {
            let text = "Le bac à sable ne répond qu'à son adresse sur cette machine.";
            return Err((StatusCode::MISDIRECTED_REQUEST, text));
        };
        if doors::origin(&request.method, headers, host) == Origin::Foreign {
            return Err((
                StatusCode::FORBIDDEN,
                "Cette demande vient d'un autre site : elle est refusée.",
            ));
        }
        let Some(pass) = &self.pass else { return Ok(()) };
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = bearer.and_then(|value| value.strip_prefix("Bearer "));
        if token.is_some_and(|token| doors::same(token, &pass.token)) || pass.is_shown(headers) {
            Ok(())
        } else {
            let text = "Ce que le bac à sable a reçu se lit dans le mini ERP.";
            Err((StatusCode::FORBIDDEN, text))
        }
    }
}

/// Answers a request to one of them.
pub fn answer(shared: &Arc<Shared>, request: &Parts) -> Response {
    let mut response = match shared.doors.check(request) {
        Ok(()) => told(shared, &request.method, request.uri.path()),
        Err((status, text)) => mischief::response(Answer::json(status, &json!({"error": text}))),
    };
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn told(shared: &Arc<Shared>, method: &Method, path: &str) -> Response {
    if path != "/sandbox/recus" {
        return mischief::response(Answer::json(StatusCode::NOT_FOUND, &json!({"error": "Not Found"})));
    }
    if method == Method::GET {
        return list(Arc::clone(shared));
    }
    let answer = if method == Method::DELETE {
        match shared.inbox.clear() {
            Ok(()) => Answer::empty(StatusCode::NO_CONTENT),
            Err(error) => Answer::not_kept(&error),
        }
    } else {
        Answer::empty(StatusCode::METHOD_NOT_ALLOWED)
    };
    mischief::response(answer)
}

/// The inbox, piece by piece.
fn list(shared: Arc<Shared>) -> Response {
    let (head, cursor) = shared.inbox.open_list();
    let pieces = futures_util::stream::unfold((shared, cursor, Some(head)), |(shared, mut cursor, head)| async move {
        let piece = match head {
            Some(head) => Ok(head),
            None => shared.inbox.next_piece(&mut cursor).transpose()?,
        };
        Some((piece, (shared, cursor, None)))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
