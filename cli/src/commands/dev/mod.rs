//! `twinshore dev DIR`: a main server and phones in the browser that follow what is saved.
//!
//! A saved file is checked: mistakes are told and nothing changes; a good configuration is published to the server that runs, and open
//! phones follow it by themselves, with what was typed in them.

mod invitation;
mod users;
mod workshop;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tokio::sync::mpsc;
use twinshore_compiler::{Severity, TYPES_FOLDER, compile};
use twinshore_server::{Published, Source};
use twinshore_simulator::{PhoneSetup, Simulator};

use self::invitation::show_invitation;
use self::workshop::Bench;
use super::watch::{Sources, names};
use super::{CommandError, types};
use crate::output;

pub use invitation::{invitation, show};

/// What changed, told by the thread that watches.
type Changes = mpsc::UnboundedReceiver<BTreeSet<PathBuf>>;

/// Arguments.
#[derive(Debug, Args)]
pub struct Dev {
    /// Configuration folder
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Folder for the databases of the main server and the phones [default: DIR/.twinshore/dev]
    #[arg(long)]
    directory: Option<PathBuf>,
    /// Who has a phone, with all roles; may be repeated
    #[arg(long = "user", value_name = "NAME", default_values_t = ["ann".to_owned(), "bob".to_owned()])]
    users: Vec<String>,
    /// Port of the page; 0 takes a free one
    #[arg(long, default_value_t = 4173)]
    port: u16,
    /// Port of the main server; 0 takes a free one
    #[arg(long, default_value_t = 8180)]
    server_port: u16,
    /// Address that the main server listens on; 0.0.0.0 lets phones of your network in
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Address at which phones reach the main server, if it is another one
    #[arg(long, value_name = "URL")]
    server_url: Option<String>,
}

impl Dev {
    /// Serves and follows until it is stopped.
    pub async fn run(self) -> Result<(), CommandError> {
        let mut changes = watch(&self.folder)?;
        let Some(first) = first_good(&self.folder, &mut changes).await? else { return Ok(()) };
        let directory = self.directory.clone().unwrap_or_else(|| self.folder.join(".twinshore/dev"));
        std::fs::create_dir_all(&directory).map_err(|cause| CommandError::File { path: directory.clone(), cause })?;
        let bench = Arc::new(self.serve(first, &directory).await?);
        let simulator = self.simulator(&bench, &directory)?;
        let page = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await;
        let page = page.and_then(|listener| Ok((listener.local_addr()?, listener))).map_err(|cause| {
            CommandError::Argument(format!(
                "port {} can't be taken for the page: {cause}; name another one with --port",
                self.port
            ))
        })?;
        self.greet(page.0, &bench);
        let (entered, asks) = mpsc::unbounded_channel();
        read_enter(entered);
        tokio::select! {
            result = simulator.serve(page.1) => result.map_err(|error| CommandError::Argument(error.to_string())),
            () = follow(&self.folder, &mut changes, &bench) => Ok(()),
            () = self.invite_again(asks, &bench) => Ok(()),
            () = super::serve::told_to_stop() => Ok(()),
        }
    }

    /// Starts the main server, with its people.
    async fn serve(&self, first: Published, directory: &Path) -> Result<Bench, CommandError> {
        let mut config = twinshore_server::Config::of(Source::Published(Box::new(first)), directory.join("main.db"));
        config.address = SocketAddr::new(self.address, self.server_port);
        config.at_once = true;
        let running = Arc::new(twinshore_server::serve(config).await?);
        users::add(&running.engine(), &self.users)?;
        let reached_at = self.reached_at(running.address());
        Ok(Bench::new(running, reached_at, self.users.clone()))
    }

    /// Phones for everybody, behind links of their own.
    fn simulator(&self, bench: &Arc<Bench>, directory: &Path) -> Result<Simulator, CommandError> {
        let program = std::env::current_exe().map_err(|cause| CommandError::File { path: "twinshore".into(), cause })?;
        let setups = self.users.iter().map(|name| PhoneSetup { name: name.clone(), user: name.clone() }).collect();
        let way = SocketAddr::new(own(self.address), bench.port());
        let simulator = Simulator::new(program, directory.join("phones"), way, setups);
        let simulator = simulator.map_err(|error| CommandError::Argument(error.to_string()))?;
        Ok(simulator.known_as(bench.reached_at()).in_workshop(Arc::clone(bench) as _))
    }

    fn greet(&self, page: SocketAddr, bench: &Bench) {
        refresh_types(&self.folder);
        output::line(format_args!("main server on {}", bench.reached_at()));
        if let Some(name) = self.users.first() {
            show_invitation(bench, name);
        }
        if self.address.is_loopback() && self.server_url.is_none() {
            output::line("phones of your network reach the main server if you start with --address 0.0.0.0");
        }
        output::line(format_args!("sign in as {}, password: {}", self.users.join(" or "), users::PASSWORD));
        output::line(format_args!("simulator on http://{page}"));
        output::line(format_args!("watching {}", self.folder.display()));
    }

    /// Shows a new code each time somebody presses Enter.
    async fn invite_again(&self, mut asks: mpsc::UnboundedReceiver<()>, bench: &Bench) {
        while asks.recv().await.is_some() {
            if let Some(name) = self.users.first() {
                show_invitation(bench, name);
            }
        }
        // Nobody sits at the keyboard: the rest goes on.
        std::future::pending().await
    }

    fn reached_at(&self, address: SocketAddr) -> String {
        match &self.server_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None if self.address.is_unspecified() => format!("http://{}", SocketAddr::new(in_network(), address.port())),
            None => format!("http://{address}"),
        }
    }
}

/// How this machine itself reaches what listens on an address.
fn own(address: IpAddr) -> IpAddr {
    if address.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address }
}

/// The address of this machine that others see. Nothing is sent: the system only says which way it would go.
fn in_network() -> IpAddr {
    let found = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr()
    });
    found.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip())
}

/// Watches the folder on a thread of its own.
fn watch(folder: &Path) -> Result<Changes, CommandError> {
    let there = folder.canonicalize().map_err(|cause| CommandError::File { path: folder.to_owned(), cause })?;
    let mut sources = Sources::new()?;
    sources.add(there)?;
    let (told, changes) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        while let Some(changed) = sources.next_change() {
            if told.send(changed).is_err() {
                return;
            }
        }
    });
    Ok(changes)
}

/// Lines of a person at the keyboard, if there is one.
fn read_enter(entered: mpsc::UnboundedSender<()>) {
    use std::io::IsTerminal as _;
    if std::io::stdin().is_terminal() {
        std::thread::spawn(move || {
            for line in std::io::stdin().lines() {
                if line.is_err() || entered.send(()).is_err() {
                    return;
                }
            }
        });
    }
}

/// What a folder is now: what can be served, or what is wrong.
async fn check(folder: &Path) -> Result<Published, Vec<String>> {
    let folder = folder.to_owned();
    let compiled = tokio::task::spawn_blocking(move || compile(&folder)).await;
    let compilation = compiled.map_err(|error| vec![error.to_string()])?;
    let errors = compilation.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(ToString::to_string).collect();
    match compilation.bundles {
        Some(bundles) => Ok(Published { main: bundles.main, device: Some(bundles.device) }),
        None => Err(errors),
    }
}

/// The first configuration that can be served: whoever begins with a mistake mends it while this waits.
async fn first_good(folder: &Path, changes: &mut Changes) -> Result<Option<Published>, CommandError> {
    loop {
        match check(folder).await {
            Ok(published) => return Ok(Some(published)),
            Err(mistakes) => {
                mistakes.iter().for_each(output::line);
                output::line("waiting until this is mended");
            }
        }
        if changes.recv().await.is_none() {
            return Ok(None);
        }
    }
}

/// Checks and publishes what is saved, as long as something can be.
async fn follow(folder: &Path, changes: &mut Changes, bench: &Bench) {
    while let Some(mut changed) = changes.recv().await {
        while let Ok(more) = changes.try_recv() {
            changed.extend(more);
        }
        let saved = names(&changed);
        match check(folder).await {
            Ok(published) => {
                // First: whoever reads that it is published finds them.
                refresh_types(folder);
                bench.publish(&saved, published).await;
            }
            Err(mistakes) => bench.tell(false, format!("{saved}: not published, phones go on with what they have"), mistakes),
        }
    }
    std::future::pending().await
}

/// Editors of whoever wants types know of the change too.
fn refresh_types(folder: &Path) {
    if folder.join(TYPES_FOLDER).is_dir()
        && let Err(error) = types::write(folder)
    {
        output::fault(&error);
    }
}
