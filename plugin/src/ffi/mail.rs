//! The host's way of sending e-mail.

use passerelle_abi as abi;

use super::host::{ask, lacks};
use super::text::{self, SharedPointer};
use crate::error::Error;
use crate::host::Mail;

/// The host's `passerelle.host.mail/1`.
#[derive(Clone, Copy)]
pub struct MailPointer {
    /// The host.
    pub host: SharedPointer<abi::passerelle_host>,
    /// Its interface.
    pub mail: SharedPointer<abi::passerelle_host_mail>,
}

impl Mail for MailPointer {
    fn send(&self, recipients: &[String], subject: &str, body: &str) -> Result<(), Error> {
        // SAFETY: valid as long as the host.
        let send = unsafe { (*self.mail.0).send }.ok_or_else(|| lacks("passerelle.host.mail/1 send"))?;
        let recipients = recipients.join(",");
        let (recipients_len, subject_len, body_len) = (
            text::len32(recipients.len())?,
            text::len32(subject.len())?,
            text::len32(body.len())?,
        );
        // SAFETY: as above; the texts live through the call.
        ask("mail.send", |error| unsafe {
            send(
                self.host.0,
                recipients.as_ptr().cast(),
                recipients_len,
                subject.as_ptr().cast(),
                subject_len,
                body.as_ptr().cast(),
                body_len,
                error,
            )
        })
    }
}
