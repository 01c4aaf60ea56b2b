//! What a column gave: nothing, a value, or something that nobody can read.
//!
//! A value that cannot be read matters where it is used, and only there. Rules therefore ask for values with `?`: what is
//! absent and what cannot be read both end them, each in its own way, and `a ?? b` looks at `b` only where `a` is absent.

use std::borrow::Cow;

use super::cleaning::{compacte, nettoye};
use super::records::ValeurIllisible;

/// A column of a row of the ERP, or the row that a foreign key leads to.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Lecture<T> {
    /// NULL, or a key that leads nowhere.
    #[default]
    Absente,
    /// A value.
    Lue(T),
    /// There is something, and nobody can read it.
    Illisible(Box<ValeurIllisible>),
}

/// Why a rule has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manque {
    /// There is none.
    Absent,
    /// It depends on something that nobody can read.
    Illisible(Box<ValeurIllisible>),
}

impl<T> Lecture<T> {
    /// The value.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn lue(&self) -> Result<&T, Manque> {
        match self {
            Self::Lue(valeur) => Ok(valeur),
            Self::Absente => Err(Manque::Absent),
            Self::Illisible(valeur) => Err(Manque::Illisible(valeur.clone())),
        }
    }

    /// The value, if there is one that can be read.
    pub fn valeur(&self) -> Option<&T> {
        match self {
            Self::Lue(valeur) => Some(valeur),
            Self::Absente | Self::Illisible(_) => None,
        }
    }

    /// The same, to change it.
    pub fn valeur_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Lue(valeur) => Some(valeur),
            Self::Absente | Self::Illisible(_) => None,
        }
    }

    /// Whether nothing is there.
    pub fn est_absente(&self) -> bool {
        matches!(self, Self::Absente)
    }

    /// The row that a key leads to.
    pub fn and_then<U>(self, suivre: impl FnOnce(T) -> Lecture<U>) -> Lecture<U> {
        match self {
            Self::Lue(valeur) => suivre(valeur),
            Self::Absente => Lecture::Absente,
            Self::Illisible(valeur) => Lecture::Illisible(valeur),
        }
    }
}

impl<T: Copy> Lecture<T> {
    /// The value of a column that is copied.
    ///
    /// # Errors
    /// As [`Lecture::lue`].
    pub fn copie(&self) -> Result<T, Manque> {
        self.lue().copied()
    }
}

impl Lecture<String> {
    /// The cleaned text; one that is then empty is absent.
    pub(super) fn rempli(&self) -> Result<Cow<'_, str>, Manque> {
        nettoye(self.lue()?).ok_or(Manque::Absent)
    }

    /// The code without white space, full stops or dashes, in upper case; one that is then empty is absent.
    pub(super) fn compact(&self) -> Result<String, Manque> {
        compacte(self.lue()?).ok_or(Manque::Absent)
    }
}

impl<T> From<Option<T>> for Lecture<T> {
    fn from(valeur: Option<T>) -> Self {
        valeur.map_or(Self::Absente, Self::Lue)
    }
}

/// The value of a rule, or why it has none.
pub trait Trouvaille<T> {
    /// `self ?? autre`: the other one where there is no value; not where it cannot be read.
    ///
    /// # Errors
    /// There is none either, or the one that counts cannot be read.
    fn sinon(self, autre: impl FnOnce() -> Result<T, Manque>) -> Result<T, Manque>;

    /// Absence as a value.
    ///
    /// # Errors
    /// It cannot be read.
    fn facultatif(self) -> Result<Option<T>, Manque>;
}

impl<T> Trouvaille<T> for Result<T, Manque> {
    fn sinon(self, autre: impl FnOnce() -> Result<T, Manque>) -> Result<T, Manque> {
        match self {
            Err(Manque::Absent) => autre(),
            trouve => trouve,
        }
    }

    fn facultatif(self) -> Result<Option<T>, Manque> {
        match self {
            Ok(valeur) => Ok(Some(valeur)),
            Err(Manque::Absent) => Ok(None),
            Err(illisible) => Err(illisible),
        }
    }
}
