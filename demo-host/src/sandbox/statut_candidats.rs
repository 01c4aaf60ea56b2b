//! `POST /api/login` and `POST /api/statut-candidats`, 2022-03 generation.

use super::body::Parsed;
use super::call::{Answer, Call, batch};
use super::inbox::Received;
use super::rules;
use super::server::Shared;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// The greatest body: 100 kB as body-parser counts them.
pub const BODY_LIMIT: usize = 100 << 10;
/// The greatest number of dossiers in a batch.
const BATCH_LIMIT: usize = 100;

/// Gives a token for good credentials.
pub fn login(shared: &Shared, call: &Call) -> Answer {
    let body = match parsed(call) {
        Ok(body) => body,
        Err(answer) => return *answer,
    };
    let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    match shared.tokens.login(&shared.keys, text("username"), text("password")) {
        Some(token) => Answer::json(StatusCode::OK, &json!({"access_token": token})),
        None => Answer::empty(StatusCode::UNAUTHORIZED),
    }
}

/// `POST …/test`: is the token good?
pub fn test(shared: &Shared, call: &Call) -> Answer {
    match admit(shared, call) {
        Ok(_) => Answer::json(StatusCode::OK, &json!({"msg": "ok"})),
        Err(answer) => *answer,
    }
}

/// Takes a batch: valid dossiers are saved, the others come back with their faults.
pub fn ingest(shared: &Shared, call: &Call) -> Answer {
    let body = match admit(shared, call) {
        Ok(body) => body,
        Err(answer) => return *answer,
    };
    match batch(body, BATCH_LIMIT) {
        Ok(items) => treat(shared, call, &items).about(items.len()),
        Err(details) => Answer::json(
            StatusCode::BAD_REQUEST,
            &json!({"statusCode": 400, "error": "Bad Request", "message": "Erreur de validation", "details": details}),
        ),
    }
}

/// Another method than POST: Express's own page.
pub fn elsewhere(call: &Call) -> Answer {
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot {} \
         {}</pre>\n</body>\n</html>\n",
        call.method, call.path
    );
    Answer::typed(StatusCode::NOT_FOUND, "text/html; charset=utf-8", page)
}

fn parsed(call: &Call) -> Result<Value, Box<Answer>> {
    let boom = |status: StatusCode, error: &str, message: &str| {
        let body = json!({"statusCode": status.as_u16(), "error": error, "message": message});
        Err(Box::new(Answer::json(status, &body)))
    };
    match call.json(BODY_LIMIT) {
        Parsed::Json(body) => Ok(body),
        Parsed::Malformed(detail) => boom(StatusCode::BAD_REQUEST, "Bad Request", &detail),
        Parsed::TooLarge => boom(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Request Entity Too Large",
            "request entity too large",
        ),
        Parsed::Unsupported(detail) => boom(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type", &detail),
    }
}

/// What comes before the route, in the receiver's order: JSON, token, permission.
fn admit(shared: &Shared, call: &Call) -> Result<Value, Box<Answer>> {
    let body = parsed(call)?;
    match shared.tokens.permission(call.authorization()) {
        None => Err(Box::new(Answer::untyped(StatusCode::UNAUTHORIZED, "Unauthorized"))),
        Some(false) => Err(Box::new(Answer::text(StatusCode::FORBIDDEN, "Not authorized"))),
        Some(true) => Ok(body),
    }
}

fn treat(shared: &Shared, call: &Call, items: &[Value]) -> Answer {
    let mut kept = Vec::with_capacity(items.len());
    let mut refused = Vec::new();
    for item in items {
        let mut errors = rules::check_2021(item);
        let mut details: Vec<Value> = rules::refusals_2021(item).iter().map(rules::Refusal::to_json).collect();
        for error in call.rejections.iter().filter_map(|rejection| rejection.judge(item)) {
            details.push(json!({"message": error.message, "path": error.path, "type": "any.custom", "context": {}}));
            errors.push(error);
        }
        if !details.is_empty() {
            refused.push(json!({"_original": item, "details": details}));
        }
        kept.push(Received {
            identity: rules::identity_2021(item),
            dossier: item,
            errors,
            statut_affiche: None,
        });
    }
    if let Err(error) = shared.inbox.keep(&kept) {
        return Answer::not_kept(&error);
    }
    let ko = refused.len();
    let (status, message) = match ko {
        0 => ("OK", "Success".to_owned()),
        _ => ("ERROR", format!("Error : {ko} items not valid")),
    };
    let body =
        json!({"status": status, "message": message, "ok": items.len() - ko, "ko": ko, "validationErrors": refused});
    Answer::json(StatusCode::OK, &body)
}
