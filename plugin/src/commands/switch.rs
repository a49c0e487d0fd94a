//! `kubectl profile switch`: the update itself.

use std::time::Duration;

use clap::{Args, ValueEnum};
use profile_core::{
    cluster::Cluster,
    content::Content,
    rules::{self, Policy},
    switch,
};

use super::{
    Outcome,
    comparison::{Comparison, print_verdict},
    target::{self, Target},
};
use crate::{
    change::{Change, Written, guards, overrides},
    cleanup,
    cli::{Global, duration},
    error::{Error, Kind},
    output::Output,
    store::{DryRun, Store},
    wait,
};

/// Switch a cluster to another version of an attached profile
///
/// Shows Current against Pending and the verdict of the rules, asks, records a revision, and writes. Refuses while the
/// cluster's copy differs from what is published, because those overrides would be lost.
#[derive(Args, Debug)]
pub(crate) struct SwitchArgs {
    /// The cluster, which may be left out where there is only one, and the version to switch to
    #[arg(value_name = "[CLUSTER] PROFILE@VERSION", required = true, num_args = 1..=2)]
    target: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Show what would be done; with `server` the API server judges it, too
    #[arg(long, value_enum, default_value_t, num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    dry_run: DryRun,
    /// What becomes of what this cluster sets itself; without it such a cluster is refused
    #[arg(long, value_enum)]
    overrides: Option<Overrides>,
    /// Wait until the cluster runs what its spec says
    #[arg(long)]
    wait: bool,
    /// How long to wait, such as 30s or 10m
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10m")]
    timeout: Duration,
    /// Why, for the revision
    #[arg(long)]
    reason: Option<String>,
    /// Write without a revision; then nothing remembers what the cluster had
    #[arg(long)]
    no_history: bool,
    /// Write although a Palette agent runs here and is likely to undo it
    #[arg(long)]
    agent_may_revert: bool,
    /// Exit with 3 when the cluster is at that version already
    #[arg(long)]
    error_unchanged: bool,
}

/// What can be decided about overrides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Overrides {
    /// They are given up for what is published.
    Drop,
}

/// Runs the command.
pub(crate) async fn run(args: &SwitchArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let mut target = Target::read(global, &args.target).await?;
    if args.wait && matches!(target.store, Store::Files(_)) {
        return Err(Error::usage("--wait follows a running cluster, and files have none: leave it out"));
    }
    if args.dry_run == DryRun::Server && matches!(target.store, Store::Files(_)) {
        return Err(Error::usage("--dry-run=server needs an API server, and files have none: use --dry-run=client"));
    }
    target::refuse_template(&target.cluster)?;
    guards::refuse_agent(&target.store, &target.cluster, args.agent_may_revert, output).await?;
    let mode = (args.dry_run, !args.no_history);
    let mut revisions = Change::settle_pending(&target.store, &target.cluster, mode, output).await?;
    loop {
        let dropped = overrides::refuse(&target, &revisions, args.overrides == Some(Overrides::Drop))?;
        let is_same = Content::of(&target.cluster.cluster()) == Content::of(&Cluster::new(&target.pending));
        if is_same {
            output.line(&format!("spectrocluster/{} unchanged", target.cluster.cluster().name()))?;
            wait_if_asked(args, &target, output).await?;
            return Ok(if args.error_unchanged { Outcome::Unchanged } else { Outcome::Done });
        }
        show(&target, &dropped, output)?;
        guards::refuse_size(&target.pending)?;
        if args.dry_run != DryRun::Client || matches!(target.store, Store::Files(_)) {
            // Admission speaks before anybody is asked, and before anything is recorded.
            guards::refuse_denied(&target).await?;
        }
        let name = target.cluster.cluster().name().into_owned();
        if args.dry_run != DryRun::None {
            output.line(&format!(
                "spectrocluster/{name} switched ({} dry run)",
                if args.dry_run == DryRun::Server { "server" } else { "client" }
            ))?;
            return Ok(Outcome::Done);
        }
        if !args.no_history {
            guards::refuse_without_history(&target).await?;
        }
        if !args.yes {
            output.confirm()?;
        }
        let change = Change { reason: args.reason.clone(), keeps_history: !args.no_history, dropped };
        match change.write(&mut target, &revisions, output).await? {
            Written::Done => {
                output.line(&format!("spectrocluster/{name} switched to {}", target.version.profile().reference()))?;
                wait_if_asked(args, &target, output).await?;
                cleanup::remind(&target.store, &target.cluster, output).await;
                return Ok(Outcome::Done);
            }
            Written::Moved(what) => {
                let message = format!("cluster {name:?} is not what was shown any more: {}", what.join("; "));
                if args.yes {
                    return Err(Error::new(Kind::DecisionNeeded, message)
                        .hint("nothing was written; look at the new diff and run this again"));
                }
                output.warning(&format!("{message}. The new diff:"));
                // The try that was given up took a number, which the next one must not take again.
                revisions = Change::settle_pending(&target.store, &target.cluster, mode, output).await?;
            }
        }
    }
}

async fn wait_if_asked(args: &SwitchArgs, target: &Target, output: &mut Output) -> Result<(), Error> {
    if !args.wait {
        return Ok(());
    }
    output.flush()?;
    wait::until_reconciled(&target.store, &target.cluster, args.timeout, output).await
}

/// Shows what would be written, and refuses what a rule denies.
fn show(target: &Target, dropped: &[String], output: &mut Output) -> Result<(), Error> {
    let (before, after) = (target.cluster.cluster(), Cluster::new(&target.pending));
    let profile = target.version.profile().name().into_owned();
    output.line(&format!("Store:    {}", target.store.name()))?;
    let place = if target.cluster.place.is_empty() { String::new() } else { format!(" ({})", target.cluster.place) };
    let namespace = before.namespace().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    output.line(&format!("Cluster:  {namespace}{}{place}", before.name()))?;
    output.line("")?;
    let comparison = Comparison {
        current: switch::attached(&before, &profile)?,
        pending: switch::attached(&after, &profile)?,
        current_label: "Current".into(),
        pending_label: "Pending".into(),
    };
    comparison.print(output)?;
    for place in dropped {
        output.line(&format!("override dropped: {place}"))?;
    }
    let verdict = rules::check(&before, &after, &Policy::default());
    print_verdict(&verdict, output)?;
    output.flush()?;
    if verdict.denied.is_empty() {
        return Ok(());
    }
    let codes: Vec<_> = verdict.denied.iter().map(|it| it.code.as_str()).collect();
    Err(Error::refused(format!(
        "cluster {:?} may not be switched to {}: {}",
        before.name(),
        target.version.profile().reference(),
        codes.join(", ")
    ))
    .hint("nothing was written"))
}
