//! The flags of the webhook, in kube style.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Parser;
use profile_core::rules::{Code, Mode};

use crate::settings::Source;

/// Guard the limits of a cluster update at admission
///
/// Serves POST /validate (admission.k8s.io/v1) and the probes /healthz and /readyz over TLS, as HTTP/1.1 or, to clients that
/// ask for it, HTTP/2. The certificate and the key are taken up anew whenever their content changes; a pair that cannot be
/// served leaves the one before it in place. SIGTERM and SIGINT drain, a second one aborts.
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

    /// File with the PEM certificates of the CA whose clients may connect to the TLS port; without it any client may.
    /// The API server shows a certificate when its AdmissionConfiguration says so; the kubelet shows none, so that the
    /// probes need --health-listen
    #[arg(long, value_name = "FILE", requires = "health_listen")]
    pub client_ca_file: Option<PathBuf>,

    /// Common name or alternative name (DNS, URI or e-mail) that a client's certificate must bear to ask for a decision;
    /// may be given more than once
    #[arg(long, value_name = "NAME", requires = "client_ca_file")]
    pub client_allowed_name: Vec<String>,

    /// Time between two looks at the content of all files that are named here
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = interval)]
    pub reload_interval: Duration,

    /// Address to serve /healthz, /readyz and /metrics on in plain HTTP, besides the TLS port
    #[arg(long, value_name = "IP:PORT")]
    pub health_listen: Option<SocketAddr>,

    /// Time to go on accepting after SIGTERM, unready already, while the endpoints forget this pod
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    pub shutdown_delay: Duration,

    /// What happens when a rule is broken: enforce (the default) denies, warn lets through with a warning, audit lets through
    /// and only the audit log knows; repeatable, the last one of a rule holds, and it wins over the configuration file
    #[arg(long, value_name = "CODE=MODE", value_parser = rule_mode)]
    pub rule_mode: Vec<(Code, Mode)>,

    /// File with the configuration (kind GuardConfiguration): modes of rules, break-glass and exempt writers; a new content
    /// is taken up while the webhook runs, and a bad one leaves the old in force
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl Args {
    /// Where the settings come from.
    pub fn settings(&self) -> Source {
        Source { file: self.config.clone(), modes: self.rule_mode.iter().copied().collect() }
    }
}

fn interval(text: &str) -> Result<Duration, String> {
    seconds(text)
        .ok()
        .filter(|it| !it.is_zero())
        .ok_or_else(|| "give whole seconds from 1 to 300, such as 5 or 5s".into())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let digits = text.strip_suffix('s').unwrap_or(text);
    match digits.parse() {
        Ok(seconds @ 0..=300) => Ok(Duration::from_secs(seconds)),
        _ => Err("give whole seconds from 0 to 300, such as 5 or 5s".into()),
    }
}

fn rule_mode(text: &str) -> Result<(Code, Mode), String> {
    let (code, mode) = text.split_once('=').ok_or("write CODE=MODE, such as ClusterProvisioning=warn")?;
    Ok((Code::named(code)?, Mode::named(mode)?))
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
    fn a_check_of_clients_needs_a_port_for_the_probes_and_a_ca() {
        let read = |more: &[&str]| {
            let words = ["profile-webhook", "--tls-cert-file=c", "--tls-private-key-file=k"];
            Args::try_parse_from(words.iter().chain(more)).is_ok()
        };
        assert!(read(&["--client-ca-file=ca", "--health-listen=127.0.0.1:1", "--client-allowed-name=a"]));
        assert!(!read(&["--client-ca-file=ca"]));
        assert!(!read(&["--client-allowed-name=a", "--health-listen=127.0.0.1:1"]));
    }

    #[test]
    fn seconds_are_read_with_and_without_their_unit() {
        assert_eq!(seconds("5"), Ok(Duration::from_secs(5)));
        assert_eq!(seconds("5s"), Ok(Duration::from_secs(5)));
        for wrong in ["", "s", "-1", "301", "5m", "1.5"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert_eq!((seconds("0"), interval("1")), (Ok(Duration::ZERO), Ok(Duration::from_secs(1))));
        assert!(interval("0").is_err() && interval("301").is_err());
    }

    fn args(more: &[&str]) -> Result<Args, String> {
        let words = ["profile-webhook", "--tls-cert-file=c", "--tls-private-key-file=k"];
        Args::try_parse_from(words.iter().chain(more)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_last_mode_of_a_rule_holds() {
        let modes = ["ClusterProvisioning=warn", "K8sVersionUnreadable=audit", "ClusterProvisioning=audit"];
        let args = args(&modes.map(|it| format!("--rule-mode={it}")).each_ref().map(String::as_str)).unwrap();
        let modes: Vec<_> = args.settings().modes.into_iter().collect();
        assert_eq!(modes, [(Code::ClusterProvisioning, Mode::Audit), (Code::K8sVersionUnreadable, Mode::Audit)]);
    }

    #[test]
    fn another_rule_or_mode_is_a_usage_error_with_what_there_is() {
        for (mode, words) in [
            ("ClusterProvisionin=warn", "did you mean ClusterProvisioning? known: ClusterProvisioning, K8sDowngrade"),
            ("ClusterProvisioning=warm", "did you mean warn? known: enforce, warn, audit"),
            ("ClusterProvisioning=", "unknown mode \"\"; known: enforce, warn, audit"),
            ("ClusterProvisioning", "write CODE=MODE"),
        ] {
            let error = args(&["--rule-mode", mode]).unwrap_err();
            assert!(error.contains("--rule-mode <CODE=MODE>") && error.contains(words), "{error}");
        }
    }

    #[test]
    fn the_file_is_looked_at_once_a_second_at_most() {
        assert_eq!(args(&[]).unwrap().reload_interval, Duration::from_secs(5));
        assert_eq!(args(&["--reload-interval=1"]).unwrap().reload_interval, Duration::from_secs(1));
        assert!(args(&["--reload-interval=0"]).unwrap_err().contains("from 1 to 300"));
    }
}
