//! Who may call: this machine's user, in a page of this server, and nobody else.
//!
//! The token stands in the address that the program prints; it is exchanged for a cookie that scripts cannot read and
//! that other sites' requests do not carry. The name in `Host` must be this machine's own, so that no other name can be
//! pointed at this port; and what another site starts is refused, whatever it carries.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::refuse;
use crate::failure::Failure;

/// What every page may load and do: its own files, nothing inline, nothing from outside, in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The secrets of this run.
pub struct Pass {
    token: String,
    session: String,
}

/// The secrets, on a port.
pub struct Guard {
    pass: Pass,
    cookie: String,
    hosts: [String; 2],
}

impl Pass {
    /// New ones.
    ///
    /// # Errors
    /// The system has no randomness.
    pub fn new() -> Result<Self, Failure> {
        Ok(Self {
            token: secret()?,
            session: secret()?,
        })
    }

    /// The address to open in a browser.
    pub fn url(&self, port: u16) -> String {
        format!("http://127.0.0.1:{port}/?jeton={}", self.token)
    }

    pub(super) fn at(self, port: u16) -> Guard {
        Guard {
            // Cookies are not kept apart by port.
            cookie: format!("passerelle-{port}={}", self.session),
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            pass: self,
        }
    }
}

fn secret() -> Result<String, Failure> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure::failed("Ce système ne donne pas de hasard.", error))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
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
        let host = text(headers, header::HOST).unwrap_or_default();
        if !self.hosts.iter().any(|known| known == host) {
            let text = "Cette application ne répond qu'à l'adresse affichée à son démarrage.";
            return Err((StatusCode::MISDIRECTED_REQUEST, text));
        }
        self.same_origin(request.method(), headers, host)?;
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
        let cookies = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        if cookies
            .flat_map(|value| value.split("; "))
            .any(|cookie| same(cookie, &self.cookie))
        {
            Ok(Entry::Inside)
        } else {
            Err((StatusCode::FORBIDDEN, STALE))
        }
    }

    /// Refuses what another site started. A browser says who did; only an address typed or opened by the user has
    /// nobody behind it.
    fn same_origin(&self, method: &Method, headers: &HeaderMap, host: &str) -> Result<(), (StatusCode, &'static str)> {
        let origin = text(headers, header::ORIGIN);
        let site = text(headers, header::HeaderName::from_static("sec-fetch-site"));
        let own = origin.map(|origin| origin.strip_prefix("http://") == Some(host));
        let reads = method == Method::GET || method == Method::HEAD;
        let fine = match (own, site) {
            (Some(false), _) => false,
            (_, Some("same-origin")) => true,
            (_, Some("none")) => reads,
            (_, Some(_)) => false,
            // Not a browser of today: an act wants its page's origin.
            (own, None) => reads || own == Some(true),
        };
        if fine {
            Ok(())
        } else {
            Err((
                StatusCode::FORBIDDEN,
                "Cette demande vient d'un autre site : elle est refusée.",
            ))
        }
    }

    fn exchange(&self) -> Response {
        let mut response = Redirect::to("/").into_response();
        let cookie = format!("{}; Path=/; HttpOnly; SameSite=Strict", self.cookie);
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

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// Compares in a time that does not tell where two texts part.
fn same(one: &str, other: &str) -> bool {
    let differ = one
        .bytes()
        .zip(other.bytes())
        .fold(0, |differ, (one, other)| differ | (one ^ other));
    differ == 0 && one.len() == other.len()
}

#[cfg(test)]
mod tests;
