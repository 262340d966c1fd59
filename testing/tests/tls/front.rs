//! TLS before a main server, as a proxy of an operator speaks it: certificates are made for the test and can be changed while it runs.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Issues certificates.
pub struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// When a certificate is valid.
#[derive(Clone, Copy)]
pub enum Valid {
    Now,
    Past,
    Future,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { pem: certificate.pem(), issuer: Issuer::new(params, key) }
    }

    /// What devices are given to trust it.
    pub fn pem(&self) -> Vec<u8> {
        self.pem.clone().into_bytes()
    }

    /// A certificate of a main server.
    pub fn issue(&self, name: &str, valid: Valid) -> ServerConfig {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        (params.not_before, params.not_after) = match valid {
            Valid::Now => (date_time_ymd(2020, 1, 1), date_time_ymd(2090, 1, 1)),
            Valid::Past => (date_time_ymd(2010, 1, 1), date_time_ymd(2020, 1, 1)),
            Valid::Future => (date_time_ymd(2080, 1, 1), date_time_ymd(2090, 1, 1)),
        };
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("a configuration")
    }
}

/// Takes connections, speaks TLS and passes what it reads to the main server.
pub struct Front {
    pub address: SocketAddr,
    shown: Arc<Mutex<Arc<ServerConfig>>>,
    secured: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Front {
    pub async fn before(main: SocketAddr, shown: ServerConfig) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let (shown, secured) = (Arc::new(Mutex::new(Arc::new(shown))), Arc::new(AtomicU64::new(0)));
        let (of_task, counted) = (Arc::clone(&shown), Arc::clone(&secured));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let config = Arc::clone(&of_task.lock().unwrap_or_else(PoisonError::into_inner));
                tokio::spawn(pass(stream, config, main, Arc::clone(&counted)));
            }
        });
        Self { address, shown, secured, task }
    }

    /// Shows another certificate to connections from now on.
    pub fn show(&self, next: ServerConfig) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }

    /// Connections that somebody trusted so far.
    pub fn trusted(&self) -> u64 {
        self.secured.load(Ordering::SeqCst)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(stream: TcpStream, config: Arc<ServerConfig>, main: SocketAddr, secured: Arc<AtomicU64>) {
    let Ok(mut secure) = TlsAcceptor::from(config).accept(stream).await else { return };
    secured.fetch_add(1, Ordering::SeqCst);
    let Ok(mut server) = TcpStream::connect(main).await else { return };
    let _ = copy_bidirectional(&mut secure, &mut server).await;
}
