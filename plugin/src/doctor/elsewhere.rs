//! The checks of the stores that have no guard: files, and Palette's API.

use super::{kubectl, report::Check};
use crate::{
    cli::Global,
    error::Error,
    store::{Look, Store},
};

/// Files: whether they can be read. There is no server to ask.
pub(super) async fn files(global: &Global) -> Result<Vec<Check>, Error> {
    let mut checks = vec![kubectl::check().await];
    let read = async {
        let store = Store::open(global).await?;
        let (clusters, profiles) = (store.clusters(Look::Summaries).await?, store.listed_profiles().await?);
        Ok::<_, Error>((store.name(), clusters.len(), profiles.len()))
    };
    checks.push(match read.await {
        Ok((name, 0, 0)) => Check::warning("files", format!("{name} hold no cluster and no profile"))
            .fix("name the files or the directory that hold them by -f"),
        Ok((name, clusters, profiles)) => {
            Check::ok("files", format!("{name} can be read: {clusters} clusters, {profiles} versions of profiles"))
        }
        Err(error) => failed("files", error),
    });
    let rest = ["kubeconfig", "reachability", "CRDs", "rights", "webhook", "certificate", "latency", "rules"];
    checks.extend(rest.map(|name| does_not_apply(name, "files have no API server")));
    Ok(checks)
}

/// Palette: whether it answers, takes the key, and has the project.
pub(super) async fn palette(global: &Global) -> Vec<Check> {
    let mut checks = vec![kubectl::check().await];
    let asked = async {
        let store = Store::open(global).await?;
        let user = store.user().await;
        Ok::<_, Error>((store.name(), user))
    };
    checks.push(match asked.await {
        Ok((name, Some(user))) => {
            Check::ok("Palette", format!("{name} answers and takes the key, which is user {user}'s"))
        }
        Ok((name, None)) => Check::ok("Palette", format!("{name} answers and takes the key; whose it is is not told")),
        Err(error) => failed("Palette", error),
    });
    let rest = ["kubeconfig", "CRDs", "rights", "webhook", "certificate", "latency", "rules"];
    checks.extend(rest.map(|name| {
        does_not_apply(name, "on Palette's API nothing but this program asks the rules, and no guard stands before it")
    }));
    checks
}

fn does_not_apply(name: &str, why: &str) -> Check {
    Check::not_provable(name, format!("does not apply: {why}"))
}

fn failed(name: &str, error: Error) -> Check {
    let check = Check::failed(name, error.message);
    match error.hints.into_iter().next() {
        Some(hint) => check.fix(hint),
        None => check,
    }
}
