//! `kubectl profile orphans`: what an update left behind, each with its proof.

use clap::Args;

use super::Outcome;
use crate::{
    cleanup::{self, Name, Sources, View},
    cli::Global,
    error::Error,
    output::Output,
    selection,
    store::Store,
};

/// Find live objects that the cluster's profiles rendered before and render no longer
///
/// Compares what each revision of the cluster rendered with what its profiles render now; where no revision is kept, with all
/// other published versions of its profiles. Each orphan names its proof: one is proven when the cluster ran the version that
/// rendered it, likely when only a published version says so, and suspected while a pack that cannot be rendered may have taken
/// it over, or when only the marks of Palette's agent speak for it. Nothing is written.
#[derive(Args, Debug)]
pub(crate) struct OrphansArgs {
    /// The cluster, which may be left out where there is only one
    cluster: Option<String>,
    #[command(flatten)]
    sources: Sources,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    output: View,
    /// Print the whole proof of one object, such as deployment/web, or why it is no orphan
    #[arg(long, value_name = "KIND/NAME")]
    explain: Option<Name>,
    /// Exit with 1 when there are orphans
    #[arg(long)]
    exit_code: bool,
}

/// Runs the command.
pub(crate) async fn run(args: &OrphansArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let store = Store::open(global).await?;
    let cluster = selection::cluster(&store, args.cluster.as_deref()).await?;
    let search = cleanup::search(&store, &cluster, &args.sources, output).await?;
    match &args.explain {
        Some(name) => cleanup::explain(&search, &cluster, name, args.output, output)?,
        None => cleanup::print(&search, &cluster, args.output, output)?,
    }
    let found = !search.findings.orphans.is_empty();
    Ok(if args.exit_code && found { Outcome::Differences } else { Outcome::Done })
}
