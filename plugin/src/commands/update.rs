//! `kubectl profile update`: takes over an edit of the version that is attached.

use clap::Args;

use super::{Outcome, diff};
use crate::{
    change::{
        carry_out::change,
        flags::{MergeArgs, WriteArgs},
        proposal::Goal,
    },
    cli::Global,
    error::Error,
    fleet::{Which, waves::WaveArgs},
    output::Output,
};

/// What only a write takes: with --from nothing is decided, and nothing is written.
const DECIDING: [&str; 8] = ["only", "yes", "save_plan", "on_conflict", "resolve", "accept_loss", "edit", "base"];

const EXAMPLES: &str = "Examples:
  # Take over an edit of the version that a cluster has attached
  kubectl profile update shop-aws

  # Show what an edited profile would do to every cluster on its version
  kubectl profile update --from=profile-hello-aws-1.1.0.yaml -f .

  # Take over the edit of one profile on many clusters without a question
  kubectl profile update -l env=prod --only=hello-aws --yes";

/// Take over an edit of the profile version that a cluster has attached
///
/// When a published version is edited in place, the clusters that have it attached keep their copies. This shows what the
/// edit changes, carries over what the cluster sets itself, asks, records a revision, and writes. With --from the edit is
/// not published yet, and is only looked at; like `diff` it exits with 1 when there are differences.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct UpdateArgs {
    /// The clusters, which may be left out where there is only one
    #[arg(value_name = "CLUSTER")]
    clusters: Vec<String>,
    /// Show what this edited profile would do to every cluster on its version, or to those that are meant, and write nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = DECIDING)]
    from: Option<String>,
    /// Only this attached profile
    #[arg(long, value_name = "PROFILE")]
    only: Option<String>,
    #[command(flatten)]
    merge: MergeArgs,
    #[command(flatten)]
    write: WriteArgs,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    waves: WaveArgs,
}

/// Runs the command.
pub(crate) async fn run(args: &UpdateArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    if let Some(file) = &args.from {
        let outcome =
            diff::edit(file, &args.write.show.review(), (&args.clusters, &args.which), global, output).await?;
        output.note("nothing was written: publish the edit, then update each cluster");
        return Ok(outcome);
    }
    let flags = (&args.merge, &args.write);
    let fleet = args.which.find(&args.clusters, global).await?;
    change(fleet, Goal::Update(args.only.clone()), flags, &args.waves, output).await
}
