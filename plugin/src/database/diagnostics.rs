//! What an error of the driver means.
//!
//! Messages are in the language of the server's login, and quote values: they decide what an error is where numbers do
//! not, and what of them goes on is at most a name that the statement holds itself.

use odbc_api::Error as OdbcError;
use odbc_api::handles::slice_to_cow_utf8;

use super::error::{Denied, Report};
use super::names::name_in;
use super::odbc::{Record, Refused};
use super::sqlserver::{self, Meaning};
use super::{DatabaseError, DialectKind};

impl DatabaseError {
    /// What a refused statement means; `database` is what refused it.
    pub(super) fn of(refused: &Refused, database: DialectKind, sql: &str) -> DatabaseError {
        let records = || refused.records.iter();
        if database == DialectKind::SqlServer {
            // The first record need not be the cause; the SQLSTATE counts where the number says nothing.
            let known = records().find_map(|record| Some((record, sqlserver::meaning(record.native)?)));
            if let Some((record, meaning)) = known {
                return told(meaning, record, database, sql);
            }
            return first_that_tells(records().map(|record| by_state(record, database, sql)));
        }
        first_that_tells(records().map(|record| match by_state(record, database, sql) {
            DatabaseError::Other(_) => by_text(record, database, sql),
            found => found,
        }))
    }

    /// What it means that a database could not be opened; `database` is what the driver's name promises.
    pub(super) fn on_connect(refused: &Refused, database: Option<DialectKind>) -> DatabaseError {
        let error = first_that_tells(refused.records.iter().map(|record| connecting(record, database)));
        if database == Some(DialectKind::SqlServer) && matches!(error, DatabaseError::CannotConnect(_)) {
            // The timeout comes first, the cause behind it.
            let told = refused.records.iter().find_map(|record| {
                let advice = sqlserver::advice_on_connecting(record.native, &record.message)?;
                Some((record, advice))
            });
            if let Some((record, advice)) = told {
                return DatabaseError::CannotConnect(Report {
                    advice: Some(advice),
                    ..report(record, database)
                });
            }
        }
        error
    }
}

/// The first that is more than just an error.
fn first_that_tells(errors: impl Iterator<Item = DatabaseError>) -> DatabaseError {
    let mut first = None;
    for error in errors {
        if !matches!(error, DatabaseError::Other(_)) {
            return error;
        }
        first.get_or_insert(error);
    }
    first.unwrap_or(DatabaseError::DriverFault)
}

fn report(record: &Record, database: Option<DialectKind>) -> Report {
    Report {
        state: record.state,
        native: record.native,
        database,
        advice: None,
    }
}

fn connecting(record: &Record, database: Option<DialectKind>) -> DatabaseError {
    let report = report(record, database);
    let lower = record.message.to_lowercase();
    if database == Some(DialectKind::SqlServer) && !sqlserver::is_of_the_line(record.native) {
        match sqlserver::meaning(record.native) {
            Some(Meaning::LoginRefused) => return DatabaseError::LoginRefused(report),
            Some(Meaning::DatabaseMissing) => return DatabaseError::DatabaseMissing(report),
            Some(Meaning::Lost) => return DatabaseError::Lost(report),
            _ => {}
        }
    }
    match report.state_text() {
        "IM002" | "IM003" | "IM004" | "IM005" | "IM014" => DatabaseError::NoDriver(report),
        "01000" if lower.contains("can't open lib") => DatabaseError::NoDriver(report),
        "28000" | "28P01" => DatabaseError::LoginRefused(report),
        "3D000" => DatabaseError::DatabaseMissing(report),
        "42000" if database != Some(DialectKind::SqlServer) => DatabaseError::DatabaseMissing(report),
        _ if lower.contains("authentication failed") || lower.contains("login failed") => {
            DatabaseError::LoginRefused(report)
        }
        _ if lower.contains("unable to open database") || lower.contains("connect failed") && report.native == 14 => {
            DatabaseError::DatabaseMissing(report)
        }
        _ if lower.contains("does not exist") && lower.contains("database") => DatabaseError::DatabaseMissing(report),
        _ => DatabaseError::CannotConnect(report),
    }
}

fn told(meaning: Meaning, record: &Record, database: DialectKind, sql: &str) -> DatabaseError {
    let report = report(record, Some(database));
    match meaning {
        Meaning::Locked => DatabaseError::Locked(report),
        Meaning::Lost => DatabaseError::Lost(report),
        Meaning::Forbidden => forbidden(record, database, sql),
        Meaning::TableMissing => missing_table(record, database, sql),
        Meaning::ColumnMissing => missing_column(record, database, sql),
        Meaning::NotUnderstood => DatabaseError::NotUnderstood(report),
        Meaning::Value => DatabaseError::Value(report),
        Meaning::Constraint => DatabaseError::Constraint(report),
        Meaning::Full => DatabaseError::Full(report),
        Meaning::LoginRefused => DatabaseError::LoginRefused(report),
        Meaning::DatabaseMissing => DatabaseError::DatabaseMissing(report),
        Meaning::Other => DatabaseError::Other(report),
    }
}

fn missing_table(record: &Record, database: DialectKind, sql: &str) -> DatabaseError {
    DatabaseError::TableMissing {
        name: name_in(&record.message, sql),
        report: report(record, Some(database)),
    }
}

fn missing_column(record: &Record, database: DialectKind, sql: &str) -> DatabaseError {
    DatabaseError::ColumnMissing {
        name: name_in(&record.message, sql),
        report: report(record, Some(database)),
    }
}

fn forbidden(record: &Record, database: DialectKind, sql: &str) -> DatabaseError {
    DatabaseError::Forbidden(Denied {
        name: name_in(&record.message, sql),
        report: report(record, Some(database)),
    })
}

/// By the SQLSTATE, and by the numbers of MariaDB, which has no better one for much of what it says.
fn by_state(record: &Record, database: DialectKind, sql: &str) -> DatabaseError {
    let report = report(record, Some(database));
    match (report.state_text(), report.native) {
        ("42S02" | "42P01" | "S0002", _) => missing_table(record, database, sql),
        ("42S22" | "42703" | "S0022", _) => missing_column(record, database, sql),
        ("HY008" | "57014", _) => DatabaseError::Cancelled,
        ("42501" | "25006", _) | ("42000" | "HY000", 1142 | 1143 | 1044) => forbidden(record, database, sql),
        ("40001" | "40P01" | "55P03" | "HYT00", _) | ("HY000", 1205) => DatabaseError::Locked(report),
        ("53100", _) | ("HY000", 1021 | 1114) => DatabaseError::Full(report),
        ("HYT01", _) => DatabaseError::Lost(report),
        ("28000" | "28P01", _) => DatabaseError::LoginRefused(report),
        ("42601" | "42883" | "42804", _) | ("42000", 1064 | 1305) => DatabaseError::NotUnderstood(report),
        (state, _) if state.starts_with("08") || state.starts_with("57P") => DatabaseError::Lost(report),
        (state, _) if state.starts_with("23") => DatabaseError::Constraint(report),
        // MariaDB: the server's word for a session that was ended, its client library's for a server that is gone.
        ("HY000" | "HY001" | "70100", 1158..=1161 | 1927 | 2006 | 2013 | 2055 | 5013..=5015) => {
            DatabaseError::Lost(report)
        }
        (state, _) if state.starts_with("22") => DatabaseError::Value(report),
        _ => DatabaseError::Other(report),
    }
}

/// By the words of drivers that always speak English, where they have no state for what they say.
fn by_text(record: &Record, database: DialectKind, sql: &str) -> DatabaseError {
    let report = report(record, Some(database));
    let lower = record.message.to_lowercase();
    match record.native {
        // PostgreSQL's driver, which sets one before each statement of a transaction, of a session that has ended.
        8 if lower.contains("internal savepoint failed") => DatabaseError::Lost(report),
        _ if lower.contains("no such table") => missing_table(record, database, sql),
        _ if lower.contains("no such column") || lower.contains("has no column named") => {
            missing_column(record, database, sql)
        }
        _ if lower.contains("interrupted") => DatabaseError::Cancelled,
        _ if lower.contains("is locked") || lower.contains("database busy") => DatabaseError::Locked(report),
        _ if lower.contains("disk is full") => DatabaseError::Full(report),
        _ if lower.contains("readonly database") => forbidden(record, database, sql),
        _ if lower.contains("constraint failed") => DatabaseError::Constraint(report),
        _ if lower.contains("syntax error") => DatabaseError::NotUnderstood(report),
        _ if lower.contains("unable to open database") || lower.contains("file is not a database") => {
            DatabaseError::DatabaseMissing(report)
        }
        _ => DatabaseError::Other(report),
    }
}

/// What `odbc-api` reports of a cursor; a statement's own errors come with all their records.
impl From<OdbcError> for DatabaseError {
    fn from(error: OdbcError) -> Self {
        let record = match error {
            OdbcError::Diagnostics { record, .. }
            | OdbcError::UnsupportedOdbcApiVersion(record)
            | OdbcError::InvalidRowArraySize { record, .. }
            | OdbcError::UnableToRepresentNull(record)
            | OdbcError::OracleOdbcDriverDoesNotSupport64Bit(record) => record,
            OdbcError::TooLargeColumnBufferSize { .. } => return DatabaseError::OutOfMemory,
            _ => return DatabaseError::DriverFault,
        };
        let record = Record {
            state: record.state.0,
            native: record.native_error,
            message: slice_to_cow_utf8(&record.message).into_owned(),
        };
        let refused = Refused { records: vec![record] };
        DatabaseError::of(&refused, DialectKind::Other, "")
    }
}

#[cfg(test)]
mod tests;
