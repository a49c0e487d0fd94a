//! `kubectl profile scale-back`: what was scaled down, back to the size it had.

use clap::Args;

use super::Outcome;
use crate::{
    cleanup::{self, BackArgs},
    cli::Global,
    error::Error,
    output::Output,
    selection,
    store::Store,
};

/// Scale back to the size that a scale-down recorded
///
/// Without names everything that was scaled down for the cluster, the last one first. What somebody changed meanwhile is
/// refused in words, and the rest goes on.
#[derive(Args, Debug)]
pub(crate) struct ScaleBackArgs {
    /// The cluster, which may be left out where there is only one, and the workloads, such as deployment/web
    #[arg(value_name = "CLUSTER|KIND/NAME")]
    words: Vec<String>,
    #[command(flatten)]
    back: BackArgs,
}

/// Runs the command.
pub(crate) async fn run(args: &ScaleBackArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let (cluster, names) = cleanup::words(&args.words)?;
    let store = Store::open(global).await?;
    let cluster = selection::cluster(&store, cluster).await?;
    cleanup::scale_back(&store, &cluster, &names, &args.back, output).await
}
