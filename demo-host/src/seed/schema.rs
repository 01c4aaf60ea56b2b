//! The reference schema: what the ERP's tables look like, once, for the DDL, the loader and the tests.

/// Type of a column, whatever a database calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The table's primary key.
    Key,
    /// A whole number of 32 bits; also a reference to another table's key.
    Integer,
    /// 0 or 1.
    Boolean,
    /// Unicode text of at most so many characters.
    Text(usize),
    /// One character.
    Char,
    /// A calendar date.
    Date,
    /// A number with 6 decimals.
    Decimal,
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
}

/// One table, with the indexes that an ERP would have on it.
#[derive(Debug)]
pub struct TableDef {
    /// Its name.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
    /// Columns with an index: the references that the ERP's own screens follow.
    pub indexed: &'static [&'static str],
    /// The column with a unique index, if there is one.
    pub unique: Option<&'static str>,
}

/// A table's place in [`TABLES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Legal entities.
    Societe,
    /// Sites.
    Secteur,
    /// Trainees.
    Stagiaire,
    /// A trainee's parents, tutors and employers.
    Interlocuteur,
    /// Diplomas.
    Diplome,
    /// Centres d'intérêt, which may lead to a diploma.
    CentreInteret,
    /// Training actions.
    ActionFormation,
    /// Enrolments.
    Inscription,
    /// Apprenticeship contracts.
    Convention,
    /// The SIFA screen, one row an inscription.
    Sifa,
    /// Legal guardians of the SIFA screen.
    SifaResponsable,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

const ID: Column = column("id", Kind::Key);

/// All tables, in the order of [`Table`].
pub static TABLES: [TableDef; 11] = [
    TableDef {
        name: "societe",
        columns: &[ID, column("raison_sociale", Kind::Text(120))],
        indexed: &[],
        unique: None,
    },
    TableDef {
        name: "secteur",
        columns: &[
            ID,
            column("societe_id", Kind::Integer),
            column("nom", Kind::Text(80)),
            column("code_postal", Kind::Text(5)),
            column("latitude", Kind::Decimal),
            column("longitude", Kind::Decimal),
        ],
        indexed: &["societe_id"],
        unique: None,
    },
    TableDef {
        name: "stagiaire",
        columns: &[
            ID,
            column("nom", Kind::Text(80)),
            column("prenom", Kind::Text(80)),
            column("date_naissance", Kind::Date),
            column("email", Kind::Text(254)),
            column("telephone", Kind::Text(30)),
            column("ne_pas_solliciter", Kind::Boolean),
            column("sexe", Kind::Char),
            column("adresse", Kind::Text(200)),
            column("code_postal", Kind::Text(5)),
            column("rqth", Kind::Boolean),
        ],
        indexed: &[],
        unique: None,
    },
    TableDef {
        name: "interlocuteur",
        columns: &[
            ID,
            column("stagiaire_id", Kind::Integer),
            column("rang", Kind::Integer),
            column("profil", Kind::Text(20)),
            column("nom", Kind::Text(80)),
            column("email", Kind::Text(254)),
        ],
        indexed: &["stagiaire_id"],
        unique: None,
    },
    TableDef {
        name: "diplome",
        columns: &[
            ID,
            column("type", Kind::Text(40)),
            column("nature", Kind::Text(60)),
            column("libelle", Kind::Text(255)),
            column("libelle_court", Kind::Text(80)),
            column("code", Kind::Text(8)),
            column("rncp", Kind::Text(10)),
        ],
        indexed: &[],
        unique: None,
    },
    TableDef {
        name: "centre_interet",
        columns: &[
            ID,
            column("libelle", Kind::Text(160)),
            column("diplome_id", Kind::Integer),
        ],
        indexed: &["diplome_id"],
        unique: None,
    },
    TableDef {
        name: "action_formation",
        columns: &[
            ID,
            column("secteur_id", Kind::Integer),
            column("intitule", Kind::Text(160)),
            column("date_debut", Kind::Date),
            column("date_fin", Kind::Date),
            column("diplome_id", Kind::Integer),
            column("centre_interet_id", Kind::Integer),
        ],
        indexed: &["secteur_id", "diplome_id", "centre_interet_id"],
        unique: None,
    },
    TableDef {
        name: "inscription",
        columns: &[
            ID,
            column("stagiaire_id", Kind::Integer),
            column("action_id", Kind::Integer),
            column("secteur_id", Kind::Integer),
            column("apprentissage", Kind::Boolean),
            column("date_inscription", Kind::Date),
            column("date_entree", Kind::Date),
            column("date_entree_groupe", Kind::Date),
            column("sortie_prevue", Kind::Date),
            column("sortie_reelle", Kind::Date),
            column("motif_sortie", Kind::Text(120)),
        ],
        indexed: &["stagiaire_id", "action_id", "secteur_id"],
        unique: None,
    },
    TableDef {
        name: "convention",
        columns: &[
            ID,
            column("inscription_id", Kind::Integer),
            column("date_debut", Kind::Date),
            column("date_fin", Kind::Date),
            column("date_rupture", Kind::Date),
            column("cause_rupture", Kind::Text(120)),
            column("siret_employeur", Kind::Text(20)),
            column("terminee", Kind::Boolean),
        ],
        indexed: &["inscription_id"],
        unique: None,
    },
    TableDef {
        name: "sifa",
        columns: &[
            ID,
            column("inscription_id", Kind::Integer),
            column("ine", Kind::Text(11)),
            column("diplome_id", Kind::Integer),
            column("uai_etablissement", Kind::Text(8)),
            column("date_entree_cfa", Kind::Date),
            column("date_rupture_contrat", Kind::Date),
            column("sans_contrat_initial", Kind::Boolean),
            column("derniere_situation", Kind::Integer),
            column("dernier_organisme_uai", Kind::Text(8)),
        ],
        indexed: &["diplome_id"],
        unique: Some("inscription_id"),
    },
    TableDef {
        name: "sifa_responsable",
        columns: &[
            ID,
            column("sifa_id", Kind::Integer),
            column("rang", Kind::Integer),
            column("nom", Kind::Text(80)),
            column("email", Kind::Text(254)),
        ],
        indexed: &["sifa_id"],
        unique: None,
    },
];

impl Table {
    /// The table's definition.
    pub fn def(self) -> &'static TableDef {
        match self {
            Self::Societe => &TABLES[0],
            Self::Secteur => &TABLES[1],
            Self::Stagiaire => &TABLES[2],
            Self::Interlocuteur => &TABLES[3],
            Self::Diplome => &TABLES[4],
            Self::CentreInteret => &TABLES[5],
            Self::ActionFormation => &TABLES[6],
            Self::Inscription => &TABLES[7],
            Self::Convention => &TABLES[8],
            Self::Sifa => &TABLES[9],
            Self::SifaResponsable => &TABLES[10],
        }
    }
}
