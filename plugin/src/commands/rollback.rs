//! `kubectl profile rollback`: back to what a revision recorded.

use clap::Args;

use super::Outcome;
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

const EXAMPLES: &str = "Examples:
  # Go back to what a cluster had before its newest revision
  kubectl profile rollback shop-aws

  # Go back to the outcome of an earlier revision
  kubectl profile rollback shop-aws --to-revision=2

  # Show what that would change, and write nothing
  kubectl profile rollback shop-aws --to-revision=2 --dry-run";

/// Go back to what a cluster had before its newest revision, or after an earlier one
///
/// Restores the recorded text of the profiles to the byte. The present is recorded first, the rules hold as for any
/// switch, and every override that was made since is listed as lost until it is accepted. A cluster whose newest revision is a
/// rollback already stays as it is, so that a run that was cut off can be repeated; --to-revision goes elsewhere.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RollbackArgs {
    /// The clusters, which may be left out where there is only one
    #[arg(value_name = "CLUSTER")]
    clusters: Vec<String>,
    /// The revision whose outcome is restored; `history` lists them
    #[arg(long, value_name = "N")]
    to_revision: Option<u64>,
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
pub(crate) async fn run(args: &RollbackArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let flags = (&args.merge, &args.write);
    let fleet = args.which.find(&args.clusters, global).await?;
    change(fleet, Goal::Rollback(args.to_revision), flags, &args.waves, output).await
}
