//! What an error of the driver means.

use odbc_api::Error as OdbcError;

use super::DatabaseError;
use super::error::Report;

impl DatabaseError {
    /// What an error of the driver means when the database was being opened.
    pub(super) fn on_connect(error: OdbcError) -> DatabaseError {
        let Some((report, message)) = diagnostics(&error) else {
            return classify(error);
        };
        let state = report.state_text();
        let lower = message.to_lowercase();
        match state {
            "IM002" | "IM003" | "IM004" | "IM005" | "IM014" => DatabaseError::NoDriver(report),
            "01000" if lower.contains("can't open lib") => DatabaseError::NoDriver(report),
            "28000" | "28P01" => DatabaseError::LoginRefused(report),
            "3D000" | "42000" => DatabaseError::DatabaseMissing(report),
            _ if lower.contains("authentication failed") || lower.contains("login failed") => {
                DatabaseError::LoginRefused(report)
            }
            _ if lower.contains("unable to open database")
                || lower.contains("connect failed") && report.native == 14 =>
            {
                DatabaseError::DatabaseMissing(report)
            }
            _ if lower.contains("does not exist") && lower.contains("database") => {
                DatabaseError::DatabaseMissing(report)
            }
            _ => DatabaseError::CannotConnect(report),
        }
    }
}

impl From<OdbcError> for DatabaseError {
    fn from(error: OdbcError) -> Self {
        classify(error)
    }
}

fn diagnostics(error: &OdbcError) -> Option<(Report, String)> {
    let record = match error {
        OdbcError::Diagnostics { record, .. }
        | OdbcError::UnsupportedOdbcApiVersion(record)
        | OdbcError::InvalidRowArraySize { record, .. }
        | OdbcError::UnableToRepresentNull(record)
        | OdbcError::OracleOdbcDriverDoesNotSupport64Bit(record) => record,
        _ => return None,
    };
    let mut shown = record.to_string();
    let message = match shown.find("Message: ") {
        Some(at) => shown.split_off(at + "Message: ".len()),
        None => String::new(),
    };
    Some((
        Report {
            state: record.state.0,
            native: record.native_error,
        },
        message,
    ))
}

fn classify(error: OdbcError) -> DatabaseError {
    let Some((report, message)) = diagnostics(&error) else {
        return match error {
            OdbcError::TooLargeColumnBufferSize { .. } => DatabaseError::Other {
                report: Report::default(),
                detail: ": out of memory".to_owned(),
            },
            _ => DatabaseError::DriverFault,
        };
    };
    let lower = message.to_lowercase();
    let missing_table = || DatabaseError::TableMissing {
        name: object_name(&message),
        report,
    };
    let missing_column = || DatabaseError::ColumnMissing {
        name: object_name(&message),
        report,
    };
    match (report.state_text(), report.native) {
        ("42S02" | "42P01" | "S0002", _) => missing_table(),
        ("42S22" | "42703" | "S0022", _) => missing_column(),
        ("HY008" | "57014", _) => DatabaseError::Cancelled,
        ("42501" | "25006", _) | ("42000" | "HY000", 229 | 230 | 262 | 1142 | 1143 | 1044) => {
            DatabaseError::Forbidden(report)
        }
        ("40001" | "40P01" | "55P03" | "HYT00", _) | ("HY000", 1205 | 1222) => DatabaseError::Locked(report),
        ("53100", _) | ("HY000", 1021 | 1114) | ("42000", 1101 | 1105 | 9002) => DatabaseError::Full(report),
        ("HYT01", _) => DatabaseError::Lost(report),
        ("28000" | "28P01", _) => DatabaseError::LoginRefused(report),
        (state, _) if state.starts_with("08") || state.starts_with("57P") => DatabaseError::Lost(report),
        (state, _) if state.starts_with("23") => DatabaseError::Constraint(report),
        // MariaDB: the server's word for a session that was ended, its client library's for a server that is gone.
        ("HY000" | "HY001" | "70100", 1158..=1161 | 1927 | 2006 | 2013 | 2055 | 5013..=5015) => {
            DatabaseError::Lost(report)
        }
        // PostgreSQL's driver, which sets one before each statement of a transaction, of a session that has ended.
        ("HY000", 8) if lower.contains("internal savepoint failed") => DatabaseError::Lost(report),
        _ if lower.contains("no such table") => missing_table(),
        _ if lower.contains("no such column") || lower.contains("has no column named") => missing_column(),
        _ if lower.contains("interrupted") => DatabaseError::Cancelled,
        _ if lower.contains("is locked") || lower.contains("database busy") => DatabaseError::Locked(report),
        _ if lower.contains("disk is full") => DatabaseError::Full(report),
        _ if lower.contains("readonly database") => DatabaseError::Forbidden(report),
        _ if lower.contains("constraint failed") => DatabaseError::Constraint(report),
        _ if lower.contains("unable to open database") || lower.contains("file is not a database") => {
            DatabaseError::DatabaseMissing(report)
        }
        // Class 22 is about values: its messages quote them.
        (state, _) if state.starts_with("22") => DatabaseError::Other {
            report,
            detail: String::new(),
        },
        _ => DatabaseError::Other {
            report,
            detail: format!(": {}", without_quotes(&message)),
        },
    }
}

/// The table or column that a message names: what it quotes last, or what follows its last colon. `near "x"` of SQLite
/// never gets here.
fn object_name(message: &str) -> String {
    let message = message.trim();
    if let Some(at) = message.to_lowercase().find("no such ") {
        let tail = message.get(at..).unwrap_or_default();
        let name = tail.split_once(": ").map_or("", |(_, name)| name);
        return name.split([' ', '(', '\n']).next().unwrap_or_default().to_owned();
    }
    for quote in ['"', '\''] {
        let mut parts = message.split(quote);
        if let (Some(_), Some(name), Some(_)) = (parts.next(), parts.next(), parts.next()) {
            return name.to_owned();
        }
    }
    if let Some((before, _)) = message.split_once(" does not exist") {
        return before.rsplit(' ').next().unwrap_or_default().to_owned();
    }
    String::new()
}

/// A message without what stands in quotes or brackets, at most 200 characters of it.
fn without_quotes(message: &str) -> String {
    let mut shown = String::new();
    let mut until = None;
    for character in message.chars() {
        match (until, character) {
            (Some(end), c) if c == end => until = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => {
                shown.push('…');
                until = Some(character);
            }
            (None, '(') => {
                shown.push('…');
                until = Some(')');
            }
            (None, c) => shown.push(if c.is_control() { ' ' } else { c }),
        }
    }
    shown.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use odbc_api::handles::{Record, SqlChar, State};

    use super::*;

    fn odbc(state: &[u8; 5], native_error: i32, message: &str) -> OdbcError {
        // A character has two bytes on Windows.
        #[allow(clippy::useless_conversion)]
        let message: Vec<SqlChar> = message.bytes().map(|byte| byte as SqlChar).collect();
        OdbcError::Diagnostics {
            record: Record {
                state: State(*state),
                native_error,
                message,
            },
            function: "f",
        }
    }

    #[test]
    fn errors_of_each_database_are_told_apart() {
        let cases: &[(&[u8; 5], i32, &str, &str)] = &[
            (b"HY000", 1, "no such table: sifa (1)", "TableMissing { name: \"sifa\""),
            (
                b"HY000",
                1,
                "[SQLite]no such column: i.x (1)",
                "ColumnMissing { name: \"i.x\"",
            ),
            (
                b"42S02",
                208,
                "[Microsoft][SQL Server]Invalid object name 'dbo.x'.",
                "TableMissing { name: \"dbo.x\"",
            ),
            (b"42S22", 207, "Invalid column name 'y'.", "ColumnMissing { name: \"y\""),
            (
                b"42P01",
                1,
                "ERROR: relation \"z\" does not exist",
                "TableMissing { name: \"z\"",
            ),
            (
                b"42000",
                229,
                "The SELECT permission was denied on the object 'x'",
                "Forbidden",
            ),
            (b"HY000", 5, "database is locked (5)", "Locked"),
            (b"HY000", 13, "database or disk is full (13)", "Full"),
            (b"53100", 1, "ERROR: could not extend file", "Full"),
            (b"HY000", 1114, "The table 'mna_lot' is full", "Full"),
            (b"08S01", 0, "Communication link failure", "Lost"),
            (b"HY000", 2013, "Lost connection to MySQL server during query", "Lost"),
            (
                b"HY000",
                5014,
                "Write error: Broken pipe (32 bytes not written)",
                "Lost",
            ),
            (b"70100", 1927, "Connection was killed", "Lost"),
            (b"HY000", 8, "internal SAVEPOINT failed", "Lost"),
            (b"HY008", 0, "Operation canceled", "Cancelled"),
        ];
        for (state, native, message, expected) in cases {
            let shown = format!("{:?}", DatabaseError::from(odbc(state, *native, message)));
            assert!(shown.starts_with(expected), "{shown}");
        }
    }

    #[test]
    fn values_and_logins_never_leave_a_message() {
        let errors = [
            DatabaseError::from(odbc(
                b"22018",
                245,
                "Conversion failed when converting the value 'Dupont' to int",
            )),
            DatabaseError::from(odbc(b"42000", 2628, "Truncated value: 'Dupont'.")),
            DatabaseError::from(odbc(b"HY000", 1, "ERROR: Key (nom)=(Dupont) exists")),
            DatabaseError::on_connect(odbc(b"28000", 18456, "Login failed for user 'Dupont'.")),
            DatabaseError::on_connect(odbc(b"08001", 0, "server Dupont: refused")),
        ];
        for error in errors {
            for shown in [format!("{error:?}"), error.to_string(), error.user_text()] {
                assert!(!shown.contains("Dupont"), "{shown}");
            }
        }
    }
}
