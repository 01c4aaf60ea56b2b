//! Reads the columns of one entity out of a row, one after the other, and notes what cannot be read.

use chrono::NaiveDate;

use super::schema::Entity;
use crate::database::{Row, Unreadable};
use crate::dossier::records::{Attendu, ValeurIllisible};

/// A cursor over the columns of one entity, in the order of [`Entity::read`].
pub(super) struct Fields<'a> {
    row: Row<'a>,
    at: usize,
    entity: &'static Entity,
    id: i64,
    illisibles: &'a mut Vec<ValeurIllisible>,
}

/// The key of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Id {
    /// NULL: there is no such row.
    Absent,
    /// There is a row; its key is not a whole number.
    Illisible,
    /// There is a row.
    Is(i64),
}

impl Id {
    pub(super) fn read(row: Row<'_>, column: usize) -> Id {
        match row.integer(column) {
            Ok(Some(id)) => Id::Is(id),
            Ok(None) => Id::Absent,
            Err(Unreadable) => Id::Illisible,
        }
    }

    pub(super) fn value(self) -> Option<i64> {
        if let Id::Is(id) = self { Some(id) } else { None }
    }
}

impl<'a> Fields<'a> {
    /// Starts at the column `at`, which is the entity's `id`.
    pub(super) fn new(
        row: Row<'a>,
        at: usize,
        entity: &'static Entity,
        illisibles: &'a mut Vec<ValeurIllisible>,
    ) -> Fields<'a> {
        let id = Id::read(row, at).value().unwrap_or(0);
        Fields {
            row,
            at: at + 1,
            entity,
            id,
            illisibles,
        }
    }

    /// The row's own `id`, 0 if it cannot be read.
    pub(super) fn id(&self) -> i64 {
        self.id
    }

    /// Notes that the value of a column cannot be read.
    pub(super) fn note(&mut self, colonne: &'static str, attendu: Attendu) {
        self.illisibles.push(ValeurIllisible {
            entite: self.entity.name,
            colonne,
            id: self.id,
            attendu,
        });
    }

    fn next<T>(
        &mut self,
        colonne: &'static str,
        attendu: Attendu,
        read: impl FnOnce(&Row<'a>, usize) -> Result<Option<T>, Unreadable>,
    ) -> Option<T> {
        let at = self.at;
        self.at += 1;
        read(&self.row, at).unwrap_or_else(|Unreadable| {
            self.note(colonne, attendu);
            None
        })
    }

    /// A column that is not needed here.
    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    pub(super) fn integer(&mut self, colonne: &'static str) -> Option<i64> {
        self.next(colonne, Attendu::Entier, Row::integer)
    }

    pub(super) fn decimal(&mut self, colonne: &'static str) -> Option<f64> {
        self.next(colonne, Attendu::Decimal, Row::decimal)
    }

    pub(super) fn boolean(&mut self, colonne: &'static str) -> Option<bool> {
        self.next(colonne, Attendu::Booleen, Row::boolean)
    }

    pub(super) fn date(&mut self, colonne: &'static str) -> Option<NaiveDate> {
        self.next(colonne, Attendu::Date, Row::date)
    }

    pub(super) fn text(&mut self, colonne: &'static str) -> Option<String> {
        self.next(colonne, Attendu::Texte, |row, at| {
            Ok(row.text(at)?.map(std::borrow::Cow::into_owned))
        })
    }
}
