//! The command line, in French: its users are French-speaking developers and administrators.

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset, NaiveDate};
use clap::builder::PossibleValue;
use clap::error::{ContextKind, ErrorKind};
use clap::{ArgAction, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use passerelle_host_sdk::Level;
use serde_json::{Map, Value, json};

use crate::clock::{parse_date, parse_time};

/// What the user typed.
#[derive(Debug, Parser)]
#[command(
    name = "demo-host",
    version,
    about = "Joue le rôle de l'ERP : charge le plugin Passerelle Apprentissage et montre ce qu'il fait.",
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    subcommand_help_heading = "Commandes",
    after_help = "Codes de sortie : 0 terminé ; 1 terminé, mais quelque chose a été rejeté ou a échoué ; 2 commande ou \
                  réglages incorrects ; 130 interrompu."
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Task,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Common {
    /// Fichier du plugin [par défaut : à côté du programme]
    #[arg(long, global = true, value_name = "FICHIER")]
    pub plugin: Option<PathBuf>,
    /// Base de données de l'ERP, par ODBC [par défaut : demo.db, SQLite, dans le dossier de l'application]
    #[arg(long, global = true, value_name = "CHAÎNE_DE_CONNEXION")]
    pub db: Option<String>,
    /// Fichier de correspondance des tables (TOML) [par défaut : schéma de référence]
    #[arg(long, global = true, value_name = "FICHIER")]
    pub mapping: Option<PathBuf>,
    /// Date du jour pour le plugin, AAAA-MM-JJ [par défaut : aujourd'hui]
    #[arg(long, global = true, value_name = "DATE", value_parser = parse_date)]
    pub date: Option<NaiveDate>,
    /// Dossier de l'application [par défaut : $XDG_DATA_HOME/passerelle-demo ou ~/.local/share/passerelle-demo]
    #[arg(long, global = true, value_name = "DOSSIER")]
    pub dir: Option<PathBuf>,
    /// N'écrire que des données, en JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Écrire le journal du plugin sur la sortie d'erreur : error, warn, info, debug ou trace
    #[arg(long, global = true, value_name = "NIVEAU", hide_possible_values = true)]
    pub log: Option<LogLevel>,
    /// Donner le détail technique (en anglais) des erreurs
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// Afficher cette aide
    #[arg(long, short, global = true, action = ArgAction::Help)]
    pub help: Option<bool>,
    /// Afficher la version
    #[arg(long, short = 'V', action = ArgAction::Version)]
    pub version: Option<bool>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Tout à la fois sur un échantillon neuf : tables, réglages, bac à sable, aperçu, une nuit, son compte rendu
    Demo(Sample),
    /// Créer le schéma de référence et le remplir de données inventées, toujours les mêmes pour une même graine
    Seed(Seed),
    /// Créer les tables mna_ du plugin, ou les mettre à niveau
    Migrate {
        /// Seulement montrer le DDL pour cette base de données
        #[arg(long)]
        print: bool,
    },
    /// Importer ou exporter les réglages
    Settings {
        /// Which way.
        #[command(subcommand)]
        action: SettingsTask,
    },
    /// Montrer ce qui serait envoyé, et qui ne le serait pas
    Preview(Preview),
    /// Exécuter une fois l'export de nuit, par le planificateur
    Night(Night),
    /// Montrer le compte rendu des nuits
    Report(Report),
    /// Vérifier la base de données, la correspondance des tables, les réglages et l'API
    Diagnostic,
    /// Proposer ou vérifier la correspondance des tables d'un autre ERP
    Mapping {
        /// Which of both.
        #[command(subcommand)]
        action: MappingTask,
    },
    /// Ouvrir le mini ERP dans un navigateur, sur cette machine seulement, avec son planificateur et le bac à sable
    Serve(Serve),
    /// Lancer le bac à sable seul : le récepteur qui vérifie, garde et répond comme le vrai
    Sandbox(Sandbox),
}

/// What a sample is made of.
#[derive(Debug, Args)]
pub struct Sample {
    /// Nombre d'inscriptions [par défaut : 2000]
    #[arg(long, value_name = "N", default_value_t = 2000, hide_default_value = true,
          value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub inscriptions: u32,
    /// Graine du tirage [par défaut : 1]
    #[arg(long, value_name = "S", default_value_t = 1, hide_default_value = true)]
    pub graine: u64,
    /// Remplacer les tables de l'ERP si elles existent déjà
    #[arg(long)]
    pub ecraser: bool,
}

/// `seed`.
#[derive(Debug, Args)]
pub struct Seed {
    /// What to draw.
    #[command(flatten)]
    pub sample: Sample,
    /// Fichier des réglages qui vont avec les données [par défaut : reglages.json dans le dossier de l'application]
    #[arg(long, value_name = "FICHIER")]
    pub settings: Option<PathBuf>,
    /// Adresse de l'API écrite dans ces réglages [par défaut : celle du bac à sable]
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8090/api",
        hide_default_value = true
    )]
    pub url: String,
}

/// `settings`.
#[derive(Debug, Subcommand)]
pub enum SettingsTask {
    /// Remplacer les réglages par ceux d'un fichier
    Import {
        /// Fichier JSON
        #[arg(value_name = "FICHIER")]
        file: PathBuf,
    },
    /// Écrire les réglages, sans les clés
    Export {
        /// Fichier JSON [par défaut : sortie standard]
        #[arg(value_name = "FICHIER")]
        file: Option<PathBuf>,
    },
}

/// `mapping`.
#[derive(Debug, Subcommand)]
pub enum MappingTask {
    /// Proposer un fichier de correspondance d'après les tables et les colonnes de la base
    Init {
        /// Fichier TOML à créer [par défaut : sortie standard]
        #[arg(long, value_name = "FICHIER")]
        out: Option<PathBuf>,
    },
    /// Montrer ce que donne chaque entité : lignes, premières valeurs (sur un terminal seulement), ce qui est à corriger
    Check,
}

/// `preview`.
#[derive(Debug, Args)]
pub struct Preview {
    /// Une seule société, par son identifiant
    #[arg(long, value_name = "ID")]
    pub societe: Option<i64>,
    /// Un seul secteur, par son identifiant
    #[arg(long, value_name = "ID")]
    pub secteur: Option<i64>,
    /// Protocole : v3 ou statut-candidats [par défaut : v3]
    #[arg(long, value_name = "NOM", hide_possible_values = true)]
    pub protocole: Option<Protocol>,
    /// Ajouter les données SIFA
    #[arg(long)]
    pub donnees_sifa: bool,
    /// Écrire l'aperçu entier dans un fichier .json ou .xlsx
    #[arg(long, value_name = "FICHIER")]
    pub out: Option<PathBuf>,
}

impl Preview {
    /// The plugin's parameters.
    pub fn parameters(&self) -> Value {
        let mut parameters = Map::new();
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                parameters.insert(key.to_owned(), value);
            }
        };
        put("societe_id", self.societe.map(Value::from));
        put("secteur_id", self.secteur.map(Value::from));
        put("protocole", self.protocole.map(|protocol| protocol.id().into()));
        put("donnees_sifa", self.donnees_sifa.then_some(Value::Bool(true)));
        Value::Object(parameters)
    }
}

/// `night`.
#[derive(Debug, Args)]
pub struct Night {
    /// Recommencer une nuit déjà faite
    #[arg(long)]
    pub force: bool,
    /// Date et heure du lancement, par exemple 2026-11-24T02:00+01:00 [par défaut : maintenant, ou 23 h le jour de
    /// --date]
    #[arg(long, value_name = "INSTANT", value_parser = parse_time)]
    pub at: Option<DateTime<FixedOffset>>,
}

/// `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// Une seule exécution, par son numéro
    #[arg(long, value_name = "ID")]
    pub run: Option<i64>,
    /// Écrire le compte rendu dans un fichier .html, .xlsx ou .json
    #[arg(long, value_name = "FICHIER")]
    pub out: Option<PathBuf>,
}

impl Report {
    /// The plugin's parameters.
    pub fn parameters(&self) -> Value {
        self.run.map_or_else(|| json!({}), |run| json!({ "run": run }))
    }
}

/// `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Port du mini ERP, sur 127.0.0.1 ; 0 pour un port libre [par défaut : 8089]
    #[arg(long, value_name = "P", default_value_t = 8089, hide_default_value = true)]
    pub port: u16,
    /// Port du bac à sable, sur 127.0.0.1 ; 0 pour un port libre [par défaut : 8090]
    #[arg(long, value_name = "P", default_value_t = 8090, hide_default_value = true)]
    pub sandbox_port: u16,
    /// Nombre d'inscriptions de l'échantillon, s'il faut en créer un [par défaut : 2000]
    #[arg(long, value_name = "N", default_value_t = 2000, hide_default_value = true,
          value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub inscriptions: u32,
    /// Créer l'échantillon sans réglages : tout reste à activer et à saisir, comme à l'installation
    #[arg(long)]
    pub vierge: bool,
    /// Fichier des pannes que joue le bac à sable (JSON ou TOML)
    #[arg(long, value_name = "FICHIER")]
    pub faults: Option<PathBuf>,
}

/// `sandbox`.
#[derive(Debug, Args)]
pub struct Sandbox {
    /// Port, sur 127.0.0.1 [par défaut : 8090]
    #[arg(long, value_name = "P", default_value_t = 8090, hide_default_value = true)]
    pub port: u16,
    /// Fichier des pannes à jouer (JSON ou TOML)
    #[arg(long, value_name = "FICHIER")]
    pub faults: Option<PathBuf>,
}

/// What goes out, and to which generation of the receiver.
#[derive(Clone, Copy, Debug)]
pub enum Protocol {
    /// Today's.
    V3,
    /// The vendor's guide's, of 2021.
    StatutCandidats,
}

impl Protocol {
    fn id(self) -> &'static str {
        match self {
            Self::V3 => "v3",
            Self::StatutCandidats => "statut-candidats",
        }
    }
}

impl ValueEnum for Protocol {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::V3, Self::StatutCandidats]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.id()))
    }
}

/// How much of the plugin's log is wanted.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogLevel {
    /// What failed.
    Error,
    /// And what needs a hand.
    Warn,
    /// And what an operator wants to know.
    Info,
    /// And what a developer wants to know.
    Debug,
    /// Everything.
    Trace,
}

impl From<LogLevel> for Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::Error,
            LogLevel::Warn => Self::Warn,
            LogLevel::Info => Self::Info,
            LogLevel::Debug => Self::Debug,
            LogLevel::Trace => Self::Trace,
        }
    }
}

/// The command line as clap knows it, with French headings everywhere.
pub fn command() -> Command {
    fn french(command: Command) -> Command {
        command
            .help_template("{about-with-newline}\nUtilisation : {usage}\n\n{all-args}{after-help}\n")
            .disable_help_flag(true)
            .disable_help_subcommand(true)
            .subcommand_help_heading("Commandes")
            .subcommand_value_name("COMMANDE")
            .mut_subcommands(french)
    }
    french(Cli::command())
}

/// Reads a command line.
///
/// # Errors
/// Clap's: also when help or the version was asked for.
pub fn parse(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Cli, clap::Error> {
    Cli::from_arg_matches(&command().try_get_matches_from(arguments)?)
}

/// What is wrong with a command line, in French.
pub fn usage_text(error: &clap::Error) -> String {
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    let value = context(ContextKind::InvalidValue);
    let what = match error.kind() {
        ErrorKind::UnknownArgument => format!("Argument inconnu : {argument}."),
        ErrorKind::InvalidSubcommand => format!("Commande inconnue : {}.", context(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "Il manque une commande.".to_owned()
        }
        ErrorKind::MissingRequiredArgument => format!("Il manque un argument : {argument}."),
        ErrorKind::InvalidValue if value.is_empty() => format!("Il manque une valeur à {argument}."),
        ErrorKind::InvalidValue => {
            let allowed = context(ContextKind::ValidValue);
            format!("Valeur « {value} » refusée pour {argument} ; valeurs possibles : {allowed}.")
        }
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error)
                .map(|source| format!(" ({source})"))
                .unwrap_or_default();
            format!("Valeur « {value} » refusée pour {argument}{reason}.")
        }
        ErrorKind::ArgumentConflict => format!("Argument donné deux fois ou incompatible : {argument}."),
        _ => "Commande mal écrite.".to_owned(),
    };
    format!("{what} Aide : demo-host --help, ou demo-host COMMANDE --help.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(line: &str) -> Result<Cli, clap::Error> {
        parse(line.split(' ').map(Into::into))
    }

    #[test]
    fn the_definition_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn a_preview_becomes_the_plugins_parameters() {
        let cases = [
            ("demo-host preview", json!({})),
            (
                "demo-host preview --societe 1 --secteur 2 --protocole statut-candidats --donnees-sifa",
                json!({"societe_id": 1, "secteur_id": 2, "protocole": "statut-candidats", "donnees_sifa": true}),
            ),
        ];
        for (line, expected) in cases {
            match read(line).unwrap().command {
                Task::Preview(preview) => assert_eq!(preview.parameters(), expected),
                other => unreachable!("{other:?}"),
            }
        }
    }

    #[test]
    fn global_options_go_before_and_after_the_command() {
        for line in [
            "demo-host --json --date 2026-11-23 diagnostic",
            "demo-host diagnostic --date 2026-11-23 --json",
        ] {
            let common = read(line).unwrap().common;
            assert!(common.json);
            assert_eq!(common.date.unwrap().to_string(), "2026-11-23");
        }
    }

    #[test]
    fn mistakes_are_told_in_french() {
        let cases = [
            ("demo-host", "Il manque une commande."),
            ("demo-host nuit", "Commande inconnue : nuit."),
            ("demo-host seed --nombre 3", "Argument inconnu : --nombre."),
            (
                "demo-host seed --inscriptions 0",
                "Valeur « 0 » refusée pour --inscriptions <N>",
            ),
            (
                "demo-host --date demain night",
                "Valeur « demain » refusée pour --date <DATE> (une date est attendue",
            ),
            (
                "demo-host preview --protocole v4",
                "valeurs possibles : v3, statut-candidats.",
            ),
            ("demo-host settings import", "Il manque un argument : <FICHIER>."),
            ("demo-host night --at", "Il manque une valeur à --at <INSTANT>."),
        ];
        for (line, expected) in cases {
            let text = usage_text(&read(line).unwrap_err());
            assert!(text.contains(expected), "{line}: {text}");
        }
    }

    #[test]
    fn help_is_french_throughout() {
        for line in [
            "demo-host --help",
            "demo-host preview --help",
            "demo-host settings --help",
            "demo-host night -h",
        ] {
            let help = read(line).unwrap_err().to_string();
            assert!(help.contains("Utilisation :"), "{help}");
            for english in ["Usage:", "Print help", "[default", "[possible", "Commands:"] {
                assert!(!help.contains(english), "{english} in {help}");
            }
        }
    }
}
