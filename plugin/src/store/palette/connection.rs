//! The connection itself: TLS against the certificates of the system and those of a file, through the proxy of the
//! environment. It is the client that the Kubernetes store uses, so that both go the same ways.

use std::{fs, path::Path};

use kube::Config;

use crate::error::Error;

/// A client for `https://HOST`.
///
/// # Errors
/// When the file of certificates or the proxy that the environment names cannot be used.
pub(super) fn to(host: &str, authority: Option<&Path>) -> Result<kube::Client, Error> {
    // What the proxy is called may hold a password.
    let unusable = |error: String| {
        let error =
            if error.contains('@') { "the proxy that the environment names cannot be used".into() } else { error };
        Error::failed(format!("cannot connect to Palette at {host}: {error}"))
            .hint("look at HTTPS_PROXY: http://HOST:PORT")
    };
    let server: http::Uri =
        format!("https://{host}").parse().map_err(|error| unusable(format!("its address is no URL: {error}")))?;
    let mut config = Config::new(server.clone());
    config.proxy_url = crate::store::kubernetes::proxy_of_environment(&server)?;
    // Each request has one limit of its own, and is sent again by rules of its own.
    config.connect_timeout = None;
    config.read_timeout = None;
    config.write_timeout = None;
    config.default_retry = false;
    if let Some(path) = authority {
        config.root_cert = Some(trusted(path)?);
    }
    kube::Client::try_from(config).map_err(|error| unusable(super::failure::deepest(&error)))
}

/// The certificates of a file and those of the system.
fn trusted(path: &Path) -> Result<Vec<Vec<u8>>, Error> {
    let place = path.display();
    let text =
        fs::read(path).map_err(|error| Error::usage(format!("cannot read the certificates in {place}: {error}")))?;
    let own: Result<Vec<_>, _> = rustls::pki_types::pem::PemObject::pem_slice_iter(&text)
        .map(|it: Result<rustls::pki_types::CertificateDer<'static>, _>| it.map(|it| it.to_vec()))
        .collect();
    let mut all = own.map_err(|error| Error::usage(format!("{place} holds no certificates in PEM: {error}")))?;
    if all.is_empty() {
        return Err(
            Error::usage(format!("{place} holds no certificates")).hint("give a file with BEGIN CERTIFICATE lines")
        );
    }
    // Where the system has none, those of the file are all.
    all.extend(rustls_native_certs::load_native_certs().certs.into_iter().map(|it| it.to_vec()));
    Ok(all)
}
