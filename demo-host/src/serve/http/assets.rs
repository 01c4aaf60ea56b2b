//! The page and its files, inside the program.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use super::refuse;

const PAGE: &str = include_str!("../../../web/index.html");
const CLOSED: &str = include_str!("../../../web/closed.html");

macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        /// The files by name.
        const ASSETS: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../web/", $name)))),*];
    };
}

assets![
    "api.js",
    "app.js",
    "base.css",
    "dialog.js",
    "dom.js",
    "events.js",
    "fields.js",
    "form.css",
    "form.js",
    "format.js",
    "grid.css",
    "grid.js",
    "grid-finder.js",
    "grid-keys.js",
    "grid-rows.js",
    "home.js",
    "icon.svg",
    "list.js",
    "menu.css",
    "menu.js",
    "night.css",
    "night.js",
    "places.js",
    "screen.js",
    "small.css",
    "tables.js",
    "tabs.js",
    "task.js",
];

/// The application's page.
pub async fn page() -> Html<&'static str> {
    Html(PAGE)
}

/// The page of a session that is not open.
pub fn closed(text: &str) -> Html<String> {
    Html(CLOSED.replace("{text}", text))
}

/// One of its files.
pub async fn asset(Path(name): Path<String>) -> Response {
    let Some((_, text)) = ASSETS.iter().find(|(known, _)| *known == name) else {
        return refuse(StatusCode::NOT_FOUND, "Ce fichier n'existe pas.");
    };
    let kind = match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => "image/svg+xml",
    };
    ([(header::CONTENT_TYPE, kind)], *text).into_response()
}
