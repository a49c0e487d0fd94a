//! `kubectl profile switch`: the update itself.

use clap::Args;

use super::{Outcome, target};
use crate::{
    change::{
        carry_out::{carry_out, propose},
        flags::{MergeArgs, WriteArgs},
        proposal::Goal,
    },
    cli::Global,
    error::Error,
    output::Output,
};

/// Switch a cluster to another version of an attached profile
///
/// Carries over what the cluster sets itself, and asks where the cluster and the version both changed a value. Shows
/// Current against Pending and the verdict of the rules, asks, records a revision, and writes.
#[derive(Args, Debug)]
pub(crate) struct SwitchArgs {
    /// The cluster, which may be left out where there is only one, and the version to switch to
    #[arg(value_name = "[CLUSTER] PROFILE@VERSION", required = true, num_args = 1..=2)]
    target: Vec<String>,
    #[command(flatten)]
    merge: MergeArgs,
    #[command(flatten)]
    write: WriteArgs,
}

/// Runs the command.
pub(crate) async fn run(args: &SwitchArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let (cluster, reference) = target::words(&args.target)?;
    let flags = (&args.merge, &args.write);
    let proposal = propose(global, cluster, Goal::Switch(reference), flags, output).await?;
    carry_out(proposal, flags, output).await
}
