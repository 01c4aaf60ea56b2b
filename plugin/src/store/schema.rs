//! The `mna_` tables, described once for every database.

use crate::database::Dialect;

/// One table.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [Column],
    /// Columns of the primary key, as SQL names them.
    pub(super) key: &'static str,
}

/// One column.
pub(super) struct Column {
    pub(super) name: &'static str,
    kind: Kind,
    required: bool,
    /// What the rows have that were there before the column, and a row that says nothing of it.
    default: Option<&'static str>,
}

/// A column that a version adds to a table of an older one.
pub(super) struct Added {
    pub(super) table: &'static str,
    pub(super) column: Column,
}

enum Kind {
    Bigint,
    Integer,
    /// A boolean, 0 or 1.
    Boolean,
    Varchar(u32),
    /// Text without a length.
    Text,
    /// ISO 8601 with the UTC offset, as text.
    Timestamp,
}

const fn required(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        required: true,
        default: None,
    }
}

const fn optional(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        required: false,
        default: None,
    }
}

const fn added(table: &'static str, column: Column) -> Added {
    Added { table, column }
}

/// Counts the changes of a row, so that two who save the same one are told.
const REVISION: Column = Column {
    name: "revision",
    kind: Kind::Bigint,
    required: true,
    default: Some("0"),
};

/// A box that is not ticked until somebody does.
const fn unticked(name: &'static str) -> Column {
    Column {
        name,
        kind: Kind::Boolean,
        required: true,
        default: Some("0"),
    }
}

/// Characters that a line of the settings may hold in one value; imports are checked against it.
pub const TEXT_MAX: u32 = 255;

/// Characters of a URL.
pub const URL_MAX: u32 = 1000;

/// What version 1 creates, in this order.
pub(super) const V1: &[Table] = &[
    Table {
        name: "mna_secteur",
        columns: &[
            required("societe_id", Kind::Bigint),
            required("secteur_id", Kind::Bigint),
            required("passerelle_sifa", Kind::Boolean),
            required("mission_apprentissage", Kind::Boolean),
            required("transfert_nuit", Kind::Boolean),
            required("donnees_sifa", Kind::Boolean),
            optional("modifie_par", Kind::Varchar(TEXT_MAX)),
            optional("modifie_le", Kind::Timestamp),
            required("revision", Kind::Bigint),
        ],
        key: "societe_id, secteur_id",
    },
    Table {
        name: "mna_uai",
        columns: &[
            required("id", Kind::Bigint),
            optional("uai", Kind::Varchar(TEXT_MAX)),
            optional("nom", Kind::Varchar(TEXT_MAX)),
            optional("siret", Kind::Varchar(TEXT_MAX)),
            optional("organisme_gestionnaire", Kind::Varchar(TEXT_MAX)),
            optional("type_cfa", Kind::Varchar(TEXT_MAX)),
            optional("societe_id", Kind::Bigint),
            optional("secteur_id", Kind::Bigint),
            optional("uai_formateur", Kind::Varchar(TEXT_MAX)),
            optional("siret_formateur", Kind::Varchar(TEXT_MAX)),
        ],
        key: "id",
    },
    Table {
        name: "mna_acces",
        columns: &[
            required("id", Kind::Bigint),
            optional("societe_id", Kind::Bigint),
            optional("secteur_id", Kind::Bigint),
            optional("uai", Kind::Varchar(TEXT_MAX)),
            required("protocole", Kind::Varchar(30)),
            optional("url", Kind::Varchar(URL_MAX)),
            optional("identifiant", Kind::Varchar(TEXT_MAX)),
            optional("cle_scellee", Kind::Text),
        ],
        key: "id",
    },
    Table {
        name: "mna_execution",
        columns: &[
            required("id", Kind::Bigint),
            required("nuit", Kind::Varchar(10)),
            required("run_date", Kind::Varchar(10)),
            required("forcee", Kind::Boolean),
            required("etat", Kind::Varchar(20)),
            // The boxes and accesses as they were when the run opened, keys sealed: a resumed run keeps them.
            required("plan", Kind::Text),
            required("debut", Kind::Timestamp),
            optional("fin", Kind::Timestamp),
            // What the rows of mna_resultat came to when the run was closed: a list of runs need not count millions.
            optional("acceptes", Kind::Bigint),
            optional("rejetes", Kind::Bigint),
            optional("non_envoyes", Kind::Bigint),
            optional("en_attente", Kind::Bigint),
        ],
        key: "id",
    },
    Table {
        name: "mna_etablissement",
        columns: &[
            required("execution_id", Kind::Bigint),
            required("numero", Kind::Integer),
            optional("societe_id", Kind::Bigint),
            optional("secteur_id", Kind::Bigint),
            optional("uai", Kind::Varchar(TEXT_MAX)),
            optional("siret", Kind::Varchar(TEXT_MAX)),
            required("protocole", Kind::Varchar(30)),
            optional("etat", Kind::Varchar(20)),
        ],
        key: "execution_id, numero",
    },
    Table {
        name: "mna_lot",
        columns: &[
            required("execution_id", Kind::Bigint),
            required("etablissement", Kind::Integer),
            required("numero", Kind::Integer),
            required("dossiers", Kind::Integer),
            required("etat", Kind::Varchar(20)),
            optional("http", Kind::Integer),
            required("tentatives", Kind::Integer),
        ],
        key: "execution_id, etablissement, numero",
    },
    Table {
        name: "mna_resultat",
        columns: &[
            required("execution_id", Kind::Bigint),
            required("inscription_id", Kind::Bigint),
            optional("id_erp_apprenant", Kind::Varchar(40)),
            optional("etablissement", Kind::Integer),
            optional("lot", Kind::Integer),
            required("etat", Kind::Varchar(20)),
            optional("empreinte", Kind::Varchar(64)),
            // JSON list of codes.
            optional("motifs", Kind::Varchar(500)),
            // JSON list of {champ, message}: the receiver's last answer, and the one before a dossier was sent again.
            optional("erreurs", Kind::Text),
            optional("premieres_erreurs", Kind::Text),
        ],
        key: "execution_id, inscription_id",
    },
    Table {
        name: "mna_verrou",
        columns: &[
            required("objet", Kind::Varchar(20)),
            required("proprietaire", Kind::Varchar(40)),
            // Seconds since 1970 UTC, by the database's clock.
            required("expire", Kind::Bigint),
        ],
        key: "objet",
    },
];

/// What version 2 creates.
pub(super) const V2: &[Table] = &[Table {
    name: "mna_courriel",
    columns: &[
        // One row, of number 1.
        required("id", Kind::Bigint),
        // JSON list of addresses.
        optional("destinataires", Kind::Text),
        required("quand", Kind::Varchar(20)),
        optional("serveur", Kind::Varchar(TEXT_MAX)),
        optional("port", Kind::Integer),
        optional("securite", Kind::Varchar(20)),
        optional("identifiant", Kind::Varchar(TEXT_MAX)),
        optional("mot_de_passe_scelle", Kind::Text),
        optional("expediteur", Kind::Varchar(TEXT_MAX)),
        optional("modifie_par", Kind::Varchar(TEXT_MAX)),
        optional("modifie_le", Kind::Timestamp),
        required("revision", Kind::Bigint),
    ],
    key: "id",
}];

/// What version 2 adds to the tables of version 1, in this order.
pub(super) const V2_COLUMNS: &[Added] = &[
    added("mna_uai", REVISION),
    added("mna_acces", REVISION),
    // Which e-mail about the run is gone, or about to go: none goes twice.
    added("mna_execution", optional("courriel", Kind::Varchar(20))),
    // A short fingerprint a field, as the night makes them: says which ones changed since.
    added("mna_resultat", optional("empreintes", Kind::Text)),
];

/// What version 3 adds, in this order.
pub(super) const V3_COLUMNS: &[Added] = &[
    // What the run came to, and a JSON list of sentences that say why; as it was judged when it was closed.
    added("mna_execution", optional("conclusion", Kind::Varchar(20))),
    added("mna_execution", optional("causes", Kind::Text)),
    // Who is sent although the guide leaves him out.
    added("mna_secteur", unticked("sans_email")),
    added("mna_secteur", unticked("sans_code_diplome")),
];

/// The table that says which migrations were run.
pub(super) const VERSION: Table = Table {
    name: "mna_version",
    columns: &[
        required("version", Kind::Integer),
        required("plugin", Kind::Varchar(20)),
    ],
    key: "version",
};

impl Table {
    /// `CREATE TABLE`, without a semicolon.
    pub(super) fn create(&self, dialect: &Dialect) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| column.definition(dialect)).collect();
        format!(
            "CREATE TABLE {} (\n    {},\n    PRIMARY KEY ({})\n)",
            self.name,
            columns.join(",\n    "),
            self.key
        )
    }

    /// `INSERT` of one row, all columns in their order, those that later versions added at the end.
    pub(super) fn insert(&self) -> String {
        let later = V2_COLUMNS.iter().chain(V3_COLUMNS);
        let added = later.filter(|added| added.table == self.name);
        let columns = self.columns.iter().chain(added.map(|added| &added.column));
        let names: Vec<&str> = columns.map(|column| column.name).collect();
        let marks = vec!["?"; names.len()].join(", ");
        format!("INSERT INTO {} ({}) VALUES ({marks})", self.name, names.join(", "))
    }
}

impl Added {
    /// `ALTER TABLE`, without a semicolon. SQL Server knows no word COLUMN there, the others do without.
    pub(super) fn alter(&self, dialect: &Dialect) -> String {
        format!("ALTER TABLE {} ADD {}", self.table, self.column.definition(dialect))
    }
}

impl Column {
    fn definition(&self, dialect: &Dialect) -> String {
        let kind = match self.kind {
            Kind::Bigint => dialect.bigint_type().to_owned(),
            Kind::Integer => dialect.integer_type().to_owned(),
            Kind::Boolean => dialect.smallint_type().to_owned(),
            Kind::Varchar(length) => dialect.varchar_type(length),
            Kind::Text => dialect.text_type().to_owned(),
            Kind::Timestamp => dialect.timestamp_type(),
        };
        let default = self
            .default
            .map(|value| format!(" DEFAULT {value}"))
            .unwrap_or_default();
        // NULL is said too: SQL Server's default for it is a setting of the session.
        format!(
            "{} {kind}{default} {}",
            self.name,
            if self.required { "NOT NULL" } else { "NULL" }
        )
    }
}

/// `INSERT` of one row into a table of any version: all its columns, those that later versions added at the end.
pub(super) fn insert_into(name: &str) -> String {
    V1.iter()
        .chain(V2)
        .find(|table| table.name == name)
        .map(Table::insert)
        .unwrap_or_default()
}
