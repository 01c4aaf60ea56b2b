//! Another ERP: its own names, types, views and queries, and values as bad as real ones. What comes out is the same on
//! every database.

use std::{fs, sync::OnceLock};

use serde_json::{Value, json};

use crate::{
    bases::{Base, Product, on_each},
    host::{app, diagnosis, document},
};

on_each! {
    another_schema_gives_the_same_dossiers
    an_empty_erp_has_no_dossier
}

/// Tables with the types that this database would have.
fn create(base: &Base) {
    let boolean = base.product.pick("BOOLEAN", "BOOLEAN", "BIT(1)");
    let moment = base.product.pick("DATETIME", "TIMESTAMP", "DATETIME");
    let tables = [
        r#"CREATE TABLE "SOCIÉTÉS" ("CLÉ" BIGINT, "NOM" VARCHAR(50))"#.to_owned(),
        "CREATE TABLE SEC (CLE NUMERIC(10,0), SOC NUMERIC(10,0), LIB VARCHAR(40), CP CHAR(5), LAT VARCHAR(20), LON REAL)".to_owned(),
        format!(
            r#"CREATE TABLE "STAGIAIRES" ("STA CLE" INTEGER, "NOM" VARCHAR(20), "PRENOM" TEXT, "NE LE" {moment}, "MAIL" VARCHAR(254),
               "TEL" CHAR(30), "SEXE" CHAR(1), "STOP" {boolean})"#
        ),
        "CREATE TABLE CONTACTS (ID INTEGER, STA INTEGER, PROFIL VARCHAR(20), MAIL VARCHAR(254), RANG INTEGER)".to_owned(),
        "CREATE VIEW V_CONTACTS AS SELECT ID AS id, STA AS stagiaire_id, PROFIL AS profil, MAIL AS email, RANG AS rang FROM CONTACTS".to_owned(),
        "CREATE TABLE DIP (ID INTEGER, LIB VARCHAR(255), CFD VARCHAR(8))".to_owned(),
        "CREATE TABLE ACT (ID INTEGER, DEB VARCHAR(20), FIN VARCHAR(20), DIP INTEGER)".to_owned(),
        format!(
            "CREATE TABLE INS (ID INTEGER, STA INTEGER, ACT INTEGER, SEC INTEGER, APP {boolean}, LE DATE, DEBUT {moment}, FIN DATE, \
             MOTIF VARCHAR(40))"
        ),
        "CREATE TABLE CON (ID INTEGER, INS INTEGER, DEB DATE, FIN DATE, RUPTURE DATE, CAUSE VARCHAR(40), SIRET VARCHAR(20))".to_owned(),
        "CREATE TABLE SIFA (ID INTEGER, INS INTEGER, INE VARCHAR(11), ENTREE VARCHAR(20))".to_owned(),
    ];
    base.run(&tables.iter().map(String::as_str).collect::<Vec<_>>());
}

fn fill(base: &Base) {
    let (yes, no) = base.product.pick(("1", "0"), ("TRUE", "FALSE"), ("b'1'", "b'0'"));
    // What old MySQL applications write for "no date".
    let zero = base.product.pick("NULL", "NULL", "'0000-00-00'");
    let accents = "É".repeat(20);
    let faces = "😀".repeat(20);
    let rows = [
        r#"INSERT INTO "SOCIÉTÉS" VALUES (1, 'Société d''été')"#.to_owned(),
        "INSERT INTO SEC VALUES (4, 1, 'Bourg', '01000', '46,205', 5.25), (5, 1, 'Ailleurs', NULL, '', NULL)".to_owned(),
        format!("INSERT INTO \"STAGIAIRES\" VALUES (10, '{accents}', 'Zoé', '2006-05-06 00:00:00', 'a@example.org', '0612345678', 'F', {no})"),
        format!("INSERT INTO \"STAGIAIRES\" VALUES (11, '{faces}', 'L''œil', '2005-02-28 12:30:00', 'b@example.org', '+33 6 12 34 56 79', 'M', NULL)"),
        "INSERT INTO \"STAGIAIRES\" VALUES (12, '', NULL, NULL, '', '', '', NULL)".to_owned(),
        format!("INSERT INTO \"STAGIAIRES\" VALUES (13, 'Martin', 'Luc', '2004-01-01 00:00:00', 'c@example.org', '0611111111', 'M', {no})"),
        format!("INSERT INTO \"STAGIAIRES\" VALUES (14, 'Durand', 'Ève', '2003-01-01 00:00:00', 'd@example.org', '0622222222', 'F', {yes})"),
        "INSERT INTO CONTACTS VALUES (1, 12, 'PARENT', 'p@example.org', 1), (2, 12, NULL, NULL, NULL), (3, 99, 'PARENT', 'x@example.org', 1)".to_owned(),
        "INSERT INTO DIP VALUES (3, 'BTS Études', '01032031'), (4, '', NULL)".to_owned(),
        "INSERT INTO ACT VALUES (7, '20260901', '2028-06-30 00:00:00', 3), (8, 'hier', '2027-06-30', 3)".to_owned(),
        format!("INSERT INTO INS VALUES (100, 10, 7, 4, {yes}, '2026-07-01', '2026-09-01 08:00:00', '2028-06-30', NULL)"),
        format!("INSERT INTO INS VALUES (101, 11, 7, 4, {yes}, {zero}, '2026-09-01 00:00:00', '2028-06-30', '')"),
        format!("INSERT INTO INS VALUES (102, 12, 7, 4, {yes}, NULL, NULL, NULL, NULL)"),
        format!("INSERT INTO INS VALUES (103, 13, 8, 4, {yes}, '2026-07-01', NULL, NULL, NULL)"),
        format!("INSERT INTO INS VALUES (104, 14, 7, 4, {yes}, '2026-07-01', '2026-09-01 00:00:00', {zero}, 'x')"),
        format!("INSERT INTO INS VALUES (105, 10, 7, 5, {no}, '2026-07-01', NULL, NULL, NULL)"),
        format!("INSERT INTO INS VALUES (106, NULL, 7, 4, {yes}, '2026-07-01', NULL, NULL, NULL)"),
        format!(
            "INSERT INTO CON VALUES (1, 100, '2026-09-01', '2028-08-31', {zero}, '', '00012345600011'), \
             (2, 101, '2026-09-01', '2028-08-31', NULL, NULL, '123 456 789 00012'), (3, 104, {zero}, {zero}, {zero}, NULL, NULL)"
        ),
        "INSERT INTO SIFA VALUES (1, 100, '0123456789A', '20260901'), (2, 101, '', '')".to_owned(),
    ];
    base.run(&rows.iter().map(String::as_str).collect::<Vec<_>>());
}

fn mapping(base: &Base) -> std::path::PathBuf {
    let schema = &base.schema;
    // A query is in the database's own SQL, which differs in how to name no row.
    let nothing = "FROM DIP WHERE 1 = 0";
    let text = format!(
        r#"
        [entity.societe]
        table = "{schema}.SOCIÉTÉS"
        columns = {{ id = "CLÉ", raison_sociale = "NOM" }}
        [entity.secteur]
        query = "SELECT CLE AS id, SOC AS societe_id, LIB AS nom, CP AS code_postal, LAT AS latitude, LON AS longitude FROM SEC"
        [entity.stagiaire]
        table = "{schema}.STAGIAIRES"
        columns = {{ id = "STA CLE", nom = "NOM", prenom = "PRENOM", date_naissance = "NE LE", email = "MAIL", telephone = "TEL", sexe = "SEXE", ne_pas_solliciter = "STOP", adresse = "", code_postal = "", rqth = "" }}
        [entity.interlocuteur]
        query = "SELECT id, stagiaire_id, rang, profil, email FROM V_CONTACTS"
        [entity.diplome]
        query = "SELECT ID AS id, LIB AS libelle, NULL AS libelle_court, CFD AS code, NULL AS rncp FROM DIP"
        [entity.centre_interet]
        query = "SELECT ID AS id, NULL AS diplome_id {nothing}"
        [entity.action_formation]
        query = "SELECT ID AS id, DEB AS date_debut, FIN AS date_fin, DIP AS diplome_id, NULL AS centre_interet_id FROM ACT"
        [entity.inscription]
        query = """SELECT ID AS id, STA AS stagiaire_id, ACT AS action_id, SEC AS secteur_id, APP AS apprentissage, LE AS date_inscription,
            DEBUT AS date_entree, NULL AS date_entree_groupe, FIN AS sortie_prevue, NULL AS sortie_reelle, MOTIF AS motif_sortie FROM INS;"""
        [entity.convention]
        query = """SELECT ID AS id, INS AS inscription_id, DEB AS date_debut, FIN AS date_fin, RUPTURE AS date_rupture,
            CAUSE AS cause_rupture, SIRET AS siret_employeur FROM CON"""
        [entity.sifa]
        query = """SELECT ID AS id, INS AS inscription_id, INE AS ine, NULL AS diplome_id, NULL AS uai_etablissement,
            ENTREE AS date_entree_cfa, NULL AS date_rupture_contrat, NULL AS sans_contrat_initial FROM SIFA"""
        columns = {{ derniere_situation = "", dernier_organisme_uai = "" }}
        [entity.sifa_responsable]
        query = "SELECT ID AS id, ID AS sifa_id, ID AS rang, LIB AS email {nothing}"
        "#
    );
    let file = base.folder.path().join("correspondance.toml");
    fs::write(&file, text).unwrap();
    file
}

fn settings() -> Vec<u8> {
    let line = json!({"id": 1, "uai": "0010033B", "nom": "CFA", "siret": "00012345600011", "type_cfa": "01", "societe_id": 1, "secteur_id": 4});
    let access = |protocol: &str| {
        json!({"societe_id": 1, "secteur_id": 4, "uai": "0010033B", "protocole": protocol, "url": "http://127.0.0.1:9/api",
            "identifiant": "a", "cle": "b"})
    };
    let sector = json!({"societe_id": 1, "secteur_id": 4, "passerelle_sifa": true, "mission_apprentissage": true, "transfert_nuit": true});
    let settings = json!({"secteurs": [sector], "uai": [line], "acces": [access("v3")]});
    serde_json::to_vec(&settings).unwrap()
}

/// The diagnosis of the ERP's tables, and the previews in both protocols.
type Outcome = (Vec<(String, String)>, Vec<Vec<u8>>);

fn look(base: &Base) -> Outcome {
    let mapping = mapping(base);
    let app = app(base, Some(&mapping));
    let session = app.session().unwrap();
    session.run_job("migration", "").unwrap();
    session.read_document("reglages.json", &settings()).unwrap();
    let mut diagnosis = diagnosis(&session);
    diagnosis.retain(|(check, _)| check.starts_with("Données de l'ERP"));
    let previews = ["v3", "statut-candidats"].map(|protocol| {
        document(
            &session,
            "apercu.json",
            &json!({"protocole": protocol, "donnees_sifa": true}),
        )
    });
    (diagnosis, previews.to_vec())
}

fn another_schema_gives_the_same_dossiers(product: Product) {
    static SQLITE: OnceLock<Outcome> = OnceLock::new();
    let travel = |product| {
        let base = Base::new(product);
        create(&base);
        fill(&base);
        look(&base)
    };
    let expected = SQLITE.get_or_init(|| travel(Product::Sqlite));
    let (diagnosis, previews) = travel(product);
    let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
    for (found, expected) in previews.iter().zip(&expected.1) {
        assert_eq!(text(found), text(expected));
    }
    assert_eq!(diagnosis, expected.0);

    let preview: Value = serde_json::from_slice(&previews[0]).unwrap();
    assert_eq!(
        (&preview["resume"]["lus"], &preview["resume"]["hors_secteur"]),
        (&json!(6), &json!(0)),
        "{preview:#}"
    );
    let sent = |id: i64| {
        preview["envoyes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|line| line["inscription_id"] == id)
            .unwrap()
    };
    assert_eq!(sent(100)["dossier"]["nom_apprenant"], "É".repeat(20));
    assert_eq!(sent(100)["dossier"]["formation_cfd"], "01032031");
    assert_eq!(sent(101)["dossier"]["nom_apprenant"], "😀".repeat(20));
    // Dates with a time of day, in digits only, and of type DATE; a postal code; a list that joins through a view.
    for (field, value) in [
        ("date_de_naissance_apprenant", "2006-05-06"),
        ("date_inscription_formation", "2026-07-01"),
        ("date_entree_formation", "2026-09-01"),
        ("date_fin_formation", "2028-06-30"),
        ("contrat_date_debut", "2026-09-01"),
        ("siret_employeur", "00012345600011"),
        ("etablissement_lieu_de_formation_code_postal", "01000"),
    ] {
        assert_eq!(sent(100)["dossier"][field], value, "{field}");
    }
    let older: Value = serde_json::from_slice(&previews[1]).unwrap();
    let place = &older["envoyes"][0]["dossier"]["etablissement_formateur_geo_coordonnees"];
    assert_eq!(place, "46.205,5.25");
    let left = |id: i64| {
        preview["non_envoyes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|line| line["inscription_id"] == id)
            .unwrap()
    };
    let motifs = left(103)["motifs"].as_array().unwrap();
    let reason = motifs.iter().find(|motif| motif["code"] == "VALEUR_ILLISIBLE").unwrap();
    assert!(reason["detail"].as_str().unwrap().contains("date_debut"), "{reason}");
    assert!(!previews.iter().any(|bytes| text(bytes).contains("hier")));
}

fn an_empty_erp_has_no_dossier(product: Product) {
    let base = Base::new(product);
    create(&base);
    base.run(&[
        r#"INSERT INTO "SOCIÉTÉS" VALUES (1, NULL)"#,
        "INSERT INTO SEC (CLE, SOC) VALUES (4, 1)",
    ]);
    let (diagnosis, previews) = look(&base);
    assert!(
        diagnosis.len() == 11 && diagnosis.iter().all(|(_, state)| state == "OK"),
        "{diagnosis:#?}"
    );
    for preview in previews {
        let preview: Value = serde_json::from_slice(&preview).unwrap();
        let expected = json!({"lus": 0, "envoyes": 0, "non_envoyes": 0, "avertissements": 0, "hors_secteur": 0, "illisibles": 0,
                   "partiront": 0, "retenus": {"ACCES_MANQUANT": 0, "SECTEUR_NON_ACTIVE": 0}});
        assert_eq!(preview["resume"], expected);
    }
}
