//! Connection strings: attributes read, and those that a driver needs added.

use std::path::Path;
use std::time::Duration;

use super::{DatabaseError, DialectKind, patience};

/// An ODBC connection string. It can hold a password: it has no `Debug` and no `Display`.
#[derive(Clone)]
pub struct ConnectionString {
    attributes: Vec<(String, String)>,
    /// How long locks are waited for, where the driver itself waits for a moment only.
    patience: Option<Duration>,
}

impl ConnectionString {
    /// Takes a connection string apart. Values in braces keep theirs; nothing is refused: the driver manager judges.
    pub fn parse(text: &str) -> ConnectionString {
        let mut attributes = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (key, after) = rest.split_once('=').unwrap_or((rest, ""));
            let (value, next) = split_value(after.trim_start());
            let key = key.trim();
            if !key.is_empty() {
                attributes.push((key.to_owned(), value.to_owned()));
            }
            rest = next.trim_start_matches([';', ' ']);
        }
        ConnectionString {
            attributes,
            patience: None,
        }
    }

    /// Value of an attribute, without the braces; names are compared without case.
    pub fn get(&self, name: &str) -> Option<String> {
        let (_, value) = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        let inner = value.strip_prefix('{').and_then(|v| v.strip_suffix('}'));
        Some(inner.map_or_else(|| value.clone(), |inner| inner.replace("}}", "}")))
    }

    /// What the named driver speaks, as far as its name tells.
    pub fn kind(&self) -> Option<DialectKind> {
        DialectKind::of_driver(&self.get("Driver")?)
    }

    /// Adds what the driver needs, unless the string already says otherwise.
    pub(super) fn complete_for(&mut self, kind: DialectKind, create: bool) {
        self.impose(kind.imposed_attributes());
        let driver = self.get("Driver").unwrap_or_default();
        for (name, value) in kind.attributes(&driver, create) {
            self.add_missing(name, value);
        }
        if kind.waits_in_the_driver() {
            self.wait_in_tries();
        }
    }

    /// The driver's waiting for a locked file cannot be cut short: it gets a moment, and we the rest of `Timeout`, in
    /// milliseconds (10 s if it is not there; the driver's own default is 100 s).
    fn wait_in_tries(&mut self) {
        if self.patience.is_some() {
            return;
        }
        let asked = self.get("Timeout").and_then(|text| text.trim().parse().ok());
        let patience = asked.map_or(patience::PATIENCE, Duration::from_millis);
        self.patience = Some(patience);
        self.attributes
            .retain(|(name, _)| !name.eq_ignore_ascii_case("Timeout"));
        let tries = patience.min(patience::TRY).as_millis().to_string();
        self.attributes.push(("Timeout".to_owned(), tries));
    }

    /// How long another session's lock is waited for; none where the driver does all the waiting.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.patience
    }

    /// The same, for a connection that only reads.
    pub(super) fn for_reading(&self, kind: DialectKind) -> ConnectionString {
        let mut string = self.clone();
        string.impose(kind.reader_attributes());
        string
    }

    fn impose(&mut self, attributes: &[(&str, &str)]) {
        for (name, value) in attributes {
            self.attributes.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
            self.add_missing(name, value);
        }
    }

    fn add_missing(&mut self, name: &str, value: &str) {
        if self.get(name).is_none() {
            self.attributes.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Refuses a file that does not exist, which the driver would create.
    pub(super) fn require_file(&self) -> Result<(), DatabaseError> {
        let Some(file) = self.get("Database").filter(|file| !file.is_empty()) else {
            return Ok(());
        };
        if file == ":memory:" || file.starts_with("file:") || Path::new(&file).is_file() {
            return Ok(());
        }
        Err(DatabaseError::FileMissing { file })
    }

    /// A driver's message without the values of this string that nobody may read.
    pub(super) fn without_secrets(&self, message: &str) -> String {
        const SECRET: [&str; 5] = ["PWD", "PASSWORD", "PASSWD", "ACCESSTOKEN", "SSLKEYPASSWORD"];
        let secret = |name: &str| SECRET.iter().any(|other| name.eq_ignore_ascii_case(other));
        let mut shown = message.to_owned();
        for (name, value) in self.attributes.iter().filter(|(name, _)| secret(name)) {
            for value in [Some(value.clone()), self.get(name)].into_iter().flatten() {
                if !value.is_empty() {
                    shown = shown.replace(&value, "***");
                }
            }
        }
        shown
    }

    /// The string to hand to the driver manager.
    pub(super) fn text(&self) -> String {
        self.attributes
            .iter()
            .map(|(key, value)| format!("{key}={value};"))
            .collect()
    }
}

/// Splits `value;rest`, where a value in braces may hold semicolons, and `}}` stands for one brace.
fn split_value(text: &str) -> (&str, &str) {
    if text.starts_with('{') {
        let bytes = text.as_bytes();
        let mut at = 1;
        while let Some(byte) = bytes.get(at) {
            if *byte == b'}' {
                if bytes.get(at + 1) == Some(&b'}') {
                    at += 1;
                } else {
                    return text.split_at(at + 1);
                }
            }
            at += 1;
        }
        return (text, "");
    }
    let (value, rest) = text.split_once(';').unwrap_or((text, ""));
    (value.trim_end(), rest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    #[test]
    fn attributes_survive_braces_semicolons_and_case() {
        let string = ConnectionString::parse("driver={ODBC Driver 18 for SQL Server}; PWD={a;b}}c};Server = h ;UID=u");
        assert_eq!(string.get("DRIVER").unwrap(), "ODBC Driver 18 for SQL Server");
        assert_eq!(string.get("pwd").unwrap(), "a;b}c");
        assert_eq!(string.get("server").unwrap(), "h");
        assert_eq!(string.kind(), Some(DialectKind::SqlServer));
        assert_eq!(
            string.text(),
            "driver={ODBC Driver 18 for SQL Server};PWD={a;b}}c};Server=h;UID=u;"
        );
    }

    #[test]
    fn additions_override_nothing_but_a_character_set() {
        let cases = [
            (
                "Driver=SQLite3;Database=x;stepapi=0",
                DialectKind::Sqlite,
                "stepapi=0;",
                "StepAPI",
            ),
            (
                "Driver=PostgreSQL Unicode;Fetch=7",
                DialectKind::PostgreSql,
                "UseDeclareFetch=1;",
                "Fetch=1000",
            ),
            (
                "Driver=MariaDB;Option=67108864",
                DialectKind::MariaDb,
                "Option=67108864;",
                "OPTION",
            ),
            (
                "Driver=MariaDB;charset=latin1",
                DialectKind::MariaDb,
                "CHARSET=utf8mb4;",
                "latin1",
            ),
            (
                "Driver=FreeTDS;Server=h",
                DialectKind::SqlServer,
                "TDS_Version=7.4;ClientCharset=UTF-8;APP=Passerelle Apprentissage;",
                "Fetch",
            ),
            (
                "DSN=erp;regional=Yes",
                DialectKind::SqlServer,
                "Regional=No;APP=Passerelle Apprentissage;",
                "Yes",
            ),
        ];
        for (text, kind, present, absent) in cases {
            let mut string = ConnectionString::parse(text);
            // A data source does not say.
            assert_eq!(string.kind(), Some(kind).filter(|_| !text.starts_with("DSN")), "{text}");
            string.complete_for(kind, false);
            assert!(string.text().contains(present), "{}", string.text());
            assert!(!string.text().contains(absent), "{}", string.text());
        }
    }

    #[test]
    fn a_locked_sqlite_file_is_waited_for_in_short_tries() {
        for (text, patience, tries) in [
            ("Driver=SQLite3;Database=x", 10_000, "Timeout=100;"),
            ("Driver=SQLite3;Database=x;timeout=30000", 30_000, "Timeout=100;"),
            ("Driver=SQLite3;Database=x;Timeout=50", 50, "Timeout=50;"),
        ] {
            let mut string = ConnectionString::parse(text);
            string.complete_for(DialectKind::Sqlite, false);
            // Once its driver is named, once its database is reached.
            string.complete_for(DialectKind::Sqlite, false);
            assert_eq!(string.patience(), Some(Duration::from_millis(patience)), "{text}");
            assert!(string.text().contains(tries), "{}", string.text());
            assert_eq!(string.text().to_lowercase().matches("timeout").count(), 1, "{text}");
        }
    }
}
