//! The cluster and the user that are meant: a context's, with kubectl's flags over them.

use kube::config::{AuthInfo, Cluster, Context, Kubeconfig};
use secrecy::ExposeSecret as _;

use crate::{cli::ConnectionArgs, error::Error, nearest};

/// What a connection is made from.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    /// The name of the context, where there is one.
    pub(super) context: Option<String>,
    pub(super) cluster: Cluster,
    pub(super) user: AuthInfo,
    pub(super) namespace: Option<String>,
}

/// The cluster and the user of `context`, or of the current one, with the flags over them as client-go lays them.
///
/// # Errors
/// When a name that is given is not in the kubeconfig, and when what comes out contradicts itself. That no server is known
/// is no error here: there may be one around us.
pub(super) fn choose(kubeconfig: &Kubeconfig, context: Option<&str>, args: &ConnectionArgs) -> Result<Chosen, Error> {
    let nonempty = |it: &&str| !it.is_empty();
    let context = context.filter(nonempty).or(kubeconfig.current_context.as_deref().filter(nonempty));
    let of_context = context.map(|name| found_context(kubeconfig, name)).transpose()?.unwrap_or_default();
    let cluster = match args.cluster.as_deref().filter(nonempty) {
        Some(name) => found_cluster(kubeconfig, name)?,
        // A server that is named needs no cluster.
        None if args.server.as_deref().filter(nonempty).is_some() => {
            found_cluster(kubeconfig, &of_context.cluster).unwrap_or_default()
        }
        None if of_context.cluster.is_empty() => Cluster::default(),
        None => found_cluster(kubeconfig, &of_context.cluster)?,
    };
    let user = match args.user.as_deref().filter(nonempty) {
        Some(name) => found_user(kubeconfig, name)?,
        // A context without a user, or with one that is not there, is asked for without a name.
        None => of_context.user.as_deref().and_then(|name| found_user(kubeconfig, name).ok()).unwrap_or_default(),
    };
    let cluster = with_flags(cluster, args);
    let user = user_with_flags(user, args);
    check_cluster(&cluster, context)?;
    check_user(&user)?;
    Ok(Chosen {
        context: context.map(Into::into),
        cluster,
        user,
        namespace: of_context.namespace.filter(|it| !it.is_empty()),
    })
}

fn found_context(kubeconfig: &Kubeconfig, name: &str) -> Result<Context, Error> {
    let names = kubeconfig.contexts.iter().map(|it| (it.name.as_str(), it.context.as_ref()));
    found("context", name, names)
}

fn found_cluster(kubeconfig: &Kubeconfig, name: &str) -> Result<Cluster, Error> {
    found("cluster", name, kubeconfig.clusters.iter().map(|it| (it.name.as_str(), it.cluster.as_ref())))
}

fn found_user(kubeconfig: &Kubeconfig, name: &str) -> Result<AuthInfo, Error> {
    found("user", name, kubeconfig.auth_infos.iter().map(|it| (it.name.as_str(), it.auth_info.as_ref())))
}

fn found<'k, T: Clone + Default + 'k>(
    what: &str,
    name: &str,
    all: impl Iterator<Item = (&'k str, Option<&'k T>)> + Clone,
) -> Result<T, Error> {
    if let Some((_, found)) = all.clone().find(|(it, _)| *it == name) {
        return Ok(found.cloned().unwrap_or_default());
    }
    let names: Vec<_> = all.map(|it| it.0).collect();
    let error = Error::failed(format!("{what} {name:?} does not exist"));
    Err(nearest::hint(name, &names).into_iter().fold(error, Error::hint))
}

fn with_flags(mut cluster: Cluster, args: &ConnectionArgs) -> Cluster {
    let server = args.server.clone().filter(|it| !it.is_empty());
    let name = args.tls_server_name.clone().filter(|it| !it.is_empty());
    // The kubeconfig's name is that of its own server.
    if server.is_some() || name.is_some() {
        cluster.tls_server_name = name;
    }
    cluster.server = server.or(cluster.server);
    let authority = args.certificate_authority.as_ref().map(|it| it.display().to_string()).filter(|it| !it.is_empty());
    if args.insecure_skip_tls_verify || authority.is_some() {
        cluster.insecure_skip_tls_verify = Some(args.insecure_skip_tls_verify);
        cluster.certificate_authority = authority;
        cluster.certificate_authority_data = None;
    }
    if let Some(url) = args.proxy_url.as_ref().map(|it| it.expose_secret()).filter(|it| !it.is_empty()) {
        cluster.proxy_url = Some(url.to_owned());
    }
    cluster
}

fn user_with_flags(mut user: AuthInfo, args: &ConnectionArgs) -> AuthInfo {
    if let Some(certificate) = &args.client_certificate {
        user.client_certificate = Some(certificate.display().to_string());
        user.client_certificate_data = None;
    }
    if let Some(key) = &args.client_key {
        user.client_key = Some(key.display().to_string());
        user.client_key_data = None;
    }
    if args.token.as_ref().is_some_and(|it| !it.expose_secret().is_empty()) {
        user.token.clone_from(&args.token);
        // The file of the kubeconfig would win over the token otherwise.
        user.token_file = None;
    }
    if args.username.is_some() {
        user.username.clone_from(&args.username);
    }
    if args.password.is_some() {
        user.password.clone_from(&args.password);
    }
    if args.impersonate.is_some() {
        user.impersonate.clone_from(&args.impersonate);
    }
    if args.impersonate_uid.is_some() {
        user.impersonate_uid.clone_from(&args.impersonate_uid);
    }
    if !args.impersonate_groups.is_empty() {
        user.impersonate_groups = Some(args.impersonate_groups.clone());
    }
    for (key, value) in &args.impersonate_extras {
        // A key that a flag names is the flags' alone.
        let extras = user.impersonate_user_extra.get_or_insert_default();
        if !args.impersonate_extras.iter().take_while(|it| !std::ptr::eq(&it.1, value)).any(|it| it.0 == *key) {
            extras.insert(key.clone(), Vec::new());
        }
        extras.entry(key.clone()).or_default().push(value.clone());
    }
    // A plugin is asked only where nothing else says who it is.
    let is_known = is_set(user.token.as_ref().map(|it| it.expose_secret()))
        || is_set(user.token_file.as_deref())
        || is_set(user.username.as_deref())
        || has_certificate(&user);
    if is_known {
        user.exec = None;
    }
    user
}

fn is_set(value: Option<&str>) -> bool {
    value.is_some_and(|it| !it.is_empty())
}

/// Whether a user shows a certificate.
pub(super) fn has_certificate(user: &AuthInfo) -> bool {
    is_set(user.client_certificate.as_deref()) || is_set(user.client_certificate_data.as_deref())
}

fn check_cluster(cluster: &Cluster, context: Option<&str>) -> Result<(), Error> {
    let has_authority =
        is_set(cluster.certificate_authority.as_deref()) || is_set(cluster.certificate_authority_data.as_deref());
    if cluster.insecure_skip_tls_verify == Some(true) && has_authority {
        let place = context.map(|it| format!(" of context {it:?}")).unwrap_or_default();
        return Err(Error::usage(format!(
            "a certificate authority and insecure-skip-tls-verify exclude each other, and the server{place} has both"
        ))
        .hint("leave one of them out"));
    }
    Ok(())
}

fn check_user(user: &AuthInfo) -> Result<(), Error> {
    let token = is_set(user.token.as_ref().map(|it| it.expose_secret()));
    let basic = is_set(user.username.as_deref()) || is_set(user.password.as_ref().map(|it| it.expose_secret()));
    if token && basic {
        return Err(Error::usage(
            "a token and a username or a password are given, and only one way to log in is taken",
        )
        .hint("leave --token, or --username and --password, out"));
    }
    let has_key =
        is_set(user.client_key.as_deref()) || is_set(user.client_key_data.as_ref().map(|it| it.expose_secret()));
    if has_certificate(user) && !has_key {
        return Err(Error::usage("a client certificate is given without its key").hint("give --client-key FILE"));
    }
    let has_more = user.impersonate_uid.is_some()
        || user.impersonate_groups.as_ref().is_some_and(|it| !it.is_empty())
        || user.impersonate_user_extra.as_ref().is_some_and(|it| !it.is_empty());
    if has_more && !is_set(user.impersonate.as_deref()) {
        return Err(Error::usage("a uid, groups or extras are impersonated without a user").hint("give --as USER"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
