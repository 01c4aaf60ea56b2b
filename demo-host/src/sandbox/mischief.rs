//! How a good answer goes wrong.

use super::call::Answer;
use super::faults::Action;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use std::io;
use std::time::Duration;

/// What becomes of a request.
pub enum Outcome {
    /// An answer, spoiled or not.
    Answer(Response),
    /// The connection is reset.
    Reset,
    /// Nothing, ever.
    Silence,
}

/// Applies a fault to an answer.
pub fn spoil(answer: Answer, action: Option<Action>) -> Outcome {
    let spoiled = match action {
        None | Some(Action::Delay { .. } | Action::Reject(_)) => answer,
        Some(Action::Reset { .. }) => return Outcome::Reset,
        Some(Action::Silence { .. }) => return Outcome::Silence,
        Some(Action::Cut { after }) => return Outcome::Answer(cut(answer, after)),
        Some(Action::Drip { bytes, every_ms }) => return Outcome::Answer(drip(answer, bytes.max(1), every_ms)),
        Some(Action::WrongJson { body, .. }) => Answer::typed(StatusCode::OK, JSON, body),
        Some(Action::Html { code, .. }) => {
            let page =
                "<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Maintenance</h1></body></html>";
            Answer::typed(status(code), "text/html; charset=utf-8", page)
        }
        Some(Action::Redirect { location, code, .. }) => {
            let mut redirection = Answer::empty(status(code));
            set(&mut redirection, "location", &location);
            redirection
        }
        Some(Action::Status {
            code,
            body,
            headers,
            retry_after,
            retry_after_date,
            ..
        }) => {
            let mut plain = Answer::typed(status(code), JSON, body);
            if let Some(seconds) = retry_after {
                set(&mut plain, "retry-after", &seconds.to_string());
            }
            if let Some(seconds) = retry_after_date {
                let then = chrono::Utc::now() + Duration::from_secs(u64::from(seconds));
                set(
                    &mut plain,
                    "retry-after",
                    &then.format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
                );
            }
            for (name, value) in headers {
                set(&mut plain, &name, &value);
            }
            plain
        }
    };
    Outcome::Answer(response(spoiled))
}

const JSON: &str = "application/json; charset=utf-8";

/// Scenarios are checked when they are read: a status or a header that HTTP refuses does not come here.
fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn set(answer: &mut Answer, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
        answer.headers.insert(name, value);
    }
}

/// An answer as it is.
pub fn response(answer: Answer) -> Response {
    let body = Body::from(answer.body.clone());
    with_body(answer, body)
}

fn with_body(answer: Answer, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

/// Announces the whole body, sends its head, then breaks off.
fn cut(mut answer: Answer, after: usize) -> Response {
    announce_length(&mut answer);
    let head = answer.body.slice(..after.min(answer.body.len()));
    let pieces = futures_util::stream::unfold(Some(head), |head| async move {
        match head {
            Some(head) if !head.is_empty() => Some((Ok(head), Some(Bytes::new()))),
            Some(_) => {
                // A pause, so that what came before has left when the error closes the connection.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
            }
            None => None,
        }
    });
    with_body(answer, Body::from_stream(pieces))
}

/// Sends the body a few bytes at a time.
fn drip(mut answer: Answer, bytes: usize, every_ms: u64) -> Response {
    announce_length(&mut answer);
    let pieces = futures_util::stream::unfold((answer.body.clone(), false), move |(mut rest, wait)| async move {
        if rest.is_empty() {
            return None;
        }
        if wait {
            tokio::time::sleep(Duration::from_millis(every_ms)).await;
        }
        let drop = rest.split_to(bytes.min(rest.len()));
        Some((Ok::<_, io::Error>(drop), (rest, true)))
    });
    with_body(answer, Body::from_stream(pieces))
}

fn announce_length(answer: &mut Answer) {
    answer
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(answer.body.len()));
}
