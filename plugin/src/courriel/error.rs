//! Every error of the module, with its French text.

use crate::error::{Error, ErrorKind};
use crate::tls::CertificateFault;

/// Where the user mends the settings.
const SCREEN: &str = "écran Envoi du compte rendu par courriel";

/// Why an e-mail did not go. Holds servers, codes and counts; never an address, a password, or the server's words,
/// which may repeat an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CourrielError {
    /// Nobody to write to.
    #[error("no recipient")]
    NoRecipient,
    /// A recipient's address is none.
    #[error("the address of recipient {rank} is malformed")]
    InvalidRecipient {
        /// Its place in the list, from 1.
        rank: usize,
    },
    /// The sender's address is missing or none.
    #[error("the sender's address is missing or malformed")]
    InvalidSender,
    /// The server's name is missing or none.
    #[error("the server's name is missing or malformed")]
    InvalidServer,
    /// No encryption to another machine.
    #[error("clear-text SMTP refused for {server}")]
    ClearText {
        /// The server.
        server: String,
    },
    /// The client cannot start on this machine.
    #[error("the SMTP client cannot start: {detail}")]
    Client {
        /// The cause.
        detail: String,
    },
    /// The name does not resolve.
    #[error("name {server} not found")]
    NameNotFound {
        /// The server.
        server: String,
    },
    /// Nobody listens there, or a firewall refuses.
    #[error("connection refused by {server}")]
    ConnectionRefused {
        /// The server, with its port.
        server: String,
    },
    /// No connection, or no answer, in time.
    #[error("{server} did not answer in time")]
    TimedOut {
        /// The server, with its port.
        server: String,
    },
    /// The connection broke.
    #[error("connection with {server} cut: {detail}")]
    Cut {
        /// The server, with its port.
        server: String,
        /// The system's words.
        detail: String,
    },
    /// What answers does not speak SMTP, or not to the end.
    #[error("{server} does not answer as an SMTP server")]
    NotSmtp {
        /// The server, with its port.
        server: String,
    },
    /// The certificate is not trusted.
    #[error("certificate of {server} refused ({fault:?})")]
    Certificate {
        /// The server, with its port.
        server: String,
        /// Why.
        fault: CertificateFault,
    },
    /// No common TLS, or the port wants another kind of encryption.
    #[error("TLS with {server} failed: {detail}")]
    Tls {
        /// The server, with its port.
        server: String,
        /// The cause.
        detail: String,
    },
    /// The server does not offer STARTTLS.
    #[error("{server} does not offer STARTTLS")]
    NoStartTls {
        /// The server, with its port.
        server: String,
    },
    /// The user name or the password is refused.
    #[error("login refused by {server} (SMTP {code})")]
    LoginRefused {
        /// The server, with its port.
        server: String,
        /// The reply's code.
        code: u16,
    },
    /// The server takes no user name and password here, or none of the ways to give them that are known.
    #[error("{server} offers no known way to log in")]
    NoLogin {
        /// The server, with its port.
        server: String,
    },
    /// The sender is refused, or has to log in first.
    #[error("sender refused by {server} (SMTP {code})")]
    SenderRefused {
        /// The server, with its port.
        server: String,
        /// The reply's code.
        code: u16,
    },
    /// Every recipient is refused.
    #[error("all {count} recipients refused by {server} (SMTP {code})")]
    RecipientsRefused {
        /// The server, with its port.
        server: String,
        /// How many there are.
        count: usize,
        /// The last reply's code.
        code: u16,
    },
    /// The text is refused.
    #[error("message refused by {server} (SMTP {code})")]
    MessageRefused {
        /// The server, with its port.
        server: String,
        /// The reply's code.
        code: u16,
    },
    /// The server asks to come back later.
    #[error("{server} cannot take it now (SMTP {code})")]
    Busy {
        /// The server, with its port.
        server: String,
        /// The reply's code.
        code: u16,
    },
    /// The host asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl CourrielError {
    /// For the user: what happened, where, how to mend it.
    #[must_use]
    pub fn user_text(&self) -> String {
        match self {
            Self::NoRecipient => format!("Aucun destinataire n'est indiqué. Ajoutez une adresse ({SCREEN})."),
            Self::InvalidRecipient { rank } => format!(
                "L'adresse du destinataire n° {rank} n'est pas valable. Corrigez-la sous la forme nom@domaine.fr ({SCREEN})."
            ),
            Self::InvalidSender => format!(
                "L'adresse d'expéditeur manque ou n'est pas valable. Saisissez-la sous la forme nom@domaine.fr ({SCREEN})."
            ),
            Self::InvalidServer => format!(
                "Le serveur d'envoi manque ou son nom n'est pas valable. Saisissez par exemple smtp.domaine.fr ({SCREEN})."
            ),
            Self::ClearText { server } => format!(
                "Sans chiffrement, le mot de passe et le courriel circuleraient en clair vers {server} : c'est réservé à un serveur de cette machine. Choisissez TLS ou STARTTLS ({SCREEN})."
            ),
            Self::Client { detail } => {
                format!("La connexion au serveur d'envoi ne peut pas démarrer sur cette machine ({detail}).")
            }
            Self::NameNotFound { server } => format!(
                "Le serveur d'envoi {server} est introuvable : pas de réseau, ou nom mal écrit. Vérifiez le nom ({SCREEN}) et le réseau de cette machine."
            ),
            Self::ConnectionRefused { server } => format!(
                "La connexion à {server} est refusée : service arrêté, port faux, ou pare-feu. Vérifiez le nom et le port ({SCREEN})."
            ),
            Self::TimedOut { server } => format!(
                "Le serveur d'envoi {server} n'a pas répondu à temps. Vérifiez le nom, le port et le chiffrement ({SCREEN}), et le pare-feu."
            ),
            Self::Cut { server, .. } => format!(
                "La connexion avec {server} a été coupée. Vérifiez le port et le chiffrement ({SCREEN}), et le pare-feu."
            ),
            Self::NotSmtp { server } => format!(
                "{server} ne répond pas comme un serveur d'envoi de courriels. Vérifiez le nom, le port et le chiffrement ({SCREEN})."
            ),
            Self::Certificate { server, fault } => certificate(server, *fault),
            Self::Tls { server, .. } => format!(
                "La connexion sécurisée avec {server} n'a pas pu s'établir. Vérifiez le port et le chiffrement ({SCREEN}) : d'ordinaire TLS sur le port 465, STARTTLS sur le port 587."
            ),
            Self::NoStartTls { server } => format!(
                "{server} ne propose pas STARTTLS : rien n'a été envoyé en clair. Choisissez TLS, ou un autre port ({SCREEN})."
            ),
            Self::LoginRefused { server, code } => format!(
                "{server} refuse l'identifiant ou le mot de passe (SMTP {code}). Saisissez-les de nouveau ({SCREEN}) ; certains fournisseurs demandent un mot de passe d'application."
            ),
            Self::NoLogin { server } => format!(
                "{server} ne permet pas de s'identifier par mot de passe sur ce port. Changez de port ou de chiffrement, ou laissez l'identifiant vide ({SCREEN})."
            ),
            Self::SenderRefused { server, code } => format!(
                "{server} refuse l'expéditeur (SMTP {code}). Vérifiez l'adresse d'expéditeur, l'identifiant et le mot de passe ({SCREEN})."
            ),
            Self::RecipientsRefused { server, count: 1, code } => {
                format!("{server} refuse le destinataire (SMTP {code}). Vérifiez son adresse ({SCREEN}).")
            }
            Self::RecipientsRefused { server, count, code } => {
                format!("{server} refuse les {count} destinataires (SMTP {code}). Vérifiez leurs adresses ({SCREEN}).")
            }
            Self::MessageRefused { server, code } => format!(
                "{server} refuse le courriel (SMTP {code}). Vérifiez avec votre informaticien les règles de ce serveur."
            ),
            Self::Busy { server, code } => format!(
                "{server} ne peut pas prendre le courriel pour l'instant (SMTP {code}). Rien n'est à corriger de votre côté."
            ),
            Self::Cancelled => "Envoi du courriel annulé.".to_owned(),
        }
    }
}

fn certificate(server: &str, fault: CertificateFault) -> String {
    match fault {
        CertificateFault::Unknown => format!(
            "Le certificat de {server} est signé par une autorité que cette machine ne connaît pas. Faites ajouter cette autorité au magasin de certificats de la machine."
        ),
        CertificateFault::Expired => format!(
            "Le certificat de {server} est expiré ou pas encore valable. Vérifiez la date et l'heure de cette machine ; si elles sont justes, prévenez l'administrateur du serveur."
        ),
        CertificateFault::WrongName => format!(
            "Le certificat présenté n'est pas celui de {server}. Saisissez le nom qui figure dans le certificat ({SCREEN})."
        ),
        CertificateFault::Invalid => format!(
            "Le certificat de {server} est refusé (révoqué ou mal formé). Prévenez l'administrateur du serveur."
        ),
    }
}

impl From<CourrielError> for Error {
    fn from(error: CourrielError) -> Self {
        let kind = match &error {
            CourrielError::Cancelled => ErrorKind::Cancelled,
            CourrielError::NoRecipient
            | CourrielError::InvalidRecipient { .. }
            | CourrielError::InvalidSender
            | CourrielError::InvalidServer
            | CourrielError::ClearText { .. } => ErrorKind::Settings,
            CourrielError::Client { .. }
            | CourrielError::NameNotFound { .. }
            | CourrielError::ConnectionRefused { .. }
            | CourrielError::TimedOut { .. }
            | CourrielError::Cut { .. }
            | CourrielError::NotSmtp { .. }
            | CourrielError::Certificate { .. }
            | CourrielError::Tls { .. }
            | CourrielError::NoStartTls { .. }
            | CourrielError::LoginRefused { .. }
            | CourrielError::NoLogin { .. }
            | CourrielError::SenderRefused { .. }
            | CourrielError::RecipientsRefused { .. }
            | CourrielError::MessageRefused { .. }
            | CourrielError::Busy { .. } => ErrorKind::Network,
        };
        Self::new(kind, error.user_text(), error.to_string())
    }
}
