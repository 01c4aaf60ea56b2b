//! Whether a text is a regular expression of JavaScript, as far as a name can go wrong as one: brackets that do not close, something
//! to repeat that is not there, a backslash at the end.

/// Whether JavaScript compiles it.
pub fn is_pattern(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let mut groups = 0_u32;
    // Whether something stands before that can be repeated.
    let mut repeatable = false;
    let mut at = 0;
    while let Some(char) = chars.get(at) {
        at += 1;
        match char {
            '\\' => {
                if chars.get(at).is_none() {
                    return false;
                }
                at += 1;
                repeatable = true;
            }
            '[' => match class_end(&chars, at) {
                Some(after) => (at, repeatable) = (after, true),
                None => return false,
            },
            '(' => {
                groups += 1;
                repeatable = false;
                if chars.get(at) == Some(&'?') {
                    // Of the special groups, those that a name could hold by chance.
                    if !matches!(chars.get(at + 1), Some(':' | '=' | '!')) {
                        return false;
                    }
                    at += 2;
                }
            }
            ')' => {
                let Some(open) = groups.checked_sub(1) else {
                    return false;
                };
                (groups, repeatable) = (open, true);
            }
            '*' | '+' | '?' => {
                if !repeatable {
                    return false;
                }
                repeatable = false;
                at += usize::from(chars.get(at) == Some(&'?'));
            }
            '{' => match repeat_end(&chars, at) {
                // A brace that repeats nothing stands for itself.
                None => repeatable = true,
                Some(_) if !repeatable => return false,
                Some(after) => (at, repeatable) = (after, false),
            },
            '|' | '^' | '$' => repeatable = false,
            _ => repeatable = true,
        }
    }
    groups == 0
}

/// What follows a class whose inside starts here; none if it does not close, or holds a range the wrong way round.
fn class_end(chars: &[char], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        match chars.get(at)? {
            ']' => return Some(at + 1),
            '\\' => at += 2,
            first => {
                if let (Some('-'), Some(last)) = (chars.get(at + 1), chars.get(at + 2)) {
                    if !matches!(last, ']' | '\\') {
                        if first > last {
                            return None;
                        }
                        at += 2;
                    }
                }
                at += 1;
            }
        }
    }
}

/// What follows a repetition `{2}`, `{2,}` or `{2,3}` whose inside starts here.
fn repeat_end(chars: &[char], start: usize) -> Option<usize> {
    let inside: String = chars.get(start..)?.iter().take_while(|char| **char != '}').collect();
    chars.get(start + inside.chars().count())?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (least, most) = inside.split_once(',').unwrap_or((&inside, ""));
    (!least.is_empty() && digits(least) && digits(most)).then(|| start + inside.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::is_pattern;

    #[test]
    fn names_that_are_no_pattern() {
        for name in [
            "*MARTIN",
            "DUPONT (NEE LEROY",
            "?",
            "ANA [",
            "N'GUYEN)",
            "A**",
            "A\\",
            "(?MARTIN)",
            "{2}",
            "+",
            "[Z-A]",
            "(*)",
        ] {
            assert!(!is_pattern(name), "{name}");
        }
        for name in [
            "MARTIN",
            "MARTIN*",
            "DUPONT (NEE LEROY)",
            "N'GUYEN",
            "A.B",
            "D}",
            "A{B",
            "A|B",
            "A??",
            "[A-Z]",
            "ÇELİK ŒUF",
            "X]",
            "",
            "A{2,3}",
        ] {
            assert!(is_pattern(name), "{name}");
        }
    }
}
