#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
//! What drivers say, and what becomes of it.

use super::*;

/// State, number and message of the records of one call.
type Said<'a> = &'a [(&'a [u8; 5], i32, &'a str)];

fn refused(said: Said<'_>) -> Refused {
    let records = said.iter().map(|(state, native, message)| Record {
        state: **state,
        native: *native,
        message: (*message).to_owned(),
    });
    Refused {
        records: records.collect(),
    }
}

fn kind(error: &DatabaseError) -> String {
    let shown = format!("{error:?}");
    shown.split(['(', ' ']).next().unwrap().to_owned()
}

const SQL: &str = r#"SELECT i."x", [date_rupture], "y" FROM "dbo"."sifa" AS i JOIN [Conventions d'apprentissage] z"#;

#[test]
fn errors_of_each_database_are_told_apart() {
    use DialectKind::{MariaDb, PostgreSql, Sqlite};
    let cases: &[(DialectKind, &[u8; 5], i32, &str, &str)] = &[
        (
            Sqlite,
            b"HY000",
            1,
            "no such table: sifa (1)",
            "TableMissing { name: \"sifa\"",
        ),
        (
            Sqlite,
            b"HY000",
            1,
            "[SQLite]no such column: i.x (1)",
            "ColumnMissing { name: \"i.x\"",
        ),
        (
            PostgreSql,
            b"42P01",
            1,
            "ERROR: relation \"sifa\" does not exist",
            "TableMissing { name: \"sifa\"",
        ),
        (
            PostgreSql,
            b"42703",
            1,
            "ERREUR: la colonne i.x n'existe pas",
            "ColumnMissing { name: \"i.x\"",
        ),
        (
            PostgreSql,
            b"42P01",
            1,
            "ERREUR: la relation « sifa » n'existe pas",
            "TableMissing { name: \"sifa\"",
        ),
        (
            PostgreSql,
            b"42501",
            1,
            "ERROR: permission denied for table sifa",
            "Forbidden",
        ),
        (
            MariaDb,
            b"42S02",
            1146,
            "Table 'erp.sifa' doesn't exist",
            "TableMissing { name: \"sifa\"",
        ),
        (
            MariaDb,
            b"42S22",
            1054,
            "Unknown column 'y' in 'SELECT'",
            "ColumnMissing { name: \"y\"",
        ),
        (
            MariaDb,
            b"42000",
            1142,
            "SELECT command denied to user 'u'@'h' for table `erp`.`sifa`",
            "Forbidden(Denied { name: \"sifa\"",
        ),
        (Sqlite, b"HY000", 5, "database is locked (5)", "Locked"),
        (Sqlite, b"HY000", 13, "database or disk is full (13)", "Full"),
        (PostgreSql, b"53100", 1, "ERROR: could not extend file", "Full"),
        (MariaDb, b"HY000", 1114, "The table 'mna_lot' is full", "Full"),
        (PostgreSql, b"08S01", 0, "Communication link failure", "Lost"),
        (
            MariaDb,
            b"HY000",
            2013,
            "Lost connection to MySQL server during query",
            "Lost",
        ),
        (
            MariaDb,
            b"HY000",
            5014,
            "Write error: Broken pipe (32 bytes not written)",
            "Lost",
        ),
        (MariaDb, b"70100", 1927, "Connection was killed", "Lost"),
        (PostgreSql, b"HY000", 8, "internal SAVEPOINT failed", "Lost"),
        (PostgreSql, b"HY008", 0, "Operation canceled", "Cancelled"),
        (
            PostgreSql,
            b"42601",
            1,
            "ERROR: syntax error at or near \"plan\"",
            "NotUnderstood",
        ),
        (Sqlite, b"HY000", 1, "near \"plan\": syntax error (1)", "NotUnderstood"),
        (
            PostgreSql,
            b"22P02",
            1,
            "invalid input syntax for type bigint: \"DUPONT\"",
            "Value",
        ),
    ];
    for (database, state, native, message, expected) in cases {
        let error = DatabaseError::of(&refused(&[(state, *native, message)]), *database, SQL);
        let shown = format!("{error:?}");
        assert!(shown.starts_with(expected), "{message}: {shown}");
    }
}

/// The table that says what both drivers answered, row by row: the state is that of Microsoft's driver, then FreeTDS's.
#[test]
fn sql_servers_errors_are_told_by_their_numbers_whatever_the_state() {
    type Row<'a> = (&'a str, &'a [i32], &'a [&'a [u8; 5]]);
    let rows: &[Row<'_>] = &[
        ("Locked", &[1205], &[b"40001", b"42000"]),
        ("Locked", &[1222, 3960, 3961], &[b"42000"]),
        ("Lost", &[596], &[b"HY000", b"42000"]),
        ("Lost", &[6005, 10054], &[b"42000"]),
        (
            "Lost",
            &[40197, 40501, 40613, 49918, 49920, 10928, 10929, 40143],
            &[b"42000"],
        ),
        ("Lost", &[10054, 0], &[b"08S01"]),
        ("Lost", &[20017], &[b"01000"]),
        ("Lost", &[20003, 20004, 20005, 20006, 20009, 20047], &[b"08S01"]),
        ("Forbidden", &[229, 230, 262, 297], &[b"42000"]),
        ("Forbidden", &[3906], &[b"25000"]),
        ("TableMissing", &[208], &[b"42S02"]),
        ("ColumnMissing", &[207], &[b"42S22"]),
        (
            "NotUnderstood",
            &[102, 156, 195, 306, 402, 468, 4121, 4145],
            &[b"42000"],
        ),
        ("Value", &[245], &[b"22018"]),
        ("Value", &[8114, 2628], &[b"42000"]),
        ("Value", &[8115], &[b"22003", b"HY019"]),
        ("Value", &[8134], &[b"22012"]),
        ("Value", &[8152], &[b"22001"]),
        ("Constraint", &[515, 547, 1505, 2601, 2627], &[b"23000"]),
        ("Full", &[1105, 9002, 1101], &[b"42000"]),
        ("Other", &[2714], &[b"42S01"]),
        ("Other", &[1785, 5061, 3930, 3952], &[b"42000"]),
        ("Other", &[3902], &[b"25000"]),
        (
            "Other",
            &[
                601, 8645, 8649, 8657, 8623, 8672, 9003, 9100, 7357, 40544, 40549, 40550, 40551, 40552, 40553,
            ],
            &[b"42000"],
        ),
        // A number that nobody knows: the state decides.
        ("Locked", &[99_999], &[b"40001"]),
        ("Other", &[99_999], &[b"42000"]),
    ];
    for (expected, numbers, states) in rows {
        for (native, state) in numbers.iter().flat_map(|n| states.iter().map(move |s| (*n, *s))) {
            let error = DatabaseError::of(&refused(&[(state, native, "texte")]), DialectKind::SqlServer, SQL);
            assert_eq!(&kind(&error), expected, "{native}");
            assert_eq!(error.native_code(), Some(native));
            let text = error.user_text();
            let code = format!(" (code {}, {native})", String::from_utf8_lossy(state));
            assert!(text.ends_with(&code) && text.len() > 40 + code.len(), "{text}");
        }
    }
}

#[test]
fn logins_that_sql_server_refuses_are_told_by_their_numbers_too() {
    let rows: &[(&str, Said<'_>, &str)] = &[
        (
            "LoginRefused",
            &[(b"28000", 18456, "Échec de l'ouverture")],
            "mot de passe",
        ),
        (
            "LoginRefused",
            &[(b"42000", 18456, ""), (b"08001", 0, "")],
            "mot de passe",
        ),
        ("LoginRefused", &[(b"28000", 18452, "")], "domaine"),
        ("LoginRefused", &[(b"28000", 18487, "")], "expiré"),
        ("LoginRefused", &[(b"28000", 18488, "")], "changé"),
        ("LoginRefused", &[(b"42000", 18470, "")], "désactivé"),
        ("LoginRefused", &[(b"42000", 18486, "")], "verrouillé"),
        ("DatabaseMissing", &[(b"42000", 4060, "")], "n'existe pas"),
        ("DatabaseMissing", &[(b"42000", 4064, "")], "n'existe pas"),
        ("DatabaseMissing", &[(b"42000", 40532, "")], "n'existe pas"),
        ("DatabaseMissing", &[(b"42000", 40615, "")], "pare-feu"),
        ("Lost", &[(b"42000", 18401, "")], "démarrer"),
        ("Lost", &[(b"08004", 17809, "")], "connexions"),
        ("Lost", &[(b"42000", 17809, "")], "connexions"),
        ("Lost", &[(b"23000", 233, "")], "perdue"),
        (
            "CannotConnect",
            &[(b"HYT00", 0, ""), (b"08001", 10057, "")],
            "port ouvert",
        ),
        ("CannotConnect", &[(b"08S01", 20009, "")], "port ouvert"),
        ("NoDriver", &[(b"IM002", 0, "")], "pilote"),
        ("NoDriver", &[(b"01000", 0, "[unixODBC] Can't open lib 'x'")], "pilote"),
    ];
    for (expected, said, text) in rows {
        let error = DatabaseError::on_connect(&refused(said), Some(DialectKind::SqlServer));
        assert_eq!(&kind(&error), expected, "{said:?}");
        assert!(error.user_text().contains(text), "{}", error.user_text());
    }
}

/// As Microsoft's driver (Linux, Windows) and FreeTDS answered.
#[test]
fn a_sql_server_that_is_not_reached_says_why() {
    let rows: &[(Said<'_>, &str)] = &[
        (
            &[
                (b"08001", -1, "SSL Provider: certificate verify failed"),
                (b"08001", -1, "Client unable"),
            ],
            "TrustServerCertificate=yes",
        ),
        (&[(b"08001", 20, ""), (b"08001", 20, "")], "Encrypt=Optional"),
        (
            &[(b"08001", -1, "SSL Provider: [wrong version number]")],
            "Encrypt=Mandatory",
        ),
        (
            &[(b"08001", 10061, ""), (b"HYT00", 0, ""), (b"08001", 10061, "")],
            "port ouvert",
        ),
        (&[(b"HYT00", 0, ""), (b"08001", 11001, "")], "inconnu de ce réseau"),
        (
            &[(b"08001", 3, "Named Pipes"), (b"HYT00", 0, ""), (b"08001", 3, "")],
            "inconnu de ce réseau",
        ),
        (
            &[
                (b"HYT00", 0, ""),
                (b"08001", -1, "Error Locating Server/Instance Specified"),
            ],
            "UDP 1434",
        ),
        (&[(b"08001", -1, "texte traduit")], "Trois causes"),
        (&[(b"HY000", 458_752, "")], "UID et PWD"),
        (&[(b"HY000", -2_146_893_042, "")], "UID et PWD"),
        (&[(b"08001", 0, ""), (b"01000", 20013, "")], "inconnu de ce réseau"),
        (&[(b"08001", 0, ""), (b"01000", 20002, "")], "Encrypt=Optional"),
    ];
    for (said, text) in rows {
        let error = DatabaseError::on_connect(&refused(said), Some(DialectKind::SqlServer));
        assert_eq!(kind(&error), "CannotConnect", "{said:?}");
        assert!(error.user_text().contains(text), "{}", error.user_text());
    }
    // Another database's numbers mean something else.
    let error = DatabaseError::on_connect(&refused(&[(b"08001", 20, "")]), Some(DialectKind::PostgreSql));
    assert!(!error.user_text().contains("Encrypt"), "{}", error.user_text());
}

#[test]
fn of_several_records_the_first_with_a_known_number_counts() {
    let both: Said<'_> = &[
        (b"01000", 3621, "L'instruction a été arrêtée."),
        (b"42000", 1222, "Délai dépassé."),
    ];
    let error = DatabaseError::of(&refused(both), DialectKind::SqlServer, SQL);
    assert!(
        matches!(error, DatabaseError::Locked(report) if report.native == 1222),
        "{error:?}"
    );
    let cut: Said<'_> = &[(b"HY000", 0, ""), (b"08S01", 0, ""), (b"23000", 2627, "")];
    let error = DatabaseError::of(&refused(cut), DialectKind::SqlServer, SQL);
    assert_eq!(kind(&error), "Constraint");
    // Elsewhere the first that says anything at all.
    let error = DatabaseError::of(
        &refused(&[(b"HY000", 1, "x"), (b"40001", 1, "y")]),
        DialectKind::Other,
        SQL,
    );
    assert_eq!(kind(&error), "Locked");
    assert_eq!(
        DatabaseError::of(&Refused::default(), DialectKind::SqlServer, SQL),
        DatabaseError::DriverFault
    );
}

#[test]
fn the_object_of_a_message_is_named_and_nothing_else_of_it() {
    let rows: &[(i32, &str, &str)] = &[
        (208, "Nom d'objet 'dbo.sifa' non valide.", "« dbo.sifa »"),
        (207, "Nom de colonne non valide : 'date_rupture'.", "« date_rupture »"),
        (
            229,
            "L'autorisation SELECT a été refusée sur l'objet 'sifa', base de données 'ERP', schéma 'dbo'.",
            "« sifa »",
        ),
        (
            208,
            "Nom d'objet 'dbo.Conventions d'apprentissage' non valide.",
            "« dbo.Conventions d'apprentissage »",
        ),
        (
            230,
            "The SELECT permission was denied on the column 'date_rupture' of the object 'sifa'.",
            "date_rupture",
        ),
        (208, "Invalid object name 'sifa'.", "« sifa »"),
        (207, "Invalid column name 'y'.", "« y »"),
    ];
    for (native, message, name) in rows {
        let error = DatabaseError::of(&refused(&[(b"42000", *native, message)]), DialectKind::SqlServer, SQL);
        assert!(error.user_text().contains(name), "{}", error.user_text());
        assert!(
            !error.user_text().contains("ERP'") && !error.to_string().contains("ERP'"),
            "{error}"
        );
    }
    // What the statement does not hold is not a name of its.
    let error = DatabaseError::of(
        &refused(&[(b"42S02", 208, "Nom d'objet 'DUPONT' non valide.")]),
        DialectKind::SqlServer,
        SQL,
    );
    assert!(
        matches!(&error, DatabaseError::TableMissing { name, .. } if name.is_empty()),
        "{error:?}"
    );
}

/// Servers answer in the language of the login, and quote what a row holds.
#[test]
fn values_and_logins_never_leave_a_message() {
    let statements: &[(&[u8; 5], i32, &str)] = &[
        (
            b"42000",
            8114,
            "Erreur lors de la conversion d'une valeur 'DUPONT Jean 06 12 34 56 78' en bigint.",
        ),
        (
            b"42000",
            8114,
            "Error converting data type nvarchar 'DUPONT Jean 06 12 34 56 78' to bigint.",
        ),
        (
            b"22018",
            245,
            "Conversion failed when converting the nvarchar value 'DUPONT' to data type int.",
        ),
        (
            b"42000",
            2628,
            "Données tronquées dans la table 'sifa', colonne 'y'. Valeur tronquée : 'O'NEILL d'Arc DUPONT'.",
        ),
        (
            b"23000",
            2627,
            "Violation de la contrainte PRIMARY KEY 'PK__x'. Impossible d'insérer une clé en double dans l'objet 'dbo.x'. \
             Valeur de clé dupliquée : (DUPONT, Jean).",
        ),
        (b"42000", 50000, "Le déclencheur refuse l'élève 'DUPONT'."),
        (b"42000", 99_999, "d'une valeur DUPONT"),
        (b"HY000", 0, "ERREUR: la valeur d'une clé « DUPONT » existe déjà"),
        (b"HY000", 1, "ERROR: Key (nom)=(DUPONT) exists"),
        (
            b"22P02",
            1,
            "ERREUR: syntaxe en entrée invalide pour le type bigint : « DUPONT »",
        ),
        (
            b"22007",
            1366,
            "Incorrect integer value: 'DUPONT' for column `erp`.`x`.`y` at row 1",
        ),
        (b"42S02", 208, "Nom d'objet 'DUPONT' non valide."),
        (
            b"42000",
            229,
            "L'autorisation SELECT a été refusée sur l'objet 'DUPONT'.",
        ),
    ];
    let databases = [
        DialectKind::SqlServer,
        DialectKind::PostgreSql,
        DialectKind::MariaDb,
        DialectKind::Sqlite,
        DialectKind::Other,
    ];
    let mut errors = Vec::new();
    for (said, database) in statements
        .iter()
        .flat_map(|said| databases.map(|database| (*said, database)))
    {
        errors.push(DatabaseError::of(&refused(&[said]), database, SQL));
    }
    for said in [
        (
            b"28000",
            18456,
            "Échec de l'ouverture de session de l'utilisateur 'DUPONT'.",
        ),
        (b"28000", 18456, "Login failed for user 'DUPONT'."),
        (b"08001", 0, "server DUPONT: refused"),
    ] {
        let refused = refused(&[said]);
        assert!(!format!("{refused:?}").contains("DUPONT"));
        errors.push(DatabaseError::on_connect(&refused, Some(DialectKind::SqlServer)));
    }
    for error in errors {
        let told = crate::error::Error::from(error.clone());
        for shown in [
            format!("{error:?}"),
            error.to_string(),
            error.user_text(),
            format!("{told:?}"),
        ] {
            for secret in ["DUPONT", "NEILL", "Jean", "06 12"] {
                assert!(!shown.contains(secret), "{shown}");
            }
        }
    }
}
