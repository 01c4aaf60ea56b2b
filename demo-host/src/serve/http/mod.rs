//! The HTTP side: one page, its assets, and the calls that it makes.

mod assets;
mod events;
mod guard;
mod screens;
mod tools;

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;
use tokio::runtime::Runtime;

use super::office::Office;
use crate::doors::{self, Pass};
use crate::failure::Failure;
use guard::Guard;

/// How long connections may go on once the server is to end.
const FAREWELL: Duration = Duration::from_secs(1);

/// A running server; ends when dropped.
pub struct Server {
    runtime: Option<Runtime>,
    /// The port on 127.0.0.1.
    pub port: u16,
}

/// A port on 127.0.0.1, before anything answers there.
///
/// # Errors
/// It is taken, or not allowed.
pub fn listen(port: u16) -> Result<TcpListener, Failure> {
    let taken = |error| {
        Failure::usage(
            format!("Le port {port} est pris ou interdit : choisissez-en un autre avec --port."),
            error,
        )
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(taken)?;
    listener.set_nonblocking(true).map_err(taken)?;
    Ok(listener)
}

impl Server {
    /// Answers on a port from now on.
    ///
    /// # Errors
    /// The system refuses the threads.
    pub fn start(listener: TcpListener, office: Arc<Office>, pass: Pass) -> Result<Self, Failure> {
        let refused = |error: std::io::Error| Failure::failed("Le serveur local n'a pas pu démarrer.", error);
        let port = listener.local_addr().map_err(refused)?.port();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("serve")
            .enable_all()
            .build()
            .map_err(refused)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(refused)?
        };
        let routes = axum::Router::new()
            .route("/", get(assets::page))
            .route("/assets/{name}", get(assets::asset))
            .route("/api/start", post(screens::start))
            .route("/api/{tab}/events", get(events::events))
            .route("/api/{tab}/leave", post(screens::leave))
            .route("/api/{tab}/places", post(screens::places))
            .route("/api/{tab}/open", post(screens::open))
            .route("/api/{tab}/forms/{form}", post(screens::form_event))
            .route("/api/{tab}/tables/{table}/rows", post(screens::rows))
            .route("/api/{tab}/tables/{table}/cancel", post(screens::cancel))
            .route("/api/{tab}/tables/{table}/close", post(screens::close))
            .route("/api/{tab}/tables/{table}/documents/{index}", post(tools::document))
            .route("/api/{tab}/tasks", post(tools::run))
            .route("/api/{tab}/tasks/{task}", get(tools::task))
            .route("/api/{tab}/tasks/{task}/cancel", post(tools::cancel))
            .route("/api/{tab}/files/{task}", get(tools::file))
            .route("/api/{tab}/files/{task}/page", get(tools::page))
            .route("/api/{tab}/clock", post(tools::clock))
            .route("/api/{tab}/scheduler/{job}/run", post(tools::run_now))
            .route("/api/{tab}/scheduler/{job}/night", post(tools::night))
            .route("/api/{tab}/sandbox/clear", post(tools::clear))
            .fallback(|| async { refuse(StatusCode::NOT_FOUND, "Cette adresse n'existe pas.") })
            .layer(axum::middleware::from_fn_with_state(
                Arc::new(Guard::new(pass, port)),
                guard::guard,
            ))
            .with_state(office);
        runtime.spawn(doors::serve(listener, routes));
        Ok(Self {
            runtime: Some(runtime),
            port,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(FAREWELL);
        }
    }
}

/// What a call answers.
type Answer = Result<Response, Refusal>;

/// A call that did not come to its end.
pub struct Refusal(Failure);

impl<F: Into<Failure>> From<F> for Refusal {
    fn from(failure: F) -> Self {
        Self(failure.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match &self.0 {
            Failure::Usage { .. } | Failure::Absent { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        refuse(status, &self.0.user_text().unwrap_or_default())
    }
}

/// An answer that says what is wrong.
fn refuse(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({ "error": text }))).into_response()
}

/// Has what blocks done off the server's threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    let gone = |error| Err(Failure::failed("La demande s'est arrêtée sans réponse.", error));
    tokio::task::spawn_blocking(work).await.unwrap_or_else(gone)
}
