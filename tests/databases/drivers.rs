//! What crosses a driver, and what a driver says when it cannot.

use passerelle::database::{CatalogueTable, Connection, Database, DatabaseError, FALSE_WORDS, Param, Row, Sizes};

use crate::bases::{Base, Product, on_each};

on_each! {
    the_catalogue_names_tables_views_and_columns_as_they_are_written
    texts_cross_unchanged
    types_are_read_alike
    booleans_of_every_type_are_true_or_false_in_sql_too
    an_empty_result_is_empty
    a_transaction_is_all_or_nothing
    identifiers_are_quoted
    a_cancelled_connection_stops
}

fn read<T>(connection: &Connection, sql: &str, of: impl Fn(Row<'_>) -> T) -> Vec<T> {
    let mut rows = connection
        .query(sql, &[])
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let mut all = Vec::new();
    while let Some(row) = rows.next_row().unwrap_or_else(|error| panic!("{sql}: {error}")) {
        all.push(of(row));
    }
    all
}

fn owned(row: Row<'_>, column: usize) -> Option<String> {
    row.text(column).unwrap().map(|text| text.into_owned())
}

/// A column filled with accents or with characters of four bytes, texts longer than the room for them, NULL beside
/// empty, zeros in front, blanks at the end: one by one and in arrays, and with a restart for want of room.
fn texts_cross_unchanged(product: Product) {
    let base = Base::new(product);
    let database = base.database();
    let connection = database.open().unwrap();
    let dialect = database.dialect();
    for table in ["un", "plusieurs"] {
        let (short, long) = (dialect.varchar_type(80), dialect.text_type());
        connection
            .execute(&format!("CREATE TABLE {table} (a INTEGER, b {short}, c {long})"), &[])
            .unwrap();
    }
    let texts = [
        Some(String::new()),
        None,
        Some(" ".to_owned()),
        Some("é".repeat(80)),
        Some("😀".repeat(80)),
        Some("e\u{301}".repeat(40)),
        Some("0012345678".to_owned()),
        Some("fin  ".to_owned()),
        Some(r#"l'été "\n" \ ? {fn x} % _ ;--"#.to_owned()),
        Some("ligne\r\nligne\tœ€".to_owned()),
    ];
    let rows: Vec<Vec<Param>> = (0_i64..)
        .zip(&texts)
        .map(|(n, text)| {
            let long = text.as_ref().map(|text| text.repeat(if n % 2 == 0 { 1 } else { 120 }));
            vec![n.into(), text.clone().into(), long.into()]
        })
        .collect();
    for row in &rows {
        assert_eq!(connection.change("INSERT INTO un VALUES (?, ?, ?)", row).unwrap(), 1);
    }
    connection
        .transaction(|c| c.execute_many("INSERT INTO plusieurs VALUES (?, ?, ?)", &rows))
        .unwrap();
    for table in ["un", "plusieurs"] {
        let sizes = Sizes {
            columns: vec![24, 16, 16],
            budget: 1 << 16,
        };
        let sql = format!("SELECT a, b, c FROM {table} ORDER BY a");
        let mut found = connection.query_sized(&sql, &[], sizes).unwrap();
        for row in &rows {
            let cells = found.next_row().unwrap().unwrap();
            assert_eq!(Param::from(cells.integer(0).unwrap()), row[0]);
            assert_eq!(Param::from(owned(cells, 1)), row[1], "{table}");
            assert_eq!(Param::from(owned(cells, 2)), row[2], "{table}");
        }
        assert!(found.next_row().unwrap().is_none());
    }
    assert_eq!(connection.change("UPDATE un SET b = NULL WHERE a > 6", &[]).unwrap(), 3);
}

/// The same facts in each database's own types. Zeros in front of a number are lost by the database, not by us.
fn types_are_read_alike(product: Product) {
    let base = Base::new(product);
    let boolean = product.pick("BOOLEAN", "BOOLEAN", "BIT(1)");
    let moment = product.pick("DATETIME", "TIMESTAMP", "DATETIME(3)");
    let double = product.pick("DOUBLE", "DOUBLE PRECISION", "DOUBLE");
    let ddl = format!(
        "CREATE TABLE t (id INTEGER, vrai {boolean}, petit SMALLINT, jour DATE, instant {moment}, siret NUMERIC(14,0), \
         degre DECIMAL(9,6), mesure {double}, fixe CHAR(10), grand BIGINT)"
    );
    let yes = product.pick("1", "TRUE", "b'1'");
    base.run(&[
        &ddl,
        &format!(
            "INSERT INTO t VALUES (1, {yes}, 1, '2008-02-29', '2026-09-01 08:30:00', 1234567890123, 49.120000, 6.5, 'abc', \
             9007199254740993)"
        ),
        &format!(
            "INSERT INTO t VALUES (2, {}, 0, '1899-12-31', '2026-09-01 00:00:00', 98765432109876, -0.000001, -0.25, 'é', -1)",
            product.pick("0", "FALSE", "b'0'")
        ),
        "INSERT INTO t (id) VALUES (3)",
    ]);
    let reader = base.database().open_reader().unwrap();
    let found = read(
        &reader,
        "SELECT vrai, petit, jour, instant, siret, degre, mesure, fixe, grand FROM t ORDER BY id",
        |row| {
            let number = |column| row.decimal(column).unwrap();
            let day = |column| row.date(column).unwrap().map(|date| date.to_string());
            (
                [row.boolean(0), row.boolean(1)].map(Result::unwrap),
                [day(2), day(3)],
                [row.integer(4), row.integer(8)].map(Result::unwrap),
                [number(5), number(6)],
                owned(row, 7).map(|text| text.trim_end().to_owned()),
            )
        },
    );
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        found,
        [
            (
                [Some(true); 2],
                [text("2008-02-29"), text("2026-09-01")],
                [Some(1_234_567_890_123), Some(9_007_199_254_740_993)],
                [Some(49.12), Some(6.5)],
                text("abc"),
            ),
            (
                [Some(false); 2],
                [text("1899-12-31"), text("2026-09-01")],
                [Some(98_765_432_109_876), Some(-1)],
                [Some(-0.000_001), Some(-0.25)],
                text("é"),
            ),
            ([None; 2], [None, None], [None; 2], [None; 2], None),
        ]
    );
}

/// The condition that a query uses agrees with what a row says.
fn booleans_of_every_type_are_true_or_false_in_sql_too(product: Product) {
    let base = Base::new(product);
    let words = [
        "'1'", "'0'", "' 0 '", "''", "'-1'", "'Oui'", "'NON'", "'faux'", "'t'", "'F'", "'true'", "'Vrai'", "'n'",
        "NULL",
    ];
    let numbers = ["0", "1", "-1", "2", "NULL"];
    let logical: &[&str] = product.pick(
        &["0", "1", "NULL"],
        &["FALSE", "TRUE", "NULL"],
        &["b'0'", "b'1'", "NULL"],
    );
    let kinds: [(&str, &[&str]); 5] = [
        ("VARCHAR(10)", &words),
        ("SMALLINT", &numbers),
        ("DECIMAL(3,1)", &numbers),
        ("CHAR(5)", &words),
        (product.pick("BOOLEAN", "BOOLEAN", "BIT(1)"), logical),
    ];
    let database = base.database();
    let condition = database.dialect().is_true("v", FALSE_WORDS);
    for (n, (kind, values)) in kinds.iter().enumerate() {
        base.run(&[&format!("CREATE TABLE t{n} (id INTEGER, v {kind})")]);
        for (id, value) in values.iter().enumerate() {
            base.run(&[&format!("INSERT INTO t{n} VALUES ({id}, {value})")]);
        }
        let reader = database.open_reader().unwrap();
        let said = read(&reader, &format!("SELECT id, v FROM t{n} ORDER BY id"), |row| {
            (row.integer(0).unwrap().unwrap(), row.boolean(1).unwrap() == Some(true))
        });
        let chosen = read(
            &reader,
            &format!("SELECT id FROM t{n} WHERE {condition} ORDER BY id"),
            |row| row.integer(0).unwrap().unwrap(),
        );
        let expected: Vec<i64> = said.iter().filter(|(_, is)| *is).map(|(id, _)| *id).collect();
        assert_eq!(said.len(), values.len());
        assert!(!expected.is_empty());
        assert_eq!(chosen, expected, "{kind}: {values:?}");
    }
}

fn an_empty_result_is_empty(product: Product) {
    let base = Base::new(product);
    base.run(&["CREATE TABLE t (a INTEGER, b VARCHAR(5))"]);
    let reader = base.database().open_reader().unwrap();
    for sql in [
        "SELECT a, b FROM t",
        "SELECT a FROM t WHERE 1 = 0",
        "SELECT MAX(a), 'x' FROM t GROUP BY b",
    ] {
        assert!(read(&reader, sql, |_| ()).is_empty(), "{sql}");
    }
    assert_eq!(
        read(&reader, "SELECT MAX(a) AS m FROM t", |row| row.integer(0)),
        [Ok(None)]
    );
}

fn a_transaction_is_all_or_nothing(product: Product) {
    let base = Base::new(product);
    let database = base.database();
    let connection = database.open().unwrap();
    base.run(&["CREATE TABLE t (a INTEGER NOT NULL PRIMARY KEY)"]);
    let ids = |connection: &Connection| read(connection, "SELECT a FROM t ORDER BY a", |row| row.integer(0).unwrap());
    let failed: Result<(), DatabaseError> = connection.transaction(|c| {
        c.execute("INSERT INTO t VALUES (1)", &[])?;
        c.execute("INSERT INTO t VALUES (1)", &[])?;
        Ok(())
    });
    assert!(matches!(failed, Err(DatabaseError::Constraint(_))), "{failed:?}");
    assert!(ids(&connection).is_empty());
    let failed =
        connection.transaction(|c| c.execute_many("INSERT INTO t VALUES (?)", &[vec![5.into()], vec![5.into()]]));
    assert!(matches!(failed, Err(DatabaseError::Constraint(_))), "{failed:?}");
    connection
        .transaction(|c| {
            c.execute("INSERT INTO t VALUES (2)", &[])?;
            c.transaction(|c| c.execute("INSERT INTO t VALUES (3)", &[]))
        })
        .unwrap();
    assert_eq!(ids(&database.open().unwrap()), [Some(2), Some(3)]);
}

/// Upper and lower case, blanks, accents, reserved words: as the ERP's vendor named them.
fn identifiers_are_quoted(product: Product) {
    let base = Base::new(product);
    base.run(&[
        r#"CREATE TABLE "Élèves & Cie" ("CLÉ" INTEGER, "order" VARCHAR(9), "a""b" INTEGER)"#,
        r#"INSERT INTO "Élèves & Cie" VALUES (1, 'x', 2)"#,
    ]);
    let database = base.database();
    let dialect = database.dialect();
    let table = dialect.quote_path(&format!("{}.Élèves & Cie", base.schema));
    let columns = ["CLÉ", "order", "a\"b"].map(|name| dialect.quote(name)).join(", ");
    let sql = format!("SELECT {columns} FROM {table} {}", {
        format!("ORDER BY {} {}", dialect.quote("order"), dialect.page(0, 5))
    });
    let found = read(&database.open_reader().unwrap(), &sql, |row| {
        (owned(row, 0), owned(row, 1), owned(row, 2))
    });
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(found, [(text("1"), text("x"), text("2"))]);
}

fn a_cancelled_connection_stops(product: Product) {
    let base = Base::new(product);
    let connection = Database::create(&base.connection_string).unwrap().open().unwrap();
    if product == Product::MariaDb {
        connection
            .execute("SET SESSION max_recursive_iterations = 10000000", &[])
            .unwrap();
    }
    let sql = "WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 2000000) SELECT a FROM n";
    let mut rows = connection.query(sql, &[]).unwrap();
    assert!(rows.next_row().unwrap().is_some());
    connection.cancel_handle().cancel();
    let mut seen = 1;
    let error = loop {
        match rows.next_row() {
            Ok(Some(_)) => seen += 1,
            Ok(None) => panic!("the query ran to its end"),
            Err(error) => break error,
        }
    };
    assert_eq!(error, DatabaseError::Cancelled);
    assert!(seen <= 1000, "one block at most: {seen}");
    assert_eq!(connection.execute("SELECT 1", &[]), Err(DatabaseError::Cancelled));
}

fn the_catalogue_names_tables_views_and_columns_as_they_are_written(product: Product) {
    let base = Base::new(product);
    base.run(&[
        r#"CREATE TABLE "Élèves d'ici" ("CLÉ" INTEGER, "Nom d'usage" VARCHAR(40), "select" DATE)"#,
        "CREATE TABLE contrat (id INTEGER, debut DATE)",
        "CREATE VIEW v_contrat AS SELECT debut AS du, id FROM contrat",
    ]);
    let found = base.database().open_reader().unwrap().catalogue().unwrap();
    let schema = product.pick("", "public", "");
    let table = |name: &str, columns: &[&str]| CatalogueTable {
        schema: schema.to_owned(),
        name: name.to_owned(),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
    };
    let expected = [
        table("contrat", &["id", "debut"]),
        table("v_contrat", &["du", "id"]),
        table("Élèves d'ici", &["CLÉ", "Nom d'usage", "select"]),
    ];
    for table in &expected {
        assert!(found.contains(table), "{table:?}: {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}
