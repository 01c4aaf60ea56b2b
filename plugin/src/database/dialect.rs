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

    /// A statement that inserts one row, or updates the row that has the same key. The parameters are the values of
    /// `columns`, in that order, once; every column is named once. `keys` are columns of a primary key or unique index.
    pub fn upsert(&self, table: &str, keys: &[&str], columns: &[&str]) -> String {
        let names = self.list(columns, |name| name);
        let marks = vec!["?"; columns.len()].join(", ");
        let others: Vec<&str> = columns
            .iter()
            .copied()
            .filter(|column| !keys.contains(column))
            .collect();
        let target = self.quote_path(table);
        match self.kind {
            DialectKind::Sqlite | DialectKind::PostgreSql => {
                let key_names = self.list(keys, |name| name);
                let action = if others.is_empty() {
                    "NOTHING".to_owned()
                } else {
                    format!(
                        "UPDATE SET {}",
                        self.list(&others, |name| format!("{name} = excluded.{name}"))
                    )
                };
                format!("INSERT INTO {target} ({names}) VALUES ({marks}) ON CONFLICT ({key_names}) DO {action}")
            }
            DialectKind::MariaDb => {
                let set = if others.is_empty() { keys } else { &others };
                let set = self.list(set, |name| format!("{name} = VALUES({name})"));
                format!("INSERT INTO {target} ({names}) VALUES ({marks}) ON DUPLICATE KEY UPDATE {set}")
            }
            DialectKind::SqlServer | DialectKind::Other => {
                let source = self.list(columns, |name| format!("? AS {name}"));
                let on: Vec<String> = keys
                    .iter()
                    .map(|key| self.quote(key))
                    .map(|key| format!("t.{key} = s.{key}"))
                    .collect();
                let values = self.list(columns, |name| format!("s.{name}"));
                let update = if others.is_empty() {
                    String::new()
                } else {
                    let set = self.list(&others, |name| format!("{name} = s.{name}"));
                    format!(" WHEN MATCHED THEN UPDATE SET {set}")
                };
                // HOLDLOCK keeps two workstations from inserting the same key at the same time.
                let hold = if self.kind == DialectKind::SqlServer {
                    " WITH (HOLDLOCK)"
                } else {
                    ""
                };
                format!(
                    "MERGE INTO {target}{hold} AS t USING (SELECT {source}) AS s ON {}{update} \
                     WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({values});",
                    on.join(" AND ")
                )
            }
        }
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
    /// `false_words` are lower case.
    pub fn is_true(&self, expression: &str, false_words: &[&str]) -> String {
        let words: Vec<String> = false_words.iter().map(|word| format!("'{word}'")).collect();
        let words = words.join(", ");
        match self.kind {
            // A BIT(1) casts to a control character, and a word is 0 as a number: each needs its own test.
            DialectKind::MariaDb => format!(
                "({expression} + 0 <> 0 OR LOWER(TRIM(CAST({expression} AS CHAR))) \
                 IN ('t', 'true', 'y', 'yes', 'o', 'oui', 'v', 'vrai'))"
            ),
            DialectKind::PostgreSql | DialectKind::Sqlite => {
                format!("LOWER(TRIM(CAST({expression} AS TEXT))) NOT IN ({words})")
            }
            DialectKind::SqlServer | DialectKind::Other => {
                format!("LOWER(LTRIM(RTRIM(CAST({expression} AS VARCHAR(40))))) NOT IN ({words})")
            }
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
            DialectKind::Sqlite => "CAST(strftime('%s', 'now') AS INTEGER)",
            DialectKind::PostgreSql => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT)",
            DialectKind::MariaDb => "UNIX_TIMESTAMP()",
            DialectKind::SqlServer | DialectKind::Other => "DATEDIFF_BIG(SECOND, '1970-01-01', SYSUTCDATETIME())",
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
            DialectKind::SqlServer | DialectKind::Other => &[],
        }
    }

    /// What makes a fresh connection give up soon on another session's lock, for whoever tries again; SQLite's driver
    /// is told in the connection string.
    pub fn impatient_statements(&self) -> &'static [&'static str] {
        match self.kind {
            DialectKind::PostgreSql => &["SET lock_timeout = '200ms'"],
            // Whole seconds; one is too long for somebody who waits for a cancelled call.
            DialectKind::MariaDb => &[
                "SET SESSION innodb_lock_wait_timeout = 0",
                "SET SESSION lock_wait_timeout = 0",
            ],
            DialectKind::SqlServer => &["SET LOCK_TIMEOUT 200"],
            DialectKind::Sqlite | DialectKind::Other => &[],
        }
    }

    /// Whether another thread may call `SQLCancel` on a running statement. On Unix the SQLite driver frees the
    /// statement's rows while its own thread still reads them; there, the flag between two blocks has to do.
    pub fn cancels_from_another_thread(&self) -> bool {
        self.kind != DialectKind::Sqlite || cfg!(windows)
    }

    /// Whether rows that are being read keep other sessions from writing: whoever reads must then not wait, in the
    /// middle of a result, for somebody who writes.
    pub fn readers_block_writers(&self) -> bool {
        self.kind == DialectKind::Sqlite
    }

    fn list<S: AsRef<str>>(&self, names: &[&str], form: impl Fn(String) -> S) -> String {
        let parts: Vec<String> = names
            .iter()
            .map(|name| form(self.quote(name)).as_ref().to_owned())
            .collect();
        parts.join(", ")
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
    fn every_upsert_names_each_value_once() {
        for product in ["SQLite", "PostgreSQL", "MariaDB", "Microsoft SQL Server", "Oracle"] {
            let sql = Dialect::from_product(product).upsert("t", &["a", "b"], &["a", "b", "c"]);
            assert_eq!(sql.matches('?').count(), 3, "{product}: {sql}");
        }
    }
}
