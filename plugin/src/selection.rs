//! Chooses the one cluster and the one profile version that the user means, or says which there are.

use profile_core::profile::{self, AttachedProfile};

use crate::{
    error::{Error, Kind},
    nearest,
    reference::Reference,
    store::{Document, Look, Store},
};

/// The cluster called `name`, or the only one in scope.
pub(crate) async fn cluster(store: &Store, name: Option<&str>) -> Result<Document, Error> {
    let all = store.clusters(Look::Names).await?;
    let Some(name) = name else { return store.whole(only(store, &all)?).await };
    let names: Vec<_> = all.iter().map(|it| it.cluster().name().into_owned()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut meant: Vec<_> = all.iter().filter(|it| store.is_called(it, name)).collect();
    let scope = store.scope();
    match meant.len() {
        1 => store.whole(meant.remove(0)).await,
        0 => {
            let error = Error::new(Kind::NotFound, format!("no cluster {name:?} in {scope}"));
            Err(with_scope_hint(nearest::hint(name, &names).into_iter().fold(error, Error::hint), store))
        }
        count if matches!(store, Store::Palette(_)) => {
            let uids: Vec<_> = meant.iter().filter_map(|it| Some(it.cluster().uid()?.into_owned())).collect();
            Err(Error::usage(format!("{count} clusters are called {name:?} in {scope}"))
                .hint(format!("name one by its uid: {}", uids.join(", "))))
        }
        count => {
            let places: Vec<_> = meant.iter().map(|it| place(it)).collect();
            let first = meant[0].cluster().namespace();
            let differ = meant.iter().any(|it| it.cluster().namespace() != first);
            Err(Error::usage(format!("{count} clusters are called {name:?} in {scope}: {}", places.join(", ")))
                .hint(if differ { "choose one by -n NAMESPACE" } else { "name fewer files by -f, until one is left" }))
        }
    }
}

/// The only cluster in the scope of a store, which holds `all`.
pub(crate) fn only<'d>(store: &Store, all: &'d [Document]) -> Result<&'d Document, Error> {
    let scope = store.scope();
    match all {
        [one] => Ok(one),
        [] => Err(with_scope_hint(Error::new(Kind::NotFound, format!("no cluster in {scope}")), store)),
        several => {
            let names: Vec<_> = several.iter().map(|it| it.cluster().name().into_owned()).collect();
            let count = several.len();
            Err(Error::usage(format!("there are {count} clusters in {scope}, and one is meant: {}", names.join(", ")))
                .hint(match store {
                    Store::Palette(_) => "name those that are meant, or select them by -l SELECTOR; -A takes all",
                    _ => "name those that are meant, or select them by -l SELECTOR; -A takes those of all namespaces",
                }))
        }
    }
}

/// What stands before the name of a profile where `-o name` prints it.
pub(crate) const PROFILE_TYPE: &str = "clusterprofile.cluster.spectrocloud.com";

/// The profile version that `reference` names among `profiles`. Without a version the only one there is.
pub(crate) fn version<'d>(profiles: &'d [Document], reference: &Reference, scope: &str) -> Result<&'d Document, Error> {
    // As `list -o name` prints an object.
    let object = reference.profile.strip_prefix(PROFILE_TYPE).and_then(|rest| rest.strip_prefix('/'));
    let is_named = |it: &&Document| match object {
        Some(object) => it.cluster().name() == object,
        None => it.profile().name() == reference.profile,
    };
    let named: Vec<_> = profiles.iter().filter(is_named).collect();
    if named.is_empty() {
        let names: std::collections::BTreeSet<_> = profiles.iter().map(|it| it.profile().name().into_owned()).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let error = Error::new(Kind::NotFound, format!("no profile {:?} in {scope}", reference.profile));
        return Err(nearest::hint(&reference.profile, &names).into_iter().fold(error, Error::hint));
    }
    let versions: Vec<_> = named.iter().map(|it| it.profile().version().unwrap_or_default().into_owned()).collect();
    let wanted = reference.version.as_deref();
    let mut meant: Vec<_> =
        named.iter().filter(|it| wanted.is_none() || it.profile().version().as_deref() == wanted).collect();
    match (meant.len(), wanted) {
        (1, _) => Ok(meant.remove(0)),
        (0, _) => Err(Error::new(
            Kind::NotFound,
            format!("profile {:?} has no version {:?} in {scope}", reference.profile, wanted.unwrap_or_default()),
        )
        .hint(format!("there is: {}", versions.join(", ")))),
        (_, None) => {
            Err(Error::usage(format!("profile {:?} has several versions: {}", reference.profile, versions.join(", ")))
                .hint(format!("name one, like {}@{}", reference.profile, versions[0])))
        }
        (count, Some(version)) => {
            let places: Vec<_> = meant.iter().map(|it| place(it)).collect();
            Err(Error::failed(format!(
                "{}@{version} stands {count} times in {scope}: {}",
                reference.profile,
                places.join(", ")
            ))
            .hint("narrow the scope until one is left"))
        }
    }
}

/// What is published for the version that a cluster has attached: by uid, else by name and version.
pub(crate) fn published_of<'d>(profiles: &'d [Document], attached: &AttachedProfile<'_>) -> Option<&'d Document> {
    let by_uid = |it: &&Document| attached.uid().is_some() && it.profile().uid() == attached.uid();
    let reference = profile::reference(&attached.name(), attached.version().as_deref());
    let by_name = |it: &&Document| it.profile().reference() == reference;
    profiles.iter().find(by_uid).or_else(|| profiles.iter().find(by_name)).filter(|it| it.profile().content().is_some())
}

/// A cluster in words that tell it from all others of its store, `NAMESPACE/NAME (FILE)`.
pub(crate) fn place(document: &Document) -> String {
    let view = document.cluster();
    let name =
        view.namespace().map_or_else(|| view.name().into_owned(), |namespace| format!("{namespace}/{}", view.name()));
    if document.place.is_empty() { name } else { format!("{name} ({})", document.place) }
}

/// Where else to look, behind a sentence that says that nothing is there.
pub(crate) fn scope_hint(store: &Store) -> &'static str {
    match store {
        Store::Kubernetes(store) if store.namespace().is_none() => "",
        Store::Kubernetes(_) => "; name another namespace by -n, or look in all by -A",
        Store::Files(_) => "",
        Store::Palette(_) => "; name another project by --project",
    }
}

/// An error about what is not there, and where else to look.
pub(crate) fn with_scope_hint(error: Error, store: &Store) -> Error {
    match store {
        Store::Kubernetes(_) => {
            error.hint("clusters live in namespaces called cluster-<uid>: name one by -n, or look in all by -A")
        }
        Store::Palette(_) => error.hint("name another project by --project"),
        Store::Files(_) => error.hint("a cluster is a document with `kind: SpectroCluster`"),
    }
}
