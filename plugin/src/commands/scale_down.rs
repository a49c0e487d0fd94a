//! `kubectl profile scale-down`: orphans to zero, with a record of the size they had.

use std::borrow::Cow;

use clap::Args;

use super::Outcome;
use crate::{
    cleanup::{self, DownArgs},
    cli::Global,
    error::Error,
    fleet::{Which, waves::WaveArgs},
    output::Output,
};

const EXAMPLES: &str = "Examples:
  # Scale all proven orphans of a cluster down, after a question
  kubectl profile scale-down shop-aws

  # Show what would be scaled
  kubectl profile scale-down shop-aws --dry-run

  # Scale one of them down and wait until its pods are gone
  kubectl profile scale-down shop-aws deployment/web --yes --wait";

/// Scale orphans down to zero, with a record of the size they had
///
/// Without names all proven orphans that have a size; a likely one only when it is named, a suspected one only when it is
/// named and with --suspected. CronJobs are suspended, and KEDA is paused for what it scales. Refuses until every pack is
/// reconciled and the workloads that take their place are available; --wait waits for that first. Nothing is ever deleted,
/// and scale-back undoes it.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ScaleDownArgs {
    /// The clusters, which may be left out where there is only one, and the orphans, such as deployment/web
    #[arg(value_name = "CLUSTER|KIND/NAME")]
    words: Vec<String>,
    #[command(flatten)]
    down: DownArgs,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    waves: WaveArgs,
}

/// Runs the command.
pub(crate) async fn run(args: &ScaleDownArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let (clusters, names) = cleanup::words(&args.words)?;
    let fleet = args.which.find(clusters, global).await.map_err(cleanup::hint_at_workloads)?;
    cleanup::scale_each(&fleet, &args.down.scaling, &args.waves, "scaled down", output, async |member, output| {
        let cluster = Cow::Borrowed(&member.cluster);
        cleanup::scale_down(&member.store, cluster, &names, &args.down, output).await
    })
    .await
}
