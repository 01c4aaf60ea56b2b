//! The v3 protocol, and what both protocols share.

use super::*;

fn v3(server: &Server, world: &World, batch: &Batch<usize>) -> (Result<Vec<Verdict>, MissionError>, Vec<String>) {
    send_to(server, Protocole::V3, world, batch)
}

#[test]
fn sends_one_post_with_the_key() {
    let server = Server::start(|seen, stream| drop(stream.write_all(all_right(seen).as_bytes())));
    let (result, events) = v3(&server, &World::new(), &batch(3));
    assert_eq!(letters(&result.unwrap()), "AAA");
    assert_eq!(events, ["avant 0..3", "après 0..3 200 x1 AAA"]);
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert!(
        seen[0]
            .head
            .starts_with("POST /api/v3/dossiers-apprenants HTTP/1.1\r\n"),
        "{}",
        seen[0].head
    );
    let head = seen[0].head.to_ascii_lowercase();
    assert!(head.contains(&format!("authorization: bearer {KEY}\r\n")));
    assert!(
        head.contains("content-type: application/json\r\n") && head.contains("user-agent: passerelle-apprentissage/")
    );
    assert_eq!(seen[0].ids(), [0, 1, 2]);
}

#[test]
fn transient_faults_are_tried_again() {
    let whole = http(200, "", r#"{"status":"OK","data":[{},{}]}"#);
    let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>";
    for (name, first, expected) in [
        ("408", http(408, "", ""), "attend 1 SERVICE_INDISPONIBLE"),
        ("425", http(425, "", ""), "attend 1 SERVICE_INDISPONIBLE"),
        ("429", http(429, "", "{}"), "attend 1 SERVICE_INDISPONIBLE"),
        (
            "429 s",
            http(429, "Retry-After: 90\r\n", "{}"),
            "attend 90 SERVICE_INDISPONIBLE",
        ),
        ("500", http(500, "", "boom"), "attend 1 SERVICE_INDISPONIBLE"),
        ("502", http(502, "", "<html>"), "attend 1 SERVICE_INDISPONIBLE"),
        (
            "503 date",
            http(503, "Retry-After: Mon, 23 Nov 2026 22:05:00 GMT\r\n", ""),
            "attend 300 SERVICE_INDISPONIBLE",
        ),
        ("504", http(504, "", ""), "attend 1 SERVICE_INDISPONIBLE"),
        (
            "400 database",
            http(400, "", r#"{"status":"ERROR","message":"m"}"#),
            "attend 1 SERVICE_INDISPONIBLE",
        ),
        ("cut at once", String::new(), "attend 1 CONNEXION_COUPEE"),
        (
            "cut in the head",
            "HTTP/1.1 200 OK\r\nContent-Le".into(),
            "attend 1 CONNEXION_COUPEE",
        ),
        (
            "cut in the body",
            whole[..whole.len() - 4].into(),
            "attend 1 CONNEXION_COUPEE",
        ),
        (
            "not HTTP",
            "SSH-2.0-OpenSSH\r\n\r\n".into(),
            "attend 1 CONNEXION_COUPEE",
        ),
        (
            "wrong JSON",
            http(200, "", r#"{"data":[{},{]}"#),
            "attend 1 REPONSE_ILLISIBLE",
        ),
        (
            "too few",
            http(200, "", r#"{"data":[{}]}"#),
            "attend 1 REPONSE_ILLISIBLE",
        ),
        ("empty", http(200, "", ""), "attend 1 REPONSE_ILLISIBLE"),
        ("page", html.into(), "attend 1 REPONSE_ILLISIBLE"),
    ] {
        let server = Server::scripted(vec![first, whole.clone()]);
        let (result, events) = v3(&server, &World::new(), &batch(2));
        assert_eq!(result.as_deref().map(letters), Ok("AA".into()), "{name}");
        assert_eq!(events, ["avant 0..2", expected, "après 0..2 200 x2 AA"], "{name}");
        let seen = server.seen();
        assert_eq!(seen[0].body, seen[1].body, "{name}");
    }
}

#[test]
fn a_silent_or_stalled_answer_is_tried_again() {
    for stalled in ["", "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"data\":["] {
        let server = Server::start(move |seen, stream| {
            if seen.index == 0 {
                let _ = stream.write_all(stalled.as_bytes());
                hang(stream);
            } else {
                let _ = stream.write_all(all_right(seen).as_bytes());
            }
        });
        let (result, events) = send_with(impatient(), &server, Protocole::V3, &World::new(), &batch(2));
        assert_eq!(letters(&result.unwrap()), "AA");
        assert_eq!(events[1], "attend 1 DELAI_DEPASSE");
    }
}

#[test]
fn a_slow_drip_is_stopped_by_the_total() {
    let server = Server::start(|seen, stream| {
        if seen.index > 0 {
            let _ = stream.write_all(all_right(seen).as_bytes());
            return;
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        while stream.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let limits = Options {
        read: Duration::from_secs(60),
        total: Duration::from_millis(500),
        ..Options::default()
    };
    let (result, events) = send_with(limits, &server, Protocole::V3, &World::new(), &batch(1));
    assert_eq!(letters(&result.unwrap()), "A");
    assert_eq!(events[1], "attend 1 DELAI_DEPASSE");
}

#[test]
fn an_endless_answer_is_not_kept() {
    let server = Server::start(|seen, stream| {
        if seen.index > 0 {
            let _ = stream.write_all(all_right(seen).as_bytes());
            return;
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b' '; 4096]).is_ok() {}
    });
    let limits = Options {
        largest_answer: 100_000,
        ..Options::default()
    };
    let (result, events) = send_with(limits, &server, Protocole::V3, &World::new(), &batch(1));
    assert_eq!(letters(&result.unwrap()), "A");
    assert_eq!(events[1], "attend 1 REPONSE_ILLISIBLE");
}

#[test]
fn an_answer_that_is_too_long_is_asked_for_in_parts() {
    let server = Server::start(|seen, stream| {
        let words = "m".repeat(40_000);
        let errors = format!(r#"{{"validation_errors":[{{"message":"{words}","path":["nom_apprenant"]}}]}}"#);
        let list = vec![errors; seen.items().len()].join(",");
        let _ = stream.write_all(http(200, "", &format!(r#"{{"data":[{list}]}}"#)).as_bytes());
    });
    let limits = Options {
        largest_answer: 100_000,
        ..Options::default()
    };
    let (result, _) = send_with(limits, &server, Protocole::V3, &World::new(), &batch(5));
    assert_eq!(letters(&result.unwrap()), "RRRRR");
}

#[test]
fn what_no_attempt_mends_stops_the_establishment() {
    for (answer, expected) in [
        (http(401, "", ""), "CLE_REFUSEE"),
        (
            http(403, "", r#"{"error":"Forbidden","message":"DUPONT"}"#),
            "CLE_REFUSEE",
        ),
        (http(404, "", ""), "ADRESSE_INTROUVABLE"),
        (http(405, "", ""), "ADRESSE_INTROUVABLE"),
        (
            http(302, "Location: https://example.org/x?jeton=1\r\n", ""),
            "REDIRECTION",
        ),
        (http(308, "Location: /ailleurs\r\n", ""), "REDIRECTION"),
    ] {
        let server = Server::scripted(vec![answer]);
        let (result, events) = v3(&server, &World::new(), &batch(4));
        let error = result.unwrap_err();
        assert_eq!(error.code(), expected);
        assert!(!error.stops_run());
        assert_eq!(events, ["avant 0..4"], "in doubt, nothing more");
        assert_eq!(server.seen().len(), 1, "{expected}");
    }
}

#[test]
fn too_large_is_halved_in_order() {
    let server = Server::start(|seen, stream| {
        let answer = if seen.items().len() > 2 {
            http(413, "", "<html>")
        } else {
            all_right(seen)
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    let (result, events) = v3(&server, &World::new(), &batch(5));
    assert_eq!(letters(&result.unwrap()), "AAAAA");
    assert_eq!(
        events,
        [
            "avant 0..5",
            "après 0..5 413 x1 divisé",
            "avant 0..3",
            "après 0..3 413 x1 divisé",
            "avant 0..2",
            "après 0..2 200 x1 AA",
            "avant 2..3",
            "après 2..3 200 x1 A",
            "avant 3..5",
            "après 3..5 200 x1 AA",
        ]
    );
    assert_eq!(server.seen()[4].ids(), [3, 4]);
}

/// A server that refuses whole batches with the given dossiers in them.
fn poisoned(poison: Range<u64>) -> Server {
    Server::start(move |seen, stream| {
        let answer = if seen.ids().iter().any(|id| poison.contains(id)) {
            http(400, "", r#"{"error":"Bad Request","message":"Erreur de validation"}"#)
        } else {
            all_right(seen)
        };
        let _ = stream.write_all(answer.as_bytes());
    })
}

#[test]
fn finds_the_culprits_and_sends_the_rest() {
    for (poison, dossiers) in [
        (0..1, 1),
        (5..6, 16),
        (15..16, 16),
        (0..20, 64),
        (40..64, 64),
        (0..2, 3),
    ] {
        let server = poisoned(poison.clone());
        let (result, _) = v3(&server, &World::new(), &batch(dossiers));
        let verdicts = result.unwrap();
        for (id, verdict) in verdicts.iter().enumerate() {
            let expected = if poison.contains(&(id as u64)) { "R" } else { "A" };
            assert_eq!(letter(verdict), expected, "{id} of {poison:?}");
            if let Verdict::Rejete { http, erreurs, .. } = verdict {
                assert_eq!((*http, erreurs[0].message.as_str()), (400, "Erreur de validation"));
            }
        }
        assert_eq!(verdicts.len(), dossiers);
    }
}

#[test]
fn a_receiver_that_refuses_everything_is_not_asked_dossier_by_dossier() {
    let server = poisoned(0..u64::MAX);
    let (result, events) = v3(&server, &World::new(), &batch(500));
    assert_eq!(result.unwrap_err().code(), "ENVOI_REFUSE");
    assert!(server.seen().len() < 60, "{}", server.seen().len());
    let avant = events.iter().filter(|event| event.starts_with("avant")).count();
    assert_eq!(avant, server.seen().len());
    assert_eq!(events.len(), 2 * avant, "each part was answered");
}

#[test]
fn heals_once_and_keeps_both_answers() {
    // 0 fine; 1 optional field; 2 required field; 3 optional field, then another complaint.
    let items =
        (0..4).map(|id| serde_json::json!({"id": id, "nom_apprenant": "DUPONT", "tel_apprenant": "0612345678"}));
    let server = Server::start(|seen, stream| {
        let answer = v3_answer(seen, |item| {
            match (item["id"].as_u64().unwrap(), item.get("tel_apprenant").is_some()) {
                (1, true) | (3, true) => vec!["tel_apprenant"],
                (2, _) => vec!["nom_apprenant"],
                (3, false) => vec!["email_contact"],
                _ => vec![],
            }
        });
        let _ = stream.write_all(answer.as_bytes());
    });
    let (result, events) = v3(&server, &World::new(), &batch_of(items));
    let verdicts = result.unwrap();
    assert_eq!(verdicts.iter().map(letter).collect::<Vec<_>>(), ["A", "H", "R", "RR"]);
    assert_eq!(events, ["avant 0..4", "après 0..4 200 x1 AHRRR"]);
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[1].ids(), [1, 3]);
    assert!(
        seen[1]
            .items()
            .iter()
            .all(|item| item.get("tel_apprenant").is_none() && item["nom_apprenant"] == "DUPONT")
    );
    let Verdict::AccepteAllege { premiere } = &verdicts[1] else {
        panic!()
    };
    assert_eq!(premiere[0].message, "Format invalide (tel_apprenant)");
    let Verdict::Rejete { erreurs, seconde, .. } = &verdicts[3] else {
        panic!()
    };
    assert_eq!(
        (erreurs[0].champ.as_str(), seconde.as_ref().unwrap()[0].champ.as_str()),
        ("tel_apprenant", "email_contact")
    );
}

#[test]
fn the_first_answers_stand_when_healing_fails() {
    let server = Server::start(|seen, stream| {
        let answer = if seen.index == 0 {
            v3_answer(seen, |_| vec!["tel_apprenant"])
        } else {
            http(403, "", "{}")
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    let items = [serde_json::json!({"id": 1, "tel_apprenant": "x"})];
    let (result, events) = v3(&server, &World::new(), &batch_of(items));
    assert_eq!(result.unwrap_err().code(), "CLE_REFUSEE");
    assert_eq!(events, ["avant 0..1", "après 0..1 200 x1 R"]);
}

#[test]
fn gives_up_at_the_deadline_only() {
    let server = Server::scripted(vec![http(503, "", "")]);
    let world = World::new();
    let (result, _) = v3(&server, &world, &batch(1));
    let Err(MissionError::GaveUp { attempts, cause, .. }) = result else {
        panic!("{result:?}")
    };
    assert_eq!(attempts as usize, server.seen().len());
    assert_eq!(cause.code(), "SERVICE_INDISPONIBLE");
    assert!(world.now.get() < world.deadline, "no attempt after it");
    assert!(
        world.deadline - world.now.get() <= TimeDelta::seconds(150),
        "no less than it allows"
    );

    world.now.set(world.deadline);
    let (result, _) = v3(&server, &world, &batch(1));
    assert_eq!(result, Err(MissionError::WindowClosed));
    assert_eq!(server.seen().len(), attempts as usize);
}

#[test]
fn gives_up_once_its_patience_is_over() {
    let server = Server::scripted(vec![http(503, "Retry-After: 60\r\n", "")]);
    let world = World::new();
    world.patience.set(Duration::from_secs(30));
    let (result, events) = v3(&server, &world, &batch(1));
    let Err(MissionError::GaveUp { attempts: 1, wait, .. }) = result else {
        panic!("{result:?}")
    };
    assert_eq!(wait, Duration::from_secs(60), "what the receiver asks is handed on");
    assert_eq!(events, ["avant 0..1"]);
}

#[test]
fn a_cancel_is_heard_while_waiting() {
    let server = Server::scripted(vec![http(503, "Retry-After: 3600\r\n", "")]);
    let world = World::new();
    world.cancel_after.set(Duration::from_millis(300));
    let (result, _) = v3(&server, &world, &batch(1));
    assert_eq!(result, Err(MissionError::Cancelled));
    assert_eq!(world.slept.get(), Duration::from_millis(300));
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_cancel_is_heard_while_an_answer_hangs() {
    let world = World::new();
    let cancel = Arc::clone(&world.cancel);
    let server = Server::start(move |_, stream| {
        cancel.store(true, Ordering::SeqCst);
        // Ends only because the client lets go of the connection.
        hang(stream);
    });
    let transport = Transport::new(Options::default()).unwrap();
    let mut mission = Mission::new(&transport, access(Protocole::V3, server.base())).unwrap();
    let result = world.run(|env| mission.send(&batch(1), env, &mut Journal::default()));
    assert_eq!(result, Err(MissionError::Cancelled));
    assert!(MissionError::Cancelled.stops_run());
    let result = world.run(|env| mission.send(&batch(1), env, &mut Journal::default()));
    assert_eq!(result, Err(MissionError::Cancelled));
    assert_eq!(server.seen().len(), 1, "once cancelled nothing leaves");
}

#[test]
fn a_journal_that_cannot_be_written_stops_at_once() {
    for (stop_before, stop_after, requests) in [(true, false, 0), (false, true, 1)] {
        let server = Server::scripted(vec![http(413, "", "")]);
        let transport = Transport::new(Options::default()).unwrap();
        let mut mission = Mission::new(&transport, access(Protocole::V3, server.base())).unwrap();
        let mut journal = Journal {
            stop_before,
            stop_after,
            ..Journal::default()
        };
        let result = World::new().run(|env| mission.send(&batch(4), env, &mut journal));
        assert_eq!(result, Err(MissionError::Stopped));
        assert_eq!(server.seen().len(), requests);
    }
}

#[test]
fn connections_are_kept_between_batches_and_mended_when_closed() {
    // The server closes after each answer without saying so: the next batch finds out and goes all the same.
    let server = Server::start(|seen, stream| {
        let _ = stream.write_all(all_right(seen).replace("Connection: close\r\n", "").as_bytes());
    });
    let transport = Transport::new(Options::default()).unwrap();
    let mut mission = Mission::new(&transport, access(Protocole::V3, server.base())).unwrap();
    for _ in 0..3 {
        let result = World::new().run(|env| mission.send(&batch(2), env, &mut Journal::default()));
        assert_eq!(letters(&result.unwrap()), "AA");
    }
}

#[test]
fn a_sender_may_have_a_thread_of_its_own() {
    fn may_cross<T: Send + Sync>() {}
    may_cross::<Transport>();
    may_cross::<Mission<'_>>();
    may_cross::<Batch<i64>>();
}
