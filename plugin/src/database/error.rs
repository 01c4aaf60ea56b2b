//! What can fail between the plugin and a database, and its French text.
//!
//! A driver's message can quote values, users and servers: it decides the variant and is then dropped, except for the
//! names of tables and columns, and for messages that hold nothing but SQL.

/// What a driver reported, without its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Five characters of ODBC.
    pub state: [u8; 5],
    /// The database's own number.
    pub native: i32,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SQLSTATE {}, native code {}", self.state_text(), self.native)
    }
}

impl Report {
    pub(super) fn state_text(&self) -> &str {
        std::str::from_utf8(&self.state).unwrap_or("?????")
    }
}

/// Why a database could not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// The driver manager does not know the driver or the data source, or cannot load it.
    #[error("the ODBC driver or data source cannot be loaded ({0})")]
    NoDriver(Report),
    /// The server does not answer or refuses the connection.
    #[error("cannot connect to the database ({0})")]
    CannotConnect(Report),
    /// The login or its password is refused.
    #[error("the database refuses the login ({0})")]
    LoginRefused(Report),
    /// The SQLite file does not exist.
    #[error("the database file {file} does not exist")]
    FileMissing {
        /// As the connection string names it.
        file: String,
    },
    /// The database does not exist on the server, or its file is none.
    #[error("the database does not exist or cannot be opened ({0})")]
    DatabaseMissing(Report),
    /// A table or view is missing, or the login may not see it.
    #[error("table {name:?} is missing ({report})")]
    TableMissing {
        /// The table as the driver names it; empty if it does not.
        name: String,
        /// What the driver reported.
        report: Report,
    },
    /// A column is missing.
    #[error("column {name:?} is missing ({report})")]
    ColumnMissing {
        /// The column as the driver names it; empty if it does not.
        name: String,
        /// What the driver reported.
        report: Report,
    },
    /// The login lacks a right.
    #[error("the login is not permitted to do this ({0})")]
    Forbidden(Report),
    /// Another session holds a lock for too long.
    #[error("the database is locked by another session ({0})")]
    Locked(Report),
    /// The connection broke.
    #[error("the connection to the database was lost ({0})")]
    Lost(Report),
    /// A row with the same key exists.
    #[error("a constraint of the table refuses the row ({0})")]
    Constraint(Report),
    /// [`CancelHandle::cancel`](super::CancelHandle::cancel) was called.
    #[error("the statement was cancelled")]
    Cancelled,
    /// One value is longer than any text that is read.
    #[error("a value of result column {column} is too long ({length:?} bytes)")]
    ValueTooLong {
        /// Position in the result, from 0.
        column: usize,
        /// Bytes, if the driver says.
        length: Option<usize>,
    },
    /// Rows changed while a query had to be started again.
    #[error("the rows changed while they were being read")]
    Changed,
    /// The driver broke ODBC's rules, or failed on closing a handle.
    #[error("the ODBC driver failed")]
    DriverFault,
    /// Anything else.
    #[error("the database reports an error ({report}){detail}")]
    Other {
        /// What the driver reported.
        report: Report,
        /// Its message without anything quoted, where it can hold no value; with a leading colon.
        detail: String,
    },
}

impl DatabaseError {
    /// The SQLSTATE that the driver reported.
    pub fn sqlstate(&self) -> Option<&str> {
        self.report().map(Report::state_text)
    }

    /// The database's own error number.
    pub fn native_code(&self) -> Option<i32> {
        self.report().map(|report| report.native)
    }

    fn report(&self) -> Option<&Report> {
        match self {
            Self::NoDriver(report)
            | Self::CannotConnect(report)
            | Self::LoginRefused(report)
            | Self::DatabaseMissing(report)
            | Self::Forbidden(report)
            | Self::Locked(report)
            | Self::Lost(report)
            | Self::Constraint(report)
            | Self::TableMissing { report, .. }
            | Self::ColumnMissing { report, .. }
            | Self::Other { report, .. } => Some(report),
            Self::FileMissing { .. }
            | Self::Cancelled
            | Self::ValueTooLong { .. }
            | Self::Changed
            | Self::DriverFault => None,
        }
    }

    /// One French sentence or two for the user: what, where, how to mend.
    pub fn user_text(&self) -> String {
        let text = match self {
            Self::NoDriver(_) => "Le pilote ODBC ou la source de données indiqués dans la chaîne de connexion sont \
                introuvables sur ce poste : installer le pilote (même architecture, 32 ou 64 bits, que l'application) \
                ou corriger la chaîne de connexion."
                .to_owned(),
            Self::CannotConnect(_) => "La connexion à la base de données a échoué : vérifier que le serveur est \
                démarré et joignable depuis ce poste, puis la chaîne de connexion."
                .to_owned(),
            Self::LoginRefused(_) => "La base de données refuse le compte de connexion : vérifier le nom \
                d'utilisateur et le mot de passe dans la chaîne de connexion."
                .to_owned(),
            Self::FileMissing { file } => format!(
                "Le fichier de base de données « {file} » n'existe pas : vérifier son chemin dans la chaîne de connexion."
            ),
            Self::DatabaseMissing(_) => "La base de données indiquée n'existe pas ou ne peut pas être ouverte : \
                vérifier son nom et les droits d'accès dans la chaîne de connexion."
                .to_owned(),
            Self::TableMissing { name, .. } => format!(
                "La table{} est introuvable dans la base de données : vérifier la correspondance des tables et les \
                 droits de lecture du compte.",
                named(name)
            ),
            Self::ColumnMissing { name, .. } => format!(
                "La colonne{} est introuvable dans la base de données : vérifier la correspondance des colonnes.",
                named(name)
            ),
            Self::Forbidden(_) => "Le compte de connexion n'a pas les droits nécessaires dans la base de données : \
                l'administrateur doit lui accorder la lecture des tables de l'ERP et tous les droits sur les tables \
                mna_."
                .to_owned(),
            Self::Locked(_) => "La base de données est verrouillée par un autre programme : réessayer dans quelques \
                minutes, ou fermer le programme qui l'occupe."
                .to_owned(),
            Self::Lost(_) => "La connexion à la base de données a été perdue : vérifier le réseau et le serveur, puis \
                recommencer."
                .to_owned(),
            Self::Constraint(_) => "La base de données refuse l'enregistrement, car il en existe déjà un de même clé \
                ou il est incomplet : actualiser l'écran, puis recommencer."
                .to_owned(),
            Self::Cancelled => {
                "La lecture de la base de données a été interrompue à la demande de l'utilisateur.".to_owned()
            }
            Self::ValueTooLong { column, .. } => format!(
                "Une valeur de la base de données (colonne n° {} du résultat) est trop longue pour être lue : vérifier \
                 la correspondance des colonnes.",
                column + 1
            ),
            Self::Changed => "Les données ont été modifiées pendant leur lecture : recommencer.".to_owned(),
            Self::DriverFault => "Le pilote ODBC s'est arrêté sur une erreur interne : vérifier la connexion, puis \
                mettre le pilote à jour si l'erreur se répète."
                .to_owned(),
            Self::Other { .. } => "La base de données a signalé une erreur : transmettre le code indiqué à \
                l'administrateur de la base."
                .to_owned(),
        };
        match self.report() {
            Some(report) => format!("{text} (code {}, {})", report.state_text(), report.native),
            None => text,
        }
    }
}

fn named(name: &str) -> String {
    if name.is_empty() {
        String::new()
    } else {
        format!(" « {name} »")
    }
}
<<<<<<< HEAD

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
            OdbcError::TooLargeValueForBuffer {
                indicator,
                buffer_index,
            } => DatabaseError::ValueTooLong {
                column: buffer_index,
                length: indicator,
            },
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
        ("42501", _) | ("42000" | "HY000", 229 | 230 | 262 | 1142 | 1143 | 1044) => DatabaseError::Forbidden(report),
        ("40001" | "40P01" | "55P03" | "HYT00" | "25006", _) | ("HY000", 1205 | 1222) => DatabaseError::Locked(report),
        ("HYT01", _) => DatabaseError::Lost(report),
        ("28000" | "28P01", _) => DatabaseError::LoginRefused(report),
        (state, _) if state.starts_with("08") || state.starts_with("57P") => DatabaseError::Lost(report),
        (state, _) if state.starts_with("23") => DatabaseError::Constraint(report),
        ("HY000", 2006 | 2013) => DatabaseError::Lost(report),
        _ if lower.contains("no such table") => missing_table(),
        _ if lower.contains("no such column") || lower.contains("has no column named") => missing_column(),
        _ if lower.contains("interrupted") => DatabaseError::Cancelled,
        _ if lower.contains("is locked") || lower.contains("database busy") => DatabaseError::Locked(report),
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
            (b"08S01", 0, "Communication link failure", "Lost"),
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
=======
>>>>>>> main
