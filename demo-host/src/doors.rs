//! The doors of the servers on this machine: who may come in, and how long they wait for somebody who does not speak.
//!
//! Any page that a browser shows can send requests to this machine, and any name can be pointed at it. So the name in
//! `Host` must be the machine's own, what another site starts is refused whatever it carries, and where a session is
//! asked for, its secret must be shown.

use std::time::Duration;

use axum::extract::connect_info::ConnectInfo;
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::{Method, Uri};
use axum::serve::Listener;
use axum::{Extension, Router};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;

use crate::failure::Failure;

/// How long a client may take to say what it wants, and to go on with what it sends: as the receiver's front.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The secrets of one run.
#[derive(Clone)]
pub struct Pass {
    /// Stands in the address that the program prints.
    pub token: String,
    /// What the token is exchanged for.
    pub session: String,
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

    /// The cookie of the session at a port: browsers do not keep cookies apart by port, but by name.
    pub fn cookie(&self, port: u16) -> String {
        format!("{COOKIE}{port}={}", self.session)
    }

    /// Whether a request carries the cookie of this session, whichever port it was opened at.
    pub fn is_shown(&self, headers: &HeaderMap) -> bool {
        let cookies = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let ours = cookies
            .flat_map(|value| value.split("; "))
            .filter_map(|cookie| cookie.strip_prefix(COOKIE));
        ours.filter_map(|cookie| cookie.split_once('='))
            .any(|(_, session)| same(session, &self.session))
    }
}

/// What the cookies of a session are called, but for the port.
const COOKIE: &str = "passerelle-";

fn secret() -> Result<String, Failure> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure::failed("Ce système ne donne pas de hasard.", error))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Compares in a time that does not tell where two texts part.
pub fn same(one: &str, other: &str) -> bool {
    let differ = one
        .bytes()
        .zip(other.bytes())
        .fold(0, |differ, (one, other)| differ | (one ^ other));
    differ == 0 && one.len() == other.len()
}

/// The name in `Host`, if it is this machine's own and of this port; a client that leaves the port out means it. A target
/// that names a machine itself must name the same.
pub fn own_host<'r>(target: &Uri, headers: &'r HeaderMap, port: u16) -> Option<&'r str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return None;
    };
    let host = host.to_str().ok()?;
    if target.authority().is_some_and(|named| named != host) {
        return None;
    }
    let (name, asked) = host.rsplit_once(':').unwrap_or((host, ""));
    let own = ["127.0.0.1", "localhost"]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(name));
    (own && (asked.is_empty() || asked == port.to_string())).then_some(host)
}

/// Who started a request, as far as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A page of this server.
    Own,
    /// Nobody's page: an address that was typed or opened, or a program that is no browser.
    Nobody,
    /// A page of somebody else.
    Foreign,
}

/// Who started a request to `host`. A browser says who did; only an address typed or opened by the user has nobody
/// behind it, and that reads.
pub fn origin(method: &Method, headers: &HeaderMap, host: &str) -> Origin {
    let text = |name: HeaderName| {
        let mut values = headers.get_all(name).iter();
        let first = values.next()?.to_str().ok();
        // Who says two things says neither.
        Some(first.filter(|_| values.next().is_none()).unwrap_or("?"))
    };
    let own = text(header::ORIGIN).map(|origin| {
        let place = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        place == Some(host)
    });
    match (own, text(HeaderName::from_static("sec-fetch-site"))) {
        (Some(false), _) => Origin::Foreign,
        (_, Some("same-origin")) => Origin::Own,
        (_, Some("none")) if reads(method) => Origin::Nobody,
        (_, Some(_)) => Origin::Foreign,
        (Some(true), None) => Origin::Own,
        (None, None) => Origin::Nobody,
    }
}

/// Whether a method only reads.
pub fn reads(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}

/// Answers the connections of a listener, for ever. A client that does not say within [`PATIENCE`] what it wants, on a
/// new connection or after an answer, loses its connection. Each request carries the connection's address.
pub async fn serve<L>(mut listener: L, routes: Router)
where
    L: Listener,
    L::Addr: Clone + Sync,
{
    loop {
        let (stream, address) = listener.accept().await;
        let routes = routes.clone().layer(Extension(ConnectInfo(address)));
        let answer = TowerToHyperService::new(routes.into_service::<Incoming>());
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .serve_connection(TokioIo::new(stream), answer);
        // A connection that breaks is its client's affair.
        tokio::spawn(async move { connection.await.ok() });
    }
}
