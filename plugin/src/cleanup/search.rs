//! Searches a cluster for orphans, as far as the store can see.

use std::collections::{BTreeSet, HashMap, HashSet};

use profile_core::{
    field,
    orphans::{Findings, PackRendering, Rendering, find},
    render::Identity,
    yaml,
};
use serde_json::Value;

use super::{
    neighbours::Neighbours,
    past::{Past, Sources},
    scaling::cluster_of_record,
    sight::{self, Marks, Sight},
};
use crate::{
    error::Error,
    output::Output,
    store::{Document, Store},
};

/// What a search found, and what it could not see.
pub(crate) struct Search {
    pub(crate) findings: Findings,
    pub(crate) now: Rendering,
    /// Whether the store sees live objects. Where not, `findings` says what is no longer rendered, and nothing of its being
    /// there.
    pub(crate) sees_live: bool,
    pub(crate) not_visible: Vec<String>,
    /// What else was not seen: what other clusters render, who uses what is found, what only the agent's marks would speak
    /// for. Nothing more that was rendered once is left behind by that.
    pub(crate) beside: Vec<String>,
    /// The requests that it took.
    pub(crate) requests: u64,
    /// The cluster as records of a scale-down name it.
    pub(crate) cluster: String,
    /// The command that prints them.
    pub(crate) command: String,
    /// What was compared with what is rendered now, in words.
    pub(crate) compared: Vec<String>,
    live: HashMap<Identity, Value>,
}

impl Search {
    /// The live object of an orphan, or of one that was left out.
    pub(crate) fn live(&self, identity: &Identity) -> Option<&Value> {
        self.live.get(identity)
    }

    /// Everything that was not seen, in words.
    pub(crate) fn not_visible(&self) -> impl Iterator<Item = &String> {
        self.not_visible.iter().chain(&self.beside)
    }

    /// Whether everything was seen that a claim of completeness takes.
    pub(crate) fn is_complete(&self) -> bool {
        self.sees_live && self.not_visible.is_empty() && self.findings.unrendered.is_empty()
    }
}

/// Compares what `cluster` rendered before with what it renders now and what is live.
pub(crate) async fn search(
    store: &Store,
    cluster: &Document,
    sources: &Sources,
    output: &mut Output,
) -> Result<Search, Error> {
    let workload = store.live(cluster).await?;
    let mut past = sources.read(store, workload.as_ref(), cluster, output).await?;
    let (sight, sees_live) = match &workload {
        Some(workload) => {
            let marks = marks(cluster, &past);
            (sight::look(workload, &mut past, &marks).await?, true)
        }
        None => {
            let why = match store {
                Store::Palette(_) => {
                    "live objects: Palette's API shows none; name the kubeconfig context of the workload cluster by --workload-context"
                }
                _ => "live objects: files hold none, so whether these are still there is not known",
            };
            let why = why.to_owned();
            let live = sight::as_rendered(&past);
            (Sight { live, not_visible: [why].into(), ..Sight::default() }, false)
        }
    };
    let Sight { live, suspects, not_visible, beside } = sight;
    let not_visible: Vec<_> = not_visible.into_iter().chain(past.unseen()).collect();
    let mut beside: Vec<_> = beside.into_iter().collect();
    let mut findings = find(&past.before, &past.now, &live);
    findings.add_suspects(suspects, &live);
    if let Some(workload) = &workload
        && !findings.orphans.is_empty()
    {
        let neighbours = Neighbours::of((store, workload), cluster, sources).await?;
        findings.leave_out_rendered_by(&neighbours.rendered);
        if !findings.orphans.is_empty() {
            beside.extend(neighbours.not_visible);
        }
    }
    let orphans = findings.orphans.iter().map(|it| &it.identity);
    let excluded = findings.excluded.iter().map(|it| &it.identity);
    let wanted: HashSet<_> = orphans.chain(excluded).collect();
    let live = live.into_iter().filter_map(|object| Some((Identity::of_live(&object)?, object)));
    let kept = live.filter(|(identity, _)| wanted.contains(identity)).collect();
    let requests = store.requests(workload.as_ref());
    let command = format!("kubectl profile orphans {}{}{}", cluster.words(), store.flags(), sources.flags());
    Ok(Search {
        findings,
        now: past.now,
        sees_live,
        not_visible,
        beside,
        command,
        cluster: cluster_of_record(cluster),
        compared: past.compared,
        requests,
        live: kept,
    })
}

/// Where the agent's marks are looked for: in the namespaces of what packs render and rendered. Where a pack applies
/// something that cannot be rendered, all of its objects would look left behind.
fn marks(cluster: &Document, past: &Past) -> Marks {
    let renderings = past.before.iter().map(|it| &it.rendering).chain([&past.now]);
    let objects = renderings.flat_map(|it| &it.packs).filter_map(|it| it.outcome.as_ref().ok());
    let rendered = objects.flat_map(|it| &it.objects).filter_map(|it| it.identity.namespace.clone());
    let mut namespaces: BTreeSet<_> = rendered.collect();
    let mut unseen = BTreeSet::new();
    for pack in cluster.cluster().packs() {
        let values = yaml::parse_all(&pack.values()).unwrap_or_default();
        let named = values.iter().find_map(|it| field::text(it, &["pack", "namespace"]));
        let is_rendered = |it: &PackRendering| it.pack == pack.name() && it.outcome.is_ok();
        let place = if past.now.packs.iter().any(is_rendered) { &mut namespaces } else { &mut unseen };
        place.extend(named.map(std::borrow::Cow::into_owned));
    }
    namespaces.retain(|it| !unseen.contains(it));
    // The newest state that is kept ended with the switch, unless it is still the present one, which began with it.
    let fingerprints = |it: &Rendering| it.packs.iter().map(|it| it.fingerprint.clone()).collect::<Vec<_>>();
    let newest = past.before.first();
    let newest = newest.filter(|it| it.period.left.is_none() && fingerprints(&it.rendering) == fingerprints(&past.now));
    let switched_at = newest.and_then(|it| it.period.since.clone());
    Marks { namespaces, switched_at }
}
