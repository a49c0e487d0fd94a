//! `kubectl profile list`: profiles, their versions, which clusters use them.

use std::collections::{BTreeSet, HashMap};

use clap::Args;
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
    store::{ListedCluster, ListedProfile, Store},
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
    let (profiles, clusters) = tokio::try_join!(store.listed_profiles(), store.listed_clusters())?;
    let users = Users::of(&clusters);
    let now = age::now();
    let row = |it: ListedProfile| {
        let object = if matches!(store, Store::Palette(_)) { it.reference() } else { it.object.clone() };
        let clusters = users.of_version(&it);
        let item = || {
            json!({
                "name": it.name, "version": it.version, "type": it.profile_type, "uid": it.uid, "namespace": it.namespace,
                "createdAt": it.created_at, "packs": it.packs, "clusters": clusters,
            })
        };
        let item = if args.listing.needs_items() { item() } else { Value::Null };
        let cells = vec![
            it.namespace.unwrap_or_default(),
            it.name,
            it.version.unwrap_or_default(),
            it.profile_type.unwrap_or_default(),
            it.packs.map_or_else(|| "<unknown>".into(), |count| count.to_string()),
            clusters.join(","),
            it.uid.unwrap_or_default(),
            age(it.created_at.as_deref(), now),
        ];
        Row { item, name: format!("{PROFILE_TYPE}/{object}"), cells }
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
    let listing = Listing::new("ProfileList", columns, sorted(profiles).map(row).collect());
    if listing.is_empty() && args.listing.format().is_for_people() {
        output.note(&format!("no profiles in {}{}", store.scope(), selection::scope_hint(&store)));
    }
    listing.print(&args.listing, output)?;
    Ok(Outcome::Done)
}

/// By name, and the versions of each from the oldest to the newest. One that is no SemVer sorts by its text, before all that are.
fn sorted(profiles: Vec<ListedProfile>) -> impl Iterator<Item = ListedProfile> {
    let number = |it: &ListedProfile| semver::Version::parse(it.version.as_deref().unwrap_or_default()).ok();
    let mut numbered: Vec<_> = profiles.into_iter().map(|it| (number(&it), it)).collect();
    numbered.sort_by(|(left, a), (right, b)| {
        a.name.cmp(&b.name).then_with(|| left.cmp(right)).then_with(|| a.version.cmp(&b.version))
    });
    numbered.into_iter().map(|(_, it)| it)
}

/// Which clusters have which version attached.
struct Users<'d> {
    clusters: &'d [ListedCluster],
    /// The clusters by the uids of their versions, and by `NAME@VERSION` of them.
    by_uid: HashMap<&'d str, BTreeSet<usize>>,
    by_reference: HashMap<&'d str, BTreeSet<usize>>,
}

impl<'d> Users<'d> {
    fn of(clusters: &'d [ListedCluster]) -> Self {
        let (mut by_uid, mut by_reference) = (HashMap::<_, BTreeSet<_>>::new(), HashMap::<_, BTreeSet<_>>::new());
        for (at, cluster) in clusters.iter().enumerate() {
            for attached in &cluster.profiles {
                if let Some(uid) = &attached.uid {
                    by_uid.entry(uid.as_str()).or_default().insert(at);
                }
                by_reference.entry(attached.reference.as_str()).or_default().insert(at);
            }
        }
        Self { clusters, by_uid, by_reference }
    }

    /// The clusters of the same namespace that have `version` attached.
    fn of_version(&self, version: &ListedProfile) -> Vec<String> {
        let by_uid = version.uid.as_deref().and_then(|uid| self.by_uid.get(uid));
        let by_reference = self.by_reference.get(version.reference().as_str());
        let users: BTreeSet<_> = by_uid.into_iter().chain(by_reference).flatten().collect();
        let users = users.into_iter().map(|at| &self.clusters[*at]);
        let users = users.filter(|it| version.namespace.is_none() || it.namespace == version.namespace);
        users.map(|it| it.name.clone()).collect()
    }
}
