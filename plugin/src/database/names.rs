//! Which table or column a server's message is about.

/// The name that a message quotes and the statement holds; empty if there is none. Whatever else a message quotes may be
/// somebody's data.
pub(super) fn name_in(message: &str, sql: &str) -> String {
    let known = names_of(sql);
    let holds = |name: &str| known.iter().any(|known| known.eq_ignore_ascii_case(name));
    let quoted = quoted(message).into_iter().map(str::to_owned);
    for candidate in quoted.chain(bare(message)) {
        if holds(&candidate) || candidate.split('.').all(holds) {
            return candidate;
        }
        // The server may put a database or a schema before it that the statement left out.
        if let Some((_, last)) = candidate.rsplit_once('.').filter(|(_, last)| holds(last)) {
            return last.to_owned();
        }
    }
    String::new()
}

/// What stands between a quote after a blank (or the start) and the next quote before a blank, a stop or the end. The
/// apostrophe of an elision, `d'objet`, opens nothing.
fn quoted(message: &str) -> Vec<&str> {
    const PAIRS: [(char, char); 4] = [('\'', '\''), ('"', '"'), ('`', '`'), ('«', '»')];
    let mut found = Vec::new();
    for (open, close) in PAIRS {
        let mut before = ' ';
        for (at, character) in message.char_indices() {
            if character == open && (before.is_whitespace() || before == '(') {
                let rest = message.get(at + open.len_utf8()..).unwrap_or_default();
                let end = rest.match_indices(close).map(|(end, _)| end).find(|end| {
                    let after = rest
                        .get(end + close.len_utf8()..)
                        .and_then(|after| after.chars().next());
                    after.is_none_or(|after| after.is_whitespace() || ".,;:)".contains(after))
                });
                found.extend(end.and_then(|end| rest.get(..end)).map(str::trim));
            }
            before = character;
        }
    }
    found
}

/// Words where a name is to be expected: behind the last colon, behind `named`, or with a full stop inside.
fn bare(message: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut before = "";
    for word in message.split_whitespace() {
        let name = word.trim_matches(|c: char| ".,;:()".contains(c));
        if name.contains('.') || before.ends_with(':') || before == "named" {
            found.push(name.replace(['`', '"', '[', ']'], ""));
        }
        before = word;
    }
    found
}

/// All names of a statement, as they are without their quotes, and its words.
fn names_of(sql: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let close = match first {
            '"' | '`' | '\'' => Some(first),
            '[' => Some(']'),
            _ => None,
        };
        let length = if let Some(close) = close {
            let (inside, length) = unquoted(rest, first.len_utf8(), close);
            // What stands in single quotes is a value.
            if first != '\'' {
                names.push(inside);
            }
            length
        } else if first.is_alphanumeric() || first == '_' {
            let length = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            names.push(rest.get(..length).unwrap_or_default().to_owned());
            length
        } else {
            first.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    names
}

/// What stands in the quotes that a text begins with, two closing ones inside being one, and the length of it all.
fn unquoted(text: &str, start: usize, close: char) -> (String, usize) {
    let mut inside = String::new();
    let mut characters = text.char_indices().skip_while(|(at, _)| *at < start).peekable();
    while let Some((at, character)) = characters.next() {
        if character == close {
            if characters.peek().is_some_and(|(_, next)| *next == close) {
                characters.next();
            } else {
                return (inside, at + close.len_utf8());
            }
        }
        inside.push(character);
    }
    (inside, text.len())
}
