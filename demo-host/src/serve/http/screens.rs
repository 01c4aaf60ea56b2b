//! Opening screens, and what the user does in them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use passerelle_host_sdk::{Contribution, ContributionKind, FormEvent, FormId, Table};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, blocking};
use crate::failure::Failure;
use crate::serve::office::Office;
use crate::serve::own;
use crate::serve::reading::{Reading, Source, Window};

/// A browser tab starts: its number, the menus, and what is known of this installation.
pub async fn start(State(office): State<Arc<Office>>) -> Answer {
    let contributions = office.front.ask(|erp| erp.contributions()).await??;
    let own = own::contributions();
    let mut menus: Vec<Value> = own.as_array().cloned().unwrap_or_default();
    menus.extend(contributions.iter().filter_map(entry));
    let tab = office.tabs.enter();
    Ok(Json(json!({"tab": tab, "menus": menus, "about": office.about, "state": office.state()})).into_response())
}

/// A contribution for the menus; jobs are the scheduler's.
fn entry(contribution: &Contribution) -> Option<Value> {
    let kind = match contribution.kind {
        ContributionKind::Form => "form",
        ContributionKind::Table => "table",
        ContributionKind::Job => return None,
    };
    Some(json!({"id": contribution.id, "kind": kind, "label": contribution.label, "menu": contribution.menu}))
}

/// The ERP's legal entities and sites.
pub async fn places(State(office): State<Arc<Office>>, Path(_): Path<u64>) -> Answer {
    let base = Arc::clone(&office.base);
    let (societes, secteurs) = blocking(move || base.places()).await?;
    Ok(Json(json!({"societes": societes, "secteurs": secteurs})).into_response())
}

/// A browser tab goes away.
pub async fn leave(State(office): State<Arc<Office>>, Path(tab): Path<u64>) -> Answer {
    office.leave(tab);
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What to open, and where the user stands.
#[derive(Deserialize)]
pub struct Wanted {
    id: String,
    #[serde(default)]
    context: Value,
}

/// Opens a screen of the plugin or of the ERP.
pub async fn open(State(office): State<Arc<Office>>, Path(tab): Path<u64>, Json(wanted): Json<Wanted>) -> Answer {
    if !office.tabs.is_open(tab) {
        return Err(Failure::usage(
            "Cette page n'est plus reliée à l'application : rechargez-la.",
            "no such tab",
        )
        .into());
    }
    if let Some(own) = wanted.id.strip_prefix("erp.") {
        return open_own(&office, tab, own, wanted.context).await;
    }
    let context = if wanted.context.is_null() {
        "{}".into()
    } else {
        wanted.context.to_string()
    };
    let opened = office
        .front
        .ask(move |erp| erp.open(tab, &wanted.id, &context))
        .await??;
    let tables: Result<Vec<_>, Failure> = opened
        .tables
        .into_iter()
        .map(|table| keep(&office, tab, table))
        .collect();
    let forms = opened
        .forms
        .into_iter()
        .map(|(form, description)| shown(&format!("p{}", form.0), &description));
    Ok(Json(json!({"forms": forms.collect::<Result<Vec<_>, _>>()?, "tables": tables?})).into_response())
}

fn keep(office: &Office, tab: u64, table: Table) -> Result<Value, Failure> {
    let description = parse(&table.describe()?)?;
    let canceller = table.canceller();
    let stop = Box::new(move || {
        // A table that has ended has nothing left to stop.
        let _ = canceller.cancel();
    });
    keep_source(office, tab, description, Box::new(table), stop)
}

fn keep_source(
    office: &Office,
    tab: u64,
    description: Value,
    source: Box<dyn Source>,
    stop: Box<dyn Fn() + Send + Sync>,
) -> Result<Value, Failure> {
    let reading = Reading::new(description.clone(), source, stop, &office.folder)?;
    Ok(json!({"number": office.tabs.keep(tab, reading), "description": description}))
}

async fn open_own(office: &Arc<Office>, tab: u64, id: &str, context: Value) -> Answer {
    let nothing = Box::new(|| ());
    let table = match id {
        "stagiaires" => {
            let source = Box::new(own::Stagiaires::new(Arc::clone(&office.base)));
            keep_source(office, tab, own::stagiaires_description(), source, nothing)?
        }
        "recus" => {
            let source = Box::new(own::Received(office.sandbox.contents()));
            keep_source(office, tab, own::received_description(), source, nothing)?
        }
        "stagiaire" => {
            let shared = Arc::clone(office);
            let (number, description) = blocking(move || shared.fiches.open(tab, &context)).await?;
            let form = json!({"number": format!("e{number}"), "description": description});
            return Ok(Json(json!({"forms": [form], "tables": []})).into_response());
        }
        _ => return Err(Failure::usage("Cet écran n'existe pas.", "no such screen").into()),
    };
    Ok(Json(json!({"forms": [], "tables": [table]})).into_response())
}

/// What the user did in a form.
#[derive(Deserialize)]
pub struct Act {
    kind: String,
    #[serde(default)]
    field: String,
    #[serde(default)]
    value: Value,
    #[serde(default)]
    row: Option<String>,
}

/// Tells whose form it is what the user did; answers with the form as it is now, or that it is closed.
pub async fn form_event(
    State(office): State<Arc<Office>>,
    Path((tab, form)): Path<(u64, String)>,
    Json(act): Json<Act>,
) -> Answer {
    let unknown = || Failure::usage("Cet écran est fermé : ouvrez-le de nouveau.", "no such form");
    let (whose, number) = form.split_at_checked(1).ok_or_else(unknown)?;
    let number: u64 = number.parse().map_err(|_| unknown())?;
    if whose == "e" {
        let shared = Arc::clone(&office);
        let event = move || shared.fiches.event(tab, number, &act.kind, &act.field, &act.value);
        let description = blocking(event).await?;
        return Ok(Json(json!({"number": form, "description": description})).into_response());
    }
    let tell = move |erp: &mut crate::serve::erp::Erp| {
        let value = act.value.to_string();
        let event = match act.kind.as_str() {
            "changed" => FormEvent::Changed {
                field: &act.field,
                value_json: &value,
            },
            "action" => FormEvent::Action {
                button: &act.field,
                row: act.row.as_deref(),
            },
            _ => FormEvent::Closed,
        };
        erp.form_event(tab, FormId(number), event)
    };
    let answer = match office.front.ask(tell).await?? {
        Some(description) => shown(&form, &description)?,
        None => json!({"number": form, "description": null}),
    };
    Ok(Json(answer).into_response())
}

fn shown(number: &str, description: &str) -> Result<Value, Failure> {
    Ok(json!({"number": number, "description": parse(description)?}))
}

fn parse(description: &str) -> Result<Value, Failure> {
    serde_json::from_str(description).map_err(|error| {
        Failure::failed(
            "Le plugin a décrit un écran que cette application ne sait pas lire.",
            error,
        )
    })
}

fn table(office: &Office, tab: u64, number: u64) -> Result<Arc<Reading>, Failure> {
    office
        .tabs
        .table(tab, number)
        .ok_or_else(|| Failure::usage("Ce tableau est fermé : ouvrez-le de nouveau.", "no such table"))
}

/// Rows of a table.
pub async fn rows(
    State(office): State<Arc<Office>>,
    Path((tab, number)): Path<(u64, u64)>,
    Json(window): Json<Window>,
) -> Answer {
    let table = table(&office, tab, number)?;
    Ok(Json(blocking(move || table.rows(&window)).await?).into_response())
}

/// Stops a table's reading.
pub async fn cancel(State(office): State<Arc<Office>>, Path((tab, number)): Path<(u64, u64)>) -> Answer {
    table(&office, tab, number)?.cancel();
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Closes a table.
pub async fn close(State(office): State<Arc<Office>>, Path((tab, number)): Path<(u64, u64)>) -> Answer {
    if let Some(table) = office.tabs.take(tab, number) {
        table.cancel();
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
