//! An e-mail's way out: the host's own mail if it has one, else the SMTP server of the settings.

use super::Letter;
use crate::courriel::{CourrielError, Message, Options, Password, Security, Server, check_server, is_address, send};
use crate::error::Error;
use crate::host::Host;
use crate::store::{Courriel, Sealer, Securite};

/// What became of an e-mail that went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// How many were written to.
    pub recipients: usize,
    /// Those that the server refused, by their places in the settings, from 1.
    pub refused: Vec<usize>,
}

impl Posted {
    /// In French, after what it is: « … envoyé à 2 destinataires ».
    #[must_use]
    pub fn text(&self) -> String {
        let reached = self.recipients.saturating_sub(self.refused.len());
        let mut text = format!("envoyé à {reached} destinataire{}", plural(reached));
        if !self.refused.is_empty() {
            let ranks: Vec<String> = self.refused.iter().map(|rank| format!("n° {rank}")).collect();
            text.push_str(&format!(
                " ; le serveur en a refusé {} ({}) : vérifiez l'adresse",
                self.refused.len(),
                ranks.join(", ")
            ));
        }
        text
    }
}

fn plural(count: usize) -> &'static str {
    if count > 1 { "s" } else { "" }
}

/// Send a letter as the settings say; on the thread on which the host called. Blocks for half a minute at most where the plugin speaks SMTP itself, and looks
/// at `cancel` meanwhile; the host's own mail takes the time that it takes.
///
/// # Errors
/// It did not go to anybody; the settings, the server or the host say why.
pub fn post(
    host: &dyn Host,
    sealer: &dyn Fn() -> Result<Sealer, Error>,
    courriel: &Courriel,
    letter: &Letter,
    cancel: &dyn Fn() -> bool,
) -> Result<Posted, Error> {
    let recipients = &courriel.reglage.destinataires;
    check_recipients(recipients)?;
    let refused = match host.mail() {
        Some(_) if cancel() => return Err(CourrielError::Cancelled.into()),
        Some(mail) => {
            mail.send(recipients, &letter.subject, &letter.body)?;
            Vec::new()
        }
        None => {
            let message = Message {
                from: courriel.reglage.expediteur.as_deref().unwrap_or_default().trim(),
                to: recipients,
                subject: &letter.subject,
                body: &letter.body,
                date: host.now()?,
            };
            send(&server(courriel, &sealer()?)?, &message, Options::default(), cancel)?.refused
        }
    };
    Ok(Posted {
        recipients: recipients.len(),
        refused,
    })
}

/// Whether an e-mail could be sent with these settings, as far as that shows without sending one.
///
/// # Errors
/// What is missing or wrong, or a password that this machine cannot open.
pub fn check(courriel: &Courriel, through_host: bool, sealer: &Sealer) -> Result<(), Error> {
    check_recipients(&courriel.reglage.destinataires)?;
    if through_host {
        return Ok(());
    }
    let server = server(courriel, sealer)?;
    check_server(&server.name, server.security)?;
    let sender = courriel.reglage.expediteur.as_deref().unwrap_or_default();
    if !is_address(sender.trim()) {
        return Err(CourrielError::InvalidSender.into());
    }
    Ok(())
}

fn check_recipients(recipients: &[String]) -> Result<(), CourrielError> {
    if recipients.is_empty() {
        return Err(CourrielError::NoRecipient);
    }
    match recipients.iter().position(|address| !is_address(address)) {
        Some(at) => Err(CourrielError::InvalidRecipient { rank: at + 1 }),
        None => Ok(()),
    }
}

fn server(courriel: &Courriel, sealer: &Sealer) -> Result<Server, Error> {
    let reglage = &courriel.reglage;
    let security = match reglage.securite {
        Securite::Tls => Security::Tls,
        Securite::StartTls => Security::StartTls,
        Securite::Aucune => Security::Clear,
    };
    let user = reglage.identifiant.clone().filter(|user| !user.trim().is_empty());
    let login = match user {
        None => None,
        Some(user) => {
            let password = courriel.open_password(sealer)?;
            let password = password.map(|secret| Password::new(secret.expose()));
            Some((user, password.unwrap_or_else(|| Password::new(""))))
        }
    };
    Ok(Server {
        name: reglage.serveur.clone().unwrap_or_default(),
        port: reglage.port.unwrap_or_else(|| security.usual_port()),
        security,
        login,
    })
}
