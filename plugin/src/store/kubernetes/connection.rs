//! The way to one API server: which one, who asks, by which proxy, and how a request goes there.

mod chosen;
mod config;
mod credential;
mod exchange;
mod exec;
mod identity;
mod in_cluster;
mod kubeconfig;
mod no_proxy;
mod proxy;
mod retry;
mod warning;

use std::{path::PathBuf, sync::Arc, time::Duration};

use http::HeaderMap;
use kube::{Client, Config, config::ExecAuthCluster};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;

use self::{chosen::Chosen, credential::Credential, exec::Plugin, proxy::Proxy};
use crate::{cli::Global, error::Error};

pub(super) use self::{
    exchange::{Answer, Lost},
    kubeconfig::{paths, read},
};

/// Where the clusters are: a kubeconfig, and the context in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Access {
    /// The file, else KUBECONFIG or the user's own.
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The context, else the current one.
    pub(crate) context: Option<String>,
}

/// A connection to one API server; copies share it.
#[derive(Clone)]
pub(super) struct Connection {
    /// The name of the context, or of the server where none is meant.
    pub(super) context: String,
    /// The namespace that the kubeconfig names.
    pub(super) namespace: String,
    /// The address of the API server.
    pub(super) server: String,
    /// The limit of one request.
    timeout: Duration,
    proxy: Option<Proxy>,
    /// What each request is sent with, as far as it is no secret.
    headers: HeaderMap,
    live: Arc<Mutex<Live>>,
}

/// What changes with the credential.
struct Live {
    credential: Credential,
    client: Client,
    /// The certificate of a plugin that the client shows.
    identity: Option<(String, SecretString)>,
    /// What the client is made from.
    config: Config,
}

impl Connection {
    /// Reads what is meant. Nothing is sent yet, and no plugin is run.
    pub(super) fn open(global: &Global, access: &Access) -> Result<Self, Error> {
        let kubeconfig = read(access.kubeconfig.as_deref())?;
        let chosen = chosen::choose(&kubeconfig, access.context.as_deref(), &global.connection)?;
        let has_server = chosen.cluster.server.as_deref().is_some_and(|it| !it.is_empty());
        let chosen = match has_server {
            true => chosen,
            false if chosen.context.is_none() => in_cluster::find(&chosen).ok_or_else(|| nowhere(access))?,
            false => {
                let context = chosen.context.unwrap_or_default();
                return Err(Error::failed(format!("the cluster of context {context:?} has no server"))
                    .hint("give it one in the kubeconfig, or by --server"));
            }
        };
        Self::to(global, chosen)
    }

    fn to(global: &Global, chosen: Chosen) -> Result<Self, Error> {
        let Chosen { context, cluster, user, namespace } = chosen;
        let server = config::server(&cluster, &user)?;
        let named = context.clone();
        let context = context.unwrap_or_else(|| server.authority().map(ToString::to_string).unwrap_or_default());
        let in_context = |error: Error| Error {
            message: match &named {
                Some(name) => format!("context {name:?} cannot be used: {}", error.message),
                None => error.message,
            },
            ..error
        };
        let flag = global.connection.proxy_url.as_ref().map(|it| it.expose_secret());
        let proxy = proxy::of(&server, flag, cluster.proxy_url.as_deref())?;
        let mut config = config::of(&cluster, &user, server.clone(), proxy.as_ref()).map_err(in_context)?;
        config.headers = identity::headers(&global.verb);
        // What proves who asks is for those alone who prove who they are.
        let credential = match server.scheme_str() {
            Some("https") => {
                let told = user.exec.as_ref().is_some_and(|it| it.provide_cluster_info);
                let told = told.then(|| ExecAuthCluster::try_from(&cluster)).transpose();
                let told = told.map_err(|error| in_context(Error::failed(error.to_string())))?;
                let plugin = user.exec.clone().map(|it| Plugin::new(it, told)).transpose().map_err(in_context)?;
                Credential::of(&user, plugin).map_err(in_context)?
            }
            _ => Credential::None,
        };
        let client = client(&config).map_err(in_context)?;
        let headers = exchange::shown_headers(&config);
        Ok(Self {
            context,
            namespace: namespace.unwrap_or_else(|| "default".into()),
            server: shown(&server),
            timeout: global.request_timeout,
            proxy,
            headers,
            live: Arc::new(Mutex::new(Live { credential, client, identity: None, config })),
        })
    }
}

impl Live {
    /// The client, and what a request is sent with. A certificate that a plugin gave anew makes a client of its own.
    async fn ready(&mut self) -> Result<(Client, Option<http::HeaderValue>), Error> {
        let (header, identity) = self.credential.current().await?;
        let text = |it: &Option<(String, SecretString)>| {
            it.as_ref().map(|(certificate, key)| (certificate.clone(), key.expose_secret().to_owned()))
        };
        if text(&identity) != text(&self.identity) {
            use base64::{Engine as _, prelude::BASE64_STANDARD};
            let (certificate, key) = text(&identity).unzip();
            let user = &mut self.config.auth_info;
            user.client_certificate_data = certificate.map(|it| BASE64_STANDARD.encode(it));
            user.client_key_data = key.map(|it| BASE64_STANDARD.encode(it).into());
            self.client = client(&self.config)?;
            self.identity = identity;
        }
        Ok((self.client.clone(), header))
    }
}

fn client(config: &Config) -> Result<Client, Error> {
    Client::try_from(config.clone()).map_err(|error| {
        let what = match config.root_cert {
            None => "no client can be made, and the system's certificates may be why",
            Some(_) => "no client can be made",
        };
        Error::failed(format!("{what}: {error}"))
    })
}

/// The proxy that the environment names for a server that is not of Kubernetes.
pub(in crate::store) fn proxy_of_environment(server: &http::Uri) -> Result<Option<http::Uri>, Error> {
    Ok(proxy::of(server, None, None)?.map(|it| it.url))
}

/// The address as it is shown: who is named in it may have a password there.
fn shown(server: &http::Uri) -> String {
    let authority = server.authority().map(ToString::to_string).unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{}://{host}{}", server.scheme_str().unwrap_or("https"), server.path())
}

/// What it means that no server is known.
fn nowhere(access: &Access) -> Error {
    let paths = paths();
    let is_there = access.kubeconfig.is_some() || paths.iter().any(|it| it.exists());
    let error = match is_there {
        true => Error::failed("the kubeconfig has no current context")
            .hint("choose one by --context, or work on files with -f"),
        false => {
            let paths: Vec<_> = paths.iter().map(|it| it.display().to_string()).collect();
            Error::failed(format!("no kubeconfig can be read: {} is not there", paths.join(" or ")))
                .hint("name one by --kubeconfig or KUBECONFIG, name a server by --server, or work on files with -f")
        }
    };
    error.hint("for Palette's own API set SPECTROCLOUD_HOST, SPECTROCLOUD_APIKEY and SPECTROCLOUD_DEFAULT_PROJECT, or give --store palette")
}
