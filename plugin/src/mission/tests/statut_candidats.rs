//! The protocol of 2021.

use super::*;

/// A receiver of 2021: tokens `jeton0`, `jeton1`…, of which those below `dead` are refused; `reject` by `id`.
fn receiver(dead: usize, reject: &'static [u64], echo: bool) -> Server {
    let given = Mutex::new(0);
    Server::start(move |seen, stream| {
        let answer = match seen.path.as_str() {
            "/api/login" => {
                let mut given = given.lock().unwrap();
                let token = format!(r#"{{"access_token":"jeton{given}"}}"#);
                *given += 1;
                assert_eq!(seen.body, format!(r#"{{"username":"editeur","password":"{KEY}"}}"#));
                assert!(!seen.head.to_ascii_lowercase().contains("authorization"));
                http(200, "", &token)
            }
            "/api/statut-candidats" if (0..dead).any(|n| seen.head.contains(&format!("Bearer jeton{n}\r\n"))) => {
                http(401, "", "Unauthorized")
            }
            "/api/statut-candidats" => {
                assert!(seen.head.contains("Bearer jeton"), "{}", seen.head);
                let errors: Vec<_> = seen
                    .items()
                    .into_iter()
                    .filter(|item| reject.contains(&item["id"].as_u64().unwrap()))
                    .map(|item| {
                        let original = if echo { item } else { serde_json::json!({}) };
                        serde_json::json!({"_original": original, "details": [{"message": "\"x\" is required", "path": ["x"], "type": "any.required"}]})
                    })
                    .collect();
                let (ko, ok) = (errors.len(), seen.items().len() - errors.len());
                let status = if ko == 0 { "OK" } else { "ERROR" };
                let body = serde_json::json!({"status": status, "ok": ok, "ko": ko, "validationErrors": errors});
                http(200, "", &body.to_string())
            }
            "/api/statut-candidats/test" => http(200, "", r#"{"msg":"ok"}"#),
            _ => http(404, "", ""),
        };
        let _ = stream.write_all(answer.as_bytes());
    })
}

fn paths(server: &Server) -> Vec<String> {
    server
        .seen()
        .into_iter()
        .map(|seen| seen.path.replace("/api/", ""))
        .collect()
}

#[test]
fn logs_in_once_and_matches_rejections() {
    let server = receiver(0, &[1, 3], true);
    let transport = Transport::new(Options::default()).unwrap();
    let mut mission = Mission::new(&transport, access(Protocole::StatutCandidats, server.base())).unwrap();
    for _ in 0..2 {
        let mut journal = Journal::default();
        let result = World::new().run(|env| mission.send(&batch(4), env, &mut journal));
        assert_eq!(letters(&result.unwrap()), "ARAR");
        assert_eq!(journal.events.into_inner(), ["avant 0..4", "après 0..4 200 x1 ARAR"]);
    }
    assert_eq!(paths(&server), ["login", "statut-candidats", "statut-candidats"]);
}

#[test]
fn rejections_that_cannot_be_told_apart_are_found_by_halving() {
    let server = receiver(0, &[2], false);
    let (result, events) = send_to(&server, Protocole::StatutCandidats, &World::new(), &batch(4));
    assert_eq!(letters(&result.unwrap()), "AARA");
    assert_eq!(events[1], "après 0..4 200 x1 divisé");
}

#[test]
fn an_ended_token_is_renewed_once() {
    // Two batches with a token that dies in between.
    let server = receiver(1, &[], true);
    let transport = Transport::new(Options::default()).unwrap();
    let mut mission = Mission::new(&transport, access(Protocole::StatutCandidats, server.base())).unwrap();
    // A fresh token that is refused at once: the account is refused, not the token.
    let result = World::new().run(|env| mission.send(&batch(1), env, &mut Journal::default()));
    assert_eq!(result.unwrap_err().code(), "CLE_REFUSEE");
    let result = World::new().run(|env| mission.send(&batch(1), env, &mut Journal::default()));
    assert_eq!(letters(&result.unwrap()), "A");
    assert_eq!(
        paths(&server),
        ["login", "statut-candidats", "login", "statut-candidats"]
    );

    let refused = Arc::new(AtomicBool::new(false));
    let once = Arc::clone(&refused);
    let server = Server::start(move |seen, stream| {
        let answer = match seen.path.as_str() {
            "/api/login" => http(200, "", r#"{"access_token":"jeton"}"#),
            _ if once.swap(false, Ordering::SeqCst) => http(401, "", "Unauthorized"),
            _ => http(200, "", r#"{"status":"OK","ok":1,"ko":0,"validationErrors":[]}"#),
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    let mut mission = Mission::new(&transport, access(Protocole::StatutCandidats, server.base())).unwrap();
    for ends in [false, true] {
        refused.store(ends, Ordering::SeqCst);
        let result = World::new().run(|env| mission.send(&batch(1), env, &mut Journal::default()));
        assert_eq!(letters(&result.unwrap()), "A");
    }
    assert_eq!(
        paths(&server),
        [
            "login",
            "statut-candidats",
            "statut-candidats",
            "login",
            "statut-candidats"
        ]
    );
}

#[test]
fn login_faults() {
    let token = http(200, "", r#"{"access_token":"jeton"}"#);
    let fine = http(200, "", r#"{"ok":1,"ko":0}"#);
    for (answers, expected) in [
        (vec![http(401, "", "")], Err("CLE_REFUSEE")),
        (vec![http(403, "", "")], Err("CLE_REFUSEE")),
        (vec![http(400, "", "{}")], Err("ENVOI_REFUSE")),
        (vec![http(404, "", "")], Err("ADRESSE_INTROUVABLE")),
        (vec![token.clone(), http(403, "", "Not authorized")], Err("CLE_REFUSEE")),
        (vec![http(503, "", ""), token.clone(), fine.clone()], Ok("A")),
        (vec![http(200, "", "<html>"), token.clone(), fine.clone()], Ok("A")),
        (vec![http(200, "", "{}"), token.clone(), fine.clone()], Ok("A")),
        (vec![token.clone(), http(500, "", ""), fine.clone()], Ok("A")),
        (
            vec![token, http(400, "", r#"{"status":"ERROR","message":"m"}"#), fine],
            Ok("A"),
        ),
    ] {
        let server = Server::scripted(answers.clone());
        let (result, _) = send_to(&server, Protocole::StatutCandidats, &World::new(), &batch(1));
        let found = result.map(|verdicts| letters(&verdicts));
        assert_eq!(found.as_deref().map_err(MissionError::code), expected, "{answers:?}");
    }
}

#[test]
fn tests_the_connection() {
    let server = receiver(0, &[], true);
    let transport = Transport::new(Options::default()).unwrap();
    let mut mission = Mission::new(&transport, access(Protocole::StatutCandidats, server.base())).unwrap();
    assert_eq!(mission.test_connection(&|| false), Ok(()));
    assert_eq!(paths(&server), ["login", "statut-candidats/test"]);
}
