//! Connections that can be broken from inside: hyper answers what it is told, the socket under it gives way. With or
//! without TLS between them.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// The switch of one connection, in the hands of its requests.
#[derive(Clone, Debug, Default)]
pub struct Breaker(Arc<AtomicBool>);

impl Breaker {
    /// From now on nothing is written: the next write resets the connection.
    pub fn reset(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_broken(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Connected<IncomingStream<'_, Gate>> for Breaker {
    fn connect_info(stream: IncomingStream<'_, Gate>) -> Self {
        stream.remote_addr().clone()
    }
}

/// The listening socket.
pub struct Gate {
    /// It.
    pub listener: TcpListener,
    /// What connections are encrypted with; none: they are not.
    pub acceptor: Option<TlsAcceptor>,
}

impl Listener for Gate {
    type Io = Line;
    /// The breaker stands where the address is usual: it is what a request needs to know of its connection.
    type Addr = Breaker;

    async fn accept(&mut self) -> (Line, Breaker) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    // Small answers go at once; a socket that cannot do that still works.
                    let _ = stream.set_nodelay(true);
                    let breaker = Breaker::default();
                    let stream = match &self.acceptor {
                        None => Stream::Plain(stream),
                        // Agreed upon when the first byte is wanted: nobody else waits for it.
                        Some(acceptor) => Stream::Greeting(Box::new(acceptor.accept(stream))),
                    };
                    return (
                        Line {
                            stream,
                            breaker: breaker.clone(),
                        },
                        breaker,
                    );
                }
                // Too many open files, or a client gone before it was accepted: neither ends the sandbox.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<Breaker> {
        Ok(Breaker::default())
    }
}

/// One connection.
pub struct Line {
    stream: Stream,
    breaker: Breaker,
}

enum Stream {
    Plain(TcpStream),
    Greeting(Box<Accept<TcpStream>>),
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Line {
    /// Works on the stream once both sides have agreed on its encryption.
    fn poll_stream<T>(
        &mut self,
        context: &mut Context<'_>,
        work: impl FnOnce(Pin<&mut dyn ReadWrite>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Stream::Greeting(greeting) = &mut self.stream {
            let agreed = ready!(Pin::new(greeting.as_mut()).poll(context))?;
            self.stream = Stream::Encrypted(Box::new(agreed));
        }
        match &mut self.stream {
            Stream::Plain(stream) => work(Pin::new(stream), context),
            Stream::Encrypted(stream) => work(Pin::new(stream.as_mut()), context),
            Stream::Greeting(_) => Poll::Pending,
        }
    }

    fn socket(&self) -> Option<&TcpStream> {
        match &self.stream {
            Stream::Plain(stream) => Some(stream),
            Stream::Encrypted(stream) => Some(stream.get_ref().0),
            Stream::Greeting(_) => None,
        }
    }
}

trait ReadWrite: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> ReadWrite for T {}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_stream(context, |stream, context| stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.breaker.is_broken() {
            // Without lingering, closing sends a reset; if that cannot be set, the client sees a plain end instead.
            let _ = self.socket().map(TcpStream::set_zero_linger);
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        self.poll_stream(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_stream(context, |stream, context| stream.poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_stream(context, |stream, context| stream.poll_shutdown(context))
    }
}
