//! Reads the columns of one entity out of a row, one after the other.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::schema::Entity;
use crate::database::{Row, Unreadable};
use crate::dossier::records::{Attendu, Lecture, ValeurIllisible};

/// A cursor over the columns of one entity, in the order of [`Entity::read`].
pub(super) struct Fields<'a> {
    row: Row<'a>,
    at: usize,
    entity: &'static Entity,
    id: Lecture<i64>,
}

impl<'a> Fields<'a> {
    /// Starts at the column `at`, which is the entity's `id`.
    pub(super) fn new(row: Row<'a>, at: usize, entity: &'static Entity) -> Fields<'a> {
        let mut fields = Fields {
            row,
            at,
            entity,
            id: Lecture::Absente,
        };
        fields.id = fields.integer("id");
        fields
    }

    /// The row's own key.
    pub(super) fn id(&self) -> &Lecture<i64> {
        &self.id
    }

    fn next<T>(
        &mut self,
        colonne: &'static str,
        attendu: Attendu,
        read: impl FnOnce(&Row<'a>, usize) -> Result<Option<T>, Unreadable>,
    ) -> Lecture<T> {
        let at = self.at;
        self.at += 1;
        match read(&self.row, at) {
            Ok(value) => value.into(),
            Err(Unreadable) => Lecture::Illisible(Box::new(ValeurIllisible {
                entite: self.entity.name,
                colonne,
                id: self.id.valeur().copied(),
                attendu,
            })),
        }
    }

    /// A column that is not needed here.
    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    pub(super) fn integer(&mut self, colonne: &'static str) -> Lecture<i64> {
        self.next(colonne, Attendu::Entier, Row::integer)
    }

    pub(super) fn decimal(&mut self, colonne: &'static str) -> Lecture<f64> {
        self.next(colonne, Attendu::Decimal, Row::decimal)
    }

    pub(super) fn boolean(&mut self, colonne: &'static str) -> Lecture<bool> {
        self.next(colonne, Attendu::Booleen, Row::boolean)
    }

    pub(super) fn date(&mut self, colonne: &'static str) -> Lecture<NaiveDate> {
        self.next(colonne, Attendu::Date, Row::date)
    }

    pub(super) fn text(&mut self, colonne: &'static str) -> Lecture<String> {
        self.next(colonne, Attendu::Texte, |row, at| {
            Ok(row.text(at)?.map(Cow::into_owned))
        })
    }
}
