//! The logical entities and columns: what the plugin reads, whatever a database calls it.

/// How a column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number that names a row.
    Key,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// A boolean of any type.
    Boolean,
    /// A calendar date.
    Date,
    /// Text, with the room for what is usual; longer text is read too.
    Text(usize),
}

impl Kind {
    /// Room for a value's text, in bytes or UTF-16 units.
    pub fn room(self) -> usize {
        match self {
            Kind::Key | Kind::Integer => 24,
            Kind::Decimal | Kind::Date => 40,
            Kind::Boolean => 12,
            Kind::Text(room) => room,
        }
    }
}

/// Whether a column has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It is read.
    Required,
    /// It is read if the ERP has it.
    Optional,
    /// The reference schema has it and no rule reads it.
    Unread,
}

/// A logical column.
#[derive(Debug)]
pub struct Column {
    /// Its name, and its default name in the database.
    pub name: &'static str,
    /// How it is read.
    pub kind: Kind,
    /// Whether it has to be there.
    pub need: Need,
}

/// A logical entity.
#[derive(Debug)]
pub struct Entity {
    /// Its name, and its default table.
    pub name: &'static str,
    /// Its columns; the first is `id`.
    pub columns: &'static [Column],
}

impl Entity {
    /// The columns that are read, in the order in which the records are filled.
    pub fn read(&self) -> impl Iterator<Item = &'static Column> + use<> {
        self.columns.iter().filter(|column| column.need != Need::Unread)
    }
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        need: Need::Required,
    }
}

const fn optional(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        need: Need::Optional,
    }
}

const fn unread(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        need: Need::Unread,
    }
}

use Kind::{Boolean, Date, Decimal, Integer, Key, Text};

/// `societe`.
pub static SOCIETE: Entity = Entity {
    name: "societe",
    columns: &[column("id", Key), column("raison_sociale", Text(255))],
};

/// `secteur`.
pub static SECTEUR: Entity = Entity {
    name: "secteur",
    columns: &[
        column("id", Key),
        column("societe_id", Key),
        column("nom", Text(255)),
        column("code_postal", Text(32)),
        column("latitude", Decimal),
        column("longitude", Decimal),
    ],
};

/// `stagiaire`.
pub static STAGIAIRE: Entity = Entity {
    name: "stagiaire",
    columns: &[
        column("id", Key),
        column("nom", Text(200)),
        column("prenom", Text(200)),
        column("date_naissance", Date),
        column("email", Text(254)),
        column("telephone", Text(64)),
        optional("ne_pas_solliciter", Boolean),
        optional("sexe", Text(12)),
        optional("adresse", Text(400)),
        optional("code_postal", Text(32)),
        optional("rqth", Boolean),
    ],
};

/// `interlocuteur`.
pub static INTERLOCUTEUR: Entity = Entity {
    name: "interlocuteur",
    columns: &[
        column("id", Key),
        column("stagiaire_id", Key),
        column("rang", Integer),
        column("profil", Text(64)),
        unread("nom", Text(200)),
        column("email", Text(254)),
    ],
};

/// `diplome`.
pub static DIPLOME: Entity = Entity {
    name: "diplome",
    columns: &[
        column("id", Key),
        unread("type", Text(100)),
        unread("nature", Text(100)),
        column("libelle", Text(512)),
        column("libelle_court", Text(200)),
        column("code", Text(32)),
        column("rncp", Text(40)),
    ],
};

/// `centre_interet`.
pub static CENTRE_INTERET: Entity = Entity {
    name: "centre_interet",
    columns: &[
        column("id", Key),
        unread("libelle", Text(400)),
        column("diplome_id", Key),
    ],
};

/// `action_formation`.
pub static ACTION: Entity = Entity {
    name: "action_formation",
    columns: &[
        column("id", Key),
        unread("secteur_id", Key),
        unread("intitule", Text(400)),
        column("date_debut", Date),
        column("date_fin", Date),
        column("diplome_id", Key),
        column("centre_interet_id", Key),
    ],
};

/// `inscription`.
pub static INSCRIPTION: Entity = Entity {
    name: "inscription",
    columns: &[
        column("id", Key),
        column("stagiaire_id", Key),
        column("action_id", Key),
        column("secteur_id", Key),
        column("apprentissage", Boolean),
        column("date_inscription", Date),
        column("date_entree", Date),
        column("date_entree_groupe", Date),
        column("sortie_prevue", Date),
        column("sortie_reelle", Date),
        column("motif_sortie", Text(255)),
    ],
};

/// `convention`.
pub static CONVENTION: Entity = Entity {
    name: "convention",
    columns: &[
        column("id", Key),
        column("inscription_id", Key),
        column("date_debut", Date),
        column("date_fin", Date),
        column("date_rupture", Date),
        column("cause_rupture", Text(255)),
        column("siret_employeur", Text(64)),
        unread("terminee", Boolean),
    ],
};

/// `sifa`.
pub static SIFA: Entity = Entity {
    name: "sifa",
    columns: &[
        column("id", Key),
        column("inscription_id", Key),
        column("ine", Text(40)),
        column("diplome_id", Key),
        column("uai_etablissement", Text(32)),
        column("date_entree_cfa", Date),
        column("date_rupture_contrat", Date),
        column("sans_contrat_initial", Boolean),
        optional("derniere_situation", Integer),
        optional("dernier_organisme_uai", Text(32)),
    ],
};

/// `sifa_responsable`.
pub static SIFA_RESPONSABLE: Entity = Entity {
    name: "sifa_responsable",
    columns: &[
        column("id", Key),
        column("sifa_id", Key),
        column("rang", Integer),
        unread("nom", Text(200)),
        column("email", Text(254)),
    ],
};

/// All of them.
pub static ENTITIES: [&Entity; 11] = [
    &SOCIETE,
    &SECTEUR,
    &STAGIAIRE,
    &INTERLOCUTEUR,
    &DIPLOME,
    &CENTRE_INTERET,
    &ACTION,
    &INSCRIPTION,
    &CONVENTION,
    &SIFA,
    &SIFA_RESPONSABLE,
];
