//! Listeners: HTTPS or HTTP for clients, HTTP for health and metrics.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Extension, Router};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use zetel_api::{
    ApiState, Authenticator, Settings as ApiSettings, health::Metrics, token::ClientScheme,
};

use zetel_web::AdminCenter;

use super::{config::Settings, parts::Parts, tls::Certificates, upkeep};
use crate::{error::CliError, exit::Exit};

/// Connections at once; more wait to be accepted.
const CONNECTIONS: usize = 10_000;
/// How long a client may take to greet, and to send the head of a request.
const GREETING: Duration = Duration::from_secs(15);
/// Bytes of the head of a request in HTTP/1.1, of which its address may be half; HTTP/2 has a limit of its own.
const HEAD: usize = 128 * 1024;
/// How long requests may go on after the process was told to end.
const FAREWELL: Duration = Duration::from_secs(10);

/// Bound listeners that do not serve yet.
pub struct Listeners {
    clients: std::net::TcpListener,
    operators: Option<std::net::TcpListener>,
    tls: Option<TlsAcceptor>,
    public_url: Option<String>,
}

impl Listeners {
    /// Binds the addresses of the settings.
    pub fn bind(settings: &Settings, certificates: &Certificates) -> Result<Self, CliError> {
        Ok(Self {
            clients: bind(settings.listen)?,
            operators: settings.ops_listen.map(bind).transpose()?,
            tls: certificates
                .config
                .as_ref()
                .map(|config| TlsAcceptor::from(Arc::clone(config))),
            public_url: settings.public_url.clone(),
        })
    }

    /// Where clients reach the server; the system chose the port if it was 0.
    pub fn address(&self) -> SocketAddr {
        address(&self.clients)
    }

    /// Where health and metrics are, if anywhere.
    pub fn ops_address(&self) -> Option<SocketAddr> {
        self.operators.as_ref().map(address)
    }

    /// Serves until SIGTERM or SIGINT.
    pub async fn serve(self, parts: &Parts) -> Result<(), CliError> {
        let (stop, stopped) = watch::channel(());
        let scheme = ClientScheme(if self.tls.is_some() { "https" } else { "http" });
        let metrics = Arc::new(Metrics::new(parts.engine.clone()));
        let state = ApiState {
            engine: parts.engine.clone(),
            authenticator: Arc::new(Authenticator::new(Arc::clone(&parts.tokens))),
            signer: Arc::clone(&parts.tokens) as Arc<_>,
            credentials: Arc::clone(&parts.tokens) as Arc<_>,
            environment: parts.environment.clone(),
            metrics: Arc::clone(&metrics),
            settings: ApiSettings {
                public_url: self.public_url,
                ..ApiSettings::default()
            },
        };
        let pages = zetel_web::router(AdminCenter {
            engine: state.engine.clone(),
            tokens: Arc::clone(&parts.tokens),
            authenticator: Arc::clone(&state.authenticator),
        });
        let app = zetel_api::app(state, Arc::clone(&parts.tokens));
        let app = pages.merge(app).layer(Extension(scheme));
        #[cfg(feature = "otlp")]
        let app = app.layer(axum::middleware::from_fn(super::traces::follow));
        let mut serving = vec![tokio::spawn(accept(
            listener(self.clients)?,
            app,
            self.tls,
            stopped.clone(),
        ))];
        if let Some(operators) = self.operators {
            let app = zetel_api::health::router(parts.engine.clone(), metrics);
            serving.push(tokio::spawn(accept(
                listener(operators)?,
                app,
                None,
                stopped,
            )));
        }
        let upkeep = tokio::spawn(upkeep::keep(Arc::clone(&parts.tokens), upkeep::PERIOD));
        told_to_end().await?;
        upkeep.abort();
        tracing::info!("told to end; finishing what is under way");
        drop(stop);
        for task in serving {
            // A task that panicked has said so already.
            let _ = task.await;
        }
        Ok(())
    }
}

fn address(listener: &std::net::TcpListener) -> SocketAddr {
    // A listener that is bound has an address.
    listener
        .local_addr()
        .unwrap_or_else(|_| SocketAddr::from(([0, 0, 0, 0], 0)))
}

fn bind(address: SocketAddr) -> Result<std::net::TcpListener, CliError> {
    let listen = || {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    listen().map_err(|error: std::io::Error| {
        CliError::new(
            Exit::Failed,
            format!("Could not listen on {address}: {error}"),
        )
        .hint("Is another server running? Give another address with `--listen`")
    })
}

fn listener(listener: std::net::TcpListener) -> Result<TcpListener, CliError> {
    TcpListener::from_std(listener)
        .map_err(|error| CliError::new(Exit::Failed, format!("Could not listen: {error}")))
}

async fn told_to_end() -> Result<(), CliError> {
    let watch = |kind| {
        signal(kind).map_err(|error| {
            CliError::new(
                Exit::Failed,
                format!("Could not watch for signals: {error}"),
            )
        })
    };
    let (mut terminate, mut interrupt) = (
        watch(SignalKind::terminate())?,
        watch(SignalKind::interrupt())?,
    );
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Accepts connections until told to stop, then lets those under way finish.
async fn accept(
    listener: TcpListener,
    app: Router,
    tls: Option<TlsAcceptor>,
    mut stopped: watch::Receiver<()>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = Arc::new(GracefulShutdown::new());
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let watcher = graceful.watcher();
                tokio::spawn(greet(stream, app.clone(), tls.clone(), watcher, place));
            }
            Err(error) => {
                // Too many open files, mostly: wait for some to be closed.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    if let Some(graceful) = Arc::into_inner(graceful) {
        // Requests that go on after the time are cut off by the end of the process.
        let _ = timeout(FAREWELL, graceful.shutdown()).await;
    }
}

async fn greet(
    stream: TcpStream,
    app: Router,
    tls: Option<TlsAcceptor>,
    watcher: hyper_util::server::graceful::Watcher,
    place: OwnedSemaphorePermit,
) {
    // Small answers must not wait for the acknowledgement of earlier ones.
    let _ = stream.set_nodelay(true);
    match tls {
        None => converse(stream, app, watcher).await,
        Some(tls) => match timeout(GREETING, tls.accept(stream)).await {
            Ok(Ok(stream)) => converse(stream, app, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "a client did not agree on TLS"),
            Err(_) => tracing::debug!("a client took too long to agree on TLS"),
        },
    }
    drop(place);
}

async fn converse<S>(stream: S, app: Router, watcher: hyper_util::server::graceful::Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .max_buf_size(HEAD)
        .header_read_timeout(GREETING);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(200);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}
