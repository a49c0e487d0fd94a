//! Which kubeconfig is read, and what it says of the context that is meant.

use std::fs;

use kube::config::Kubeconfig;

use super::report::Check;
use crate::{cli::Global, nearest, store};

const NAME: &str = "kubeconfig";

pub(super) fn check(global: &Global) -> Check {
    let files = store::kubeconfig_files(global);
    let places = files.iter().map(|it| it.display().to_string()).collect::<Vec<_>>().join(", ");
    let unreadable = files.iter().find_map(|path| {
        let error = fs::File::open(path).err()?;
        // As for kubectl, a file of a list may be missing as long as another one is there.
        let is_missing = error.kind() == std::io::ErrorKind::NotFound && files.len() > 1;
        (!is_missing).then(|| format!("{} cannot be read: {error}", path.display()))
    });
    if let Some(says) = unreadable.filter(|_| global.connection.server.is_none() || global.kubeconfig.is_some()) {
        return Check::failed(NAME, says)
            .fix("name a file that is there and that you may read by --kubeconfig or KUBECONFIG");
    }
    match store::kubeconfig(global) {
        Ok(kubeconfig) if kubeconfig.contexts.is_empty() && global.connection.server.is_some() => {
            Check::ok(NAME, "none is needed: --server names the API server")
        }
        Ok(kubeconfig) => judge(&kubeconfig, &places),
        Err(error) => {
            let fix = error.hints.first().cloned().unwrap_or_default();
            Check::failed(NAME, error.message).fix(fix)
        }
    }
}

fn judge(kubeconfig: &Kubeconfig, places: &str) -> Check {
    let Some(name) = kubeconfig.current_context.as_deref().filter(|it| !it.is_empty()) else {
        return Check::failed(NAME, format!("{places} names no current context"))
            .fix("`kubectl config use-context NAME` chooses one for all commands, --context NAME for this one");
    };
    let names: Vec<_> = kubeconfig.contexts.iter().map(|it| it.name.as_str()).collect();
    let Some(context) = kubeconfig.contexts.iter().find(|it| it.name == name) else {
        let hints = nearest::hint(name, &names);
        let check = Check::failed(NAME, format!("{places} has no context {name:?}"));
        return check
            .fix(hints.into_iter().next().unwrap_or_else(|| "write one by `kubectl config set-context`".into()));
    };
    let Some(context) = &context.context else {
        return Check::failed(NAME, format!("context {name:?} of {places} is empty"))
            .fix(format!("`kubectl config set-context {name} --cluster=CLUSTER --user=USER`"));
    };
    let has_cluster = kubeconfig.clusters.iter().any(|it| it.name == context.cluster);
    let user = context.user.clone().unwrap_or_default();
    let has_user = user.is_empty() || kubeconfig.auth_infos.iter().any(|it| it.name == user);
    if !has_cluster || !has_user {
        let missing = if has_cluster { format!("user {user:?}") } else { format!("cluster {:?}", context.cluster) };
        return Check::failed(NAME, format!("context {name:?} names {missing}, which {places} does not hold"))
            .fix("add the file that holds it to KUBECONFIG, or write the context anew");
    }
    let user = if user.is_empty() { "no user".into() } else { format!("user {user:?}") };
    Check::ok(NAME, format!("context {name:?} with cluster {:?} and {user}, from {places}", context.cluster))
}

#[cfg(test)]
mod tests {
    use super::{super::report::Finding, *};

    fn check(yaml: &str, finding: Finding, part: &str) {
        let check = judge(&Kubeconfig::from_yaml(yaml).unwrap(), "/k");
        assert_eq!(check.finding, finding, "{check:?}");
        assert!(check.says.contains(part), "{check:?}");
    }

    const REST: &str = "clusters: [{name: c, cluster: {server: 'https://s'}}]\nusers: [{name: u, user: {}}]\n\
                        contexts: [{name: a, context: {cluster: c, user: u}}, {name: b, context: {cluster: c, user: w}}, \
                        {name: d, context: {cluster: x, user: u}}]\n";

    #[test]
    fn the_context_that_is_meant_is_followed_to_its_cluster_and_user() {
        let with = |current: &str| format!("current-context: {current}\n{REST}");
        check(&with("a"), Finding::Ok, "context \"a\" with cluster \"c\" and user \"u\", from /k");
        check(&with("b"), Finding::Failed, "user \"w\"");
        check(&with("d"), Finding::Failed, "cluster \"x\"");
        check(&with("nowhere"), Finding::Failed, "no context \"nowhere\"");
        check(REST, Finding::Failed, "no current context");
    }
}
