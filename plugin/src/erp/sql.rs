//! The SQL that reads the ERP, made from the mapping and the dialect.

use super::error::ErpError;
use super::mapping::Mapping;
use super::schema::{
    ACTION, CONVENTION, Column, Entity, INSCRIPTION, INTERLOCUTEUR, Need, SIFA, SIFA_RESPONSABLE, STAGIAIRE,
};
use crate::database::{DatabaseError, Dialect, FALSE_WORDS, Sizes};

/// A query, and the room that its columns take.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    /// Its text; parameters are written as literals.
    pub sql: String,
    /// Memory for its rows.
    pub sizes: Sizes,
    /// Where each result column comes from.
    pub columns: Vec<Origin>,
}

/// Where a result column comes from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    entity: &'static Entity,
    column: &'static Column,
    /// The column as the database may name it: with the entity's alias, and alone.
    names: Option<[String; 2]>,
}

/// Which rows of the inscriptions a set of queries covers, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Inscriptions without a stagiaire, by their id.
    Orphans,
    /// Inscriptions of the stagiaires with `after < id <= up_to`, by stagiaire and id.
    Stagiaires {
        /// Lower bound, excluded.
        after: Option<i64>,
        /// Upper bound, included.
        up_to: Option<i64>,
    },
}

/// Makes queries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer<'a> {
    pub mapping: &'a Mapping,
    pub dialect: &'a Dialect,
    /// The stagiaires to read; all where there is none.
    pub only: Option<&'a [i64]>,
}

const ROW_BUDGET: usize = 4 << 20;
const CHILD_BUDGET: usize = 1 << 20;

impl Writer<'_> {
    fn from(&self, entity: &Entity, alias: &str) -> String {
        self.mapping.source(entity, alias, self.dialect)
    }

    fn column(&self, entity: &Entity, alias: &str, column: &str) -> String {
        self.mapping.expression(entity, alias, column, self.dialect)
    }

    fn origin(&self, entity: &'static Entity, alias: &str, column: &'static Column) -> Origin {
        let name = self.mapping.column_name(entity, column.name);
        Origin {
            entity,
            column,
            names: name.map(|name| [format!("{alias}.{name}"), name.to_owned()]),
        }
    }

    /// A SELECT of keys and then all columns read of some entities.
    fn select(&self, entities: &[(&'static Entity, &str)], tail: &str, budget: usize) -> Query {
        let mut shown = Vec::new();
        let mut sizes = Sizes {
            columns: Vec::new(),
            budget,
        };
        let mut columns = Vec::new();
        for (entity, alias) in entities {
            for column in entity.read() {
                // An alias of our own: drivers garble accents in names of columns.
                let expression = self.column(entity, alias, column.name);
                shown.push(format!("{expression} AS {alias}_{}", column.name));
                sizes.columns.push(column.kind.room());
                columns.push(self.origin(entity, alias, column));
            }
        }
        Query {
            sql: format!("SELECT {} {tail}", shown.join(", ")),
            sizes,
            columns,
        }
    }

    /// What reads an entity; nothing where this ERP has no such entity.
    fn unless_absent(&self, entity: &Entity, query: impl FnOnce() -> Query) -> Option<Query> {
        (!self.mapping.is_absent(entity)).then(query)
    }

    /// All rows of one entity.
    pub(super) fn whole(&self, entity: &'static Entity) -> Option<Query> {
        self.unless_absent(entity, || {
            let from = format!("FROM {}", self.from(entity, "t"));
            self.select(&[(entity, "t")], &from, CHILD_BUDGET)
        })
    }

    fn apprentissage(&self) -> String {
        self.dialect
            .is_true(&self.column(&INSCRIPTION, "i", "apprentissage"), FALSE_WORDS)
    }

    fn in_secteurs(&self, secteurs: &[i64]) -> String {
        let column = self.column(&INSCRIPTION, "i", "secteur_id");
        let lists: Vec<String> = secteurs
            .chunks(500)
            .map(|chunk| {
                let ids: Vec<String> = chunk.iter().map(i64::to_string).collect();
                format!("{column} IN ({})", ids.join(", "))
            })
            .collect();
        if lists.is_empty() {
            "1 = 0".to_owned()
        } else {
            self.dialect.filter_only(&lists.join(" OR "))
        }
    }

    /// `stagiaire` joined with `inscription`, and the condition on both.
    fn base(&self, part: Part, secteurs: &[i64]) -> (String, String) {
        let stagiaire_id = self.column(&STAGIAIRE, "s", "id");
        let join = format!("{stagiaire_id} = {}", self.column(&INSCRIPTION, "i", "stagiaire_id"));
        let inscription = self.from(&INSCRIPTION, "i");
        let stagiaire = self.from(&STAGIAIRE, "s");
        let scope = format!("{} AND {}", self.in_secteurs(secteurs), self.apprentissage());
        match part {
            Part::Orphans => (
                format!("FROM {inscription} LEFT JOIN {stagiaire} ON {join}"),
                format!("WHERE {stagiaire_id} IS NULL AND {scope}"),
            ),
            Part::Stagiaires { after, up_to } => {
                let condition = format!(
                    "WHERE {scope}{}{}",
                    between(&stagiaire_id, after, up_to),
                    self.only(&stagiaire_id)
                );
                let in_order = self.dialect.join_in_this_order();
                (
                    format!("FROM {stagiaire} {in_order} {inscription} ON {join}"),
                    condition,
                )
            }
        }
    }

    /// ORDER BY stagiaire, inscription, and then the key of an entity, if this ERP has it: not all databases order by
    /// NULL.
    fn order(&self, part: Part, last: &Entity, alias: &str) -> String {
        let mut keys = vec![self.column(&INSCRIPTION, "i", "id")];
        if let Part::Stagiaires { .. } = part {
            keys.insert(0, self.column(&STAGIAIRE, "s", "id"));
        }
        if !self.mapping.is_absent(last) {
            keys.push(self.column(last, alias, "id"));
        }
        format!("ORDER BY {}", keys.join(", "))
    }

    /// `inscription`, `stagiaire`, `action_formation`, `sifa`: one row an inscription.
    pub(super) fn inscriptions(&self, part: Part, secteurs: &[i64]) -> Query {
        let (from, condition) = self.base(part, secteurs);
        let sifa = if self.mapping.is_absent(&SIFA) {
            String::new()
        } else {
            format!(
                "LEFT JOIN {} ON {} = {} ",
                self.from(&SIFA, "f"),
                self.column(&SIFA, "f", "inscription_id"),
                self.column(&INSCRIPTION, "i", "id"),
            )
        };
        let tail = format!(
            "{from} LEFT JOIN {} ON {} = {} {sifa}{condition} {}",
            self.from(&ACTION, "a"),
            self.column(&ACTION, "a", "id"),
            self.column(&INSCRIPTION, "i", "action_id"),
            self.order(part, &SIFA, "f"),
        );
        self.select(
            &[(&INSCRIPTION, "i"), (&STAGIAIRE, "s"), (&ACTION, "a"), (&SIFA, "f")],
            &tail,
            ROW_BUDGET,
        )
    }

    /// Stagiaire and inscription of each row, and then the columns of one entity that hangs on the inscription.
    fn children(&self, part: Part, secteurs: &[i64], joins: &str, entity: &'static Entity, alias: &str) -> Query {
        let (from, condition) = self.base(part, secteurs);
        let order = self.order(part, entity, alias);
        let mut query = self.select(
            &[(entity, alias)],
            &format!("{from} {joins} {condition} {order}"),
            CHILD_BUDGET,
        );
        let keys: [(&'static Entity, &str); 2] = [(&STAGIAIRE, "s"), (&INSCRIPTION, "i")];
        let shown: Vec<String> = keys
            .iter()
            .map(|(entity, alias)| format!("{} AS {alias}_id", self.column(entity, alias, "id")))
            .collect();
        query.sql = query
            .sql
            .replacen("SELECT ", &format!("SELECT {}, ", shown.join(", ")), 1);
        query.sizes.columns.splice(0..0, [24, 24]);
        let keys = keys
            .into_iter()
            .filter_map(|(entity, alias)| Some(self.origin(entity, alias, entity.columns.first()?)));
        query.columns.splice(0..0, keys);
        query
    }

    /// `convention` of the inscriptions.
    pub(super) fn conventions(&self, part: Part, secteurs: &[i64]) -> Option<Query> {
        let joins = format!(
            "JOIN {} ON {} = {}",
            self.from(&CONVENTION, "c"),
            self.column(&CONVENTION, "c", "inscription_id"),
            self.column(&INSCRIPTION, "i", "id"),
        );
        self.unless_absent(&CONVENTION, || self.children(part, secteurs, &joins, &CONVENTION, "c"))
    }

    /// `sifa_responsable` of the inscriptions' SIFA rows.
    pub(super) fn responsables(&self, part: Part, secteurs: &[i64]) -> Option<Query> {
        let joins = format!(
            "JOIN {} ON {} = {} JOIN {} ON {} = {}",
            self.from(&SIFA, "f"),
            self.column(&SIFA, "f", "inscription_id"),
            self.column(&INSCRIPTION, "i", "id"),
            self.from(&SIFA_RESPONSABLE, "r"),
            self.column(&SIFA_RESPONSABLE, "r", "sifa_id"),
            self.column(&SIFA, "f", "id"),
        );
        self.unless_absent(&SIFA_RESPONSABLE, || {
            self.children(part, secteurs, &joins, &SIFA_RESPONSABLE, "r")
        })
    }

    /// `interlocuteur` of the stagiaires who have an inscription in scope. Orphans have none.
    pub(super) fn interlocuteurs(&self, part: Part, secteurs: &[i64]) -> Option<Query> {
        let Part::Stagiaires { after, up_to } = part else {
            return None;
        };
        let key = self.column(&INTERLOCUTEUR, "p", "stagiaire_id");
        let of_inscription = self.column(&INSCRIPTION, "i", "stagiaire_id");
        let condition = format!(
            "{key} IN (SELECT {of_inscription} FROM {} WHERE {} AND {}{}){}",
            self.from(&INSCRIPTION, "i"),
            self.in_secteurs(secteurs),
            self.apprentissage(),
            between(&of_inscription, after, up_to),
            between(&key, after, up_to) + &self.only(&key),
        );
        let tail = format!(
            "FROM {} WHERE {condition} ORDER BY {key}, {}",
            self.from(&INTERLOCUTEUR, "p"),
            self.column(&INTERLOCUTEUR, "p", "id"),
        );
        self.unless_absent(&INTERLOCUTEUR, || {
            self.select(&[(&INTERLOCUTEUR, "p")], &tail, CHILD_BUDGET)
        })
    }

    /// The ids of the inscriptions of these secteurs that have several stagiaires: rows of a view that repeats them, which
    /// do not come one after the other in the order of the stagiaires.
    pub(super) fn scattered(&self, secteurs: &[i64]) -> Query {
        let id = self.column(&INSCRIPTION, "i", "id");
        let stagiaire = self.column(&INSCRIPTION, "i", "stagiaire_id");
        let sql = format!(
            "SELECT {id} AS i_id FROM {} WHERE {} AND {} GROUP BY {id} HAVING MIN({stagiaire}) <> MAX({stagiaire}) OR \
             (COUNT({stagiaire}) > 0 AND COUNT({stagiaire}) < COUNT(*))",
            self.from(&INSCRIPTION, "i"),
            self.in_secteurs(secteurs),
            self.apprentissage(),
        );
        let columns = INSCRIPTION.read().map(|column| self.origin(&INSCRIPTION, "i", column));
        Query {
            sql,
            sizes: Sizes::default(),
            columns: columns.collect(),
        }
    }

    /// The id of the last stagiaire of a page of `length` that starts after `after`.
    pub(super) fn page_end(&self, after: Option<i64>, length: u64) -> String {
        let id = self.column(&STAGIAIRE, "s", "id");
        let condition = after.map_or(String::new(), |after| format!("WHERE {id} > {after} "));
        format!(
            "SELECT {id} AS s_id FROM {} {condition}ORDER BY {id} {}",
            self.from(&STAGIAIRE, "s"),
            self.dialect.page(length.saturating_sub(1), 1)
        )
    }

    /// A query without rows that fails if the source, or one column of it, is missing.
    pub(super) fn probe(&self, entity: &'static Entity, column: Option<&str>) -> String {
        let shown = column.map_or_else(|| "1".to_owned(), |column| self.column(entity, "t", column));
        format!("SELECT {shown} AS c FROM {} WHERE 1 = 0", self.from(entity, "t"))
    }

    /// Some columns of all rows.
    pub(super) fn sample(&self, entity: &'static Entity, columns: &[&str]) -> String {
        let shown: Vec<String> = columns
            .iter()
            .map(|name| format!("{} AS t_{name}", self.column(entity, "t", name)))
            .collect();
        format!("SELECT {} FROM {}", shown.join(", "), self.from(entity, "t"))
    }

    fn only(&self, key: &str) -> String {
        self.only.map_or(String::new(), |ids| {
            let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
            format!(" AND {key} IN ({})", ids.join(", "))
        })
    }

    /// Key, name, first name and birth date of the stagiaires who have an inscription in these secteurs.
    pub(super) fn identities(&self, secteurs: &[i64]) -> Query {
        let shown = ["id", "nom", "prenom", "date_naissance"];
        let columns: Vec<&'static Column> = STAGIAIRE.read().filter(|column| shown.contains(&column.name)).collect();
        let named: Vec<String> = columns
            .iter()
            .map(|column| format!("{} AS s_{}", self.column(&STAGIAIRE, "s", column.name), column.name))
            .collect();
        Query {
            sql: format!(
                "SELECT {} FROM {} WHERE {} IN (SELECT {} FROM {} WHERE {} AND {})",
                named.join(", "),
                self.from(&STAGIAIRE, "s"),
                self.column(&STAGIAIRE, "s", "id"),
                self.column(&INSCRIPTION, "i", "stagiaire_id"),
                self.from(&INSCRIPTION, "i"),
                self.in_secteurs(secteurs),
                self.apprentissage(),
            ),
            sizes: Sizes {
                columns: columns.iter().map(|column| column.kind.room()).collect(),
                budget: CHILD_BUDGET,
            },
            columns: columns
                .iter()
                .map(|column| self.origin(&STAGIAIRE, "s", column))
                .collect(),
        }
    }

    /// Key and secteur of each inscription in apprenticeship, by key.
    pub(super) fn apprentices(&self) -> Query {
        let (id, secteur) = (
            self.column(&INSCRIPTION, "i", "id"),
            self.column(&INSCRIPTION, "i", "secteur_id"),
        );
        let columns = INSCRIPTION.read().map(|column| self.origin(&INSCRIPTION, "i", column));
        Query {
            sql: format!(
                "SELECT {id} AS i_id, {secteur} AS i_secteur_id FROM {} WHERE {} ORDER BY {id}",
                self.from(&INSCRIPTION, "i"),
                self.apprentissage(),
            ),
            sizes: Sizes {
                columns: vec![24, 24],
                budget: CHILD_BUDGET,
            },
            columns: columns.collect(),
        }
    }
}

/// Conditions on a key, each with its AND.
fn between(key: &str, after: Option<i64>, up_to: Option<i64>) -> String {
    let after = after.map_or(String::new(), |after| format!(" AND {key} > {after}"));
    let up_to = up_to.map_or(String::new(), |up_to| format!(" AND {key} <= {up_to}"));
    after + &up_to
}

impl Query {
    /// Names the entity and the logical column of a column that is missing.
    pub(super) fn explain(&self, error: DatabaseError) -> ErpError {
        match &error {
            DatabaseError::ColumnMissing { name, .. } => match self.missing(name) {
                Some(Origin { entity, column, .. }) => ErpError::ColumnMissing {
                    entite: entity.name,
                    colonne: column.name,
                    facultative: column.need == Need::Optional,
                    error: Box::new(error),
                },
                None => error.into(),
            },
            _ => error.into(),
        }
    }

    /// The column that a database calls by a name, if it can be no other.
    fn missing(&self, name: &str) -> Option<&Origin> {
        let is_named = |origin: &&Origin| {
            let names = origin.names.iter().flatten();
            names.into_iter().any(|known| known.eq_ignore_ascii_case(name))
        };
        let mut found = self.columns.iter().filter(is_named);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}
