//! What can fail between the plugin and a database, and its French text.
//!
//! A driver's message can quote values, users and servers: it decides the variant and is then dropped, except for the
//! name of a table or column that the statement itself holds.

use super::{DialectKind, sqlserver};

use crate::error::{Error, ErrorKind};

/// What a driver reported, without its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Five characters of ODBC.
    pub state: [u8; 5],
    /// The database's own number.
    pub native: i32,
    /// The database whose number it is, where it is known.
    pub database: Option<DialectKind>,
    /// Why it cannot be reached, where that is known: what to tell the user.
    pub advice: Option<&'static str>,
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
    #[error("the login is not permitted to do this{}", .0)]
    Forbidden(Denied),
    /// The database does not understand a statement: ours, or what the mapping makes of it.
    #[error("the database does not understand the statement ({0})")]
    NotUnderstood(Report),
    /// A value of the database cannot be converted, or does not fit.
    #[error("a value does not fit ({0})")]
    Value(Report),
    /// The driver does not say how many rows a statement changed.
    #[error("the driver does not say how many rows were changed")]
    UncountedRows,
    /// Another session holds a lock for too long.
    #[error("the database is locked by another session ({0})")]
    Locked(Report),
    /// The database's disk, or what it may take of it, is full.
    #[error("the database has no room left ({0})")]
    Full(Report),
    /// The connection broke.
    #[error("the connection to the database was lost ({0})")]
    Lost(Report),
    /// A row with the same key exists.
    #[error("a constraint of the table refuses the row ({0})")]
    Constraint(Report),
    /// [`CancelHandle::cancel`](super::CancelHandle::cancel) was called.
    #[error("the statement was cancelled")]
    Cancelled,
    /// Rows changed while a query had to be started again.
    #[error("the rows changed while they were being read")]
    Changed,
    /// There is no memory for a block of rows.
    #[error("out of memory")]
    OutOfMemory,
    /// The driver broke ODBC's rules, or failed on closing a handle.
    #[error("the ODBC driver failed")]
    DriverFault,
    /// Anything else.
    #[error("the database reports an error ({0})")]
    Other(Report),
}

/// A right that is lacking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// The table or column, where the driver names it; else empty.
    pub name: String,
    /// What the driver reported.
    pub report: Report,
}

impl std::fmt::Display for Denied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.name.is_empty() {
            write!(f, " on {:?}", self.name)?;
        }
        write!(f, " ({})", self.report)
    }
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
            | Self::Forbidden(Denied { report, .. })
            | Self::NotUnderstood(report)
            | Self::Value(report)
            | Self::Locked(report)
            | Self::Full(report)
            | Self::Lost(report)
            | Self::Constraint(report)
            | Self::TableMissing { report, .. }
            | Self::ColumnMissing { report, .. }
            | Self::Other(report) => Some(report),
            Self::FileMissing { .. }
            | Self::Cancelled
            | Self::Changed
            | Self::UncountedRows
            | Self::OutOfMemory
            | Self::DriverFault => None,
        }
    }

    /// One French sentence or two for the user: what, where, how to mend.
    pub fn user_text(&self) -> String {
        let report = self.report();
        let sentence = report.and_then(|report| {
            let of_sql_server = report.database == Some(DialectKind::SqlServer);
            report
                .advice
                .or_else(|| sqlserver::sentence(report.native).filter(|_| of_sql_server))
        });
        let text = sentence.map_or_else(|| self.general_text(), str::to_owned);
        match report {
            Some(report) => format!("{text} (code {}, {})", report.state_text(), report.native),
            None => text,
        }
    }

    /// What can be said whatever the database.
    fn general_text(&self) -> String {
        match self {
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
            Self::Forbidden(Denied { name, .. }) => format!(
                "Le compte de connexion n'a pas les droits nécessaires{} dans la base de données : l'administrateur doit \
                 lui accorder la lecture des tables de l'ERP et tous les droits sur les tables mna_.",
                on(name)
            ),
            Self::NotUnderstood(_) => "La base de données ne comprend pas la requête qui lui est faite : vérifier la \
                correspondance des tables, puis transmettre le code indiqué à l'administrateur de la base."
                .to_owned(),
            Self::Value(_) => {
                "Une valeur de la base de données n'a pas la forme attendue et ne peut pas être convertie : \
                vérifier la correspondance des colonnes."
                    .to_owned()
            }
            Self::UncountedRows => {
                "Le pilote ODBC ne dit pas combien de lignes il a modifiées : l'administrateur de la \
                base doit vérifier que l'option NOCOUNT n'est pas imposée, ou le pilote être remplacé."
                    .to_owned()
            }
            Self::Locked(_) => "La base de données est verrouillée par un autre programme : réessayer dans quelques \
                minutes, ou fermer le programme qui l'occupe."
                .to_owned(),
            Self::Full(_) => {
                "La base de données n'a plus de place : libérer de la place sur le disque de son serveur, \
                puis recommencer."
                    .to_owned()
            }
            Self::Lost(_) => "La connexion à la base de données a été perdue : vérifier le réseau et le serveur, puis \
                recommencer."
                .to_owned(),
            Self::Constraint(_) => "La base de données refuse l'enregistrement, car il en existe déjà un de même clé \
                ou il est incomplet : actualiser l'écran, puis recommencer."
                .to_owned(),
            Self::Cancelled => {
                "La lecture de la base de données a été interrompue à la demande de l'utilisateur.".to_owned()
            }
            Self::Changed => "Les données ont été modifiées pendant leur lecture : recommencer.".to_owned(),
            Self::OutOfMemory => "La mémoire de ce poste ne suffit pas pour lire la base de données : fermer d'autres \
                programmes, puis recommencer."
                .to_owned(),
            Self::DriverFault => "Le pilote ODBC s'est arrêté sur une erreur interne : vérifier la connexion, puis \
                mettre le pilote à jour si l'erreur se répète."
                .to_owned(),
            Self::Other(_) => "La base de données a signalé une erreur : transmettre le code indiqué à \
                l'administrateur de la base."
                .to_owned(),
        }
    }
}

fn on(name: &str) -> String {
    if name.is_empty() {
        String::new()
    } else {
        format!(" sur « {name} »")
    }
}

fn named(name: &str) -> String {
    if name.is_empty() {
        String::new()
    } else {
        format!(" « {name} »")
    }
}

impl From<DatabaseError> for Error {
    fn from(error: DatabaseError) -> Self {
        let kind = match &error {
            DatabaseError::NoDriver(_)
            | DatabaseError::CannotConnect(_)
            | DatabaseError::LoginRefused(_)
            | DatabaseError::FileMissing { .. }
            | DatabaseError::DatabaseMissing(_) => ErrorKind::DatabaseUnreachable,
            DatabaseError::TableMissing { .. } | DatabaseError::ColumnMissing { .. } => ErrorKind::Schema,
            DatabaseError::Cancelled => return Self::cancelled(),
            DatabaseError::Forbidden(_)
            | DatabaseError::Locked(_)
            | DatabaseError::Full(_)
            | DatabaseError::Lost(_)
            | DatabaseError::Constraint(_)
            | DatabaseError::NotUnderstood(_)
            | DatabaseError::Value(_)
            | DatabaseError::Changed
            | DatabaseError::UncountedRows
            | DatabaseError::OutOfMemory
            | DatabaseError::DriverFault
            | DatabaseError::Other(_) => ErrorKind::Database,
        };
        Self {
            sqlstate: error.sqlstate().unwrap_or_default().to_owned(),
            native_code: error.native_code().unwrap_or_default(),
            ..Self::new(kind, error.user_text(), error.to_string())
        }
    }
}
