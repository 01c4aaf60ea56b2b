//! One HTTP exchange: time-outs, cancel, proxy, certificates.

use super::access::Base;
use super::error::MissionError;
use super::retry::{Backoff, RetryAfter};
use super::{fault, proxy};
use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{NoProxy, Proxy, Url, redirect};
use std::pin::pin;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How often the host's cancel flag is looked at.
pub(super) const SLICE: Duration = Duration::from_millis(100);

/// Time-outs, proxy and name of the HTTP client.
#[derive(Debug, Clone)]
pub struct Options {
    /// Longest time to connect.
    pub connect: Duration,
    /// Longest silence while an answer is awaited or read.
    pub read: Duration,
    /// Longest time for one exchange.
    pub total: Duration,
    /// Waits between attempts.
    pub backoff: Backoff,
    /// The proxy setting, e.g. `http://proxy:3128`; none: the environment's (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`).
    pub proxy: Option<String>,
    /// Product and version, told to the receiver.
    pub user_agent: String,
    /// Largest answer read, in bytes (an answer echoes the dossiers).
    pub largest_answer: usize,
    /// An authority trusted beside the machine's own, as DER.
    #[cfg(test)]
    pub(crate) authority: Option<Vec<u8>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(60),
            total: Duration::from_secs(120),
            backoff: Backoff::default(),
            proxy: None,
            user_agent: concat!("passerelle-apprentissage/", env!("CARGO_PKG_VERSION")).into(),
            largest_answer: 16 * 1024 * 1024,
            #[cfg(test)]
            authority: None,
        }
    }
}

/// The HTTP client of one run: made inside the job, dropped before it returns.
///
/// Everything runs on the caller's thread, but for the system's name look-ups. Dropping it waits at most one second
/// for a look-up in progress: one that the system holds longer ends by itself, without touching anything.
pub struct Transport {
    options: Options,
    /// Taken by `drop` only.
    runtime: Option<Runtime>,
    distant: OnceLock<reqwest::Client>,
    local: OnceLock<reqwest::Client>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) http: u16,
    pub(super) retry_after: Option<RetryAfter>,
    pub(super) location: Option<String>,
    /// A web page, not an API's answer.
    pub(super) page: bool,
    pub(super) body: Vec<u8>,
    /// The body went on beyond the longest that is read.
    pub(super) too_long: bool,
}

/// What goes out: always a POST of JSON.
pub(super) struct Request<'a> {
    pub(super) base: &'a Base,
    pub(super) path: &'a str,
    pub(super) bearer: Option<&'a str>,
    pub(super) body: Bytes,
    /// Whether it is too late to await an answer, whatever the client's own time-outs. Asked like a cancel.
    pub(super) late: &'a dyn Fn() -> bool,
}

impl Transport {
    /// Prepares the client; nothing is sent.
    ///
    /// # Errors
    /// `InvalidProxy`, or `Client` if the machine gives no runtime.
    pub fn new(options: Options) -> Result<Self, MissionError> {
        if let Some(setting) = options.proxy.as_deref() {
            proxy::address(Some(setting))?;
        }
        let runtime = Builder::new_current_thread()
            .enable_all()
            .thread_keep_alive(Duration::from_millis(10))
            .build()
            .map_err(|error| MissionError::Client {
                detail: error.to_string(),
            })?;
        Ok(Self {
            options,
            runtime: Some(runtime),
            distant: OnceLock::new(),
            local: OnceLock::new(),
        })
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// One exchange. Blocks; looks at `cancel` every [`SLICE`].
    ///
    /// # Errors
    /// `Cancelled`, or what stood between this machine and the whole answer.
    pub(super) fn exchange(&self, request: Request<'_>, cancel: &dyn Fn() -> bool) -> Result<Reply, MissionError> {
        if cancel() {
            return Err(MissionError::Cancelled);
        }
        let host = &request.base.host;
        let client = self.client(request.base.loopback)?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(key) = request.bearer {
            headers.insert(AUTHORIZATION, bearer(key)?);
        }
        let sent = client
            .post(request.base.join(request.path))
            .headers(headers)
            .body(request.body);
        let runtime = self.runtime.as_ref().ok_or_else(|| MissionError::Client {
            detail: "no runtime".into(),
        })?;
        runtime.block_on(async {
            let mut work = pin!(talk(sent, self.options.largest_answer));
            loop {
                match tokio::time::timeout(SLICE, work.as_mut()).await {
                    Ok(done) => return done.map_err(|error| self.classified(&error, request.base)),
                    Err(_) if cancel() => return Err(MissionError::Cancelled),
                    Err(_) if (request.late)() => return Err(MissionError::TimedOut { host: host.clone() }),
                    Err(_) => {}
                }
            }
        })
    }

    fn classified(&self, error: &reqwest::Error, base: &Base) -> MissionError {
        match fault::classify(error, &base.host) {
            MissionError::ProxyDown { host, detail } => {
                let proxy = proxy::address(self.options.proxy.as_deref());
                let forbidden = proxy.is_ok_and(|proxy| proxy.is_some_and(|proxy| proxy::forbids(&proxy, base.url())));
                if forbidden {
                    MissionError::ProxyRefused { host, detail }
                } else {
                    MissionError::ProxyDown { host, detail }
                }
            }
            other => other,
        }
    }

    fn client(&self, loopback: bool) -> Result<&reqwest::Client, MissionError> {
        let cell = if loopback { &self.local } else { &self.distant };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = self.build(loopback)?;
        Ok(cell.get_or_init(|| client))
    }

    fn build(&self, loopback: bool) -> Result<reqwest::Client, MissionError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(&self.options.user_agent)
            .redirect(redirect::Policy::none())
            .connect_timeout(self.options.connect)
            .read_timeout(self.options.read)
            .timeout(self.options.total)
            // Below the keep-alive of usual servers: a connection that they have closed meanwhile is not tried.
            .pool_idle_timeout(Duration::from_secs(15))
            .referer(false);
        if loopback {
            // A proxy must not see what is meant for this very machine.
            builder = builder.no_proxy();
        } else if let Some(address) = proxy::address(self.options.proxy.as_deref())? {
            let proxy = Proxy::all(address).map_err(|_| MissionError::InvalidProxy)?;
            builder = builder.proxy(proxy.no_proxy(NoProxy::from_env()));
        }
        #[cfg(test)]
        if let Some(authority) = &self.options.authority {
            let authority = reqwest::Certificate::from_der(authority).map_err(|error| MissionError::Client {
                detail: error.to_string(),
            })?;
            builder = builder.add_root_certificate(authority);
        }
        builder.build().map_err(|error| MissionError::Client {
            detail: std::error::Error::source(&error).map_or_else(|| "unknown".into(), ToString::to_string),
        })
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        // The connections are closed inside the runtime that drives them.
        self.distant.take();
        self.local.take();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

/// The authorisation header; kept out of every `Debug`.
pub(super) fn bearer(key: &str) -> Result<HeaderValue, MissionError> {
    let text = zeroize::Zeroizing::new(format!("Bearer {key}"));
    let mut value = HeaderValue::from_str(&text).map_err(|_| MissionError::InvalidKey)?;
    value.set_sensitive(true);
    Ok(value)
}

async fn talk(request: reqwest::RequestBuilder, largest: usize) -> Result<Reply, reqwest::Error> {
    let mut response = request.send().await?;
    let http = response.status().as_u16();
    let text = |name| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let retry_after = text(RETRY_AFTER).map(|asked| RetryAfter {
        asked,
        said_at: text(DATE),
    });
    let location = text(LOCATION);
    let html = text(CONTENT_TYPE).is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"));
    let mut body = Vec::new();
    let mut too_long = false;
    loop {
        match response.chunk().await {
            // Too large to be the protocol's answer: what is kept of it does not parse.
            Ok(Some(chunk)) if body.len() + chunk.len() > largest => {
                too_long = true;
                break;
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            // The status of a refusal says enough; only a success is worth its body.
            Err(_) if http >= 300 => break,
            Err(error) => return Err(error),
        }
    }
    let page = html || body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    Ok(Reply {
        http,
        retry_after,
        location,
        page,
        body,
        too_long,
    })
}

/// A redirect's target fit to be shown: resolved, without query, user name or fragment, at most 200 characters.
pub(super) fn shown_location(from: &Url, location: Option<&str>) -> String {
    let shown = location.and_then(|to| from.join(to).ok()).map(|mut to| {
        to.set_query(None);
        to.set_fragment(None);
        // Fails only for addresses that cannot have a user name at all.
        let _ = to.set_username("");
        let _ = to.set_password(None);
        to.to_string().chars().take(200).collect()
    });
    shown.unwrap_or_else(|| "?".into())
}
