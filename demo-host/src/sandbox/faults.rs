//! Faults on demand, from a small scenario file in TOML or JSON (by its extension).
//!
//! ```toml
//! # Couples (UAI, SIRET) that the directory does not know (optional).
//! unknown_organismes = [["0000000A", "00000000000000"]]
//! # Couples that it has as closed (optional).
//! closed_organismes = [["0570079B", "12345678994444"]]
//!
//! # HTTPS, with a certificate that is expired; the others are "good", "wrong_name" and "unknown_issuer". All but the last are signed by an authority made at
//! # the start, whose own certificate is written to this file, for whoever is to trust it (`SSL_CERT_FILE`) (optional; without [tls]: plain HTTP).
//! [tls]
//! certificate = "expired"
//! authority = "/tmp/bac-a-sable.pem"
//!
//! # The second batch is answered 503, please come back in 5 seconds.
//! [[faults]]
//! when = { path = "/api/v3/dossiers-apprenants", nth = 2 }
//! then = { kind = "status", code = 503, retry_after = 5 }
//!
//! # A storm of 429, with the other form of Retry-After: a date, so many seconds from now.
//! [[faults]]
//! when = { from = 10, to = 30 }
//! then = { kind = "status", code = 429, retry_after_date = 1 }
//!
//! # Two dossiers are refused.
//! [[faults]]
//! then = { kind = "reject", id_erp = ["41", "42"], field = "tel_apprenant", message = "Numéro de téléphone invalide" }
//! ```
//!
//! `when`: all the conditions given must hold; without any, the fault always acts. `path` is the exact path of the URL. Each fault counts, from 1, the requests
//! of its path: `nth` is one of them, `every` each k-th, `from`/`to` a range with both ends.
//!
//! `then`, by `kind`; `process` says whether the request is treated (checked, kept) before the sandbox misbehaves:
//!
//! | kind | keys | what happens |
//! |---|---|---|
//! | `status` | `code`, `body`, `headers`, `retry_after`, `retry_after_date` (seconds), `process` (false) | that answer; `body` is JSON unless `headers` says otherwise |
//! | `delay` | `ms` | the request waits, then goes on |
//! | `reset` | `process` (true) | the connection is reset without any answer |
//! | `cut` | `after` (bytes of the body) | the answer is cut after its first bytes |
//! | `drip` | `bytes`, `every_ms` | the answer comes so many bytes at a time |
//! | `wrong_json` | `body` (a cut list), `process` (true) | 200 with that text as JSON |
//! | `html` | `code` (200), `process` (false) | a page of HTML |
//! | `redirect` | `location`, `code` (307), `process` (false) | a redirection |
//! | `silence` | `process` (true) | the request is taken and never answered: with `process`, its dossiers are kept all the same |
//! | `reject` | `id_erp`, `field`, `message` | the dossiers with one of these identifiers (all, without it) that have that field (whatever, without it) are refused |
//!
//! Delays add up, rejections too; of the others, the first in the file acts. `/sandbox/…` never misbehaves.

use super::rules::FieldError;
use super::tls::Tls;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("cannot read the scenario {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The text is no scenario.
    #[error("the scenario is wrong: {0}")]
    Malformed(String),
    /// A fault asks for a status that HTTP does not have.
    #[error("the scenario asks for status {0}, which is not between 200 and 599")]
    Status(u16),
    /// A fault asks for a header that HTTP cannot carry.
    #[error("the scenario asks for the header {0:?}, which HTTP cannot carry")]
    Header(String),
}

impl ScenarioError {
    /// What is wrong, for the user.
    pub fn user_text(&self) -> String {
        match self {
            Self::Unreadable { path, source } => {
                format!(
                    "Le scénario de pannes {} ne peut pas être lu ({source}). Vérifiez son chemin et ses droits.",
                    path.display()
                )
            }
            Self::Malformed(detail) => format!("Le scénario de pannes est mal écrit : {detail}"),
            Self::Status(code) => {
                format!("Le scénario de pannes demande le statut {code} : indiquez un statut de 200 à 599.")
            }
            Self::Header(name) => {
                format!("Le scénario de pannes demande l'en-tête « {name} », que HTTP n'accepte pas : corrigez-le.")
            }
        }
    }
}

/// What goes wrong, and when. The default: nothing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The faults, in the order of the file.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// Couples (UAI, SIRET) that the directory does not know.
    #[serde(default)]
    pub unknown_organismes: Vec<(String, String)>,
    /// Couples that the directory has as closed.
    #[serde(default)]
    pub closed_organismes: Vec<(String, String)>,
    /// HTTPS; none: plain HTTP.
    #[serde(default)]
    pub tls: Option<Tls>,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// When it acts.
    #[serde(default)]
    pub when: When,
    /// What it does.
    pub then: Action,
}

/// The requests on which a fault acts; all conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The exact path.
    pub path: Option<String>,
    /// One request of that path, from 1.
    pub nth: Option<u64>,
    /// Each k-th request of that path.
    pub every: Option<u64>,
    /// From this request of that path on.
    pub from: Option<u64>,
    /// Up to this request of that path.
    pub to: Option<u64>,
}

impl When {
    fn holds(&self, count: u64) -> bool {
        self.nth.is_none_or(|nth| count == nth)
            && self.every.is_none_or(|every| every > 0 && count % every == 0)
            && self.from.is_none_or(|from| count >= from)
            && self.to.is_none_or(|to| count <= to)
    }
}

/// What a fault does; the module's table explains each.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs)] // The table of the module documents the keys once.
pub enum Action {
    Status {
        code: u16,
        #[serde(default)]
        body: String,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        retry_after: Option<u64>,
        retry_after_date: Option<u32>,
        #[serde(default)]
        process: bool,
    },
    Delay {
        ms: u64,
    },
    Reset {
        #[serde(default = "yes")]
        process: bool,
    },
    Cut {
        after: usize,
    },
    Drip {
        bytes: usize,
        every_ms: u64,
    },
    WrongJson {
        #[serde(default = "cut_list")]
        body: String,
        #[serde(default = "yes")]
        process: bool,
    },
    Html {
        #[serde(default = "ok")]
        code: u16,
        #[serde(default)]
        process: bool,
    },
    Redirect {
        location: String,
        #[serde(default = "temporary")]
        code: u16,
        #[serde(default)]
        process: bool,
    },
    Silence {
        #[serde(default = "yes")]
        process: bool,
    },
    Reject(Rejection),
}

fn yes() -> bool {
    true
}

fn ok() -> u16 {
    200
}

fn temporary() -> u16 {
    307
}

fn cut_list() -> String {
    r#"{"status":"OK","message":"Queued","data":[{"#.to_owned()
}

impl Action {
    /// Whether the request is treated before the sandbox misbehaves.
    pub fn processes(&self) -> bool {
        match self {
            Self::Status { process, .. }
            | Self::Reset { process }
            | Self::WrongJson { process, .. }
            | Self::Html { process, .. }
            | Self::Redirect { process, .. }
            | Self::Silence { process } => *process,
            Self::Delay { .. } | Self::Cut { .. } | Self::Drip { .. } | Self::Reject(_) => true,
        }
    }

    fn check(&self) -> Result<(), ScenarioError> {
        use axum::http::{HeaderName, HeaderValue};
        match self {
            Self::Status { code, .. } | Self::Html { code, .. } | Self::Redirect { code, .. }
                if !(200..=599).contains(code) =>
            {
                Err(ScenarioError::Status(*code))
            }
            Self::Status { headers, .. } => {
                let bad = headers.iter().find(|(name, value)| {
                    HeaderName::from_bytes(name.as_bytes()).is_err() || HeaderValue::from_str(value).is_err()
                });
                bad.map_or(Ok(()), |(name, _)| Err(ScenarioError::Header(name.clone())))
            }
            Self::Redirect { location, .. } if HeaderValue::from_str(location).is_err() => {
                Err(ScenarioError::Header("Location".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

/// Dossiers to refuse, as if one of their fields were wrong.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    /// Their `id_erp_apprenant`; empty for all.
    #[serde(default)]
    pub id_erp: Vec<String>,
    /// The field to blame, which they must have.
    pub field: Option<String>,
    /// The receiver's words.
    #[serde(default = "invalid")]
    pub message: String,
}

fn invalid() -> String {
    "Invalid input".to_owned()
}

impl Rejection {
    /// The refusal of a dossier that is concerned.
    pub fn judge(&self, item: &Value) -> Option<FieldError> {
        let id = match item.get("id_erp_apprenant") {
            Some(Value::String(id)) => id.trim().to_owned(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let named = self.id_erp.is_empty() || self.id_erp.contains(&id);
        let has_field = self
            .field
            .as_ref()
            .is_none_or(|field| item.get(field).is_some_and(|value| !value.is_null()));
        let field = self.field.as_deref().unwrap_or("id_erp_apprenant");
        (named && has_field).then(|| FieldError::new(field, &self.message))
    }
}

impl Scenario {
    /// Reads a scenario file: JSON if its name ends so, else TOML.
    ///
    /// # Errors
    /// When the file cannot be read or is no scenario.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        let unreadable = |source| ScenarioError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let json = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        if json {
            Self::from_json(&text)
        } else {
            Self::from_toml(&text)
        }
    }

    /// Reads a scenario in JSON.
    ///
    /// # Errors
    /// When the text is no scenario.
    pub fn from_json(text: &str) -> Result<Self, ScenarioError> {
        serde_json::from_str::<Self>(text)
            .map_err(|error| ScenarioError::Malformed(error.to_string()))?
            .checked()
    }

    /// Reads a scenario in TOML.
    ///
    /// # Errors
    /// When the text is no scenario.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        toml::from_str::<Self>(text)
            .map_err(|error| ScenarioError::Malformed(error.to_string()))?
            .checked()
    }

    /// The same scenario, once its statuses and headers are known to be possible.
    ///
    /// # Errors
    /// When one of them is not.
    pub fn checked(self) -> Result<Self, ScenarioError> {
        self.faults.iter().try_for_each(|fault| fault.then.check())?;
        Ok(self)
    }
}

/// A scenario at work: its faults with their counts of requests.
pub struct Mischief {
    faults: Vec<(Fault, AtomicU64)>,
}

/// What happens to one request.
#[derive(Debug, Default, PartialEq)]
pub struct Plan {
    /// How long it waits first.
    pub delay: Duration,
    /// The dossiers to refuse.
    pub rejections: Vec<Rejection>,
    /// How the answer goes wrong.
    pub action: Option<Action>,
}

impl Mischief {
    /// A scenario whose counts start at 0.
    pub fn new(scenario: Scenario) -> Self {
        Self {
            faults: scenario
                .faults
                .into_iter()
                .map(|fault| (fault, AtomicU64::new(0)))
                .collect(),
        }
    }

    /// Counts a request and says what happens to it.
    pub fn plan(&self, path: &str) -> Plan {
        let mut plan = Plan::default();
        for (fault, count) in &self.faults {
            if fault.when.path.as_deref().is_some_and(|wanted| wanted != path) {
                continue;
            }
            if !fault.when.holds(count.fetch_add(1, Ordering::Relaxed) + 1) {
                continue;
            }
            match &fault.then {
                Action::Delay { ms } => plan.delay += Duration::from_millis(*ms),
                Action::Reject(rejection) => plan.rejections.push(rejection.clone()),
                action => plan.action = plan.action.or_else(|| Some(action.clone())),
            }
        }
        plan
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn both_notations_say_the_same() {
        let toml = r#"
            unknown_organismes = [["0000000A", "00000000000000"]]
            [[faults]]
            when = { path = "/a", every = 2 }
            then = { kind = "silence" }
            [[faults]]
            then = { kind = "reject", id_erp = ["4"] }
        "#;
        let json = r#"{"unknown_organismes": [["0000000A", "00000000000000"]], "faults": [
            {"when": {"path": "/a", "every": 2}, "then": {"kind": "silence", "process": true}},
            {"then": {"kind": "reject", "id_erp": ["4"], "message": "Invalid input"}}]}"#;
        assert_eq!(Scenario::from_toml(toml).unwrap(), Scenario::from_json(json).unwrap());
    }

    #[test]
    fn wrong_scenarios_are_refused() {
        for text in [
            r#"{"faults": [{"then": {"kind": "explode"}}]}"#,
            r#"{"faults": [{"then": {"kind": "delay", "ms": 1, "secondes": 2}}]}"#,
            r#"{"faults": [{"then": {"kind": "status", "code": 42}}]}"#,
            r#"{"faults": [{"then": {"kind": "status", "code": 500, "headers": {"a b": "c"}}}]}"#,
            r#"{"faults": [{"then": {"kind": "redirect", "location": "a\nb"}}]}"#,
            r#"{"pannes": []}"#,
        ] {
            assert!(Scenario::from_json(text).is_err(), "{text}");
        }
    }

    #[test]
    fn each_fault_counts_the_requests_of_its_path() {
        let scenario = r#"{"faults": [
            {"when": {"path": "/a", "nth": 2}, "then": {"kind": "html"}},
            {"when": {"every": 3}, "then": {"kind": "delay", "ms": 5}},
            {"when": {"path": "/a", "from": 2, "to": 3}, "then": {"kind": "silence"}}]}"#;
        let mischief = Mischief::new(Scenario::from_json(scenario).unwrap());
        let html = Some(Action::Html {
            code: 200,
            process: false,
        });
        let silence = Some(Action::Silence { process: true });
        let wait = Duration::from_millis(5);
        for (path, action, delay) in [
            ("/a", None, Duration::ZERO),
            ("/b", None, Duration::ZERO),
            ("/a", html, wait),
            ("/a", silence, Duration::ZERO),
            ("/a", None, Duration::ZERO),
            ("/b", None, wait),
        ] {
            assert_eq!(
                mischief.plan(path),
                Plan {
                    delay,
                    action,
                    rejections: vec![]
                }
            );
        }
    }

    #[test]
    fn rejections_name_dossiers() {
        let rejection = Rejection {
            id_erp: vec!["42".into()],
            field: Some("tel".into()),
            message: "non".into(),
        };
        for (item, expected) in [
            (serde_json::json!({"id_erp_apprenant": "42", "tel": "1"}), true),
            (serde_json::json!({"id_erp_apprenant": 42, "tel": "1"}), true),
            (serde_json::json!({"id_erp_apprenant": "42", "tel": null}), false),
            (serde_json::json!({"id_erp_apprenant": "43", "tel": "1"}), false),
        ] {
            assert_eq!(
                rejection.judge(&item),
                expected.then(|| FieldError::new("tel", "non")),
                "{item}"
            );
        }
    }
}
