//! `kubectl profile orphans`: what an update left behind, each with its proof.

use clap::Args;

use super::Outcome;
use crate::{
    cleanup::{self, Name, Sources},
    cli::Global,
    error::Error,
    fleet::{Member, Which, each::each},
    output::{Output, listing::ListingArgs},
};

const EXAMPLES: &str = "Examples:
  # Find what the last update of a cluster left behind
  kubectl profile orphans shop-aws

  # Find it with the manifests of packs in a directory, after a version that no revision records
  kubectl profile orphans shop-aws --packs=packs --from=hello-aws@1.0.0

  # Print the whole proof of one
  kubectl profile orphans shop-aws --explain=deployment/web

  # Fail a pipeline while there are any
  kubectl profile orphans shop-aws --exit-code";

/// Find live objects that the cluster's profiles rendered before and render no longer
///
/// Compares what each revision of the cluster rendered with what its profiles render now; where no revision is kept, with all
/// other published versions of its profiles. Each orphan names its proof: one is proven when the cluster ran the version that
/// rendered it, likely when only a published version says so, and suspected while a pack that cannot be rendered may have taken
/// it over, or when only the marks of Palette's agent speak for it. Nothing is written.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct OrphansArgs {
    /// The clusters, which may be left out where there is only one
    #[arg(value_name = "CLUSTER")]
    clusters: Vec<String>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    listing: ListingArgs,
    /// Print the whole proof of one object, such as deployment/web, or why it is no orphan
    #[arg(long, value_name = "KIND/NAME")]
    explain: Option<Name>,
    /// Exit with 1 when there are orphans, and with 5 when none were seen and not everything could be
    #[arg(long)]
    exit_code: bool,
}

/// Runs the command.
pub(crate) async fn run(args: &OrphansArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let fleet = args.which.find(&args.clusters, global).await?;
    each(&fleet, &args.listing.format(), "searched", output, async |member, output| show(args, member, output).await)
        .await
}

async fn show(args: &OrphansArgs, member: &Member, output: &mut Output) -> Result<Outcome, Error> {
    let Member { store, cluster, .. } = member;
    let search = cleanup::search(store, cluster, &args.sources, output).await?;
    match &args.explain {
        Some(name) => cleanup::explain(&search, cluster, name, &args.listing, output)?,
        None => cleanup::print(&search, cluster, &args.listing, output)?,
    }
    let found = search.sees_live && !search.findings.orphans.is_empty();
    Ok(match args.exit_code {
        true if found => Outcome::Differences,
        // A pipeline must not take what was not seen for none.
        true if !search.is_complete() => Outcome::Partial,
        _ => Outcome::Done,
    })
}
