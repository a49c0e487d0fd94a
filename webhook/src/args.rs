//! The flags of the webhook, in kube style.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Parser;

/// Guard the limits of a cluster update at admission
///
/// Serves POST /validate (admission.k8s.io/v1) and the probes /healthz and /readyz over TLS. The certificate and the key
/// are read once, at start; restart the pods to take up a new pair. SIGTERM and SIGINT drain, a second one aborts.
/// Exit codes: 0 drained, 1 could not start or had to cut a connection off, 2 wrong usage.
#[derive(Clone, Debug, Parser)]
#[command(name = "profile-webhook", version)]
pub struct Args {
    /// Address to serve TLS on
    #[arg(long, value_name = "IP:PORT", default_value = "0.0.0.0:8443")]
    pub listen: SocketAddr,

    /// File with the PEM certificate chain to serve, the leaf first
    #[arg(long, value_name = "FILE")]
    pub tls_cert_file: PathBuf,

    /// File with the PEM private key of the leaf
    #[arg(long, value_name = "FILE")]
    pub tls_private_key_file: PathBuf,

    /// Address to serve /healthz and /readyz on in plain HTTP, besides the TLS port
    #[arg(long, value_name = "IP:PORT")]
    pub health_listen: Option<SocketAddr>,

    /// Time to go on accepting after SIGTERM, unready already, while the endpoints forget this pod
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    pub shutdown_delay: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let digits = text.strip_suffix('s').unwrap_or(text);
    match digits.parse() {
        Ok(seconds @ 0..=300) => Ok(Duration::from_secs(seconds)),
        _ => Err("give whole seconds from 0 to 300, such as 5 or 5s".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn seconds_are_read_with_and_without_their_unit() {
        assert_eq!(seconds("5"), Ok(Duration::from_secs(5)));
        assert_eq!(seconds("5s"), Ok(Duration::from_secs(5)));
        for wrong in ["", "s", "-1", "301", "5m", "1.5"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
