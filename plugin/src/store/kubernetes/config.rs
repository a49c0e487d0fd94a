//! The kubeconfig and kubectl's flags as the client's configuration.

use std::path::{Path, PathBuf};

use kube::{
    Config,
    config::{KubeConfigOptions, Kubeconfig},
};

use crate::{cli::Global, error::Error};

/// Where the clusters are: a kubeconfig, and the context in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Access {
    /// The file, else KUBECONFIG or the user's own.
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The context, else the current one.
    pub(crate) context: Option<String>,
}

/// The kubeconfig that is meant.
pub(super) fn read(path: Option<&Path>) -> Result<Kubeconfig, Error> {
    let kubeconfig = path.map_or_else(Kubeconfig::read, Kubeconfig::read_from);
    kubeconfig.map_err(|error| {
        Error::failed(format!("no kubeconfig can be read: {error}"))
            .hint("name one by --kubeconfig or KUBECONFIG, or work on files with -f")
            .hint("for Palette's own API set SPECTROCLOUD_HOST, SPECTROCLOUD_APIKEY and SPECTROCLOUD_DEFAULT_PROJECT, or give --store palette")
    })
}

/// The configuration of the chosen context, and the context's name.
pub(super) async fn load(
    kubeconfig: Kubeconfig,
    context: Option<String>,
    global: &Global,
) -> Result<(Config, String), Error> {
    let context = context.or_else(|| kubeconfig.current_context.clone());
    let context = context.filter(|name| !name.is_empty()).ok_or_else(|| {
        Error::failed("the kubeconfig has no current context").hint("choose one by --context, or work on files with -f")
    })?;
    let names: Vec<_> = kubeconfig.contexts.iter().map(|it| it.name.clone()).collect();
    if !names.contains(&context) {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let error = Error::failed(format!("the kubeconfig has no context {context:?}"));
        return Err(crate::nearest::hint(&context, &names).into_iter().fold(error, Error::hint));
    }
    let options = KubeConfigOptions { context: Some(context.clone()), ..KubeConfigOptions::default() };
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(|error| Error::failed(format!("context {context:?} cannot be used: {error}")))?;
    // Each request has one limit of its own, from its first byte to its last. A second one in the client would race it
    // and win now and then, as a failure of another kind.
    config.connect_timeout = None;
    config.read_timeout = None;
    config.write_timeout = None;
    // A retried create would meet its own first try, and the first try is our lock.
    config.default_retry = false;
    if global.impersonate.is_some() {
        config.auth_info.impersonate.clone_from(&global.impersonate);
    }
    if !global.impersonate_groups.is_empty() {
        config.auth_info.impersonate_groups = Some(global.impersonate_groups.clone());
    }
    Ok((config, context))
}
