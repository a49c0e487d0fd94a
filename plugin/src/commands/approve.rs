//! `kubectl profile approve`: a repave that waits, looked at and approved; or what was downloaded, installed.

use clap::Args;
use serde_json::json;

use super::Outcome;
use crate::{
    cli::{Format, Formats, Global},
    error::{Error, Kind},
    fleet::{Fleet, Member, Which},
    interrupt,
    output::Output,
    selection,
    store::{DryRun, PaletteStore, Repave, Store},
};

const EXAMPLES: &str = "Examples:
  # Look at the repave that waits, and approve it after a question
  kubectl profile approve shop-aws --store palette

  # Only look
  kubectl profile approve shop-aws --dry-run --store palette

  # Install what `switch --download-first` had the cluster download
  kubectl profile approve shop-aws --install --store palette";

/// Look at a pending repave, and approve it (Palette store)
///
/// A repave replaces nodes, and Palette waits for a yes before it does. Shows its reasons, asks, and approves what was shown
/// and nothing else.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ApproveArgs {
    /// The clusters, which may be left out where there is only one
    #[arg(value_name = "CLUSTER")]
    clusters: Vec<String>,
    #[command(flatten)]
    which: Which,
    /// Let the clusters install what they downloaded first, instead of approving a repave
    #[arg(long)]
    install: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Show what would be approved
    #[arg(long, value_enum, default_value_t, num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    dry_run: DryRun,
    /// Exit with 3 when nothing waits
    #[arg(long)]
    error_unchanged: bool,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = Formats::DOCUMENT, default_value = "", hide_default_value = true)]
    output: Format,
}

/// What waits for a yes in one cluster.
enum Waiting {
    Repave(Repave),
    Install,
}

/// Runs the command.
pub(crate) async fn run(args: &ApproveArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let global = PaletteStore::meant(global)?;
    let fleet = args.which.find(&args.clusters, &global).await?;
    let mut waiting = Vec::new();
    for member in &fleet.members {
        let found = waits(args, palette(&member.store)?, &member.cluster).await?;
        if args.output.is_for_people() {
            show(args, &found, (&member.store, &member.cluster), output)?;
        }
        waiting.push((member, found));
    }
    fleet.unseen.iter().for_each(|(label, error)| output.warning(&format!("{label}: {error}")));
    let outcome = decide(args, &waiting, output).await;
    if args.output.is_document() {
        let items: Vec<_> = waiting.iter().map(|(member, found)| document(&member.label, found.as_ref())).collect();
        let is_approved = matches!(outcome, Ok(Outcome::Done))
            && args.dry_run == DryRun::None
            && waiting.iter().any(|(_, it)| it.is_some());
        output.document(&args.output, "ApprovalList", json!({"approved": is_approved, "items": items}))?;
    }
    outcome.map(|outcome| with_unseen(outcome, &fleet))
}

fn with_unseen(outcome: Outcome, fleet: &Fleet) -> Outcome {
    if fleet.unseen.is_empty() { outcome } else { Outcome::Partial }
}

/// Asks once for all, and approves.
async fn decide(
    args: &ApproveArgs,
    waiting: &[(&Member, Option<Waiting>)],
    output: &mut Output,
) -> Result<Outcome, Error> {
    let meant: Vec<_> = waiting.iter().filter_map(|(member, found)| Some((member, found.as_ref()?))).collect();
    if meant.is_empty() {
        return Ok(if args.error_unchanged { Outcome::Unchanged } else { Outcome::Done });
    }
    if args.dry_run != DryRun::None {
        return Ok(Outcome::Done);
    }
    if !args.yes {
        output.confirm().await?;
    }
    let labels: Vec<_> = meant.iter().map(|(member, _)| member.label.as_str()).collect();
    for (index, (member, found)) in meant.into_iter().enumerate() {
        let done = interrupt::or_left(approve(member, found), &left(&labels, index)).await?;
        let line = format!("spectrocluster/{} {done}", member.cluster.cluster().name());
        if args.output.is_for_people() { output.line(&line)? } else { output.note(&line) }
    }
    Ok(Outcome::Done)
}

/// Approves what was shown of one cluster, and says what it does now.
async fn approve(member: &Member, found: &Waiting) -> Result<&'static str, Error> {
    let store = palette(&member.store)?;
    let Waiting::Repave(shown) = found else {
        store.install(&member.cluster).await?;
        return Ok("installs what it downloaded");
    };
    // Somebody may have changed the cluster while the question stood, and with it why nodes are replaced.
    let now = store.repave(&member.cluster).await?.filter(Repave::is_pending);
    if now.as_ref() != Some(shown) {
        let message = format!("the repave of cluster {} is not what was shown any more", member.label);
        return Err(Error::new(Kind::DecisionNeeded, message).hint("it was not approved; run this again"));
    }
    store.approve_repave(&member.cluster).await?;
    Ok("repave approved")
}

/// What is told of the clusters when an interrupt comes at one of them.
fn left(labels: &[&str], index: usize) -> String {
    let (done, rest) = labels.split_at(index);
    let mut parts = Vec::new();
    if !done.is_empty() {
        parts.push(format!("approved: {}", done.join(", ")));
    }
    if let [under_way, others @ ..] = rest {
        parts.push(format!("whether {under_way} was is found out by the next run"));
        if !others.is_empty() {
            parts.push(format!("not begun: {}", others.join(", ")));
        }
    }
    parts.join("; ")
}

async fn waits(
    args: &ApproveArgs,
    store: &PaletteStore,
    cluster: &crate::store::Document,
) -> Result<Option<Waiting>, Error> {
    if args.install {
        return Ok(store.waits_to_install(cluster).await?.then_some(Waiting::Install));
    }
    Ok(store.repave(cluster).await?.filter(Repave::is_pending).map(Waiting::Repave))
}

/// The store, where it is Palette's.
fn palette(store: &Store) -> Result<&PaletteStore, Error> {
    match store {
        Store::Palette(store) => Ok(store),
        _ => Err(Error::usage(format!("a repave is approved in Palette, and this is {}", store.name()))
            .hint("name Palette's API by --store palette")),
    }
}

fn show(
    args: &ApproveArgs,
    found: &Option<Waiting>,
    (store, cluster): (&Store, &crate::store::Document),
    output: &mut Output,
) -> Result<(), Error> {
    output.line(&format!("Store:    {}", store.name()))?;
    output.line(&format!("Cluster:  {}", selection::place(cluster)))?;
    match found {
        None if args.install => output.line("nothing that was downloaded waits to be installed")?,
        None => output.line("no repave waits for approval; --install looks for what was downloaded first")?,
        Some(Waiting::Install) => output.line("what was downloaded waits to be installed")?,
        Some(Waiting::Repave(repave)) => {
            let source =
                if repave.source.is_empty() { String::new() } else { format!(", asked for by {}", repave.source) };
            output.line(&format!("a repave waits for approval{source}: nodes are to be replaced"))?;
            if !repave.message.is_empty() {
                output.line(&format!("  {}", repave.message))?;
            }
            for reason in &repave.reasons {
                output.line(&format!("  {}", reason.line()))?;
            }
            if repave.reasons.is_empty() {
                output.line("  Palette gives no reason")?;
            }
        }
    }
    output.line("")
}

fn document(label: &str, found: Option<&Waiting>) -> serde_json::Value {
    match found {
        None => json!({"cluster": label, "waits": false}),
        Some(Waiting::Install) => json!({"cluster": label, "waits": true, "for": "install"}),
        Some(Waiting::Repave(repave)) => json!({
            "cluster": label, "waits": true, "for": "repave", "source": repave.source, "message": repave.message,
            "reasons": repave.reasons,
        }),
    }
}
