//! Whether the webhook answers where the API server will ask it, with a certificate that the API server will take.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustls::{
    ClientConfig, RootCertStore,
    client::{Resumption, WebPkiServerVerifier, danger::ServerCertVerifier as _},
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time,
};
use tokio_rustls::TlsConnector;

use super::Address;

/// Time for one connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often it is asked: behind a Service there are several pods, and some may still have a certificate of before.
const TIMES: usize = 8;

/// The longest head of an answer that is read.
const HEAD: u64 = 1024;

/// Connects as the API server does, trusting these certificates alone, and asks whether anybody lives there.
///
/// Where clients have to show a certificate there is none to show: that the other end proved itself is enough then.
///
/// # Errors
///
/// When nobody answers, or not with a certificate that these vouch for.
pub(super) async fn answers(
    address: &Address,
    trusted: &[CertificateDer<'_>],
    asks_clients: bool,
) -> Result<(), String> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots(trusted))
        .with_no_client_auth();
    // Who resumes a session is shown no certificate.
    config.resumption = Resumption::disabled();
    let (connector, name) = (TlsConnector::from(Arc::new(config)), server_name(&address.host)?);
    for _ in 0..TIMES {
        answers_once(address, &connector, &name, asks_clients).await?;
    }
    Ok(())
}

async fn answers_once(
    address: &Address,
    connector: &TlsConnector,
    name: &ServerName<'static>,
    asks_clients: bool,
) -> Result<(), String> {
    let asking = async {
        let stream = TcpStream::connect((address.host.as_str(), address.port)).await.map_err(|it| it.to_string())?;
        let mut stream = connector.connect(name.clone(), stream).await.map_err(|it| it.to_string())?;
        if asks_clients {
            return Ok(());
        }
        let request = format!("GET /healthz HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", address.host);
        stream.write_all(request.as_bytes()).await.map_err(|it| it.to_string())?;
        let mut answer = Vec::new();
        // Who closes without a farewell has answered all the same.
        let _ = stream.take(HEAD).read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        let first = answer.lines().next().unwrap_or_default();
        if first.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(format!("/healthz is answered by {first:?}")) }
    };
    time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| Err(format!("no answer within {PATIENCE:?}")))
}

/// Whether a client that trusts these takes a certificate for that host at that time.
///
/// # Errors
///
/// When it does not, and why.
pub(crate) fn takes(
    trusted: &[CertificateDer<'_>],
    chain: &[CertificateDer<'_>],
    host: &str,
    now: SystemTime,
) -> Result<(), String> {
    let (leaf, others) = chain.split_first().ok_or("there is no certificate")?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots(trusted)), provider).build();
    let verifier = verifier.map_err(|error| error.to_string())?;
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let time = UnixTime::since_unix_epoch(since);
    let verified = verifier.verify_server_cert(leaf, others, &server_name(host)?, &[], time);
    verified.map(|_| ()).map_err(|error| error.to_string())
}

fn roots(trusted: &[CertificateDer<'_>]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trusted.iter().map(|it| it.clone().into_owned()));
    roots
}

fn server_name(host: &str) -> Result<ServerName<'static>, String> {
    ServerName::try_from(host.to_owned()).map_err(|_| format!("{host:?} is no name of a server"))
}
