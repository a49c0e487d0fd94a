//! What a change of profiles renders again, though it was scaled down; and what follows the change.

use std::{borrow::Cow, path::PathBuf, time::Duration};

use clap::Args;
use profile_core::{
    cluster::Cluster,
    orphans::Rendering,
    render::{Identity, Moment},
    scale::Tolerance,
};
use serde_json::Value;

use super::{
    back::back,
    down::{DownArgs, scale_down},
    helm::Charts,
    past::Sources,
    records::{Recorded, Records},
    remind::words,
    rendering::Attached,
    scaling::{Scaling, scale},
};
use crate::{
    commands::Outcome,
    error::{Error, Kind},
    output::Output,
    store::{Document, KubernetesStore, Store, packs::Packs},
};

/// What follows a change of a cluster's profiles.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct AfterArgs {
    /// Leave what was scaled down as it is, although it is rendered again
    #[arg(long)]
    no_scale_back: bool,
    /// Directory of packs, each in a directory of its own with a pack.json, to tell what is rendered again; may be given
    /// several times
    #[arg(long, value_name = "DIR")]
    packs: Vec<PathBuf>,
    /// Search for orphans afterwards, and scale them down.
    #[arg(skip)]
    pub(crate) then_orphans: bool,
}

impl AfterArgs {
    /// Whether what is rendered again stays scaled down.
    pub(crate) fn no_scale_back(&self) -> bool {
        self.no_scale_back
    }
}

/// How a change was asked for, as far as it matters afterwards.
#[derive(Clone, Copy, Debug)]
pub(crate) struct After<'a> {
    pub(crate) args: &'a AfterArgs,
    pub(crate) yes: bool,
    /// Whether what returns was part of a question that was answered.
    pub(crate) is_asked: bool,
    /// Whether stdout holds a document, so that words go to stderr.
    pub(crate) is_beside: bool,
    pub(crate) waits: bool,
    pub(crate) timeout: Duration,
    pub(crate) reason: Option<&'a str>,
}

/// What was scaled down for a cluster, and which of it a change renders again.
#[derive(Debug, Default)]
pub(crate) struct Returning {
    records: Records,
    returns: Vec<Identity>,
    /// Why what the change renders again is not all known, where something is scaled down.
    unseen: Vec<String>,
}

impl Returning {
    /// Compares what was scaled down for `cluster` with what `pending` renders, as far as both are visible: what is not
    /// visible is no reason to keep a change back.
    pub(crate) async fn of(store: &Store, cluster: &Document, pending: &Value, args: &AfterArgs) -> Self {
        let kubernetes = match store.live(cluster).await {
            Ok(Some(kubernetes)) => kubernetes,
            Ok(None) => return Self::default(),
            Err(error) => return Self { records: Records::not_visible(error.message), ..Self::default() },
        };
        let records = match Records::of_cluster((store, &kubernetes), cluster).await {
            Ok(records) => records,
            Err(error) => Records::not_visible(error.message),
        };
        let recorded = records.of(cluster, |_| false);
        if recorded.is_empty() {
            return Self { records, ..Self::default() };
        }
        let (returns, unseen) = match rendered(pending, &args.packs, &Charts::default()).await {
            Ok(rendering) => {
                let identities = recorded.iter().map(|it| &it.identity);
                let returns = identities.filter(|it| renders(&rendering, it)).cloned().collect();
                (returns, rendering.unrendered().into_iter().map(|(_, reason)| reason).collect())
            }
            Err(error) => (Vec::new(), vec![error.message]),
        };
        Self { records, returns, unseen }
    }

    /// Adds what charts render now that Helm has installed them: before it has, nobody can tell.
    async fn add_charts(
        &mut self,
        (store, kubernetes): (&Store, &KubernetesStore),
        cluster: &Document,
        packs: &[PathBuf],
    ) {
        let rendering = async {
            let now = store.reread(cluster).await?;
            let names = now.cluster().packs().iter().map(|it| it.name().into_owned()).collect();
            let of_charts = Attached::of(&now.value).charts(&Packs::read(packs, &names)?);
            let charts = Charts::read(Some(kubernetes), &of_charts, true, None).await?;
            rendered(&now.value, packs, &charts).await
        };
        match rendering.await {
            Ok(rendering) => {
                let all = self.records.of(cluster, |_| false);
                let identities: Vec<_> = all.iter().map(|it| &it.identity).collect();
                self.returns = identities.into_iter().filter(|it| renders(&rendering, it)).cloned().collect();
                self.unseen = rendering.unrendered().into_iter().map(|(_, reason)| reason).collect();
            }
            Err(error) => self.unseen.push(error.message),
        }
    }

    /// What could not be looked at, so that it stays scaled down if it is.
    pub(crate) fn not_visible(&self) -> &[String] {
        &self.records.not_visible
    }

    /// Why it is not all known what the change renders again, where something is scaled down.
    pub(crate) fn unseen(&self) -> &[String] {
        &self.unseen
    }

    /// What is to be said of it before the question, a line each.
    pub(crate) fn lines(&self, cluster: &Document, args: &AfterArgs) -> Vec<String> {
        let what =
            if args.no_scale_back { "stays scaled down, though rendered again" } else { "is scaled back afterwards" };
        self.that(cluster, true).into_iter().filter_map(words).map(|it| format!("{it} {what}")).collect()
    }

    fn that(&self, cluster: &Document, returns: bool) -> Vec<&Recorded> {
        let all = self.records.of(cluster, |_| false);
        all.into_iter().filter(|it| self.returns.contains(&it.identity) == returns).collect()
    }
}

/// What follows a change that stands: what it renders again is scaled back, what stays scaled down is named, and where that
/// was asked for, orphans are searched and scaled down. `cluster` is the cluster before the change.
pub(crate) async fn after(
    store: &Store,
    cluster: &Document,
    returning: &mut Returning,
    how: After<'_>,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let Ok(Some(kubernetes)) = store.live(cluster).await else { return Ok(Outcome::Done) };
    let mut outcomes = Vec::new();
    if how.waits && !how.args.no_scale_back && !returning.unseen.is_empty() {
        returning.add_charts((store, &kubernetes), cluster, &how.args.packs).await;
    }
    let returning = &*returning;
    let (returns, mut stays) = (returning.that(cluster, true), returning.that(cluster, false));
    if how.args.no_scale_back {
        stays.extend(&returns);
    } else if !returns.is_empty() {
        let scaling = Scaling::afterwards((how.yes || how.is_asked, how.waits, how.is_beside), how.timeout);
        let all = returning.records.of(cluster, |_| false);
        // Whoever applies it anew says what it is, at the same time.
        let picked = (returns.as_slice(), all.as_slice());
        let work = back((store, &kubernetes), cluster, picked, Tolerance::Everything).await?;
        outcomes.push(scale(work, &scaling, output).await?.outcome);
    }
    let stays: Vec<_> = stays.into_iter().filter_map(words).collect();
    stays.iter().for_each(|it| output.note(&format!("still scaled down: {it}")));
    if !stays.is_empty() {
        for reason in &returning.unseen {
            output.note(&format!("  which may be rendered again: {reason}"));
        }
        let (words, flags) = (cluster.words(), store.flags());
        output.note(&format!("hint: `kubectl profile scale-back {words}{flags}` gives them their size back"));
    }
    if how.args.then_orphans {
        outcomes.push(match orphans(store, cluster, how, output).await {
            Ok(outcome) => outcome,
            Err(error) if error.kind == Kind::NotConfirmed => {
                output.note("not confirmed: the change stands, and nothing was scaled down");
                Outcome::Done
            }
            // What was asked for first is done.
            Err(error) if matches!(error.kind, Kind::Failed | Kind::Forbidden | Kind::NotFound | Kind::Unanswered) => {
                output.warning(&format!("the change stands, and nothing was scaled down: {error}"));
                error.hints.iter().for_each(|it| output.note(&format!("hint: {it}")));
                Outcome::Partial
            }
            Err(error) => return Err(error),
        });
    }
    let is_done = outcomes.iter().all(|it| matches!(it, Outcome::Done));
    Ok(if is_done { Outcome::Done } else { Outcome::Partial })
}

/// Searches the orphans of the cluster as it is now, and scales those down that are proven, after a question of its own.
async fn orphans(store: &Store, cluster: &Document, how: After<'_>, output: &mut Output) -> Result<Outcome, Error> {
    let cluster = store.reread(cluster).await?;
    let args = DownArgs {
        sources: Sources::of_packs(how.args.packs.clone()),
        scaling: Scaling::afterwards((how.yes, true, how.is_beside), how.timeout),
        reason: how.reason.map(str::to_owned),
        suspected: false,
        even_if_not_ready: false,
    };
    match scale_down(store, Cow::Owned(cluster), &[], &args, output).await? {
        Some(work) => Ok(scale(work, &args.scaling, output).await?.outcome),
        None => Ok(Outcome::Done),
    }
}

/// What a document renders, where `charts` tell what its charts come to.
async fn rendered(document: &Value, packs: &[PathBuf], charts: &Charts) -> Result<Rendering, Error> {
    let names = Cluster::new(document).packs().iter().map(|it| it.name().into_owned()).collect();
    let packs = Packs::read(packs, &names)?;
    Ok(Attached::of(document).rendered(&packs, charts, Moment::Now).await)
}

fn renders(rendering: &Rendering, recorded: &Identity) -> bool {
    let objects = rendering.packs.iter().filter_map(|it| it.outcome.as_ref().ok()).flat_map(|it| &it.objects);
    objects.map(|it| &it.identity).any(|it| {
        let is_same_place = recorded.namespace.is_none() || it.namespace == recorded.namespace;
        it.is(&recorded.group, &recorded.kind) && it.name == recorded.name && is_same_place
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn what_a_document_renders_is_told_by_kind_namespace_and_name() {
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}});
        let pack = json!({
            "name": "app", "layer": "addon", "type": "manifest", "version": "1", "values": "pack: {namespace: apps}",
            "manifests": [{"name": "app", "content": object.to_string()}],
        });
        let chart = json!({"name": "chart", "layer": "addon", "type": "helm", "version": "1", "values": ""});
        let document = json!({"spec": {"clusterProfileTemplates": [{"name": "p", "packs": [chart, pack]}]}});
        let rendering = rendered(&document, &[], &Charts::default()).await.unwrap();
        let deployment = |namespace: &str, name: &str| {
            let live = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace}});
            Identity::of_live(&live).unwrap()
        };
        assert!(renders(&rendering, &deployment("apps", "web")));
        assert!(!renders(&rendering, &deployment("apps", "db")) && !renders(&rendering, &deployment("m", "web")));
    }
}
