//! Everything that differs between databases, decided from what the driver reports.

/// The databases that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialectKind {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    PostgreSql,
    /// MariaDB and MySQL.
    MariaDb,
    /// Microsoft SQL Server.
    SqlServer,
    /// Anything else: standard SQL only.
    Other,
}

impl DialectKind {
    /// What a driver speaks, as far as its name tells.
    pub(super) fn of_driver(driver: &str) -> Option<DialectKind> {
        const WORDS: [(&str, DialectKind); 12] = [
            ("sqlite", DialectKind::Sqlite),
            ("postgres", DialectKind::PostgreSql),
            ("psqlodbc", DialectKind::PostgreSql),
            ("maria", DialectKind::MariaDb),
            ("maodbc", DialectKind::MariaDb),
            ("mysql", DialectKind::MariaDb),
            ("myodbc", DialectKind::MariaDb),
            ("sql server", DialectKind::SqlServer),
            ("sqlncli", DialectKind::SqlServer),
            ("msodbcsql", DialectKind::SqlServer),
            ("freetds", DialectKind::SqlServer),
            ("tdsodbc", DialectKind::SqlServer),
        ];
        let driver = driver.to_lowercase();
        let found = WORDS.iter().find(|(word, _)| driver.contains(word));
        found.map(|(_, kind)| *kind)
    }

    /// Attributes that a connection string needs unless it says otherwise. `create` allows the driver to create what is
    /// not there.
    pub(super) fn attributes(self, driver: &str, create: bool) -> &'static [(&'static str, &'static str)] {
        match self {
            // StepAPI streams rows; without it the driver reads the whole result first.
            DialectKind::Sqlite if create => &[("StepAPI", "1")],
            DialectKind::Sqlite => &[("StepAPI", "1"), ("NoCreat", "1")],
            // Without a declared cursor the driver keeps the whole result in memory.
            DialectKind::PostgreSql => &[
                ("UseDeclareFetch", "1"),
                ("Fetch", "1000"),
                ("MaxLongVarcharSize", "1048576"),
                ("BoolsAsChar", "1"),
            ],
            // Bit 1048576 is NO_CACHE and bit 2097152 FORWARDONLY: rows stream instead of being kept. Bit 2 is FOUND_ROWS:
            // a row that an update finds counts, as elsewhere, also if it holds these values already.
            DialectKind::MariaDb => &[("OPTION", "3145730")],
            // Older protocols give dates as text in the server's language.
            DialectKind::SqlServer if driver.to_lowercase().contains("tds") => &[
                ("TDS_Version", "7.4"),
                ("ClientCharset", "UTF-8"),
                ("APP", "Passerelle Apprentissage"),
            ],
            DialectKind::SqlServer => &[("APP", "Passerelle Apprentissage")],
            DialectKind::Other => &[],
        }
    }

    /// Attributes that are not for the user to choose.
    pub(super) fn imposed_attributes(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // Narrow text is in the connection's character set, and it is read as UTF-8.
            DialectKind::MariaDb => &[("CHARSET", "utf8mb4")],
            // Else dates and numbers come as the machine writes them, which nobody can read for sure.
            DialectKind::SqlServer => &[("Regional", "No")],
            _ => &[],
        }
    }

    /// Attributes of a connection that only reads, beside the others.
    pub(super) fn reader_attributes(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // An error ends the whole transaction. The driver otherwise puts a savepoint before each statement, and
            // inside one the state that is read cannot be shared.
            DialectKind::PostgreSql => &[("Protocol", "7.4-1")],
            _ => &[],
        }
    }

    /// Whether a database is a file, which the driver would create where there is none.
    pub(super) fn is_a_file(self) -> bool {
        self == DialectKind::Sqlite
    }

    /// Whether connections are opened and closed one at a time: SQLite's driver keeps them in a list that it does not
    /// guard. What drivers are not known to do is not asked of them.
    pub(super) fn opens_one_at_a_time(self) -> bool {
        match self {
            DialectKind::Sqlite | DialectKind::Other => true,
            DialectKind::PostgreSql | DialectKind::MariaDb | DialectKind::SqlServer => false,
        }
    }

    /// Whether it is the driver that waits for a lock, for the time that the attribute `Timeout` gives it.
    pub(super) fn waits_in_the_driver(self) -> bool {
        self == DialectKind::Sqlite
    }
}

/// How text crosses the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextBinding {
    /// Bytes, which are UTF-8 and checked as such.
    Narrow,
    /// UTF-16.
    Wide,
}

/// One database's ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    kind: DialectKind,
    product: String,
    binding: TextBinding,
}

impl Dialect {
    /// Decides from the name of the database management system that the driver reports.
    pub fn from_product(product: &str) -> Dialect {
        let lower = product.to_lowercase();
        let kind = if lower.contains("sqlite") {
            DialectKind::Sqlite
        } else if lower.contains("postgres") {
            DialectKind::PostgreSql
        } else if lower.contains("maria") || lower.contains("mysql") {
            DialectKind::MariaDb
        } else if lower.contains("sql server") {
            DialectKind::SqlServer
        } else {
            DialectKind::Other
        };
        // On Windows narrow text is in the machine's code page. Elsewhere SQLite's is UTF-8 untouched, and MariaDB's too
        // in the character set that the connection string asks for; as UTF-16, its driver (3.1.15) counts a character
        // outside the basic plane as one unit, and cuts the text by as many without a word.
        let binding = if matches!(kind, DialectKind::Sqlite | DialectKind::MariaDb) && !cfg!(windows) {
            TextBinding::Narrow
        } else {
            TextBinding::Wide
        };
        Dialect {
            kind,
            product: product.to_owned(),
            binding,
        }
    }

    /// Which database this is.
    pub fn kind(&self) -> DialectKind {
        self.kind
    }

    /// The name that the driver reported.
    pub fn name(&self) -> &str {
        &self.product
    }

    /// How text crosses the driver.
    pub fn text_binding(&self) -> TextBinding {
        self.binding
    }

    /// Quotes one identifier; `a.b` is one identifier with a full stop in it.
    pub fn quote(&self, identifier: &str) -> String {
        match self.kind {
            DialectKind::MariaDb => format!("`{}`", identifier.replace('`', "``")),
            DialectKind::SqlServer => format!("[{}]", identifier.replace(']', "]]")),
            _ => format!("\"{}\"", identifier.replace('"', "\"\"")),
        }
    }

    /// Quotes a name that has to be there. SQLite takes an unknown name in double quotes for a text.
    pub fn quote_known(&self, identifier: &str) -> String {
        match self.kind {
            DialectKind::Sqlite => format!("[{identifier}]"),
            _ => self.quote(identifier),
        }
    }

    /// Quotes a table's name, part by part: `dbo.STAGIAIRES` is schema and table.
    pub fn quote_path(&self, path: &str) -> String {
        path.split('.')
            .map(|part| self.quote(part))
            .collect::<Vec<_>>()
            .join(".")
    }

    /// Type of a 32-bit whole number.
    pub fn integer_type(&self) -> &'static str {
        "INTEGER"
    }

    /// Type of a 64-bit whole number.
    pub fn bigint_type(&self) -> &'static str {
        "BIGINT"
    }

    /// Type of a boolean, 0 or 1.
    pub fn smallint_type(&self) -> &'static str {
        "SMALLINT"
    }

    /// Type of a text of at most `length` characters.
    pub fn varchar_type(&self, length: u32) -> String {
        match self.kind {
            DialectKind::SqlServer => format!("NVARCHAR({length})"),
            DialectKind::MariaDb => format!("VARCHAR({length}) CHARACTER SET utf8mb4"),
            _ => format!("VARCHAR({length})"),
        }
    }

    /// Type of a text without a length.
    pub fn text_type(&self) -> &'static str {
        match self.kind {
            DialectKind::SqlServer => "NVARCHAR(MAX)",
            DialectKind::MariaDb => "LONGTEXT CHARACTER SET utf8mb4",
            DialectKind::Other => "VARCHAR(4000)",
            _ => "TEXT",
        }
    }

    /// Type of a moment, kept as ISO 8601 text: it sorts, and no driver converts it.
    pub fn timestamp_type(&self) -> String {
        self.varchar_type(40)
    }

    /// What follows ORDER BY to take `limit` rows from the `offset`-th on.
    pub fn page(&self, offset: u64, limit: u64) -> String {
        match self.kind {
            DialectKind::SqlServer | DialectKind::Other => {
                format!("OFFSET {offset} ROWS FETCH NEXT {limit} ROWS ONLY")
            }
            _ => format!("LIMIT {limit} OFFSET {offset}"),
        }
    }

    /// A condition that is true where a boolean of any type is neither NULL nor false: bit, number, boolean or text.
    /// False are a zero however it is written, the `false_words`, lower case, and what is blank.
    pub fn is_true(&self, expression: &str, false_words: &[&str]) -> String {
        let text = match self.kind {
            DialectKind::MariaDb => format!("TRIM(CAST({expression} AS CHAR))"),
            DialectKind::PostgreSql | DialectKind::Sqlite => format!("TRIM(CAST({expression} AS TEXT))"),
            DialectKind::SqlServer | DialectKind::Other => {
                format!("LTRIM(RTRIM(CAST({expression} AS VARCHAR(40))))")
            }
        };
        // `0`, `0.000`, `.00`, `-0` and `0,0` have nothing left then.
        let without_zero = ["0", ".", ",", "-"]
            .iter()
            .fold(format!("LOWER({text})"), |text, part| {
                format!("REPLACE({text}, '{part}', '')")
            });
        let words: Vec<String> = false_words.iter().map(|word| format!("'{word}'")).collect();
        let words = words.join(", ");
        match self.kind {
            // A BIT casts to a control character: 0 has to be taken away, 1 can be nothing to a collation.
            DialectKind::MariaDb => {
                format!("({expression} + 0 <> 0 OR REPLACE({without_zero}, CHAR(0), '') NOT IN ('', {words}))")
            }
            _ => format!("{without_zero} NOT IN ('', {words})"),
        }
    }

    /// The inner join that also says which table is read first. SQLite keeps the order of a CROSS JOIN, and needs no
    /// sort then to give rows in the order of that table's key; the others know more of the tables than we do.
    pub fn join_in_this_order(&self) -> &'static str {
        match self.kind {
            DialectKind::Sqlite => "CROSS JOIN",
            _ => "JOIN",
        }
    }

    /// A condition that must not choose the index by which a table is read. SQLite, which mostly has no statistics,
    /// takes any list of keys for a rare few, and then sorts what an index of the join gives in order.
    pub fn filter_only(&self, condition: &str) -> String {
        match self.kind {
            // The comparison inside keeps the column's own type, which a unary plus would take away.
            DialectKind::Sqlite => format!("(({condition}) <> 0)"),
            _ => format!("({condition})"),
        }
    }

    /// The database's own time, as whole seconds since 1970 UTC: one clock for all who share it.
    pub fn epoch_seconds(&self) -> &'static str {
        match self.kind {
            DialectKind::Sqlite => "CAST(STRFTIME('%s', 'now') AS INTEGER)",
            DialectKind::PostgreSql => "CAST(EXTRACT(EPOCH FROM CLOCK_TIMESTAMP()) AS BIGINT)",
            DialectKind::MariaDb => "UNIX_TIMESTAMP()",
            // DATEDIFF counts in 32 bits: from 2020, whose second this is, they last until 2088. The clock is read once.
            DialectKind::SqlServer | DialectKind::Other => {
                "(DATEDIFF(SECOND, '20200101', SYSUTCDATETIME()) + CAST(1577836800 AS BIGINT))"
            }
        }
    }

    /// What makes a fresh connection read only, read a consistent snapshot where that is to be had, and not wait for a
    /// locked table for longer than a minute.
    pub fn reader_statements(&self) -> &'static [&'static str] {
        match self.kind {
            DialectKind::Sqlite => &["PRAGMA query_only = 1"],
            DialectKind::PostgreSql => &[
                "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                "SET lock_timeout = '60s'",
            ],
            DialectKind::MariaDb => &[
                "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                "SET SESSION TRANSACTION READ ONLY",
                "SET SESSION lock_wait_timeout = 60",
            ],
            // Snapshot isolation is off on most SQL Servers, and asking for it then fails.
            DialectKind::SqlServer => &["SET LOCK_TIMEOUT 60000"],
            DialectKind::Other => &[],
        }
    }

    /// What every fresh connection begins with.
    pub fn session_statements(&self) -> &'static [&'static str] {
        match self.kind {
            // A server or a login may have it on: then no change is counted.
            DialectKind::SqlServer => &["SET NOCOUNT OFF"],
            _ => &[],
        }
    }

    /// What makes a fresh connection give up on another session's lock before its user does.
    pub fn patient_statements(&self) -> &'static [&'static str] {
        match self.kind {
            // It would wait for ever.
            DialectKind::SqlServer => &["SET LOCK_TIMEOUT 5000"],
            _ => &[],
        }
    }

    /// What makes a fresh connection give up soon on another session's lock, for whoever tries again; SQLite's driver
    /// is told in the connection string.
    pub fn impatient_statements(&self) -> &'static [&'static str] {
        match self.kind {
            DialectKind::PostgreSql => &["SET lock_timeout = '100ms'"],
            // Whole seconds; one is too long for somebody who waits for a cancelled call.
            DialectKind::MariaDb => &[
                "SET SESSION innodb_lock_wait_timeout = 0",
                "SET SESSION lock_wait_timeout = 0",
            ],
            DialectKind::SqlServer => &["SET LOCK_TIMEOUT 100"],
            DialectKind::Sqlite | DialectKind::Other => &[],
        }
    }

    /// Whether another thread may call `SQLCancel` on a running statement; elsewhere the flag between two blocks has to
    /// do. On Unix the SQLite driver frees the statement's rows while its own thread still reads them. MariaDB's stops
    /// a statement that waits for the server, but closes any other, under the hands of the thread that reads it.
    pub fn cancels_from_another_thread(&self) -> bool {
        match self.kind {
            DialectKind::Sqlite => cfg!(windows),
            DialectKind::MariaDb => false,
            DialectKind::PostgreSql | DialectKind::SqlServer | DialectKind::Other => true,
        }
    }

    /// Statements that begin, commit and roll back a transaction, where the driver's own way will not do.
    pub(super) fn transaction_statements(&self) -> Option<[&'static str; 3]> {
        match self.kind {
            // The driver's transactions begin as readers: two that then want to write refuse each other at once.
            DialectKind::Sqlite => Some(["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"]),
            _ => None,
        }
    }

    /// Whether one connection reads several results at once. Elsewhere each needs a connection of its own.
    pub fn reads_side_by_side(&self) -> bool {
        self.kind == DialectKind::Sqlite
    }

    /// Whether rows that are being read keep other sessions from writing, or the question to ask the database: they do
    /// not if its answer is the word beside it.
    pub(super) fn readers_let_write(&self) -> Option<(&'static str, &'static str)> {
        match self.kind {
            DialectKind::Sqlite => Some(("PRAGMA journal_mode", "wal")),
            _ => None,
        }
    }

    /// The statement from which on a connection reads one state of the data.
    pub(super) fn begin_reading(&self) -> Option<&'static str> {
        match self.kind {
            DialectKind::Sqlite => Some("BEGIN"),
            DialectKind::PostgreSql => Some("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
            DialectKind::MariaDb => Some("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"),
            DialectKind::SqlServer | DialectKind::Other => None,
        }
    }

    /// The query that names the state that a connection reads, for others to share it. MariaDB has none: connections
    /// that begin together read states that are as good as the same.
    pub(super) fn name_of_state(&self) -> Option<&'static str> {
        match self.kind {
            DialectKind::PostgreSql => Some("SELECT pg_export_snapshot()"),
            _ => None,
        }
    }

    /// The statement that makes a connection that has just begun to read share the state of that name.
    pub(super) fn share_state(&self, name: &str) -> String {
        format!("SET TRANSACTION SNAPSHOT '{}'", name.replace('\'', ""))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    #[test]
    fn products_are_told_apart_and_quoted_in_their_own_way() {
        let cases = [
            ("SQLite", DialectKind::Sqlite, r#""dbo"."a""b""#),
            ("PostgreSQL", DialectKind::PostgreSql, r#""dbo"."a""b""#),
            ("MariaDB", DialectKind::MariaDb, r#"`dbo`.`a"b`"#),
            ("MySQL", DialectKind::MariaDb, r#"`dbo`.`a"b`"#),
            ("Microsoft SQL Server", DialectKind::SqlServer, r#"[dbo].[a"b]"#),
            ("Oracle", DialectKind::Other, r#""dbo"."a""b""#),
        ];
        for (product, kind, quoted) in cases {
            let dialect = Dialect::from_product(product);
            assert_eq!(dialect.kind(), kind, "{product}");
            assert_eq!(dialect.quote_path("dbo.a\"b"), quoted, "{product}");
        }
    }

    #[test]
    fn sql_server_is_spoken_to_in_its_own_way() {
        let dialect = Dialect::from_product("Microsoft SQL Server");
        for (said, expected) in [
            (dialect.quote_path("dbo.V_É]LÈVES"), "[dbo].[V_É]]LÈVES]"),
            (dialect.varchar_type(80), "NVARCHAR(80)"),
            (dialect.text_type().to_owned(), "NVARCHAR(MAX)"),
            (dialect.timestamp_type(), "NVARCHAR(40)"),
            (dialect.integer_type().to_owned(), "INTEGER"),
            (dialect.bigint_type().to_owned(), "BIGINT"),
            (dialect.smallint_type().to_owned(), "SMALLINT"),
            (dialect.page(20, 10), "OFFSET 20 ROWS FETCH NEXT 10 ROWS ONLY"),
            (
                dialect.is_true("i.[APP]", &["n", "non"]),
                "REPLACE(REPLACE(REPLACE(REPLACE(LOWER(LTRIM(RTRIM(CAST(i.[APP] AS VARCHAR(40))))), '0', ''), '.', ''), \
                 ',', ''), '-', '') NOT IN ('', 'n', 'non')",
            ),
            (dialect.filter_only("a IN (1)"), "(a IN (1))"),
            (dialect.join_in_this_order().to_owned(), "JOIN"),
            (
                dialect.epoch_seconds().to_owned(),
                "(DATEDIFF(SECOND, '20200101', SYSUTCDATETIME()) + CAST(1577836800 AS BIGINT))",
            ),
            (dialect.impatient_statements().join(";"), "SET LOCK_TIMEOUT 100"),
        ] {
            assert_eq!(said, expected);
        }
        assert_eq!(dialect.text_binding(), TextBinding::Wide);
        // Snapshot isolation is off on most servers: nothing is asked for that could be refused.
        assert_eq!(dialect.reader_statements(), ["SET LOCK_TIMEOUT 60000"]);
        assert_eq!(dialect.patient_statements(), ["SET LOCK_TIMEOUT 5000"]);
        assert_eq!(dialect.session_statements(), ["SET NOCOUNT OFF"]);
        assert!(dialect.begin_reading().is_none());
        assert!(dialect.transaction_statements().is_none() && dialect.readers_let_write().is_none());
        assert!(dialect.cancels_from_another_thread() && !dialect.reads_side_by_side());
    }

    #[test]
    fn text_is_read_as_bytes_only_where_they_are_utf_8() {
        for (product, elsewhere) in [
            ("SQLite", TextBinding::Narrow),
            ("MariaDB", TextBinding::Narrow),
            ("PostgreSQL", TextBinding::Wide),
            ("Microsoft SQL Server", TextBinding::Wide),
            ("Oracle", TextBinding::Wide),
        ] {
            // On Windows narrow text is in the machine's code page.
            let expected = if cfg!(windows) { TextBinding::Wide } else { elsewhere };
            assert_eq!(Dialect::from_product(product).text_binding(), expected, "{product}");
        }
    }
}
