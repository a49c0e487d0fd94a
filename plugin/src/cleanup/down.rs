//! Scales orphans to zero: those that are proven, or those that are named.

use std::{borrow::Cow, collections::BTreeMap, rc::Rc};

use clap::Args;
use jiff::Timestamp;
use profile_core::{
    orphans::{Confidence, Excluded, Orphan, Role, left_out_by_itself, writes},
    render::Identity,
    scale::{Down, Lever, Occasion, Refusal, pausing, plan_down},
};
use serde_json::Value;

use super::{
    guard::Guard,
    names::{Name, pick},
    past::Sources,
    report::absent,
    scaling::{Planned, Scalers, Scaling, Step, Work, cluster_of_record, object, placed},
    search::{Search, search},
    target::{self, Place, Target, is_of_one},
};
use crate::{
    error::{Error, Kind},
    output::Output,
    store::{Document, KubernetesStore, MANAGER, Store},
};

/// Which orphans are scaled down, and how.
#[derive(Args, Clone, Debug)]
pub(crate) struct DownArgs {
    #[command(flatten)]
    pub(super) sources: Sources,
    #[command(flatten)]
    pub(crate) scaling: Scaling,
    /// Why, for the record on the object
    #[arg(long)]
    pub(super) reason: Option<String>,
    /// Scale down suspected orphans, too, where they are named
    #[arg(long)]
    pub(super) suspected: bool,
    /// Scale down although what replaces the orphans is not reconciled or not available yet
    #[arg(long)]
    pub(super) even_if_not_ready: bool,
}

/// How the kinds of orphans are addressed, by group and kind.
type Places = BTreeMap<(String, String), Place>;

/// Plans to scale the orphans of `cluster` down that are proven, or those that `names` name. `None` where there are none, which
/// is told then.
pub(crate) async fn scale_down<'w>(
    store: &'w Store,
    cluster: Cow<'w, Document>,
    names: &[Name],
    args: &'w DownArgs,
    output: &mut Output,
) -> Result<Option<Work<'w>>, Error> {
    let kubernetes = store.workload(&cluster).await?;
    let search = search(store, &cluster, &args.sources, output).await?;
    for reason in search.not_visible() {
        output.note(&format!("not visible: {reason}"));
    }
    let places = target::places(&kubernetes, search.findings.orphans.iter().map(|it| &it.identity)).await?;
    let orphans = chosen(&search, &places, names, output)?;
    if orphans.is_empty() {
        let nothing = "nothing to scale down: no proven orphan that has a size";
        if search.is_complete() || !search.findings.orphans.is_empty() {
            output.note(nothing);
            return Ok(None);
        }
        // Whoever scripts this must not read "there is none" out of "it was not seen".
        let unseen = search.findings.unrendered.iter().map(|(pack, reason)| format!("\n  {pack}: {reason}"));
        let unseen: String = unseen.chain(search.not_visible.iter().map(|it| format!("\n  {it}"))).collect();
        return Err(Error::failed(format!("{nothing}, but not everything was seen:{unseen}"))
            .hint("--packs DIR names the directories of packs whose content is not in the cluster object"));
    }
    let mut scalers = Scalers::new();
    for namespace in orphans.iter().filter(|it| has_lever(&places, it)).map(|it| &it.identity.namespace) {
        if !scalers.contains_key(namespace) {
            let found = target::scalers(&kubernetes, namespace.as_deref()).await?;
            scalers.insert(namespace.clone(), found);
        }
    }
    let scalers = Rc::new(scalers);
    let (name, known_scalers) = (cluster_of_record(&cluster), Rc::clone(&scalers));
    let own: Vec<Orphan> = orphans.iter().map(|it| (*it).clone()).collect();
    let planner = move |target: &Target| {
        // Milliseconds keep the order, in which scale-back goes the other way.
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        let of_namespace = known_scalers.get(&target.identity.namespace);
        let known = of_namespace.map_or(Ok(&[][..]), |it| it.as_deref().map_err(Clone::clone));
        // Without a size there is nothing that an autoscaler could undo: core says what there is to say about such a kind.
        let known = if target.place.lever.is_some() { known? } else { &[] };
        let orphan = orphan_of(&own, target, known).ok_or("it is no orphan")?;
        if let Some(reason) =
            left_out_by_itself(&orphan.identity, &target.live).filter(|_| target.identity == orphan.identity)
        {
            return Err(format!("it is no orphan: {reason}"));
        }
        let revision = orphan.last_rendered_by.as_ref().and_then(|it| it.source.revision());
        let occasion = Occasion { now: &now, reason: args.reason.as_deref(), revision, cluster: &name };
        plan(orphan, target, known, &occasion, args.suspected)
    };
    let (mut steps, mut refused) = (Vec::new(), Vec::new());
    for (group, orphan) in orphans.iter().enumerate() {
        let targets = targets(&kubernetes, orphan, &places, &scalers).await?;
        match targets {
            Ok(targets) => {
                steps.extend(targets.into_iter().map(|target| Step { planned: planner(&target), target, group }));
            }
            Err(reason) => refused.push((orphan.identity.clone(), reason)),
        }
    }
    Ok(Some(Work {
        hub: store,
        store: kubernetes,
        cluster,
        steps,
        refused,
        planner: Box::new(planner),
        is_pinned: true,
        shown: Some(scalers),
        guard: Some(Guard { search, sources: args.sources.clone(), even_if_not_ready: args.even_if_not_ready }),
        label: None,
    }))
}

fn place<'p>(places: &'p Places, orphan: &Orphan) -> Option<&'p Place> {
    places.get(&(orphan.identity.group.clone(), orphan.identity.kind.clone()))
}

/// Whether the orphan can be stopped by itself. A ScaledObject may scale what is no orphan, so it is only paused with an
/// orphan that it scales.
fn has_lever(places: &Places, orphan: &Orphan) -> bool {
    place(places, orphan).is_some_and(|it| it.lever.as_ref().is_some_and(|lever| *lever != Lever::Pause))
}

/// The named orphans, or all that are proven and have a size. What is passed over is told.
fn chosen<'s>(
    search: &'s Search,
    places: &Places,
    names: &[Name],
    output: &mut Output,
) -> Result<Vec<&'s Orphan>, Error> {
    let all: Vec<_> = search.findings.orphans.iter().collect();
    if names.is_empty() {
        let (proven, others): (Vec<_>, Vec<_>) =
            all.into_iter().filter(|it| has_lever(places, it)).partition(|it| it.confidence == Confidence::Proven);
        for orphan in others {
            let words = match orphan.confidence {
                Confidence::Likely => "it is scaled down only when it is named",
                _ => "it is scaled down only when it is named, and with --suspected",
            };
            output.note(&format!("{} is only {}: {words}", object(&orphan.identity), orphan.confidence.as_str()));
        }
        return Ok(proven);
    }
    let identities: Vec<_> = all.iter().map(|it| &it.identity).collect();
    let what = format!("an orphan of the {} found", all.len());
    let picked = pick(names, &identities, &what).map_err(|error| {
        let is_excluded = |it: &&Excluded| names.iter().any(|name| name.is(&it.identity));
        match search.findings.excluded.iter().find(is_excluded) {
            Some(Excluded { identity, reason }) => {
                Error::refused(format!("{} is no orphan: {reason}", placed(identity))).hint("nothing was scaled")
            }
            None if error.kind == Kind::NotFound => absent(search, names, error),
            None => error,
        }
    })?;
    Ok(picked.into_iter().map(|index| all[index]).collect())
}

/// The orphan as it is now, and the ScaledObjects that are paused with it; or why it is not scaled.
async fn targets(
    store: &KubernetesStore,
    orphan: &Orphan,
    places: &Places,
    scalers: &Scalers,
) -> Result<Result<Vec<Target>, String>, Error> {
    let identity = &orphan.identity;
    let Some(place) = place(places, orphan) else { return Ok(Err(Refusal::NotScalable(identity.clone()).to_string())) };
    if place.lever == Some(Lever::Pause) {
        return Ok(Err("it is paused with the orphan that it scales; name that".to_owned()));
    }
    let target = match Target::read(store, place, identity).await {
        Ok(Some(target)) => target,
        Ok(None) => return Ok(Err("it is gone".to_owned())),
        Err(error) if is_of_one(&error) => return Ok(Err(error.message)),
        Err(error) => return Err(error),
    };
    let uid = profile_core::field::text(&target.live, &["metadata", "uid"]);
    if orphan.uid.is_some() && orphan.uid.as_deref() != uid.as_deref() {
        return Ok(Err("it was deleted and created anew since it was found; search again".to_owned()));
    }
    let of_namespace = scalers.get(&identity.namespace).and_then(|it| it.as_ref().ok()).map_or(&[][..], Vec::as_slice);
    let paused = pausing(identity, of_namespace).cloned().filter_map(Target::of_live);
    Ok(Ok([target].into_iter().chain(paused.collect::<Vec<_>>()).collect()))
}

/// The orphan that a target is, or that a ScaledObject scales.
fn orphan_of<'o>(orphans: &'o [Orphan], target: &Target, scalers: &[Value]) -> Option<&'o Orphan> {
    let own = orphans.iter().find(|it| it.identity == target.identity);
    let scaled = || {
        let scales = |orphan: &&Orphan| {
            pausing(&orphan.identity, scalers).any(|it| Identity::of_live(it).as_ref() == Some(&target.identity))
        };
        orphans.iter().find(scales)
    };
    own.or_else(scaled)
}

fn plan(
    orphan: &Orphan,
    target: &Target,
    scalers: &[Value],
    occasion: &Occasion<'_>,
    suspected: bool,
) -> Result<Planned, String> {
    if orphan.confidence == Confidence::Suspected && !suspected {
        let doubts: Vec<_> = orphan.evidence.iter().skip(1).map(String::as_str).collect();
        return Err(format!(
            "it is only suspected to be an orphan: {}; --suspected scales it down all the same",
            doubts.join("; ")
        ));
    }
    match plan_down(&target.subject(), scalers, occasion).map_err(|refusal| refusal.to_string())? {
        Down::AlreadyDown(record) => {
            let (done, was) = (record.former.stopped().done(), record.former.was());
            let is_other = record.cluster != occasion.cluster;
            let by = if is_other { format!(" for another cluster, {},", record.cluster) } else { String::new() };
            Ok(Planned::Nothing(format!("{done} already{by} at {}, {was}", record.at)))
        }
        Down::AlreadyZero if writes(&target.live).iter().any(|it| it.manager == MANAGER) => Ok(Planned::Nothing(
            "it stands still already by a scale-down whose record is gone, so that its former size is not known; `kubectl \
             scale` gives it one"
                .to_owned(),
        )),
        Down::AlreadyZero => Ok(Planned::Nothing("it stands still already, and not by a scale-down".to_owned())),
        Down::Scale(mut plan) => {
            if target.identity == orphan.identity {
                if orphan.confidence != Confidence::Proven {
                    let (confidence, why) = (orphan.confidence.as_str(), orphan.evidence.first());
                    let why = why.map(|it| format!(": {it}")).unwrap_or_default();
                    plan.notices.push(format!("only {confidence} to be an orphan{why}"));
                }
                let users = orphan.used_by.iter().filter(|user| user.role != Role::Scales);
                plan.notices.extend(users.map(|user| format!("still in use: {user}")));
            } else {
                plan.notices.push(format!("KEDA would scale {} up again otherwise", orphan.identity));
            }
            Ok(Planned::Write(Box::new(plan)))
        }
    }
}

#[cfg(test)]
mod tests {
    use profile_core::orphans::{Holdings, LastRendered, Source, User};
    use serde_json::json;

    use super::*;

    fn orphan(confidence: Confidence) -> Orphan {
        let [group, kind, name] = ["apps", "Deployment", "web"].map(str::to_owned);
        let last = |it: &str| it.to_owned();
        let user = |object: &str, how: &str, role| User { object: object.into(), how: how.into(), role };
        Orphan {
            identity: Identity { group, kind, namespace: Some("n".into()), name },
            uid: Some("u".into()),
            confidence,
            evidence: vec!["rendered by revision 1".into(), "may have moved to pack p".into()],
            last_rendered_by: Some(LastRendered {
                source: Source::Revision(1),
                profile: last("a@1"),
                pack: last("p"),
                manifest: last("m"),
            }),
            rendered_by: Vec::new(),
            created: None,
            holds: Holdings::default(),
            replicas: Some(2),
            note: None,
            used_by: vec![
                user("HorizontalPodAutoscaler/web", "scales it", Role::Scales),
                user("Service/web", "selects its pods", Role::Refers),
            ],
        }
    }

    fn planned(orphan: &Orphan, suspected: bool) -> Result<Planned, String> {
        let live = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "n", "uid": "u", "resourceVersion": "7"}, "spec": {"replicas": 2},
        });
        let occasion = Occasion { now: "2026-01-01T00:00:00Z", reason: None, revision: Some(1), cluster: "c" };
        plan(orphan, &Target::of_live(live).unwrap(), &[], &occasion, suspected)
    }

    #[test]
    fn a_suspected_orphan_is_refused_with_what_is_in_doubt_unless_it_is_asked_for_twice() {
        let refusal = planned(&orphan(Confidence::Suspected), false).unwrap_err();
        assert!(refusal.contains("may have moved to pack p") && refusal.contains("--suspected"), "{refusal}");
        assert!(matches!(planned(&orphan(Confidence::Suspected), true), Ok(Planned::Write(_))));
        assert!(matches!(planned(&orphan(Confidence::Likely), false), Ok(Planned::Write(_))));
    }

    #[test]
    fn the_plan_names_who_still_uses_it() {
        let Ok(Planned::Write(plan)) = planned(&orphan(Confidence::Proven), false) else { panic!() };
        assert!(plan.to.is_stopped() && !plan.from.is_stopped());
        assert_eq!(plan.notices, ["still in use: Service/web selects its pods"]);
    }
}
