//! Looks at everything that the plugin and the guard need, one check after the other; a failed one stops none that can go on.

mod certificate;
mod denials;
mod elsewhere;
mod guard;
mod kubeconfig;
mod kubectl;
mod latency;
mod neighbours;
mod reach;
pub(crate) mod report;
mod rights;
mod served;

use crate::{
    cli::{Global, StoreName},
    error::Error,
    output::progress::Progress,
    shell::flag,
    store::{self, Access, Document, KubernetesStore},
};
use guard::Guard;
use report::Check;

/// The name of the guard, as its manifest has it.
const GUARD: &str = "kubectl-profile-guard";

/// The line that takes the guard away from the API server that is meant; `None` where the store is none.
pub(crate) fn takes_guard_away(global: &Global) -> Result<Option<String>, Error> {
    Ok((store::chosen(global)? == StoreName::Kubernetes).then(|| line(global)))
}

fn line(global: &Global) -> String {
    let kubeconfig = global.kubeconfig.as_deref().map(|it| flag("--kubeconfig", &it.display().to_string()));
    let context = global.context.as_deref().map(|it| flag("--context", it));
    let connection = global.connection.words().into_iter().map(|(name, value)| flag(name, &value));
    let flags: String = [kubeconfig, context].into_iter().flatten().chain(connection).collect();
    format!("kubectl delete validatingwebhookconfiguration {GUARD}{flags}")
}

/// All checks of the store that is meant, in their order.
pub(crate) async fn examine(global: &Global, progress: &mut Progress) -> Result<Vec<Check>, Error> {
    match store::chosen(global)? {
        StoreName::Files => elsewhere::files(global).await,
        StoreName::Palette => Ok(elsewhere::palette(global).await),
        StoreName::Kubernetes => Ok(kubernetes(global, progress).await),
    }
}

/// What is looked at, for the line that moves meanwhile.
const STEPS: usize = 8;
const WHAT: &str = "checks";

async fn kubernetes(global: &Global, progress: &mut Progress) -> Vec<Check> {
    let mut done = 0;
    let mut step = || {
        progress.count(done, STEPS, WHAT);
        done += 1;
    };
    step();
    let mut checks = vec![kubectl::check().await];
    step();
    checks.push(kubeconfig::check(global));
    step();
    let access = Access { kubeconfig: global.kubeconfig.clone(), context: global.context.clone() };
    let connected = async {
        let store = KubernetesStore::connect(global, &access).await?;
        let server = reach::ask(&store).await?;
        Ok::<_, Error>((store, server))
    };
    let (store, server) = match connected.await {
        Ok(connected) => connected,
        Err(error) => {
            checks.push(reach::failed(&error));
            let rest = ["CRDs", "rights", "webhook", "certificate", "latency", "rules"];
            checks.extend(rest.map(|name| Check::not_visible(name, "the API server does not answer")));
            return checks;
        }
    };
    checks.push(reach::check(&store, &server));
    step();
    let served = served::ask(&store).await;
    checks.extend(served::check(&store, &served).await);
    step();
    checks.extend(rights::check(&store).await);
    step();
    let guard = Guard::read(&store).await;
    checks.extend(guard::check(&store, &guard, &served.versions).await);
    step();
    checks.extend(certificate::check(&store, &guard).await);
    step();
    checks.extend(asked(&store, &server, &guard, &served.versions).await);
    checks
}

/// What only a write shows: how long the guard takes, and that it denies.
async fn asked(store: &KubernetesStore, server: &reach::Server, guard: &Guard, versions: &[String]) -> Vec<Check> {
    let unasked = |why: &str| {
        let rules = denials::names().into_iter();
        [latency::NAME.to_owned()].into_iter().chain(rules).map(|name| Check::not_visible(name, why)).collect()
    };
    if let Guard::Absent = guard {
        return unasked("no guard is installed");
    }
    if versions.is_empty() {
        return unasked("the API server serves no clusters");
    }
    if let Some(why) = neighbours::forbid(store, server).await {
        return unasked(&format!("no dry run is sent: {why}"));
    }
    let clusters = match clusters(store, &versions[0]).await {
        Ok(clusters) => clusters,
        Err(error) => return unasked(&error.message),
    };
    let mut checks = vec![latency::check(store, guard, &versions[0], &clusters).await];
    checks.extend(denials::check(store, versions, &clusters).await);
    checks
}

/// The clusters of the scope.
async fn clusters(store: &KubernetesStore, version: &str) -> Result<Vec<Document>, Error> {
    let place = store.namespace().map(|it| format!("namespaces/{it}/")).unwrap_or_default();
    store.whole_list("spectroclusters", format!("/apis/{}/{version}/{place}spectroclusters", store::GROUP)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_the_api_server_that_is_meant() {
        let plain = "kubectl delete validatingwebhookconfiguration kubectl-profile-guard";
        assert_eq!(line(&Global::default()), plain);
        let named = Global { context: Some("a b".into()), kubeconfig: Some("k".into()), ..Global::default() };
        assert_eq!(line(&named), format!("{plain} --kubeconfig k --context 'a b'"));
        let manifest = include_str!("../../manifests/guard/validatingwebhookconfiguration.yaml");
        assert!(manifest.contains(plain), "{manifest}");
    }
}
