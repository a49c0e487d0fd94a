//! A cluster and a user as the client's configuration.

use std::fs;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::Uri;
use kube::{
    Config,
    config::{AuthInfo, Cluster},
};
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::{chosen, proxy::Proxy};
use crate::error::Error;

/// The address of a cluster's API server. One without a scheme is of TLS where something of TLS is said of it, as kubectl
/// takes it.
pub(super) fn server(cluster: &Cluster, user: &AuthInfo) -> Result<Uri, Error> {
    let text = cluster.server.as_deref().unwrap_or_default();
    let is_tls = cluster.certificate_authority.is_some()
        || cluster.certificate_authority_data.is_some()
        || cluster.insecure_skip_tls_verify == Some(true)
        || chosen::has_certificate(user);
    let text = match text.contains("://") {
        true => text.to_owned(),
        false => format!("{}://{text}", if is_tls { "https" } else { "http" }),
    };
    let wrong = || {
        Error::failed(format!("the API server's address {:?} is no URL", without_user(&text)))
            .hint("write https://HOST:PORT, in the kubeconfig or as --server")
    };
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    if uri.authority().is_some_and(|it| it.as_str().contains('@')) {
        // It would be sent to nobody, and stand in every context, hint and flag that names the server.
        let address = without_user(&text);
        return Err(Error::failed(format!("the address of the API server {address} has a user in it"))
            .hint("leave it out: --username and --password, or --token, say who asks"));
    }
    let is_known = matches!(uri.scheme_str(), Some("http" | "https"));
    if is_known && uri.host().is_some_and(|it| !it.is_empty()) { Ok(uri) } else { Err(wrong()) }
}

fn without_user(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => text.to_owned(),
    }
}

/// The configuration of a client for `server`. Who asks is left to the requests, all but what TLS shows.
pub(super) fn of(cluster: &Cluster, user: &AuthInfo, server: Uri, proxy: Option<&Proxy>) -> Result<Config, Error> {
    let is_insecure = cluster.insecure_skip_tls_verify == Some(true);
    let needs_trust =
        server.scheme_str() == Some("https") || proxy.is_some_and(|it| it.url.scheme_str() == Some("https"));
    let mut config = Config::new(server);
    // Without certificates of its own the client reads those of the system, which takes longer than all else here. Where
    // none is looked at, an empty list keeps it from that.
    config.root_cert = match authority(cluster)? {
        Some(certificates) => Some(certificates),
        None if is_insecure || !needs_trust => Some(Vec::new()),
        None => None,
    };
    config.accept_invalid_certs = is_insecure;
    config.tls_server_name = cluster.tls_server_name.clone().filter(|it| !it.is_empty());
    config.proxy_url = proxy.map(|it| it.url.clone());
    config.auth_info = AuthInfo {
        client_certificate: user.client_certificate.clone(),
        client_certificate_data: user.client_certificate_data.clone(),
        client_key: user.client_key.clone(),
        client_key_data: user.client_key_data.clone(),
        impersonate: user.impersonate.clone(),
        impersonate_uid: user.impersonate_uid.clone(),
        impersonate_groups: user.impersonate_groups.clone(),
        impersonate_user_extra: user.impersonate_user_extra.clone(),
        auth_provider: user.auth_provider.clone(),
        ..AuthInfo::default()
    };
    // Each request has one limit of its own, from its first byte to its last. A second one in the client would race it
    // and win now and then, as a failure of another kind.
    config.connect_timeout = None;
    config.read_timeout = None;
    config.write_timeout = None;
    // What is sent again is decided by rules of our own.
    config.default_retry = false;
    Ok(config)
}

/// The certificates that a cluster names to be trusted.
fn authority(cluster: &Cluster) -> Result<Option<Vec<Vec<u8>>>, Error> {
    let (text, place) = if let Some(data) = cluster.certificate_authority_data.as_deref().filter(|it| !it.is_empty()) {
        let text = BASE64_STANDARD.decode(data.split_ascii_whitespace().collect::<String>());
        let text = text.map_err(|error| Error::failed(format!("certificate-authority-data is no base64: {error}")))?;
        (text, "certificate-authority-data".to_owned())
    } else if let Some(path) = cluster.certificate_authority.as_deref().filter(|it| !it.is_empty()) {
        let text = fs::read(path)
            .map_err(|error| Error::failed(format!("cannot read the certificate authority in {path}: {error}")))?;
        (text, path.to_owned())
    } else {
        return Ok(None);
    };
    let certificates: Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(&text).map(|it| it.map(|it| it.to_vec())).collect();
    let certificates =
        certificates.map_err(|error| Error::failed(format!("{place} holds no certificates in PEM: {error}")))?;
    if certificates.is_empty() {
        return Err(
            Error::failed(format!("{place} holds no certificates")).hint("give PEM with BEGIN CERTIFICATE lines")
        );
    }
    Ok(Some(certificates))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(text: &str) -> Cluster {
        serde_saphyr::from_str(text).unwrap()
    }

    #[test]
    fn an_address_without_a_scheme_is_of_tls_where_something_says_so() {
        let cases = [
            ("{server: 'https://a:1/path'}", Ok("https://a:1/path")),
            ("{server: 'a:1'}", Ok("http://a:1/")),
            ("{server: 'a:1', insecure-skip-tls-verify: true}", Ok("https://a:1/")),
            ("{server: 'a:1', certificate-authority: f}", Ok("https://a:1/")),
            ("{server: 'ftp://a'}", Err("\"ftp://a\"")),
            ("{server: 'https://jane:hunter2@'}", Err("\"https://\"")),
            ("{server: ''}", Err("\"http://\"")),
        ];
        for (text, expected) in cases {
            match (server(&cluster(text), &AuthInfo::default()), expected) {
                (Ok(uri), Ok(expected)) => assert_eq!(uri.to_string(), expected, "{text}"),
                (Err(error), Err(expected)) => {
                    assert!(error.message.contains(expected) && !error.message.contains("hunter2"), "{error}");
                }
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn the_certificates_of_the_system_are_left_to_those_who_name_none() {
        // Whether the client gets a list of its own, and with it does not look at the system's.
        let cases = [
            ("{server: 'https://a'}", false),
            ("{server: 'https://a', insecure-skip-tls-verify: true}", true),
            ("{server: 'http://a'}", true),
        ];
        for (text, expected) in cases {
            let cluster = cluster(text);
            let uri = server(&cluster, &AuthInfo::default()).unwrap();
            let config = of(&cluster, &AuthInfo::default(), uri, None).unwrap();
            assert_eq!(config.root_cert.is_some(), expected, "{text}");
        }
    }

    #[test]
    fn an_authority_that_is_none_is_named() {
        for (text, said) in [
            ("{certificate-authority-data: '***'}", "no base64"),
            ("{certificate-authority-data: aGVsbG8=}", "holds no certificates"),
            ("{certificate-authority: /no/such/file}", "/no/such/file"),
        ] {
            let error = authority(&cluster(text)).unwrap_err();
            assert!(error.message.contains(said), "{error}");
        }
    }
}
