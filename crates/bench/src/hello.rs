//! The limit of every request: a bare axum answer behind the same accept loop and runtime as the server's.

use std::io::Write;

use axum::{Router, routing::get};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};

use crate::error::BenchError;

/// As in the server: how long a client may take to send the head of a request.
const GREETING: std::time::Duration = std::time::Duration::from_secs(15);

/// Serves `hello` on a port that the system chooses and prints the address, until the process is ended.
pub fn serve(workers: usize) -> Result<(), BenchError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
        let app = Router::new().route("/", get(async || "hello"));
        let graceful = GracefulShutdown::new();
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::spawn(converse(stream, app.clone(), graceful.watcher()));
        }
    })
}

async fn converse(stream: TcpStream, app: Router, watcher: hyper_util::server::graceful::Watcher) {
    // The answer goes out at once, as the server's does.
    let _ = stream.set_nodelay(true);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(GREETING);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(200);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    // Clients close connections as they like.
    let _ = watcher.watch(connection).await;
}
