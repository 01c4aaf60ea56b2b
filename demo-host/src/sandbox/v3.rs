//! `POST /api/v3/dossiers-apprenants` and the directory of organisations.

use super::body::Parsed;
use super::call::{Answer, Call, batch};
use super::inbox::Received;
use super::keys::object_id;
use super::rules::{self, FieldError};
use super::server::Shared;
use axum::http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The greatest body: 10 MiB.
pub const BODY_LIMIT: usize = 10 << 20;
/// The greatest number of dossiers in a batch.
const BATCH_LIMIT: usize = 2000;

/// Takes a batch.
pub fn ingest(shared: &Shared, call: &Call) -> Answer {
    let (body, limits) = match admit(shared, call) {
        Ok(admitted) => admitted,
        Err(answer) => return *answer,
    };
    let sender = limits.sender.clone();
    let mut answer = match batch(body, BATCH_LIMIT) {
        Ok(items) => treat(shared, call, &items, &sender).about(items.len()),
        Err(details) => {
            let body = json!({"error": "Bad Request", "message": "Erreur de validation", "details": details});
            Answer::json(StatusCode::BAD_REQUEST, &body)
        }
    };
    limits.tell(&mut answer);
    answer
}

/// `POST …/test`: is the key good?
pub fn test(shared: &Shared, call: &Call) -> Answer {
    match admit(shared, call) {
        Ok((_, limits)) => {
            let mut answer = Answer::json(StatusCode::OK, &json!({"msg": "ok"}));
            limits.tell(&mut answer);
            answer
        }
        Err(answer) => *answer,
    }
}

/// `POST /api/v1/organismes/get-by-uai-siret`: is the couple in the directory, just as it stands?
pub fn organisme(shared: &Shared, call: &Call) -> Answer {
    let body = match parsed(call) {
        Ok(body) => body,
        Err(answer) => return *answer,
    };
    let issues = issues(&body);
    if let Some(first) = issues.first() {
        let body = json!({
            "error": "Bad Request", "message": "Erreur de validation", "details": first.get("message"), "issues": issues,
        });
        return Answer::json(StatusCode::BAD_REQUEST, &body);
    }
    let text = |field: &str| body.get(field).and_then(Value::as_str);
    let (uai, siret) = (text("uai"), text("siret").unwrap_or_default());
    if !shared.keys.lists_organisme(uai, siret) {
        return bad_request("Aucun organisme trouvé");
    }
    let mut found = json!({
        "_id": object_id(&(uai, siret)), "siret": siret, "raison_sociale": format!("ORGANISME {siret}"),
        "nature": "responsable_formateur", "ferme": uai.is_some_and(|uai| shared.keys.is_closed(uai, siret)),
    });
    if let (Some(uai), Some(found)) = (uai, found.as_object_mut()) {
        found.insert("uai".to_owned(), json!(uai));
    }
    Answer::json(StatusCode::OK, &found)
}

/// zod's complaints about a body that is not exactly `{uai: string or null, siret: string}`.
fn issues(body: &Value) -> Vec<Value> {
    let expected = |kind: &str, received: &str, path: &[&str], message: &str| json!({"code": "invalid_type", "expected": kind, "received": received, "path": path, "message": message});
    let Some(fields) = body.as_object() else {
        return vec![expected("object", kind_of(Some(body)), &[], "Object attendu")];
    };
    let mut issues = Vec::new();
    for (field, nullable) in [("uai", true), ("siret", false)] {
        let value = fields.get(field);
        let fine = value.is_some_and(|value| value.is_string() || (nullable && value.is_null()));
        if !fine {
            issues.push(expected("string", kind_of(value), &[field], "String attendu"));
        }
    }
    let unknown: Vec<_> = fields
        .keys()
        .filter(|key| !matches!(key.as_str(), "uai" | "siret"))
        .collect();
    if !unknown.is_empty() {
        let names: Vec<_> = unknown.iter().map(|key| format!("'{key}'")).collect();
        let message = format!("Unrecognized key(s) in object: {}", names.join(", "));
        issues.push(json!({"code": "unrecognized_keys", "keys": unknown, "path": [], "message": message}));
    }
    issues
}

fn kind_of(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
    }
}

/// Another method than POST, or a path below the route: whoever has a key has no session.
pub fn elsewhere(shared: &Shared, call: &Call) -> Answer {
    let (_, limits) = match admit(shared, call) {
        Ok(admitted) => admitted,
        Err(answer) => return *answer,
    };
    let mut answer = unauthorized();
    limits.tell(&mut answer);
    answer
}

/// `OPTIONS`, as Express answers it by itself.
pub fn options(shared: &Shared, call: &Call) -> Answer {
    let (_, limits) = match admit(shared, call) {
        Ok(admitted) => admitted,
        Err(answer) => return *answer,
    };
    let mut answer = Answer::typed(StatusCode::OK, "text/html; charset=utf-8", "POST");
    answer.headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
    limits.tell(&mut answer);
    answer
}

/// What is no route falls through to the receiver's session router.
pub fn unauthorized() -> Answer {
    let body = json!({"error": "Unauthorized", "message": "Unauthorized"});
    Answer::json(StatusCode::UNAUTHORIZED, &body)
}

fn bad_request(message: &str) -> Answer {
    refusal(StatusCode::BAD_REQUEST, "Bad Request", message)
}

fn refusal(status: StatusCode, error: &str, message: &str) -> Answer {
    Answer::json(status, &json!({"error": error, "message": message}))
}

fn parsed(call: &Call) -> Result<Value, Box<Answer>> {
    match call.json(BODY_LIMIT) {
        Parsed::Json(body) => Ok(body),
        Parsed::Malformed(detail) => Err(Box::new(bad_request(&detail))),
        Parsed::TooLarge => Err(Box::new(refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Request Entity Too Large",
            "request entity too large",
        ))),
        Parsed::Unsupported(detail) => Err(Box::new(refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Unsupported Media Type",
            &detail,
        ))),
    }
}

/// What comes before the route, in the receiver's order: JSON, key, limiter.
fn admit(shared: &Shared, call: &Call) -> Result<(Value, Limits), Box<Answer>> {
    let body = parsed(call)?;
    let sender = shared
        .keys
        .sender(call.authorization())
        .map_err(|refusal| Box::new(self::refusal(StatusCode::FORBIDDEN, "Forbidden", refusal.message())))?;
    Ok((body, shared.limiter.count(sender)))
}

/// Checks the dossiers, keeps them, says what is wrong with each.
fn treat(shared: &Shared, call: &Call, items: &[Value], sender: &str) -> Answer {
    let now = chrono::Utc::now();
    let instant = now.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let day = now.format("%Y-%m-%d").to_string();
    let today = now.timestamp().div_euclid(86_400);
    let mut kept = Vec::with_capacity(items.len());
    let mut data = Vec::with_capacity(items.len());
    let mut some_invalid = false;
    for item in items {
        let mut errors = rules::check_v3(item);
        errors.extend(call.rejections.iter().filter_map(|rejection| rejection.judge(item)));
        let invalid = !errors.is_empty();
        some_invalid |= invalid;
        let mut echo = echo_of(item);
        let mut set = |key: &str, value: Value| echo.insert(key.to_owned(), value);
        set("_id", json!(object_id(&shared.next_id())));
        set("has_nir", json!(rules::has_nir(item)));
        set("validation_errors", json!(errors));
        set("has_error", json!(invalid));
        set("updated_at", json!(instant));
        set("created_at", json!(instant));
        if invalid {
            set("processed_at", json!(instant));
        }
        set("source", json!("ERP"));
        set("source_organisme_id", json!(sender));
        set("api_version", json!("v3"));
        set("computed_day", json!(day));
        data.push(Value::Object(echo));
        let identity = rules::identity_v3(item);
        if !invalid {
            errors = late_errors(shared, item);
        }
        let statut_affiche = errors.is_empty().then(|| rules::statut_affiche(item, today)).flatten();
        if !invalid && !shared.inbox.knows(&identity) {
            errors.extend(rules::name_errors_v3(item));
        }
        kept.push(Received {
            identity,
            dossier: item,
            errors,
            statut_affiche,
        });
    }
    if let Err(error) = shared.inbox.keep(&kept) {
        return Answer::not_kept(&error);
    }
    let mut body = json!({"status": "OK", "message": "Queued", "data": data});
    if let (true, Some(body)) = (some_invalid, body.as_object_mut()) {
        body.insert("detail".to_owned(), json!("Some data are invalid"));
    }
    Answer::json(StatusCode::OK, &body)
}

/// The raw known fields, without nulls.
fn echo_of(item: &Value) -> Map<String, Value> {
    let known = rules::known_fields_v3().filter_map(|field| Some((field, item.get(field)?)));
    known
        .filter(|(_, value)| !value.is_null())
        .map(|(field, value)| (field.to_owned(), value.clone()))
        .collect()
}

/// What the queue worker would find later: the inbox tells it, the answer does not.
fn late_errors(shared: &Shared, item: &Value) -> Vec<FieldError> {
    let mut errors = rules::late_errors_v3(item);
    for role in ["formateur", "responsable"] {
        let path = ["uai", "siret"].map(|part| format!("etablissement_{role}_{part}"));
        let text = |field: &String| match item.get(field) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let [uai, siret] = path.each_ref().map(text);
        if !shared.keys.knows_organisme(&uai, &siret) {
            errors.push(FieldError {
                message: format!("organisme {role} non trouvé"),
                path: path.to_vec(),
            });
        }
    }
    errors
}

/// Requests of an organisation in a window.
const BUDGET: u32 = 3000;
/// The window.
const WINDOW: Duration = Duration::from_secs(60);

/// The limiter of the deployed receiver: it counts, and only falls silent over budget.
#[derive(Default)]
pub struct Limiter(Mutex<HashMap<String, (Instant, u32)>>);

/// What the limiter says of one request.
struct Limits {
    sender: String,
    remaining: Option<u32>,
    reset: Duration,
}

impl Limiter {
    fn count(&self, sender: String) -> Limits {
        let now = Instant::now();
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|_, (start, _)| now.duration_since(*start) < WINDOW);
        let (start, used) = windows.entry(sender.clone()).or_insert((now, 0));
        *used = used.saturating_add(1);
        let reset = WINDOW.saturating_sub(now.duration_since(*start));
        Limits {
            sender,
            remaining: BUDGET.checked_sub(*used),
            reset,
        }
    }
}

impl Limits {
    fn tell(&self, answer: &mut Answer) {
        let Some(remaining) = self.remaining else { return };
        let seconds = self.reset.as_secs() + u64::from(self.reset.subsec_nanos() > 0);
        answer.headers.insert("ratelimit-limit", HeaderValue::from(BUDGET));
        answer
            .headers
            .insert("ratelimit-remaining", HeaderValue::from(remaining));
        answer.headers.insert("ratelimit-reset", HeaderValue::from(seconds));
        answer
            .headers
            .insert("ratelimit-policy", HeaderValue::from_static("3000;w=60"));
    }
}
