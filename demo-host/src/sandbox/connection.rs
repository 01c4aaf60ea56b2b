//! Connections that can be broken from inside: hyper answers what it is told, the socket under it gives way.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

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
pub struct Gate(pub TcpListener);

impl Listener for Gate {
    type Io = Line;
    /// The breaker stands where the address is usual: it is what a request needs to know of its connection.
    type Addr = Breaker;

    async fn accept(&mut self) -> (Line, Breaker) {
        loop {
            match self.0.accept().await {
                Ok((stream, _)) => {
                    // Small answers go at once; a socket that cannot do that still works.
                    let _ = stream.set_nodelay(true);
                    let breaker = Breaker::default();
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
    stream: TcpStream,
    breaker: Breaker,
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.breaker.is_broken() {
            // Without lingering, closing sends a reset; if that cannot be set, the client sees a plain end instead.
            let _ = self.stream.set_zero_linger();
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
