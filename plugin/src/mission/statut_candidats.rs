//! The protocol of 2021: `POST /statut-candidats` with a token obtained by `POST /login`, rejections matched through `_original`.

use super::answer::{ErreurChamp, RawError, Reading, Verdict};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use zeroize::Zeroizing;

/// Where dossiers go, under the base address.
pub(super) const PATH: &str = "statut-candidats";
/// Where the token comes from.
pub(super) const LOGIN_PATH: &str = "login";

/// The body of a login.
pub(super) fn login_body(identifiant: &str, cle: &str) -> Zeroizing<Vec<u8>> {
    #[derive(serde::Serialize)]
    struct Login<'a> {
        username: &'a str,
        password: &'a str,
    }
    let login = Login {
        username: identifiant,
        password: cle,
    };
    Zeroizing::new(serde_json::to_vec(&login).unwrap_or_default())
}

/// The token of a successful login.
pub(super) fn read_token(body: &[u8]) -> Option<Zeroizing<String>> {
    #[derive(Deserialize)]
    struct Answer {
        access_token: String,
    }
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let token = Zeroizing::new(answer.access_token);
    (!token.is_empty()).then_some(token)
}

#[derive(Deserialize)]
struct Answer {
    ok: usize,
    ko: usize,
    #[serde(default, rename = "validationErrors")]
    errors: Vec<Invalid>,
}

#[derive(Deserialize)]
struct Invalid {
    #[serde(default, rename = "_original")]
    original: Value,
    #[serde(default)]
    details: Vec<RawError>,
}

/// Reads a successful answer. There is no index in it: a rejected dossier is found again by its echo, and equal
/// dossiers stand for one another.
pub(super) fn read<'a>(body: &[u8], items: impl ExactSizeIterator<Item = &'a [u8]>) -> Reading {
    let answer: Answer = match serde_json::from_slice(body) {
        Ok(answer) => answer,
        Err(_) => return Reading::Unreadable,
    };
    let sent = items.len();
    if answer.ok.checked_add(answer.ko) != Some(sent) {
        return Reading::Unreadable;
    }
    let mut verdicts = vec![Verdict::Accepte; sent];
    if answer.ko == 0 {
        return Reading::Verdicts(verdicts);
    }
    if sent == 1 {
        let errors = answer
            .errors
            .into_iter()
            .flat_map(|invalid| invalid.details)
            .map(Into::into)
            .collect();
        return Reading::Verdicts(vec![Verdict::rejected(errors)]);
    }
    if answer.errors.len() != answer.ko {
        return Reading::Ambiguous;
    }
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, item) in items.enumerate() {
        let echo = serde_json::from_slice(item)
            .map(|value| canonical(&value))
            .unwrap_or_default();
        places.entry(echo).or_default().push(index);
    }
    for invalid in answer.errors {
        let index = places.get_mut(&canonical(&invalid.original)).and_then(Vec::pop);
        let Some(verdict) = index.and_then(|index| verdicts.get_mut(index)) else {
            return Reading::Ambiguous;
        };
        let errors: Vec<ErreurChamp> = invalid.details.into_iter().map(Into::into).collect();
        *verdict = Verdict::rejected(errors);
    }
    Reading::Verdicts(verdicts)
}

/// One text for equal dossiers, whatever the order of their keys. They are flat objects.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            serde_json::to_string(&sorted).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    const ITEMS: [&[u8]; 3] = [br#"{"a":"1","b":2}"#, br#"{"a":"2","b":2}"#, br#"{"a":"1","b":2}"#];

    fn accepted(body: &str, items: &[&[u8]]) -> Option<Vec<bool>> {
        match read(body.as_bytes(), items.iter().copied()) {
            Reading::Verdicts(verdicts) => Some(verdicts.iter().map(Verdict::is_accepted).collect()),
            Reading::Ambiguous => None,
            Reading::Unreadable => Some(vec![]),
        }
    }

    #[test]
    fn matches_rejections_through_their_echo() {
        let invalid = |a: &str| {
            format!(r#"{{"_original":{{"b":2,"a":"{a}"}},"details":[{{"message":"m","path":["a"],"type":"t"}}]}}"#)
        };
        let body = |ok: usize, ko: usize, errors: &[String]| {
            format!(
                r#"{{"status":"ERROR","ok":{ok},"ko":{ko},"validationErrors":[{}]}}"#,
                errors.join(",")
            )
        };
        assert_eq!(accepted(&body(3, 0, &[]), &ITEMS), Some(vec![true, true, true]));
        assert_eq!(
            accepted(&body(2, 1, &[invalid("2")]), &ITEMS),
            Some(vec![true, false, true])
        );
        assert_eq!(
            accepted(&body(1, 2, &[invalid("1"), invalid("1")]), &ITEMS),
            Some(vec![false, true, false])
        );
        // Not to be told apart: three echoes of two dossiers, an echo of none, too few of them.
        assert_eq!(
            accepted(&body(0, 3, &[invalid("1"), invalid("1"), invalid("1")]), &ITEMS),
            None
        );
        assert_eq!(accepted(&body(2, 1, &[invalid("9")]), &ITEMS), None);
        assert_eq!(accepted(&body(1, 2, &[invalid("1")]), &ITEMS), None);
        assert_eq!(accepted(&body(2, 1, &["{}".into()]), &ITEMS), None);
        // Alone, it needs no echo.
        assert_eq!(accepted(&body(0, 1, &["{}".into()]), &ITEMS[..1]), Some(vec![false]));
        // The numbers do not fit.
        assert_eq!(accepted(&body(3, 1, &[invalid("1")]), &ITEMS), Some(vec![]));
        assert_eq!(accepted("<html>", &ITEMS), Some(vec![]));
        assert_eq!(accepted(r#"{"status":"OK"}"#, &ITEMS), Some(vec![]));
    }

    #[test]
    fn keeps_every_detail() {
        let body = br#"{"ok":0,"ko":1,"validationErrors":[{"_original":{},"details":[{"message":"m1","path":["x"]},{"message":"m2","path":[]}]}]}"#;
        let Reading::Verdicts(verdicts) = read(body, ITEMS[..1].iter().copied()) else {
            panic!()
        };
        let Verdict::Rejete { erreurs, .. } = &verdicts[0] else {
            panic!()
        };
        assert_eq!(
            erreurs
                .iter()
                .map(|e| (e.champ.as_str(), e.message.as_str()))
                .collect::<Vec<_>>(),
            [("x", "m1"), ("", "m2")]
        );
    }

    #[test]
    fn reads_the_token() {
        assert_eq!(read_token(br#"{"access_token":"t"}"#).unwrap().as_str(), "t");
        for body in [&br#"{"access_token":""}"#[..], b"{}", b"<html>", b""] {
            assert!(read_token(body).is_none());
        }
        assert_eq!(
            login_body("u\"", "p").as_slice(),
            br#"{"username":"u\"","password":"p"}"#
        );
    }
}
