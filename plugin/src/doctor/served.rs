//! Which kinds of Palette's group are served, in which versions, and whose definitions they are.

use profile_core::field;
use serde_json::Value;

use super::report::Check;
use crate::{
    error::{Error, Kind},
    store::{GROUP, KubernetesStore, VERSIONS},
};

const NAME: &str = "CRDs";
/// The kinds that are read, with their plurals; the first two are needed.
const KINDS: [(&str, &str); 3] =
    [("SpectroCluster", "spectroclusters"), ("ClusterProfile", "clusterprofiles"), ("Pack", "packs")];
/// The label that our own definitions for a sandbox carry, and Palette's do not.
const SANDBOX: &str = "kubectl-profile.dev/sandbox";

/// What is served.
pub(super) struct Served {
    /// Those of Palette's versions in which clusters are served, the preferred one first.
    pub(super) versions: Vec<String>,
    /// Each kind with the versions that serve it.
    kinds: Vec<(&'static str, Vec<String>)>,
    /// Why it is not known.
    error: Option<Error>,
}

/// Asks which versions there are, and which kinds are in each.
pub(super) async fn ask(store: &KubernetesStore) -> Served {
    match look(store).await {
        Ok(served) => served,
        Err(error) => Served { versions: Vec::new(), kinds: Vec::new(), error: Some(error) },
    }
}

async fn look(store: &KubernetesStore) -> Result<Served, Error> {
    let group = store.look(&format!("/apis/{GROUP}")).await?;
    if !group.is_success() && group.code != 404 {
        return Err(Error::failed(group.refusal()));
    }
    let listed: Vec<_> =
        field::items(&group.document, &["versions"]).filter_map(|(_, it)| field::text(it, &["version"])).collect();
    let mut kinds = KINDS.map(|(kind, _)| (kind, Vec::new()));
    for version in VERSIONS.into_iter().filter(|version| listed.iter().any(|it| it == version)) {
        let resources = store.look(&format!("/apis/{GROUP}/{version}")).await?;
        for ((_, versions), (_, plural)) in kinds.iter_mut().zip(KINDS) {
            let mut named = field::items(&resources.document, &["resources"]);
            if named.any(|(_, it)| field::text(it, &["name"]).is_some_and(|name| name == plural)) {
                versions.push(version.to_owned());
            }
        }
    }
    Ok(Served { versions: kinds[0].1.clone(), kinds: kinds.into(), error: None })
}

pub(super) async fn check(store: &KubernetesStore, served: &Served) -> Vec<Check> {
    if let Some(error) = &served.error {
        return vec![Check::not_visible(NAME, format!("what is served is not told: {}", error.message))];
    }
    let mut checks = vec![judge(served)];
    if served.kinds.iter().any(|(_, versions)| !versions.is_empty()) {
        checks.push(origin(&definitions(store).await));
    }
    checks
}

fn judge(served: &Served) -> Check {
    let install = "is this the right context? A Palette cluster has these CRDs; a sandbox gets them by `kubectl apply -k manifests/crds`";
    if served.kinds.iter().all(|(_, versions)| versions.is_empty()) {
        return Check::failed(NAME, format!("{GROUP} is not served as v1 or v1alpha1")).fix(install);
    }
    let told = |(kind, versions): &(&str, Vec<String>)| match versions.is_empty() {
        true => format!("{kind} not at all"),
        false => format!("{kind} as {}", versions.join(" and ")),
    };
    let says = format!("{GROUP} serves {}", served.kinds.iter().map(told).collect::<Vec<_>>().join(", "));
    let is_missing = |index: usize| served.kinds[index].1.is_empty();
    if is_missing(0) || is_missing(1) {
        Check::failed(NAME, says).fix(install)
    } else if is_missing(2) {
        Check::warning(NAME, says).fix("packs that clusters refer to cannot be looked up; everything else works")
    } else {
        Check::ok(NAME, says)
    }
}

/// The definitions; or why they are not visible.
async fn definitions(store: &KubernetesStore) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for (_, plural) in KINDS {
        let path = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.{GROUP}");
        let answer = store.look(&path).await?;
        match answer.code {
            404 => {}
            _ if answer.is_success() => found.push(answer.document),
            code => {
                let kind = if code == 403 { Kind::Forbidden } else { Kind::Failed };
                return Err(Error::new(kind, answer.refusal()));
            }
        }
    }
    Ok(found)
}

/// Whose definitions they are, and in which version each is stored.
fn origin(definitions: &Result<Vec<Value>, Error>) -> Check {
    const NAME: &str = "CRDs' origin";
    let definitions = match definitions {
        Ok(definitions) => definitions,
        Err(error) if error.kind == Kind::Forbidden => {
            return Check::not_visible(NAME, "whose they are is not told: you may not get customresourcedefinitions");
        }
        Err(error) => return Check::not_visible(NAME, format!("whose they are is not told: {}", error.message)),
    };
    let is_ours = |it: &&Value| field::text(it, &["metadata", "labels", SANDBOX]).is_some_and(|it| it == "true");
    let ours = definitions.iter().filter(is_ours).count();
    let stored = definitions.iter().map(|definition| {
        let kind = field::text(definition, &["spec", "names", "kind"]).unwrap_or_default();
        let mut versions = field::items(definition, &["spec", "versions"]);
        let is_stored = |it: &Value| field::at(it, &["storage"]).and_then(Value::as_bool).unwrap_or_default();
        let version = versions.find(|(_, it)| is_stored(it)).and_then(|(_, it)| field::text(it, &["name"]));
        format!("{kind} as {}", version.unwrap_or_default())
    });
    let stored = stored.collect::<Vec<_>>().join(", ");
    if ours == 0 {
        Check::ok(NAME, format!("Palette's own, not those of the sandbox; stored: {stored}"))
    } else if ours == definitions.len() {
        Check::ok(NAME, format!("those of the sandbox in manifests/crds, not Palette's own; stored: {stored}"))
    } else {
        Check::failed(NAME, format!("{ours} of {} are those of the sandbox; stored: {stored}", definitions.len()))
            .fix("the sandbox's definitions must never stand beside Palette's own: install Palette's anew")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::report::Finding, *};

    fn served(clusters: &[&str], profiles: &[&str], packs: &[&str]) -> Served {
        let all = [clusters, profiles, packs].map(|it| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
        let kinds = KINDS.iter().map(|(kind, _)| *kind).zip(all).collect::<Vec<_>>();
        Served { versions: kinds[0].1.clone(), kinds, error: None }
    }

    #[test]
    fn clusters_and_profiles_are_needed_in_one_version_at_least() {
        let both = ["v1", "v1alpha1"];
        assert_eq!(judge(&served(&both, &both, &both)).finding, Finding::Ok);
        let old = judge(&served(&["v1alpha1"], &["v1alpha1"], &["v1alpha1"]));
        assert_eq!(old.finding, Finding::Ok);
        assert!(old.says.contains("SpectroCluster as v1alpha1"), "{old:?}");
        assert_eq!(judge(&served(&both, &both, &[])).finding, Finding::Warning);
        assert_eq!(judge(&served(&both, &[], &both)).finding, Finding::Failed);
        assert_eq!(judge(&served(&[], &[], &[])).finding, Finding::Failed);
    }

    #[test]
    fn the_sandbox_s_definitions_are_told_by_their_label() {
        let definition = |labels: Value| {
            json!({"metadata": {"labels": labels}, "spec": {"names": {"kind": "Pack"}, "versions": [
                {"name": "v1", "storage": false}, {"name": "v1alpha1", "storage": true},
            ]}})
        };
        let (ours, palettes) = (definition(json!({SANDBOX: "true"})), definition(json!({"a": "b"})));
        let of = |all: &[&Value]| origin(&Ok(all.iter().map(|it| (*it).clone()).collect()));
        let check = of(&[&ours, &ours]);
        assert!(check.says.contains("those of the sandbox") && check.says.contains("Pack as v1alpha1"), "{check:?}");
        assert!(of(&[&palettes]).says.starts_with("Palette's own"));
        assert_eq!(of(&[&ours, &palettes]).finding, Finding::Failed);
        assert_eq!(origin(&Err(Error::new(Kind::Forbidden, "x"))).finding, Finding::NotVisible);
    }
}
