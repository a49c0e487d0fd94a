//! The API server around a pod, where nothing else names one.

use std::{env, fs};

use kube::config::{AuthInfo, Cluster};

use super::chosen::Chosen;

/// Where a pod finds its service account.
const ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// What Kubernetes gives a pod, under `chosen`: what flags named there stays. `None` outside of a pod.
pub(super) fn find(chosen: &Chosen) -> Option<Chosen> {
    let variable = |name| env::var(name).ok().filter(|it| !it.is_empty());
    let (host, port) = (variable("KUBERNETES_SERVICE_HOST")?, variable("KUBERNETES_SERVICE_PORT")?);
    let is_there = fs::metadata(format!("{ACCOUNT}/token")).is_ok_and(|it| it.is_file());
    is_there.then(|| {
        let namespace = variable("POD_NAMESPACE").or_else(|| fs::read_to_string(format!("{ACCOUNT}/namespace")).ok());
        within(chosen, &host, &port, namespace)
    })
}

fn within(chosen: &Chosen, host: &str, port: &str, namespace: Option<String>) -> Chosen {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let has_trust =
        chosen.cluster.certificate_authority.is_some() || chosen.cluster.insecure_skip_tls_verify == Some(true);
    let authority = (!has_trust).then(|| format!("{ACCOUNT}/ca.crt"));
    let token_file = chosen.user.token.is_none().then(|| format!("{ACCOUNT}/token"));
    Chosen {
        context: None,
        cluster: Cluster {
            server: Some(format!("https://{host}:{port}")),
            certificate_authority: authority.or_else(|| chosen.cluster.certificate_authority.clone()),
            ..chosen.cluster.clone()
        },
        user: AuthInfo { token_file, ..chosen.user.clone() },
        namespace: namespace.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_has_a_server_an_authority_and_a_token() {
        let found = within(&Chosen::default(), "10.96.0.1", "443", Some("tools\n".into()));
        assert_eq!(found.cluster.server.as_deref(), Some("https://10.96.0.1:443"));
        assert_eq!(found.cluster.certificate_authority.as_deref(), Some(&*format!("{ACCOUNT}/ca.crt")));
        assert_eq!(found.user.token_file.as_deref(), Some(&*format!("{ACCOUNT}/token")));
        assert_eq!(found.namespace.as_deref(), Some("tools"));
        assert_eq!(
            within(&Chosen::default(), "fd00::1", "443", None).cluster.server.as_deref(),
            Some("https://[fd00::1]:443")
        );
    }

    #[test]
    fn what_flags_say_stays() {
        let mut chosen = Chosen::default();
        chosen.user.token = Some("t".to_owned().into());
        chosen.cluster.certificate_authority = Some("own.crt".into());
        let found = within(&chosen, "10.96.0.1", "443", None);
        assert_eq!((found.user.token_file, found.user.token.is_some()), (None, true));
        assert_eq!(found.cluster.certificate_authority.as_deref(), Some("own.crt"));
    }
}
