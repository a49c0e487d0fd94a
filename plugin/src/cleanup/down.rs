//! Scales orphans to zero: those that are proven, or those that are named.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use jiff::Timestamp;
use profile_core::{
    orphans::{Confidence, Orphan},
    render::Identity,
    scale::{Down, Occasion, Plan, plan_down},
};
use serde_json::Value;

use super::{
    guard, live_store,
    names::{Name, pick},
    past::Sources,
    scaling::{Scaling, Step, cluster_of_record, object, scale},
    search::{Search, search},
    users,
};
use crate::{
    commands::Outcome,
    error::{Error, Kind},
    output::Output,
    store::{Document, KubernetesStore, Store},
};

/// Which orphans are scaled down, and how.
#[derive(Args, Debug)]
pub(crate) struct DownArgs {
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    scaling: Scaling,
    /// Why, for the record on the object
    #[arg(long)]
    reason: Option<String>,
    /// Scale down although what replaces the orphans is not reconciled or not available yet
    #[arg(long)]
    even_if_not_ready: bool,
}

/// The autoscalers of each namespace, or why they are not visible.
type Scalers = BTreeMap<Option<String>, Result<Vec<Value>, String>>;

/// Scales the orphans of `cluster` down that are proven, or those that `names` name.
pub(crate) async fn scale_down(
    store: &Store,
    cluster: &Document,
    names: &[Name],
    args: &DownArgs,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let kubernetes = live_store(store)?;
    let search = search(store, cluster, &args.sources, output).await?;
    let orphans = chosen(&search, names, output)?;
    if orphans.is_empty() {
        let nothing = "nothing to scale down: no proven orphan that has a size";
        if search.is_complete() || !search.findings.orphans.is_empty() {
            output.note(nothing);
            return Ok(Outcome::Done);
        }
        // Whoever scripts this must not read "there is none" out of "it was not seen".
        let unseen = search.findings.unrendered.iter().map(|(pack, reason)| format!("\n  {pack}: {reason}"));
        let unseen: String = unseen.chain(search.not_visible.iter().map(|it| format!("\n  {it}"))).collect();
        return Err(Error::failed(format!("{nothing}, but not everything was seen:{unseen}"))
            .hint("--packs DIR names the directories of packs whose content is not in the cluster object"));
    }
    let scalers = scalers(kubernetes, &orphans).await?;
    let name = cluster_of_record(cluster);
    let planner = |live: &Value| {
        let identity = Identity::of_live(live);
        let orphan = orphans.iter().find(|it| Some(&it.identity) == identity.as_ref());
        let orphan = *orphan.ok_or("it is no orphan")?;
        // Milliseconds keep the order, in which scale-back goes the other way.
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        let revision = orphan.last_rendered_by.as_ref().and_then(|it| it.source.revision());
        let occasion = Occasion { now: &now, reason: args.reason.as_deref(), revision, cluster: &name };
        plan(orphan, live, &scalers, &occasion)
    };
    let live = orphans.iter().filter_map(|it| search.live(&it.identity));
    let steps: Vec<_> = live.map(|live| Step { planned: planner(live), live: live.clone() }).collect();
    let planned: Vec<_> = steps.iter().filter_map(|it| Some(&it.planned.as_ref().ok()?.as_ref()?.identity)).collect();
    if !planned.is_empty() {
        guard::refuse_unready(kubernetes, cluster, &search, &planned, args.even_if_not_ready, output).await?;
    }
    scale(kubernetes, cluster, &steps, &planner, &args.scaling, output).await
}

/// The named orphans, or all that are proven and have a size. What is passed over is told.
fn chosen<'s>(search: &'s Search, names: &[Name], output: &mut Output) -> Result<Vec<&'s Orphan>, Error> {
    let all: Vec<_> = search.findings.orphans.iter().collect();
    for reason in search.not_visible() {
        output.note(&format!("not visible: {reason}"));
    }
    if names.is_empty() {
        let (proven, others): (Vec<_>, Vec<_>) =
            all.into_iter().filter(|it| it.scalable).partition(|it| it.confidence == Confidence::Proven);
        for orphan in others {
            let words = match orphan.confidence {
                Confidence::Likely => "it is scaled down only when it is named",
                _ => "it is not scaled down; `kubectl profile orphans` tells what is in doubt",
            };
            output.note(&format!("{} is only {}: {words}", object(&orphan.identity), orphan.confidence.as_str()));
        }
        return Ok(proven);
    }
    let identities: Vec<_> = all.iter().map(|it| &it.identity).collect();
    let what = format!("an orphan of the {} found", all.len());
    let picked = pick(names, &identities, &what).map_err(|error| error.hint("`kubectl profile orphans` lists them"))?;
    Ok(picked.into_iter().map(|index| all[index]).collect())
}

fn plan(orphan: &Orphan, live: &Value, scalers: &Scalers, occasion: &Occasion<'_>) -> Result<Option<Plan>, String> {
    if orphan.confidence == Confidence::Suspected {
        let doubts: Vec<_> = orphan.evidence.iter().skip(1).map(String::as_str).collect();
        return Err(format!("it is only suspected to be an orphan: {}", doubts.join("; ")));
    }
    let of_namespace = scalers.get(&orphan.identity.namespace);
    let known = of_namespace.map_or(Ok(&[][..]), |it| it.as_deref().map_err(Clone::clone));
    // Without a size there is nothing that an autoscaler could undo: core says what there is to say about such a kind.
    let known = if orphan.scalable { known? } else { &[] };
    match plan_down(live, known, occasion).map_err(|refusal| refusal.to_string())? {
        Down::AlreadyDown(_) | Down::AlreadyZero => Ok(None),
        Down::Scale(mut plan) => {
            let is_scaler = |user: &str| users::scalers().iter().any(|it| user.starts_with(&format!("{}/", it.kind)));
            let users = orphan.used_by.iter().filter(|user| !is_scaler(user));
            plan.notices.extend(users.map(|user| format!("still in use: {user}")));
            Ok(Some(plan))
        }
    }
}

/// The autoscalers of the orphans' namespaces. Without them it is not known who would undo a scale-down.
async fn scalers(store: &KubernetesStore, orphans: &[&Orphan]) -> Result<Scalers, Error> {
    let scalable = orphans.iter().filter(|it| it.scalable);
    let namespaces: BTreeSet<_> = scalable.map(|it| it.identity.namespace.clone()).collect();
    let mut scalers = Scalers::new();
    for namespace in namespaces {
        let mut found = Ok(Vec::new());
        for resource in users::scalers() {
            match store.live_list(&resource, namespace.as_deref()).await {
                Ok(items) => found = found.map(|known: Vec<Value>| [known, items].concat()),
                Err(error) if error.kind == Kind::Forbidden => {
                    let plural = &resource.plural;
                    found =
                        Err(format!("whether something scales it up again is not visible: you may not list {plural}"));
                }
                Err(error) => return Err(error),
            }
        }
        scalers.insert(namespace, found);
    }
    Ok(scalers)
}

#[cfg(test)]
mod tests {
    use profile_core::orphans::{Holdings, LastRendered, Source};
    use serde_json::json;

    use super::*;

    fn orphan(confidence: Confidence) -> Orphan {
        let [group, kind, name] = ["apps", "Deployment", "web"].map(str::to_owned);
        let last = |it: &str| it.to_owned();
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
            scalable: true,
            note: None,
            used_by: vec!["HorizontalPodAutoscaler/web scales it".into(), "Service/web selects its pods".into()],
        }
    }

    fn planned(orphan: &Orphan, scalers: Result<Vec<Value>, String>) -> Result<Option<Plan>, String> {
        let live = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "n", "uid": "u", "resourceVersion": "7"}, "spec": {"replicas": 2},
        });
        let occasion = Occasion { now: "2026-01-01T00:00:00Z", reason: None, revision: Some(1), cluster: "c" };
        plan(orphan, &live, &Scalers::from([(Some("n".into()), scalers)]), &occasion)
    }

    #[test]
    fn a_suspected_orphan_is_refused_with_what_is_in_doubt() {
        let refusal = planned(&orphan(Confidence::Suspected), Ok(Vec::new())).unwrap_err();
        assert!(refusal.contains("may have moved to pack p"), "{refusal}");
        assert!(planned(&orphan(Confidence::Likely), Ok(Vec::new())).unwrap().is_some());
    }

    #[test]
    fn autoscalers_that_are_not_visible_are_no_permission() {
        assert_eq!(planned(&orphan(Confidence::Proven), Err("not visible".into())), Err("not visible".into()));
    }

    #[test]
    fn the_plan_names_who_still_uses_it() {
        let plan = planned(&orphan(Confidence::Proven), Ok(Vec::new())).unwrap().unwrap();
        assert_eq!((plan.from, plan.to), (2, 0));
        assert_eq!(plan.notices, ["still in use: Service/web selects its pods"]);
    }
}
