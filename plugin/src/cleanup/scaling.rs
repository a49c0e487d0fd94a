//! Writes planned sizes: shows them, asks, and pins what was shown.

use std::{borrow::Cow, collections::BTreeMap, pin::pin, rc::Rc, time::Duration};

use clap::Args;
use futures_util::FutureExt;
use profile_core::{
    content::Content,
    reconciliation::unreconciled,
    render::Identity,
    scale::{Plan, scalers_are_same},
};
use serde_json::Value;

use super::{
    guard::Guard,
    neighbours::Neighbours,
    settled,
    target::{self, Target},
    told::{Became, Told},
    write::{self, Ended},
};
use crate::{
    cli::{Format, Formats, duration},
    commands::Outcome,
    error::{Error, Kind},
    fleet::waves::Did,
    interrupt,
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
    /// Output format of what became of each object
    #[arg(short, long, value_name = "FORMAT", value_parser = Formats::SCALE, default_value = "", hide_default_value = true)]
    pub(super) output: Format,
    /// Tell what happens on stderr, beside a document.
    #[arg(skip)]
    is_beside: bool,
    /// What became of each object so far.
    #[arg(skip)]
    pub(super) told: Told,
}

impl Scaling {
    /// As the flags of a change say it, which what follows it heeds.
    pub(super) fn afterwards((yes, wait, is_beside): (bool, bool, bool), timeout: Duration) -> Self {
        Self { yes, dry_run: DryRun::None, wait, timeout, is_beside, output: Format::Table, told: Told::default() }
    }

    /// A line about what is or was done.
    fn say(&self, line: &str, output: &mut Output) -> Result<(), Error> {
        if self.is_beside || !self.output.is_for_people() {
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
pub(super) type Planner<'w> = Box<dyn Fn(&Target) -> Result<Planned, String> + 'w>;

/// Scalers as they were shown, by namespace, or why they are not visible: what a scale-down relies on.
pub(super) type Scalers = BTreeMap<Option<String>, Result<Vec<Value>, String>>;

/// All that is to be written for one cluster. What was planned is what is shown, asked for, and written.
pub(crate) struct Work<'w> {
    /// Where the cluster object is.
    pub(super) hub: &'w Store,
    /// Where its workloads are.
    pub(super) store: KubernetesStore,
    pub(super) cluster: Cow<'w, Document>,
    pub(super) steps: Vec<Step>,
    /// What is refused before anything could be planned for it.
    pub(super) refused: Vec<(Identity, String)>,
    pub(super) planner: Planner<'w>,
    /// Whether only what was shown is written. What is applied anew at the same time moves, and may.
    pub(super) is_pinned: bool,
    /// For a scale-down: the scalers that the plan knows.
    pub(super) shown: Option<Rc<Scalers>>,
    /// For a scale-down: what has to be ready before.
    pub(super) guard: Option<Guard>,
    /// The cluster's name in what is told, where there are many.
    pub(super) label: Option<String>,
}

/// One cluster: shows the steps, asks, and writes each; whatever is refused is told, and the rest goes on.
pub(super) async fn scale(mut work: Work<'_>, scaling: &Scaling, output: &mut Output) -> Result<Did, Error> {
    work.hold_back(scaling, false, output).await?;
    work.tell_refused(scaling, output);
    if work.writes() > 0 {
        show(&work, scaling, output)?;
        let asks = scaling.dry_run == DryRun::None && !scaling.yes;
        if asks {
            confirmed(output).await?;
            work.hold_back_again(scaling, output).await?;
        }
        let waited = scaling.waits().is_some();
        if asks || waited {
            refuse_moved(&work, waited).await?;
        }
    }
    work.write(scaling, output).await
}

impl Work<'_> {
    /// How many objects are to be written.
    pub(super) fn writes(&self) -> usize {
        self.steps.iter().filter(|it| matches!(it.planned, Ok(Planned::Write(_)))).count()
    }

    /// One of many clusters: tells what is refused, and shows the rest.
    pub(super) async fn preview(&mut self, scaling: &Scaling, output: &mut Output) -> Result<(), Error> {
        self.hold_back(scaling, true, output).await?;
        self.tell_refused(scaling, output);
        for step in &self.steps {
            if let Ok(Planned::Nothing(why)) = &step.planned {
                scaling.say(&format!("{} unchanged ({why})", object(&step.target.identity)), output)?;
                scaling.told.add(self, &step.target.identity, Became::Unchanged, (None, Some(why)));
            }
        }
        if self.writes() > 0 {
            show(self, scaling, output)?;
        }
        Ok(())
    }

    /// One of many clusters, after a yes for all of them.
    pub(super) async fn carry_out(self, scaling: &Scaling, output: &mut Output) -> Result<Did, Error> {
        self.hold_back_again(scaling, output).await?;
        refuse_moved(&self, scaling.waits().is_some()).await?;
        self.write(scaling, output).await
    }

    async fn hold_back(&self, scaling: &Scaling, is_preview: bool, output: &mut Output) -> Result<(), Error> {
        let is_write = |it: &&Step| matches!(it.planned, Ok(Planned::Write(_)));
        let planned: Vec<_> = self.steps.iter().filter(is_write).map(|it| &it.target.identity).collect();
        match &self.guard {
            Some(guard) if !planned.is_empty() => guard.until_ready(self, &planned, scaling, is_preview, output).await,
            _ => Ok(()),
        }
    }

    /// While somebody thought about it, what replaces the orphans may have gone. Who goes on all the same was warned.
    async fn hold_back_again(&self, scaling: &Scaling, output: &mut Output) -> Result<(), Error> {
        match &self.guard {
            Some(guard) if !guard.even_if_not_ready => self.hold_back(scaling, false, output).await,
            _ => Ok(()),
        }
    }

    fn tell_refused(&mut self, scaling: &Scaling, output: &mut Output) {
        refuse_groups(&mut self.steps);
        let of_steps = self.steps.iter().filter_map(|it| Some((&it.target.identity, it.planned.as_ref().err()?)));
        for (identity, reason) in self.refused.iter().map(|(identity, reason)| (identity, reason)).chain(of_steps) {
            output.warning(&format!("{} is left as it is: {reason}", object(identity)));
            scaling.told.add(self, identity, Became::Refused, (None, Some(reason)));
        }
    }

    /// How it ended where nothing is left to write.
    pub(super) fn unwritten(&self) -> Outcome {
        match (self.is_refused(), self.steps.iter().any(|it| it.planned.is_ok())) {
            (false, _) => Outcome::Done,
            (true, false) => Outcome::Refused,
            (true, true) => Outcome::Partial,
        }
    }

    fn is_refused(&self) -> bool {
        !self.refused.is_empty() || self.steps.iter().any(|it| it.planned.is_err())
    }

    async fn write(self, scaling: &Scaling, output: &mut Output) -> Result<Did, Error> {
        let WrittenAll { settled, has_written, failed } = write_all(&self, scaling, output).await?;
        if let Some(timeout) = scaling.waits().filter(|_| !settled.is_empty()) {
            output.waits("until the pods are settled")?;
            settled::wait(&self.store, &settled, timeout, output).await?;
        }
        output.flush()?;
        match (settled.is_empty(), self.is_refused() || failed.is_some(), failed) {
            (_, false, _) if has_written => Ok(Did::written(Outcome::Done, "done")),
            (_, false, _) => Ok(Did::nothing(Outcome::Done)),
            (true, _, Some(Ended::Failed(error))) => Err(error),
            (true, ..) => Ok(Did::written(Outcome::Refused, "refused")),
            (false, ..) => Ok(Did::written(Outcome::Partial, "part refused")),
        }
    }
}

/// Asks for a yes. An interrupt is one of this question: what was done before it stands.
async fn confirmed(output: &mut Output) -> Result<(), Error> {
    let _held = interrupt::hold();
    tokio::select! {
        biased;
        answer = output.confirm() => answer,
        () = interrupt::heard() => Err(Error::new(Kind::Interrupted, "interrupted; nothing was scaled")),
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

/// What became of all steps.
struct WrittenAll<'w> {
    /// What is as it should be: written now, or found so.
    settled: Vec<&'w Target>,
    has_written: bool,
    /// The first thing that was not done.
    failed: Option<Ended>,
}

/// Writes step by step. An interrupt lets the group under way come to its end, so that no object is left half done.
async fn write_all<'w>(work: &'w Work<'_>, scaling: &Scaling, output: &mut Output) -> Result<WrittenAll<'w>, Error> {
    let mut all = WrittenAll { settled: Vec::new(), has_written: false, failed: None };
    let (mut spoiled, mut group) = (None, None);
    let of = work.label.as_ref().map(|label| format!("{label}: ")).unwrap_or_default();
    let held = interrupt::hold();
    let mut interrupted = pin!(interrupt::heard().fuse());
    let mut is_interrupted = false;
    let count = work.steps.iter().filter(|it| it.planned.is_ok()).count();
    for step in &work.steps {
        let (target, name) = (&step.target, object(&step.target.identity));
        let Ok(planned) = &step.planned else { continue };
        if group != Some(step.group) && scaling.dry_run == DryRun::None {
            is_interrupted = is_interrupted || interrupted.as_mut().now_or_never().is_some();
            if is_interrupted {
                output.flush()?;
                let message = format!("interrupted: {} of {count} objects are done", all.settled.len());
                let hint = match all.failed {
                    Some(_) => "nothing else was begun; run the same command again to go on",
                    None => {
                        "none of them is half done, and nothing else was begun; run the same command again to go on"
                    }
                };
                return Err(Error::new(Kind::Interrupted, message).hint(hint));
            }
        }
        group = Some(step.group);
        let ended = if spoiled == Some(step.group) {
            Ended::Refused("what belongs to it was not written".to_owned())
        } else {
            let mut writing = pin!(write::write(work, step, scaling.dry_run));
            tokio::select! {
                biased;
                ended = &mut writing => ended,
                () = &mut interrupted, if !is_interrupted => {
                    is_interrupted = true;
                    output.note("interrupted: what is under way is finished, and nothing else is begun");
                    tokio::select! {
                        biased;
                        ended = writing => ended,
                        () = interrupt::heard() => {
                            let message = format!("interrupted twice; whether {name} is scaled is not known");
                            return Err(Error::new(Kind::Interrupted, message).hint("run the same command again to go on"));
                        }
                    }
                }
            }
        };
        let plan = if let Planned::Write(plan) = planned { Some(&**plan) } else { None };
        let tell = |became, reason: Option<&str>| scaling.told.add(work, &target.identity, became, (plan, reason));
        let (became, reason) = match &ended {
            Ended::Written => {
                tell(Became::Scaled, None);
                if let Some(plan) = plan {
                    scaling.say(&format!("{of}{name} {}{}", words(plan), suffix(scaling.dry_run)), output)?;
                }
                all.settled.push(target);
                all.has_written = true;
                continue;
            }
            Ended::Unchanged(why) => {
                tell(Became::Unchanged, Some(why));
                scaling.say(&format!("{of}{name} unchanged ({why})"), output)?;
                all.settled.push(target);
                continue;
            }
            Ended::Refused(reason) => (Became::Refused, format!("{name} is left as it is: {reason}")),
            Ended::Failed(failure) if write::is_unknown(failure) => {
                let again = "run this again, and it goes on from there";
                (Became::Unknown, format!("whether {name} is scaled is not known; {again}: {failure}"))
            }
            Ended::Failed(failure) => (Became::Failed, format!("{name} is not scaled: {failure}")),
        };
        tell(became, Some(&reason));
        output.warning(&reason);
        spoiled = Some(step.group);
        // An error says more than a refusal about how it all ended.
        if !matches!(all.failed, Some(Ended::Failed(_))) {
            all.failed = Some(ended);
        }
    }
    drop(held);
    Ok(all)
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
    let Some(shown) = &work.shown else { return Ok(()) };
    let now = work.hub.reread(&work.cluster).await?;
    let (before, now) = (work.cluster.cluster(), now.cluster());
    let moved = |what: String| Err(Error::new(Kind::DecisionNeeded, what).hint("nothing was written; run this again"));
    if Content::of(&before) != Content::of(&now) || !waited && unreconciled(&before) != unreconciled(&now) {
        return moved(format!(
            "the profiles of cluster {:?}, or what is reconciled of them, changed meanwhile",
            before.name()
        ));
    }
    if let Some(guard) = &work.guard {
        let neighbours = Neighbours::of((work.hub, &work.store), &work.cluster, &guard.sources).await?;
        let mut identities = work.steps.iter().map(|it| &it.target.identity);
        if let Some((cluster, identity)) = identities.find_map(|it| Some((neighbours.renders(it)?, it))) {
            return moved(format!("{} is rendered by cluster {cluster} meanwhile", object(identity)));
        }
    }
    for (namespace, shown) in &**shown {
        let Ok(shown) = shown else { continue };
        let now = target::scalers(&work.store, namespace.as_deref()).await?.unwrap_or_default();
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
