//! One message to one server: time-outs, cancel, certificates.

use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use lettre::message::Message as Formatted;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::ServerName;
use tokio::net::lookup_host;
use tokio::runtime::Builder;
use zeroize::Zeroizing;

use super::error::CourrielError;
use super::message::Message;
use crate::tls;

/// How often the cancel flag is looked at.
const SLICE: Duration = Duration::from_millis(100);

/// Longest wait for the server's good-bye.
const GOODBYE: Duration = Duration::from_secs(1);

/// How the connection is encrypted. Certificates are always verified, with the machine's own trust store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS as soon as the server has said hello, or nothing.
    StartTls,
    /// None: for a server on this machine only.
    Clear,
}

impl Security {
    /// The port that servers use for it.
    #[must_use]
    pub fn usual_port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::Clear => 25,
        }
    }
}

/// A password: wiped when dropped, shown as `***`.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes it over, as it is.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Who takes the message.
#[derive(Debug, Clone)]
pub struct Server {
    /// Name or IP address.
    pub name: String,
    /// Port.
    pub port: u16,
    /// Encryption.
    pub security: Security,
    /// User name and password; none: the server asks for none.
    pub login: Option<(String, Password)>,
}

/// Longest waits.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// To connect to one of the server's addresses.
    pub connect: Duration,
    /// For everything, name look-up and all.
    pub total: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(30),
        }
    }
}

/// What became of a message that the server took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// The recipients that it refused all the same, by their places in the list, from 1.
    pub refused: Vec<usize>,
}

/// Whether a server may be spoken to with this encryption.
///
/// # Errors
/// `InvalidServer`, `ClearText`.
pub fn check_server(name: &str, security: Security) -> Result<(), CourrielError> {
    Place::new(name, security.usual_port(), security).map(drop)
}

/// Hand a message to a server. Blocks; looks at `cancel` about every 100 ms.
///
/// A server that refuses some recipients takes the message for the others.
///
/// # Errors
/// Why nobody gets it.
pub fn send(
    server: &Server,
    message: &Message<'_>,
    options: Options,
    cancel: &dyn Fn() -> bool,
) -> Result<Sent, CourrielError> {
    let place = Place::new(&server.name, server.port, server.security)?;
    let text = message.format()?;
    let runtime = Builder::new_current_thread()
        .enable_all()
        .thread_keep_alive(Duration::from_millis(10))
        .build()
        .map_err(|error| CourrielError::Client {
            detail: error.to_string(),
        })?;
    let sent = runtime.block_on(async {
        let talk = talk(server, &place, &text, options.connect);
        let (sent, mut connection) = tokio::time::timeout(options.total, until(cancel, talk))
            .await
            .map_err(|_| CourrielError::TimedOut {
                server: place.shown.clone(),
            })??;
        // Taken is taken, whatever becomes of the good-bye.
        let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
        Ok(sent)
    });
    // A look-up that the system holds longer ends by itself.
    runtime.shutdown_timeout(Duration::from_secs(1));
    sent
}

/// The outcome of `work`, unless `cancel` comes first.
async fn until<T>(
    cancel: &dyn Fn() -> bool,
    work: impl Future<Output = Result<T, CourrielError>>,
) -> Result<T, CourrielError> {
    let mut work = pin!(work);
    loop {
        if cancel() {
            return Err(CourrielError::Cancelled);
        }
        if let Ok(done) = tokio::time::timeout(SLICE, work.as_mut()).await {
            return done;
        }
    }
}

/// A server that may be spoken to.
struct Place {
    /// Name without white space or brackets.
    name: String,
    /// Name and port, for errors.
    shown: String,
}

impl Place {
    fn new(name: &str, port: u16, security: Security) -> Result<Self, CourrielError> {
        let name = name.trim().trim_start_matches('[').trim_end_matches(']').to_owned();
        if ServerName::try_from(name.as_str()).is_err() {
            return Err(CourrielError::InvalidServer);
        }
        let loopback =
            name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let shown = format!("{name}:{port}");
        if security == Security::Clear && !loopback {
            return Err(CourrielError::ClearText { server: shown });
        }
        Ok(Self { name, shown })
    }

    /// What an error of the connection means.
    fn fault(&self, error: &SmtpError) -> CourrielError {
        let server = self.shown.clone();
        match tls::find(causes(error)) {
            Some(tls::Fault::Certificate(fault)) => return CourrielError::Certificate { server, fault },
            Some(tls::Fault::Other(detail)) => return CourrielError::Tls { server, detail },
            None => {}
        }
        if error.is_transient() {
            return CourrielError::Busy {
                server,
                code: code(error),
            };
        }
        if error.is_permanent() {
            return CourrielError::ConnectionRefused { server };
        }
        if error.is_response() {
            return CourrielError::NotSmtp { server };
        }
        let io = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>());
        match io.map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => CourrielError::ConnectionRefused { server },
            Some(io::ErrorKind::TimedOut) => CourrielError::TimedOut { server },
            _ => CourrielError::Cut {
                server,
                detail: io.map(ToString::to_string).unwrap_or_default(),
            },
        }
    }

    /// What the refusal of a step means: what `refused` says for good, or come back later, or not a refusal at all.
    fn refusal(&self, error: &SmtpError, refused: impl FnOnce(String, u16) -> CourrielError) -> CourrielError {
        if error.is_permanent() {
            refused(self.shown.clone(), code(error))
        } else {
            self.fault(error)
        }
    }
}

/// From the look-up of the name to the server's promise to deliver.
async fn talk(
    server: &Server,
    place: &Place,
    message: &Formatted,
    connect: Duration,
) -> Result<(Sent, AsyncSmtpConnection), CourrielError> {
    let found = lookup_host((place.name.as_str(), server.port)).await;
    let addresses: Vec<SocketAddr> = found.map(Iterator::collect).unwrap_or_default();
    if addresses.is_empty() {
        return Err(CourrielError::NameNotFound {
            server: place.name.clone(),
        });
    }
    let hello = ClientId::default();
    let wrapped = match server.security {
        Security::Tls => Some(tls_parameters(place)?),
        Security::StartTls | Security::Clear => None,
    };
    let connected = AsyncSmtpConnection::connect_tokio1(addresses.as_slice(), Some(connect), &hello, wrapped, None);
    let mut connection = connected.await.map_err(|error| place.fault(&error))?;
    if server.security == Security::StartTls {
        if !connection.can_starttls() {
            return Err(CourrielError::NoStartTls {
                server: place.shown.clone(),
            });
        }
        let upgraded = connection.starttls(tls_parameters(place)?, &hello).await;
        upgraded.map_err(|error| place.fault(&error))?;
    }
    if let Some((user, password)) = &server.login {
        log_in(&mut connection, place, user, password).await?;
    }
    let sent = deliver(&mut connection, place, message).await?;
    Ok((sent, connection))
}

fn tls_parameters(place: &Place) -> Result<TlsParameters, CourrielError> {
    TlsParameters::builder(place.name.clone())
        .build_rustls()
        .map_err(|error| CourrielError::Client {
            detail: error.to_string(),
        })
}

async fn log_in(
    connection: &mut AsyncSmtpConnection,
    place: &Place,
    user: &str,
    password: &Password,
) -> Result<(), CourrielError> {
    if connection
        .server_info()
        .get_auth_mechanism(DEFAULT_MECHANISMS)
        .is_none()
    {
        return Err(CourrielError::NoLogin {
            server: place.shown.clone(),
        });
    }
    let credentials = Credentials::new(user.to_owned(), password.0.to_string());
    let taken = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
    taken.map_err(|error| place.refusal(&error, |server, code| CourrielError::LoginRefused { server, code }))?;
    Ok(())
}

async fn deliver(
    connection: &mut AsyncSmtpConnection,
    place: &Place,
    message: &Formatted,
) -> Result<Sent, CourrielError> {
    let envelope = message.envelope();
    let from = connection
        .command(Mail::new(envelope.from().cloned(), Vec::new()))
        .await;
    from.map_err(|error| place.refusal(&error, |server, code| CourrielError::SenderRefused { server, code }))?;
    let mut sent = Sent::default();
    let mut last = None;
    for (rank, address) in (1..).zip(envelope.to()) {
        match connection.command(Rcpt::new(address.clone(), Vec::new())).await {
            Ok(_) => {}
            Err(error) if error.is_permanent() || error.is_transient() => {
                sent.refused.push(rank);
                last = Some(error);
            }
            Err(error) => return Err(place.fault(&error)),
        }
    }
    let count = envelope.to().len();
    if let Some(error) = last.filter(|_| sent.refused.len() == count) {
        return Err(place.refusal(&error, |server, code| CourrielError::RecipientsRefused {
            server,
            count,
            code,
        }));
    }
    let refused =
        |error: &SmtpError| place.refusal(error, |server, code| CourrielError::MessageRefused { server, code });
    connection.command(Data).await.map_err(|error| refused(&error))?;
    let taken = connection.message(&message.formatted()).await;
    taken.map_err(|error| refused(&error))?;
    Ok(sent)
}

/// The code of a reply; 0 if it was none.
fn code(error: &SmtpError) -> u16 {
    error.status().map_or(0, Into::into)
}

/// The error's causes, outermost first; the error itself is left out, because its text may hold the server's words.
fn causes(error: &SmtpError) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
