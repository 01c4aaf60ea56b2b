//! Long calls, documents, the clock and the receiver.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, refuse};
use crate::clock::parse_time;
use crate::failure::Failure;
use crate::serve::files::{Offer, Written};
use crate::serve::office::Office;
use crate::serve::tasks::Task;

/// What a document may do when it is shown: be read, with its own styles and pictures. No script, no form, no link out.
const DOCUMENT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; \
                               frame-ancestors 'self'; sandbox";

/// A job to be run for a form's button.
#[derive(Deserialize)]
pub struct Job {
    job: String,
    label: String,
    #[serde(default)]
    parameters: Value,
}

/// Runs a job of the plugin on a thread of its own.
pub async fn run(State(office): State<Arc<Office>>, Path(tab): Path<u64>, Json(job): Json<Job>) -> Answer {
    let worker = office.worker.clone();
    let parameters = if job.parameters.is_null() {
        json!({})
    } else {
        job.parameters
    };
    let work = move |task: &Arc<Task>| Ok(Some(worker.run_job(&job.job, &parameters.to_string(), &**task)?));
    let task = office.tasks.start(&job.label, Some(tab), work)?;
    Ok(Json(task.json()).into_response())
}

/// Has the plugin write a document that a table offers.
pub async fn document(
    State(office): State<Arc<Office>>,
    Path((tab, number, index)): Path<(u64, u64, usize)>,
) -> Answer {
    let table = office.tabs.table(tab, number);
    let offer = table
        .as_ref()
        .and_then(|table| table.description.get("documents")?.get(index).cloned());
    let offer: Offer = offer
        .and_then(|offer| serde_json::from_value(offer).ok())
        .ok_or_else(|| Failure::usage("Ce document n'est pas proposé.", "no such document"))?;
    let label = format!("{} ({})", offer.label, offer.file_name);
    let (worker, folder, tasks) = (office.worker.clone(), office.folder.clone(), Arc::clone(&office.tasks));
    let work = move |task: &Arc<Task>| {
        tasks
            .files
            .write(&worker, offer, &folder, &**task, (task.number, tab))?;
        Ok(None)
    };
    Ok(Json(office.tasks.start(&label, Some(tab), work)?.json()).into_response())
}

fn find(office: &Office, tab: u64, number: u64) -> Result<Arc<Task>, Failure> {
    office
        .tasks
        .get(number, tab)
        .ok_or_else(|| Failure::usage("Cette tâche n'est plus connue.", "no such task"))
}

/// How a task stands.
pub async fn task(State(office): State<Arc<Office>>, Path((tab, number)): Path<(u64, u64)>) -> Answer {
    Ok(Json(find(&office, tab, number)?.json()).into_response())
}

/// Stops a task.
pub async fn cancel(State(office): State<Arc<Office>>, Path((tab, number)): Path<(u64, u64)>) -> Answer {
    let task = find(&office, tab, number)?;
    task.cancel();
    Ok(Json(task.json()).into_response())
}

/// A written document, to be saved.
pub async fn file(State(office): State<Arc<Office>>, Path((tab, number)): Path<(u64, u64)>) -> Response {
    let Some(written) = office.tasks.files.get(number, tab) else {
        return refuse(
            StatusCode::NOT_FOUND,
            "Ce document n'est plus là : demandez-le de nouveau.",
        );
    };
    let name: String = written
        .offer
        .file_name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() || "-_.".contains(letter) {
                letter
            } else {
                '_'
            }
        })
        .collect();
    let (kind, name) = (
        written.offer.media_type.clone(),
        format!("attachment; filename=\"{name}\""),
    );
    let mut response = body(written);
    for (header, value) in [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)] {
        let value = HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("application/octet-stream"));
        response.headers_mut().insert(header, value);
    }
    response
}

/// A written HTML document, to be shown in a frame that may do nothing.
pub async fn page(State(office): State<Arc<Office>>, Path((tab, number)): Path<(u64, u64)>) -> Response {
    let written = office.tasks.files.get(number, tab);
    let Some(written) = written.filter(|written| written.offer.media_type.starts_with("text/html")) else {
        return refuse(
            StatusCode::NOT_FOUND,
            "Ce document n'est plus là : demandez-le de nouveau.",
        );
    };
    let mut response = body(written);
    for (header, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, DOCUMENT_POLICY),
    ] {
        response.headers_mut().insert(header, HeaderValue::from_static(value));
    }
    response
}

fn body(written: Arc<Written>) -> Response {
    let pieces = stream::unfold((written, 0_u64), |(written, from)| async move {
        match written.read(from) {
            Ok(bytes) if bytes.is_empty() => None,
            Ok(bytes) => {
                let next = from + bytes.len() as u64;
                Some((Ok(bytes), (written, next)))
            }
            Err(error) => Some((Err(error), (written, u64::MAX))),
        }
    });
    Response::new(Body::from_stream(pieces))
}

/// What the clock is to show; nothing: the machine's time.
#[derive(Deserialize)]
pub struct Time {
    #[serde(default)]
    time: Option<String>,
}

/// Sets the clock.
pub async fn clock(State(office): State<Arc<Office>>, Path(_): Path<u64>, Json(asked): Json<Time>) -> Answer {
    match asked.time {
        Some(time) => {
            let time = parse_time(&time).map_err(|text| Failure::usage(format!("Horloge : {text}."), "not a time"))?;
            office.timetable.set(time);
        }
        None => office.timetable.follow_machine(),
    }
    Ok(Json(office.state()).into_response())
}

/// Runs a scheduled job now.
pub async fn run_now(State(office): State<Arc<Office>>, Path((_, job)): Path<(u64, String)>) -> Answer {
    Ok(Json(office.timetable.run_now(&job)?.json()).into_response())
}

/// Runs through a night.
pub async fn night(State(office): State<Arc<Office>>, Path((_, job)): Path<(u64, String)>) -> Answer {
    office.timetable.travel(&job)?;
    Ok(Json(office.state()).into_response())
}

/// Empties the receiver.
pub async fn clear(State(office): State<Arc<Office>>, Path(_): Path<u64>) -> Answer {
    let failed = |error| Failure::failed("Le bac à sable n'a pas pu être vidé.", error);
    office.sandbox.clear().map_err(failed)?;
    Ok(Json(office.state()).into_response())
}
