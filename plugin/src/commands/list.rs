//! `kubectl profile list`: profiles, their versions, which clusters use them.

use std::collections::{BTreeSet, HashMap};

use clap::Args;
use profile_core::profile;
use serde_json::{Value, json};

use super::Outcome;
use crate::{
    cli::Global,
    error::Error,
    output::{
        Output,
        age::{self, age},
        listing::{Column, Listing, ListingArgs, Row},
    },
    selection::{self, PROFILE_TYPE},
    store::{Document, Look, Sought, Store},
};

const EXAMPLES: &str = "Examples:
  # List the profiles, their versions, and the clusters on each
  kubectl profile list

  # List those of files, which needs no cluster
  kubectl profile list -f .

  # List those of all namespaces as JSON
  kubectl profile list -A -o json";

/// List profiles, their versions, and which clusters use them
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    listing: ListingArgs,
}

/// Runs the command.
pub(crate) async fn run(args: &ListArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let store = Store::open(global).await?;
    let wanted = Sought::listing();
    let (mut profiles, clusters) = tokio::try_join!(store.profiles(&wanted), store.clusters(Look::Attached))?;
    profiles.sort_by_cached_key(|it| {
        let view = it.profile();
        let version = view.version().unwrap_or_default().into_owned();
        // A version that is no SemVer sorts by its text, before all that are.
        (view.name().into_owned(), semver::Version::parse(&version).ok(), version)
    });
    let users = Users::of(&clusters);
    let now = age::now();
    let row = |it: &Document| {
        let (view, metadata) = (it.profile(), it.cluster());
        let (packs, clusters) = (packs(it), users.of_version(it));
        let created = metadata.created_at();
        let cells = vec![
            metadata.namespace().unwrap_or_default().into_owned(),
            view.name().into_owned(),
            view.version().unwrap_or_default().into_owned(),
            view.profile_type().unwrap_or_default().into_owned(),
            packs.map_or_else(|| "<unknown>".into(), |count| count.to_string()),
            clusters.join(","),
            view.uid().unwrap_or_default().into_owned(),
            age(created.as_deref(), now),
        ];
        let item = || {
            json!({
                "name": view.name(), "version": view.version(), "type": view.profile_type(), "uid": view.uid(),
                "namespace": metadata.namespace(), "createdAt": created, "packs": packs, "clusters": clusters,
            })
        };
        let item = if args.listing.needs_items() { item() } else { Value::Null };
        Row { item, name: format!("{PROFILE_TYPE}/{}", object(&store, it)), cells }
    };
    let columns = [
        Column::new("NAMESPACE").only(global.all_namespaces),
        Column::new("NAME"),
        Column::new("VERSION"),
        Column::new("TYPE"),
        Column::new("PACKS"),
        Column::new("CLUSTERS"),
        Column::wide("UID"),
        Column::new("AGE"),
    ];
    let listing = Listing::new("ProfileList", columns, profiles.iter().map(row).collect());
    if listing.is_empty() && args.listing.format().is_for_people() {
        output.note(&format!("no profiles in {}{}", store.scope(), selection::scope_hint(&store)));
    }
    listing.print(&args.listing, output)?;
    Ok(Outcome::Done)
}

/// The name that tells a version from all others of its store: that of its object. In Palette all versions have one name.
fn object(store: &Store, version: &Document) -> String {
    match store {
        Store::Palette(_) => version.profile().reference(),
        Store::Kubernetes(_) | Store::Files(_) => version.cluster().name().into_owned(),
    }
}

/// How many packs a version has; `None` where only its name was read.
fn packs(version: &Document) -> Option<usize> {
    let view = version.profile();
    (view.content().is_some() || !version.is_summary()).then(|| view.packs().len())
}

/// Which clusters have which version attached.
struct Users<'d> {
    clusters: &'d [Document],
    /// The clusters by the uids of their versions, and by `NAME@VERSION` of them.
    by_uid: HashMap<String, BTreeSet<usize>>,
    by_reference: HashMap<String, BTreeSet<usize>>,
}

impl<'d> Users<'d> {
    fn of(clusters: &'d [Document]) -> Self {
        let (mut by_uid, mut by_reference) = (HashMap::<_, BTreeSet<_>>::new(), HashMap::<_, BTreeSet<_>>::new());
        for (at, cluster) in clusters.iter().enumerate() {
            for attached in cluster.cluster().profiles() {
                if let Some(uid) = attached.uid() {
                    by_uid.entry(uid.into_owned()).or_default().insert(at);
                }
                let reference = profile::reference(&attached.name(), attached.version().as_deref());
                by_reference.entry(reference).or_default().insert(at);
            }
        }
        Self { clusters, by_uid, by_reference }
    }

    /// The clusters of the same namespace that have `version` attached.
    fn of_version(&self, version: &Document) -> Vec<String> {
        let view = version.profile();
        let namespace = version.cluster().namespace();
        let by_uid = view.uid().and_then(|uid| self.by_uid.get(uid.as_ref()));
        let users: BTreeSet<_> = by_uid.into_iter().chain(self.by_reference.get(&view.reference())).flatten().collect();
        let users = users.into_iter().map(|at| self.clusters[*at].cluster());
        let users = users.filter(|it| namespace.is_none() || it.namespace() == namespace);
        users.map(|it| it.name().into_owned()).collect()
    }
}
