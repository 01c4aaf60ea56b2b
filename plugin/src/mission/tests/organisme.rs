//! The directory: known, closed, unknown, and what is no directory.

use super::*;

fn ask(answer: &str) -> (Result<Organisme, MissionError>, String) {
    let server = Server::scripted(vec![answer.to_owned()]);
    let transport = Transport::new(Options::default()).unwrap();
    let found = transport.find_organisme(&server.base(), "0570079B", "12345678994444", &|| false);
    if let Err(error) = &found {
        assert_discreet(error);
    }
    let seen = server.seen().remove(0);
    assert!(!seen.head.to_lowercase().contains("authorization"), "{}", seen.head);
    assert_eq!(seen.path, "/api/v1/organismes/get-by-uai-siret");
    (found, seen.body)
}

#[test]
fn the_directory_answers() {
    let here = |more: &str| {
        http(
            200,
            "",
            &format!(r#"{{"uai":"0570079B","siret":"12345678994444"{more}}}"#),
        )
    };
    for (answer, expected) in [
        (here(""), Ok(Organisme::Connu { ferme: false })),
        (here(r#","ferme":false"#), Ok(Organisme::Connu { ferme: false })),
        (
            here(r#","ferme":true,"nature":"responsable""#),
            Ok(Organisme::Connu { ferme: true }),
        ),
        (
            http(400, "", r#"{"error":"Bad Request","message":"Aucun organisme trouvé"}"#),
            Ok(Organisme::Inconnu),
        ),
        (
            http(400, "", r#"{"message":"Erreur de validation"}"#),
            Err("ENVOI_REFUSE"),
        ),
        (
            http(200, "", r#"{"uai":"0000000A","siret":"12345678994444"}"#),
            Err("REPONSE_ILLISIBLE"),
        ),
        (http(200, "", "<html>"), Err("REPONSE_ILLISIBLE")),
        (http(401, "", "{}"), Err("ADRESSE_INTROUVABLE")),
        (http(404, "", "{}"), Err("ADRESSE_INTROUVABLE")),
        (http(429, "", "{}"), Err("SERVICE_INDISPONIBLE")),
        (http(503, "", "{}"), Err("SERVICE_INDISPONIBLE")),
    ] {
        let (found, body) = ask(&answer);
        assert_eq!(found.map_err(|error| error.code()), expected, "{answer}");
        let sent: serde_json::Value = serde_json::from_str(&body).unwrap();
        // Exactly these keys.
        assert_eq!(sent, serde_json::json!({"uai": "0570079B", "siret": "12345678994444"}));
    }
}
