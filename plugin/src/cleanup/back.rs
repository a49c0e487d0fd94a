//! Gives objects back what their records name, the last one scaled down first.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use clap::Args;
use profile_core::scale::{Lever, Refusal, Tolerance, is_target_of, plan_back};
use serde_json::Value;

use super::{
    names::{Name, pick},
    past,
    records::{Recorded, Records},
    scaling::{Planned, Scaling, Step, Work, placed},
    target::{self, Place, Target, is_of_one},
};
use crate::{
    error::Error,
    output::Output,
    store::{Document, KubernetesStore, Store},
};

/// What is scaled back, and how.
#[derive(Args, Clone, Debug)]
pub(crate) struct BackArgs {
    #[command(flatten)]
    pub(crate) scaling: Scaling,
    /// Scale back although somebody changed the specification since; a size that somebody set is kept all the same
    #[arg(long)]
    even_if_changed: bool,
}

/// Plans to scale back what was scaled down for `cluster`, or what `names` name. `None` where there is nothing, which is told
/// then.
pub(crate) async fn scale_back<'w>(
    store: &'w Store,
    cluster: &'w Document,
    names: &[Name],
    args: &BackArgs,
    output: &mut Output,
) -> Result<Option<Work<'w>>, Error> {
    let kubernetes = &store.workload(cluster).await?;
    let name = cluster.cluster().name().into_owned();
    // Without the right to read the revisions, today's packs still name their namespaces.
    let revisions = store.revisions(cluster).await.unwrap_or_default();
    let mut namespaces = past::namespaces(cluster, &revisions);
    namespaces.extend(names.iter().filter_map(Name::namespace).map(str::to_owned));
    let records = Records::read(kubernetes, &namespaces).await?;
    records.not_visible.iter().for_each(|it| output.warning(&format!("not visible: {it}")));
    let may_be_ours = |namespace: &str| !names.is_empty() || namespaces.contains(namespace);
    let recorded = records.of(cluster, may_be_ours);
    if recorded.is_empty()
        && let Some(refused) = records.refused
    {
        return Err(refused);
    }
    for it in records.unclaimed().filter(|it| !recorded.iter().any(|ours| ours.identity == it.identity)) {
        let reason = it.record.as_ref().err().map_or("", String::as_str);
        output.note(&format!(
            "{} has a record of a scale-down that does not say for which cluster: {reason}",
            placed(&it.identity)
        ));
    }
    let identities: Vec<_> = recorded.iter().map(|it| &it.identity).collect();
    let what = format!("a workload that was scaled down for cluster {name:?}");
    let picked = pick(names, &identities, &what)?;
    if picked.is_empty() {
        output.note(&format!("nothing to scale back: nothing is scaled down for cluster {name:?}"));
        return Ok(None);
    }
    let picked: Vec<_> = picked.into_iter().map(|index| recorded[index]).collect();
    let tolerance = if args.even_if_changed { Tolerance::Specification } else { Tolerance::Nothing };
    back((store, kubernetes), cluster, (&picked, &recorded), tolerance).await.map(Some)
}

/// Why something is not scaled back, and what does it all the same.
pub(super) fn in_words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::ChangedSince { .. } => format!("{refusal}; --even-if-changed scales it back all the same"),
        refusal => refusal.to_string(),
    }
}

/// Plans to scale `picked` back, with the ScaledObjects among `recorded` that were paused for them.
pub(super) async fn back<'w>(
    (hub, store): (&'w Store, &KubernetesStore),
    cluster: &'w Document,
    (picked, recorded): (&[&Recorded], &[&Recorded]),
    tolerance: Tolerance,
) -> Result<Work<'w>, Error> {
    let (mut targets, mut refused) = (Vec::new(), Vec::new());
    for it in recorded {
        let is_picked = picked.iter().any(|picked| picked.identity == it.identity);
        if is_picked || it.identity.is("keda.sh", "ScaledObject") {
            let lever = store.lever(&it.resource).await?;
            let place = Place { resource: it.resource.clone(), lever };
            match Target::read(store, &place, &it.identity).await {
                Ok(target) => targets.extend(target.map(|target| (is_picked, target))),
                Err(error) if is_of_one(&error) => refused.push((it.identity.clone(), error.message)),
                Err(error) => return Err(error),
            }
        }
    }
    let mut scalers = BTreeMap::new();
    for namespace in targets.iter().map(|(_, it)| it.identity.namespace.clone()).collect::<BTreeSet<_>>() {
        // Who may not list them still gets back what was recorded.
        let found = target::scalers(store, namespace.as_deref()).await?.unwrap_or_default();
        scalers.insert(namespace, found);
    }
    let planner = move |target: &Target| {
        let of_namespace: &[Value] = scalers.get(&target.identity.namespace).map_or(&[], Vec::as_slice);
        let plan = plan_back(&target.subject(), of_namespace, tolerance);
        plan.map(|plan| Planned::Write(Box::new(plan))).map_err(|refusal| in_words(&refusal))
    };
    let step = |(group, target)| Step { planned: planner(&target), target, group };
    let steps: Vec<_> = grouped(targets).into_iter().map(step).collect();
    Ok(Work {
        hub,
        store: store.clone(),
        cluster: Cow::Borrowed(cluster),
        steps,
        refused,
        planner: Box::new(planner),
        is_pinned: tolerance < Tolerance::Everything,
        shown: None,
        guard: None,
        label: None,
    })
}

/// The picked objects in their order, each followed by the ScaledObjects that were paused for it, with the number of its
/// group. Until a workload has its size back, KEDA would not know better than to keep it at zero.
fn grouped(targets: Vec<(bool, Target)>) -> Vec<(usize, Target)> {
    let is_paused = |it: &Target| it.place.lever == Some(Lever::Pause);
    let (paused, workloads): (Vec<_>, Vec<_>) = targets.into_iter().partition(|(_, it)| is_paused(it));
    let mut paused: Vec<_> = paused.into_iter().map(Some).collect();
    let mut grouped = Vec::new();
    for (group, (_, workload)) in workloads.into_iter().enumerate() {
        let identity = workload.identity.clone();
        grouped.push((group, workload));
        for slot in &mut paused {
            let is_its_own = |it: &(bool, Target)| is_target_of(&identity, &it.1.live);
            grouped.extend(slot.take_if(|it| is_its_own(it)).map(|(_, target)| (group, target)));
        }
    }
    let others = paused.into_iter().flatten().filter(|(is_picked, _)| *is_picked);
    let first = grouped.last().map_or(0, |(group, _)| group + 1);
    grouped.extend(others.enumerate().map(|(index, (_, target))| (first + index, target)));
    grouped
}

/// The revisions that a scale-down of `cluster` still names, in all namespaces: they tell what it was about.
///
/// # Errors
/// When not everything is visible: then no revision can be said to be unused.
pub(crate) async fn revisions_in_use(store: &Store, cluster: &Document) -> Result<BTreeSet<u64>, Error> {
    let Some(kubernetes) = store.live(cluster).await? else { return Ok(BTreeSet::new()) };
    let records = Records::read(&kubernetes, &BTreeSet::new()).await?;
    match records.not_visible.first() {
        Some(unseen) => Err(Error::failed(unseen.clone())),
        None => Ok(records.revisions(cluster)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(name: &str) -> Target {
        let live = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "n"}});
        Target::of_live(live).unwrap()
    }

    fn scaled_object(name: &str, target: &str) -> Target {
        let live = json!({
            "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": name, "namespace": "n"},
            "spec": {"scaleTargetRef": {"name": target}},
        });
        Target::of_live(live).unwrap()
    }

    #[test]
    fn a_paused_scaler_follows_its_workload_and_alone_only_when_it_is_picked() {
        let targets = vec![
            (true, scaled_object("of-b", "b")),
            (true, deployment("a")),
            (false, scaled_object("alone", "x")),
            (true, scaled_object("picked", "x")),
            (true, deployment("b")),
        ];
        let found: Vec<_> = grouped(targets).into_iter().map(|(group, it)| (group, it.identity.name)).collect();
        let expected = [(0, "a"), (1, "b"), (1, "of-b"), (2, "picked")];
        assert_eq!(found, expected.map(|(group, name)| (group, name.to_owned())));
    }
}
