//! Every error of the module, with its French text.

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::tls::CertificateFault;

/// Why nothing, or not everything, went out to an establishment's receiver. Holds hosts and statuses; never a key, a
/// body or a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MissionError {
    /// The base address cannot be used; `reason` says why, in English.
    #[error("invalid base address: {reason}")]
    InvalidUrl {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// `http://` to another machine.
    #[error("clear-text http refused for {host}")]
    ClearText {
        /// The address's host.
        host: String,
    },
    /// No key, or one with characters that no key has.
    #[error("the key is empty or holds invalid characters")]
    InvalidKey,
    /// The 2021 protocol without a user name.
    #[error("the 2021 protocol needs a user name")]
    MissingLogin,
    /// The proxy setting is not an address.
    #[error("invalid proxy address")]
    InvalidProxy,
    /// A variable of the environment that names a proxy holds no address.
    #[error("the environment variable {name} holds no proxy address")]
    InvalidProxyVariable {
        /// The variable.
        name: String,
    },
    /// The HTTP client cannot start on this machine (for example: no trust store).
    #[error("the HTTP client cannot start: {detail}")]
    Client {
        /// The cause.
        detail: String,
    },

    /// 401 or 403, in the receiver's own way: not as a web page.
    #[error("key refused by {host} (HTTP {http})")]
    KeyRefused {
        /// The receiver.
        host: String,
        /// 401 or 403.
        http: u16,
    },
    /// The address leads to no such service (404, 405, 410).
    #[error("no such service at {host} (HTTP {http})")]
    WrongUrl {
        /// The receiver.
        host: String,
        /// The status.
        http: u16,
    },
    /// A redirect; never followed with a key.
    #[error("{host} redirects (HTTP {http}) to {to}")]
    Redirect {
        /// The receiver.
        host: String,
        /// The status.
        http: u16,
        /// Where to, without its query; `?` if the answer does not say.
        to: String,
    },
    /// The proxy refuses.
    #[error("the proxy refused the connection to {host}: {detail}")]
    ProxyRefused {
        /// The receiver.
        host: String,
        /// The cause.
        detail: String,
    },
    /// The proxy is down, or cannot reach the receiver.
    #[error("the proxy did not lead to {host}: {detail}")]
    ProxyDown {
        /// The receiver.
        host: String,
        /// The cause.
        detail: String,
    },
    /// The certificate is not trusted.
    #[error("certificate of {host} refused ({fault:?})")]
    Certificate {
        /// The receiver.
        host: String,
        /// Why.
        fault: CertificateFault,
    },
    /// A status that the protocol does not know here.
    #[error("unexpected answer of {host} (HTTP {http})")]
    Unexpected {
        /// The receiver.
        host: String,
        /// The status.
        http: u16,
    },
    /// Every dossier of a batch is refused, whichever they are: the fault is not theirs.
    #[error("{host} refuses every batch (HTTP {http})")]
    BatchRefused {
        /// The receiver.
        host: String,
        /// The last status.
        http: u16,
    },

    /// The name does not resolve: no network, or a wrong name.
    #[error("name {host} not found: {detail}")]
    NameNotFound {
        /// The receiver.
        host: String,
        /// The resolver's words.
        detail: String,
    },
    /// No route to the receiver.
    #[error("no network to {host}: {detail}")]
    NoNetwork {
        /// The receiver.
        host: String,
        /// The system's words.
        detail: String,
    },
    /// Nobody listens there, or a firewall refuses.
    #[error("connection refused by {host}")]
    ConnectionRefused {
        /// The receiver.
        host: String,
    },
    /// The connection broke before the whole answer had come.
    #[error("connection with {host} cut: {detail}")]
    Cut {
        /// The receiver.
        host: String,
        /// The cause.
        detail: String,
    },
    /// No connection, or no answer, in time.
    #[error("{host} did not answer in time")]
    TimedOut {
        /// The receiver.
        host: String,
    },
    /// The two sides find no common TLS, or one of them does not speak it.
    #[error("TLS with {host} failed: {detail}")]
    Tls {
        /// The receiver.
        host: String,
        /// The cause.
        detail: String,
    },
    /// 408, 425, 429: come back later.
    #[error("{host} asks to come back later (HTTP {http})")]
    Busy {
        /// The receiver.
        host: String,
        /// The status.
        http: u16,
    },
    /// 5xx, or a 400 that says that the receiver's database failed.
    #[error("{host} failed (HTTP {http})")]
    ServerFault {
        /// The receiver.
        host: String,
        /// The status.
        http: u16,
    },
    /// A body that is not the protocol's, or a web page in the receiver's place.
    #[error("unreadable answer of {host} (HTTP {http})")]
    Unreadable {
        /// The receiver.
        host: String,
        /// The status.
        http: u16,
        /// The answer was a web page.
        page: bool,
    },

    /// Tried until neither deadline nor patience left time for one more attempt.
    #[error("gave up after {attempts} attempts: {cause}")]
    GaveUp {
        /// Attempts made.
        attempts: u32,
        /// How long to wait before the next one, as the receiver asks or as the back-off has it.
        wait: Duration,
        /// What the last one met.
        cause: Box<MissionError>,
    },
    /// The deadline had passed before the first attempt.
    #[error("the window is closed")]
    WindowClosed,
    /// The host asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The observer asked to stop (its journal could not be written).
    #[error("stopped by the observer")]
    Stopped,
}

impl MissionError {
    /// Whether another attempt may succeed without anybody's help.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::ProxyDown { .. }
                | Self::NameNotFound { .. }
                | Self::NoNetwork { .. }
                | Self::ConnectionRefused { .. }
                | Self::Cut { .. }
                | Self::TimedOut { .. }
                | Self::Tls { .. }
                | Self::Busy { .. }
                | Self::ServerFault { .. }
                | Self::Unreadable { .. }
        )
    }

    /// Whether the whole run stops with it; else this establishment only.
    pub fn stops_run(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Stopped)
    }

    /// The status with which the receiver refused what was sent, whatever the dossiers.
    pub fn refusal(&self) -> Option<u16> {
        match self {
            Self::KeyRefused { http, .. }
            | Self::WrongUrl { http, .. }
            | Self::Redirect { http, .. }
            | Self::Unexpected { http, .. } => Some(*http),
            _ => None,
        }
    }

    /// Stable code for the journal and the report.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidUrl { .. } => "ADRESSE_INVALIDE",
            Self::ClearText { .. } => "ADRESSE_NON_CHIFFREE",
            Self::InvalidKey => "CLE_INVALIDE",
            Self::MissingLogin => "IDENTIFIANT_MANQUANT",
            Self::InvalidProxy | Self::InvalidProxyVariable { .. } | Self::ProxyRefused { .. } => "PROXY",
            Self::ProxyDown { .. } => "PROXY_INDISPONIBLE",
            Self::Client { .. } => "CLIENT_HTTP",
            Self::KeyRefused { .. } => "CLE_REFUSEE",
            Self::WrongUrl { .. } => "ADRESSE_INTROUVABLE",
            Self::Redirect { .. } => "REDIRECTION",
            Self::Certificate { .. } => "CERTIFICAT",
            Self::Unexpected { .. } | Self::BatchRefused { .. } => "ENVOI_REFUSE",
            Self::NameNotFound { .. } | Self::NoNetwork { .. } => "RESEAU_ABSENT",
            Self::ConnectionRefused { .. } => "CONNEXION_REFUSEE",
            Self::Cut { .. } => "CONNEXION_COUPEE",
            Self::TimedOut { .. } => "DELAI_DEPASSE",
            Self::Tls { .. } => "TLS",
            Self::Busy { .. } | Self::ServerFault { .. } => "SERVICE_INDISPONIBLE",
            Self::Unreadable { .. } => "REPONSE_ILLISIBLE",
            Self::GaveUp { cause, .. } => cause.code(),
            Self::WindowClosed => "FENETRE_CLOSE",
            Self::Cancelled => "ANNULE",
            Self::Stopped => "INTERROMPU",
        }
    }

    /// For the user: what happened, where, how to mend it.
    pub fn user_text(&self) -> String {
        const SCREEN: &str = "écran Gestion des accès aux API tierces";
        match self {
            Self::InvalidUrl { .. } => format!(
                "L'adresse du service n'est pas valable. Saisissez-la sous la forme https://cfas.apprentissage.beta.gouv.fr/api, sans identifiant, « ? » ni « # » ({SCREEN})."
            ),
            Self::ClearText { host } => format!(
                "L'adresse du service ({host}) commence par http:// : la clé et les données circuleraient en clair. Remplacez http:// par https:// ({SCREEN})."
            ),
            Self::InvalidKey => format!(
                "La clé API est vide ou contient des caractères inattendus. Copiez-la de nouveau depuis le tableau de bord de l'apprentissage ({SCREEN})."
            ),
            Self::MissingLogin => format!(
                "Le protocole de 2021 demande un identifiant en plus de la clé. Saisissez l'identifiant fourni par la Mission, ou choisissez le protocole v3 ({SCREEN})."
            ),
            Self::InvalidProxy => "L'adresse du proxy n'est pas valable. Corrigez-la dans les réglages, sous la forme http://nom:port, ou laissez-la vide.".into(),
            Self::InvalidProxyVariable { name } => format!(
                "La variable d'environnement {name} ne contient pas l'adresse d'un proxy : rien n'est envoyé. Faites-la corriger par votre informaticien, sous la forme http://nom:port, ou supprimer."
            ),
            Self::ProxyDown { host, .. } => format!(
                "Le proxy ne répond pas, ou n'atteint pas {host}. Réessayez plus tard ; si cela se répète, vérifiez avec votre informaticien l'adresse du proxy."
            ),
            Self::Client { detail } => format!(
                "La connexion sécurisée ne peut pas démarrer sur cette machine ({detail}). Vérifiez avec votre informaticien le magasin de certificats du système."
            ),
            Self::KeyRefused { host, http } => key_refused(SCREEN, host, *http),
            Self::WrongUrl { host, http } => format!(
                "Le serveur {host} répond, mais le service n'existe pas à cette adresse (HTTP {http}). Vérifiez l'adresse et le protocole ({SCREEN}) ; l'adresse habituelle est https://cfas.apprentissage.beta.gouv.fr/api."
            ),
            Self::Redirect { host, http, to } => format!(
                "Le serveur {host} renvoie vers une autre adresse (HTTP {http}) : {to}. Par sécurité, la clé n'y a pas été envoyée. Si cette adresse est la bonne, saisissez-la ({SCREEN})."
            ),
            Self::ProxyRefused { host, .. } => format!(
                "Le proxy refuse la connexion vers {host}. Vérifiez avec votre informaticien l'adresse du proxy, son identifiant, et qu'il autorise ce serveur."
            ),
            Self::Certificate { host, fault } => certificate(host, *fault),
            Self::Unexpected { host, http } => format!(
                "Le serveur {host} a donné une réponse inattendue (HTTP {http}). Vérifiez l'adresse et le protocole ({SCREEN})."
            ),
            Self::BatchRefused { host, http } => format!(
                "Le serveur {host} refuse tous les envois de cet établissement, quel que soit le dossier (HTTP {http}). Vérifiez l'adresse et le protocole ({SCREEN}) ; si tout est juste, signalez-le à la Mission."
            ),
            Self::NameNotFound { host, .. } => format!(
                "Le serveur {host} est introuvable : pas de réseau, ou nom mal écrit. Vérifiez l'accès à Internet de cette machine et l'adresse ({SCREEN})."
            ),
            Self::NoNetwork { host, .. } => format!(
                "Pas de réseau vers {host}. Vérifiez l'accès à Internet de cette machine, le pare-feu et le proxy."
            ),
            Self::ConnectionRefused { host } => format!(
                "La connexion à {host} est refusée : service arrêté, ou bloqué par un pare-feu. Vérifiez l'adresse et le port ({SCREEN}), le pare-feu et le proxy."
            ),
            Self::Cut { host, .. } => format!(
                "La connexion avec {host} a été coupée avant la fin de la réponse. Si cela se répète, vérifiez le réseau, le pare-feu et le proxy."
            ),
            Self::TimedOut { host } => format!(
                "Le serveur {host} n'a pas répondu à temps. Réessayez plus tard ; si cela se répète, vérifiez le réseau, le pare-feu et le proxy."
            ),
            Self::Tls { host, .. } => format!(
                "La connexion sécurisée avec {host} n'a pas pu s'établir. Vérifiez l'adresse et le port ({SCREEN}), et qu'aucun pare-feu ni proxy n'intercepte la connexion."
            ),
            Self::Busy { host, http } => format!(
                "Le serveur {host} demande d'attendre avant un nouvel envoi (HTTP {http}). Réessayez plus tard."
            ),
            Self::ServerFault { host, http } => format!(
                "Le serveur {host} est en panne ou en maintenance (HTTP {http}). Réessayez plus tard ; rien n'est à corriger de votre côté."
            ),
            Self::Unreadable { host, page: true, .. } => format!(
                "L'adresse mène à une page web de {host}, pas au service attendu. Vérifiez l'adresse ({SCREEN}), et qu'aucun portail ni proxy ne répond à sa place."
            ),
            Self::Unreadable { host, .. } => format!(
                "La réponse de {host} est illisible. Vérifiez l'adresse et le protocole ({SCREEN}) ; si tout est juste, réessayez plus tard."
            ),
            Self::GaveUp { attempts: 1, cause, .. } => format!("Envoi abandonné après une tentative. {}", cause.user_text()),
            Self::GaveUp { attempts, cause, .. } => {
                format!("Envoi abandonné après {attempts} tentatives. {}", cause.user_text())
            }
            Self::WindowClosed => "La fenêtre de la nuit était close avant l'envoi : le reste partira la nuit prochaine.".into(),
            Self::Cancelled => "Envoi annulé : le reste partira à la reprise ou la nuit prochaine.".into(),
            Self::Stopped => "Envoi interrompu, car le journal n'a pas pu être écrit : le reste partira à la reprise.".into(),
        }
    }
}

fn key_refused(screen: &str, host: &str, http: u16) -> String {
    let mut text = format!(
        "Le serveur {host} refuse la clé API de cet établissement (HTTP {http}). Une clé est remplacée dès qu'on en génère une autre, et révoquée après douze mois sans envoi : copiez la clé actuelle depuis le tableau de bord de l'apprentissage ({screen})."
    );
    if http == 401 {
        text.push_str(" Vérifiez aussi l'adresse, le protocole et l'identifiant : l'adresse d'un ancien service répond de cette façon.");
    }
    text
}

fn certificate(host: &str, fault: CertificateFault) -> String {
    match fault {
        CertificateFault::Unknown => format!(
            "Le certificat de {host} est signé par une autorité que cette machine ne connaît pas. Mettez à jour les certificats du système ; si un proxy inspecte les connexions, faites ajouter son certificat au magasin de la machine."
        ),
        CertificateFault::Expired => format!(
            "Le certificat de {host} est expiré ou pas encore valable. Vérifiez la date et l'heure de cette machine ; si elles sont justes, signalez-le à la Mission."
        ),
        CertificateFault::WrongName => format!(
            "Le certificat présenté n'est pas celui de {host}. Vérifiez l'adresse (écran Gestion des accès aux API tierces), et qu'aucun portail ni proxy ne répond à sa place."
        ),
        CertificateFault::Invalid => format!(
            "Le certificat de {host} est refusé (révoqué ou mal formé). Faites vérifier la connexion par votre informaticien ; si elle est saine, signalez-le à la Mission."
        ),
    }
}

/// What the user reads while a send waits for its next attempt.
pub fn waiting_text(wait: Duration, cause: &MissionError) -> String {
    format!("{} Nouvel essai dans {} s.", cause.user_text(), wait.as_secs().max(1))
}

impl From<MissionError> for Error {
    fn from(error: MissionError) -> Self {
        let kind = match &error {
            MissionError::Cancelled => return Self::cancelled(),
            MissionError::InvalidUrl { .. }
            | MissionError::ClearText { .. }
            | MissionError::InvalidKey
            | MissionError::MissingLogin
            | MissionError::InvalidProxy
            | MissionError::InvalidProxyVariable { .. } => ErrorKind::Settings,
            MissionError::KeyRefused { .. } => ErrorKind::KeyRefused,
            MissionError::Client { .. }
            | MissionError::WrongUrl { .. }
            | MissionError::Redirect { .. }
            | MissionError::ProxyRefused { .. }
            | MissionError::ProxyDown { .. }
            | MissionError::Certificate { .. }
            | MissionError::Unexpected { .. }
            | MissionError::BatchRefused { .. }
            | MissionError::NameNotFound { .. }
            | MissionError::NoNetwork { .. }
            | MissionError::ConnectionRefused { .. }
            | MissionError::Cut { .. }
            | MissionError::TimedOut { .. }
            | MissionError::Tls { .. }
            | MissionError::Busy { .. }
            | MissionError::ServerFault { .. }
            | MissionError::Unreadable { .. }
            | MissionError::GaveUp { .. }
            | MissionError::WindowClosed
            | MissionError::Stopped => ErrorKind::Network,
        };
        Self::new(kind, error.user_text(), error.to_string())
    }
}
