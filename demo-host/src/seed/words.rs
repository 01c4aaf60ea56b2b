//! The words that the sample is made of. Nobody here exists.

/// A part of France, for its telephone numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Territory {
    /// Metropolitan France.
    #[default]
    Metropole,
    /// Guadeloupe.
    Guadeloupe,
    /// Martinique.
    Martinique,
    /// Guyane.
    Guyane,
    /// La Réunion.
    Reunion,
    /// Mayotte.
    Mayotte,
}

use Territory::{Guadeloupe, Guyane, Martinique, Mayotte, Metropole, Reunion};

/// A town with a training site.
#[derive(Clone, Copy, Debug, Default)]
pub struct Town {
    /// Its name, as on a letter.
    pub name: &'static str,
    /// Its postal code.
    pub postal_code: &'static str,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Where its telephones ring.
    pub territory: Territory,
}

const fn town(
    name: &'static str,
    postal_code: &'static str,
    latitude: f64,
    longitude: f64,
    territory: Territory,
) -> Town {
    Town {
        name,
        postal_code,
        latitude,
        longitude,
        territory,
    }
}

/// Training sites stand here.
pub const TOWNS: [Town; 36] = [
    town("METZ", "57000", 49.12, 6.177, Metropole),
    town("PARIS", "75012", 48.841, 2.388, Metropole),
    town("NANCY", "54000", 48.692, 6.184, Metropole),
    town("SAINT-DENIS", "97400", -20.882, 55.45, Reunion),
    town("STRASBOURG", "67000", 48.573, 7.752, Metropole),
    town("FORT-DE-FRANCE", "97200", 14.604, -61.067, Martinique),
    town("NICE", "06000", 43.71, 7.262, Metropole),
    town("LILLE", "59000", 50.629, 3.057, Metropole),
    town("LYON", "69003", 45.76, 4.85, Metropole),
    town("MARSEILLE", "13002", 43.304, 5.366, Metropole),
    town("TOULOUSE", "31000", 43.604, 1.444, Metropole),
    town("BORDEAUX", "33000", 44.838, -0.579, Metropole),
    town("POINTE-À-PITRE", "97110", 16.241, -61.533, Guadeloupe),
    town("NANTES", "44000", 47.218, -1.554, Metropole),
    town("RENNES", "35000", 48.117, -1.678, Metropole),
    town("BREST", "29200", 48.39, -4.486, Metropole),
    town("DIJON", "21000", 47.322, 5.041, Metropole),
    town("AJACCIO", "20000", 41.919, 8.739, Metropole),
    town("BASTIA", "20200", 42.697, 9.451, Metropole),
    town("MAMOUDZOU", "97600", -12.78, 45.228, Mayotte),
    town("CLERMONT-FERRAND", "63000", 45.777, 3.087, Metropole),
    town("LIMOGES", "87000", 45.834, 1.262, Metropole),
    town("ORLÉANS", "45000", 47.903, 1.909, Metropole),
    town("CAYENNE", "97300", 4.922, -52.313, Guyane),
    town("ROUEN", "76000", 49.443, 1.1, Metropole),
    town("CAEN", "14000", 49.183, -0.371, Metropole),
    town("AMIENS", "80000", 49.894, 2.296, Metropole),
    town("REIMS", "51100", 49.258, 4.032, Metropole),
    town("GRENOBLE", "38000", 45.189, 5.725, Metropole),
    town("MONTPELLIER", "34000", 43.611, 3.877, Metropole),
    town("SAINT-PIERRE", "97410", -21.339, 55.478, Reunion),
    town("PERPIGNAN", "66000", 42.689, 2.895, Metropole),
    town("BOURG-EN-BRESSE", "01000", 46.205, 5.226, Metropole),
    town("LE MANS", "72000", 48.006, 0.2, Metropole),
    town("POITIERS", "86000", 46.58, 0.34, Metropole),
    town("BESANÇON", "25000", 47.238, 6.024, Metropole),
];

/// First words of a training centre's name.
pub const CENTRES: [&str; 10] = [
    "CFA DES MÉTIERS",
    "CAMPUS",
    "CFA INTERPROFESSIONNEL",
    "ÉCOLE DES ARTISANS",
    "CFA DU BÂTIMENT",
    "SC-FORMATION",
    "CFA AGRICOLE",
    "PÔLE APPRENTISSAGE",
    "CFA DE L'INDUSTRIE",
    "MAISON DES COMPAGNONS",
];

/// Who runs a training centre, in the words of the ERP's list.
pub const ORGANISATIONS: [&str; 6] = [
    "Association",
    "Établissement scolaire privé sous contrat",
    "Établissement de formation ou de recherche (université, école d'ingénieur...)",
    "Chambre de métiers et de l'artisanat",
    "Entreprise ou groupe d'entreprises",
    "Autre",
];

/// Family names.
pub const NAMES: [&str; 56] = [
    "Martin",
    "Bernard",
    "Thomas",
    "Petit",
    "Robert",
    "Richard",
    "Durand",
    "Dubois",
    "Moreau",
    "Laurent",
    "Simon",
    "Michel",
    "Lefèvre",
    "Leroy",
    "Roux",
    "David",
    "Bertrand",
    "Morel",
    "Fournier",
    "Girard",
    "Bonnet",
    "Dupont",
    "Lambert",
    "Fontaine",
    "Rousseau",
    "Vincent",
    "Müller",
    "Lefebvre",
    "Faure",
    "André",
    "Mercier",
    "Blanc",
    "Guérin",
    "Boyer",
    "Garnier",
    "Chevalier",
    "François",
    "Legrand",
    "Gauthier",
    "Garcia",
    "Perrin",
    "Robin",
    "Clément",
    "Morin",
    "Noël",
    "Henry",
    "Roussel",
    "N'Diaye",
    "Le Bihan",
    "de La Tour",
    "Da Silva",
    "Benali",
    "Coulibaly",
    "Nguyen",
    "Lévêque",
    "Łukasik",
];

/// First names with the letter of the ERP's sex column.
pub const FIRST_NAMES: [(&str, &str); 52] = [
    ("Léa", "F"),
    ("Lucas", "M"),
    ("Emma", "F"),
    ("Hugo", "M"),
    ("Manon", "F"),
    ("Enzo", "M"),
    ("Chloé", "F"),
    ("Louis", "M"),
    ("Camille", "F"),
    ("Nathan", "M"),
    ("Inès", "F"),
    ("Théo", "M"),
    ("Jade", "F"),
    ("Mathis", "M"),
    ("Sarah", "F"),
    ("Clément", "M"),
    ("Zoé", "F"),
    ("Maxime", "M"),
    ("Océane", "F"),
    ("Raphaël", "M"),
    ("Anaïs", "F"),
    ("Jean-Baptiste", "M"),
    ("Marie-Lou", "F"),
    ("Yanis", "M"),
    ("Maëlys", "F"),
    ("Noé", "M"),
    ("Aïcha", "F"),
    ("Ousmane", "M"),
    ("Gaëlle", "F"),
    ("Erwan", "M"),
    ("Élodie", "F"),
    ("Loïc", "M"),
    ("Fatou", "F"),
    ("Ibrahim", "M"),
    ("Agathe", "F"),
    ("Augustin", "M"),
    ("Clémence", "F"),
    ("Gabriel", "M"),
    ("Nour", "F"),
    ("Dorian", "M"),
    ("Juliette", "F"),
    ("Baptiste", "M"),
    ("Margaux", "F"),
    ("Étienne", "M"),
    ("Lina", "F"),
    ("Samuel", "M"),
    ("Célia", "F"),
    ("Florian", "M"),
    ("Noémie", "F"),
    ("Joël", "M"),
    ("Éva", "F"),
    ("Björn", "M"),
];

/// Streets.
pub const STREETS: [&str; 12] = [
    "rue des Écoles",
    "avenue Foch",
    "boulevard Gambetta",
    "impasse des Cèdres",
    "place de l'Église",
    "rue Jean-Jaurès",
    "allée des Tilleuls",
    "chemin du Moulin",
    "rue de la République",
    "quai de la Moselle",
    "rue du 8-Mai-1945",
    "route de Thionville",
];

/// Mail providers.
pub const PROVIDERS: [&str; 8] = [
    "example.com",
    "example.net",
    "example.org",
    "courriel.example.com",
    "apprenti.example.net",
    "mail.example.org",
    "boite.example.com",
    "famille.example.net",
];

/// Kinds of diploma: name, nature, first digits of the code, years.
pub const DIPLOMAS: [(&str, &str, &str, i32); 9] = [
    ("CAP", "Diplôme national", "500", 2),
    ("MC", "Diplôme national", "010", 1),
    ("BP", "Diplôme national", "450", 2),
    ("BAC PRO", "Diplôme national", "400", 3),
    ("BTS", "Diplôme national", "320", 2),
    ("Titre professionnel", "Titre enregistré au RNCP", "360", 1),
    ("BUT", "Diplôme national", "350", 3),
    ("Licence pro", "Diplôme national", "250", 1),
    ("Diplôme d'ingénieur", "Diplôme national", "170", 3),
];

/// Trades.
pub const TRADES: [&str; 28] = [
    "Boulanger",
    "Pâtissier",
    "Cuisine",
    "Coiffure",
    "Menuisier fabricant",
    "Maçon",
    "Électricien",
    "Plombier-chauffagiste",
    "Carrossier réparateur",
    "Maintenance des véhicules",
    "Fleuriste",
    "Boucher",
    "Esthétique, cosmétique, parfumerie",
    "Management commercial opérationnel",
    "Négociation et digitalisation de la relation client",
    "Gestion de la PME",
    "Comptabilité et gestion",
    "Services informatiques aux organisations",
    "Maintenance des systèmes",
    "Fluides énergies domotique",
    "Métiers de l'eau",
    "Tourisme",
    "Optique lunetterie",
    "Aéronautique",
    "Travaux publics",
    "Agroéquipement",
    "Paysagiste",
    "Métiers de la mode – vêtements",
];

/// Why somebody left.
pub const EXIT_REASONS: [&str; 6] = [
    "Abandon",
    "Déménagement",
    "Réorientation",
    "Rupture du contrat d'apprentissage",
    "Raison de santé",
    "Exclusion",
];

/// Why a contract was broken.
pub const BREACHES: [&str; 6] = [
    "résiliation d'un commun accord",
    "démission de l'apprenti",
    "liquidation judiciaire de l'employeur",
    "inaptitude constatée par la médecine du travail",
    "faute grave",
    "obtention du diplôme",
];

/// Codes of the SIFA's last situation; 0 stands for nothing entered.
pub const SITUATIONS: [i32; 12] = [0, 1003, 1005, 2001, 2003, 3001, 3003, 4001, 4003, 4005, 9900, 9999];
