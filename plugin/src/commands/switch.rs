//! `kubectl profile switch`: the update itself.

use clap::Args;

use super::{Outcome, target};
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
  # Show what a switch would do, and write nothing
  kubectl profile switch shop-aws hello-aws@1.1.0 --dry-run

  # Switch a cluster, after a question, and wait until it is done
  kubectl profile switch shop-aws hello-aws@1.1.0 --wait

  # Switch all clusters with a label, five at a time, and stop at the first failure
  kubectl profile switch hello-aws@1.1.0 -l env=prod --wave-size=5

  # Save a plan for a review, which `kubectl profile apply` carries out
  kubectl profile switch shop-aws hello-aws@1.1.0 --save-plan=plan.json";

/// Switch clusters to another version of an attached profile
///
/// Carries over what the cluster sets itself, and asks where the cluster and the version both changed a value. Shows
/// Current against Pending and the verdict of the rules, asks, records a revision, and writes.
///
/// On Palette's API (--store palette) nothing but this program asks the rules: who writes there by other means meets none of
/// them. What Palette's own checks say stands beside them.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SwitchArgs {
    /// The clusters, which may be left out where there is only one, and the version to switch to
    #[arg(value_name = "[CLUSTER] PROFILE@VERSION", required = true, num_args = 1..)]
    target: Vec<String>,
    /// Wait, then search for orphans and scale those down that are proven, after a question of its own
    #[arg(long, conflicts_with_all = ["dry_run", "save_plan"])]
    then_orphans: bool,
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
pub(crate) async fn run(args: &SwitchArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let (names, reference) = target::words(&args.target)?;
    let mut write = args.write.clone();
    write.after.then_orphans = args.then_orphans;
    write.wait |= args.then_orphans;
    let flags = (&args.merge, &write);
    let fleet = args.which.find(names, global).await?;
    change(fleet, Goal::Switch(reference), flags, &args.waves, output).await
}
