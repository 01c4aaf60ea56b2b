CREATE TABLE societe (
    id INTEGER PRIMARY KEY,
    raison_sociale VARCHAR(120)
);
CREATE TABLE secteur (
    id INTEGER PRIMARY KEY,
    societe_id INTEGER REFERENCES societe,
    nom VARCHAR(80),
    code_postal VARCHAR(5),
    latitude DECIMAL(9,6),
    longitude DECIMAL(9,6)
);
CREATE TABLE stagiaire (
    id INTEGER PRIMARY KEY,
    nom VARCHAR(80),
    prenom VARCHAR(80),
    date_naissance DATE,
    email VARCHAR(254),
    telephone VARCHAR(30),
    ne_pas_solliciter SMALLINT,
    sexe CHAR(1),
    adresse VARCHAR(200),
    code_postal VARCHAR(5),
    rqth SMALLINT
);
CREATE TABLE interlocuteur (
    id INTEGER PRIMARY KEY,
    stagiaire_id INTEGER REFERENCES stagiaire,
    rang INTEGER,
    profil VARCHAR(20),
    nom VARCHAR(80),
    email VARCHAR(254)
);
CREATE TABLE diplome (
    id INTEGER PRIMARY KEY,
    type VARCHAR(40),
    nature VARCHAR(60),
    libelle VARCHAR(255),
    libelle_court VARCHAR(80),
    code VARCHAR(8),
    rncp VARCHAR(10)
);
CREATE TABLE centre_interet (
    id INTEGER PRIMARY KEY,
    libelle VARCHAR(160),
    diplome_id INTEGER REFERENCES diplome
);
CREATE TABLE action_formation (
    id INTEGER PRIMARY KEY,
    secteur_id INTEGER REFERENCES secteur,
    intitule VARCHAR(160),
    date_debut DATE,
    date_fin DATE,
    diplome_id INTEGER REFERENCES diplome,
    centre_interet_id INTEGER REFERENCES centre_interet
);
CREATE TABLE inscription (
    id INTEGER PRIMARY KEY,
    stagiaire_id INTEGER REFERENCES stagiaire,
    action_id INTEGER REFERENCES action_formation,
    secteur_id INTEGER REFERENCES secteur,
    apprentissage SMALLINT,
    date_inscription DATE,
    date_entree DATE,
    date_entree_groupe DATE,
    sortie_prevue DATE,
    sortie_reelle DATE,
    motif_sortie VARCHAR(120)
);
CREATE TABLE convention (
    id INTEGER PRIMARY KEY,
    inscription_id INTEGER REFERENCES inscription,
    date_debut DATE,
    date_fin DATE,
    date_rupture DATE,
    cause_rupture VARCHAR(120),
    siret_employeur VARCHAR(20),
    terminee SMALLINT
);
CREATE TABLE sifa (
    id INTEGER PRIMARY KEY,
    inscription_id INTEGER REFERENCES inscription,
    ine VARCHAR(11),
    diplome_id INTEGER REFERENCES diplome,
    uai_etablissement VARCHAR(8),
    date_entree_cfa DATE,
    date_rupture_contrat DATE,
    sans_contrat_initial SMALLINT,
    derniere_situation INTEGER,
    dernier_organisme_uai VARCHAR(8)
);
CREATE TABLE sifa_responsable (
    id INTEGER PRIMARY KEY,
    sifa_id INTEGER REFERENCES sifa,
    rang INTEGER,
    nom VARCHAR(80),
    email VARCHAR(254)
);
INSERT INTO societe VALUES (1, 'SC-FORMATION');
INSERT INTO secteur VALUES (1, 1, 'Paris', '75011', NULL, NULL);
INSERT INTO stagiaire (id, nom, prenom, date_naissance, ne_pas_solliciter, rqth) VALUES (1, 'Essai', 'Élise', '2006-03-14', 0, 0);
INSERT INTO diplome (id, type, libelle, code, rncp) VALUES (1, 'BTS', 'Services informatiques aux organisations', '32033002', 'RNCP40792');
INSERT INTO action_formation (id, secteur_id, intitule, date_debut, date_fin, diplome_id) VALUES (1, 1, 'BTS SIO', '2026-09-01', '2028-06-30', 1);
INSERT INTO inscription (id, stagiaire_id, action_id, secteur_id, apprentissage, date_inscription, date_entree, sortie_prevue)
    VALUES (1, 1, 1, 1, 1, '2026-09-01', '2026-09-01', '2028-06-30');
INSERT INTO sifa (id, inscription_id, diplome_id, uai_etablissement, date_entree_cfa) VALUES (1, 1, 1, '1234567A', '2026-09-01');
