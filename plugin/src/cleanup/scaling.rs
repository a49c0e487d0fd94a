//! Writes planned sizes: shows them, asks, and pins what was shown.

use std::time::Duration;

use clap::Args;
use profile_core::{content::Content, field, reconciliation::unreconciled, render::Identity, scale::Plan};
use serde_json::Value;

use super::settled;
use crate::{
    cli::duration,
    commands::Outcome,
    error::{Error, Kind},
    output::Output,
    store::{Document, DryRun, KubernetesStore, Resource},
};

/// How often a write is tried again while only what does not matter moved, such as the status.
const TRIES: usize = 20;

/// How to write.
#[derive(Args, Debug)]
pub(crate) struct Scaling {
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Show what would be done; with `server` the API server judges it, too
    #[arg(long, value_enum, default_value_t, num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    dry_run: DryRun,
    /// Wait until the pods are gone, or back
    #[arg(long)]
    wait: bool,
    /// How long to wait, such as 30s or 10m
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10m")]
    timeout: Duration,
}

/// One object and what is planned for it.
pub(super) struct Step {
    pub(super) live: Value,
    /// What is to be written, or nothing, or why that is refused.
    pub(super) planned: Result<Option<Plan>, String>,
}

/// How a step ended.
enum Ended {
    Written,
    Unchanged,
    Refused(String),
    Failed(Error),
}

/// Plans a write for a live object; `None` when nothing is to be written.
pub(super) type Planner<'p> = &'p dyn Fn(&Value) -> Result<Option<Plan>, String>;

/// Shows the steps, asks, and writes each; whatever is refused is told, and the rest goes on.
pub(super) async fn scale(
    store: &KubernetesStore,
    cluster: &Document,
    steps: &[Step],
    planner: Planner<'_>,
    scaling: &Scaling,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let is_dry = scaling.dry_run != DryRun::None;
    let plans: Vec<_> = steps.iter().filter_map(|step| step.planned.as_ref().ok()?.as_ref()).collect();
    if !plans.is_empty() {
        show(store, cluster, &plans, output)?;
        if !is_dry && !scaling.yes {
            output.confirm().await?;
            if plans.iter().any(|plan| plan.to == 0) {
                refuse_moved(store, cluster).await?;
            }
        }
    }
    let (mut written, mut spoiled, mut error) = (Vec::new(), 0, None);
    for step in steps {
        let ended = write(store, step, planner, scaling.dry_run).await;
        let Some(identity) = Identity::of_live(&step.live) else { continue };
        match ended {
            Ended::Written => {
                if let Ok(Some(plan)) = &step.planned {
                    output.line(&format!("{} {}{}", object(&identity), verb(plan), suffix(scaling.dry_run)))?;
                }
                written.push(identity);
                continue;
            }
            Ended::Unchanged => {
                output.line(&format!("{} unchanged", object(&identity)))?;
                written.push(identity);
                continue;
            }
            Ended::Refused(reason) => output.warning(&format!("{} is left as it is: {reason}", object(&identity))),
            Ended::Failed(failure) => {
                output.warning(&format!("{} is not scaled: {failure}", object(&identity)));
                error.get_or_insert(failure);
            }
        }
        spoiled += 1;
    }
    output.flush()?;
    if scaling.wait && !is_dry && !written.is_empty() {
        settled::wait(store, &written, scaling.timeout, output).await?;
    }
    match (written.is_empty(), spoiled, error) {
        (_, 0, _) => Ok(Outcome::Done),
        (true, _, Some(error)) => Err(error),
        (true, _, None) => Ok(Outcome::Refused),
        (false, ..) => Ok(Outcome::Partial),
    }
}

/// The cluster as records name it: clusters of several namespaces may share a name.
pub(super) fn cluster_of_record(cluster: &Document) -> String {
    let view = cluster.cluster();
    view.namespace().map_or_else(|| view.name().into_owned(), |namespace| format!("{namespace}/{}", view.name()))
}

/// An object as kubectl prints it: `deployment.apps/web`.
pub(super) fn object(identity: &Identity) -> String {
    let kind = identity.kind.to_ascii_lowercase();
    let group = if identity.group.is_empty() { String::new() } else { format!(".{}", identity.group) };
    format!("{kind}{group}/{}", identity.name)
}

fn verb(plan: &Plan) -> String {
    if plan.to == 0 { format!("scaled down (was {})", plan.from) } else { format!("scaled back to {}", plan.to) }
}

fn suffix(dry_run: DryRun) -> &'static str {
    match dry_run {
        DryRun::None => "",
        DryRun::Client => " (client dry run)",
        DryRun::Server => " (server dry run)",
    }
}

fn show(store: &KubernetesStore, cluster: &Document, plans: &[&Plan], output: &mut Output) -> Result<(), Error> {
    let view = cluster.cluster();
    let namespace = view.namespace().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    output.line(&format!("Store:    {}", store.name()))?;
    output.line(&format!("Cluster:  {namespace}{}", view.name()))?;
    for plan in plans {
        let namespace = plan.identity.namespace.as_deref().unwrap_or_default();
        let what = format!("{} in {namespace}: replicas {} -> {}", object(&plan.identity), plan.from, plan.to);
        output.line(&format!("Object:   {what}"))?;
        for notice in &plan.notices {
            output.line(&format!("          {notice}"))?;
        }
    }
    output.line("")?;
    output.flush()
}

/// While the user thought about it, the cluster may have been switched, and an orphan may be rendered again.
async fn refuse_moved(store: &KubernetesStore, cluster: &Document) -> Result<(), Error> {
    let now = store.reread(cluster).await?;
    let (before, now) = (cluster.cluster(), now.cluster());
    if Content::of(&before) == Content::of(&now) && unreconciled(&before) == unreconciled(&now) {
        return Ok(());
    }
    let message =
        format!("the profiles of cluster {:?}, or what is reconciled of them, changed meanwhile", before.name());
    Err(Error::new(Kind::DecisionNeeded, message).hint("nothing was written; run this again"))
}

/// Writes a step. Status writes move an object all day: after a conflict it is read again, and the write is tried again
/// when nothing moved that was shown.
async fn write(store: &KubernetesStore, step: &Step, planner: Planner<'_>, dry_run: DryRun) -> Ended {
    let mut plan = match &step.planned {
        Ok(Some(plan)) => plan.clone(),
        Ok(None) => return Ended::Unchanged,
        Err(refusal) => return Ended::Refused(refusal.clone()),
    };
    if dry_run == DryRun::Client {
        return Ended::Written;
    }
    let Some(resource) = Resource::scalable().into_iter().find(|it| plan.identity.is(&it.group, &it.kind)) else {
        return Ended::Refused("only Deployments and StatefulSets are scaled".to_owned());
    };
    for _ in 0..TRIES {
        match store.patch_live(&resource, &plan.identity, &plan.patch, dry_run).await {
            Ok(_) => return Ended::Written,
            Err(error) if error.kind == Kind::Conflict => {}
            Err(error) if error.kind == Kind::NotFound => return Ended::Refused("it is gone".to_owned()),
            Err(error) => return Ended::Failed(error),
        }
        let fresh = match store.live(&resource, &plan.identity).await {
            Ok(Some(fresh)) => fresh,
            Ok(None) => return Ended::Refused("it is gone".to_owned()),
            Err(error) => return Ended::Failed(error),
        };
        let moved = moved(&step.live, &fresh);
        plan = match planner(&fresh) {
            Ok(None) => return Ended::Unchanged,
            Err(refusal) => return Ended::Refused(refusal),
            Ok(Some(_)) if !moved.is_empty() => {
                return Ended::Refused(format!("it is not what was shown any more: {}", moved.join("; ")));
            }
            Ok(Some(plan)) => plan,
        };
    }
    Ended::Refused(format!("it changed {TRIES} times in a row; run this again"))
}

/// What moved of an object that decides about the write: its uid, its size, its annotations.
fn moved(shown: &Value, now: &Value) -> Vec<String> {
    let differs = |path: &[&str]| field::at(shown, path) != field::at(now, path);
    let mut moved = Vec::new();
    if differs(&["metadata", "uid"]) {
        moved.push("it was deleted and created anew".to_owned());
    }
    if differs(&["spec", "replicas"]) {
        let size = |object| field::text(object, &["spec", "replicas"]).unwrap_or("none".into());
        moved.push(format!("replicas {} -> {}", size(shown), size(now)));
    }
    let annotations = |object| field::at(object, &["metadata", "annotations"]).and_then(Value::as_object);
    let names = [shown, now].into_iter().filter_map(annotations).flat_map(|map| map.keys());
    let changed = names.filter(|name| differs(&["metadata", "annotations", name])).map(|it| format!("annotation {it}"));
    let mut changed: Vec<_> = changed.collect();
    changed.sort();
    changed.dedup();
    moved.append(&mut changed);
    moved
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_status_write_moves_nothing_that_was_shown() {
        let shown = json!({"metadata": {"uid": "u", "resourceVersion": "1"}, "spec": {"replicas": 2}});
        let now = json!({"metadata": {"uid": "u", "resourceVersion": "2"}, "spec": {"replicas": 2}, "status": {"replicas": 2}});
        assert_eq!(moved(&shown, &now), [""; 0]);
    }

    #[test]
    fn what_decides_about_the_write_is_named_when_it_moves() {
        let shown = json!({"metadata": {"uid": "u", "annotations": {"a": "1", "b": "1"}}, "spec": {"replicas": 2}});
        let now = json!({"metadata": {"uid": "v", "annotations": {"a": "2", "b": "1"}}, "spec": {"replicas": 3}});
        assert_eq!(moved(&shown, &now), ["it was deleted and created anew", "replicas 2 -> 3", "annotation a"]);
        assert_eq!(moved(&json!({}), &json!({"metadata": {"annotations": {"a": "1"}}})), ["annotation a"]);
    }

    #[test]
    fn an_object_is_named_as_kubectl_names_it() {
        let live = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}});
        assert_eq!(object(&Identity::of_live(&live).unwrap()), "deployment.apps/web");
        let live = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}});
        assert_eq!(object(&Identity::of_live(&live).unwrap()), "service/web");
    }
}
