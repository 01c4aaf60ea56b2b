//! A query of the mapping file, as far as it must be understood to stand in a `FROM` clause.

use crate::database::DialectKind;

/// What a statement consists of beside comments, texts and quoted names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'q> {
    Word(&'q str),
    Symbol(char),
    /// A text or a quoted name, with its quotes.
    Quoted(&'q str),
    /// A comment that nothing closes.
    Open,
}

/// The statement in a text, without the semicolon and the comments that follow it.
///
/// # Errors
///
/// What was expected instead, in French.
pub(super) fn statement(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let mut pieces = pieces(text);
    begins(pieces.next())?;
    let mut end = text.len();
    for (at, piece) in pieces {
        match piece {
            Piece::Open => return Err(OPEN_COMMENT),
            Piece::Symbol(';') => end = end.min(at),
            _ if end < text.len() => return Err(ONE_SELECT),
            _ => {}
        }
    }
    let statement = text.get(..end).unwrap_or(text).trim_end();
    Ok(without_comments(statement))
}

/// The statement without its comments: SQLite's driver takes a semicolon in one for the beginning of another statement,
/// and Debian 13's misreads statements for less.
fn without_comments(statement: &str) -> String {
    let mut kept = String::with_capacity(statement.len());
    let mut from = 0;
    for (at, piece) in pieces(statement) {
        let between = statement.get(from..at).unwrap_or("");
        kept += if between.trim().is_empty() { between } else { " " };
        let length = match piece {
            Piece::Quoted(text) | Piece::Word(text) => text.len(),
            Piece::Symbol(symbol) => symbol.len_utf8(),
            Piece::Open => 0,
        };
        kept += statement.get(at..at + length).unwrap_or("");
        from = at + length;
    }
    kept
}

const ONE_SELECT: &str = "une seule requête, qui commence par SELECT";
const OPEN_COMMENT: &str = "une requête dont chaque commentaire /* est fermé par */";

/// Whether the first piece of a text is the word that it has to begin with.
fn begins(first: Option<(usize, Piece<'_>)>) -> Result<(), &'static str> {
    match first {
        Some((_, Piece::Open)) => Err(OPEN_COMMENT),
        Some((1.., _)) => Err(
            "une requête qui commence par SELECT : mettre le commentaire après ce mot, ou au-dessus de « query » (#)",
        ),
        Some((0, Piece::Word(word))) if word.eq_ignore_ascii_case("SELECT") => Ok(()),
        Some((0, Piece::Word(word))) if word.eq_ignore_ascii_case("WITH") => Err(
            "une requête qui commence par SELECT : WITH n'y est pas possible, car la requête est placée dans une clause \
             FROM ; écrire les sous-requêtes dans FROM, ou créer une vue dans la base",
        ),
        _ => Err(ONE_SELECT),
    }
}

/// What keeps a statement from standing in a `FROM` clause of this database, as what was expected, in French.
pub(super) fn refused_by(statement: &str, kind: DialectKind) -> Option<&'static str> {
    let refused = kind == DialectKind::SqlServer && orders_for_nothing(statement);
    refused.then_some(
        "une requête sans ORDER BY : SQL Server ne l'accepte pas dans une clause FROM, où la requête est placée, et \
         l'ordre des lignes n'y compte pas",
    )
}

/// Whether the statement itself, and not a part of it in brackets, ends with an `ORDER BY` that limits nothing.
fn orders_for_nothing(statement: &str) -> bool {
    let mut depth = 0_usize;
    let mut words = Vec::new();
    for (_, piece) in pieces(statement) {
        match piece {
            Piece::Symbol('(') => depth += 1,
            Piece::Symbol(')') => depth = depth.saturating_sub(1),
            Piece::Word(word) if depth == 0 => words.push(word.to_ascii_uppercase()),
            _ => {}
        }
    }
    let ordered = words.windows(2).any(|pair| pair == ["ORDER", "BY"]);
    ordered && !words.iter().any(|word| matches!(word.as_str(), "TOP" | "OFFSET"))
}

/// The pieces of a text, each with where it begins.
fn pieces(text: &str) -> impl Iterator<Item = (usize, Piece<'_>)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start();
            let at = text.len() - rest.len();
            let first = rest.chars().next()?;
            let after = rest.get(first.len_utf8()..).unwrap_or("");
            if let Some(comment) = rest.strip_prefix("--") {
                rest = comment.split_once('\n').map_or("", |(_, next)| next);
                continue;
            }
            if rest.starts_with("/*") {
                match after_comment(rest) {
                    Some(next) => rest = next,
                    None => {
                        rest = "";
                        return Some((at, Piece::Open));
                    }
                }
                continue;
            }
            let (piece, next) = match first {
                '\'' | '"' | '`' | '[' => {
                    let end = if first == '[' { ']' } else { first };
                    let next = after.split_once(end).map_or("", |(_, next)| next);
                    let quoted = rest.get(..rest.len() - next.len()).unwrap_or(rest);
                    (Piece::Quoted(quoted), next)
                }
                _ if is_word(first) => {
                    let (word, next) = rest.split_at(rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
                    (Piece::Word(word), next)
                }
                symbol => (Piece::Symbol(symbol), after),
            };
            rest = next;
            return Some((at, piece));
        }
    })
}

/// What follows the comment that a text begins with; comments may hold comments. `None`: it is not closed.
fn after_comment(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut rest = text;
    loop {
        if let Some(next) = rest.strip_prefix("/*") {
            depth += 1;
            rest = next;
        } else if let Some(next) = rest.strip_prefix("*/") {
            depth -= 1;
            rest = next;
            if depth == 0 {
                return Some(rest);
            }
        } else {
            let first = rest.chars().next()?;
            rest = rest.get(first.len_utf8()..)?;
        }
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '#' | '@' | '$')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_comment_or_a_semicolon_at_the_end_is_no_fault() {
        for (text, statement_of_it) in [
            ("SELECT 1", "SELECT 1"),
            (" select\n*\nFROM x ;\n", "select\n*\nFROM x"),
            ("SELECT 1 -- de la base courante", "SELECT 1"),
            ("SELECT 1 -- fini ; vraiment", "SELECT 1"),
            ("SELECT 1; -- fini", "SELECT 1"),
            ("SELECT 1 /* fini ; */", "SELECT 1"),
            ("SELECT /* ; */ ';' /*;*/ FROM x", "SELECT ';' FROM x"),
            ("SELECT 1; /* fini /* vraiment */ */ ; ", "SELECT 1"),
            (
                "SELECT ';' AS a, \";\" AS b, `;` c, [;] d",
                "SELECT ';' AS a, \";\" AS b, `;` c, [;] d",
            ),
            ("SELECT 'l''été' AS a -- l'été ;", "SELECT 'l''été' AS a"),
            ("SELECT/**/1", "SELECT 1"),
            ("SELECT* FROM x", "SELECT* FROM x"),
            ("SELECT 3-2/1*4 FROM x", "SELECT 3-2/1*4 FROM x"),
        ] {
            assert_eq!(statement(text).as_deref(), Ok(statement_of_it), "{text}");
        }
    }

    #[test]
    fn what_is_not_one_select_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "SELECT"),
            (";", "SELECT"),
            ("DELETE FROM sifa", "une seule requête, qui commence par SELECT"),
            ("SELECTED", "SELECT"),
            ("(SELECT 1)", "SELECT"),
            ("'SELECT 1'", "SELECT"),
            ("SELECT 1; DROP TABLE x", "une seule requête"),
            ("SELECT 1; -- a\nSELECT 2", "une seule requête"),
            ("SELECT 1 ; 'x'", "une seule requête"),
            ("-- conventions\nSELECT 1", "commentaire"),
            ("/* conventions */ SELECT 1", "commentaire"),
            ("-- rien d'autre", "SELECT"),
            ("WITH c AS (SELECT 1) SELECT * FROM c", "WITH"),
            ("with c as (select 1) select * from c", "WITH"),
            ("SELECT 1 /* ouvert", "*/"),
            ("SELECT 1; /* ouvert", "*/"),
        ] {
            let expected = statement(text).unwrap_err();
            assert!(expected.contains(reason), "{text}: {expected}");
        }
    }

    #[test]
    fn an_order_that_limits_nothing_is_refused_by_sql_server_alone() {
        for (text, refused) in [
            ("SELECT a FROM t ORDER BY a", true),
            ("SELECT a FROM t order -- x\n by a", true),
            ("SELECT a FROM t", false),
            ("SELECT TOP 10 a FROM t ORDER BY a", false),
            ("SELECT a FROM t ORDER BY a OFFSET 0 ROWS", false),
            ("SELECT ROW_NUMBER() OVER (ORDER BY a) AS n FROM t", false),
            ("SELECT (SELECT TOP 1 b FROM u ORDER BY b) AS b FROM t", false),
            ("SELECT a FROM (SELECT TOP 1 a FROM t ORDER BY a) x ORDER BY a", true),
            ("SELECT 'ORDER BY' AS a, [order] FROM t -- ORDER BY a", false),
        ] {
            assert_eq!(refused_by(text, DialectKind::SqlServer).is_some(), refused, "{text}");
            assert_eq!(refused_by(text, DialectKind::PostgreSql), None, "{text}");
        }
    }
}
