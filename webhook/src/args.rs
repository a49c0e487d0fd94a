//! The flags of the webhook, in kube style.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Parser;
use profile_core::rules::{Code, Mode};

use crate::{authority::Lifetimes, settings::Source};

/// Guard the limits of a cluster update at admission
///
/// Serves POST /validate (admission.k8s.io/v1) and the probes /healthz and /readyz over TLS, as HTTP/1.1 or, to clients that
/// ask for it, HTTP/2. The certificate and its key come from files (--tls-cert-file, --tls-private-key-file), or the webhook keeps a
/// certificate authority of its own in a Secret (--certificate-secret). They are taken up anew whenever their content changes; a
/// pair that cannot be served leaves the one before it in place. SIGTERM and SIGINT drain, a second one aborts.
/// Exit codes: 0 drained, 1 could not start or had to cut a connection off, 2 wrong usage.
#[derive(Clone, Debug, Parser)]
#[command(name = "profile-webhook", version)]
pub struct Args {
    /// Address to serve TLS on
    #[arg(long, value_name = "IP:PORT", default_value = "0.0.0.0:8443")]
    pub listen: SocketAddr,

    /// File with the PEM certificate chain to serve, the leaf first
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_private_key_file",
        required_unless_present = "certificate_secret"
    )]
    pub tls_cert_file: Option<PathBuf>,

    /// File with the PEM private key of the leaf
    #[arg(long, value_name = "FILE", requires = "tls_cert_file")]
    pub tls_private_key_file: Option<PathBuf>,

    /// Secret in which to keep a certificate authority of the webhook's own and the pair that it serves, in the place of files;
    /// it has to be there, and may be empty. Replicas share it
    #[arg(
        long,
        value_name = "NAME",
        requires = "lease",
        requires = "configuration",
        conflicts_with_all = ["tls_cert_file", "tls_private_key_file"]
    )]
    pub certificate_secret: Option<String>,

    /// Lease by which replicas agree who renews what is in the Secret; it has to be there
    #[arg(long, value_name = "NAME", requires = "certificate_secret", conflicts_with = "tls_cert_file")]
    pub lease: Option<String>,

    /// ValidatingWebhookConfiguration to complete: the rules, and with --certificate-secret the CA to trust, are put into it
    /// as soon as the webhook answers where it leads. One that is not there is never made
    #[arg(long, value_name = "NAME")]
    pub configuration: Option<String>,

    /// Namespace of the Secret and the Lease [default: the pod's own, or that of the kubeconfig's context]
    #[arg(long, value_name = "NAME")]
    pub namespace: Option<String>,

    /// Lifetime of a CA of the webhook's own, such as 365d or 48h: the next one is made in its last third
    #[arg(long, value_name = "TIME", requires = "lease", value_parser = ca_lifetime)]
    pub ca_lifetime: Option<Duration>,

    /// Lifetime of a certificate that it signs, such as 7d or 24h: it is renewed in its last third. At least ten times
    /// --reload-interval, and no more than a third of --ca-lifetime
    #[arg(long, value_name = "TIME", requires = "lease", value_parser = leaf_lifetime)]
    pub leaf_lifetime: Option<Duration>,

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

    /// For how long certificates are made.
    ///
    /// # Errors
    ///
    /// When the times do not go together.
    pub fn lifetimes(&self) -> Result<Lifetimes, String> {
        let usual = Lifetimes::default();
        let (ca, leaf) = (self.ca_lifetime.unwrap_or(usual.ca), self.leaf_lifetime.unwrap_or(usual.leaf));
        if leaf > ca / 3 {
            return Err("--leaf-lifetime is more than a third of --ca-lifetime: take a shorter one".into());
        }
        if leaf < self.reload_interval * 10 {
            return Err("--leaf-lifetime is less than ten times --reload-interval: take a longer one".into());
        }
        Ok(Lifetimes::of(ca, leaf))
    }
}

const DAY: u64 = 24 * 60 * 60;

fn ca_lifetime(text: &str) -> Result<Duration, String> {
    lifetime(text, 30, 3650 * DAY).ok_or_else(|| "give a time from 30s to 3650d, such as 365d or 48h".into())
}

fn leaf_lifetime(text: &str) -> Result<Duration, String> {
    lifetime(text, 10, 90 * DAY).ok_or_else(|| "give a time from 10s to 90d, such as 7d or 24h".into())
}

/// Reads a time with one unit, between two bounds in seconds.
fn lifetime(text: &str, least: u64, most: u64) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => DAY,
        _ => return None,
    };
    let seconds = digits.parse::<u64>().ok()?.checked_mul(unit)?;
    (least..=most).contains(&seconds).then(|| Duration::from_secs(seconds))
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
    fn certificates_come_from_files_or_from_a_secret() {
        let read = |words: &[&str]| Args::try_parse_from([&["profile-webhook"], words].concat()).is_ok();
        let files = ["--tls-cert-file=c", "--tls-private-key-file=k"];
        let own = ["--certificate-secret=s", "--lease=l", "--configuration=g"];
        assert!(read(&files) && read(&[&files[..], &["--configuration=g"]].concat()) && read(&own));
        assert!(!read(&[]) && !read(&files[..1]) && !read(&files[1..]));
        assert!(!read(&own[..2]) && !read(&[own[0], own[2]]) && !read(&[&files[..], &own[1..]].concat()));
        assert!(!read(&[&files[..], &own].concat()) && !read(&[&own[..], &files[..1]].concat()));
        assert!(!read(&[&files[..], &["--leaf-lifetime=7d"]].concat()));
    }

    #[test]
    fn lifetimes_have_a_unit_and_go_together() {
        let read = |more: &[&str]| {
            let words = ["profile-webhook", "--certificate-secret=s", "--lease=l", "--configuration=g"];
            let args = Args::try_parse_from(words.iter().chain(more)).map_err(|error| error.to_string())?;
            args.lifetimes().map(|it| [it.ca, it.leaf, it.skew].map(|it| it.as_secs()))
        };
        assert_eq!(read(&[]), Ok([365 * DAY, 7 * DAY, 3600]));
        let times = ["--ca-lifetime=45s", "--leaf-lifetime=15s", "--reload-interval=1"];
        assert_eq!(read(&times), Ok([45, 15, 1]));
        for wrong in
            ["--leaf-lifetime=7", "--leaf-lifetime=9s", "--leaf-lifetime=d", "--ca-lifetime=é", "--ca-lifetime=3651d"]
        {
            assert!(read(&[wrong]).unwrap_err().contains("give a time from"), "{wrong}");
        }
        assert!(read(&["--ca-lifetime=20d"]).unwrap_err().contains("a third"));
        assert!(read(&["--leaf-lifetime=49s"]).unwrap_err().contains("ten times"));
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
