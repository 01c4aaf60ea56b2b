//! Another ERP's names, views, queries and types.

use super::base::{Base, scope, try_read};
use crate::erp::{Erp, Mapping};

#[test]
fn another_schema_gives_the_same_records() {
    let base = Base::empty();
    for sql in [
        "CREATE TABLE SOC (SOC_ID BIGINT, NOM NVARCHAR(50))",
        "CREATE TABLE SEC (CLE DECIMAL(10,0), SOC DECIMAL(10,0), LIB TEXT, CP INTEGER, LAT TEXT, LON FLOAT)",
        "CREATE TABLE \"STAGIAIRES É\" (\"CLÉ\" INTEGER, NOM TEXT, PRENOM TEXT, NE_LE DATETIME, MAIL TEXT, TEL TEXT)",
        "CREATE TABLE INS (ID INTEGER, STA INTEGER, ACT INTEGER, SEC INTEGER, APP BOOLEAN, D0 TIMESTAMP, FIN TEXT, MOTIF TEXT)",
        "CREATE TABLE CON (ID INTEGER, INS INTEGER, DEB TEXT, FIN TEXT)",
        "CREATE TABLE DIP (ID INTEGER, LIB TEXT, CFD TEXT)",
        "CREATE TABLE ACT (ID INTEGER, DEB TEXT, FIN TEXT, DIP INTEGER)",
        "CREATE VIEW V_CONTACT AS SELECT 1 AS id, 10 AS stagiaire_id, 1 AS rang, 'PARENT' AS profil, 'p@x.fr' AS email",
        "INSERT INTO SOC VALUES (1, 'CFA')",
        "INSERT INTO SEC VALUES (4, 1, 'Metz', 1000, '49,12', 6.5)",
        "INSERT INTO \"STAGIAIRES É\" VALUES (10, 'N', 'P', '2008-05-06 00:00:00', 'a@b.fr', '0612345678')",
        "INSERT INTO INS VALUES (100, 10, 7, 4, 'true', '2026-09-01 08:00:00.000', '2027-06-30', NULL)",
        "INSERT INTO CON VALUES (1, 100, '20260901', '2027-06-30'), (2, 100, '20260101', NULL)",
        "INSERT INTO DIP VALUES (3, 'BTS', '32031309')",
        "INSERT INTO ACT VALUES (7, '2026-09-01', '2027-06-30', 3)",
    ] {
        base.run(sql);
    }
    let file = base.folder.path().join("correspondance.toml");
    std::fs::write(
        &file,
        r#"
        [entity.societe]
        table = "main.SOC"
        columns = { id = "SOC_ID", raison_sociale = "NOM" }
        [entity.secteur]
        table = "SEC"
        columns = { id = "CLE", societe_id = "SOC", nom = "LIB", code_postal = "CP", latitude = "LAT", longitude = "LON" }
        [entity.stagiaire]
        table = "STAGIAIRES É"
        columns = { id = "CLÉ", nom = "NOM", date_naissance = "NE_LE", email = "MAIL", telephone = "TEL", ne_pas_solliciter = "", sexe = "", adresse = "", code_postal = "", rqth = "" }
        [entity.interlocuteur]
        table = "V_CONTACT"
        [entity.diplome]
        query = "SELECT ID AS id, LIB AS libelle, NULL AS libelle_court, CFD AS code, NULL AS rncp FROM DIP"
        [entity.centre_interet]
        query = "SELECT NULL AS id, NULL AS diplome_id WHERE 1 = 0"
        [entity.action_formation]
        query = "SELECT ID AS id, DEB AS date_debut, FIN AS date_fin, DIP AS diplome_id, NULL AS centre_interet_id FROM ACT"
        [entity.inscription]
        query = """SELECT ID AS id, STA AS stagiaire_id, ACT AS action_id, SEC AS secteur_id, APP AS apprentissage,
            NULL AS date_inscription, D0 AS date_entree, NULL AS date_entree_groupe, FIN AS sortie_prevue,
            NULL AS sortie_reelle, MOTIF AS motif_sortie FROM INS;"""
        [entity.convention]
        query = "SELECT ID AS id, INS AS inscription_id, DEB AS date_debut, FIN AS date_fin, NULL AS date_rupture, NULL AS cause_rupture, '' AS siret_employeur FROM CON"
        [entity.sifa]
        query = "SELECT NULL AS id, NULL AS inscription_id, NULL AS ine, NULL AS diplome_id, NULL AS uai_etablissement, NULL AS date_entree_cfa, NULL AS date_rupture_contrat, NULL AS sans_contrat_initial WHERE 1 = 0"
        columns = { derniere_situation = "", dernier_organisme_uai = "" }
        [entity.sifa_responsable]
        query = "SELECT NULL AS id, NULL AS sifa_id, NULL AS rang, NULL AS email WHERE 1 = 0"
        "#,
    )
    .unwrap();
    let erp = Erp::new(base.database.clone(), Mapping::load(&file).unwrap());
    let problems: Vec<_> = erp
        .diagnose()
        .into_iter()
        .filter(|check| check.probleme.is_some())
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
    let all = try_read(&erp, &scope(&[4])).unwrap();
    let inscription = &all[0];
    assert_eq!((all.len(), inscription.id, inscription.illisibles.len()), (1, 100, 0));
    assert_eq!(inscription.date_entree.unwrap().to_string(), "2026-09-01");
    let secteur = &inscription.secteur;
    assert_eq!(
        (secteur.latitude, secteur.code_postal.as_deref()),
        (Some(49.12), Some("1000"))
    );
    let stagiaire = inscription.stagiaire.as_ref().unwrap();
    assert_eq!(stagiaire.date_naissance.unwrap().to_string(), "2008-05-06");
    assert_eq!((stagiaire.ne_pas_solliciter, &stagiaire.sexe), (false, &None));
    assert_eq!(inscription.conventions[0].date_debut.unwrap().to_string(), "2026-09-01");
    assert_eq!(inscription.interlocuteurs[0].email.as_deref(), Some("p@x.fr"));
    let diplome = inscription.action.as_ref().unwrap().diplome.as_ref().unwrap();
    assert_eq!(diplome.code.as_deref(), Some("32031309"));
    assert_eq!(erp.count_hors_secteur(&[(1, 4)]), Ok(0));
}
