//! Writes planned sizes: shows them, asks, and pins what was shown.

use std::{collections::BTreeMap, time::Duration};

use clap::Args;
use profile_core::{
    content::Content,
    reconciliation::unreconciled,
    render::Identity,
    scale::{Plan, scalers_are_same},
};
use serde_json::Value;

use super::{
    settled,
    target::{self, Target},
    write::{self, Ended},
};
use crate::{
    cli::duration,
    commands::Outcome,
    error::{Error, Kind},
    output::Output,
    store::{Document, DryRun, KubernetesStore, Store},
};

/// How to write.
#[derive(Args, Clone, Debug)]
pub(crate) struct Scaling {
    /// Do not ask
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Show what would be done; with `server` the API server judges it, too
    #[arg(long, value_enum, default_value_t, num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    pub(super) dry_run: DryRun,
    /// Wait until the pods are gone, or back
    #[arg(long)]
    pub(super) wait: bool,
    /// How long to wait, such as 30s or 10m
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10m")]
    timeout: Duration,
    /// Tell what happens on stderr, beside a document.
    #[arg(skip)]
    is_beside: bool,
}

impl Scaling {
    /// As the flags of a change say it, which what follows it heeds.
    pub(super) fn afterwards((yes, wait, is_beside): (bool, bool, bool), timeout: Duration) -> Self {
        Self { yes, dry_run: DryRun::None, wait, timeout, is_beside }
    }

    /// The same, and nothing is written.
    pub(super) fn preview(&self) -> Self {
        Self { dry_run: DryRun::Client, ..self.clone() }
    }

    /// The same, and a yes was given.
    pub(super) fn confirmed(&self) -> Self {
        Self { yes: true, ..self.clone() }
    }

    /// A line about what is or was done.
    fn say(&self, line: &str, output: &mut Output) -> Result<(), Error> {
        if self.is_beside {
            output.note(line);
            return Ok(());
        }
        output.line(line)
    }

    pub(super) fn waits(&self) -> Option<Duration> {
        (self.wait && self.dry_run == DryRun::None).then_some(self.timeout)
    }
}

/// What is planned for an object.
#[derive(Clone, Debug)]
pub(super) enum Planned {
    /// A write.
    Write(Box<Plan>),
    /// Nothing, for this reason.
    Nothing(String),
}

/// One object and what is planned for it.
pub(super) struct Step {
    pub(super) target: Target,
    /// What is to be written, or why that is refused.
    pub(super) planned: Result<Planned, String>,
    /// Steps of one group are done together or not at all: a workload and what scales it.
    pub(super) group: usize,
}

/// Plans what to write to an object as it is now.
pub(super) type Planner<'p> = &'p dyn Fn(&Target) -> Result<Planned, String>;

/// Scalers as they were shown, by namespace: what a scale-down relies on.
pub(super) type Shown<'s> = &'s BTreeMap<Option<String>, Result<Vec<Value>, String>>;

/// All that is to be written.
pub(super) struct Work<'w> {
    /// Where the cluster object is.
    pub(super) hub: &'w Store,
    /// Where its workloads are.
    pub(super) store: &'w KubernetesStore,
    pub(super) cluster: &'w Document,
    pub(super) steps: Vec<Step>,
    /// What is refused before anything could be planned for it.
    pub(super) refused: Vec<(Identity, String)>,
    pub(super) planner: Planner<'w>,
    /// Whether only what was shown is written. What is applied anew at the same time moves, and may.
    pub(super) is_pinned: bool,
    /// For a scale-down: the scalers that the plan knows.
    pub(super) shown: Option<Shown<'w>>,
}

/// Shows the steps, asks, and writes each; whatever is refused is told, and the rest goes on.
pub(super) async fn scale(mut work: Work<'_>, scaling: &Scaling, output: &mut Output) -> Result<Outcome, Error> {
    refuse_groups(&mut work.steps);
    let of_steps = work.steps.iter().filter_map(|it| Some((&it.target.identity, it.planned.as_ref().err()?)));
    let refused: Vec<_> = work.refused.iter().map(|(identity, reason)| (identity, reason)).chain(of_steps).collect();
    for (identity, reason) in &refused {
        output.warning(&format!("{} is left as it is: {reason}", object(identity)));
    }
    let is_refused = !refused.is_empty();
    if work.steps.iter().any(|it| matches!(it.planned, Ok(Planned::Write(_)))) {
        show(&work, scaling, output)?;
        let asks = scaling.dry_run == DryRun::None && !scaling.yes;
        if asks {
            output.confirm().await?;
        }
        let waited = scaling.waits().is_some();
        if asks || waited {
            refuse_moved(&work, waited).await?;
        }
    }
    let (written, failed) = write_all(&work, scaling, output).await?;
    output.flush()?;
    if let Some(timeout) = scaling.waits().filter(|_| !written.is_empty()) {
        settled::wait(work.store, &written, timeout, output).await?;
    }
    match (written.is_empty(), is_refused || failed.is_some(), failed) {
        (_, false, _) => Ok(Outcome::Done),
        (true, _, Some(Ended::Failed(error))) => Err(error),
        (true, ..) => Ok(Outcome::Refused),
        (false, ..) => Ok(Outcome::Partial),
    }
}

/// Where one step of a group is refused, the others are: half of it would be undone, or undo the rest.
fn refuse_groups(steps: &mut [Step]) {
    let refused: Vec<_> =
        steps.iter().filter(|it| it.planned.is_err()).map(|it| (it.group, object(&it.target.identity))).collect();
    for step in steps.iter_mut().filter(|it| it.planned.is_ok()) {
        if let Some((_, other)) = refused.iter().find(|(group, _)| *group == step.group) {
            step.planned = Err(format!("{other} belongs to it and is left as it is"));
        }
    }
}

/// Writes step by step. What is done, and the first thing that was not.
async fn write_all<'w>(
    work: &'w Work<'_>,
    scaling: &Scaling,
    output: &mut Output,
) -> Result<(Vec<&'w Target>, Option<Ended>), Error> {
    let (mut done, mut failed) = (Vec::new(), None);
    let mut spoiled = None;
    for step in &work.steps {
        let (target, name) = (&step.target, object(&step.target.identity));
        let Ok(planned) = &step.planned else { continue };
        let ended = if spoiled == Some(step.group) {
            Ended::Refused("what belongs to it was not written".to_owned())
        } else {
            write::write(work, step, scaling.dry_run).await
        };
        let reason = match &ended {
            Ended::Written => {
                if let Planned::Write(plan) = planned {
                    scaling.say(&format!("{name} {}{}", words(plan), suffix(scaling.dry_run)), output)?;
                }
                done.push(target);
                continue;
            }
            Ended::Unchanged(why) => {
                scaling.say(&format!("{name} unchanged ({why})"), output)?;
                done.push(target);
                continue;
            }
            Ended::Refused(reason) => format!("{name} is left as it is: {reason}"),
            Ended::Failed(failure) if write::is_unknown(failure) => {
                format!("whether {name} is scaled is not known; run this again, and it goes on from there: {failure}")
            }
            Ended::Failed(failure) => format!("{name} is not scaled: {failure}"),
        };
        output.warning(&reason);
        spoiled = Some(step.group);
        // An error says more than a refusal about how it all ended.
        if !matches!(failed, Some(Ended::Failed(_))) {
            failed = Some(ended);
        }
    }
    Ok((done, failed))
}

/// The object as kubectl names it, and where it is.
pub(super) fn placed(identity: &Identity) -> String {
    let place = identity.namespace.as_ref().map(|it| format!(" in {it}")).unwrap_or_default();
    format!("{}{place}", object(identity))
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

fn words(plan: &Plan) -> String {
    let done = plan.to.done();
    if plan.from == plan.to {
        format!("keeps its {} {}", plan.to.name(), plan.to)
    } else if plan.to.is_stopped() {
        format!("{done} ({})", plan.from.was())
    } else {
        done
    }
}

fn suffix(dry_run: DryRun) -> &'static str {
    match dry_run {
        DryRun::None => "",
        DryRun::Client => " (client dry run)",
        DryRun::Server => " (server dry run)",
    }
}

fn show(work: &Work<'_>, scaling: &Scaling, output: &mut Output) -> Result<(), Error> {
    let view = work.cluster.cluster();
    let namespace = view.namespace().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    scaling.say(&format!("Store:    {}", work.store.name()), output)?;
    scaling.say(&format!("Cluster:  {namespace}{}", view.name()), output)?;
    for step in &work.steps {
        let Ok(Planned::Write(plan)) = &step.planned else { continue };
        let what = format!("{}: {} {} -> {}", placed(&plan.identity), plan.from.name(), plan.from, plan.to);
        scaling.say(&format!("Object:   {what}"), output)?;
        for notice in &plan.notices {
            scaling.say(&format!("          {notice}"), output)?;
        }
    }
    scaling.say("", output)?;
    output.flush()
}

/// While the user thought about it, or while it waited, the cluster may have been switched, and an orphan may be rendered
/// again; or somebody made an autoscaler for it. What was waited for is reconciled now, and was not before.
async fn refuse_moved(work: &Work<'_>, waited: bool) -> Result<(), Error> {
    let Some(shown) = work.shown else { return Ok(()) };
    let now = work.hub.reread(work.cluster).await?;
    let (before, now) = (work.cluster.cluster(), now.cluster());
    let moved = |what: String| Err(Error::new(Kind::DecisionNeeded, what).hint("nothing was written; run this again"));
    if Content::of(&before) != Content::of(&now) || !waited && unreconciled(&before) != unreconciled(&now) {
        return moved(format!(
            "the profiles of cluster {:?}, or what is reconciled of them, changed meanwhile",
            before.name()
        ));
    }
    for (namespace, shown) in shown {
        let Ok(shown) = shown else { continue };
        let now = target::scalers(work.store, namespace.as_deref()).await?.unwrap_or_default();
        let workloads = work.steps.iter().map(|it| &it.target.identity).filter(|it| it.namespace == *namespace);
        if let Some(workload) = workloads.into_iter().find(|it| !scalers_are_same(it, shown, &now)) {
            return moved(format!("what scales {} changed meanwhile", object(workload)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_named_as_kubectl_names_it() {
        let live = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}});
        assert_eq!(object(&Identity::of_live(&live).unwrap()), "deployment.apps/web");
        let live = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}});
        assert_eq!(object(&Identity::of_live(&live).unwrap()), "service/web");
    }

    #[test]
    fn a_group_is_refused_as_one() {
        let step = |name: &str, group, planned| {
            let live = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}});
            Step { target: Target::of_live(live).unwrap(), planned, group }
        };
        let nothing = || Ok(Planned::Nothing(String::new()));
        let mut steps = [step("a", 0, nothing()), step("b", 0, Err("no".into())), step("c", 1, nothing())];
        refuse_groups(&mut steps);
        assert!(matches!(&steps[0].planned, Err(why) if why.starts_with("deployment.apps/b")));
        assert!(matches!(&steps[1].planned, Err(why) if why == "no") && steps[2].planned.is_ok());
    }
}
