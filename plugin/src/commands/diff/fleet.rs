//! One version against every cluster that has its profile attached.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};
use profile_core::{cluster::Cluster, revision::Revision};

use super::{
    pair::{self, Beside},
    point::Point,
};
use crate::{
    change::proposal::known_revisions,
    error::{Error, Kind},
    output::Output,
    reference::Reference,
    review::{Group, Groups, ReviewArgs},
    selection,
    store::{Document, Store},
};

/// Most requests to an API server at a time.
const TOGETHER: usize = 8;

/// What a switch to the version would do to each cluster in scope that has another version of the profile.
pub(super) async fn versions(
    store: &Store,
    clusters: Vec<Document>,
    reference: &Reference,
    args: &ReviewArgs,
    output: &mut Output,
) -> Result<Groups, Error> {
    let has = |view: &Cluster<'_>| view.profiles().iter().any(|it| it.name() == reference.profile);
    let meant: Vec<_> = clusters.into_iter().filter(|it| has(&it.cluster())).collect();
    if meant.is_empty() {
        let what = format!("no cluster in {} has profile {:?} attached", store.scope(), reference.profile);
        return Err(Error::new(Kind::NotFound, what));
    }
    let profiles = profiles_of(store, &meant).await?;
    let target = |profiles: &[Document], scope: &str| selection::version(profiles, reference, scope).cloned();
    review(store, meant, &profiles, &target, args, output).await
}

/// What an edited profile would do to each cluster in scope that has its version attached.
pub(super) async fn edit(
    store: &Store,
    file: &Point,
    edited: &Document,
    args: &ReviewArgs,
    output: &mut Output,
) -> Result<Groups, Error> {
    let (name, version) = (edited.profile().name().into_owned(), edited.profile().version().map(|it| it.into_owned()));
    let has = |view: &Cluster<'_>| {
        view.profiles().iter().any(|it| it.name() == name && it.version().as_deref() == version.as_deref())
    };
    let meant: Vec<_> = store.clusters().await?.into_iter().filter(|it| has(&it.cluster())).collect();
    if meant.is_empty() {
        let what = format!("no cluster in {} has {} attached", store.scope(), edited.profile().reference());
        return Err(Error::new(Kind::NotFound, what)
            .hint(format!("to compare {} with a version, name that, too", file.label())));
    }
    let profiles = profiles_of(store, &meant).await?;
    review(store, meant, &profiles, &|_, _| Ok(edited.clone()), args, output).await
}

/// The profiles of each namespace that a cluster is in; those of files are the same for all.
async fn profiles_of(store: &Store, clusters: &[Document]) -> Result<BTreeMap<Option<String>, Vec<Document>>, Error> {
    let names: BTreeSet<_> = clusters.iter().map(|cluster| namespace(store, cluster)).collect();
    let read = |name: Option<String>| async move { store.profiles(name.as_deref()).await.map(|it| (name, it)) };
    let all: Vec<_> = stream::iter(names).map(read).buffered(TOGETHER).collect().await;
    all.into_iter().collect()
}

fn namespace(store: &Store, cluster: &Document) -> Option<String> {
    match store {
        Store::Kubernetes(_) => cluster.cluster().namespace().map(Into::into),
        Store::Files(_) => None,
    }
}

/// Finds the version to review against among what a store publishes, in the scope that errors name.
type Target<'t> = dyn Fn(&[Document], &str) -> Result<Document, Error> + 't;

async fn review(
    store: &Store,
    clusters: Vec<Document>,
    profiles: &BTreeMap<Option<String>, Vec<Document>>,
    target: &Target<'_>,
    args: &ReviewArgs,
    output: &mut Output,
) -> Result<Groups, Error> {
    let mut groups = Groups::default();
    let mut targets: BTreeMap<Option<String>, Result<Document, String>> = BTreeMap::new();
    for cluster in &clusters {
        let key = namespace(store, cluster);
        let published = profiles.get(&key).map(Vec::as_slice).unwrap_or_default();
        let scope = store.scope_of(cluster);
        let version = targets
            .entry(key)
            .or_insert_with(|| target(published, &scope).map_err(|error| error.message))
            .as_ref()
            .map_err(Clone::clone);
        let revisions: Vec<Revision> = known_revisions(store, cluster, output).await;
        let beside = Beside { profiles: published, revisions: &revisions, scope };
        let review = version.and_then(|version| {
            let label = format!("Pending, {}", version.profile().reference());
            pair::switched(cluster, version, &beside, label).map_err(|error| error.message)
        });
        let name = cluster.words();
        match review {
            Ok(review) => groups.add(name, review, args),
            Err(message) => groups.failed.push((name, message)),
        }
    }
    // What concerns most comes first; what is alike in number stays in the order of the clusters.
    groups.all.sort_by_key(|group: &Group| std::cmp::Reverse(group.clusters.len()));
    Ok(groups)
}
