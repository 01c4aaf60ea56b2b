//! The routes of both generations, over real TCP connections.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;

#[test]
fn v3_answers_item_by_item() {
    let sandbox = start(Options::default());
    assert_eq!(sandbox.url(), format!("http://127.0.0.1:{}/api", sandbox.addr().port()));
    let mut good = dossier("1");
    good["bidule"] = json!(1);
    good["tel_apprenant"] = Value::Null;
    good["nir_apprenant"] = json!(true);
    let mut bad = dossier("2");
    bad["tel_apprenant"] = json!("inconnu");
    let got = post(&sandbox, V3, KEY, &json!([good, bad, null]));
    assert_eq!(got.status, 200);
    assert_eq!(got.header("ratelimit-limit"), Some("3000"));
    assert_eq!(got.header("ratelimit-remaining"), Some("2999"));
    assert_eq!(got.header("ratelimit-policy"), Some("3000;w=60"));
    assert!(got.header("ratelimit-reset").is_some());
    let answer = got.json();
    assert_eq!(
        (&answer["status"], &answer["message"], &answer["detail"]),
        (&json!("OK"), &json!("Queued"), &json!("Some data are invalid"))
    );
    let data = answer["data"].as_array().unwrap();
    assert_eq!(data.len(), 3);
    for (field, expected) in [
        ("has_nir", json!(true)),
        ("has_error", json!(false)),
        ("validation_errors", json!([])),
        ("source", json!("ERP")),
        ("api_version", json!("v3")),
        ("nom_apprenant", json!("LENÔTRE")),
    ] {
        assert_eq!(data[0][field], expected, "{field}");
    }
    for absent in ["bidule", "tel_apprenant", "nir_apprenant", "processed_at"] {
        assert!(data[0].get(absent).is_none(), "{absent}");
    }
    for present in ["_id", "updated_at", "created_at", "source_organisme_id", "computed_day"] {
        assert!(data[0][present].is_string(), "{present}");
    }
    assert_ne!(data[0]["_id"], data[1]["_id"]);
    assert_eq!(
        data[1]["validation_errors"],
        json!([{"message": "Format invalide", "path": ["tel_apprenant"]}])
    );
    assert!(data[1]["processed_at"].is_string() && data[1]["has_error"] == true);
    assert_eq!(data[2]["validation_errors"].as_array().unwrap().len(), 12);

    let all_good = post(&sandbox, V3, KEY, &json!([dossier("1")])).json();
    assert!(all_good.get("detail").is_none());
    let empty = post(&sandbox, V3, KEY, &json!([])).json();
    assert_eq!(empty, json!({"status": "OK", "message": "Queued", "data": []}));
}

#[test]
fn v3_checks_in_order() {
    let sandbox = start(Options::default());
    let too_many = Value::Array(vec![Value::Null; 2001]);
    let long = vec![b' '; (10 << 20) + 1];
    let cases: [(&str, Vec<u8>, u16, &str); 9] = [
        (
            JSON,
            b"[{".to_vec(),
            400,
            "Expected property name or '}' in JSON at position 2",
        ),
        (
            JSON,
            b"3".to_vec(),
            400,
            "Unexpected token '3', \"3\" is not valid JSON",
        ),
        (JSON, long, 413, "request entity too large"),
        (JSON, b"[]".to_vec(), 403, "Clé API manquante"),
        (
            "Content-Type: application/json\r\nAuthorization: Basic x\r\n",
            b"[]".to_vec(),
            403,
            "La clé API doit etre au format Bearer",
        ),
        (
            "Content-Type: application/json\r\nAuthorization: Bearer abc\r\n",
            b"[]".to_vec(),
            403,
            "La clé API n'est pas valide",
        ),
        (
            "Content-Type: application/json\r\nAuthorization: Bearer cle-de-test-1\r\n",
            b"{}".to_vec(),
            400,
            "Erreur de validation",
        ),
        (KEY, b"[]".to_vec(), 400, "Erreur de validation"),
        (
            "Content-Type: application/json\r\nAuthorization: Bearer cle-de-test-1\r\n",
            too_many.to_string().into_bytes(),
            400,
            "Erreur de validation",
        ),
    ];
    for (headers, body, status, message) in cases {
        let got = send(&sandbox, "POST", V3, headers, &body).unwrap();
        assert_eq!(
            (got.status, got.json()["message"].as_str().unwrap()),
            (status, message),
            "{headers}"
        );
    }
    assert_eq!(inbox(&sandbox)["lots"], 0);
    assert_eq!(inbox(&sandbox)["requetes"], 9);
    let most = Value::Array(vec![Value::Null; 2000]);
    assert_eq!(post(&sandbox, V3, KEY, &most).status, 200);
}

#[test]
fn v3_test_route_and_unknown_routes() {
    let sandbox = start(Options::default());
    let route = format!("{V3}/test");
    assert_eq!(
        send(&sandbox, "POST", &route, KEY, b"").unwrap().json(),
        json!({"msg": "ok"})
    );
    assert_eq!(
        post(&sandbox, &route, KEY, &json!({"anything": 1})).json(),
        json!({"msg": "ok"})
    );
    assert_eq!(send(&sandbox, "POST", &route, "", b"").unwrap().status, 403);
    assert_eq!(send(&sandbox, "GET", V3, KEY, b"").unwrap().status, 401);
    assert_eq!(post(&sandbox, "/api/dossiers-apprenants", KEY, &json!([])).status, 401);
    assert_eq!(send(&sandbox, "GET", "/", "", b"").unwrap().status, 401);
    assert_eq!(send(&sandbox, "GET", "/sandbox/autre", "", b"").unwrap().status, 404);
}

#[test]
fn inbox_tells_what_was_received() {
    let keys = Keys {
        unknown_organismes: [("0123456A".to_owned(), "99999999999999".to_owned())].into(),
        ..Keys::default()
    };
    let sandbox = start(Options {
        keys,
        ..Options::default()
    });
    let mut late = dossier("2");
    late["contrat_date_fin"] = json!("2024-01-01");
    late["etablissement_responsable_siret"] = json!("999 999 999 99999");
    post(&sandbox, V3, KEY, &json!([dossier("1"), late]));
    let mut same = dossier(" 1 ");
    same["annee_scolaire"] = json!("2023/2024");
    same["etablissement_formateur_uai"] = json!("0123456a");
    same["tel_apprenant"] = json!("inconnu");
    post(&sandbox, V3, KEY, &json!([same]));
    let list = inbox(&sandbox);
    assert_eq!((&list["requetes"], &list["lots"]), (&json!(2), &json!(2)));
    let dossiers = list["dossiers"].as_array().unwrap();
    assert_eq!(dossiers.len(), 2);
    assert_eq!(
        dossiers[0],
        json!({"fois": 2, "dossier": same, "valide": false, "erreurs": [{"message": "Format invalide", "path": ["tel_apprenant"]}]})
    );
    let messages: Vec<&str> = dossiers[1]["erreurs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        messages,
        [
            "Un contrat est renseigné sans date de début",
            "Champ obligatoire",
            "organisme responsable non trouvé"
        ]
    );
    assert_eq!(sandbox.counts(), (2, 0));
    assert_eq!(send(&sandbox, "DELETE", "/sandbox/recus", "", b"").unwrap().status, 204);
    assert_eq!(inbox(&sandbox), json!({"requetes": 0, "lots": 0, "dossiers": []}));
}

#[test]
fn statut_candidats_needs_a_token_and_answers_in_detail() {
    let account = |identifiant: &str, permission| Account {
        identifiant: identifiant.into(),
        mot_de_passe: "secret".into(),
        permission,
    };
    let keys = Keys {
        accounts: vec![account("erp", true), account("autre", false)],
        ..Keys::default()
    };
    let sandbox = start(Options {
        keys,
        ..Options::default()
    });
    let login = |name: &str, password: &str| {
        post(
            &sandbox,
            "/api/login",
            "",
            &json!({"username": name, "password": password}),
        )
    };
    let wrong = login("erp", "faux");
    assert_eq!((wrong.status, wrong.body.as_str()), (401, ""));
    let token = |name: &str| {
        format!(
            "Authorization: Bearer {}\r\n",
            login(name, "secret").json()["access_token"].as_str().unwrap()
        )
    };
    let (good, bare) = (token("erp"), token("autre"));

    let anonymous = post(&sandbox, V2021, KEY, &json!([]));
    assert_eq!((anonymous.status, anonymous.body.as_str()), (401, "Unauthorized"));
    let refused = post(&sandbox, V2021, &bare, &json!([]));
    assert_eq!((refused.status, refused.body.as_str()), (403, "Not authorized"));
    assert_eq!(
        post(&sandbox, &format!("{V2021}/test"), &good, &json!({})).json(),
        json!({"msg": "ok"})
    );
    let empty = json!({"status": "OK", "message": "Success", "ok": 0, "ko": 0, "validationErrors": []});
    assert_eq!(post(&sandbox, V2021, &good, &json!([])).json(), empty);

    let mut bad = dossier_2021("X");
    bad["statut_apprenant"] = json!(1);
    let got = post(
        &sandbox,
        V2021,
        &good,
        &json!([dossier_2021("Martin"), bad, dossier_2021("MARTIN")]),
    );
    assert_eq!(got.status, 200);
    let answer = got.json();
    assert_eq!(
        (&answer["status"], &answer["message"]),
        (&json!("ERROR"), &json!("Error : 1 items not valid"))
    );
    assert_eq!((&answer["ok"], &answer["ko"]), (&json!(2), &json!(1)));
    assert_eq!(answer["validationErrors"][0]["_original"], bad);
    let detail = &answer["validationErrors"][0]["details"][0];
    assert_eq!(
        (&detail["type"], &detail["path"]),
        (&json!("any.only"), &json!(["statut_apprenant"]))
    );
    let list = inbox(&sandbox);
    assert_eq!(
        (&list["dossiers"][0]["fois"], &list["dossiers"][1]["valide"]),
        (&json!(2), &json!(false))
    );

    let many = post(&sandbox, V2021, &good, &Value::Array(vec![json!(0); 101]));
    assert_eq!(
        (many.status, many.json()["message"].clone()),
        (400, json!("Erreur de validation"))
    );
    let large = send(
        &sandbox,
        "POST",
        V2021,
        &format!("{JSON}{good}"),
        &vec![b' '; (100 << 10) + 1],
    )
    .unwrap();
    assert_eq!((large.status, large.json()["statusCode"].clone()), (413, json!(413)));
    let broken = send(&sandbox, "POST", V2021, JSON, b"[").unwrap();
    assert_eq!((broken.status, broken.json()["statusCode"].clone()), (400, json!(400)));
}

#[test]
fn directory_of_organisations() {
    let sandbox = with_faults(
        r#"{"unknown_organismes": [["0000000A", "00000000000000"]], "closed_organismes": [["0570079B", "12345678901234"]]}"#,
    );
    let ask = |body: Value| {
        let got = post(&sandbox, "/api/v1/organismes/get-by-uai-siret", "", &body);
        (got.status, got.json())
    };
    let (status, found) = ask(json!({"uai": "0123456A", "siret": "12345678901234"}));
    assert_eq!(
        (status, &found["uai"], &found["ferme"]),
        (200, &json!("0123456A"), &json!(false))
    );
    let (status, closed) = ask(json!({"uai": "0570079B", "siret": "12345678901234"}));
    assert_eq!((status, &closed["ferme"]), (200, &json!(true)));
    for (body, message) in [
        (
            json!({"uai": "0000000A", "siret": "00000000000000"}),
            "Aucun organisme trouvé",
        ),
        (json!({"uai": "A", "siret": "12345678901234"}), "Aucun organisme trouvé"),
        (
            json!({"uai": "0123456A", "siret": "12345678901234", "x": 1}),
            "Erreur de validation",
        ),
        (json!({"uai": "0123456A"}), "Erreur de validation"),
    ] {
        let (status, answer) = ask(body);
        assert_eq!((status, answer["message"].as_str()), (400, Some(message)));
    }
}
