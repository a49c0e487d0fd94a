//! One version against every cluster that has its profile attached.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZero,
    rc::Rc,
};

use futures_util::{StreamExt, stream};
use profile_core::{cluster::Cluster, revision::Revision};

use super::{
    pair::{self, Beside},
    point::Point,
};
use crate::{
    change::proposal::known_revisions,
    error::{Error, Kind},
    fleet::{Fleet, Which, at_once, in_order},
    output::Output,
    reference::Reference,
    review::{Group, Groups, Review, ReviewArgs},
    selection,
    store::{Document, Sought, Store},
};

/// Most requests to an API server at a time.
const TOGETHER: usize = 8;

/// What a switch to the version would do to each cluster that has the profile.
pub(super) async fn versions(
    fleet: &Fleet,
    reference: &Reference,
    args: &ReviewArgs,
    output: &mut Output,
) -> Result<Groups, Error> {
    let has = |view: &Cluster<'_>| view.profiles().iter().any(|it| it.name() == reference.profile);
    let target = |profiles: &[Document], scope: &str| selection::version(profiles, reference, scope).cloned();
    let missing = |scopes: &str| {
        let what = format!("no cluster in {scopes} has profile {:?} attached", reference.profile);
        Error::new(Kind::NotFound, what)
    };
    each_that(fleet, (&has, Some(reference)), &target, &missing, args, output).await
}

/// Reviews the clusters of all stores that have what is meant.
async fn each_that(
    fleet: &Fleet,
    (has, reference): (&Has<'_>, Option<&Reference>),
    target: &Target<'_>,
    missing: &dyn Fn(&str) -> Error,
    args: &ReviewArgs,
    output: &mut Output,
) -> Result<Groups, Error> {
    let mut groups = Groups::default();
    for store in &fleet.stores {
        let members = fleet.members.iter().filter(|it| Rc::ptr_eq(&it.store, store));
        let meant: Vec<_> = members.map(|it| it.cluster.clone()).filter(|it| has(&it.cluster())).collect();
        if meant.is_empty() {
            continue;
        }
        let whole = at_once(meant.iter().map(|it| (store, it)), fleet.parallel, |it| store.whole(it));
        let meant = in_order(whole.collect().await).into_iter().collect::<Result<Vec<_>, _>>()?;
        let profiles = profiles_of(store, &meant, reference).await?;
        let context = store.context().filter(|_| fleet.has_contexts);
        groups.append(review(store, context, meant, &profiles, target, args, output).await?);
    }
    groups.failed.extend(fleet.unseen.iter().map(|(label, error)| (label.clone(), error.message.clone())));
    if groups.all.is_empty() && groups.failed.is_empty() {
        let scopes: Vec<_> = fleet.stores.iter().map(|it| it.scope()).collect();
        return Err(missing(&scopes.join(", ")));
    }
    // What concerns most comes first; what is alike in number stays in the order of the clusters.
    groups.all.sort_by_key(|group: &Group| std::cmp::Reverse(group.clusters.len()));
    Ok(groups)
}

/// What an edited profile would do to each cluster of the fleet that has its version attached.
pub(super) async fn edit(
    (fleet, which): (&Fleet, &Which),
    file: &Point,
    edited: &Document,
    args: &ReviewArgs,
    output: &mut Output,
) -> Result<Groups, Error> {
    let (name, version) = (edited.profile().name().into_owned(), edited.profile().version().map(|it| it.into_owned()));
    let has = |view: &Cluster<'_>| {
        view.profiles().iter().any(|it| it.name() == name && it.version().as_deref() == version.as_deref())
    };
    let missing = |scopes: &str| {
        let (labels, reference) = (which.labels(), edited.profile().reference());
        let what = format!("no cluster{labels} in {scopes} has {reference} attached");
        Error::new(Kind::NotFound, what).hint(format!("to compare {} with a version, name that, too", file.label()))
    };
    each_that(fleet, (&has, None), &|_, _| Ok(edited.clone()), &missing, args, output).await
}

/// The profiles of each namespace that a cluster is in; those of files are the same for all.
async fn profiles_of(
    store: &Store,
    clusters: &[Document],
    target: Option<&Reference>,
) -> Result<BTreeMap<Option<String>, Vec<Document>>, Error> {
    let names: BTreeSet<_> = clusters.iter().map(|cluster| namespace(store, cluster)).collect();
    let read = |name: Option<String>| async move {
        let wanted = target.into_iter().fold(Sought::within(name.as_deref(), clusters), Sought::and);
        store.profiles(&wanted).await.map(|it| (name, it))
    };
    let all: Vec<_> = stream::iter(names).map(read).buffered(TOGETHER).collect().await;
    all.into_iter().collect()
}

fn namespace(store: &Store, cluster: &Document) -> Option<String> {
    match store {
        Store::Kubernetes(_) => cluster.cluster().namespace().map(Into::into),
        Store::Files(_) | Store::Palette(_) => None,
    }
}

/// Whether a cluster has what is meant.
type Has<'t> = dyn Fn(&Cluster<'_>) -> bool + 't;

/// Finds the version to review against among what a store publishes, in the scope that errors name.
type Target<'t> = dyn Fn(&[Document], &str) -> Result<Document, Error> + 't;

/// One cluster, and what was read beside it.
struct Job<'a> {
    cluster: &'a Document,
    /// The cluster as words of a command line.
    words: String,
    /// The version to switch to, or why there is none.
    target: Result<&'a Document, &'a String>,
    profiles: &'a [Document],
    revisions: Vec<Revision>,
    scope: String,
    store: String,
}

/// Reviews all of them on as many threads as the machine has cores: each review stands for itself.
fn reviewed(jobs: &[Job<'_>], args: &ReviewArgs) -> Groups {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let one_by_one = |jobs: &[Job<'_>]| {
        let mut groups = Groups::default();
        for job in jobs {
            let name = job.words.clone();
            match job.review() {
                Ok(review) => groups.add(name, review, args),
                Err(message) => groups.failed.push((name, message)),
            }
        }
        groups
    };
    let mut all = Groups::default();
    std::thread::scope(|scope| {
        let one_by_one = &one_by_one;
        let parts = jobs.chunks(jobs.len().div_ceil(threads).max(1));
        let running: Vec<_> = parts.map(|part| scope.spawn(move || one_by_one(part))).collect();
        for it in running {
            match it.join() {
                Ok(groups) => all.append(groups),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    all
}

impl Job<'_> {
    fn review(&self) -> Result<Review, String> {
        let version = self.target.map_err(Clone::clone)?;
        let (scope, store) = (self.scope.clone(), self.store.clone());
        let beside = Beside { profiles: self.profiles, revisions: &self.revisions, scope, store };
        let label = format!("Pending, {}", version.profile().reference());
        pair::switched(self.cluster, version, &beside, label).map_err(|error| error.message)
    }
}

async fn review(
    store: &Store,
    context: Option<&str>,
    clusters: Vec<Document>,
    profiles: &BTreeMap<Option<String>, Vec<Document>>,
    target: &Target<'_>,
    args: &ReviewArgs,
    output: &mut Output,
) -> Result<Groups, Error> {
    let mut targets: BTreeMap<Option<String>, Result<Document, String>> = BTreeMap::new();
    for cluster in &clusters {
        let key = namespace(store, cluster);
        let published = profiles.get(&key).map(Vec::as_slice).unwrap_or_default();
        let found = || target(published, &store.scope_of(cluster)).map_err(|error| error.message);
        targets.entry(key).or_insert_with(found);
    }
    let mut jobs = Vec::new();
    for cluster in &clusters {
        let key = namespace(store, cluster);
        // Every cluster's own key was put there above.
        let Some(target) = targets.get(&key) else { continue };
        let profiles = profiles.get(&key).map(Vec::as_slice).unwrap_or_default();
        let revisions = known_revisions(store, cluster, output).await;
        let context = context.map(|it| format!(" --context {it}")).unwrap_or_default();
        let words = format!("{}{context}", cluster.words());
        let (scope, store) = (store.scope_of(cluster), store.name());
        jobs.push(Job { words, cluster, target: target.as_ref(), profiles, revisions, scope, store });
    }
    let mut groups = reviewed(&jobs, args);
    // What concerns most comes first; what is alike in number stays in the order of the clusters.
    groups.all.sort_by_key(|group: &Group| std::cmp::Reverse(group.clusters.len()));
    Ok(groups)
}
