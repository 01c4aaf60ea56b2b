//! What is sent: plain text, with headers that say that a program wrote it.

use std::time::SystemTime;

use chrono::{DateTime, FixedOffset};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message as Formatted};

use super::error::CourrielError;

/// Name beside the sender's address.
const SENDER_NAME: &str = "Passerelle Apprentissage";

/// One e-mail.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// The sender's address.
    pub from: &'a str,
    /// The recipients' addresses, one at least; each sees the others.
    pub to: &'a [String],
    /// One line.
    pub subject: &'a str,
    /// Lines ended by `\n`.
    pub body: &'a str,
    /// When it is sent, by the host's clock.
    pub date: DateTime<FixedOffset>,
}

impl Message<'_> {
    /// As it goes over the wire, in ASCII.
    pub(super) fn format(&self) -> Result<Formatted, CourrielError> {
        let from = self.from.parse().map_err(|_| CourrielError::InvalidSender)?;
        let mut builder = Formatted::builder()
            .from(Mailbox::new(Some(SENDER_NAME.to_owned()), from))
            .date(SystemTime::from(self.date))
            .message_id(None)
            .subject(self.subject)
            .header(ContentType::TEXT_PLAIN);
        for (rank, address) in (1..).zip(self.to) {
            let address = address.parse().map_err(|_| CourrielError::InvalidRecipient { rank })?;
            builder = builder.to(Mailbox::new(None, address));
        }
        if self.to.is_empty() {
            return Err(CourrielError::NoRecipient);
        }
        let mut message = builder
            .body(self.body.to_owned())
            .map_err(|error| CourrielError::Client {
                detail: error.to_string(),
            })?;
        // Keeps out-of-office answers from coming back.
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        message
            .headers_mut()
            .insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
        Ok(message)
    }
}
