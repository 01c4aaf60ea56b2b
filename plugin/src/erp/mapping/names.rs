//! Names of tables and columns as people write them: bare, or between brackets, quotes or backquotes.

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It names nothing.
    Empty,
    /// A bracket or quote is not closed.
    Open(char),
    /// Something follows a closing bracket or quote.
    After(char),
    /// A column's name has several parts.
    Parts,
}

impl Wrong {
    /// In French, as what was expected.
    pub(super) fn expected(self) -> String {
        match self {
            Self::Empty => "un nom, p. ex. \"dbo.STAGIAIRES\"".to_owned(),
            Self::Open(end) => format!("un nom dont le « {end} » final est écrit (à l'intérieur du nom, il se double)"),
            Self::After(end) => format!("un point ou rien après le « {end} » qui ferme un nom"),
            Self::Parts => "le nom d'une seule colonne, sans sa table".to_owned(),
        }
    }
}

/// The parts of a table's name: `dbo.STAGIAIRES`, `[dbo].[Conventions d'apprentissage]`, `"dbo"."x"`, `` `a`.`b` ``. A
/// part between the first and the last may be empty: `ERP..STAGIAIRES` leaves the schema to SQL Server.
pub(super) fn table(text: &str) -> Result<Vec<String>, Wrong> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let (part, after) = match quoted(rest)? {
            Some((part, after)) => (part, after),
            None => {
                let (part, after) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
                (part.trim().to_owned(), after)
            }
        };
        let last = after.is_empty();
        if part.is_empty() && (parts.is_empty() || last) {
            return Err(Wrong::Empty);
        }
        parts.push(part);
        match after.strip_prefix('.') {
            Some(next) => rest = next.trim_start(),
            None => return Ok(parts),
        }
    }
}

/// The name of a column; a bare one may hold full stops.
pub(super) fn column(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    match quoted(text)? {
        Some((name, "")) if !name.is_empty() => Ok(name),
        Some((_, "")) => Err(Wrong::Empty),
        Some(_) => Err(Wrong::Parts),
        None => Ok(text.to_owned()),
    }
}

/// The name between the brackets or quotes that a text begins with, and what follows: nothing, or a full stop and more.
fn quoted(text: &str) -> Result<Option<(String, &str)>, Wrong> {
    let mut characters = text.chars();
    let end = match characters.next() {
        Some('[') => ']',
        Some(quote @ ('"' | '`')) => quote,
        _ => return Ok(None),
    };
    let mut name = String::new();
    while let Some(character) = characters.next() {
        if character != end {
            name.push(character);
            continue;
        }
        let after = characters.as_str();
        if let Some(doubled) = after.strip_prefix(end) {
            name.push(end);
            characters = doubled.chars();
            continue;
        }
        let after = after.trim_start();
        if after.is_empty() || after.starts_with('.') {
            return Ok(Some((name, after)));
        }
        return Err(Wrong::After(end));
    }
    Err(Wrong::Open(end))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_tables_name_is_taken_part_by_part() {
        for (text, parts) in [
            ("STAGIAIRES", &["STAGIAIRES"][..]),
            ("dbo.STAGIAIRES", &["dbo", "STAGIAIRES"]),
            (" dbo . STAGIAIRES ", &["dbo", "STAGIAIRES"]),
            ("Fiche Stagiaire 2026", &["Fiche Stagiaire 2026"]),
            ("Conventions d'apprentissage", &["Conventions d'apprentissage"]),
            (
                "[dbo].[Conventions d'apprentissage]",
                &["dbo", "Conventions d'apprentissage"],
            ),
            ("dbo.[a.b]", &["dbo", "a.b"]),
            ("[a]]b].[c]", &["a]b", "c"]),
            ("[]]]", &["]"]),
            ("[a[b]", &["a[b"]),
            (r#""dbo"."x""#, &["dbo", "x"]),
            (r#""a""b".c"#, &["a\"b", "c"]),
            ("`a`.`b`", &["a", "b"]),
            ("`a``b`", &["a`b"]),
            ("[SRV].[ERP].[dbo].[x]", &["SRV", "ERP", "dbo", "x"]),
            ("[ERP]..[x]", &["ERP", "", "x"]),
            ("ERP..x", &["ERP", "", "x"]),
            ("[ dbo ] . [x]", &[" dbo ", "x"]),
            ("a[1]", &["a[1]"]),
            ("[Élèves]", &["Élèves"]),
        ] {
            assert_eq!(table(text).unwrap(), parts, "{text}");
        }
    }

    #[test]
    fn a_tables_name_that_is_none_is_refused() {
        for (text, wrong) in [
            ("", Wrong::Empty),
            ("  ", Wrong::Empty),
            ("dbo.", Wrong::Empty),
            (".x", Wrong::Empty),
            ("[]", Wrong::Empty),
            ("dbo.\"\"", Wrong::Empty),
            ("[dbo.x", Wrong::Open(']')),
            ("[dbo]].[x]]", Wrong::Open(']')),
            ("dbo.\"x", Wrong::Open('"')),
            ("`x", Wrong::Open('`')),
            ("[dbo] x", Wrong::After(']')),
            ("[dbo][x]", Wrong::After(']')),
            ("\"a\"b", Wrong::After('"')),
        ] {
            assert_eq!(table(text), Err(wrong), "{text}");
        }
    }

    #[test]
    fn a_columns_name_is_one_part() {
        for (text, name) in [
            ("NOM", "NOM"),
            (" Nom d'usage ", "Nom d'usage"),
            ("N° tél.", "N° tél."),
            ("a.b", "a.b"),
            ("[Nom d'usage]", "Nom d'usage"),
            ("[a]]b]", "a]b"),
            ("\"select\"", "select"),
            ("`order`", "order"),
            ("\"[x]\"", "[x]"),
        ] {
            assert_eq!(column(text).unwrap(), name, "{text}");
        }
        for (text, wrong) in [
            ("[s].[nom]", Wrong::Parts),
            ("[]", Wrong::Empty),
            ("[nom", Wrong::Open(']')),
            ("[nom] AS x", Wrong::After(']')),
        ] {
            assert_eq!(column(text), Err(wrong), "{text}");
        }
    }
}
