//! `twinshore serve DIR`: a main server until it is told to stop.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use super::{CommandError, database_of};
use crate::output;

/// Arguments.
#[derive(Debug, Args)]
pub struct Serve {
    /// Configuration folder
    folder: PathBuf,
    /// Port; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address to listen on; put a TLS proxy before it when it is not this machine's own
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Database file [default: DIR/.twinshore/main.db]
    #[arg(long)]
    database: Option<PathBuf>,
}

impl Serve {
    /// Serves until Ctrl+C or SIGTERM; SIGHUP publishes the folder as it is then.
    pub async fn run(self) -> Result<(), CommandError> {
        let database = database_of(&self.folder, self.database)?;
        let mut config = twinshore_server::Config::new(self.folder, database);
        config.address = SocketAddr::new(self.address, self.port);
        let running = twinshore_server::serve(config).await?;
        output::line(format_args!("listening on {}", running.url()));
        tokio::select! {
            () = told_to_stop() => {}
            () = publish_when_told(&running) => {}
        }
        running.stop().await;
        Ok(())
    }
}

/// SIGHUP makes the server read its configuration anew, as `twinshore publish` does.
async fn publish_when_told(running: &twinshore_server::Running) {
    #[cfg(unix)]
    if let Ok(mut told) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) {
        while told.recv().await.is_some() {
            match running.publish_again().await {
                Ok(publication) => tracing::info!(changed = publication.changed, "the configuration was read anew"),
                Err(error) => tracing::error!(%error, "the new configuration is not served; the old one goes on"),
            }
        }
    }
    std::future::pending().await
}

/// Ctrl+C or SIGTERM.
pub async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
