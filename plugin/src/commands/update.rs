//! `kubectl profile update`: takes over an edit of the version that is attached.

use clap::Args;

use super::{Outcome, diff};
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

/// Take over an edit of the profile version that a cluster has attached
///
/// When a published version is edited in place, the clusters that have it attached keep their copies. This shows what the
/// edit changes, carries over what the cluster sets itself, asks, records a revision, and writes. With --from the edit is
/// not published yet, and is only looked at; like `diff` it exits with 1 when there are differences.
#[derive(Args, Debug)]
pub(crate) struct UpdateArgs {
    /// The cluster, which may be left out where there is only one
    cluster: Option<String>,
    /// Show what this edited profile would do to every cluster on its version, and write nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cluster", "only", "yes", "save_plan"])]
    from: Option<String>,
    /// Only this attached profile
    #[arg(long, value_name = "PROFILE")]
    only: Option<String>,
    #[command(flatten)]
    merge: MergeArgs,
    #[command(flatten)]
    write: WriteArgs,
}

/// Runs the command.
pub(crate) async fn run(args: &UpdateArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    if let Some(file) = &args.from {
        let outcome = diff::edit(file, &args.write.show.review(), global, output).await?;
        output.note("nothing was written: publish the edit, then update each cluster");
        return Ok(outcome);
    }
    let flags = (&args.merge, &args.write);
    let proposal = propose(global, args.cluster.as_deref(), Goal::Update(args.only.clone()), flags, output).await?;
    carry_out(proposal, flags, output).await
}
