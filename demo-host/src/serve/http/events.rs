//! The stream that tells a browser tab what changes by itself, and this server that the tab is still there.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::refuse;
use crate::serve::office::Office;

/// How often the state is looked at.
const GLANCE: Duration = Duration::from_millis(400);

/// The browser tab's stream; counts it out when the browser hangs up.
struct Open {
    office: Arc<Office>,
    tab: u64,
    told: String,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.office.tabs.stream(self.tab, false);
    }
}

/// Tells the state whenever it changes.
pub async fn events(State(office): State<Arc<Office>>, Path(tab): Path<u64>) -> Response {
    if !office.tabs.is_open(tab) {
        // 204 tells the browser not to try again.
        return refuse(StatusCode::NO_CONTENT, "");
    }
    office.tabs.stream(tab, true);
    let open = Open {
        office,
        tab,
        told: String::new(),
    };
    let events = stream::unfold(open, |mut open| async move {
        loop {
            let state = open.office.state().to_string();
            if state != open.told {
                open.told.clone_from(&state);
                return Some((Ok::<_, Infallible>(Event::default().data(state)), open));
            }
            tokio::time::sleep(GLANCE).await;
        }
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}
