//! From a request to its answer: counting, faults, routing, misbehaving, logging.

use super::call::{Answer, Call, Upload};
use super::connection::Breaker;
use super::faults::{Action, Mischief};
use super::inbox::Inbox;
use super::keys::{Keys, Tokens};
use super::log::{Journal, Line};
use super::{control, mischief, statut_candidats, v3};
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What all requests share.
pub struct Shared {
    /// Who is told what it holds.
    pub doors: control::Doors,
    /// Who may send.
    pub keys: Keys,
    /// The 2021 tokens.
    pub tokens: Tokens,
    /// The v3 limiter.
    pub limiter: v3::Limiter,
    /// What was received.
    pub inbox: Inbox,
    /// What goes wrong.
    pub mischief: Mischief,
    /// The log.
    pub journal: Journal,
    /// How many identifiers were given.
    pub ids: AtomicU64,
}

impl Shared {
    /// A number that was not given before.
    pub fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }
}

/// Answers one request.
pub async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(breaker): ConnectInfo<Breaker>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let upload = Upload::read(body, body_limit(&path)).await;
    let bytes = upload.size();
    let mut entry = Line {
        method: parts.method.as_str(),
        path: &path,
        status: None,
        items: None,
        bytes,
    };
    if path.starts_with("/sandbox/") {
        let response = control::answer(&shared, &parts);
        entry.status = Some(response.status().as_u16());
        shared.journal.write(&entry);
        return response;
    }
    shared.inbox.count_request();
    let plan = shared.mischief.plan(&path);
    if !plan.delay.is_zero() {
        tokio::time::sleep(plan.delay).await;
    }
    let answer = if plan.action.as_ref().is_none_or(Action::processes) {
        let call = Call {
            method: parts.method.clone(),
            path: path.clone(),
            headers: parts.headers,
            upload,
            rejections: plan.rejections,
        };
        let worker = Arc::clone(&shared);
        // Reading and checking thousands of dossiers would hold up the other connections.
        let treated = tokio::task::spawn_blocking(move || route(&worker, &call)).await;
        treated.unwrap_or_else(|_| Answer::empty(StatusCode::INTERNAL_SERVER_ERROR))
    } else {
        Answer::empty(StatusCode::OK)
    };
    entry.items = answer.items;
    match mischief::spoil(answer, plan.action) {
        mischief::Outcome::Answer(response) => {
            entry.status = Some(response.status().as_u16());
            shared.journal.write(&entry);
            response
        }
        mischief::Outcome::Reset => {
            shared.journal.write(&entry);
            breaker.reset();
            Response::new(Body::empty())
        }
        mischief::Outcome::Silence => {
            shared.journal.write(&entry);
            std::future::pending().await
        }
    }
}

fn body_limit(path: &str) -> usize {
    let path = normal(path);
    if path == "/api/login" || path.starts_with("/api/statut-candidats") {
        statut_candidats::BODY_LIMIT
    } else {
        v3::BODY_LIMIT
    }
}

/// The receiver's routes.
fn route(shared: &Shared, call: &Call) -> Answer {
    if let Upload::Broken = call.upload {
        // Nobody is there to read the answer.
        return Answer::empty(StatusCode::BAD_REQUEST);
    }
    let posted = call.method == Method::POST;
    match normal(&call.path).as_str() {
        V3 if posted => v3::ingest(shared, call),
        V3_TEST if posted => v3::test(shared, call),
        V3 | V3_TEST if call.method == Method::OPTIONS => v3::options(shared, call),
        below
            if below
                .strip_prefix(V3)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) =>
        {
            v3::elsewhere(shared, call)
        }
        "/api/v1/organismes/get-by-uai-siret" if posted => v3::organisme(shared, call),
        "/api/login" if posted => statut_candidats::login(shared, call),
        "/api/statut-candidats" if posted => statut_candidats::ingest(shared, call),
        "/api/statut-candidats/test" if posted => statut_candidats::test(shared, call),
        // The receiver of 2021 lives at these addresses alone; all others are today's.
        "/api/login" | "/api/statut-candidats" | "/api/statut-candidats/test" => statut_candidats::elsewhere(call),
        _ => v3::unauthorized(),
    }
}

const V3: &str = "/api/v3/dossiers-apprenants";
const V3_TEST: &str = "/api/v3/dossiers-apprenants/test";

/// A path as Express compares it: in small letters, without the slashes at its end.
fn normal(path: &str) -> String {
    path.trim_end_matches('/').to_ascii_lowercase()
}
