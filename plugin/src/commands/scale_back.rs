//! `kubectl profile scale-back`: what was scaled down, back to the size it had.

use clap::Args;

use super::Outcome;
use crate::{
    cleanup::{self, BackArgs},
    cli::Global,
    error::Error,
    fleet::{Which, waves::WaveArgs},
    output::Output,
};

const EXAMPLES: &str = "Examples:
  # Scale everything back that was scaled down for a cluster
  kubectl profile scale-back shop-aws

  # Scale one workload back without a question
  kubectl profile scale-back shop-aws deployment/web --yes";

/// Scale back to the size that a scale-down recorded
///
/// Without names everything that was scaled down for the cluster, the last one first. What somebody changed meanwhile is
/// refused in words, and the rest goes on.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ScaleBackArgs {
    /// The clusters, which may be left out where there is only one, and the workloads, such as deployment/web
    #[arg(value_name = "CLUSTER|KIND/NAME")]
    words: Vec<String>,
    #[command(flatten)]
    back: BackArgs,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    waves: WaveArgs,
}

/// Runs the command.
pub(crate) async fn run(args: &ScaleBackArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let (clusters, names) = cleanup::words(&args.words)?;
    let fleet = args.which.find(clusters, global).await.map_err(cleanup::hint_at_workloads)?;
    cleanup::scale_each(&fleet, &args.back.scaling, &args.waves, "scaled back", output, async |member, output| {
        cleanup::scale_back(&member.store, &member.cluster, &names, &args.back, output).await
    })
    .await
}
