//! Who may call: this machine's user, in a page of this server, and nobody else.
//!
//! The token stands in the address that the program prints; it is exchanged for a cookie that scripts cannot read and
//! that other sites' requests do not carry. Who else is kept out, and how: [`crate::doors`].

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::refuse;
use crate::doors::{Origin, Pass, origin, own_host, reads, same};

/// What every page may load and do: its own files, nothing inline, nothing from outside, in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The secrets, on a port.
pub struct Guard {
    pass: Pass,
    port: u16,
}

impl Guard {
    /// On a port.
    pub fn new(pass: Pass, port: u16) -> Self {
        Self { pass, port }
    }
}

/// Lets a request through, or says why not.
pub async fn guard(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let mut response = match guard.check(&request) {
        Ok(Entry::Inside) => next.run(request).await,
        Ok(Entry::Exchange) => guard.exchange(),
        Err((status, text)) => denied(&request, status, text),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            header::HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

enum Entry {
    Inside,
    Exchange,
}

impl Guard {
    fn check(&self, request: &Request) -> Result<Entry, (StatusCode, &'static str)> {
        let headers = request.headers();
        let Some(host) = own_host(request.uri(), headers, self.port) else {
            let text = "Cette application ne répond qu'à l'adresse affichée à son démarrage.";
            return Err((StatusCode::MISDIRECTED_REQUEST, text));
        };
        let method = request.method();
        match origin(method, headers, host) {
            Origin::Own => {}
            Origin::Nobody if reads(method) => {}
            Origin::Nobody | Origin::Foreign => {
                let text = "Cette demande vient d'un autre site : elle est refusée.";
                return Err((StatusCode::FORBIDDEN, text));
            }
        }
        if request.method() == Method::GET && request.uri().path() == "/" {
            let query = request.uri().query().unwrap_or_default();
            if let Some(token) = query.split('&').find_map(|part| part.strip_prefix("jeton=")) {
                return if same(token, &self.pass.token) {
                    Ok(Entry::Exchange)
                } else {
                    Err((StatusCode::FORBIDDEN, STALE))
                };
            }
        }
        if self.pass.is_shown(headers) {
            Ok(Entry::Inside)
        } else {
            Err((StatusCode::FORBIDDEN, STALE))
        }
    }

    fn exchange(&self) -> Response {
        let mut response = Redirect::to("/").into_response();
        let cookie = format!("{}; Path=/; HttpOnly; SameSite=Strict", self.pass.cookie(self.port));
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }
}

const STALE: &str = "Cette session n'est pas ouverte. Ouvrez l'adresse que demo-host serve a affichée à son démarrage ; \
                     elle change à chaque démarrage.";

fn denied(request: &Request, status: StatusCode, text: &str) -> Response {
    if request.uri().path() == "/" {
        return (status, super::assets::closed(text)).into_response();
    }
    refuse(status, text)
}

#[cfg(test)]
mod tests;
