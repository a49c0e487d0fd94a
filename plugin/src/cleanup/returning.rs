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
    remind::{self, StillDown},
    rendering::Attached,
    scaling::{Scaling, Work, scale},
};
use crate::{
    called,
    commands::Outcome,
    error::{Error, Kind},
    fleet::waves::Did,
    output::Output,
    selection,
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
    /// What was scaled down, as a scale-back would find it.
    down: Vec<StillDown>,
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
        // What cannot be read now is found out by the scale-back itself.
        let down = remind::still_down(&kubernetes, &recorded, Tolerance::Specification).await.unwrap_or_default();
        let (returns, unseen) = match rendered(pending, &args.packs, &Charts::default()).await {
            Ok(rendering) => {
                let identities = recorded.iter().map(|it| &it.identity);
                let returns = identities.filter(|it| renders(&rendering, it)).cloned().collect();
                (returns, unseen(&rendering))
            }
            Err(error) => (Vec::new(), vec![error.message]),
        };
        Self { records, returns, down, unseen }
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
                self.unseen = unseen(&rendering);
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
    pub(crate) fn lines(&self, args: &AfterArgs) -> Vec<String> {
        let returns = self.down.iter().filter(|it| self.returns.contains(&it.identity));
        returns
            .map(|StillDown { words, refusal, .. }| match refusal {
                _ if args.no_scale_back => format!("{words} stays scaled down, though rendered again"),
                Some(refusal) => format!("{words} is rendered again: {refusal}"),
                None => format!("{words} is scaled back afterwards"),
            })
            .collect()
    }

    /// The error of a wait that ended too early, with what was to follow it.
    pub(crate) fn hint(&self, error: Error) -> Error {
        match self.returns.is_empty() {
            true => error,
            false => error.hint("what is rendered again is not scaled back yet: run the same command again to go on"),
        }
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
) -> Result<Did, Error> {
    let Ok(Some(kubernetes)) = store.live(cluster).await else { return Ok(Did::nothing(Outcome::Done)) };
    let mut did = Vec::new();
    let label = output.is_one_of_many().then(|| selection::place(cluster));
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
        did.push(scale(Work { label: label.clone(), ..work }, &scaling, output).await?);
    }
    let down = remind::still_down(&kubernetes, &stays, Tolerance::Nothing).await?;
    for it in &down {
        match &it.refusal {
            None => output.note(&format!("still scaled down: {}", it.words)),
            Some(refusal) => output.note(&format!("was scaled down: {}: {refusal}", it.words)),
        }
    }
    if down.iter().any(|it| it.refusal.is_none()) {
        for reason in &returning.unseen {
            output.note(&format!("  which may be rendered again: {reason}"));
        }
        let (program, words, flags) = (called::name(), cluster.words(), store.flags());
        output.note(&format!("hint: `{program} scale-back {words}{flags}` gives back what it was"));
    }
    if how.args.then_orphans {
        let stands = if how.is_asked { "the change stands, and " } else { "" };
        did.push(match orphans(store, cluster, (how, label), output).await {
            Ok(did) => did,
            Err(error) if error.kind == Kind::NotConfirmed => {
                output.note(&format!("not confirmed: {stands}nothing was scaled down"));
                Did::nothing(Outcome::Done)
            }
            // What was asked for first is done.
            Err(error) if matches!(error.kind, Kind::Failed | Kind::Forbidden | Kind::NotFound | Kind::Unanswered) => {
                output.warning(&format!("{stands}nothing was scaled down: {error}"));
                error.hints.iter().for_each(|it| output.note(&format!("hint: {}", called::hinted(it))));
                Did::written(Outcome::Partial, "part refused")
            }
            Err(error) => return Err(error),
        });
    }
    let is_done = did.iter().all(|it| it.outcome == Outcome::Done);
    Ok(match did.iter().any(|it| it.has_written) {
        _ if !is_done => Did::written(Outcome::Partial, "part refused"),
        true => Did::written(Outcome::Done, "scaled"),
        false => Did::nothing(Outcome::Done),
    })
}

/// Searches the orphans of the cluster as it is now, and scales those down that are proven, after a question of its own.
async fn orphans(
    store: &Store,
    cluster: &Document,
    (how, label): (After<'_>, Option<String>),
    output: &mut Output,
) -> Result<Did, Error> {
    let cluster = store.reread(cluster).await?;
    let args = DownArgs {
        sources: Sources::of_packs(how.args.packs.clone()),
        scaling: Scaling::afterwards((how.yes, true, how.is_beside), how.timeout),
        reason: how.reason.map(str::to_owned),
        suspected: false,
        even_if_not_ready: false,
    };
    match scale_down(store, Cow::Owned(cluster), &[], &args, output).await? {
        Some(work) => scale(Work { label, ..work }, &args.scaling, output).await,
        None => Ok(Did::nothing(Outcome::Done)),
    }
}

/// What a document renders, where `charts` tell what its charts come to.
async fn rendered(document: &Value, packs: &[PathBuf], charts: &Charts) -> Result<Rendering, Error> {
    let names = Cluster::new(document).packs().iter().map(|it| it.name().into_owned()).collect();
    let packs = Packs::read(packs, &names)?;
    Ok(Attached::of(document).rendered(&packs, charts, Moment::Now).await)
}

/// Why it is not certain what a rendering holds: a pack that cannot be rendered, or that depends on what Palette alone knows.
fn unseen(rendering: &Rendering) -> Vec<String> {
    let unrendered = rendering.unrendered().into_iter().map(|(_, reason)| reason);
    let depends = rendering.packs.iter().filter_map(|it| {
        let asked = &it.outcome.as_ref().ok()?.unresolved;
        (!asked.is_empty())
            .then(|| format!("what pack {} of {} renders depends on {}", it.pack, it.profile, asked.join(", ")))
    });
    unrendered.chain(depends).collect()
}

/// Whether a rendering holds the object for certain.
fn renders(rendering: &Rendering, recorded: &Identity) -> bool {
    let certain =
        rendering.packs.iter().filter_map(|it| it.outcome.as_ref().ok()).filter(|it| it.unresolved.is_empty());
    let objects = certain.flat_map(|it| &it.objects);
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
